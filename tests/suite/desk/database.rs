//! What every command does alike: slips, a busy database, views that can't be written, errors as JSON.

use serde_json::json;

use crate::support::desk::Desk;

/// A blank filter, of a variable that isn't set, never stands for everything; a record given twice is refused; what `check`
/// would call an illegal character is never written.
#[test]
fn what_can_only_be_a_slip_is_refused_before_anything_is_written() {
    let desk = Desk::demo();
    let before = desk.dump();
    for verb in ["mark", "unmark", "statements"] {
        assert_eq!(desk.run(&["accounts", verb, "--number", ""]).code, 2, "{verb}");
    }
    assert_eq!(desk.run(&["events", "unpublish", "--template", ""]).code, 2);
    let twice = desk.run(&["options", "set", "send_102=oui", "send_102=non"]);
    assert_eq!(twice.code, 2);
    assert!(twice.err.contains("send_102") && twice.err.contains("deux fois"), "{twice:?}");
    assert_eq!(desk.run(&["binders", "rename", "MISC=a", "MISC=b"]).code, 2);
    let broken = desk.json(&["binders", "create", "--module", "syndic", "X\u{1}=a\nb"]);
    assert_eq!((broken.code, broken.of("row")[0]["reason"].as_str()), (3, Some("illegal-character")));
    assert_eq!(desk.dump(), before);
}

#[test]
fn a_busy_database_ends_with_status_6_and_a_sentence_and_changes_nothing() {
    let desk = Desk::demo();
    let before = desk.dump();
    let writer = desk.db();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let said = desk.run(&["accounts", "mark", "37"]);
    assert_eq!((said.code, said.out.as_str()), (6, ""));
    assert!(said.err.contains("verrouillée") && said.err.contains("rien n’a été modifié"), "{}", said.err);
    assert_eq!(desk.json(&["accounts", "mark", "37", "--dry-run"]).code, 0, "a rehearsal needs no lock");
    writer.execute_batch("ROLLBACK").unwrap();
    assert_eq!(desk.dump(), before);
}

#[test]
fn a_view_that_cannot_be_written_makes_its_function_unavailable_and_no_other() {
    let desk = Desk::demo();
    desk.sql(
        "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON;
         ALTER TABLE account RENAME TO compte; CREATE VIEW account AS SELECT * FROM compte;
         ALTER TABLE binder RENAME TO classeur; CREATE VIEW binder AS SELECT * FROM classeur;",
    );
    let marked = desk.run(&["accounts", "mark", "37"]);
    assert_eq!(marked.code, 6);
    assert!(marked.err.contains("cocher ou décocher des comptes n’est pas possible"), "{}", marked.err);
    let renamed = desk.run(&["binders", "rename", "WORKS=Travaux"]);
    assert!(
        renamed.err.contains("créer, renommer ou changer des classeurs n’est pas possible"),
        "{}",
        renamed.err
    );
    assert_eq!(desk.json(&["events", "publish", "122"]).summary()["done"], 1, "the others go on");
    assert_eq!(desk.json(&["options", "set", "send_102=non"]).summary()["done"], 1);
    assert_eq!(desk.json(&["accounts", "list", "37"]).of("record").len(), 1, "reading goes on");
}

#[test]
fn an_error_with_json_is_one_object_that_bears_its_status() {
    let desk = Desk::demo();
    let said = desk.json(&["accounts", "list", "--entity", "S039"]);
    let lines = said.lines();
    assert_eq!(
        (lines.len(), lines[0]["type"].clone(), lines[0]["exit_code"].clone()),
        (1, json!("error"), json!(2))
    );
    assert!(lines[0]["message"].as_str().unwrap().contains("S038"));
}
