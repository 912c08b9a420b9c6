//! What servers can do beyond taking files: times, hashes, going on, and a line that stays open.

use std::time::SystemTime;

use publier::ports::Abilities;

use super::*;

fn every_real_server() -> Vec<RealServer> {
    vec![
        RealServer::vsftpd(Kind::Plain),
        RealServer::vsftpd(Kind::Explicit),
        RealServer::proftpd(Kind::Plain),
        RealServer::proftpd(Kind::Explicit),
        RealServer::proftpd_sftp(),
        RealServer::pure_ftpd(Kind::Plain),
        RealServer::pure_ftpd(Kind::Explicit),
        RealServer::sshd(),
    ]
}

#[tokio::test]
async fn each_server_says_what_it_can_do() {
    for server in every_real_server() {
        let told = server.connector("depot").connect().await.unwrap().abilities();
        let expected = match (server.program(), server.target("depot").protocol) {
            (_, Protocol::Sftp) => (Some("WRITE"), Some("SETSTAT"), None),
            (Program::Vsftpd, _) => (Some("REST"), Some("MDTM"), None),
            (Program::Proftpd, _) => (Some("REST"), Some("MFMT"), Some("HASH SHA-256")),
            _ => (Some("REST"), Some("MFMT"), None),
        };
        let (resume, times, hash) = expected;
        assert_eq!(told, Abilities { resume, times, hash }, "{server:?}");
    }
}

/// Midnight of the third of February 2001, in UTC.
fn long_ago() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(981_158_400)
}

#[tokio::test]
async fn files_keep_the_time_of_their_last_change_on_every_server() {
    for server in every_real_server() {
        let mut post = Post::new(server.connector("depot"), server.remote("depot"));
        for (name, size) in [("petit n° 1.pdf", 1000), ("grand n° 2.zip", 400_000)] {
            let parcel = post.parcel(server.remote(&format!("depot/{name}")), &noise(size));
            fs::File::options().write(true).open(&parcel.local).unwrap().set_modified(long_ago()).unwrap();
            post.courier.deliver(&parcel).await.unwrap();
            let found = fs::metadata(server.root().join("depot").join(name)).unwrap().modified().unwrap();
            assert_eq!(found, long_ago(), "{server:?}: {name}");
        }
        assert_eq!(post.heard.names().len(), 2, "{server:?}: without a failed try");
    }
}

#[tokio::test]
async fn a_server_that_reads_its_own_copy_for_us_gives_its_hash_whatever_the_name() {
    let plain_and_inside_tls = [Kind::Plain, Kind::Explicit].map(RealServer::proftpd);
    for server in plain_and_inside_tls.into_iter().chain([RealServer::proftpd_sftp()]) {
        let mut session = server.connector("depot").connect().await.unwrap();
        for name in ["simple", "l’été à 2 %.pdf", " \"guillemets\" "] {
            let path = server.remote(&format!("depot/{name}"));
            write_bytes(session.as_mut(), &path, name.as_bytes()).await.unwrap();
            assert_eq!(session.sha256(&path).await, Ok(Some(sha256(name.as_bytes()))), "{name:?}");
        }
        assert_eq!(session.sha256(&server.remote("depot/absent")).await, Ok(None));
        assert!(session.in_sync());
    }
}

/// Tells whether the system keeps a connection to this port alive: the timer of `/proc/net/tcp` is 02 then.
fn is_kept_alive(port: u16) -> bool {
    let peer = format!(":{port:04X}");
    let table = fs::read_to_string("/proc/net/tcp").unwrap();
    let mut rows = table.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
    let row = rows.find(|fields| fields[2].ends_with(&peer)).expect("the client's end of the connection");
    row[5].starts_with("02:")
}

