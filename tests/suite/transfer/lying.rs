//! Servers that lie, stall or are old: no file is confirmed falsely, and every wait ends.

use super::*;

#[tokio::test]
async fn a_folder_without_the_right_to_write_is_not_a_missing_one() {
    use std::os::unix::fs::PermissionsExt;
    for server in [RealServer::vsftpd(Kind::Plain), RealServer::vsftpd(Kind::Explicit), RealServer::sshd()] {
        let mut session = server.connector("depot").connect().await.unwrap();
        fs::set_permissions(server.root().join("depot"), fs::Permissions::from_mode(0o555)).unwrap();
        let write = write_bytes(session.as_mut(), &server.remote("depot/a.zip"), b"x").await;
        assert_eq!(write.unwrap_err().reason, R::PermissionDenied);
        let folder = session.make_folder(&server.remote("depot/new")).await;
        assert_eq!(folder.unwrap_err().reason, R::PermissionDenied);
    }
}

#[tokio::test]
async fn a_port_without_a_server_refuses() {
    let server = RealServer::vsftpd(Kind::Plain);
    for protocol in [Protocol::Ftp, Protocol::FtpsImplicit, Protocol::Sftp] {
        let trust = Trust::None;
        let target = Target { protocol, trust, port: free_port(), ..server.target("depot") };
        assert_eq!(refusal_of(&target).await.reason, R::ConnectionRefused);
        let nowhere = Target { host: "nulle-part.invalid".into(), ..target };
        assert_eq!(refusal_of(&nowhere).await.reason, R::HostNotFound);
    }
}

