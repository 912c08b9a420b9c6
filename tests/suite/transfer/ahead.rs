//! Small files by commands sent ahead, and the servers that can't take them.

use super::pool::{Ends, Office};
use super::*;

/// Sends two small files through one courier; gives what was told of them.
async fn two_small_files(server: &ScriptedFtp) -> Vec<String> {
    let mut post = post_to(server);
    for (name, content) in [("a.zip", "content"), ("b.zip", "of two")] {
        let parcel = post.parcel(RemotePath::new(format!("/depot/{name}")).unwrap(), content.as_bytes());
        post.courier.deliver(&parcel).await.unwrap();
        assert_eq!(post.courier.look(&parcel).await, Ok(Whereabouts::Final));
    }
    post.heard.names()
}

#[tokio::test]
async fn a_server_that_answers_out_of_order_or_forgets_is_spoken_to_one_command_at_a_time() {
    for script in [Script::Disorderly, Script::Forgets] {
        let server = ScriptedFtp::start(script);
        let told = two_small_files(&server).await;
        assert_eq!(told, ["uploaded a.zip 7", "uploaded b.zip 6"], "{script:?}: no failed try");
        let heard = server.heard();
        let count = |verb: &str| heard.iter().filter(|command| command.starts_with(verb)).count();
        assert_eq!(
            count("USER"),
            2,
            "{script:?}: the session of the trial is dropped, and no other: {heard:?}"
        );
        assert!(count("NOOP") <= 2, "{script:?}: it is tried once: {heard:?}");
        let trial = heard.iter().rposition(|command| command == "NOOP").unwrap_or_default();
        let stored = heard.iter().position(|command| command.starts_with("STOR")).unwrap();
        assert!(trial < stored, "{script:?}: before anything that changes: {heard:?}");
    }
}

#[tokio::test]
async fn a_rename_sent_ahead_whose_reply_is_lost_is_found_by_looking() {
    let server = ScriptedFtp::start(Script::LeavesAfterRename);
    let told = two_small_files(&server).await;
    assert_eq!(told, ["retrying 1 connection-lost", "uploaded a.zip 7", "uploaded b.zip 6"]);
    let heard = server.heard();
    let count = |verb: &str| heard.iter().filter(|command| command.starts_with(verb)).count();
    assert_eq!((count("STOR"), count("RNTO"), count("USER")), (2, 2, 2), "{heard:?}");
}

/// Three small files over one connection of a pool, the largest first.
const ROW: [(&str, &str); 3] = [("a.zip", "content"), ("b.zip", "of two"), ("c.zip", "three")];

async fn a_row_of_files(server: &ScriptedFtp, lost: Option<&str>) -> (Ends, Vec<String>) {
    let target = server.target(Protocol::Ftp);
    let mut office = Office::new(connector(&target).unwrap(), target.deposit.clone(), 1);
    let remote = |name| RemotePath::new(format!("/depot/{name}")).unwrap();
    let parcels: Vec<_> =
        ROW.iter().map(|(name, content)| office.parcel(remote(name), content.as_bytes())).collect();
    for parcel in parcels.iter().filter(|parcel| Some(parcel.remote.name()) == lost) {
        fs::remove_file(&parcel.local).unwrap();
    }
    let ends = office.deliver(parcels).await;
    office.pool.close().await;
    (ends, office.heard.names())
}

/// What stands on a server must be these of the row, whole and under their final names alone.
#[track_caller]
fn holds(server: &ScriptedFtp, names: &[&str]) {
    let there = server.files();
    let expected = ROW.iter().filter(|(name, _)| names.contains(name));
    let expected = expected.map(|(name, content)| (format!("/depot/{name}"), content.as_bytes().to_vec()));
    assert_eq!(there, expected.collect());
}

#[tokio::test]
async fn the_next_file_is_begun_with_the_rename_of_the_one_before() {
    let server = ScriptedFtp::start(Script::KeepsOrder);
    let (_, told) = a_row_of_files(&server, None).await;
    assert_eq!(told, ["uploaded a.zip 7", "uploaded b.zip 6", "uploaded c.zip 5"]);
    holds(&server, &["a.zip", "b.zip", "c.zip"]);
    let heard = server.heard();
    let verbs: Vec<_> = heard.iter().map(|line| line.split(' ').next().unwrap()).collect();
    let (login, row) = verbs.split_at(verbs.iter().position(|verb| *verb == "STOR").unwrap());
    assert_eq!(login.iter().filter(|verb| **verb == "NOOP").count(), 2, "{login:?}");
    let behind = ["SIZE", "EPSV", "RNFR", "RNTO", "SIZE", "STOR"];
    let last = ["SIZE", "EPSV", "RNFR", "RNTO"];
    assert_eq!(row, [&["STOR"][..], &behind, &behind, &last, &["QUIT"]].concat(), "{heard:?}");
}

#[tokio::test]
async fn a_server_that_leaves_between_a_rename_and_what_came_behind_it_loses_and_doubles_nothing() {
    let server = ScriptedFtp::start(Script::LeavesAfterRename);
    let (_, told) = a_row_of_files(&server, None).await;
    let uploaded = ["uploaded a.zip 7", "uploaded b.zip 6", "uploaded c.zip 5"];
    assert_eq!(told, [&["retrying 1 connection-lost"][..], &uploaded].concat());
    holds(&server, &["a.zip", "b.zip", "c.zip"]);
    let count = |verb: &str| server.heard().iter().filter(|command| command.starts_with(verb)).count();
    assert_eq!((count("RNTO"), count("STOR")), (3, 3), "each file is sent and named once");
}

