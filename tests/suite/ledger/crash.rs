//! Kills: a child process runs a whole publication and is killed after each of its effects; the next run goes on.
//!
//! The child is this test binary itself: [`a_publication_goes_from_its_opening_to_its_settlement`] works in the
//! folder that the variable names, and says each effect on its standard output.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use publier::ledger::LedgerError;
use publier::ledger::runs::Trigger;
use publier_core::publication::due::{Candidate, Decision, DueOptions, Outcome, Verdict};
use publier_core::publication::facts::{Mode, RunId};
use publier_core::publication::merge::Merge;

use super::home;
use crate::support::ledger::{Home, Server, Source, at, body, deliver, derived, file_of, plan, run};

const CHILD: &str = "PUBLIER_TEST_LEDGER_CHILD";

fn source() -> Source {
    (1..=4).map(|event| (event, derived(event, 3))).collect()
}

fn child(test: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--nocapture", &format!("suite::ledger::crash::{test}")]);
    command.env(CHILD, folder).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

#[test]
fn a_publication_goes_from_its_opening_to_its_settlement() {
    let (_folder, own) = home();
    let home = std::env::var_os(CHILD).map_or(own, |folder| Home(folder.into()));
    let mut ledger = home.ledger();
    let server = Server(&home.0);
    let publication = run(&mut ledger, &server, &source(), &mut |effect| {
        println!("effect {effect}");
        std::io::stdout().flush().unwrap();
    });
    assert_eq!(ledger.stage(publication).unwrap().name(), "settled");
}

/// Runs the child and kills it after its n-th effect. Gives whether it lived that long.
fn kill_after(folder: &Path, effects: usize) -> bool {
    let mut child = child("a_publication_goes_from_its_opening_to_its_settlement", folder).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let seen = lines.filter(|line| line.contains("effect ")).take(effects).count();
    child.kill().unwrap();
    child.wait().unwrap();
    seen == effects
}

/// What must be true once a run has ended, whatever came before.
fn assert_whole(home: &Home) {
    let ledger = home.ledger();
    let series = ledger.find_series("extranet", "main").unwrap().unwrap();
    let live: Vec<_> = ledger
        .recorded_documents(series.key)
        .unwrap()
        .map(Result::unwrap)
        .filter(|record| record.live)
        .collect();
    let files: std::collections::BTreeSet<_> = live
        .iter()
        .map(|record| ledger.recorded_file(series.key, record.id).unwrap().unwrap().name)
        .collect();
    assert_eq!(live.len(), source().len(), "no document is missing");
    let server = Server(&home.0);
    assert_eq!(server.documents(), files, "each document stands there under its one name");
    let uploads = server.journal();
    let distinct: std::collections::BTreeSet<_> = uploads.iter().collect();
    assert_eq!(uploads.len(), distinct.len(), "nothing that stood there was uploaded again");
    assert!(ledger.unfinished(series.key).unwrap().is_empty());
    assert!(ledger.unsettled_uploads(series.key).unwrap().is_empty());
}

#[test]
fn a_kill_after_any_effect_loses_nothing_and_doubles_nothing() {
    let mut killed = 0;
    for effects in 1..100 {
        let (_folder, home) = home();
        let lived = kill_after(&home.0, effects);
        let mut ledger = home.ledger();
        run(&mut ledger, &Server(&home.0), &source(), &mut |_| {});
        assert_whole(&home);
        if !lived {
            break;
        }
        killed += 1;
    }
    println!("{killed} kill points");
    assert!((20..99).contains(&killed), "{killed} kill points");
}

#[test]
fn kills_during_recovery_lose_nothing_either() {
    for effects in 1..=8 {
        let (_folder, home) = home();
        for again in [effects, 3, 1, effects + 2] {
            kill_after(&home.0, again);
        }
        run(&mut home.ledger(), &Server(&home.0), &source(), &mut |_| {});
        assert_whole(&home);
    }
}

#[test]
fn a_transaction_that_never_committed_leaves_nothing() {
    let (_folder, home) = home();
    let mut ledger = home.ledger();
    let series = ledger.series("extranet", "main", "aaaa").unwrap();
    let cut = rusqlite::Connection::open(home.path()).unwrap();
    cut.execute_batch("BEGIN IMMEDIATE; UPDATE series SET last_sequence = 99; DELETE FROM run;").unwrap();
    drop(cut);
    assert_eq!(home.ledger().find_series("extranet", "main").unwrap(), Some(series));
    assert!(ledger.start_run(Trigger::Slot, at(0)).is_ok());
}

const MANY: i64 = 200_000;

#[test]
fn two_hundred_thousand_live_documents_merge_in_bounded_memory() {
    if let Some(folder) = std::env::var_os(CHILD) {
        merge_many(&Home(folder.into()));
        println!("peak {} KiB", peak_kib());
        return;
    }
    let (_folder, home) = home();
    settle_many(&home);
    let mut child = child("two_hundred_thousand_live_documents_merge_in_bounded_memory", &home.0);
    let text = String::from_utf8(child.output().unwrap().stdout).unwrap();
    let figure = text.split("peak ").nth(1).and_then(|rest| rest.split(' ').next());
    let peak: u64 = figure.and_then(|figure| figure.parse().ok()).unwrap_or_else(|| panic!("{text}"));
    println!("{peak} KiB at the peak of a process that does nothing else");
    assert!(peak < 48 * 1024, "{peak} KiB");
}

/// Merges many documents with a source that has the even ones.
fn merge_many(home: &Home) {
    let ledger = home.ledger();
    let series = ledger.find_series("extranet", "main").unwrap().unwrap();
    let (mut unchanged, mut gone) = (0, 0);
    let mut sink = |outcome: Outcome| {
        gone += outcome.removals.len();
        unchanged += usize::from(matches!(outcome.decision, Some(Decision::Unchanged(_))));
        Ok::<_, LedgerError>(())
    };
    let mut merge = Merge::new(ledger.recorded_documents(series.key).unwrap(), DueOptions::default());
    for event in (2..=MANY).step_by(2) {
        let verdict = Verdict::Publish(derived(1, 1));
        merge.push(&Candidate { source: body(event, 1).source(), verdict }, &mut sink).unwrap();
    }
    merge.finish(&mut sink).unwrap();
    assert_eq!((unchanged, gone), (100_000, 100_000));
}

/// Puts many documents into the state of the series, as settled publications leave them.
fn settle_many(home: &Home) {
    let mut ledger = home.ledger();
    let series = ledger.series("extranet", "main", "aaaa").unwrap();
    let publication = ledger.open_publication(series.key, RunId(1), Mode::Changes, at(0)).unwrap();
    plan(&mut ledger, &series, publication, &Source::from([(1, derived(1, 1))]), at(1));
    deliver(&mut ledger, publication);
    ledger.settle(publication, at(90), &[]).unwrap();
    let direct = rusqlite::Connection::open(home.path()).unwrap();
    let file = file_of(body(1, 1), &derived(1, 1).content_digest);
    direct
        .execute(
            "WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
             INSERT INTO document (series, document, live, binder, published_on, publish_request, content_digest,
                 listing_digest, remote_name, size_bytes, sha256, publication, live_since)
             SELECT series, printf('e%012d.000000000000@a000000000001', n), live, binder,
                 published_on, publish_request, content_digest, listing_digest, ?2, size_bytes, sha256, publication, live_since
             FROM document, n",
            (MANY, file.name),
        )
        .unwrap();
}

fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
