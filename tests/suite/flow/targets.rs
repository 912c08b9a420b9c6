//! Several servers of one channel: each its own series, and one that is down holds no other (rule 1 of a publication's life).

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use publier::digest::sha256;
use publier::settings::target::Target;
use serde_json::Value;

use crate::support::flow::{Agency, Embedded, Publication, Ran};
use crate::support::receiver::receipt;
use crate::support::servers::free_port;

/// An agency that publishes to two servers, in this order.
struct Two {
    agency: Agency,
    main: Embedded,
    mirror: Embedded,
}

impl Two {
    fn new() -> Self {
        let two = Self { agency: Agency::small(), main: Embedded::ftps(), mirror: Embedded::sftp() };
        two.configure(|_| {});
        two
    }

    /// Writes the configuration, changed as asked.
    fn configure(&self, change: impl Fn(&mut [Target; 2])) {
        let mirror = Target { name: "miroir".into(), ..self.mirror.target() };
        let mut targets = [self.main.target(), mirror];
        change(&mut targets);
        self.agency.configure_all(&targets);
    }

    /// Nobody listens where the main server was.
    fn take_main_down(&self) {
        self.configure(|[main, _]| main.port = free_port());
    }

    /// The first publications: both are held, then confirmed.
    fn publish_first(&self) -> Ran {
        let held = self.agency.publish(&[]).ended(4);
        let digests: BTreeSet<_> =
            reports(&held).iter().map(|report| report["hold_digest"].to_string()).collect();
        assert_eq!(digests.len(), 1, "the same plan is confirmed once for both: {digests:?}");
        let digest = digests.first().unwrap().trim_matches('"').to_owned();
        self.agency.publish(&["--confirm", &digest])
    }

    fn sequences(&self) -> [Vec<u64>; 2] {
        [&self.main, &self.mirror].map(|server| {
            server.deposit().publications().iter().map(|publication| publication.sequence).collect()
        })
    }
}

/// The report of each server, in the order of the configuration.
fn reports(ran: &Ran) -> Vec<Value> {
    let summaries = ran.lines().into_iter().filter(|line| line["type"] == "summary");
    summaries.map(|line| line["report"].clone()).collect()
}

fn outcomes(ran: &Ran) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    reports(ran).iter().map(|report| (text(&report["target"]), text(&report["outcome"]))).collect()
}

#[test]
fn each_server_has_its_own_series_state_log_and_report_and_one_alone_gets_passwords() {
    let two = Two::new();
    let first = two.publish_first().ended(3);
    assert_eq!(
        outcomes(&first),
        [("extranet".into(), "partial".into()), ("miroir".into(), "partial".into())]
    );
    assert_eq!(two.sequences(), [vec![1], vec![1]]);
    let [main, mirror] =
        [&two.main, &two.mirror].map(|server| server.deposit().publications().pop().unwrap());
    assert_ne!(main.root.attribute("series"), mirror.root.attribute("series"));
    assert_eq!((main.passwords().len(), mirror.passwords().len()), (17, 0), "D5");
    assert_eq!(main.documents(), mirror.documents(), "one read decides for both");
    for server in [&two.main, &two.mirror] {
        server.deposit().check();
    }

    // A publication for one server alone moves that one's numbers alone.
    two.agency.publish(&["--target", "miroir"]).ended(3);
    assert_eq!(two.sequences(), [vec![1], vec![1, 2]]);
    let status = two.agency.run(&["status", "--json"]).ended(0).lines().remove(0);
    let confirmed: Vec<_> = [0, 1]
        .map(|at| {
            (status["servers"][at]["target"].clone(), status["servers"][at]["confirmed"]["sequence"].clone())
        })
        .to_vec();
    assert_eq!(confirmed, [("extranet".into(), 1.into()), ("miroir".into(), 2.into())]);
    let said = two.agency.run(&["status"]).ended(0).out;
    assert!(said.contains("extranet\u{a0}: ") && said.contains("miroir\u{a0}: "), "{said}");

    let logs: BTreeSet<_> = two
        .agency
        .files()
        .into_iter()
        .filter(|path| path.starts_with(two.agency.path("data/resources")))
        .collect();
    let names: Vec<_> = logs.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["winscp-extranet-miroir.xml", "winscp.xml"], "A8, A12");

    let told = two.agency.messages();
    for name in ["extranet", "miroir"] {
        let mine =
            told.iter().filter(|(_, text)| text.lines().next().unwrap().contains(&format!("({name})")));
        assert!(mine.count() >= 2, "{name}: {told:#?}");
    }
}