#[tokio::test]
async fn a_server_that_never_greets_times_out() {
    let server = ScriptedFtp::start(Script::NeverGreets);
    for protocol in [Protocol::Ftp, Protocol::FtpsExplicit, Protocol::FtpsImplicit, Protocol::Sftp] {
        let trust = if protocol == Protocol::Sftp { Trust::None } else { server.target(protocol).trust };
        let began = Instant::now();
        let error = refusal_of(&Target { trust, ..server.target(protocol) }).await;
        assert_eq!(error.reason, R::TimedOut, "{protocol:?}: {error}");
        assert!(began.elapsed() < Duration::from_secs(3), "{protocol:?}: {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_server_without_tls_gets_no_login_in_clear() {
    let server = ScriptedFtp::start(Script::RefusesTls);
    let error = refusal_of(&server.target(Protocol::FtpsExplicit)).await;
    assert_eq!(error.reason, R::TlsFailed);
    assert_eq!(error.words.as_deref(), Some("502 no TLS here"));
    assert_eq!(server.heard(), ["AUTH TLS"]);
}

#[tokio::test]
async fn a_226_on_a_truncated_file_is_a_size_mismatch() {
    let server = ScriptedFtp::start(Script::Truncates(1000));
    let mut post = post_to(&server);
    let parcel = post.parcel(RemotePath::new("/depot/a.zip").unwrap(), &noise(5000));
    let error = post.courier.deliver(&parcel).await.unwrap_err();
    assert_eq!(error.reason, R::SizeMismatch);
    assert_eq!(error.words.as_deref(), Some("5000 bytes sent, 1000 bytes on the server"));
    let told = ["retrying 1 size-mismatch", "retrying 2 size-mismatch", "failed size-mismatch"];
    assert_eq!(post.heard.names(), told);
    assert!(!server.heard().iter().any(|command| command.starts_with("RNTO")), "it was never renamed");
    assert_eq!(post.pause.0.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn every_stall_of_a_transfer_ends_within_its_deadline() {
    for script in [Script::NeverConfirms, Script::NeverReads] {
        let server = ScriptedFtp::start(script);
        let mut session = connector(&server.target(Protocol::Ftp)).unwrap().connect().await.unwrap();
        let began = Instant::now();
        let path = RemotePath::new("/depot/a.zip").unwrap();
        let error = write_bytes(session.as_mut(), &path, &noise(20 * MIB)).await.unwrap_err();
        assert_eq!(error.reason, R::TimedOut, "{script:?}");
        assert!(!session.in_sync(), "{script:?}");
        assert!(began.elapsed() < Duration::from_secs(6), "{script:?}: {:?}", began.elapsed());
    }
}

/// vsftpd keeps what a dead session was writing locked, and waits for the lock without a word.
#[tokio::test]
async fn a_part_that_the_server_holds_is_gone_round_and_removed() {
    for (ahead, size) in [(false, 9), (true, 9), (false, 3 * MIB)] {
        let server = ScriptedFtp::start(Script::HoldsFirstParts(ahead));
        let mut post = post_to(&server);
        let parcel = post.parcel(RemotePath::new("/depot/a.pdf").unwrap(), &noise(size));
        post.courier.deliver(&parcel).await.unwrap();
        assert_eq!(
            post.heard.names(),
            ["retrying 1 timed-out", &format!("uploaded a.pdf {size}")],
            "{ahead}"
        );
        let files: Vec<_> = server.files().into_keys().collect();
        assert_eq!(files, ["/depot/a.pdf"], "{ahead}: neither part stays");
        let other = format!("STOR {}", parcel.other_part());
        assert_eq!(server.heard().iter().filter(|command| **command == other).count(), 1, "{ahead}");
    }
}

#[tokio::test]
async fn the_server_s_words_survive_a_broken_data_connection() {
    for (words, reason) in
        [("552 quota exceeded", R::DiskFull), ("451 Failure writing to local file.", R::WriteFailed)]
    {
        let server = ScriptedFtp::start(Script::RunsFull(words));
        let mut post = post_to(&server);
        let parcel = post.parcel(RemotePath::new("/depot/a.zip").unwrap(), &noise(8 * MIB));
        let error = post.courier.deliver(&parcel).await.unwrap_err();
        assert_eq!(error, TransferError::new(reason, words));
        assert_eq!(post.heard.names(), [format!("failed {reason}")]);
    }
}

#[tokio::test]
async fn a_reply_that_nothing_asked_for_ends_the_session() {
    let server = ScriptedFtp::start(Script::AnswersTwice);
    let mut session = connector(&server.target(Protocol::Ftp)).unwrap().connect().await.unwrap();
    let path = RemotePath::new("/depot/a").unwrap();
    write_bytes(session.as_mut(), &path, b"abc").await.unwrap();
    assert_eq!(session.size(&path).await, Ok(Some(3)));
    let error = session.size(&RemotePath::new("/depot/b").unwrap()).await.unwrap_err();
    assert_eq!(error.reason, R::ConnectionLost);
    assert!(!session.in_sync());
}

#[tokio::test]
async fn an_old_server_behind_a_translation_is_served_by_pasv_and_list() {
    let server = ScriptedFtp::start(Script::Ancient);
    let mut post = post_to(&server);
    let parcel = post.parcel(RemotePath::new("/depot/a b.zip").unwrap(), b"content");
    post.courier.deliver(&parcel).await.unwrap();
    assert_eq!(post.courier.look(&parcel).await, Ok(Whereabouts::Final));
    let count = |verb: &str| server.heard().iter().filter(|command| command.starts_with(verb)).count();
    assert_eq!((count("EPSV"), count("SIZE"), count("MLST")), (1, 1, 1), "what is refused isn't asked again");
}

#[tokio::test]
async fn what_is_no_reply_or_never_ends_confirms_nothing_and_ends_the_session() {
    for script in [Script::Gibberish, Script::EndlessLine, Script::EndlessLines] {
        let server = ScriptedFtp::start(script);
        let mut session = connector(&server.target(Protocol::Ftp)).unwrap().connect().await.unwrap();
        let began = Instant::now();
        let error = session.size(&RemotePath::new("/depot/a").unwrap()).await.unwrap_err();
        assert_eq!(error.reason, R::ConnectionLost, "{script:?}: {error}");
        assert!(!session.in_sync(), "{script:?}");
        assert!(began.elapsed() < Duration::from_secs(2), "{script:?}: {:?}", began.elapsed());
        assert!(error.words.is_some_and(|words| words.chars().count() <= 600), "{script:?}");
    }
}

#[tokio::test]
async fn a_server_that_lies_about_sizes_confirms_nothing() {
    let server = ScriptedFtp::start(Script::LiesAboutSize);
    let mut post = post_to(&server);
    let parcel = post.parcel(RemotePath::new("/depot/a.zip").unwrap(), b"content");
    assert_eq!(post.courier.deliver(&parcel).await.unwrap_err().reason, R::SizeMismatch);
    let heard = server.heard();
    assert!(!heard.iter().any(|command| command.starts_with("RNTO")), "it was never renamed: {heard:?}");
}

#[tokio::test]
async fn a_file_that_a_receiver_takes_at_once_is_delivered_and_not_sent_again() {
    for ahead in [true, false] {
        for size in [7, MIB] {
            let server = ScriptedFtp::start(Script::HandsOver(ahead));
            let mut post = post_to(&server);
            let parcel = post.parcel(RemotePath::new("/depot/a.zip").unwrap(), &noise(size));
            let delivered = post.courier.deliver(&parcel).await;
            assert_eq!(delivered, Ok(Delivered { already: false, size_bytes: size as u64 }));
            assert_eq!(post.heard.names(), [format!("uploaded a.zip {size}")], "ahead {ahead}");
            let stored = server.heard().iter().filter(|command| command.starts_with("STOR")).count();
            assert_eq!(stored, 1, "ahead {ahead}, {size} bytes");
        }
    }
}

#[tokio::test]
async fn a_server_that_stumbles_into_tls_is_given_one_more_try_and_never_a_login_in_clear() {
    for (times, reason) in [(1, R::AuthenticationRefused), (9, R::TlsFailed)] {
        let server = ScriptedFtp::start(Script::StumblesIntoTls(times));
        let target = Target { host: "localhost".into(), ..server.target(Protocol::FtpsExplicit) };
        assert_eq!(refusal_of(&target).await.reason, reason, "{times} times");
        let heard = server.heard();
        let count = |verb: &str| heard.iter().filter(|command| command.starts_with(verb)).count();
        assert_eq!((count("AUTH"), count("USER")), (2, usize::from(times == 1)), "{heard:?}");
    }
}
