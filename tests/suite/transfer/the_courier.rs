//! What the courier does of a fault at any place, over a server in memory.

use super::*;

fn server() -> (MemoryServer, Post, RemotePath) {
    let deposit = RemotePath::new("/depot").unwrap();
    let server = MemoryServer::with_folder(&deposit);
    let post = Post::new(Arc::new(server.clone()), deposit.clone());
    (server, post, deposit.join("a.zip").unwrap())
}

#[tokio::test]
async fn survives_a_cut_at_every_place_of_a_file() {
    let content = noise(3 * MIB);
    for after_bytes in [0, 1, MIB as u64, 2 * MIB as u64 + 1, 3 * MIB as u64 - 1] {
        let (server, mut post, remote) = server();
        server.inject(Fault::CutWrite { after_bytes });
        let parcel = post.parcel(remote.clone(), &content);
        let delivered = post.courier.deliver(&parcel).await.unwrap();
        assert!(!delivered.already);
        assert!(server.content(&remote).unwrap() == content, "cut after {after_bytes}");
        assert_eq!(server.connections(), 2);
    }
}

#[tokio::test]
async fn survives_a_fault_at_every_operation_without_a_half_file_or_a_second_event() {
    let lost = |words| TransferError::new(R::ConnectionLost, words);
    let timed_out = TransferError::new(R::TimedOut, "silence");
    for nth in 1..=10 {
        for error in [lost("cut"), timed_out.clone()] {
            let (server, mut post, remote) = server();
            server.inject(Fault::Fail { nth, error });
            let parcel = post.parcel(remote.clone(), b"content");
            post.courier.deliver(&parcel).await.unwrap();
            assert_eq!(server.files(), ["/depot/a.zip"], "fault at {nth}");
            let uploaded = post.heard.names().iter().filter(|name| name.starts_with("uploaded")).count();
            assert_eq!(uploaded, 1, "fault at {nth}");
        }
    }
}

#[tokio::test]
async fn finds_by_looking_a_rename_whose_reply_was_lost() {
    let (server, mut post, remote) = server();
    server.inject(Fault::LoseReply { operation: Operation::Rename });
    let parcel = post.parcel(remote.clone(), b"content");
    assert!(!post.courier.deliver(&parcel).await.unwrap().already);
    let asked = |wanted| server.journal().iter().filter(|(operation, _)| *operation == wanted).count();
    assert_eq!((asked(Operation::Write), asked(Operation::Rename)), (1, 1), "nothing was done twice");
    assert_eq!(post.heard.names(), ["retrying 1 connection-lost", "uploaded a.zip 7"]);

    let zip = post.parcel(remote.parent().unwrap().join("b.zip").unwrap(), b"zipped");
    post.courier.send_part(&zip).await.unwrap();
    server.inject(Fault::LoseReply { operation: Operation::Rename });
    assert!(!post.courier.promote(&zip).await.unwrap().already);
    assert_eq!(post.heard.names()[2..], ["retrying 1 connection-lost", "uploaded b.zip 6"]);
}

#[tokio::test]
async fn sends_again_from_the_beginning_what_the_server_truncated() {
    let (server, mut post, remote) = server();
    server.inject(Fault::TruncateWrite { after_bytes: 3 });
    let parcel = post.parcel(remote.clone(), b"content");
    post.courier.deliver(&parcel).await.unwrap();
    assert_eq!(server.content(&remote).unwrap(), b"content");
    assert_eq!(post.heard.names(), ["retrying 1 size-mismatch", "uploaded a.zip 7"]);
}

