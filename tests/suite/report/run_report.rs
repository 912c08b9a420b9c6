//! The run report: what staff read, and its bounds.

use super::*;

#[test]
fn each_outcome_is_told_in_french_with_the_result_first() {
    for report in [done(), partial(), held(), failed_run()] {
        insta::assert_snapshot!(format!("report_fr_{}", report.outcome.name()), told(&report, Lang::Fr));
    }
}

#[test]
fn each_outcome_is_told_in_english_too() {
    for report in [partial(), held()] {
        insta::assert_snapshot!(format!("report_en_{}", report.outcome.name()), told(&report, Lang::En));
    }
}

#[test]
fn the_subject_tells_the_result_in_its_first_two_words() {
    let messages = Messages::new(Lang::Fr);
    let words =
        |report: RunReport| report.to_subject(&messages).split(' ').take(2).collect::<Vec<_>>().join(" ");
    assert!(words(done()).starts_with("Publication réussie"));
    assert!(words(partial()).starts_with("Publication partielle"));
    assert!(words(held()).starts_with("Publication retenue"));
    let failed = failed_run().to_subject(&messages);
    assert_eq!(
        failed,
        "Publication en échec\u{a0}: le serveur refuse l’identifiant ou le mot de passe (principal)"
    );
}

#[test]
fn every_outcome_ends_with_its_documented_status() {
    let statuses = [done(), partial(), held(), failed_run()].map(|report| report.exit_status().code());
    assert_eq!(statuses, [0, 3, 4, 7]);
    let mut busy = failed_run();
    let words = Label::new("busy");
    busy.fail(Cause::Run { status: ExitStatus::Database, words }, at(1));
    assert_eq!(busy.exit_status(), ExitStatus::Database);
}

#[test]
fn nothing_done_yet_is_told_without_any_missing_sentence() {
    let empty = RunReport::new("A", "t", "r", at(0));
    for status in ExitStatus::ALL {
        let mut report = empty.clone();
        report.fail(Cause::Run { status: *status, words: Label::new("détail") }, at(1));
        for lang in [Lang::Fr, Lang::En] {
            assert!(!told(&report, lang).contains('{'), "{}", told(&report, lang));
        }
    }
}

#[test]
fn what_the_receiver_did_not_confirm_is_not_told_as_a_server_out_of_reach() {
    let mut report = RunReport::new("A", "t", "r", at(0));
    report.fail(Cause::Unconfirmed { words: Label::new("La raison.") }, at(1));
    let said = told(&report, Lang::Fr);
    assert!(
        said.starts_with("Publication en échec\u{a0}: l’extranet n’a pas confirmé ce qui a été envoyé"),
        "{said}"
    );
    assert!(
        said.contains("La raison.") && !said.contains("joignable") && !said.contains("connexion"),
        "{said}"
    );
    assert_eq!(report.exit_status(), ExitStatus::Connection);
}

/// A6, A10, A11
#[test]
fn a_report_never_shows_an_address_or_a_number_of_a_person() {
    let report = partial();
    let json = serde_json::to_string(&report).unwrap();
    for text in [json, told(&report, Lang::Fr), told(&report, Lang::En)] {
        assert!(text.contains("•••"));
        assert!(!text.contains("jean.dupont") && !text.contains("06 39 98"), "{text}");
    }
}

#[test]
fn a_report_round_trips_through_json() {
    for report in [done(), partial(), held(), failed_run()] {
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<RunReport>(&json).unwrap(), report);
    }
    insta::assert_snapshot!("report_json", serde_json::to_string_pretty(&partial()).unwrap());
}

#[test]
fn records_beyond_the_bound_are_counted_and_not_kept() {
    let mut report = done();
    for id in 0..10_000 {
        report.refused.add(RefusalReason::NoScope, record(RecordKind::Event, &id.to_string(), "x"));
    }
    report.deliver(at(1));
    assert_eq!((report.refused.total(), report.outcome), (10_000, Outcome::Partial));
    assert_eq!(report.refused.groups().map(|(_, group)| group.records.len()).sum::<usize>(), 100);
    assert!(told(&report, Lang::Fr).contains("et 9\u{202f}990 autres"));
}

#[test]
fn what_nobody_asked_to_publish_is_the_rest_of_what_is_known() {
    assert_eq!(section(Section::Documents, 100, 10, 50, 3, 2).not_asked(), 35);
}
