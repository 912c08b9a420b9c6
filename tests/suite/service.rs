//! The real service and the real commands: slots on both days of a clock change, absences, signals, refusals.

use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use publier::ledger::runs::Trigger;

use crate::support::embedded::PASSWORD;
use crate::support::service::{Agency, utc, wait_until};

const EVERY_DAY: [u8; 7] = [1, 2, 3, 4, 5, 6, 7];

fn daily(time: &'static str) -> Vec<(u8, &'static str)> {
    EVERY_DAY.iter().map(|day| (*day, time)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_spring_a_slot_inside_the_gap_runs_at_three_o_clock() {
    let agency = Agency::new(&daily("02:30")).await;
    agency.publish_first("2027-03-27 12:00:00");
    // 01:59:50 in winter time: ten seconds later it is 03:00:00 in summer time.
    let service = agency.start("2027-03-28 00:59:50");
    let run = agency.wait_for_runs(3);
    service.stop();
    assert_eq!((run.trigger, run.exit_code), (Trigger::Slot, Some(3)));
    assert!((utc("2027-03-28 01:00:00")..utc("2027-03-28 01:00:30")).contains(&run.started_at), "{run:?}");
    assert_eq!(agency.last_claim().unwrap().key.to_string(), "extranet 2027-03-28 02:30");
    assert_eq!(agency.delivered().len(), 2);
    assert_eq!(agency.runs().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_autumn_a_slot_that_comes_twice_runs_once_at_its_first_occurrence() {
    let agency = Agency::new(&daily("02:30")).await;
    agency.publish_first("2026-10-24 12:00:00");
    let service = agency.start("2026-10-25 00:29:50");
    let run = agency.wait_for_runs(3);
    service.stop();
    assert!((utc("2026-10-25 00:30:00")..utc("2026-10-25 00:30:30")).contains(&run.started_at), "{run:?}");
    assert_eq!((run.trigger, run.exit_code), (Trigger::Slot, Some(3)));
    // 02:30 again, in winter time.
    let service = agency.start("2026-10-25 01:29:55");
    std::thread::sleep(Duration::from_secs(10));
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
    let service = agency.start("2026-11-23 16:59:50");
    mute.set_nonblocking(true).unwrap();
    let _connection = wait_until("a connection", || mute.accept().ok());
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
    let service = agency.start("2026-11-23 16:59:45");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_slot_is_tried_again_told_once_at_failure_and_once_at_recovery() {
    let agency = Agency::new(&daily("18:00")).await;
    agency.publish_first("2026-11-23 09:00:00");
    let told = agency.messages();
    agency.set_password("another");
    for (at, failures) in [("2026-11-23 16:59:50", 1), ("2026-11-23 17:16:00", 2)] {
        let service = agency.start(at);
        wait_until("a failure", || agency.last_claim().filter(|claim| claim.failures == failures));
        service.stop();
        assert_eq!(agency.messages(), told + 1, "one report at failure");
    }
    agency.set_password(PASSWORD);
    let service = agency.start("2026-11-23 18:17:00");
    let run = agency.wait_for_runs(5);
    service.stop();
    let codes: Vec<_> = agency.runs().iter().skip(2).map(|run| (run.trigger, run.exit_code)).collect();
    assert_eq!(codes, [(Trigger::Slot, Some(7)), (Trigger::Retry, Some(7)), (Trigger::Retry, run.exit_code)]);
    assert_eq!((run.exit_code, agency.messages()), (Some(3), told + 2), "one report at recovery");
}

/// Rules 1 and 16: the new try of a slot goes only to the servers that it has not reached.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_is_tried_again_on_the_server_that_was_down_and_on_no_other() {
    let agency = Agency::new(&daily("18:00")).await;
    let mirror = agency.place.path("mirror");
    fs::create_dir(&mirror).unwrap();
    let table = "\n[[target]]\nname = \"miroir\"\nprotocol = \"folder\"\nfolder = \"mirror\"\n";
    let text = fs::read_to_string(agency.agent_toml()).unwrap();
    fs::write(agency.agent_toml(), text + table).unwrap();
    let mirrored = || {
        let names = crate::support::tools::names_in(&mirror);
        names.into_iter().filter(|name| name.ends_with(".zip")).count()
    };
    agency.publish_first("2026-11-23 09:00:00");
    assert_eq!((agency.delivered().len(), mirrored()), (1, 1));

    agency.set_password("another");
    let service = agency.start("2026-11-23 16:59:50");
    wait_until("a failure", || agency.last_claim().filter(|claim| claim.failures == 1));
    service.stop();
    assert_eq!((agency.delivered().len(), mirrored()), (1, 2), "the one that stands has its own");

    agency.set_password(PASSWORD);
    let service = agency.start("2026-11-23 17:16:00");
    let run = agency.wait_for_runs(7);
    service.stop();
    assert_eq!((run.trigger, run.exit_code), (Trigger::Retry, Some(3)));
    assert_eq!((agency.delivered().len(), mirrored()), (2, 2));
    assert_eq!(agency.runs().len(), 7, "held and confirmed on two servers, then the slot's three");
}

const NOON: &str = "2026-11-23 11:00:00";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn config_check_names_every_problem_with_what_to_do_and_makes_nothing() {
    let agency = Agency::new(&daily("18:00")).await;
    let well = agency.run(NOON, "config check");
    assert_eq!(well.code, 0, "{}{}", well.out, well.err);
    assert!(well.out.contains("La configuration convient."), "{}", well.out);
    assert!(!agency.place.path("data").exists(), "it only reads");

    agency.sql("UPDATE agency SET licence_valid = 0; PRAGMA foreign_keys = OFF");
    let licence = agency.run(NOON, "config check");
    assert_eq!(licence.code, 5, "{}", licence.out);
    assert!(licence.out.contains("La licence de l’extranet n’est pas valide"), "{}", licence.out);

    agency.sql("DROP TABLE photo; ALTER TABLE journal RENAME COLUMN is_bank TO bank");
    let schema = agency.run(NOON, "config check --json");
    assert_eq!(schema.code, 6, "{}", schema.out);
    let lines = schema.lines();
    let database = lines.iter().find(|line| line["check"] == "database").unwrap();
    let message = database["message"].as_str().unwrap();
    assert!(message.contains("photo") && message.contains("journal.is_bank"), "{message}");
    assert_eq!(lines.last().unwrap()["exit_code"], 6);

    fs::rename(agency.database(), agency.place.path("elsewhere.db")).unwrap();
    for line in ["config check", "publish", "schedule next", "status"] {
        assert_eq!(agency.run(NOON, line).code, 6, "{line}");
    }
    fs::write(
        agency.agent_toml(),
        "lang = \"de\"\n[agency]\ndatabase = \"\"\n[service]\nheartbeat = \"1h\"\n",
    )
    .unwrap();
    let wrong = agency.run(NOON, "config check");
    assert_eq!(wrong.code, 5, "{}", wrong.err);
    for problem in ["« de »", "« agency.database »", "« agency.files »", "« 1h »", "[[target]]"] {
        assert!(wrong.err.replace('\u{a0}', " ").contains(problem), "{problem} in {}", wrong.err);
    }
    assert_eq!(wrong.err.matches('→').count(), 5, "each with what to do: {}", wrong.err);
    let lines = agency.run(NOON, "config check --json").lines();
    assert_eq!(lines.iter().filter(|line| line["type"] == "problem").count(), 5);
    assert_eq!(lines.last().unwrap()["type"], "error");
    assert_eq!(agency.run(NOON, "publish --nope").code, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn config_show_gives_each_setting_with_its_origin_and_no_secret() {
    let agency = Agency::new(&[]).await;
    let shown = agency.run(NOON, "config show");
    assert_eq!(shown.code, 0, "{}", shown.err);
    let line = |key: &str| shown.out.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
    assert!(line("agency.database ").ends_with("= agency.db  # ligne 2"), "{}", shown.out);
    assert!(line("publication.catch_up ").ends_with("= 72h  # valeur par défaut"), "{}", shown.out);
    assert!(!shown.out.contains(PASSWORD), "{}", shown.out);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_slots_are_told_in_the_agencys_time_and_their_absence_with_its_reason() {
    let agency = Agency::new(&[(7, "02:30"), (1, "18:00")]).await;
    let next = agency.run("2027-03-27 12:00:00", "schedule next -n 2");
    assert_eq!(
        next.out,
        "dim. 28/03/2027 à 03:00 (heure de Paris)\nlun. 29/03/2027 à 18:00 (heure de Paris)\n"
    );
    let json = agency.run("2027-03-27 12:00:00", "schedule next -n 1 --json").lines();
    assert_eq!(json[0]["local"], "2027-03-28T03:00:00+02:00");
    assert_eq!(json[0]["utc"], "2027-03-28T01:00:00Z");
    assert_eq!((json.len(), &json[1]["type"]), (2, &"summary".into()));
    agency.sql("UPDATE scheduled_service SET active = 0");
    assert!(agency.run(NOON, "schedule next").out.contains("désactivé"));
    agency.sql("UPDATE scheduled_service SET active = 1; DELETE FROM schedule_slot");
    assert!(agency.run(NOON, "schedule next").out.contains("n’est coché"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_shows_a_held_plan_with_the_command_that_accepts_it_then_what_was_confirmed() {
    let agency = Agency::new(&daily("18:00")).await;
    let fresh = agency.run(NOON, "status");
    assert_eq!(fresh.code, 0, "{}", fresh.err);
    assert!(fresh.out.contains("Aucune publication n’a encore été lancée."), "{}", fresh.out);
    assert!(!agency.place.path("data").exists(), "it only reads");
    let held = agency.run(NOON, "publish --json");
    let digest = held.lines().last().unwrap()["report"]["hold_digest"].as_str().unwrap().to_owned();
    let status = agency.run(NOON, "status").out;
    assert!(status.contains(&format!("publier publish --confirm {digest}")), "{status}");
    assert_eq!(agency.run(NOON, &format!("publish --confirm {digest}")).code, 3);
    let status = agency.run(NOON, "status --json").lines();
    assert_eq!(status[0]["servers"][0]["held"], serde_json::Value::Null);
    assert_eq!(status[0]["servers"][0]["confirmed"]["sequence"], 1);
    assert_eq!(status[0]["runs"][0]["exit_code"], 3);
    assert_eq!(status[0]["next_slots"][0]["local"], "2026-11-23T18:00:00+01:00");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_service_on_one_data_folder_is_refused_and_the_logs_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let agency = Agency::new(&daily("18:00")).await;
    let service = agency.start(NOON);
    wait_until("the service is up", || agency.log().contains("Ready").then_some(()));
    let second = agency.run(NOON, "run");
    assert_eq!(second.code, 8, "{}{}", second.out, second.err);
    assert!(second.err.contains("Un service publier travaille déjà"), "{}", second.err);
    assert!(second.err.contains(&service.pid().to_string()), "{}", second.err);
    let logs = agency.place.path("data/logs");
    for name in crate::support::tools::names_in(&logs) {
        let mode = fs::metadata(logs.join(&name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name} {mode:o}");
    }
    service.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_shows_what_the_ledger_knows_when_the_agencys_database_is_missing() {
    let agency = Agency::new(&daily("18:00")).await;
    agency.publish_first("2026-11-23 09:00:00");
    let database = agency.place.path("agency.db");
    fs::rename(&database, database.with_extension("away")).unwrap();
    let status = agency.run(NOON, "status");
    assert_eq!(status.code, 6, "{}{}", status.out, status.err);
    assert!(status.out.contains("dernière publication confirmée n°\u{a0}1"), "{}", status.out);
    assert!(status.out.contains("La base de données de l’agence est introuvable"), "{}", status.out);
}