#[tokio::test]
async fn gives_up_at_once_where_only_a_person_can_help() {
    for reason in [R::PermissionDenied, R::DiskFull, R::NameRefused] {
        let (server, mut post, remote) = server();
        let error = TransferError::new(reason, "550 no");
        server.inject(Fault::FailNext { operation: Operation::Write, error: error.clone() });
        let parcel = post.parcel(remote, b"content");
        assert_eq!(post.courier.deliver(&parcel).await, Err(error));
        assert_eq!(post.heard.names(), [format!("failed {reason}")]);
        assert!(post.pause.0.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn tells_a_session_that_can_t_be_had_and_no_file() {
    let (server, mut post, remote) = server();
    for _ in 0..3 {
        let error = TransferError::new(R::ConnectionRefused, "refused");
        server.inject(Fault::FailNext { operation: Operation::Connect, error });
    }
    let parcel = post.parcel(remote, b"content");
    assert_eq!(post.courier.deliver(&parcel).await.unwrap_err().reason, R::ConnectionRefused);
    let told =
        ["retrying 1 connection-refused", "retrying 2 connection-refused", "session connection-refused"];
    assert_eq!(post.heard.names(), told);
}

#[tokio::test]
async fn starts_over_where_a_server_refuses_to_go_on() {
    let (server, mut post, remote) = server();
    let content = noise(2 * MIB);
    let parcel = post.parcel(remote.clone(), &content);
    server.put(&parcel.part(), &content[..MIB + 9]);
    let error = TransferError::new(R::ServerError, "502 no REST");
    server.inject(Fault::FailNext { operation: Operation::Write, error });
    post.courier.deliver(&parcel).await.unwrap();
    assert!(server.content(&remote).unwrap() == content);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn names_what_is_wrong_with_the_local_file() {
    let (server, mut post, remote) = server();
    let parcel = post.parcel(remote, b"content");
    fs::write(&parcel.local, b"content and more").unwrap();
    assert_eq!(post.courier.deliver(&parcel).await.unwrap_err().reason, R::LocalFileChanged);
    fs::remove_file(&parcel.local).unwrap();
    assert_eq!(post.courier.deliver(&parcel).await.unwrap_err().reason, R::LocalFileMissing);
    fs::create_dir(&parcel.local).unwrap();
    assert_eq!(post.courier.deliver(&parcel).await.unwrap_err().reason, R::LocalFileUnreadable);
    assert!(server.files().is_empty());
}

/// Rewrites a file once some of its bytes have left.
struct Meddler(PathBuf);

impl Listener for Meddler {
    fn hear(&self, event: &Event) {
        if let Event::Progress { .. } = event {
            let file = fs::OpenOptions::new().write(true).open(&self.0).unwrap();
            file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1)).unwrap();
        }
    }
}

#[tokio::test]
async fn refuses_a_file_that_changes_while_it_is_read() {
    let (server, post, remote) = server();
    let parcel = post.parcel(remote.clone(), &noise(MIB));
    let dispatch = Dispatch::new(
        Arc::new(server.clone()),
        remote.parent().unwrap(),
        RetryPolicy::default(),
        Arc::new(SystemClock),
        Arc::new(Meddler(parcel.local.clone())),
    );
    let error = Courier::new(Arc::new(dispatch)).deliver(&parcel).await.unwrap_err();
    assert_eq!(error.reason, R::LocalFileChanged);
    assert!(server.files().is_empty(), "the part no longer has the content that its name tells");
}

/// Stops the round once some bytes have left.
struct Stopper(CancellationToken, Heard);

impl Listener for Stopper {
    fn hear(&self, event: &Event) {
        if let Event::Progress { .. } = event {
            self.0.cancel();
        }
        self.1.hear(event);
    }
}

#[tokio::test]
async fn stops_when_told_to_and_another_run_goes_on() {
    let (server, mut post, remote) = server();
    // Long enough for the stop to come in its middle, however fast the disk.
    let content = noise(32 * MIB);
    let parcel = post.parcel(remote.clone(), &content);
    let stop = CancellationToken::new();
    let stopper = Arc::new(Stopper(stop.clone(), Heard::default()));
    let dispatch = Dispatch::new(
        Arc::new(server.clone()),
        remote.parent().unwrap(),
        RetryPolicy::default(),
        Arc::new(SystemClock),
        stopper.clone(),
    );
    let mut stopped = Courier::new(Arc::new(dispatch.with_stop(stop)));
    let same = parcel.clone();
    let error = tokio::spawn(async move { stopped.deliver(&same).await }).await.unwrap().unwrap_err();
    assert_eq!(error.reason, R::Interrupted);
    assert_eq!(stopper.1.names(), ["failed interrupted"]);
    assert_eq!(server.content(&remote), None);

    post.courier.deliver(&parcel).await.unwrap();
    assert!(server.content(&remote).unwrap() == content);
}

#[test]
fn gives_parts_a_name_that_no_receiver_takes_for_a_file() {
    let (_, post, remote) = server();
    let part = post.parcel(remote.clone(), b"content").part();
    assert!(!part.name().starts_with(remote.name()) && !part.name().ends_with(".zip"));
    assert_eq!(part.parent(), remote.parent());
    assert_ne!(part, post.parcel(remote, b"other content").part());
}
