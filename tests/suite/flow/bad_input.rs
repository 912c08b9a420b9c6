//! Bad input: a French sentence that says what to do, the documented exit code, nothing lost.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use publier::flow::publish::{Ask, publish};
use publier::ledger::runs::Trigger;
use publier::report::run_report::Cause;
use publier::settings::target::Trust;
use publier_core::publication::exit::ExitStatus;
use publier_core::publication::reason::RefusalReason;
use tokio_util::sync::CancellationToken;

use crate::support::flow::{Agency, Desk, Embedded, Ran, repository};
use crate::support::servers::{Kind, RealServer, free_port};

fn agency_of(server: &Embedded) -> Agency {
    let agency = Agency::small();
    agency.configure(&server.target());
    agency
}

/// Checks what a person and what a program read of a failure, and that it says what to do.
#[track_caller]
fn fails(agency: &Agency, code: i32, said: &[&str]) -> Ran {
    let plain = |text: &str| text.replace(['\u{a0}', '\u{202f}'], " ");
    let shown = agency.run(&["publish"]).ended(code);
    let text = plain(&format!("{}{}", shown.out, shown.errors));
    for said in said {
        assert!(text.contains(said), "{said:?} is not in:\n{text}");
    }
    let mover =
        ["Agence :", "Administrateur :", "Hébergeur :", "attendez", "Ajoutez", "Clés possibles", "Vérifiez"];
    assert!(mover.iter().any(|mover| text.contains(mover)), "nothing says what to do:\n{text}");

    let json = agency.publish(&[]).ended(code);
    let last = json.last();
    assert!(["summary", "error"].contains(&last["type"].as_str().unwrap()), "{last}");
    assert_eq!(last["exit_code"], code);
    for line in json.lines() {
        assert_eq!(line["v"], 1, "{line}");
    }
    json
}

/// What the report says in English.
fn english(agency: &Agency, code: i32) -> String {
    let shown = agency.run(&["--lang", "en", "publish"]).ended(code);
    format!("{}{}", shown.out, shown.errors)
}

/// After the cause is mended the same configuration publishes.
#[track_caller]
fn publishes(agency: &Agency, server: &Embedded) {
    agency.publish_first().ended(3);
    assert_eq!(server.deposit().check().documents.len(), 29);
}

#[test]
fn a_missing_setting_is_named() {
    let server = Embedded::sftp();
    let agency = agency_of(&server);
    agency.reconfigure("deposit = \"/depot\"\n", "");
    fails(&agency, 5, &["deposit"]);
    agency.reconfigure("[data]", "# no more\n[data]");
    std::fs::remove_file(agency.path("agent.toml")).unwrap();
    fails(&agency, 5, &["agent.toml"]);
    assert!(!agency.path("data").exists(), "nothing was made");
    agency.configure(&server.target());
    publishes(&agency, &server);
}

#[test]
fn an_unknown_setting_is_named_with_its_line() {
    let agency = agency_of(&Embedded::sftp());
    agency.reconfigure("[data]", "[data]\ndirr = \"x\"");
    fails(&agency, 5, &["dirr"]);
    assert!(english(&agency, 5).contains("dirr"));
}

#[test]
fn a_licence_that_is_not_valid_sends_nothing() {
    let server = Embedded::sftp();
    let agency = agency_of(&server);
    agency.sql("UPDATE agency SET licence_valid = 0");
    fails(&agency, 5, &["La licence de l’extranet n’est pas valide", "validez la licence"]);
    assert!(english(&agency, 5).contains("licence"));
    assert_eq!(agency.messages().len(), 3, "every run is told, failures too (A6)");
    assert_eq!(server.deposit().names(), Vec::<String>::new());
    agency.sql("UPDATE agency SET licence_valid = 1");
    publishes(&agency, &server);
}

#[test]
fn a_domain_name_that_is_none_sends_nothing() {
    let server = Embedded::sftp();
    let agency = agency_of(&server);
    for (name, shown) in [("'tests_605.fr'", "« tests_605.fr »"), ("NULL", "«  »")] {
        agency.sql(&format!("UPDATE agency SET domain_name = {name}"));
        fails(&agency, 5, &["Le nom de domaine de l’extranet est absent ou incorrect", shown]);
    }
    agency.sql("UPDATE agency SET domain_name = 'tests605'");
    publishes(&agency, &server);
}

