//! Several servers of one channel: each its own series, and one that is down holds no other (rule 1 of a publication's life).

use std::collections::BTreeSet;

use publier::settings::target::Target;
use serde_json::Value;

use crate::support::flow::{Agency, Embedded, Ran};
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
