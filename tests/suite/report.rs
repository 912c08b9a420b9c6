//! The suite of report: what support, staff and programs are told.
//!
//! The numbers in brackets are the assertions of the transfer log's contract. Those that wait for others: 17, 18 (no
//! event leads to `touch` yet), the `mv` of 22 (none is made on purpose), 33 (SIGTERM belongs to the service) and 36
//! against a real server (the suite of flow).

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use publier::i18n::{Lang, Messages};
use publier::ports::{Event, Listener, TransferError};
use publier::report::console::Console;
use publier::report::counts::Counts;
use publier::report::history::{Keep, history_name, prune_history};
use publier::report::ndjson::{COMMAND_TYPES, Ndjson, TYPES};
use publier::report::redact::Label;
use publier::report::run_report::{
    Cause, Outcome, PublicationRef, Record, RecordKind, RunReport, SectionCounts, WideDocument,
};
use publier::report::winscp_log::Output;
use publier_core::publication::exit::ExitStatus;
use publier_core::publication::facts::{Mode, Section};
use publier_core::publication::reason::{
    HoldReason, RefusalReason, RemovalReason, StaffReason, TransferReason, WaitReason,
};

use crate::support::report::*;

// ---------------------------------------------------------------------------------------------- the transfer log

/// [1] [2] [4] [5]
#[test]
fn the_log_begins_with_its_two_exact_lines() {
    let log = log_of(false, &small_run());
    let mut lines = log.lines();
    assert_eq!(lines.next(), Some(r#"<?xml version="1.0" encoding="UTF-8"?>"#));
    assert_eq!(
        lines.next(),
        Some(concat!(
            r#"<session xmlns="http://winscp.net/schema/session/1.0" name="agence605@ftp.example.org" "#,
            r#"start="2026-03-04T05:06:07.089Z">"#
        ))
    );
    assert_eq!(lines.last(), Some("</session>"));
    assert!(log.ends_with("</session>\n"));
}

/// [2] [6]
#[test]
fn the_log_has_no_carriage_return_doctype_cdata_comment_or_instruction() {
    let mut events = small_run();
    events.insert(1, uploaded("/a\r\n<!--\r-->", "/d/]]>", 1));
    let log = log_of(false, &events);
    assert!(!log.contains('\r'));
    for mark in ["<!DOCTYPE", "<![CDATA[", "<!--"] {
        assert!(!log.contains(mark), "{mark}");
    }
    assert_eq!(log.matches("<?").count(), 1);
}

/// [3] [7] [8] [9] [10] [11] [12] [13] [14] [16] [21] [22] [26]: every element that events lead to, to the byte.
#[test]
fn a_small_run_is_written_to_the_byte() {
    insta::assert_snapshot!("flat_log", log_of(false, &small_run()));
}

/// [23]
#[test]
fn a_small_run_with_groups_is_written_to_the_byte() {
    insta::assert_snapshot!("grouped_log", log_of(true, &small_run()));
}

/// [23]
#[test]
fn groups_have_a_name_and_a_start_and_never_nest() {
    let root = parse(&log_of(true, &small_run()));
    assert!(root.names().iter().all(|name| *name == "group"));
    for group in &root.children {
        let keys: Vec<_> = group.attributes.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["name", "start"]);
        assert_eq!(group.all("group").len(), 1, "{group:?}");
        assert!(!group.children.is_empty());
    }
}

/// [3] [5] in the time zones of both hemispheres.
#[test]
fn times_are_utc_whatever_the_machine_s_time_zone() {
    if let Ok(folder) = std::env::var(CHILD) {
        let path = std::path::Path::new(&folder).join("winscp.xml");
        let log = new_log(false).with(Output::file(path));
        small_run().iter().for_each(|event| log.hear(event));
        return;
    }
    let expected = log_of(false, &small_run());
    for zone in ["Pacific/Auckland", "America/New_York", "Europe/Paris"] {
        let folder = tempfile::tempdir().unwrap();
        let test = "suite::report::times_are_utc_whatever_the_machine_s_time_zone";
        let child = spawn_child(test, folder.path(), &[("TZ", zone)]).wait_with_output().unwrap();
        assert!(child.status.success(), "{child:?}");
        let written = std::fs::read_to_string(folder.path().join("winscp.xml")).unwrap();
        assert_eq!(written, expected, "{zone}");
    }
}

/// [9] [10] [12] [13] [14] [16]
#[test]
fn a_failed_upload_keeps_its_destination_has_no_size_and_stands_before_its_failure() {
    let event =
        failed("/s/a.pdf", Some("/d/a.pdf"), TransferReason::PermissionDenied, "550 Permission denied.");
    let root = parse(&log_of(false, &[started(), event, ended()]));
    let [upload, failure] = root.children.as_slice() else { panic!("{root:?}") };
    assert_eq!(upload.names(), ["filename", "destination", "result"]);
    let result = upload.child("result").unwrap();
    assert_eq!(result.attribute("success"), Some("false"));
    let sentence = "Le serveur interdit cette opération au compte utilisé.";
    assert_eq!(result.messages(), [sentence, "550 Permission denied."]);
    assert_eq!(failure.name, "failure");
    assert_eq!(failure.messages(), result.messages());
}

/// [13]: the server said nothing, or blanks.
#[test]
fn a_failure_without_words_has_one_message_that_is_not_empty() {
    for words in [None, Some(" \r\n".to_owned())] {
        let error = TransferError { reason: TransferReason::TimedOut, words };
        let event = Event::UploadFailed { local: "/a".into(), remote: None, error, at: at(1) };
        let root = parse(&log_of(false, &[started(), event, ended()]));
        assert_eq!(root.children[0].names(), ["filename", "result"]);
        let messages = root.children[1].messages();
        assert_eq!(messages, ["Le serveur n’a pas répondu à temps."]);
    }
}

/// [13]: no reason of the catalogue is told by its key.
#[test]
fn every_reason_of_the_catalogue_is_told_by_its_sentence() {
    let messages = Messages::new(Lang::Fr);
    for &reason in TransferReason::ALL {
        let event = failed("/a", Some("/d/a"), reason, "words");
        let root = parse(&log_of(false, &[started(), event, ended()]));
        assert_eq!(root.children[1].messages(), [messages.text(reason.reason_key()).as_str(), "words"]);
    }
}

/// [15]
#[test]
fn sizes_of_nothing_and_beyond_four_gigabytes_round_trip() {
    let sizes = [0, 1, (1 << 32) + 7, u64::MAX];
    let mut events = vec![started()];
    events.extend(sizes.iter().map(|size| uploaded("/a", "/d/a", *size)));
    let log = log_of(false, &events);
    let root = parse(&format!("{log}</session>"));
    let read: Vec<u64> =
        root.children.iter().map(|upload| upload.value("size").unwrap().parse().unwrap()).collect();
    assert_eq!(read, sizes);
}

/// [15]: after a resume too.
#[test]
fn a_resumed_upload_bears_the_size_of_the_whole_file() {
    let root = parse(&log_of(false, &small_run()));
    assert_eq!(root.all("upload")[0].value("size"), Some("48213"));
}

/// [19] [20]
#[test]
fn a_rename_that_fails_makes_the_upload_fail_and_shows_neither_move_nor_temporary_name() {
    let event = failed("/s/a.pdf", Some("/d/a.pdf"), TransferReason::RenameFailed, "550 rename");
    let root = parse(&log_of(false, &[started(), event, ended()]));
    assert_eq!(root.names(), ["upload", "failure"]);
    assert_eq!(root.children[0].value("destination"), Some("/d/a.pdf"));
    assert!(!root.children[0].succeeded());
}

/// [19]: tries, progress and resumes are internal.
#[test]
fn tries_and_resumes_never_show() {
    let shown = small_run();
    let plain: Vec<_> = shown
        .iter()
        .filter(|event| {
            !matches!(event, Event::Progress { .. } | Event::Retrying { .. } | Event::Resumed { .. })
        })
        .cloned()
        .collect();
    assert_eq!(log_of(false, &shown), log_of(false, &plain));
}

/// [22]
#[test]
fn a_removal_that_fails_says_why_and_has_its_failure() {
    let error = Some(TransferError::new(TransferReason::PermissionDenied, "550 no"));
    let event = Event::Removed { path: remote("/d/old.pdf"), error, at: at(1) };
    let root = parse(&log_of(false, &[started(), event, ended()]));
    assert_eq!(root.names(), ["rm", "failure"]);
    assert_eq!(root.children[0].names(), ["filename", "result"]);
    assert!(!root.children[0].succeeded());
}

/// [24]
#[test]
fn a_password_in_a_session_s_name_is_not_written() {
    let session = "agence605:c4n4ry@ftp.example.org".to_owned();
    let log = log_of(true, &[Event::TransferStarted { session, at: at(0) }, ended()]);
    assert!(!log.contains("c4n4ry"));
    assert_eq!(parse(&log).attribute("name"), Some("agence605@ftp.example.org"));
}

/// [25]
#[test]
fn a_run_without_connection_is_one_failure_at_the_session_s_level() {
    let error = TransferError::new(TransferReason::ConnectionRefused, "os error 111");
    let log = log_of(false, &[started(), Event::SessionFailed { error, at: at(1) }, ended()]);
    validate(&log).unwrap();
    let root = parse(&log);
    assert_eq!(root.names(), ["failure"]);
    assert_eq!(root.children[0].messages().len(), 2);
}

/// [26] [27] [28] [30]
#[test]
fn special_characters_line_ends_tabs_and_emoji_round_trip_in_every_reader() {
    let names = ["/s/l'été <a> & \"b\".pdf", "/s/two\nlines", "/s/a\tb", "/s/📄𝒳.pdf", "/s/  spaces  "];
    let mut events = vec![started()];
    events.extend(names.iter().map(|name| uploaded(*name, "/d/x", 1)));
    events.push(ended());
    let log = log_of(false, &events);
    let read: Vec<_> =
        parse(&log).children.iter().map(|upload| upload.value("filename").unwrap().to_owned()).collect();
    assert_eq!(read, names);
    assert_eq!(element_tree_uploads(write_temporary(log.as_bytes()).path()), names);
    assert!(log.contains(r#"value="/s/l'été &lt;a&gt; &amp; &quot;b&quot;.pdf""#));
    assert!(log.contains("two&#10;lines") && log.contains("a&#9;b"));
}

/// [29]
#[cfg(unix)]
#[test]
fn control_characters_and_bad_utf_8_still_parse_in_element_tree_and_xmllint() {
    use std::os::unix::ffi::OsStrExt;
    let bytes = std::ffi::OsStr::from_bytes(b"/s/\x01\x1f\xff\xc3(\xed\xa0\x80\xef\xbf\xbe.pdf");
    let words = "550 \u{0}\u{8}\u{1b}[31mno\u{ffff}";
    let events = [
        started(),
        uploaded(bytes, "/d/x.pdf", 1),
        failed("/s/y", Some("/d/y"), TransferReason::ServerError, words),
        ended(),
    ];
    let log = log_of(false, &events);
    let file = write_temporary(log.as_bytes());
    let read = element_tree_uploads(file.path());
    assert!(read[0].starts_with("/s/\u{fffd}\u{fffd}\u{fffd}\u{fffd}(") && read[0].ends_with("\u{fffd}.pdf"));
    run("xmllint", &["--noout", file.path().to_str().unwrap()]);
    validate(&log).unwrap();
}

proptest! {
    /// [26] [27] [28] [29] [30]
    #[test]
    fn any_name_and_any_words_come_back_from_a_standard_parser(
        local in any::<String>(),
        path in "[^\\p{Cc}]{1,30}",
        words in any::<String>(),
        groups in any::<bool>(),
    ) {
        prop_assume!(publier::ports::RemotePath::new(path.clone()).is_ok());
        let events = [
            started(),
            uploaded(local.as_str(), &path, 7),
            failed(&local, Some(&path), TransferReason::ServerError, &words),
            ended(),
        ];
        let root = parse(&log_of(groups, &events));
        let uploads = root.all("upload");
        let seen = |text: &str| publier::xml::repaired(&text.replace('\r', ""));
        for upload in &uploads {
            prop_assert_eq!(upload.value("filename").unwrap(), seen(&local));
            prop_assert_eq!(upload.value("destination").unwrap(), seen(&path));
        }
        prop_assert_eq!(uploads.len(), 2);
        let failures = root.all("failure");
        let told = failures[0].messages();
        prop_assert_eq!(told.get(1).copied().unwrap_or_default(), seen(words.trim()));
    }
}

/// [31]
#[test]
fn a_second_process_sees_each_element_before_the_run_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/winscp.xml");
    let log = new_log(false).with(Output::file(path.clone()));
    log.hear(&started());
    for number in 1..=3 {
        log.hear(&uploaded("/s/a", &format!("/d/{number}"), 1));
        assert_eq!(streamed_uploads(&path).len(), number);
        assert!(!std::fs::read_to_string(&path).unwrap().contains("</session>"));
    }
    log.hear(&ended());
    assert_eq!(element_tree_uploads(&path).len(), 3);
}

/// [32]
#[test]
fn after_a_kill_every_finished_upload_is_recovered_by_a_streaming_parser() {
    if let Ok(folder) = std::env::var(CHILD) {
        let folder = std::path::PathBuf::from(folder);
        let log = new_log(false).with(Output::file(folder.join("winscp.xml")));
        let mut told = std::fs::File::create(folder.join("told")).unwrap();
        log.hear(&started());
        let until = Instant::now() + Duration::from_secs(60);
        for number in 0..10_000_000 {
            log.hear(&uploaded("/s/a.pdf", &format!("/d/{number}.pdf"), 1));
            told.write_all(b".").unwrap();
            if Instant::now() > until {
                break;
            }
        }
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let test = "suite::report::after_a_kill_every_finished_upload_is_recovered_by_a_streaming_parser";
    let mut child = spawn_child(test, folder.path(), &[]);
    let path = folder.path().join("winscp.xml");
    let until = Instant::now() + Duration::from_secs(30);
    while std::fs::metadata(&path).map_or(0, |file| file.len()) < 200_000 {
        assert!(Instant::now() < until, "the child writes no log");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let told = usize::try_from(std::fs::metadata(folder.path().join("told")).unwrap().len()).unwrap();
    let found = streamed_uploads(&path);
    assert!(told > 500 && (told..=told + 1).contains(&found.len()), "told {told}, found {}", found.len());
    assert!(found.iter().enumerate().all(|(number, path)| *path == format!("/d/{number}.pdf")));
    assert!(!std::fs::read_to_string(&path).unwrap().contains("</session>"));
}

/// [33] in part: whatever ends the run in order drops its log, which closes the session.
#[test]
fn an_orderly_drop_closes_the_session_and_a_panic_does_not() {
    let orderly = Kept::default();
    let log = new_log(false).with(orderly.output());
    log.hear(&started());
    drop(log);
    assert!(orderly.text().ends_with("</session>\n"));

    let panicking = Kept::default();
    let log = new_log(false).with(panicking.output());
    log.hear(&started());
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _log = log;
        panic!("a defect");
    }));
    assert!(caught.is_err());
    assert!(!panicking.text().contains("</session>"));
}

/// [34]
#[test]
fn a_new_session_replaces_the_set_file_and_opens_a_new_one_in_the_history() {
    let folder = tempfile::tempdir().unwrap();
    let (set, history) = (folder.path().join("winscp.xml"), folder.path().join("history"));
    for run in 1..=2 {
        let log = new_log(false).with(Output::file(set.clone())).with(Output::history(
            history.clone(),
            "extranet",
            "principal",
        ));
        log.hear(&started());
        log.hear(&uploaded("/s/a", &format!("/d/{run}"), 1));
        log.hear(&ended());
        assert_eq!(parse(&std::fs::read_to_string(&set).unwrap()).names(), ["upload"]);
        assert_eq!(std::fs::read_dir(&history).unwrap().count(), run);
    }
    let newest = "2026-03-04T05:06:07.090Z".parse().unwrap();
    let newest = history.join(history_name("extranet", "principal", newest));
    assert_eq!(std::fs::read(newest).unwrap(), std::fs::read(&set).unwrap(), "two files, same content");
    let oldest = std::fs::read_to_string(history.join(history_name("extranet", "principal", at(0)))).unwrap();
    assert_eq!(parse(&oldest).children[0].value("destination"), Some("/d/1"));
}

/// [34]: one session a run, kept across reconnections.
#[test]
fn a_reconnection_goes_on_in_the_same_session() {
    let events = [started(), uploaded("/a", "/d/1", 1), started(), uploaded("/a", "/d/2", 1), ended()];
    assert_eq!(parse(&log_of(false, &events)).names(), ["upload", "upload"]);
}

/// [35]
#[test]
fn parallel_uploads_never_interleave() {
    let kept = Kept::default();
    let log = new_log(false).with(kept.output());
    log.hear(&started());
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let log = &log;
            scope.spawn(move || {
                for number in 0..50 {
                    let name = format!("/d/{thread}/{number}");
                    if number % 3 == 0 {
                        log.hear(&failed(&name, Some(&name), TransferReason::ServerError, &name));
                    } else {
                        log.hear(&uploaded(name.as_str(), &name, 1));
                    }
                }
            });
        }
    });
    log.hear(&ended());
    let root = parse(&kept.text());
    assert_eq!(root.all("upload").len(), 800);
    for (index, upload) in root.children.iter().enumerate().filter(|(_, node)| node.name == "upload") {
        assert_eq!(upload.value("filename"), upload.value("destination"));
        if !upload.succeeded() {
            let failure = &root.children[index + 1];
            assert_eq!(failure.name, "failure");
            assert_eq!(failure.messages()[1], upload.value("destination").unwrap());
        }
    }
}

