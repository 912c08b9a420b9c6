//! The back office works on while we read (promise 7): it never waits for us, and nothing of it changes but its messages.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use publier::flow::publish::Ask;
use publier::ledger::runs::Trigger;
use publier::report::run_report::Outcome;

use crate::support::flow::{Agency, Desk};

/// How the back office's writes went.
#[derive(Debug)]
struct Writes {
    /// How long each took, in order of length.
    lengths: Vec<Duration>,
    /// How many were refused because somebody else held the database.
    refused: usize,
}

impl Writes {
    fn percentile_99(&self) -> Duration {
        self.lengths[self.lengths.len() * 99 / 100]
    }

    fn slowest(&self) -> Duration {
        *self.lengths.last().unwrap()
    }
}

/// Writes as the back office would while `work` runs, waiting at most this long for its turn.
fn writes_during(agency: &Agency, turn: Duration, work: impl FnOnce()) -> Writes {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let db = agency.open();
            db.busy_timeout(turn).unwrap();
            let mut writes = Writes { lengths: Vec::new(), refused: 0 };
            while !over.load(Ordering::Relaxed) {
                let began = Instant::now();
                let trade = format!("Vitrerie {}", writes.lengths.len());
                let written = db.execute("UPDATE supplier SET trade = ?1 WHERE id = 3", [trade]);
                writes.refused += usize::from(written.is_err());
                writes.lengths.push(began.elapsed());
                std::thread::sleep(Duration::from_millis(1));
            }
            writes.lengths.sort_unstable();
            writes
        });
        work();
        over.store(true, Ordering::Relaxed);
        writer.join().unwrap()
    })
}

/// The writer never waits for its turn here: a single lock of ours would refuse it.
#[test]
fn the_back_office_writes_on_while_a_publication_is_made() {
    let desk = Desk::new(Agency::new());
    desk.publish_first();
    // A machine that is busy with something else may stop any of us for a while: one calm run in three is enough.
    let mut typical = Duration::MAX;
    for _ in 0..3 {
        desk.agency
            .sql("UPDATE event SET publish_request = publish_request + 1 WHERE published_on IS NOT NULL");
        let writes = writes_during(&desk.agency, Duration::ZERO, || {
            assert_eq!(desk.publish_untold(desk.job(), &Ask::new(Trigger::Manual)).outcome, Outcome::Partial);
        });
        assert_eq!(writes.refused, 0, "of {}", writes.lengths.len());
        assert!(writes.lengths.len() > 20, "{writes:?}");
        typical = typical.min(writes.percentile_99());
        println!(
            "{} writes beside a publication: 99 % within {:?}, the slowest {:?}",
            writes.lengths.len(),
            writes.percentile_99(),
            writes.slowest()
        );
        if typical < Duration::from_millis(50) {
            break;
        }
    }
    assert!(typical < Duration::from_millis(50), "{typical:?}");
}

#[test]
fn a_database_that_is_not_in_wal_mode_is_copied_and_its_writer_goes_on_too() {
    let desk = Desk::new(Agency::small());
    desk.agency.sql("PRAGMA journal_mode = DELETE");
    let held = desk.publish();
    assert!(held.hold_digest.is_some());
    let writes = writes_during(&desk.agency, Duration::from_secs(10), || {
        let report = desk.confirm(held.hold_digest.as_deref().unwrap());
        assert_eq!(report.outcome, Outcome::Partial);
        assert!(report.warnings.iter().any(|warning| warning.to_string().contains("WAL")), "{report:?}");
    });
    println!("{} writes beside a copy: the slowest {:?}", writes.lengths.len(), writes.slowest());
    assert_eq!(writes.refused, 0);
    assert!(writes.lengths.len() > 5);
    let copies =
        desk.agency.files().into_iter().filter(|path| path.to_string_lossy().contains("source-")).count();
    assert_eq!(copies, 0, "the copy is deleted");
}

#[test]
fn a_publication_changes_nothing_in_the_agencys_database_but_its_messages() {
    let desk = Desk::new(Agency::small());
    let tables = desk
        .agency
        .rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'message' ORDER BY name");
    let state = || {
        let name =
            |row: &Vec<String>| row[0].trim_start_matches("Text(\"").trim_end_matches("\")").to_owned();
        let tables = tables.iter().map(name);
        tables.map(|table| (desk.agency.rows(&format!("SELECT * FROM {table}")), table)).collect::<Vec<_>>()
    };
    let before = state();
    assert!(before.len() > 40);
    desk.publish_first();
    desk.publish();
    assert_eq!(state(), before);
    assert_eq!(desk.agency.messages().len(), 3);
}

#[test]
fn a_report_message_that_the_database_refuses_now_comes_later_and_once() {
    let desk = Desk::new(Agency::small());
    let db = desk.agency.open();
    db.execute_batch("BEGIN IMMEDIATE").unwrap();
    let held = desk.publish();
    assert!(held.hold_digest.is_some(), "in WAL mode a writer holds no reader up");
    db.execute_batch("COMMIT").unwrap();
    assert_eq!(desk.agency.messages().len(), 0);
    desk.clock.turn(chrono::TimeDelta::days(1));
    desk.confirm(held.hold_digest.as_deref().unwrap());
    desk.publish();
    let messages = desk.agency.messages();
    assert_eq!(messages.len(), 3, "{messages:#?}");
    assert!(messages[0].1.contains("Publication retenue"));
}
