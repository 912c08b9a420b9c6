//! `publier check --elan`: the décret 2019-502, building by building.

use std::process::{Command, Output};

use publier::desk::check::elan::{self, Online, Standing};
use publier::desk::check::report::elan_text;
use publier::desk::check::{Books, Code, Ground};
use publier::i18n::{Lang, Messages};
use publier::ledger::Ledger;

use crate::support::check::{Copy, SERVICE, demo_files, now};

fn standing(copy: &Copy, building: usize, kind: &str, online: Option<Online<'_>>) -> Standing {
    let settings = copy.settings();
    let books = Books::open(&Ground { settings: &settings, service: SERVICE, now: now() }).unwrap();
    let report = elan::report(&books, online).unwrap();
    report[building].rows.iter().find(|row| row.duty.kind == kind).unwrap().standing
}

#[test]
fn the_decree_is_read_building_by_building() {
    let copy = Copy::new();
    let settings = copy.settings();
    let books = Books::open(&Ground { settings: &settings, service: SERVICE, now: now() }).unwrap();
    let report = elan::report(&books, None).unwrap();
    let messages = Messages::new(Lang::Fr);
    let shown: Vec<String> = report.iter().map(|condominium| elan_text(condominium, &messages)).collect();
    insta::assert_snapshot!(shown.join("\n\n"));
}

#[test]
fn the_three_last_minutes_are_wanted_and_three_of_one_day_are_one() {
    let minutes = |dates: [&str; 2]| {
        let insert = |id: i64, date: &str| {
            format!(
                "INSERT INTO event (id, template_id, entity_id, subject, body, event_date, published_on, building_id)
                 VALUES ({id}, 2, 2, 'PV', '<p>PV</p>', '{date}', '2025-07-01', 1);"
            )
        };
        let copy = Copy::broken(&format!("{}{}", insert(900, dates[0]), insert(901, dates[1])));
        standing(&copy, 0, "meeting_minutes", None)
    };
    assert_eq!(minutes(["2023-05-01", "2024-05-01"]), Standing::Ready);
    assert_eq!(minutes(["2024-05-01", "2024-05-01"]), Standing::Incomplete);
}

#[test]
fn a_document_in_a_binder_closed_to_those_concerned_doesnt_count() {
    let copy = Copy::broken("UPDATE binder SET right_co_owner = 0 WHERE id = 13");
    assert_eq!(standing(&copy, 0, "bylaws", None), Standing::Closed);
    assert_eq!(standing(&Copy::new(), 0, "bylaws", None), Standing::Ready);
    let unlicensed = Copy::broken("UPDATE event_template SET legal_kind = NULL WHERE id = 4");
    assert_eq!(standing(&unlicensed, 0, "bylaws", None), Standing::Missing);
}

#[test]
fn what_is_live_in_the_ledger_is_online_even_if_its_date_was_taken_away() {
    let copy = Copy::broken("UPDATE event SET published_on = NULL WHERE template_id = 4");
    let event: i64 = rusqlite::Connection::open(copy.path("agency.db"))
        .unwrap()
        .query_row("SELECT id FROM event WHERE template_id = 4 AND building_id = 1", [], |row| row.get(0))
        .unwrap();
    let path = copy.path("data/state.db");
    let mut ledger = Ledger::open(&path).unwrap();
    let series = ledger.series("extranet", "extranet", "0123456789abcdef").unwrap();
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute(
            "INSERT INTO document (series, document, live, binder, published_on, publish_request, content_digest,
                                   listing_digest, remote_name, size_bytes, sha256, publication)
             VALUES (?1, ?2, 1, 13, '2025-01-01', 0, zeroblob(32), zeroblob(32), '070001.pdf', 1, zeroblob(32), 1)",
            rusqlite::params![series.key.0, format!("e{event:012}.000000000000@b000000000001")],
        )
        .unwrap();
    let online = Online { ledger: &ledger, series: &series };
    assert_eq!(standing(&copy, 0, "bylaws", Some(online)), Standing::Online);
    assert_eq!(standing(&copy, 0, "bylaws", None), Standing::Missing);
}

/// A command of ours that a service account of no rights runs: the tests may run as root, whom nothing is refused.
#[cfg(unix)]
fn unprivileged(copy: &Copy, verb: &str) -> Output {
    use std::os::unix::fs::PermissionsExt;
    let program = copy.path("publier");
    std::fs::copy(env!("CARGO_BIN_EXE_publier"), &program).unwrap();
    let config = copy.config_file();
    let database = copy.path("agency.db");
    std::fs::set_permissions(&database, std::fs::Permissions::from_mode(0o444)).unwrap();
    let mut command = if rustix::process::geteuid().is_root() {
        let folder = copy.path("");
        let given = Command::new("chown").args(["-R", "65534:65534"]).arg(&folder).status().unwrap();
        assert!(given.success());
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
        command
    } else {
        Command::new(&program)
    };
    command.args(verb.split(' ')).arg("--config").arg(config).output().unwrap()
}

#[cfg(unix)]
#[test]
fn a_database_that_this_account_cant_write_is_told_and_no_obstacle() {
    let files = format!("files = [\"{}\"]", demo_files().display());
    let copy = Copy::new().configured(&files, "files = [\"data\"]");
    let configuration = unprivileged(&copy, "config check");
    let said = String::from_utf8(configuration.stdout).unwrap();
    assert_eq!(configuration.status.code(), Some(0), "{said}");
    assert!(said.contains("ne peut pas être écrite par ce compte (accès refusé)"), "{said}");
    let checked = unprivileged(&copy, "check --json");
    let said = String::from_utf8(checked.stdout).unwrap();
    assert!(said.contains(&format!("\"{}\"", Code::DatabaseReadOnly)), "{said}");
}
