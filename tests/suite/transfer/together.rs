//! Small files over SFTP with their requests sent together, and servers that don't answer all of them.

use super::*;

/// Sends two small files through one courier; gives what was told of them.
async fn two_small_files(server: &RealServer) -> Vec<String> {
    let mut post = Post::new(server.connector("depot"), server.remote("depot"));
    for (name, content) in [("a.zip", "content"), ("b.zip", "of two")] {
        let parcel = post.parcel(server.remote(&format!("depot/{name}")), content.as_bytes());
        post.courier.deliver(&parcel).await.unwrap();
        assert_eq!(post.courier.look(&parcel).await, Ok(Whereabouts::Final), "{name}");
    }
    post.heard.names()
}

#[tokio::test]
async fn a_server_that_refuses_what_is_asked_of_an_open_file_is_spoken_to_step_by_step_without_a_failed_try()
{
    for denied in ["fstat", "fsetstat", "fstat,fsetstat,setstat", "posix-rename,limits"] {
        let server = RealServer::sshd_with(&format!("ForceCommand internal-sftp -P {denied}\n"));
        let told = two_small_files(&server).await;
        assert_eq!(told, ["uploaded a.zip 7", "uploaded b.zip 6"], "{denied}");
        let mut there = names_in(&server.root().join("depot"));
        there.sort();
        assert_eq!(there, ["a.zip", "b.zip"], "{denied}: no part is left");
    }
}

#[tokio::test]
async fn a_file_that_stands_there_is_not_sent_again_and_leaves_no_part() {
    let server = RealServer::sshd();
    let mut post = Post::new(server.connector("depot"), server.remote("depot"));
    let parcel = post.parcel(server.remote("depot/a.zip"), b"content");
    server.put("depot/a.zip", b"CONTENT");
    assert_eq!(post.courier.deliver(&parcel).await, Ok(Delivered { already: true, size_bytes: 7 }));
    assert_eq!(names_in(&server.root().join("depot")), ["a.zip"]);
    assert_eq!(fs::read(server.root().join("depot/a.zip")).unwrap(), b"CONTENT", "by its name and its size");
    // Another size is another file: it is replaced, with and without a rename that replaces.
    server.put("depot/a.zip", b"short");
    assert_eq!(post.courier.deliver(&parcel).await, Ok(Delivered { already: false, size_bytes: 7 }));
    let plain = RealServer::sshd_with("ForceCommand internal-sftp -P posix-rename\n");
    let mut post = Post::new(plain.connector("depot"), plain.remote("depot"));
    let parcel = post.parcel(plain.remote("depot/a.zip"), b"content");
    plain.put("depot/a.zip", b"short");
    assert_eq!(post.courier.deliver(&parcel).await, Ok(Delivered { already: false, size_bytes: 7 }));
    assert_eq!(post.heard.names(), ["uploaded a.zip 7"]);
    assert_eq!(names_in(&plain.root().join("depot")), ["a.zip"]);
}

#[tokio::test]
async fn a_file_whose_writing_or_opening_is_refused_tells_why() {
    for (denied, reason) in [("write", R::PermissionDenied), ("open", R::PermissionDenied)] {
        let server = RealServer::sshd_with(&format!("ForceCommand internal-sftp -P {denied}\n"));
        let mut post = Post::new(server.connector("depot"), server.remote("depot"));
        let parcel = post.parcel(server.remote("depot/a.zip"), b"content");
        let error = post.courier.deliver(&parcel).await.unwrap_err();
        assert_eq!(error.reason, reason, "{denied}: {error}");
        let there = names_in(&server.root().join("depot"));
        assert!(!there.contains(&"a.zip".to_owned()), "{denied}: {there:?}");
    }
}

#[cfg(feature = "demo")]
#[tokio::test]
async fn a_small_file_takes_three_round_trips() {
    let server = RealServer::sshd();
    let target = server.target("depot");
    let delay = Duration::from_millis(40);
    let (_line, host) = a_line(vec![target.port], Weather { delay, rate: None });
    let mut post = Post::new(connector(&Target { host, ..target }).unwrap(), server.remote("depot"));
    let parcels: Vec<_> =
        (0..9).map(|n| post.parcel(server.remote(&format!("depot/{n}.pdf")), &noise(30_000 + n))).collect();
    // The first one logs in and looks for the folder.
    post.courier.deliver(&parcels[0]).await.unwrap();
    let began = Instant::now();
    for parcel in &parcels[1..] {
        post.courier.deliver(parcel).await.unwrap();
    }
    let round_trips = began.elapsed().as_secs_f64() / (delay * 2).as_secs_f64() / 8.0;
    assert!((3.0..4.5).contains(&round_trips), "{round_trips:.1} round trips a file");
}

#[tokio::test]
async fn a_server_without_sftp_is_told_at_once() {
    let server = RealServer::sshd_with("Subsystem other internal-sftp\n");
    let began = Instant::now();
    let error = refusal_of(&server.target("depot")).await;
    assert_eq!(error.reason, R::ServerError, "{error}");
    assert!(error.words.unwrap().contains("no SFTP"));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