/// [36], for the events: the suite of flow compares with a real server.
#[test]
fn the_successful_uploads_that_xpath_finds_are_those_that_happened() {
    let file = write_temporary(log_of(true, &small_run()).as_bytes());
    let path = "//*[local-name()='upload'][*[local-name()='result']/@success='true']/*[local-name()='destination']/@value";
    let found = run("xmllint", &["--xpath", path, file.path().to_str().unwrap()]);
    let found: Vec<_> = found.lines().map(str::trim).collect();
    assert_eq!(
        found,
        [r#"value="/depot/documents/12/1204500017.pdf""#, r#"value="/depot/publication-000017.zip""#]
    );
}

/// [37]
#[test]
fn logs_validate_against_the_project_s_schema() {
    let empty = [started(), uploaded("", "/d/x", 0), ended()];
    for log in [log_of(false, &small_run()), log_of(true, &small_run()), log_of(false, &empty)] {
        validate(&log).unwrap();
    }
}

/// [37]: the schema refuses what the format forbids, so that validating means something.
#[test]
fn the_schema_refuses_what_the_format_forbids() {
    let log = log_of(true, &small_run());
    for (from, to) in [
        (r#"success="true""#, r#"success="True""#),
        ("089Z", "089+01:00"),
        ("http://winscp.net/schema/session/1.0", "http://winscp.net/schema/session/2.0"),
        ("<destination", "<dest"),
        (r#"<size value="48213" />"#, r#"<size value="-1" />"#),
        ("<message>553 Could not create file.</message>", "<message></message>"),
        (r#"<result success="true" />"#, ""),
        ("</group>", "<group name=\"x\" start=\"2026-03-04T05:06:07.089Z\"></group></group>"),
    ] {
        assert!(log.contains(from), "{from}");
        assert!(validate(&log.replace(from, to)).is_err(), "{from} -> {to}");
    }
}

struct Refusing(usize);

impl Write for Refusing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Err(std::io::Error::new(std::io::ErrorKind::StorageFull, "no space left"));
        }
        self.0 -= 1;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_log_that_cannot_be_written_is_given_up_and_the_others_go_on() {
    let kept = Kept::default();
    let log =
        new_log(false).with(Output::new("full disk", |_| Ok(Box::new(Refusing(2))))).with(kept.output());
    small_run().iter().for_each(|event| log.hear(event));
    assert_eq!(kept.text(), log_of(false, &small_run()));
    let problem = log.problem().unwrap();
    assert_eq!((problem.place.as_str(), problem.words.as_str()), ("full disk", "no space left"));
    let warning = problem.to_warning(&Messages::new(Lang::Fr));
    assert!(warning.contains("full disk") && warning.contains("n’a pas pu être écrit"), "{warning}");
}

#[test]
fn a_log_whose_folder_cannot_be_made_is_a_problem_and_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), b"").unwrap();
    let log = new_log(false).with(Output::file(folder.path().join("file/winscp.xml")));
    small_run().iter().for_each(|event| log.hear(event));
    assert!(log.problem().unwrap().place.contains("file"));
}

