//! The JSON lines and the progress on a terminal.

use super::*;

fn every_event() -> Vec<Event> {
    let mut events = small_run();
    let error = TransferError::new(TransferReason::PermissionDenied, "550 no");
    events.push(Event::Removed { path: remote("/d/x"), error: Some(error.clone()), at: at(5) });
    events.push(Event::Queued { remote: remote("/d/y"), size_bytes: 7 });
    events.push(Event::AlreadyThere { remote: remote("/d/y"), size_bytes: 7 });
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
    let paced = Ndjson::with_pace_every(out.clone(), Duration::ZERO);
    paced.hear(&uploaded("/s/b", "/d/b", 1));
    let mut types = BTreeSet::new();
    for line in out.text().lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["v"], 1);
        types.insert(line["type"].as_str().unwrap().to_owned());
    }
    assert_eq!(types, TYPES.iter().map(|name| (*name).to_owned()).collect());
}

#[test]
fn the_pace_is_told_after_what_left_and_no_more_often_than_asked() {
    let pace_lines = |every| {
        let out = Kept::default();
        let lines = Ndjson::with_pace_every(out.clone(), every);
        lines.hear(&Event::Queued { remote: remote("/d/a"), size_bytes: 1_000 });
        lines.hear(&Event::Progress { remote: remote("/d/a"), bytes: 400 });
        lines.hear(&Event::Progress { remote: remote("/d/a"), bytes: 600 });
        lines.hear(&uploaded("/s/a", "/d/a", 1_000));
        lines.hear(&ended());
        let parsed = out
            .text()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect::<Vec<serde_json::Value>>();
        parsed.into_iter().filter(|line| line["type"] == "pace").collect::<Vec<_>>()
    };
    assert_eq!(pace_lines(Duration::from_secs(3600)), Vec::<serde_json::Value>::new());
    let told = pace_lines(Duration::ZERO);
    assert_eq!(told.len(), 3, "{told:?}");
    let far = |line: &serde_json::Value| {
        ["files", "files_expected", "bytes", "bytes_expected"].map(|name| line[name].as_u64().unwrap())
    };
    assert_eq!(
        told.iter().map(far).collect::<Vec<_>>(),
        [[0, 1, 400, 1000], [0, 1, 1000, 1000], [1, 1, 1000, 1000]]
    );
    assert!(told[2]["bytes_per_second"].is_u64() && told[2].get("seconds_left").is_some());
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
        every_event().iter().for_each(|event| console.hear(event));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let test = "suite::report::lines::nothing_is_shown_when_stderr_is_no_terminal";
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
    for (path, size_bytes) in [("/d/a", 36_000_000), ("/d/b", 4_000_000)] {
        console.hear(&Event::Queued { remote: remote(path), size_bytes });
    }
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
