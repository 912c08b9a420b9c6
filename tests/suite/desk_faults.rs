//! What the staff's commands say when the machine fails them: a full disk, a file that may not be read or written.

use std::fs::OpenOptions;
use std::process::{Command, Output, Stdio};

use crate::support::desk::Desk;

/// Runs the real binary with a standard output of its own.
fn into(desk: &Desk, out: Stdio, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_publier"))
        .arg("--config")
        .arg(desk.path().join("agent.toml"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(out)
        .output()
        .unwrap()
}

#[test]
fn a_standard_output_on_a_full_disk_is_told_and_is_never_done() {
    let desk = Desk::demo();
    let commands: [&[&str]; 9] = [
        &["--json", "accounts", "list"],
        &["accounts", "list"],
        &["status"],
        &["events", "list"],
        &["config", "show"],
        &["why", "document", "101"],
        &["schedule", "next"],
        &["--help"],
        &["--json", "publish", "--dry-run"],
    ];
    for arguments in commands {
        let plain = desk.run(arguments);
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let said = into(&desk, full.into(), arguments);
        let expected = if plain.code == 0 { 1 } else { plain.code };
        assert_eq!(said.status.code(), Some(expected), "{arguments:?}");
        let err = String::from_utf8(said.stderr).unwrap();
        assert!(err.contains("plus de place sur le disque"), "{arguments:?}: {err}");
        assert!(!err.contains("os error"), "{err}");
    }
}

#[test]
fn a_reader_who_goes_away_is_told_nothing_and_changes_no_status() {
    let desk = Desk::demo();
    for arguments in [&["--json", "accounts", "list"][..], &["--help"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let said = into(&desk, writer.into(), arguments);
        assert_eq!(said.status.code(), Some(0), "{arguments:?}");
        assert_eq!(String::from_utf8(said.stderr).unwrap(), "", "{arguments:?}");
    }
}