#[test]
fn an_event_outside_a_session_is_a_problem_that_is_told() {
    let log = new_log(false).with(Kept::default().output());
    log.hear(&uploaded("/a", "/d/a", 1));
    assert!(log.problem().is_some());
}

#[test]
fn pruning_removes_old_logs_and_leaves_other_files() {
    let folder = tempfile::tempdir().unwrap();
    let keep = Keep { max_age: chrono::TimeDelta::days(30), max_count: 2 };
    for days in [0, 1, 2, 40] {
        let start = at(0) - chrono::TimeDelta::days(days);
        std::fs::write(folder.path().join(history_name("extranet", "a", start)), b"").unwrap();
    }
    std::fs::write(folder.path().join("notes.txt"), b"").unwrap();
    assert_eq!(prune_history(folder.path(), keep, at(0)).unwrap(), 2);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    assert_eq!(prune_history(&folder.path().join("missing"), keep, at(0)).unwrap(), 0);
}

// ------------------------------------------------------------------------------------------------ the run report

fn record(kind: RecordKind, id: &str, label: &str) -> Record {
    Record { kind, id: id.into(), label: Some(Label::new(label)) }
}

fn section(
    section: Section,
    known: u64,
    published: u64,
    unchanged: u64,
    held: u64,
    refused: u64,
) -> SectionCounts {
    SectionCounts { section, known, published, unchanged, held, refused }
}