#[test]
fn a_missing_database_is_named() {
    let server = Embedded::sftp();
    let agency = agency_of(&server);
    let aside = agency.path("aside.db");
    std::fs::rename(agency.database(), &aside).unwrap();
    fails(
        &agency,
        6,
        &["La base de données de l’agence est introuvable", "agency.db", "corrigez « database »"],
    );
    assert!(!agency.database().exists(), "none is made");
    assert!(english(&agency, 6).contains("agency.db"));
    std::fs::rename(aside, agency.database()).unwrap();
    publishes(&agency, &server);
}

#[test]
fn a_file_that_is_no_database_is_said_so() {
    let agency = agency_of(&Embedded::sftp());
    std::fs::write(agency.database(), "ceci n'est pas une base ".repeat(100)).unwrap();
    let said = ["La base de données de l’agence ne peut pas être lue", "sauvegarde"];
    let ran = fails(&agency, 6, &said);
    assert!(!ran.out.contains("file is not a database"), "SQLite's English stays out:\n{}", ran.out);
    std::fs::write(agency.database(), "").unwrap();
    fails(&agency, 6, &["n’a pas la forme attendue"]);
}

/// Overwrites the pages of a database after its first.
fn damage(database: &std::path::Path) {
    for suffix in ["-wal", "-shm"] {
        let mut beside = database.as_os_str().to_owned();
        beside.push(suffix);
        drop(std::fs::remove_file(beside));
    }
    let mut bytes = std::fs::read(database).unwrap();
    bytes.iter_mut().skip(4096).for_each(|byte| *byte = 0xa5);
    std::fs::write(database, bytes).unwrap();
}

#[test]
fn a_damaged_database_and_a_damaged_ledger_are_said_in_french_with_the_way_back() {
    let server = Embedded::sftp();
    let agency = agency_of(&server);
    publishes(&agency, &server);
    let names = server.deposit().names();

    let (database, aside) = (agency.database(), agency.path("aside.db"));
    agency.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    std::fs::copy(&database, &aside).unwrap();
    damage(&database);
    fails(&agency, 6, &["le fichier est abîmé", "rétablissez-la d’une sauvegarde"]);
    std::fs::copy(&aside, &database).unwrap();

    damage(&agency.path("data/state.db"));
    fails(&agency, 6, &["registre de l’agent", "le fichier est abîmé", "publier publish --adopt"]);
    std::fs::write(agency.path("data/state.db"), "un texte ".repeat(100)).unwrap();
    fails(&agency, 6, &["state.db n’est pas le registre de l’agent"]);
    assert_eq!(server.deposit().names(), names, "nothing was sent");
}

#[test]
fn a_foreign_schema_is_refused_with_what_is_missing() {
    let server = Embedded::sftp();
    let agency = agency_of(&server);
    agency.sql("ALTER TABLE photo RENAME COLUMN title TO libelle; ALTER TABLE portal RENAME TO portail;");
    fails(
        &agency,
        6,
        &["n’a pas la forme attendue", "photo.title", "colonne absente", "portal", "table absente"],
    );
    let shown = english(&agency, 6);
    assert!(
        shown.contains("photo.title: no such column") && shown.contains("portal: no such table"),
        "{shown}"
    );
    agency.sql("ALTER TABLE photo RENAME COLUMN libelle TO title; ALTER TABLE portail RENAME TO portal;");
    publishes(&agency, &server);
}

/// Runs the library on a database that another program holds, with a short wait.
fn while_locked(agency: Agency, lock: &str) -> Desk {
    let desk = Desk::new(agency);
    let db = desk.agency.open();
    db.execute_batch(lock).unwrap();
    let mut job = desk.job();
    job.busy_wait = Duration::from_millis(300);
    let began = std::time::Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let report =
        runtime.block_on(publish(&mut job, &Ask::new(Trigger::Manual), CancellationToken::new())).unwrap();
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert_eq!(report.exit_status(), ExitStatus::Database, "{report:?}");
    let Some(Cause::Run { words, .. }) = &report.cause else { panic!("{report:?}") };
    assert!(words.to_string().contains("verrouillée"), "{words}");
    assert!(words.to_string().contains("Rien n’est perdu"), "{words}");
    assert_eq!(desk.server.files(), Vec::<String>::new());
    db.execute_batch("COMMIT").unwrap();
    drop(db);
    desk
}

#[test]
fn a_database_locked_by_an_exclusive_transaction_is_busy_and_not_empty() {
    let agency = Agency::small();
    agency.sql("PRAGMA journal_mode = DELETE");
    let desk = while_locked(agency, "BEGIN EXCLUSIVE");
    desk.publish_first();
    assert_eq!(desk.publications().len(), 1);
}

