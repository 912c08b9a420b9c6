//! `credentials`: who lacks them, who gets them, and that no password is shown.

use super::{outcome, rehearsed};
use crate::support::desk::{Desk, Said};

/// D20: flagged and without credentials; not the one whose account isn't ticked.
#[test]
fn the_parties_without_credentials_are_listed_and_given_them_d20() {
    let desk = Desk::demo();
    let codes = |said: &Said| -> Vec<String> {
        said.of("record").iter().map(|line| line["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(codes(&desk.json(&["credentials", "missing"])), ["MORGONEMILE"]);
    let said = desk.json(&["credentials", "assign"]);
    assert_eq!(said.outcomes(), [outcome("MORGONEMILE", "done", "")]);
    assert_eq!(codes(&desk.json(&["credentials", "missing"])), Vec::<String>::new());
    let login: String = desk.one("SELECT login FROM party WHERE id = 15");
    assert_eq!(login, "MORGONEMILE");
    assert_eq!(desk.json(&["credentials", "assign"]).outcomes(), [], "nothing is missing any more");
}

/// D3, D20: named parties get what they lack; who has no ticked account, or doesn't exist, is refused by name.
#[test]
fn assigning_to_named_parties_refuses_those_who_need_none_d3() {
    let desk = Desk::demo();
    let said =
        rehearsed(&desk, &["credentials", "assign", "MORGONEMILE", "CLATOUR", "FLEURIEHELENE", "NOBODY"]);
    assert_eq!(
        said.outcomes(),
        [
            outcome("FLEURIEHELENE", "refused", "no-ticked-account"),
            outcome("NOBODY", "refused", "not-found"),
            outcome("MORGONEMILE", "done", ""),
            outcome("CLATOUR", "already", ""),
        ]
    );
}

/// D4: a name without a Latin letter gives no login: the row is refused, the others go on.
#[test]
fn a_name_that_gives_no_login_is_refused_by_name_d4() {
    let desk = Desk::demo();
    desk.sql("UPDATE party SET surname = 'Ждан', first_name = NULL WHERE id = 15");
    let said = rehearsed(&desk, &["credentials", "assign"]);
    assert_eq!(said.outcomes(), [outcome("MORGONEMILE", "refused", "no-login")]);
    assert_eq!(said.code, 3);
}

/// D5, D26: a reissue is n + 1, and wants names.
#[test]
fn a_reissue_makes_the_next_issue_for_those_who_are_named_d5_d26() {
    let desk = Desk::demo();
    assert_eq!(desk.run(&["credentials", "assign", "--reissue"]).code, 2, "never everyone's by accident");
    let said = desk.json(&["credentials", "assign", "--reissue", "CLATOUR"]);
    assert_eq!(said.outcomes(), [outcome("CLATOUR", "done", "")]);
    assert_eq!(said.notices("CLATOUR"), ["password-given"]);
    let (login, password, issue): (String, String, i64) = desk
        .db()
        .query_row(
            "SELECT login, temporary_password, temporary_password_issue FROM party WHERE id = 5",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    assert_eq!((login.as_str(), issue), ("CLATOUR", 2));
    assert_ne!(password, "RBNQTWKVHD");
}

/// D5: whatever the command and its form, a password is neither printed nor in JSON nor in a file beside.
#[test]
fn no_password_is_ever_shown_d5() {
    let desk = Desk::demo();
    let mut said = String::new();
    for arguments in [
        &["accounts", "mark", "--unpublished"][..],
        &["credentials", "missing"],
        &["credentials", "assign"],
        &["credentials", "assign", "--reissue", "CLATOUR", "CLIQUOTMATHILDE"],
        &["why", "party", "CLATOUR"],
        &["accounts", "list"],
    ] {
        for form in [desk.run(arguments), desk.json(arguments)] {
            said.push_str(&form.out);
            said.push_str(&form.err);
        }
    }
    let passwords: Vec<String> = desk
        .db()
        .prepare("SELECT temporary_password FROM party WHERE temporary_password IS NOT NULL")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(passwords.len() > 20);
    for password in &passwords {
        assert!(!said.contains(password.as_str()), "a password was shown");
        for entry in std::fs::read_dir(desk.path().join("data")).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                assert!(!bytes.windows(10).any(|window| window == password.as_bytes()), "{}", path.display());
            }
        }
    }
}
