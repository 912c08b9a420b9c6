//! `options` and the schedule.

use serde_json::json;

use super::{rehearsed, twice};
use crate::support::desk::Desk;

#[test]
fn options_are_listed_with_label_value_default_and_rule_and_set_by_name() {
    let desk = Desk::demo();
    let said = rehearsed(
        &desk,
        &[
            "options",
            "set",
            "send_102=non",
            "full_index_weekday=dimanche",
            "co_owner_list_template_id=CONSEIL",
            "list_initials=",
        ],
    );
    assert_eq!(said.summary()["done"], 4);
    let list = desk.json(&["options", "list"]);
    assert_eq!(list.of("record").len(), 29);
    let option = |name: &str| list.of("record").into_iter().find(|line| line["id"] == name).unwrap();
    assert_eq!(option("send_102")["value"], false);
    assert_eq!(option("full_index_weekday")["value"], 7);
    assert_eq!(option("co_owner_list_template_id")["value"], "CONSEIL");
    assert_eq!(option("list_initials")["value"], json!(null));
    assert_eq!(
        (option("resend_on_change")["default"].clone(), option("send_102")["rule"].clone()),
        (json!(true), json!("F2"))
    );
    assert_eq!(option("send_expenses")["label"], "Envoyer la liste des dépenses");
}

#[test]
fn a_wrong_option_or_value_changes_nothing_and_says_what_was_meant() {
    let desk = Desk::demo();
    let before = desk.dump();
    for (pair, hint) in [
        ("send_expense=oui", "send_expenses"),
        ("send_102=peut-être", "oui, non"),
        ("co_owner_list_template_id=LIST_CO", "LISTE_CO"),
        ("expense_roots=", "6,472"),
    ] {
        let said = desk.run(&["options", "set", "normalize_rights=oui", pair]);
        assert_eq!(said.code, 2, "{pair}");
        assert!(said.err.contains(hint), "{pair}: {}", said.err);
    }
    assert_eq!(desk.dump(), before, "all of them, or none");
}

/// A3, A4: the dotted spelling of the name is kept where the back office has it.
#[test]
fn days_and_hours_are_set_as_a_whole_and_the_service_switched_a3_a4() {
    let desk = Desk::demo();
    let said = rehearsed(&desk, &["schedule", "set", "lun-ven=18:00", "sam=9:30", "--off"]);
    assert_eq!(said.summary()["done"], 7, "off, five noons go, a Saturday comes");
    let slots: Vec<String> = desk
        .db()
        .prepare("SELECT weekday || ' ' || local_time FROM schedule_slot ORDER BY 1")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(slots, ["1 18:00", "2 18:00", "3 18:00", "4 18:00", "5 18:00", "6 09:30"]);
    let shown = desk.json(&["schedule", "show"]).of("record");
    assert_eq!((shown[0]["active"].clone(), shown.len()), (json!(false), 7));
    assert_eq!(desk.run(&["schedule", "set", "lun=25:00"]).code, 2);
    desk.sql("UPDATE scheduled_service SET name = 'pi.sys.publier.xml'");
    twice(&desk, &["schedule", "set", "dim=08:00", "--on"]);
    let names: String = desk.one("SELECT group_concat(DISTINCT service_name) FROM schedule_slot");
    assert_eq!(names, "pi.sys.publier.xml");
    assert_eq!(desk.json(&["schedule", "set", "aucun"]).summary()["done"], 1);
}
