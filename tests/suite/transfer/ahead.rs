//! Small files by commands sent ahead, and the servers that can't take them.

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
