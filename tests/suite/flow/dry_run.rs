//! `publish --dry-run`: what would leave, without a trace.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::PathBuf;

use publier::digest::sha256;

use crate::support::flow::{Agency, Embedded, Publication, TEMPORARY_PASSWORDS, files_below};
use crate::support::servers::free_port;
use crate::support::tools::names_in;

/// Every file of the agency's folder with its digest, but the shared memory that SQLite makes to read.
fn state(agency: &Agency) -> BTreeMap<PathBuf, String> {
    let files = agency.files().into_iter().filter(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        !(name.ends_with("-shm") || (name.ends_with("-wal") && std::fs::metadata(path).unwrap().len() == 0))
    });
    files.map(|path| (path.clone(), sha256(&std::fs::read(path).unwrap()).to_string())).collect()
}

#[test]
fn a_dry_run_makes_nothing_where_nothing_was_and_opens_no_socket() {
    let agency = Agency::small();
    let server = Embedded::sftp();
    agency.configure(&server.target());
    // Whoever connects here is caught; nobody answers.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    agency.reconfigure(
        &format!("port = {}", server.target().port),
        &format!("port = {}", listener.local_addr().unwrap().port()),
    );
    let before = state(&agency);
    let tried = agency.run(&["publish", "--dry-run"]).ended(4);
    assert_eq!(state(&agency), before, "neither ledger, spool, log nor lock is made");
    assert!(listener.accept().is_err(), "no connection");
    let plain = tried.out.replace('\u{a0}', " ");
    assert!(plain.contains("rien n’a été envoyé, aucune base n’a été modifiée"), "{plain}");
    assert!(plain.contains("Documents : 29 sur"), "{plain}");
}

#[test]
fn a_dry_run_tells_the_plan_that_a_run_then_makes_and_changes_no_ledger() {
    let server = Embedded::sftp();
    let agency = Agency::small();
    agency.configure(&server.target());
    let tried = agency.publish(&["--dry-run"]).ended(4).last();
    agency.publish(&["--confirm", tried["report"]["hold_digest"].as_str().unwrap()]).ended(3);

    agency.sql("UPDATE event SET published_on = NULL WHERE id = 160");
    let before = state(&agency);
    let tried = agency.publish(&["--dry-run"]).ended(3).last();
    assert_eq!(tried["report"]["withdrawn"], serde_json::json!({"manual": 1}));
    assert_eq!(tried["report"]["publication"]["sequence"], 2);
    assert_eq!(tried["report"]["files_uploaded"], 0);
    assert_eq!(state(&agency), before);
    let done = agency.publish(&[]).ended(3).last();
    assert_eq!(done["report"]["withdrawn"], serde_json::json!({"manual": 1}));
    assert_eq!(done["report"]["publication"]["sequence"], 2, "the dry run took no number");
}

#[test]
fn a_dry_run_keeps_what_it_made_where_it_is_told_again_and_again() {
    let agency = Agency::small();
    agency.configure(&Embedded::sftp().target());
    agency.reconfigure("host = \"localhost\"", "host = \"nowhere.invalid\"");
    let out = agency.path("kept");
    std::fs::create_dir(&out).unwrap();
    let mode = crate::support::tools::mode_of(&out);
    std::fs::write(out.join("mine.txt"), "mine").unwrap();
    for _ in 0..2 {
        let tried = agency.publish(&["--dry-run", "--out", "kept"]).ended(4).last();
        assert_eq!(tried["report"]["outcome"], "held");
    }
    assert_eq!(crate::support::tools::mode_of(&out), mode, "the folder stays as open as it was");
    assert!(out.join("mine.txt").is_file());
    let zips: Vec<_> = names_in(&out).into_iter().filter(|name| name.ends_with(".zip")).collect();
    assert_eq!(zips.len(), 2, "each series that was tried has a name of its own: {zips:?}");
    let publication = Publication::read(&std::fs::read(out.join(&zips[0])).unwrap());
    publication.validate();
    let mut bodies = 0;
    for document in publication.documents().iter().filter(|node| node.attribute("kind") == Some("body")) {
        let pdf = std::fs::read(out.join(document.attribute("file").unwrap())).unwrap();
        assert_eq!(sha256(&pdf).to_string(), document.attribute("sha256").unwrap());
        bodies += 1;
    }
    assert_eq!(bodies, 9);
    assert_eq!(publication.passwords(), [], "no temporary password stays on a disk (D5)");
    for path in files_below(&out) {
        let bytes = std::fs::read(path).unwrap();
        assert!(TEMPORARY_PASSWORDS.iter().all(|word| !String::from_utf8_lossy(&bytes).contains(word)));
    }
    assert!(!agency.path("data").exists());
}

#[test]
fn a_dry_run_says_what_would_stop_the_run() {
    let agency = Agency::small();
    agency.configure(&Embedded::sftp().target());
    agency.reconfigure("host = \"localhost\"", &format!("host = \"localhost\" # {}", free_port()));
    agency.sql("UPDATE agency SET licence_valid = 0");
    let refused = agency.run(&["publish", "--dry-run"]).ended(5);
    assert!(refused.out.contains("licence"), "{}", refused.out);
    std::fs::remove_file(agency.database()).unwrap();
    let missing = agency.run(&["publish", "--dry-run"]).ended(6);
    assert!(missing.out.contains("introuvable"), "{}", missing.out);
}