#[test]
fn a_database_that_one_program_keeps_for_itself_is_busy_too() {
    let desk = while_locked(
        Agency::small(),
        "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE supplier SET trade = trade",
    );
    desk.publish_first();
    assert_eq!(desk.publications().len(), 1);
}

#[test]
fn a_missing_attachment_is_named_and_the_rest_leaves() {
    let server = Embedded::sftp();
    let agency = agency_of(&server);
    let done = agency.publish_first().ended(3);
    let report = &done.last()["report"];
    assert_eq!(report["refused"]["file-missing"]["records"][0]["id"], "20");
    assert_eq!(report["outcome"], "partial");
    server.deposit().check();
}

#[test]
fn an_unreachable_server_is_tried_again_then_said_and_nothing_is_lost() {
    let server = Embedded::sftp();
    let agency = agency_of(&server);
    let digest = agency.publish(&[]).ended(4).last()["report"]["hold_digest"].as_str().unwrap().to_owned();
    let port = server.target().port;
    agency.reconfigure(&format!("port = {port}"), &format!("port = {}", free_port()));
    let shown = agency.publish(&["--confirm", &digest]).ended(7);
    let retries = shown.lines().iter().filter(|line| line["type"] == "retrying").count();
    assert_eq!(retries, 4);
    assert_eq!(shown.last()["report"]["cause"]["reason"], "connection-refused");
    let message = agency.messages().pop().unwrap().1;
    assert!(message.contains("Rien n’est perdu"), "{message}");
    agency.configure(&server.target());
    agency.publish(&["--confirm", &digest]).ended(3);
    assert_eq!(server.deposit().check().documents.len(), 29);
}

/// Confirms the first publication towards a server that must not get it.
#[track_caller]
fn confirmed_and_refused(agency: &Agency, reason: &str) -> Ran {
    let held = agency.publish(&[]).last();
    let digest = held["report"]["hold_digest"].as_str().expect("held").to_owned();
    let refused = agency.publish(&["--confirm", &digest]).ended(7);
    assert_eq!(refused.last()["report"]["cause"]["reason"], reason, "{}", refused.out);
    assert!(refused.lines().iter().all(|line| line["type"] != "retrying"), "tried once: {}", refused.out);
    let message = agency.messages().pop().unwrap().1;
    assert!(message.contains("Rien n’est perdu") && message.contains("À FAIRE"), "{message}");
    refused
}

#[test]
fn a_wrong_password_is_tried_once_and_never_shown() {
    let server = RealServer::vsftpd(Kind::Explicit);
    let agency = Agency::small();
    agency.configure(&server.target("depot"));
    std::fs::write(agency.path("server.password"), "pas-le-bon-42\n").unwrap();
    let refused = confirmed_and_refused(&agency, "authentication-refused");
    assert_eq!(server.log().matches("FAIL LOGIN").count(), 1, "{}", server.log());
    for path in agency.files() {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        assert!(path.ends_with("server.password") || !text.contains("pas-le-bon-42"), "{}", path.display());
    }
    assert!(!refused.out.contains("pas-le-bon-42") && !refused.errors.contains("pas-le-bon-42"));
}

/// A 530 counts per host, user and secret: at most two tries an hour, and a changed secret is tried at once.
#[test]
fn a_refused_login_is_tried_twice_an_hour_at_most_and_a_changed_password_at_once() {
    let server = RealServer::vsftpd(Kind::Explicit);
    let agency = Agency::tiny();
    let target = server.target("depot");
    agency.configure(&target);
    let right = std::fs::read_to_string(agency.path("server.password")).unwrap();
    std::fs::write(agency.path("server.password"), "pas-le-bon-42\n").unwrap();
    let digest = agency.publish(&[]).ended(4).last()["report"]["hold_digest"].as_str().unwrap().to_owned();
    let reason = || {
        let ended = agency.publish(&["--confirm", &digest]);
        ended.last()["report"]["cause"]["reason"].as_str().map(str::to_owned)
    };
    assert_eq!(reason().as_deref(), Some("authentication-refused"));
    assert_eq!(reason().as_deref(), Some("authentication-refused"));
    for _ in 0..3 {
        assert_eq!(reason().as_deref(), Some("login-paused"));
    }
    assert_eq!(server.log().matches("FAIL LOGIN").count(), 2, "{}", server.log());
    std::fs::write(agency.path("server.password"), right).unwrap();
    assert_eq!(reason(), None, "a changed secret is tried at once");
}

