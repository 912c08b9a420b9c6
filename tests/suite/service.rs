//! The real service and the real commands: slots on both days of a clock change, absences, signals, refusals.

use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use publier::ledger::runs::Trigger;

use crate::support::service::{Agency, utc, wait_until};

const EVERY_DAY: [u8; 7] = [1, 2, 3, 4, 5, 6, 7];

fn daily(time: &'static str) -> Vec<(u8, &'static str)> {
    EVERY_DAY.iter().map(|day| (*day, time)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_spring_a_slot_inside_the_gap_runs_at_three_o_clock() {
    let agency = Agency::new(&daily("02:30")).await;
    agency.publish_first("2027-03-27 12:00:00");
    // 01:59:55 in winter time; the next second but four is 03:00:00 in summer time.
    let service = agency.start("2027-03-28 00:59:55");
    let run = agency.wait_for_runs(3);
    service.stop();
    assert_eq!((run.trigger, run.exit_code), (Trigger::Slot, Some(3)));
    assert!((utc("2027-03-28 01:00:00")..utc("2027-03-28 01:00:06")).contains(&run.started_at), "{run:?}");
    assert_eq!(agency.last_claim().unwrap().key.to_string(), "extranet 2027-03-28 02:30");
    assert_eq!(agency.delivered().len(), 2);
    assert_eq!(agency.runs().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_autumn_a_slot_that_comes_twice_runs_once_at_its_first_occurrence() {
    let agency = Agency::new(&daily("02:30")).await;
    agency.publish_first("2026-10-24 12:00:00");
    let service = agency.start("2026-10-25 00:29:55");
    let run = agency.wait_for_runs(3);
    service.stop();
    assert!((utc("2026-10-25 00:30:00")..utc("2026-10-25 00:30:06")).contains(&run.started_at), "{run:?}");
    assert_eq!((run.trigger, run.exit_code), (Trigger::Slot, Some(3)));
    // 02:30 again, in winter time.
    let service = agency.start("2026-10-25 01:29:58");
    std::thread::sleep(Duration::from_secs(6));
    service.stop();
    assert_eq!(agency.runs().len(), 3);
    assert_eq!(agency.last_claim().unwrap().key.to_string(), "extranet 2026-10-25 02:30");
    assert_eq!(agency.delivered().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_absence_over_three_slots_one_run_catches_up_and_two_collapse() {
    let agency = Agency::new(&daily("18:00")).await;
    agency.publish_first("2026-11-23 09:00:00");
    let service = agency.start("2026-11-23 12:00:00");
    wait_until("the service is up", || agency.log().contains("Ready").then_some(()));
    wait_until("a beat", || agency.log().contains("18:00").then_some(()));
    service.stop();
    assert_eq!(agency.runs().len(), 2);
    let service = agency.start("2026-11-26 10:00:00");
    let run = agency.wait_for_runs(3);
    std::thread::sleep(Duration::from_secs(3));
    service.stop();
    assert_eq!(run.trigger, Trigger::CatchUp);
    assert_eq!(agency.last_claim().unwrap().key.to_string(), "extranet 2026-11-25 18:00");
    assert_eq!(agency.runs().len(), 3, "once");
    assert_eq!(
        states(&agency),
        [("2026-11-23", "collapsed"), ("2026-11-24", "collapsed"), ("2026-11-25", "claimed")]
    );
}

/// Gives the slots that the ledger holds, by date, with their state.
fn states(agency: &Agency) -> Vec<(&'static str, &'static str)> {
    let db = rusqlite::Connection::open(agency.place.path("data/state.db")).unwrap();
    let mut statement = db.prepare("SELECT local_date, state FROM slot ORDER BY local_date").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(|row| row.map(|(date, state): (String, String)| (&*date.leak(), &*state.leak())).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_parks_the_run_in_time_a_second_publication_waits_and_the_next_start_goes_on() {
    let agency = Agency::new(&daily("18:00")).await;
    agency.publish_first("2026-11-23 09:00:00");
    // A server that takes the connection and never says a word.
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    agency.configure(mute.local_addr().unwrap().port());
    let service = agency.start("2026-11-23 16:59:57");
    mute.accept().unwrap();
    let refused = agency.run("2026-11-23 17:00:10", "publish");
    assert_eq!(refused.code, 8, "{}", refused.err);
    let who =
        format!("Une publication est déjà en cours (processus\u{a0}{}", service.pid()).replace('\u{a0}', " ");
    assert!(refused.err.replace('\u{a0}', " ").contains(&who), "{}", refused.err);
    let status = agency.run("2026-11-23 17:00:10", "status --json");
    assert_eq!(status.lines()[0]["running"]["pid"], service.pid());
    let took = service.stop();
    println!("stopped in {took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    let runs = agency.runs();
    assert_eq!((runs.len(), runs[2].exit_code), (3, Some(130)), "{runs:?}");
    assert_eq!(agency.last_claim().map(|claim| (claim.finished, claim.failures)), Some((false, 0)));

    agency.configure_back();
    let service = agency.start("2026-11-23 17:05:00");
    let run = agency.wait_for_runs(4);
    service.stop();
    assert_eq!((run.trigger, run.exit_code), (Trigger::Retry, Some(3)));
    assert_eq!(agency.delivered().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hang_up_with_a_wrong_configuration_keeps_the_old_one_and_every_line_of_a_run_bears_its_number() {
    let agency = Agency::new(&daily("18:00")).await;
    agency.publish_first("2026-11-23 09:00:00");
    let service = agency.start("2026-11-23 16:59:54");
    wait_until("the service is up", || agency.log().contains("Ready").then_some(()));
    fs::write(agency.agent_toml(), "lang = \"de\"\n").unwrap();
    service.signal("HUP");
    wait_until("the refusal", || agency.log().contains("the old configuration stays").then_some(()));
    let run = agency.wait_for_runs(3);
    service.stop();
    assert_eq!((run.trigger, run.exit_code), (Trigger::Slot, Some(3)));
    assert_eq!(agency.delivered().len(), 2);
    let id = run.id.0.to_string();
    let planned = agency.log().lines().find(|line| line.contains("\"planned\"")).map(str::to_owned).unwrap();
    let planned: serde_json::Value = serde_json::from_str(&planned).unwrap();
    assert_eq!(planned["span"]["id"], id, "{planned}");
}