/// A run that delivered, with nothing to correct.
fn done() -> RunReport {
    let mut report = RunReport::new("TESTS 605", "principal", "20260304-0506-7f3a", at(0));
    report.publication =
        Some(PublicationRef { id: "p-000017".into(), sequence: Some(17), mode: Mode::Changes });
    report.sections = vec![
        section(Section::Accounts, 3230, 3230, 0, 0, 0),
        section(Section::Documents, 250_000, 14, 249_310, 6, 0),
    ];
    for id in 0..6 {
        report.held.add(WaitReason::FutureDate, record(RecordKind::Event, &id.to_string(), "Convocation"));
    }
    report.withdrawn = [(RemovalReason::Expired, 3), (RemovalReason::Manual, 1)].into();
    report.files_uploaded = 15;
    report.bytes_uploaded = 3_249_000;
    report.files_resumed = 1;
    report.next_slots = vec![at(12 * 3600), at(24 * 3600)];
    report.deliver(at(75));
    report
}

fn partial() -> RunReport {
    let mut report = done();
    report.sections[1].refused = 14;
    report.sections[1].published = 12;
    for id in 1..=13 {
        let label = format!("Facture EDF {id} de jean.dupont@example.org");
        report
            .refused
            .add(RefusalReason::FileMissing, record(RecordKind::Attachment, &id.to_string(), &label));
    }
    report.refused.add(RefusalReason::NoBinder, record(RecordKind::Event, "4312", "Appel 06 39 98 12 34"));
    let counts = Counts::default();
    counts.hear(&failed(
        "/s/a.pdf",
        Some("/depot/documents/12/a.pdf"),
        TransferReason::NameRefused,
        "553 no",
    ));
    report.files_failed = 1;
    report.failures = counts.tally().failures;
    report.widened = 2;
    report.warnings = vec![Label::new("Le serveur est en FTP non chiffré.")];
    report.deliver(at(75));
    report
}