#[test]
fn a_changed_host_key_is_refused_before_any_login() {
    let server = RealServer::sshd();
    let agency = Agency::small();
    let mut target = server.target("depot");
    target.trust = Trust::HostKeyFingerprint("SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDi0oWIsBkHyHqiK1s".into());
    agency.configure(&target);
    confirmed_and_refused(&agency, "host-key-changed");
    let log = server.log();
    assert!(!log.contains("password for") && !log.contains("Postponed"), "{log}");
}

#[test]
fn a_certificate_of_another_authority_is_refused_before_any_login() {
    let server = RealServer::vsftpd(Kind::Explicit);
    let agency = Agency::small();
    let mut target = server.target("depot");
    target.trust = Trust::Authorities(server.identities().path("other-ca.pem"));
    agency.configure(&target);
    confirmed_and_refused(&agency, "certificate-refused");
    assert!(!server.log().contains("USER"), "{}", server.log());
}

#[test]
fn a_deposit_folder_that_does_not_exist_is_never_made() {
    let server = Embedded::ftps();
    let agency = agency_of(&server);
    agency.reconfigure("deposit = \"/depot\"", "deposit = \"/nulle-part\"");
    confirmed_and_refused(&agency, "folder-missing");
    assert!(!server.deposit().0.with_file_name("nulle-part").exists());
    agency.configure(&server.target());
    // What was agreed to goes without being asked again.
    agency.publish(&[]).ended(3);
    assert_eq!(server.deposit().check().documents.len(), 29);
}

#[test]
fn a_second_publisher_is_told_who_publishes() {
    let server = Embedded::sftp();
    let agency = agency_of(&server);
    std::fs::create_dir_all(agency.path("data")).unwrap();
    let now = "2025-11-03T09:00:00Z".parse().unwrap();
    let lock = publier::service::RunLock::acquire(&agency.path("data/run.lock"), now).unwrap();
    let pid = std::process::id().to_string();
    fails(&agency, 8, &["Une publication est déjà en cours", &pid, "attendez qu’elle se termine"]);
    assert_eq!(server.deposit().names(), Vec::<String>::new());
    drop(lock);
    publishes(&agency, &server);
}

#[test]
fn what_is_not_understood_on_the_command_line_is_said_and_ends_with_two() {
    let agency = agency_of(&Embedded::sftp());
    let refused = agency.run(&["publish", "--out", "kept"]).ended(2);
    assert!(
        refused.errors.contains("--dry-run") && refused.errors.starts_with("publier\u{a0}:"),
        "{}",
        refused.errors
    );
    let json = agency.publish(&["--out", "kept"]).ended(2);
    assert_eq!((json.last()["type"].as_str(), json.last()["exit_code"].as_i64()), (Some("error"), Some(2)));
    let unknown = agency.publish(&["--target", "ailleurs"]).ended(2);
    assert_eq!(unknown.last()["type"], "error");
    let english = agency.run(&["--lang", "en", "publish", "--nope"]).ended(2);
    assert!(english.errors.starts_with("publier: unknown option"), "{}", english.errors);
}

/// C1: what would not open, or would run, stays here with its reason; mended, it leaves.
#[test]
fn a_file_that_would_not_open_is_refused_by_its_content_and_leaves_once_mended_c1() {
    let desk = Desk::new(Agency::small());
    let own = desk.agency.path("files");
    let cases = [
        (2, "short.pdf", "%PDF-1.4\ntrailer", RefusalReason::FileDamaged),
        (
            3,
            "locked.pdf",
            "%PDF-1.4\ntrailer << /Encrypt 5 0 R >>\nstartxref\n9\n%%EOF",
            RefusalReason::FileProtected,
        ),
        (4, "page.pdf", "<svg onload='x()'/>", RefusalReason::FileType),
    ];
    for (id, name, content, _) in cases {
        std::fs::write(own.join(name), content).unwrap();
        desk.agency.sql(&format!("UPDATE attachment SET path = '{name}' WHERE id = {id}"));
    }
    let report = desk.publish_first();
    for (_, name, _, reason) in cases {
        assert!(report.refused.groups().any(|(found, _)| found == reason), "{name}");
    }
    let before = desk.last().documents().len();
    std::fs::copy(repository("fixtures/demo/files/courriers/pouvoir.pdf"), own.join("short.pdf")).unwrap();
    desk.clock.turn(chrono::TimeDelta::days(1));
    let report = desk.publish();
    assert!(before > 0 && !report.refused.groups().any(|(found, _)| found == RefusalReason::FileDamaged));
    assert_eq!(desk.last().documents().len(), 1, "the mended one alone is new");
}

