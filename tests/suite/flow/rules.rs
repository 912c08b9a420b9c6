//! Rules that only a whole publication shows: what is sent at all, and under which form.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use publier::flow::publish::Ask;
use publier::ledger::runs::Trigger;
use publier::transfer::memory::MemoryServer;
use publier_core::publication::reason::RefusalReason;

use crate::support::flow::{Agency, Desk, Publication, files_below};
use crate::support::report::Node;

/// The demo agency's first publication, made once.
fn first() -> &'static Publication {
    static FIRST: OnceLock<Publication> = OnceLock::new();
    FIRST.get_or_init(|| {
        let desk = Desk::new(Agency::new());
        desk.publish_first();
        desk.last()
    })
}

fn of_kind(kind: &str) -> Vec<&'static Node> {
    let documents = first().documents();
    documents.into_iter().filter(|document| document.attribute("kind") == Some(kind)).collect()
}

fn building_of(document: &Node) -> &str {
    let concerns = document.child("concerns").unwrap();
    assert_eq!(concerns.attribute("scope"), Some("building"));
    concerns.attribute("ref").unwrap()
}

/// B7: « tous les classeurs, envoyés depuis LSC, actifs ou non ». B9: but for the one that is fed on the site.
#[test]
fn empty_binders_are_sent_too_b7_b9() {
    let sent: BTreeSet<_> = first()
        .section("binders")
        .all("binder")
        .iter()
        .map(|binder| binder.attribute("id").unwrap())
        .collect();
    let expected: BTreeSet<String> =
        (1..=17).chain(31..=46).filter(|id| *id != 10).map(|id: i32| id.to_string()).collect();
    assert_eq!(sent, expected.iter().map(String::as_str).collect());
    let used: BTreeSet<_> =
        first().documents().iter().map(|document| document.attribute("binder").unwrap()).collect();
    assert!(sent.len() > used.len() && used.is_subset(&sent), "some of them are empty");
}

/// B10: the site's own papers (tickets, Documents du syndic) are no matter of ours: a full index lists what the agent
/// sent, and withdraws nothing that it never sent.
#[test]
fn a_full_index_lists_what_was_sent_and_withdraws_nothing_else_b10() {
    let desk = Desk::new(Agency::small());
    desk.publish_first();
    let id = |node: &&Node| node.attribute("id").unwrap().to_owned();
    let sent: BTreeSet<_> = desk.last().documents().iter().map(id).collect();
    let uploaded = desk.server.files().len();
    desk.ask(&Ask { full_index: true, ..Ask::new(Trigger::Manual) });
    let full = desk.last();
    assert_eq!(full.documents().iter().map(id).collect::<BTreeSet<_>>(), sent);
    assert_eq!(full.removals(), Vec::<String>::new());
    assert_eq!(desk.server.files().len(), uploaded + 1, "the zip is the only new file");
}

/// A5: once on the agency's day, whatever the number of runs, and not on another.
#[test]
fn the_weekly_full_index_is_made_once_on_its_day_a5() {
    let desk = Desk::new(Agency::tiny());
    desk.publish_first();
    let today = chrono::Datelike::weekday(&desk.app.now()).number_from_monday();
    let modes = || -> Vec<String> {
        let mode = |one: &Publication| one.root.attribute("mode").unwrap().to_owned();
        desk.publications().iter().map(mode).collect()
    };
    desk.agency.sql(&format!("UPDATE extranet_settings SET full_index_weekday = {}", today % 7 + 1));
    desk.publish();
    assert_eq!(modes(), ["full", "changes"], "the first one is full in any case; tomorrow is the day");
    desk.clock.turn(chrono::TimeDelta::days(1));
    desk.publish();
    desk.publish();
    desk.clock.turn(chrono::TimeDelta::days(1));
    desk.publish();
    assert_eq!(modes(), ["full", "changes", "full", "changes", "changes"]);
}