fn held() -> RunReport {
    let mut report = RunReport::new("TESTS 605", "principal", "r2", at(0));
    report.sections =
        vec![section(Section::Accounts, 7, 6, 0, 0, 0), section(Section::Documents, 20, 12, 0, 0, 0)];
    report.hold(vec![HoldReason::FirstOfSeries], "4f1c-09ab", at(1));
    report
}

fn failed_run() -> RunReport {
    let mut report = RunReport::new("TESTS 605", "principal", "r3", at(0));
    let words = Some(Label::new("530 Login incorrect."));
    report.fail(Cause::Transfer { reason: TransferReason::AuthenticationRefused, words }, at(4));
    report.next_slots = vec![at(900)];
    report
}

fn told(report: &RunReport, lang: Lang) -> String {
    let messages = Messages::new(lang);
    format!("{}\n\n{}", report.to_subject(&messages), report.to_text(&messages))
}

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

// ------------------------------------------------------------------------------------------------- the sentences

fn catalogue() -> Vec<(&'static str, &'static str, &'static str, &'static str)> {
    let mut all = Vec::new();
    macro_rules! take {
        ($($set:ty),+) => {$(
            all.extend(<$set>::ALL.iter().map(|r| (<$set>::SET, r.code(), r.reason_key(), r.remedy_key())));
        )+};
    }
    take!(TransferReason, RefusalReason, WaitReason, RemovalReason, HoldReason, StaffReason);
    all
}