/// A picture of one colour that says it has 50,000 lines of 50,000 pixels.
fn vast_picture() -> String {
    let side = 50_000_u32.to_be_bytes();
    let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &side, &side, &[8, 2, 0, 0, 0], b"IEND"].concat();
    format!("<p>Plan</p><img src=\"data:image/png;base64,{}\">", STANDARD.encode(png))
}

#[test]
fn hostile_bodies_fail_alone_with_their_reason_and_the_rest_is_published() {
    let server = Embedded::sftp();
    let agency = Agency::tiny();
    agency.configure(&server.target());
    let bodies = [
        ("101", "<table><tr><td>".repeat(10_000)),
        ("103", vast_picture()),
        ("107", format!("<p>{}</p>", "charges ".repeat(100_000_000 / 8))),
    ];
    for (event, body) in &bodies {
        let changed =
            agency.open().execute("UPDATE event SET body = ?2 WHERE id = ?1", (event, body)).unwrap();
        assert_eq!(changed, 1, "{event}");
    }
    let report = agency.publish_first().ended(3).last()["report"].clone();
    for (reason, event) in [("body-too-deep", "101"), ("picture-too-large", "103"), ("body-too-large", "107")]
    {
        let refused = report["refused"][reason]["records"].as_array().unwrap();
        assert_eq!(refused.iter().map(|record| &record["id"]).collect::<Vec<_>>(), [event], "{report}");
    }
    assert_eq!(report["letters_rendered"], 2, "the letters 160 and 201 leave: {report}");
    assert!(!server.deposit().check().documents.is_empty());
    let (_, told) = agency.messages().pop().unwrap();
    let told = told.replace(['\u{a0}', '\u{202f}'], " ");
    for said in [
        "s’imbriquent sur plus de 100 niveaux",
        "Événement 101 : Les éléments HTML du courrier",
        "L’image « data:image/png;base64 » de 50 000 × 50 000 pixels est trop grande : les images d’un courrier ont ensemble 24 millions",
        "dépasse 16 Mio avec ses images",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
}

#[test]
fn a_body_above_the_limit_is_refused_alone_and_named_beforehand() {
    let server = Embedded::sftp();
    let agency = Agency::tiny();
    agency.configure(&server.target());
    let body = format!("<p>{}</p>", "charges ".repeat(64 * 1024 * 1024 / 8));
    agency.open().execute("UPDATE event SET body = ?1 WHERE id = 107", [body]).unwrap();
    let report = agency.publish_first().ended(3).last()["report"].clone();
    let refused: Vec<_> = report["refused"]["body-too-large"]["records"].as_array().unwrap().iter().collect();
    assert_eq!(refused.iter().map(|record| &record["id"]).collect::<Vec<_>>(), ["107"], "{report}");
    assert_eq!(report["letters_rendered"], 3, "the letters 101, 160 and 201 leave: {report}");
    let found = agency.run(&["check"]).ended(3).out;
    assert!(found.contains("[body-too-large]"), "{found}");
    agency.run(&["why", "document", "event:107"]).ended(0);
}

#[test]
fn a_photo_that_announces_billions_of_pixels_is_refused_alone_and_named_beforehand() {
    let server = Embedded::sftp();
    let agency = Agency::tiny();
    agency.configure(&server.target());
    let side = 50_000_u32.to_be_bytes();
    let start = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice();
    let png = [start, &side, &side, &[8, 2, 0, 0, 0, 0, 0, 0, 0], b"\0\0\0\0IEND\0\0\0\0"].concat();
    std::fs::write(agency.path("files/vaste.png"), png).unwrap();
    agency.open().execute("UPDATE photo SET path = 'vaste.png' WHERE id = 1", []).unwrap();
    let report = agency.publish_first().ended(3).last()["report"].clone();
    let refused: Vec<_> = report["refused"]["file-too-large"]["records"].as_array().unwrap().iter().collect();
    assert_eq!(refused.iter().map(|record| &record["id"]).collect::<Vec<_>>(), ["1"], "{report}");
    let found = agency.run(&["check"]).ended(3).out;
    assert!(found.contains("[file-too-large]"), "{found}");
}