/// C14: « Fichier / Date / Taille / Concerne », with the building's name and address.
#[test]
fn a_document_bears_its_title_date_size_and_what_it_concerns_c14() {
    let publication = first();
    for document in publication.documents() {
        let size: u64 = document.attribute("size").unwrap().parse().unwrap();
        assert!(size > 0 && !document.attribute("title").unwrap().trim().is_empty());
        assert_eq!(document.attribute("date").unwrap().len(), "2025-06-16".len());
    }
    let building = publication.one("building", "id", "1");
    assert_eq!(building.attribute("label"), Some("Bâtiment 8 - GILBERT"));
    let lines: Vec<_> = building.all("line").iter().map(|line| line.text.clone()).collect();
    assert_eq!(lines, ["4, rue Gilbert", "50, rue de la Colline"]);
    assert!(publication.of_event("101").iter().all(|document| building_of(document) == "1"));
}

/// C17: photos are documents of their own kind, of a building, in both modules.
#[test]
fn photos_stand_by_building_in_both_modules_c17() {
    let photos = of_kind("photo");
    let modules: BTreeSet<_> = photos
        .iter()
        .map(|photo| {
            first().one("binder", "id", photo.attribute("binder").unwrap()).attribute("module").unwrap()
        })
        .collect();
    assert_eq!(modules, BTreeSet::from(["condo", "rental"]));
    let buildings: BTreeSet<_> = photos.iter().map(|photo| building_of(photo)).collect();
    assert_eq!(buildings, BTreeSet::from(["1", "2", "4"]));
}

/// D17: the account's main party only.
#[test]
fn an_account_is_one_partys_d17() {
    let accounts = first().section("accounts").all("account");
    assert!(accounts.len() > 10);
    for account in accounts {
        assert!(!account.attribute("party").unwrap().is_empty());
        let parties = account.children.iter().filter(|child| child.name.starts_with("part")).count();
        assert_eq!(parties, 0, "{:?} names another party", account.attribute("number"));
    }
}

/// D19: « Permettre au propriétaire d'avoir une vue sur les comptes de ses locataires »: the links are sent, between
/// published accounts only (C25).
#[test]
fn the_links_from_landlord_to_lease_to_tenant_are_sent_d19_c25() {
    let leases: Vec<_> = first()
        .section("leases")
        .all("lease")
        .iter()
        .map(|lease| ["unit", "landlord", "tenant", "from"].map(|name| lease.attribute(name)))
        .collect();
    assert!(leases.contains(&[Some("15"), Some("1"), Some("11"), Some("2019-09-01")]), "{leases:?}");
    assert!(leases.iter().all(|[unit, ..]| *unit != Some("41")), "its tenant isn't published");
}

/// E5, E8: a line's voucher is linked to it and uploaded once per content, whatever the lines and buildings it serves.
#[test]
fn a_voucher_is_linked_to_its_lines_and_uploaded_once_a_content_e5_e8() {
    let publication = first();
    let documents: BTreeMap<_, _> =
        of_kind("voucher").into_iter().map(|voucher| (voucher.attribute("id").unwrap(), voucher)).collect();
    let linked: BTreeSet<_> = publication
        .section("expenses")
        .all("voucher")
        .iter()
        .map(|voucher| voucher.attribute("document").unwrap())
        .collect();
    assert_eq!(linked, documents.keys().copied().collect(), "each is linked, and each link leads somewhere");
    let invoices = publication.one("binder", "code", "INVOICES").attribute("id");
    assert!(documents.values().all(|voucher| voucher.attribute("binder") == invoices));
    let mut files: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for voucher in documents.values() {
        let file = (voucher.attribute("file").unwrap(), voucher.attribute("sha256").unwrap());
        files.entry(file).or_default().insert(building_of(voucher));
    }
    let shared: Vec<_> = files.values().filter(|buildings| buildings.len() > 1).collect();
    assert_eq!(shared, [&BTreeSet::from(["1", "2"])], "one invoice, one file, two buildings");
}