#[test]
fn every_code_has_its_sentence_and_its_remedy_in_both_languages() {
    let owners = [
        (Lang::Fr, ["Agence\u{a0}: ", "Administrateur\u{a0}: ", "Hébergeur\u{a0}: ", "Éditeur\u{a0}: "]),
        (Lang::En, ["Agency: ", "Administrator: ", "Host: ", "Vendor: "]),
    ];
    for (lang, owners) in owners {
        let messages = Messages::new(lang);
        for (_, _, reason, remedy) in catalogue() {
            assert!(messages.has(reason) && messages.has(remedy), "{lang:?}: {reason}, {remedy}");
            assert!(messages.text(reason).ends_with('.') && messages.text(remedy).ends_with('.'), "{reason}");
            let remedy_text = messages.text(remedy);
            assert!(owners.iter().any(|owner| remedy_text.starts_with(owner)), "whose move? {remedy_text}");
        }
    }
}

#[test]
fn no_sentence_stands_for_a_code_that_does_not_exist() {
    let known: BTreeSet<_> =
        catalogue().iter().flat_map(|(_, _, reason, remedy)| [*reason, *remedy]).collect();
    for text in [include_str!("../../locales/fr/reasons.ftl"), include_str!("../../locales/en/reasons.ftl")] {
        let keys = text.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key);
        assert_eq!(keys.collect::<BTreeSet<_>>(), known);
    }
}

#[test]
fn two_reasons_of_one_set_are_never_told_by_the_same_sentence() {
    let messages = Messages::new(Lang::Fr);
    let mut seen = BTreeSet::new();
    for (set, code, reason, _) in catalogue() {
        assert!(seen.insert((set, messages.text(reason))), "{set} {code}");
    }
}

#[test]
fn every_name_that_a_report_can_bear_has_its_word_in_both_languages() {
    let mut keys: Vec<String> = Vec::new();
    keys.extend(Section::ALL.iter().map(|section| format!("report-section-{}", section.code())));
    keys.extend(RecordKind::ALL.iter().map(|kind| format!("report-kind-{}", kind.name())));
    keys.extend(Mode::ALL.iter().map(|mode| format!("report-mode-{}", mode.code())));
    keys.extend(Outcome::ALL.iter().map(|outcome| format!("report-headline-{}", outcome.name())));
    for status in ExitStatus::ALL {
        keys.extend([format!("report-cause-{status}"), format!("report-remedy-{status}")]);
    }
    for lang in [Lang::Fr, Lang::En] {
        let messages = Messages::new(lang);
        for key in &keys {
            assert!(messages.has(key), "{lang:?}: {key}");
        }
    }
}

#[test]
fn every_kind_of_record_is_in_the_contracts() {
    let contracts = include_str!("../../docs/contracts.md");
    for kind in RecordKind::ALL {
        assert!(contracts.contains(&format!("`{}`", kind.name())), "{}", kind.name());
    }
}

