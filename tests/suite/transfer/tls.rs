//! Sessions of TLS and SSH over a long run: tickets, versions, renewed keys.

use super::*;

#[tokio::test]
async fn a_large_file_survives_the_renewal_of_the_ssh_keys() {
    let server = RealServer::sshd_with("RekeyLimit 1M 10s\n");
    let mut post = Post::new(server.connector("depot"), server.remote("depot"));
    let content = noise(8 * MIB);
    let parcel = post.parcel(server.remote("depot/a.zip"), &content);
    post.courier.deliver(&parcel).await.unwrap();
    assert!(fs::read(server.root().join("depot/a.zip")).unwrap() == content);
}

#[tokio::test]
async fn many_files_pass_where_tls_sessions_must_be_reused() {
    for kind in [Kind::Explicit, Kind::Implicit] {
        let server = RealServer::vsftpd(kind);
        let mut session = server.connector("depot").connect().await.unwrap();
        for number in 0..40 {
            let path = server.remote(&format!("depot/{number}"));
            write_bytes(session.as_mut(), &path, &noise(30_000)).await.unwrap();
            assert_eq!(session.size(&path).await, Ok(Some(30_000)));
        }
        session.close().await;
        let log = server.wait_for_log("QUIT");
        assert_eq!(log.matches("\"AUTH TLS\"").count(), usize::from(kind == Kind::Explicit));
    }
}

#[tokio::test]
async fn tls_1_2_alone_is_spoken_too() {
    for kind in [Kind::Explicit, Kind::Implicit] {
        let server = RealServer::vsftpd_over_openssl(kind, "MaxProtocol = TLSv1.2");
        let mut session = server.connector("depot").connect().await.unwrap();
        for number in 0..5 {
            let path = server.remote(&format!("depot/{number}"));
            write_bytes(session.as_mut(), &path, &noise(100_000)).await.unwrap();
            assert_eq!(session.size(&path).await, Ok(Some(100_000)));
        }
    }
}

#[tokio::test]
async fn a_server_that_gives_no_ticket_under_tls_1_3_is_served_under_tls_1_2() {
    let server = RealServer::vsftpd_over_openssl(Kind::Explicit, "NumTickets = 0");
    let mut post = Post::new(server.connector("depot"), server.remote("depot"));
    for name in ["a.zip", "b.zip"] {
        let parcel = post.parcel(server.remote(&format!("depot/{name}")), name.as_bytes());
        post.courier.deliver(&parcel).await.unwrap();
    }
    assert_eq!(post.heard.names(), ["uploaded a.zip 5", "uploaded b.zip 5"], "without a failed try");
}

/// proftpd demands by default that data connections resume their control connection's session, and gives them no ticket.
#[tokio::test]
async fn a_server_whose_tickets_run_out_is_served_under_tls_1_2_without_a_failed_try() {
    for kind in [Kind::Explicit, Kind::Implicit] {
        let server = RealServer::proftpd(kind);
        let mut session = server.connector("depot").connect().await.unwrap();
        for number in 0..8 {
            let path = server.remote(&format!("depot/{number}"));
            write_bytes(session.as_mut(), &path, &noise(30_000)).await.unwrap();
            assert_eq!(session.size(&path).await, Ok(Some(30_000)));
        }
        session.close().await;
        assert_eq!(server.count("PASS"), Some(2), "{kind:?}: one connection under each version");
    }
}

#[tokio::test]
async fn a_server_of_tls_1_3_alone_that_gives_few_tickets_is_still_served() {
    let settings = "TLSProtocol TLSv1.3\nTLSOptions NoSessionReuseRequired\n";
    let server = RealServer::proftpd_with(Kind::Explicit, settings);
    let mut post = Post::new(server.connector("depot"), server.remote("depot"));
    for number in 0..8 {
        let parcel = post.parcel(server.remote(&format!("depot/{number}.zip")), &noise(9 + number));
        post.courier.deliver(&parcel).await.unwrap();
    }
    let told = post.heard.names();
    assert!(told.len() == 8 && told.iter().all(|name| name.starts_with("uploaded")), "{told:?}");
}