#[tokio::test]
async fn connections_of_control_are_kept_alive_by_the_system() {
    for server in [RealServer::vsftpd(Kind::Explicit), RealServer::sshd()] {
        let port = server.target("depot").port;
        let session = server.connector("depot").connect().await.unwrap();
        // What was just sent has a timer of its own until it is acknowledged.
        let until = Instant::now() + Duration::from_secs(5);
        while !is_kept_alive(port) {
            assert!(Instant::now() < until, "{server:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        session.close().await;
    }
}

#[tokio::test]
async fn large_files_that_are_cut_anywhere_go_on_where_they_stopped() {
    for server in every_real_server() {
        let mut post = Post::new(server.connector("depot"), server.remote("depot"));
        let content = noise(3 * MIB + 11);
        for left in [1, MIB - 1, MIB, 1_777_777, 3 * MIB, 3 * MIB + 10, 3 * MIB + 11] {
            let name = format!("depot/{left}.zip");
            let parcel = post.parcel(server.remote(&name), &content);
            server.put(&format!("depot/{}", parcel.part().name()), &content[..left]);
            post.courier.deliver(&parcel).await.unwrap();
            assert!(fs::read(server.root().join(&name)).unwrap() == content, "{server:?}: {left}");
            let told = post.heard.names();
            let from = (left as u64).saturating_sub(RESUME_BACK_BYTES);
            let resumed = told.contains(&format!("resumed {from}"));
            assert_eq!(resumed, from > 0, "{server:?}: {told:?}");
            assert!(!told.iter().any(|event| event.starts_with("retrying")), "{server:?}: {told:?}");
            post.heard.0.lock().unwrap().clear();
        }
    }
}

#[tokio::test]
async fn a_part_that_a_server_lets_nobody_overwrite_is_removed_and_sent_again() {
    let settings = "AllowOverwrite off\nAllowStoreRestart off\n";
    for kind in [Kind::Plain, Kind::Explicit] {
        let server = RealServer::proftpd_with(kind, settings);
        let mut session = server.connector("depot").connect().await.unwrap();
        server.put("depot/stands.pdf", b"stands");
        let refused = write_bytes(session.as_mut(), &server.remote("depot/stands.pdf"), b"over").await;
        assert_eq!(
            refused.unwrap_err().reason,
            R::PermissionDenied,
            "the server lets nothing be overwritten"
        );
        for (size, left) in [(90_000, 0), (90_000, 50_000), (3 * MIB, 2 * MIB)] {
            let mut post = Post::new(server.connector("depot"), server.remote("depot"));
            let content = noise(size);
            let name = format!("depot/{size}-{left}.pdf");
            let parcel = post.parcel(server.remote(&name), &content);
            server.put(&format!("depot/{}", parcel.part().name()), &content[..left]);
            post.courier.deliver(&parcel).await.unwrap();
            assert!(fs::read(server.root().join(&name)).unwrap() == content, "{kind:?} {left} of {size}");
            // The server may have closed the data connection before its refusal is read: that is one more try, or two.
            let told = post.heard.names();
            assert!(told.iter().filter(|event| event.starts_with("retrying")).count() <= 2, "{told:?}");
        }
        // A file of another size at the final name.
        let mut post = Post::new(server.connector("depot"), server.remote("depot"));
        server.put("depot/occupe.pdf", b"other");
        let parcel = post.parcel(server.remote("depot/occupe.pdf"), b"content");
        let done = post.courier.deliver(&parcel).await;
        assert_eq!(done, Ok(Delivered { already: false, size_bytes: 7 }), "{kind:?}");
    }
}

#[tokio::test]
async fn a_server_that_forbids_size_is_asked_by_another_command() {
    let server = RealServer::vsftpd_with(Kind::Explicit, "cmds_denied=SIZE\n");
    let mut session = server.connector("depot").connect().await.unwrap();
    server.put("depot/stands.pdf", b"stands");
    assert_eq!(session.size(&server.remote("depot/stands.pdf")).await, Ok(Some(6)));
    assert_eq!(session.size(&server.remote("depot/absent.pdf")).await, Ok(None));
    assert_eq!(session.size_command(), "LIST");
    let mut post = Post::new(server.connector("depot"), server.remote("depot"));
    for (name, size) in [("petit.pdf", 1000), ("grand.zip", 400_000)] {
        let parcel = post.parcel(server.remote(&format!("depot/{name}")), &noise(size));
        post.courier.deliver(&parcel).await.unwrap();
    }
    assert_eq!(post.heard.names(), ["uploaded petit.pdf 1000", "uploaded grand.zip 400000"]);
}