/// A7, A11: what support may receive names records by kind and id, wherever the report lists them.
#[test]
fn a_report_without_labels_holds_no_title_anywhere() {
    let mut report = partial();
    let titled = || record(RecordKind::Event, "12", "Impayé de Mme Durand");
    report.held.add(WaitReason::FutureDate, titled());
    report.refused.add(RefusalReason::NoScope, titled());
    report.audiences.empty.add(titled());
    let wide = WideDocument { record: titled(), scope: "building".to_owned(), readers: 3 };
    report.audiences.wide.add(wide);
    let json = |report: &RunReport| serde_json::to_string(report).unwrap();
    assert_eq!(json(&report).matches("Durand").count(), 4);
    assert!(!json(&report.without_labels()).contains("Durand"), "{}", json(&report.without_labels()));
}

#[test]
fn names_in_json_are_those_of_the_code() {
    for section in Section::ALL {
        assert_eq!(serde_json::to_string(&section).unwrap(), format!("\"{}\"", section.code()));
    }
    for kind in RecordKind::ALL {
        assert_eq!(serde_json::to_string(kind).unwrap(), format!("\"{}\"", kind.name()));
    }
    for mode in Mode::ALL {
        assert_eq!(serde_json::to_string(&mode).unwrap(), format!("\"{}\"", mode.code()));
    }
    for outcome in Outcome::ALL {
        assert_eq!(serde_json::to_string(outcome).unwrap(), format!("\"{}\"", outcome.name()));
    }
}

#[test]
fn french_sentences_have_a_no_break_space_before_double_marks_and_inside_quotes() {
    let texts = [
        include_str!("../../locales/fr/reasons.ftl"),
        include_str!("../../locales/fr/report.ftl"),
        &told(&partial(), Lang::Fr),
    ];
    for text in texts {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            for bad in [" :", " ;", " !", " ?", "« ", " »", "'"] {
                assert!(!line.contains(bad), "{bad:?} in {line}");
            }
        }
    }
}

// -------------------------------------------------------------------------------------- JSON lines and the console

fn every_event() -> Vec<Event> {
    let mut events = small_run();
    let error = TransferError::new(TransferReason::PermissionDenied, "550 no");
    events.push(Event::Removed { path: remote("/d/x"), error: Some(error.clone()), at: at(5) });
    events.push(Event::SessionFailed { error, at: at(6) });
    events
}

#[test]
fn each_event_is_one_json_line_with_its_version_and_type() {
    let out = Kept::default();
    let lines = Ndjson::new(out.clone());
    every_event().iter().for_each(|event| lines.hear(event));
    lines.error(ExitStatus::Configuration, "Un réglage manque.");
    insta::assert_snapshot!("events_ndjson", out.text());
    lines.summary(&held());
    let mut types = BTreeSet::new();
    for line in out.text().lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["v"], 1);
        types.insert(line["type"].as_str().unwrap().to_owned());
    }
    assert_eq!(types, TYPES.iter().map(|name| (*name).to_owned()).collect());
}

#[test]
fn the_summary_line_bears_the_exit_code_and_the_whole_report() {
    let out = Kept::default();
    Ndjson::new(out.clone()).summary(&partial());
    let line: serde_json::Value = serde_json::from_str(&out.text()).unwrap();
    assert_eq!((line["exit_code"].as_u64(), line["status"].as_str()), (Some(3), Some("partial")));
    assert_eq!(serde_json::from_value::<RunReport>(line["report"].clone()).unwrap(), partial());
}

#[test]
fn a_closed_pipe_is_a_problem_and_no_failure() {
    let lines = Ndjson::new(Refusing(1));
    every_event().iter().for_each(|event| lines.hear(event));
    assert_eq!(lines.problem().as_deref(), Some("no space left"));
}