/// A7, A11: one log a run, off by default, by ids and codes alone.
#[test]
fn a_run_leaves_a_log_of_its_own_only_when_asked_and_names_nobody_a7_a11() {
    let desk = Desk::new(Agency::small());
    let logs = || -> Vec<_> {
        let files = files_below(&desk.agency.path("data/history"));
        let is_log = |path: &std::path::PathBuf| path.to_string_lossy().contains("/run-extranet-");
        files.into_iter().filter(is_log).collect()
    };
    desk.publish_first();
    assert_eq!(logs(), Vec::<std::path::PathBuf>::new());
    desk.agency.sql("UPDATE extranet_settings SET write_run_log = 1");
    desk.ask(&Ask { full_index: true, ..Ask::new(Trigger::Manual) });
    let logs = logs();
    assert_eq!(logs.len(), 1);
    let text = std::fs::read_to_string(&logs[0]).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.first().unwrap()["type"], "transfer-started");
    assert_eq!(lines.last().unwrap()["type"], "summary");
    let refused = &lines.last().unwrap()["report"]["refused"];
    assert!(refused.as_object().unwrap().len() > 1, "{refused}");
    let wide = &lines.last().unwrap()["report"]["audiences"]["wide"]["documents"];
    assert!(wide.as_array().unwrap().len() > 1, "{wide}");
    assert!(text.contains("\"label\":null") && !text.contains("\"label\":\""), "titles may name people");
}

/// A8, A9, A12: `winscp.xml` is that of the extranet's main target; another target has one of its own beside it.
#[test]
fn each_target_has_its_transfer_log_a8_a9_a12() {
    let desk = Desk::new(Agency::small());
    let text = std::fs::read_to_string(desk.agency.path("agent.toml")).unwrap();
    let second = text.split_once("[[target]]").unwrap().1;
    let second = second.replace("name = \"extranet\"", "name = \"secours\"").replace("/depot", "/secours");
    std::fs::write(desk.agency.path("agent.toml"), format!("{text}\n[[target]]{second}")).unwrap();
    let app = publier::app::App::load(Some(&desk.agency.path("agent.toml")), None).unwrap();
    let folder = desk.agency.path("data/resources/win/GedSynchro");
    for target in app.targets() {
        let server = MemoryServer::with_folder(&target.deposit);
        let mut job = app.job_through(target, std::sync::Arc::new(server), Vec::new()).unwrap();
        job.clock = std::sync::Arc::new(desk.clock.clone());
        let held = desk.publish_untold(job, &Ask::new(Trigger::Manual));
        let server = MemoryServer::with_folder(&target.deposit);
        let job = app.job_through(target, std::sync::Arc::new(server), Vec::new()).unwrap();
        let consent = publier::flow::publish::Consent::Person(held.hold_digest.unwrap());
        desk.publish_untold(job, &Ask { consent, ..Ask::new(Trigger::Manual) });
    }
    let names = crate::support::tools::names_in(&folder);
    assert_eq!(names, ["winscp-extranet-secours.xml", "winscp.xml"]);
    for (name, deposit) in names.into_iter().zip(["/secours/", "/depot/"]) {
        let log = std::fs::read_to_string(folder.join(&name)).unwrap();
        let log = crate::support::report::parse(&log);
        let upload = log.all("upload").into_iter().next().expect("a file was sent");
        assert!(upload.value("filename").unwrap().starts_with('/'), "A9: the absolute local path");
        assert!(upload.value("destination").unwrap().starts_with(deposit) && upload.succeeded());
    }
}

/// C1: an attachment whose file is missing answers for itself, whatever becomes of its event's letter.
#[test]
fn an_attachment_has_a_verdict_of_its_own_c1() {
    let server = crate::support::flow::Embedded::sftp();
    let agency = Agency::new();
    agency.configure(&server.target());
    agency.publish_first();
    let why = |named: &str| {
        let said = agency.run(&["why", "document", named, "--json"]).ended(0);
        said.lines().into_iter().find(|line| line["type"] == "why").unwrap()
    };
    let missing = why("attachment:20");
    assert_eq!(
        (missing["verdict"].as_str(), missing["reason"].as_str()),
        (Some("refused"), Some("file-missing"))
    );
    assert_eq!((missing["title"].as_str(), missing["readers"].as_u64()), (Some("constat.pdf"), Some(0)));
    assert_eq!(why("148")["verdict"], "published", "its event's letter is on the site");
}

