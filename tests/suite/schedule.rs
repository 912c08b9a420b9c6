//! The suite of schedule: the service over days of paused time, the planner over the days when clocks change.

use std::process::{Child, Command};
use std::time::Duration;

use chrono::TimeDelta;
use publier::i18n::{Lang, Messages};
use publier::ports::Clock;
use publier::service::{Ended, LockError, RunEnd, RunLock, Signal, slot_line};
use publier_core::channels::Channel;
use publier_core::schedule::{WeeklySchedule, due, upcoming};
use tokio::time::{Instant, sleep, timeout};

use crate::support::schedule::{Act, Mood, Stage, utc};

const DAILY: &[(i64, &str)] =
    &[(1, "18:00"), (2, "18:00"), (3, "18:00"), (4, "18:00"), (5, "18:00"), (6, "18:00"), (7, "18:00")];

async fn hours(count: u64) {
    sleep(Duration::from_hours(count)).await;
}

async fn minutes(count: u64) {
    sleep(Duration::from_mins(count)).await;
}

// 2026-11-30 is a Monday; Paris is an hour ahead of UTC in winter.

#[tokio::test(start_paused = true)]
async fn each_slot_runs_at_its_minute_and_once() {
    let stage = Stage::new("2026-11-30T08:00:00", DAILY).slow();
    let service = stage.start();
    hours(72).await;
    assert_eq!(service.stop().await, Ended::InOrder);
    let expected =
        ["2026-11-30 18:00 at 30 17:00", "2026-12-01 18:00 at 01 17:00", "2026-12-02 18:00 at 02 17:00"];
    assert_eq!(stage.runs(), expected);
}

