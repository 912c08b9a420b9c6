//! `events`: published and unpublished by number or by selection.

use chrono::Utc;
use chrono_tz::Europe::Paris;

use super::{outcome, rehearsed};
use crate::support::desk::Desk;

fn today() -> String {
    Utc::now().with_timezone(&Paris).date_naive().to_string()
}

/// C4: today's date and the counter, once a day; C23: who will read is said.
#[test]
fn publishing_sets_today_and_moves_the_counter_once_a_day_c4() {
    let desk = Desk::demo();
    let before = today();
    let said = rehearsed(&desk, &["events", "publish", "109", "122", "141"]);
    assert_eq!(said.summary()["done"], 3);
    let state = |id: i64| -> (Option<String>, i64) {
        let sql = "SELECT published_on, publish_request FROM event WHERE id = ?1";
        desk.db().query_row(sql, [id], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    };
    let (date, request) = state(109);
    assert!([before, today()].contains(&date.unwrap()), "today in Paris");
    assert_eq!(request, 4, "moved once by two runs");
    assert_eq!(said.notices("141"), ["nobody-reads"], "C23");
    assert_eq!(said.notices("122"), ["readers"], "C23");
    assert_eq!(desk.json(&["events", "publish", "109", "--again"]).summary()["done"], 1);
    assert_eq!(state(109).1, 5);
}

/// B9, C1, C2, C6, C15, C20, C22, C27, I7: judged as the next publication will judge.
#[test]
fn an_event_that_the_next_publication_would_refuse_is_refused_by_the_same_reason() {
    let desk = Desk::demo();
    let ids = ["112", "113", "115", "117", "119", "120", "163", "164", "166", "180", "220", "99999"];
    let said = rehearsed(&desk, &[&["events", "publish"], &ids[..]].concat());
    assert_eq!(
        said.outcomes(),
        [
            outcome("112", "refused", "blank-event"),
            outcome("113", "refused", "no-scope"),
            outcome("115", "refused", "expired"),
            outcome("117", "done", ""),
            outcome("119", "refused", "no-binder"),
            outcome("120", "refused", "binder-fed-on-site"),
            outcome("163", "refused", "dangling-target"),
            outcome("164", "refused", "target-not-published"),
            outcome("166", "refused", "module-mismatch"),
            outcome("180", "refused", "body-format"),
            outcome("220", "refused", "archive-only"),
            outcome("99999", "refused", "not-found"),
        ]
    );
    assert_eq!(said.notices("117"), ["waits-for-processing"], "C27");
    let archive: Option<String> = desk.one("SELECT published_on FROM event WHERE id = 220");
    assert_eq!(archive, None, "I7");
}

/// C5.
#[test]
fn unpublishing_takes_the_date_away_and_is_never_refused_c5() {
    let desk = Desk::demo();
    let said = rehearsed(&desk, &["events", "unpublish", "--template", "DEVIS", "--building", "VIGNES"]);
    assert_eq!(said.outcomes(), [outcome("142", "done", "")]);
    let dates: (i64, i64) = desk
        .db()
        .query_row("SELECT count(published_on), publish_request FROM event WHERE id = 142", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(dates, (0, 0), "the counter stays");
}

#[test]
fn events_are_selected_by_template_dates_building_account_and_number() {
    let desk = Desk::demo();
    let ids = |arguments: &[&str]| -> Vec<i64> {
        let said = desk.json(&[&["events", "list"], arguments].concat());
        assert_eq!(said.code, 0, "{said:?}");
        said.of("record").iter().map(|line| line["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids(&["--template", "COMPTE_LOT"]), [170, 171, 172, 173]);
    assert_eq!(ids(&["--template", "COMPTE_LOT", "--from", "2025-05-30", "--to", "2025-07-02"]), [170, 173]);
    assert_eq!(ids(&["--account", "450CLIQUOT"]), [161]);
    assert_eq!(ids(&["--account", "G001/411BPETRUS"]), [205]);
    assert!(ids(&["--building", "GILBERT"]).contains(&206), "by its unit");
    assert!(ids(&["--building", "GILBERT"]).contains(&161), "by an account of a record there");
    assert_eq!(ids(&["--unpublished"]), [122, 220]);
    assert_eq!(ids(&["101", "105"]), [101, 105]);
}