/// C21: the date of publication moves when someone publishes again; it never says whose the unit was.
#[test]
fn a_unit_document_without_a_date_is_refused_and_never_passes_to_the_buyer_c21() {
    let desk = Desk::new(Agency::small());
    desk.publish_first();
    let of_unit = desk.last().of_event("170")[0].attribute("id").unwrap().to_owned();
    desk.agency.sql(
        "UPDATE event SET event_date = NULL, published_on = '2025-11-03', publish_request = publish_request + 1
          WHERE id = 170",
    );
    let report = desk.publish();
    assert!(report.refused.groups().any(|(reason, _)| reason == RefusalReason::NoDocumentDate), "{report:?}");
    assert!(desk.last().of_event("170").is_empty());
    assert_eq!(desk.last().removals(), [format!("unpublish {of_unit} scope")]);
}

/// G6: what replaces itself, or is replaced by what it replaces, stays; the full index agrees with the changes.
#[test]
fn events_that_replace_each_other_in_a_circle_all_stay_g6() {
    let desk = Desk::new(Agency::small());
    desk.agency.sql(
        "UPDATE event SET supersedes_event_id = 160 WHERE id = 160;
         UPDATE event SET supersedes_event_id = 102 WHERE id = 101;
         UPDATE event SET supersedes_event_id = 101 WHERE id = 102;",
    );
    desk.publish_first();
    let listed = |publication: &Publication| {
        ["101", "102", "160"].map(|event| publication.of_event(event).is_empty()).contains(&true)
    };
    assert!(!listed(&desk.last()));
    desk.ask(&Ask { full_index: true, ..Ask::new(Trigger::Manual) });
    assert!(!listed(&desk.last()));
}

/// F3, F4: a total without one of its units is no total.
#[test]
fn a_works_fund_on_a_unit_that_does_not_exist_refuses_the_record_f4() {
    let desk = Desk::new(Agency::small());
    desk.agency.sql("PRAGMA foreign_keys = OFF; UPDATE works_fund SET unit_id = 9999 WHERE id = 5");
    let digest = desk.publish().hold_digest.unwrap();
    let report = desk.confirm(&digest);
    assert!(
        report.refused.groups().any(|(reason, _)| reason == RefusalReason::DanglingReference),
        "{report:?}"
    );
}

/// E8, E2, E4, E6: a voucher leaves for the reason for which its line does.
#[test]
fn a_voucher_leaves_with_the_reason_of_its_line_e8() {
    for (change, reason) in [
        ("UPDATE account SET published = 0 WHERE id NOT IN (1, 2)", "account"),
        ("UPDATE extranet_settings SET expense_roots = '9'", "scope"),
        ("UPDATE extranet_settings SET send_expenses = 0", "option"),
        ("UPDATE binder SET code = 'AUTRE' WHERE code = 'INVOICES'", "binder"),
        ("UPDATE fiscal_year SET closed = 1", "year-closed"),
        ("DELETE FROM expense_line_voucher", "gone"),
    ] {
        let desk = Desk::new(Agency::tiny());
        desk.publish_first();
        let before = desk.publications().len();
        desk.agency.sql(change);
        desk.publish();
        let publications = desk.publications();
        assert_eq!(publications.len(), before + 1, "{change}");
        let removals = publications.last().unwrap().removals();
        let vouchers: Vec<_> = removals.iter().filter(|line| line.starts_with("unpublish v")).collect();
        assert!(!vouchers.is_empty(), "{change}: {removals:?}");
        assert!(vouchers.iter().all(|line| line.ends_with(&format!(" {reason}"))), "{change}: {vouchers:?}");
    }
}