#[tokio::test(start_paused = true)]
async fn after_an_absence_the_newest_slot_is_caught_up_once_when_the_machine_has_settled() {
    let stage = Stage::new("2026-11-30T08:00:00", DAILY).after_an_absence();
    let service = stage.start();
    sleep(Duration::from_secs(119)).await;
    assert_eq!(stage.runs(), [""; 0]);
    hours(8).await;
    assert_eq!(stage.runs(), ["2026-11-29 18:00 at 30 08:02"]);
    assert_eq!(stage.book().collapsed, ["2026-11-27 18:00", "2026-11-28 18:00"]);
    service.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_falls_due_while_the_machine_settles_is_on_time() {
    let stage = Stage::new("2026-11-30T16:59:00", DAILY);
    let service = stage.start();
    minutes(2).await;
    assert_eq!(stage.runs(), ["2026-11-30 18:00 at 30 17:00"]);
    service.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_changed_schedule_is_followed_without_restart_and_fires_nothing_already_past() {
    let stage = Stage::new("2026-11-30T08:00:00", &[(1, "18:00")]).slow();
    let service = stage.start();
    minutes(5).await;
    stage.book().rows = vec![(1, "09:00"), (1, "09:10")];
    minutes(60).await;
    assert_eq!(stage.runs(), ["2026-11-30 09:10 at 30 08:10"]);
    stage.book().active = false;
    hours(24 * 7).await;
    stage.book().active = true;
    hours(2).await;
    assert_eq!(stage.runs().len(), 1, "what passed while the service was off never runs");
    service.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_run_is_tried_again_after_15_min_1_h_and_3_h_then_left() {
    let stage = Stage::new("2026-11-30T16:50:00", &[(1, "18:00")]).slow();
    stage.script(&[Act::Ends(RunEnd::Failed); 9]);
    let service = stage.start();
    hours(48).await;
    let times: Vec<_> = stage.runs().iter().map(|run| run.rsplit_once(' ').unwrap().1.to_owned()).collect();
    assert_eq!(times, ["17:00", "17:15", "18:15", "21:15"]);
    service.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_run_that_succeeds_on_the_second_try_is_not_tried_again() {
    let stage = Stage::new("2026-11-30T16:50:00", &[(1, "18:00")]).slow();
    stage.script(&[Act::Ends(RunEnd::Failed), Act::Ends(RunEnd::Finished)]);
    let service = stage.start();
    hours(48).await;
    assert_eq!(stage.runs().len(), 2);
    service.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_run_counts_as_a_failure_and_the_beats_go_on() {
    let stage = Stage::new("2026-11-30T16:50:00", DAILY).slow();
    stage.script(&[Act::Panics]);
    let service = stage.start();
    hours(25).await;
    let expected =
        ["2026-11-30 18:00 at 30 17:00", "2026-11-30 18:00 at 30 17:15", "2026-12-01 18:00 at 01 17:00"];
    assert_eq!(stage.runs(), expected);
    service.stop().await;
}

#[tokio::test(start_paused = true)]
async fn planning_that_fails_panics_or_hangs_never_silences_the_heartbeat() {
    for mood in [Mood::Fails, Mood::Panics, Mood::Hangs] {
        let stage = Stage::new("2026-11-30T16:50:00", DAILY);
        let service = stage.start();
        stage.book().mood = mood;
        minutes(30).await;
        assert_eq!(stage.runs().len(), 0);
        assert!(*stage.ear.beats.lock().unwrap() >= 350, "{mood:?}");
        stage.book().mood = Mood::Well;
        minutes(2).await;
        assert_eq!(stage.runs().len(), 1, "{mood:?}");
        assert_eq!(service.stop().await, Ended::InOrder);
    }
}

#[tokio::test(start_paused = true)]
async fn what_falls_due_during_a_long_run_waits_and_collapses_to_the_newest() {
    let stage = Stage::new("2026-11-30T16:50:00", DAILY).slow();
    stage.script(&[Act::Lasts(Duration::from_hours(50) + Duration::from_secs(30))]);
    let service = stage.start();
    hours(60).await;
    assert_eq!(stage.runs(), ["2026-11-30 18:00 at 30 17:00", "2026-12-02 18:00 at 02 19:01"]);
    assert_eq!(stage.book().collapsed, ["2026-12-01 18:00"]);
    service.stop().await;
}

#[tokio::test(start_paused = true)]
async fn two_services_at_once_run_each_slot_once() {
    let stage = Stage::new("2026-11-30T08:00:00", DAILY).slow().after_an_absence();
    stage.script(&[Act::Lasts(Duration::from_mins(10)); 12]);
    let services: Vec<_> = (0..3).map(|_| stage.start()).collect();
    hours(24 * 10).await;
    for service in services {
        service.stop().await;
    }
    let slots: Vec<_> = stage.book().runs.iter().map(|(slot, _)| slot.clone()).collect();
    let mut once = slots.clone();
    once.sort();
    once.dedup();
    assert_eq!(slots, once);
    // One caught up, ten on time.
    assert_eq!(slots.len(), 11);
}

#[tokio::test(start_paused = true)]
async fn a_slot_due_while_somebody_publishes_waits_for_the_lock() {
    let stage = Stage::new("2026-11-30T16:50:00", DAILY);
    let service = stage.start();
    let publish = RunLock::acquire(&stage.lock_path(), stage.clock.now()).unwrap();
    minutes(30).await;
    assert_eq!(stage.runs(), [""; 0]);
    let busy = stage.ear.heard.lock().unwrap().last().unwrap().clone();
    let expected =
        format!("une autre publication est en cours (processus {}, depuis lun. 17:50)", std::process::id());
    assert_eq!(busy, expected);
    drop(publish);
    minutes(1).await;
    assert_eq!(stage.runs(), ["2026-11-30 18:00 at 30 17:20"]);
    service.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_parks_the_run_and_the_next_start_takes_it_up_again() {
    let stage = Stage::new("2026-11-30T16:50:00", DAILY);
    stage.script(&[Act::Lasts(Duration::from_hours(1))]);
    let service = stage.start();
    minutes(20).await;
    let start = Instant::now();
    assert_eq!(service.stop().await, Ended::InOrder);
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(stage.book().parked.len(), 1);
    let service = stage.start();
    minutes(3).await;
    assert_eq!(stage.runs(), ["2026-11-30 18:00 at 30 17:00", "2026-11-30 18:00 at 30 17:12"]);
    service.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_run_that_does_not_park_is_cut_after_10_s_and_at_once_by_a_second_interrupt() {
    let deaf = || async {
        let stage = Stage::new("2026-11-30T16:59:00", DAILY);
        stage.script(&[Act::Deaf]);
        let service = stage.start();
        minutes(2).await;
        service.send(Signal::Interrupt).await;
        (stage, service, Instant::now())
    };
    let (stage, service, start) = deaf().await;
    assert_eq!(service.ended().await, Ended::Cut);
    assert_eq!(start.elapsed().as_secs(), 10);
    sleep(Duration::from_secs(1)).await;
    RunLock::acquire(&stage.lock_path(), stage.clock.now()).expect("a cut run leaves no lock");

    let (_stage, service, start) = deaf().await;
    service.send(Signal::HangUp).await;
    service.send(Signal::Interrupt).await;
    assert_eq!(service.ended().await, Ended::Cut);
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_can_not_be_recorded_is_not_tried_again_at_every_beat() {
    let stage = Stage::new("2026-11-30T16:59:00", &[(1, "18:00")]);
    stage.script(&[Act::Ends(RunEnd::Failed); 99]);
    stage.book().settles = false;
    let service = stage.start();
    minutes(62).await;
    assert_eq!(stage.runs().len(), 5, "at 17:00 and each quarter of an hour");
    service.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_to_2036_and_back_loses_no_slot() {
    let stage = Stage::new("2026-11-30T08:00:00", DAILY).slow().after_an_absence();
    let service = stage.start();
    hours(1).await;
    stage.clock.set(utc("2036-06-01T12:00:00"));
    minutes(10).await;
    stage.clock.set(utc("2026-11-30T09:10:00"));
    hours(24).await;
    let slots: Vec<_> = stage.book().runs.iter().map(|(slot, _)| slot.clone()).collect();
    assert_eq!(slots, ["2026-11-29 18:00", "2036-05-31 18:00", "2026-11-30 18:00"]);
    service.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_schedule_first_seen_under_a_clock_of_2036_still_runs_in_2026() {
    let stage = Stage::new("2036-06-01T12:00:00", &[(1, "18:00")]);
    stage.book().rows = DAILY.to_vec();
    let service = stage.start();
    minutes(10).await;
    stage.clock.set(utc("2026-11-30T08:00:00"));
    hours(10).await;
    assert_eq!(stage.runs(), ["2026-11-30 18:00 at 30 17:00"]);
    service.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_service_manager_hears_readiness_the_next_slot_each_run_and_the_stop() {
    let stage = Stage::new("2026-11-30T16:50:00", &[(1, "18:00"), (2, "07:05")]);
    stage.script(&[Act::Lasts(Duration::from_mins(3))]);
    let service = stage.start();
    minutes(20).await;
    service.stop().await;
    let expected = [
        "Ready",
        "prochain : lun. 18:00",
        "publication en cours (créneau lun. 18:00)",
        "publication terminée (créneau lun. 18:00)",
        "prochain : mar. 07:05",
        "Stopping",
    ];
    assert_eq!(*stage.ear.heard.lock().unwrap(), expected);
    assert!(*stage.ear.beats.lock().unwrap() >= 240, "the watchdog is fed during a run too");
}

#[tokio::test(start_paused = true)]
async fn a_reload_that_fails_changes_nothing() {
    let stage = Stage::new("2026-11-30T16:50:00", DAILY);
    let service = stage.start();
    service.send(Signal::HangUp).await;
    minutes(20).await;
    assert_eq!(stage.book().reloads, 1);
    assert_eq!(stage.runs().len(), 1);
    assert_eq!(service.stop().await, Ended::InOrder);
}

#[tokio::test(start_paused = true)]
async fn the_upkeep_is_done_once_a_minute_whatever_runs_and_once_more_at_the_end() {
    let stage = Stage::new("2026-11-30T16:59:00", DAILY);
    stage.script(&[Act::Lasts(Duration::from_hours(1))]);
    let service = stage.start();
    minutes(10).await;
    let during = stage.book().upkeeps;
    assert!((10..=11).contains(&during), "{during}");
    assert_eq!(service.stop().await, Ended::InOrder);
    assert_eq!(stage.book().upkeeps, during + 1);
}

#[test]
fn the_planner_runs_each_slot_once_across_both_days_on_which_clocks_change() {
    let night: Vec<_> = ["01:30", "02:00", "02:30", "03:00", "18:00"].map(|time| (7, time)).to_vec();
    let schedule = WeeklySchedule::from_rows(Channel::Extranet, true, night).unwrap();
    let catch_up = Duration::from_hours(72);
    let lived = |from: &str| {
        let (start, mut ledger, mut runs) = (utc(from), Vec::new(), Vec::new());
        for second in (0..2 * 86_400).step_by(30) {
            let now = start + TimeDelta::seconds(second);
            let due = due(&schedule, now, catch_up, start, &|key| ledger.contains(key));
            let Some(slot) = due.claim else { continue };
            ledger.push(slot.key);
            ledger.extend(due.collapsed.iter().map(|slot| slot.key));
            let collapsed = due.collapsed.len();
            runs.push(format!("{} at {} +{collapsed}", slot.key.local_time.format("%R"), now.format("%RZ")));
        }
        runs
    };
    // 2027-03-28: 02:00 to 03:00 does not exist.
    assert_eq!(
        lived("2027-03-27T12:00:00"),
        ["01:30 at 00:30Z +0", "03:00 at 01:00Z +2", "18:00 at 16:00Z +0"]
    );
    // 2026-10-25: 02:00 to 03:00 comes twice.
    let autumn = ["01:30 at 23:30Z +0", "02:00 at 00:00Z +0", "02:30 at 00:30Z +0", "03:00 at 02:00Z +0"];
    let autumn: Vec<_> = autumn.into_iter().chain(["18:00 at 17:00Z +0"]).collect();
    assert_eq!(lived("2026-10-24T12:00:00"), autumn);
}

#[test]
fn the_next_slots_are_listed_in_local_time() {
    let schedule = WeeklySchedule::from_rows(Channel::Extranet, true, [(1, "18:00"), (7, "02:30")]).unwrap();
    let french = Messages::new(Lang::Fr);
    let lines: Vec<_> = upcoming(&schedule, utc("2027-03-26T00:00:00"), 3)
        .iter()
        .map(|slot| slot_line(slot, &french))
        .collect();
    let expected = [
        "dim. 28/03/2027 à 03:00 (heure de Paris)",
        "lun. 29/03/2027 à 18:00 (heure de Paris)",
        "dim. 04/04/2027 à 02:30 (heure de Paris)",
    ];
    assert_eq!(lines, expected);
}

/// A process that is killed when the test ends, whatever happens.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[cfg(unix)]
#[test]
fn the_lock_of_another_process_holds_until_that_process_dies() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.lock");
    let take = || RunLock::acquire(&path, utc("2026-11-30T17:00:00"));
    let mut flock = Command::new("flock");
    let holder = flock.args(["--no-fork", "--exclusive"]).arg(&path).args(["sleep", "60"]).spawn();
    let holder = Killed(holder.expect("flock (util-linux) is needed"));
    let held = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        matches!(take(), Err(LockError::AlreadyRunning { holder: None }))
    });
    assert!(held);
    drop(holder);
    take().expect("the system frees the lock of a dead process");
}

#[cfg(unix)]
#[tokio::test]
async fn a_hang_up_reaches_the_service_as_a_reload() {
    let mut signals = publier::service::unix::signals().unwrap();
    let pid = std::process::id().to_string();
    assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
    let heard = timeout(Duration::from_secs(5), signals.recv()).await;
    assert_eq!(heard.expect("no signal within 5 s"), Some(Signal::HangUp));
}