#[test]
fn a_server_that_is_down_holds_no_other_and_gets_all_of_it_later() {
    let two = Two::new();
    two.publish_first().ended(3);
    two.agency.sql("UPDATE event SET published_on = NULL WHERE id = 160");
    two.take_main_down();
    let ran = two.agency.publish(&[]).ended(7);
    assert_eq!(outcomes(&ran), [("extranet".into(), "failed".into()), ("miroir".into(), "partial".into())]);
    assert_eq!(two.sequences(), [vec![1], vec![1, 2]]);
    let removals = |server: &Embedded| server.deposit().publications().pop().unwrap().removals();
    assert_eq!(removals(&two.mirror).len(), 1);
    two.configure(|_| {});
    two.agency.publish(&[]).ended(3);
    assert_eq!(removals(&two.main), ["unpublish e000000000160.000000000000@a000000000022 manual"]);
    assert_eq!(removals(&two.mirror), Vec::<String>::new(), "what it confirmed isn't due again");
    let [main, mirror] = [&two.main, &two.mirror].map(|server| server.deposit().check());
    assert_eq!(main.documents, mirror.documents);
}

/// What the receiver of a server answers to its last publication.
fn accept_the_last(server: &Embedded) {
    let deposit = server.deposit();
    let (name, path) = deposit.files().into_iter().rfind(|(name, _)| name.ends_with(".zip")).unwrap();
    let bytes = std::fs::read(path).unwrap();
    let publication = Publication::read(&bytes);
    let series = publication.root.attribute("series").unwrap();
    let text = receipt(series, publication.sequence, &sha256(&bytes).to_string(), "accepted", "");
    let (hidden, whole) =
        (deposit.0.join(".receipt"), format!("receipt-{}.xml", name.trim_end_matches(".zip")));
    std::fs::write(&hidden, text).unwrap();
    std::fs::rename(hidden, deposit.0.join(whole)).unwrap();
}

/// Waits until something is so, for a minute at most.
#[track_caller]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_mins(1), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_server_whose_receipt_is_awaited_holds_no_other() {
    let two = Two::new();
    two.publish_first().ended(3);
    let awaited = "receipts = \"required\"\nreceipt_within = \"10m\"\ndeposit =";
    two.agency.reconfigure("deposit =", awaited);
    let status = || two.agency.run(&["status", "--json"]).ended(0).lines().remove(0);
    std::thread::scope(|scope| {
        let ran = scope.spawn(|| two.agency.publish(&[]));
        until("the mirror is published to", || two.sequences()[1] == [1, 2]);
        accept_the_last(&two.mirror);
        until("the mirror's is confirmed", || status()["servers"][1]["confirmed"]["sequence"] == 2);
        assert!(!ran.is_finished(), "the main server's receipt is still awaited");
        let while_waiting = status();
        assert_eq!(while_waiting["servers"][0]["awaits_receipt"]["sequence"], 2, "{while_waiting}");
        let runs = while_waiting["runs"].as_array().unwrap();
        let of = |outcome: &str| runs.iter().filter(|run| run["outcome"] == outcome).count();
        assert_eq!((of("running"), of("interrupted")), (1, 0), "the one that waits is no dead one: {runs:?}");
        accept_the_last(&two.main);
        let ran = ran.join().unwrap().ended(3);
        let ends = [("miroir", "partial"), ("extranet", "partial")];
        assert_eq!(outcomes(&ran), ends.map(|(name, end)| (name.into(), end.into())), "as they ended");
    });
    assert_eq!(status()["servers"][0]["confirmed"]["sequence"], 2);
}