#[tokio::test]
async fn a_rename_that_is_refused_calls_off_what_was_begun_behind_it() {
    let server = ScriptedFtp::start(Script::RefusesARename);
    let (_, told) = a_row_of_files(&server, None).await;
    assert_eq!(told, ["uploaded a.zip 7", "uploaded b.zip 6", "uploaded c.zip 5"]);
    holds(&server, &["a.zip", "b.zip", "c.zip"]);
    let begun = |name: &str| {
        let heard = server.heard();
        heard.iter().filter(|line| line.starts_with("STOR") && line.contains(name)).count()
    };
    assert_eq!((begun("a.zip"), begun("b.zip"), begun("c.zip")), (2, 2, 1), "{:?}", server.heard());
}

#[tokio::test]
async fn a_file_that_vanished_once_it_was_begun_leaves_no_part() {
    let server = ScriptedFtp::start(Script::KeepsOrder);
    let (ends, told) = a_row_of_files(&server, Some("b.zip")).await;
    assert_eq!(ends[&1].as_ref().unwrap_err().reason, R::LocalFileMissing);
    assert_eq!(told, ["uploaded a.zip 7", "failed local-file-missing", "uploaded c.zip 5"]);
    holds(&server, &["a.zip", "c.zip"]);
}

#[tokio::test]
async fn a_server_that_forgets_what_came_behind_a_rename_is_spoken_to_one_command_at_a_time() {
    let server = ScriptedFtp::start(Script::ForgetsBehindRenames);
    let (_, told) = a_row_of_files(&server, None).await;
    assert_eq!(told, ["uploaded a.zip 7", "uploaded b.zip 6", "uploaded c.zip 5"], "no failed try");
    holds(&server, &["a.zip", "b.zip", "c.zip"]);
    let heard = server.heard();
    assert_eq!(heard.iter().filter(|line| line.starts_with("USER")).count(), 2, "{heard:?}");
}

/// Thirty files in a row, some of which stand there already.
async fn small_files_follow_each_other(server: RealServer) {
    let name = format!("{server:?}");
    let rig = Rig::Real(server);
    let contents: Vec<_> = (0..30_usize).map(|n| noise(1 + n * 997)).collect();
    let remote = |n: usize| rig.remote(&format!("depot/{n}.pdf"));
    let mut office = Office::of(&rig, 1);
    let parcels = |office: &Office, step: usize| -> Vec<_> {
        (0..contents.len()).step_by(step).map(|n| office.parcel(remote(n), &contents[n])).collect()
    };
    let some = parcels(&office, 4);
    let all = parcels(&office, 1);
    let first = office.deliver(some).await;
    assert!(first.values().all(|end| end.as_ref().is_ok_and(|end| !end.already)), "{name}: {first:?}");
    for (ticket, end) in office.deliver(all).await {
        assert_eq!(end.map(|end| end.already), Ok(ticket % 4 == 0), "{name}: {ticket}");
    }
    office.pool.close().await;
    for (n, content) in contents.iter().enumerate() {
        assert!(rig.content(&format!("depot/{n}.pdf")).as_ref() == Some(content), "{name}: {n}");
    }
    assert_eq!(rig.deposited().len(), contents.len(), "{name}: no temporary name is left");
    let Rig::Real(server) = &rig else { unreachable!() };
    if let Some(renames) = server.count("RNTO") {
        assert_eq!(renames, contents.len(), "{name}");
    }
}

#[tokio::test]
async fn small_files_follow_each_other_on_each_real_server() {
    for kind in [Kind::Plain, Kind::Explicit, Kind::Implicit] {
        small_files_follow_each_other(RealServer::vsftpd(kind)).await;
        small_files_follow_each_other(RealServer::proftpd(kind)).await;
    }
    for kind in [Kind::Plain, Kind::Explicit, Kind::ExplicitSelfSigned] {
        small_files_follow_each_other(RealServer::pure_ftpd(kind)).await;
    }
}

async fn small_files_cross_by_commands_sent_ahead(server: RealServer) {
    let name = format!("{server:?}");
    let rig = Rig::Real(server);
    let mut post = rig.post();
    let contents: Vec<_> = (0..30_usize).map(|n| noise(n * 997)).collect();
    for (n, content) in contents.iter().enumerate() {
        let parcel = post.parcel(rig.remote(&format!("depot/{n}.pdf")), content);
        assert!(!post.courier.deliver(&parcel).await.unwrap().already);
        if n % 10 == 9 {
            assert!(post.courier.deliver(&parcel).await.unwrap().already, "{name}");
        }
    }
    for (n, content) in contents.iter().enumerate() {
        assert!(rig.content(&format!("depot/{n}.pdf")).as_ref() == Some(content), "{name}: {n}");
    }
    assert_eq!(rig.deposited().len(), contents.len(), "{name}: no temporary name is left");
    post.courier.close().await;
    let Rig::Real(server) = &rig else { unreachable!() };
    let Some(logins) = server.count("PASS") else { return };
    let counts = ["NOOP", "RNTO", "CWD"].map(|verb| server.count(verb).unwrap());
    assert_eq!(
        counts,
        [2 * logins, contents.len(), 1],
        "{name}: one trial a connection, one look at the deposit"
    );
    assert!(logins <= 2, "{name}: {logins} logins");
}

#[tokio::test]
async fn small_files_cross_each_real_server_by_commands_sent_ahead() {
    for kind in [Kind::Plain, Kind::Explicit, Kind::Implicit] {
        small_files_cross_by_commands_sent_ahead(RealServer::vsftpd(kind)).await;
        small_files_cross_by_commands_sent_ahead(RealServer::proftpd(kind)).await;
    }
    for kind in [Kind::Plain, Kind::Explicit, Kind::ExplicitSelfSigned] {
        small_files_cross_by_commands_sent_ahead(RealServer::pure_ftpd(kind)).await;
    }
}
