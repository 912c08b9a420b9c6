//! The transfer log: its form, what it tells, and what survives a kill, a panic and a full disk.

use super::*;

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
        let test = "suite::report::log::times_are_utc_whatever_the_machine_s_time_zone";
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
    let log =
        log_of(true, &[Event::TransferStarted { target: "extranet".into(), session, at: at(0) }, ended()]);
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
    let test = "suite::report::log::after_a_kill_every_finished_upload_is_recovered_by_a_streaming_parser";
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