/// Rule 15, where the first server's receiver is silent.
#[test]
fn a_withdrawal_leaves_every_server_before_the_first_receipt_is_there() {
    let two = Two::new();
    two.publish_first().ended(3);
    let awaited = "receipts = \"required\"\nreceipt_within = \"3s\"\ndeposit =";
    two.agency.reconfigure("deposit =", awaited);
    let ran = two.agency.run(&["events", "unpublish", "--now", "--json", "160"]).ended(7);
    assert_eq!(two.sequences(), [vec![1, 2], vec![1, 2]]);
    for server in [&two.main, &two.mirror] {
        let last = server.deposit().publications().pop().unwrap();
        assert_eq!(last.removals(), ["unpublish e000000000160.000000000000@a000000000022 manual"]);
    }
    let events = ran.lines();
    let at = |wanted: &str, nth: usize| {
        let lines = events.iter().enumerate().filter(|(_, line)| line["type"] == wanted);
        lines.map(|(at, _)| at).nth(nth).unwrap()
    };
    assert!(at("transfer-started", 1) < at("transfer-ended", 0), "the second began while the first waited");
    let named = |wanted: &str| -> Vec<_> {
        let lines = events.iter().filter(|line| line["type"] == wanted);
        lines.map(|line| line["target"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(named("transfer-started"), ["extranet", "miroir"]);
    assert_eq!(named("transfer-ended").len(), 2);
}

/// Rule 15: what must leave at once leaves wherever it can.
#[test]
fn a_withdrawal_leaves_the_server_that_stands_although_the_first_is_down() {
    let two = Two::new();
    two.publish_first().ended(3);
    two.take_main_down();
    let ran = two.agency.run(&["events", "unpublish", "--now", "--json", "160"]).ended(7);
    let withdrawn: Vec<_> =
        ran.last()["reports"].as_array().unwrap().iter().map(|report| report["outcome"].clone()).collect();
    assert_eq!(withdrawn, ["failed", "done"]);
    let last = two.mirror.deposit().publications().pop().unwrap();
    assert_eq!(last.removals(), ["unpublish e000000000160.000000000000@a000000000022 manual"]);
    assert_eq!(two.sequences(), [vec![1], vec![1, 2]]);
}

/// `why document` or `why account`, as JSON and as it is said.
fn why(agency: &Agency, of: &[&str; 2]) -> (Value, String) {
    let json = agency.run(&["why", of[0], of[1], "--json"]).ended(0).lines().remove(0);
    (json, agency.run(&["why", of[0], of[1]]).ended(0).out)
}

#[test]
fn why_answers_for_each_server_what_it_holds_and_since_when() {
    let two = Two::new();
    two.publish_first().ended(3);
    two.agency.sql("UPDATE event SET published_on = NULL WHERE id = 160");
    two.take_main_down();
    two.agency.publish(&[]).ended(7);

    let (json, said) = why(&two.agency, &["document", "160"]);
    let [main, mirror] = [0, 1].map(|at| json["targets"][at].clone());
    assert_eq!((&main["target"], &mirror["target"]), (&"extranet".into(), &"miroir".into()));
    assert_eq!(main["documents"], json["documents"], "the main one's stand outside too");
    let live =
        |target: &Value| (target["documents"][0]["live"].clone(), target["documents"][0]["since"].is_null());
    assert_eq!((live(&main), live(&mirror)), ((true.into(), false), (false.into(), true)), "{json}");
    assert!(mirror["confirmed_at"].as_str() > main["confirmed_at"].as_str(), "{json}");
    let lines: Vec<_> = said.lines().skip_while(|line| !line.starts_with("Serveur")).collect();
    let starts = [
        "Serveur «\u{a0}extranet\u{a0}» (dernière publication confirmée",
        "  En ligne depuis le",
        "Serveur «\u{a0}miroir\u{a0}» (dernière publication confirmée",
        "  Retiré du site (e000000000160.",
        "Dernier passage",
    ];
    assert_eq!(lines.len(), starts.len(), "{said}");
    assert!(lines.iter().zip(starts).all(|(line, start)| line.starts_with(start)), "{said}");

    two.agency.sql("UPDATE account SET published = 0 WHERE number = '450CLIQUOT'");
    two.agency.publish(&[]).ended(7);
    let (json, said) = why(&two.agency, &["account", "450CLIQUOT"]);
    let live = |at: usize| json["targets"][at]["live"].clone();
    assert_eq!((live(0), live(1), &json["live"]), (true.into(), false.into(), &true.into()), "{json}");
    assert!(said.contains("  Il est en ligne.") && said.contains("  Il n’est pas en ligne."), "{said}");
}

#[test]
fn why_says_of_a_server_that_never_confirmed_anything_that_it_holds_nothing() {
    let two = Two::new();
    let held = two.agency.publish(&["--target", "miroir"]).ended(4).last();
    let digest = held["report"]["hold_digest"].as_str().unwrap().to_owned();
    two.agency.publish(&["--target", "miroir", "--confirm", &digest]).ended(3);
    let (json, said) = why(&two.agency, &["document", "160"]);
    let [main, mirror] = [0, 1].map(|at| json["targets"][at].clone());
    assert_eq!((&main["confirmed_at"], &main["documents"]), (&Value::Null, &Value::Array(Vec::new())));
    assert_eq!(mirror["documents"][0]["live"], true, "{json}");
    assert!(said.contains("«\u{a0}extranet\u{a0}» (aucune publication"), "{said}");
    assert!(said.contains("  Il n’a jamais été publié."), "{said}");
    assert!(json["last"]["run"]["id"].is_number(), "the run is known all the same: {json}");
}

/// D5: the server that receives the passwords says which issue was confirmed, were it not the first.
#[test]
fn why_party_speaks_of_the_password_of_the_server_that_receives_it() {
    let two = Two::new();
    two.agency.reconfigure("name = \"miroir\"", "receives_credentials = true\nname = \"miroir\"");
    two.publish_first().ended(3);
    assert_eq!(two.mirror.deposit().publications().pop().unwrap().passwords().len(), 17);
    let json = two.agency.run(&["why", "party", "CLATOUR", "--json"]).ended(0).lines().remove(0);
    assert_eq!(json["confirmed_issue"], json["password_issue"], "{json}");
    assert_ne!(json["confirmed_issue"], 0, "{json}");
}

#[test]
fn a_check_tries_each_server_and_says_which_one_holds_what_is_nobodys() {
    let two = Two::new();
    let stray = |server: &Embedded| {
        let folder = server.deposit().0.join("documents/07");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("070001.pdf"), "x").unwrap();
    };
    stray(&two.mirror);
    two.take_main_down();
    let ran = two.agency.run(&["check", "--server", "--json"]);
    assert_eq!(ran.code, Some(7), "{}", ran.errors);
    let lines = ran.lines();
    let servers: Vec<_> = lines
        .iter()
        .filter(|line| line["type"] == "server")
        .map(|line| (line["target"].clone(), line["takes_files"].clone()))
        .collect();
    assert_eq!(servers, [("extranet".into(), false.into()), ("miroir".into(), true.into())]);
    let found = |code: &str| lines.iter().find(|line| line["code"] == code).unwrap()["record"].clone();
    assert_eq!(found("server-unreachable")["key"], "extranet");
    assert_eq!(
        (&found("orphan-file")["key"], &found("orphan-file")["name"]),
        (&"documents/07/070001.pdf".into(), &"miroir".into())
    );
    let said = two.agency.run(&["check", "--server"]).out;
    assert!(said.contains("documents/07/070001.pdf") && said.contains("miroir"), "{said}");
}

/// Rule 15: what one server alone shows was visible all the same.
#[test]
fn who_could_see_what_is_withdrawn_is_said_of_each_server() {
    let two = Two::new();
    let publish_first_to = |name| {
        let held = two.agency.publish(&["--target", name]).ended(4).last();
        let digest = held["report"]["hold_digest"].as_str().unwrap();
        two.agency.publish(&["--target", name, "--confirm", digest]).ended(3);
    };
    publish_first_to("miroir");
    let withdraw = ["events", "unpublish", "161", "--now", "--dry-run"];
    let exposed = || {
        let lines = two.agency.run(&[&withdraw[..], &["--json"]].concat()).ended(0).lines();
        let exposures = lines.into_iter().filter(|line| line["type"] == "exposure");
        exposures.map(|line| (line["target"].clone(), line["readers"][0]["code"].clone())).collect::<Vec<_>>()
    };
    let cliquot = || Value::from("CLIQUOTMATHILDE");
    assert_eq!(exposed(), [("miroir".into(), cliquot())]);
    publish_first_to("extranet");
    assert_eq!(exposed(), [("extranet".into(), cliquot()), ("miroir".into(), cliquot())]);
    let said = two.agency.run(&withdraw).ended(0).out;
    assert!(said.contains("    Serveur «\u{a0}miroir\u{a0}»\n"), "{said}");
}