#[test]
fn nothing_is_shown_when_stderr_is_no_terminal() {
    if std::env::var(CHILD).is_ok() {
        let console = Console::new(Arc::new(Messages::new(Lang::Fr)), false);
        console.expect(2, 1_253_090);
        every_event().iter().for_each(|event| console.hear(event));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let test = "suite::report::nothing_is_shown_when_stderr_is_no_terminal";
    let child = spawn_child(test, folder.path(), &[]).wait_with_output().unwrap();
    assert!(child.status.success());
    assert_eq!(String::from_utf8_lossy(&child.stderr), "");
}

/// A terminal that keeps what is written on it.
#[derive(Debug, Clone, Default)]
struct Terminal(Arc<Mutex<String>>);

impl indicatif::TermLike for Terminal {
    fn width(&self) -> u16 {
        120
    }
    fn move_cursor_up(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn move_cursor_down(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn move_cursor_right(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn move_cursor_left(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn write_line(&self, text: &str) -> std::io::Result<()> {
        self.write_str(text)
    }
    fn write_str(&self, text: &str) -> std::io::Result<()> {
        self.0.lock().unwrap().push_str(text);
        Ok(())
    }
    fn clear_line(&self) -> std::io::Result<()> {
        self.0.lock().unwrap().push('\n');
        Ok(())
    }
    fn flush(&self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_terminal_shows_files_bytes_rate_and_time_left() {
    let terminal = Terminal::default();
    let target = indicatif::ProgressDrawTarget::term_like_with_hz(Box::new(terminal.clone()), 255);
    let console = Console::on(Arc::new(Messages::new(Lang::Fr)), target);
    console.expect(2, 40_000_000);
    for number in 0..40 {
        console.hear(&Event::Progress { remote: remote("/d/a"), bytes: 400_000 });
        std::thread::sleep(Duration::from_millis(5));
        if number == 38 {
            console.hear(&uploaded("/s/b", "/d/b", 4_000_000));
        }
    }
    // The bar draws when it finds it worth the while: a loaded machine gets some seconds.
    let drawn = |text: &str| terminal.0.lock().unwrap().contains(text);
    for _ in 0..500 {
        if drawn("1 / 2 fichiers · ") && drawn("\u{a0}Mo/s") {
            break;
        }
        console.hear(&Event::Progress { remote: remote("/d/a"), bytes: 1 });
        std::thread::sleep(Duration::from_millis(10));
    }
    let shown = terminal.0.lock().unwrap().clone();
    assert!(shown.contains("1 / 2 fichiers · "), "{shown}");
    assert!(shown.contains("\u{a0}Mo / 40\u{a0}Mo · "), "{shown}");
    assert!(shown.contains("\u{a0}Mo/s"), "{shown}");
    console.hear(&ended());
    assert!(terminal.0.lock().unwrap().ends_with('\n'), "the line is cleared at the end");
}

#[test]
fn the_counts_of_a_run_go_into_its_report() {
    let counts = Counts::default();
    small_run().iter().for_each(|event| counts.hear(event));
    let mut report = RunReport::new("A", "t", "r", at(0));
    report.take_transfers(counts.tally());
    report.deliver(at(60));
    assert_eq!((report.files_uploaded, report.bytes_uploaded), (2, 1_253_090));
    assert_eq!((report.files_resumed, report.files_failed, report.outcome), (1, 1, Outcome::Partial));
    assert_eq!(report.failures[0].reason, TransferReason::NameRefused);
}

// ---------------------------------------------------------------------------------------------------- the documents

const CONTRACTS: &str = include_str!("../../docs/contracts.md");

/// The rows of the table under a heading: their first cells without backquotes.
fn first_cells(heading: &str) -> Vec<String> {
    let section =
        CONTRACTS.split_once(&format!("{heading}\n")).unwrap_or_else(|| panic!("{heading} is missing")).1;
    let section = section.split("\n#").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.map(|row| row.split('|').nth(1).unwrap().trim().trim_matches('`').to_owned()).collect()
}

#[test]
fn the_documented_exit_codes_are_those_of_the_code() {
    let expected: Vec<_> = ExitStatus::ALL.iter().map(|status| status.code().to_string()).collect();
    assert_eq!(first_cells("## Exit codes"), expected);
    for status in ExitStatus::ALL {
        assert!(CONTRACTS.contains(&format!("| {} | `{status}` |", status.code())), "{status}");
    }
}

#[test]
fn the_documented_reasons_are_those_of_the_code_set_by_set() {
    for set in ["transfer", "refused", "waits", "removed", "hold", "staff"] {
        let codes: Vec<_> =
            catalogue().iter().filter(|(of, ..)| *of == set).map(|(_, code, ..)| *code).collect();
        assert_eq!(first_cells(&format!("### {set}")), codes, "{set}");
    }
}

#[test]
fn the_documented_json_lines_are_those_of_the_code() {
    assert_eq!(first_cells("## JSON lines"), TYPES);
    assert_eq!(first_cells("### Lines of the staff's commands"), COMMAND_TYPES);
}

#[test]
fn the_support_guide_shows_a_log_that_the_code_writes() {
    let guide = include_str!("../../docs/guide-assistance.fr.md");
    let example = guide.split_once("```xml\n").unwrap().1.split_once("```").unwrap().0;
    assert_eq!(example, log_of(false, &small_run()));
}

#[test]
fn the_support_guide_shows_a_report_that_the_code_writes() {
    let guide = include_str!("../../docs/guide-assistance.fr.md");
    let example = guide.split_once("```text\n").unwrap().1.split_once("```").unwrap().0;
    assert_eq!(example, failed_run().to_text(&Messages::new(Lang::Fr)));
}

#[test]
fn the_support_guide_tells_every_reason_of_a_transfer_with_whose_move_it_is() {
    let guide = include_str!("../../docs/guide-assistance.fr.md");
    let messages = Messages::new(Lang::Fr);
    for reason in TransferReason::ALL {
        let remedy = messages.text(reason.remedy_key());
        let (owner, _) = remedy.split_once("\u{a0}: ").unwrap();
        let row = format!("| {} | {owner} | ", messages.text(reason.reason_key()));
        assert!(guide.contains(&row), "{row}");
    }
}
