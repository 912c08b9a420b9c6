//! `publier check` itself: exit codes, quiet, JSON.

use std::collections::BTreeSet;
use std::process::{Command, Output};

use publier::desk::check::Code;

use crate::support::check::Copy;

fn publier(copy: &Copy, arguments: &[&str]) -> Output {
    let config = copy.path("agent.toml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_publier"));
    command.arg("--config").arg(config).arg("check").args(arguments).output().unwrap()
}

fn lines(output: &Output) -> Vec<serde_json::Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_exit_code_says_what_stands_in_the_way_first() {
    let demo = Copy::new();
    demo.config_file();
    assert_eq!(publier(&demo, &[]).status.code(), Some(3), "records are refused");
    let no_licence = Copy::broken("UPDATE agency SET licence_valid = 0");
    no_licence.config_file();
    assert_eq!(publier(&no_licence, &[]).status.code(), Some(5));
    let no_config = Copy::new();
    let output = publier(&no_config, &[]);
    assert_eq!(output.status.code(), Some(5), "{:?}", Code::ConfigUnreadable);
    let no_database = Copy::new();
    no_database.config_file();
    std::fs::remove_file(no_database.path("agency.db")).unwrap();
    assert_eq!(publier(&no_database, &[]).status.code(), Some(6));
    assert_eq!(publier(&demo, &["--server"]).status.code(), Some(7), "nothing listens on port 1");
    assert_eq!(publier(&demo, &["--elan"]).status.code(), Some(0));
}

#[test]
fn a_password_of_two_lines_is_a_setting_that_is_not_valid_for_every_command() {
    let copy = Copy::new();
    copy.config_file();
    publier::files::write_whole(&copy.path("password"), b"s3cr3t-of-the-server\nfor the mirror\n").unwrap();
    for verb in [&["config", "check"][..], &["check"], &["publish"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_publier"));
        let output = command.arg("--config").arg(copy.path("agent.toml")).args(verb).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(5), "{verb:?}: {said}");
        assert!(said.contains("contient plus d’une ligne") && said.contains("sur une seule ligne"), "{said}");
        assert!(!said.contains("s3cr3t") && !said.contains("mirror"), "{said}");
    }
}

#[test]
fn quiet_shows_the_errors_and_nothing_when_there_are_none() {
    let copy = Copy::new();
    copy.config_file();
    let output = publier(&copy, &["--quiet"]);
    let shown = String::from_utf8(output.stderr).unwrap();
    assert!(output.stdout.is_empty());
    assert!(
        shown.contains("[no-scope]") && !shown.contains("[blank-event]") && !shown.contains("[no-address]")
    );
}

#[test]
fn an_agency_with_warnings_alone_ends_well() {
    let copy = Copy::broken(
        "PRAGMA foreign_keys = ON; DELETE FROM photo; DELETE FROM event; UPDATE event_template SET binder_id = 8 WHERE id IN (15, 16)",
    );
    copy.config_file();
    let output = publier(&copy, &["--json"]);
    let lines = lines(&output);
    let levels: BTreeSet<&str> = lines.iter().filter_map(|line| line["level"].as_str()).collect();
    assert_eq!(levels, BTreeSet::from(["advice", "warning"]));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn json_gives_an_object_a_finding_and_one_summary() {
    let copy = Copy::new();
    copy.config_file();
    let lines = lines(&publier(&copy, &["--json"]));
    let (summary, findings) = lines.split_last().unwrap();
    assert!(findings.iter().all(|line| line["v"] == 1 && line["type"] == "finding"));
    assert_eq!(summary["type"], "summary");
    let levels = |level: &str| findings.iter().filter(|line| line["level"] == level).count();
    for level in ["error", "warning", "advice"] {
        assert_eq!(summary["findings"][level], levels(level), "{level}");
    }
    let blank = findings.iter().find(|line| line["code"] == "blank-event").unwrap();
    assert_eq!(blank["record"], serde_json::json!({"kind": "event", "key": "112", "name": null}));
    assert_eq!((blank["rule"].as_str(), blank["module"].as_str()), (Some("C1"), Some("events")));
    assert!(blank["remedy"].as_str().unwrap().starts_with("Agence"));
}

#[test]
fn settings_that_cant_be_loaded_are_findings_one_a_problem() {
    let copy = Copy::new()
        .configured("host = \"127.0.0.1\"", "host = \"ftp://x\"")
        .configured("port = 1", "port = 0");
    copy.config_file();
    let output = publier(&copy, &["--json"]);
    let lines = lines(&output);
    let keys: Vec<_> = lines.iter().filter_map(|line| line["record"]["key"].as_str()).collect();
    assert_eq!(keys, ["target.extranet.host", "target.extranet.port"]);
    assert!(lines.iter().take(2).all(|line| line["code"] == Code::ConfigInvalid.code()));
    assert_eq!(output.status.code(), Some(5));
    let nowhere = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_publier"))
        .arg("check")
        .current_dir(nowhere.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(&format!("[{}]", Code::ConfigMissing)), "{text}");
}

#[test]
fn a_check_writes_nothing_into_the_agencys_database_nor_makes_a_ledger_a10() {
    let copy = Copy::new();
    copy.config_file();
    let before = std::fs::read(copy.path("agency.db")).unwrap();
    publier(&copy, &[]);
    publier(&copy, &["--elan"]);
    assert!(std::fs::read(copy.path("agency.db")).unwrap() == before);
    assert_eq!(std::fs::read_dir(copy.path("data")).unwrap().count(), 0);
}
