//! The promises that every server keeps.

use super::*;

async fn files_of_every_size_arrive_whole_and_once(rig: Rig) {
    let mut post = rig.post();
    for (name, size) in [("vide.zip", 0), ("un.zip", 1), ("grand.zip", 3 * MIB + 17)] {
        let content = noise(size);
        let parcel = post.parcel(rig.remote(&format!("depot/{name}")), &content);
        let size_bytes = size as u64;
        assert_eq!(post.courier.deliver(&parcel).await, Ok(Delivered { already: false, size_bytes }));
        assert_eq!(rig.content(&format!("depot/{name}")).unwrap(), content);
        assert_eq!(post.courier.deliver(&parcel).await, Ok(Delivered { already: true, size_bytes }));
    }
    assert_eq!(rig.deposited(), ["grand.zip", "un.zip", "vide.zip"], "no temporary name is left");
    let whole = ["uploaded vide.zip 0", "uploaded un.zip 1", "uploaded grand.zip 3145745"];
    assert_eq!(post.heard.names(), whole);
    assert_eq!(post.heard.progress_bytes(), 1 + 3 * MIB as u64 + 17);
    post.courier.close().await;
}

async fn a_left_part_goes_on_one_mebibyte_before_its_end(rig: Rig) {
    let mut post = rig.post();
    let content = noise(3 * MIB);
    let parcel = post.parcel(rig.remote("depot/a.zip"), &content);
    let mut left = content[..2 * MIB + 5].to_vec();
    // A mark at the beginning shows that what was there was kept; one at the end, that it was sent again.
    left[0] ^= 0xff;
    left[2 * MIB] ^= 0xff;
    rig.put(&format!("depot/{}", parcel.part().name()), &left);

    post.courier.deliver(&parcel).await.unwrap();
    let arrived = rig.content("depot/a.zip").unwrap();
    assert_eq!(arrived.len(), content.len());
    assert!(arrived[1..] == content[1..]);
    let from = 2 * MIB as u64 + 5 - RESUME_BACK_BYTES;
    let mut told = vec![format!("resumed {from}")];
    let mut session = rig.connector().connect().await.unwrap();
    let hash = session.sha256(&rig.remote("depot/a.zip")).await.unwrap();
    if hash.is_some() {
        // A server that reads its own copy for us shows the mark, and the file goes anew.
        assert_eq!(arrived[0], content[0]);
        told.push("retrying 1 size-mismatch".into());
    } else {
        assert_eq!(arrived[0], left[0]);
    }
    told.push(format!("uploaded a.zip {}", content.len()));
    assert_eq!(post.heard.names(), told);
}

async fn a_file_of_another_size_is_replaced(rig: Rig) {
    let mut post = rig.post();
    rig.put("depot/a.zip", b"something else");
    let parcel = post.parcel(rig.remote("depot/a.zip"), b"the file");
    post.courier.deliver(&parcel).await.unwrap();
    assert_eq!(rig.content("depot/a.zip").unwrap(), b"the file");
}

async fn folders_below_the_deposit_are_made_once(rig: Rig) {
    let mut post = rig.post();
    for name in ["a.pdf", "b.pdf"] {
        let parcel = post.parcel(rig.remote(&format!("depot/documents/07/{name}")), name.as_bytes());
        post.courier.deliver(&parcel).await.unwrap();
    }
    let told = ["folder documents", "folder 07", "uploaded a.pdf 5", "uploaded b.pdf 5"];
    assert_eq!(post.heard.names(), told);
    // Another courier finds them there.
    let mut again = rig.post();
    let parcel = again.parcel(rig.remote("depot/documents/07/c.pdf"), b"c");
    again.courier.deliver(&parcel).await.unwrap();
    assert_eq!(again.heard.names(), ["uploaded c.pdf 1"]);
}

async fn a_small_file_is_read_whole_and_a_long_one_never(rig: Rig) {
    let mut post = rig.post();
    let (content, limit) = (noise(70_000), 100_000);
    rig.put("depot/small.xml", &content);
    rig.put("depot/empty.xml", b"");
    rig.put("depot/long.xml", &noise(limit + 1));
    let read = async |post: &mut Post, name: &str| {
        post.courier.read(&rig.remote(&format!("depot/{name}")), limit).await.unwrap()
    };
    assert_eq!(read(&mut post, "small.xml").await, Small::Whole(content));
    assert_eq!(read(&mut post, "empty.xml").await, Small::Whole(Vec::new()));
    assert_eq!(read(&mut post, "absent.xml").await, Small::Absent);
    assert_eq!(read(&mut post, "long.xml").await, Small::TooLong);
    // A file that grew since it was asked for its size ends the read, and what follows is right all the same.
    let mut session = rig.connector().connect().await.unwrap();
    let grown = session.read(&rig.remote("depot/long.xml"), 40_000).await.unwrap_err();
    assert_eq!(grown.reason, R::ServerError);
    if session.in_sync() {
        assert_eq!(session.size(&rig.remote("depot/empty.xml")).await, Ok(Some(0)));
    }
    assert_eq!(rig.connector().connect().await.unwrap().read(&rig.remote("depot/no.xml"), 1).await, Ok(None));
}

async fn a_missing_deposit_folder_is_said_and_not_made(rig: Rig) {
    let mut post = Post::new(rig.connector(), rig.remote("absent"));
    let parcel = post.parcel(rig.remote("absent/documents/a.pdf"), b"a");
    assert_eq!(post.courier.deliver(&parcel).await.unwrap_err().reason, R::FolderMissing);
    assert_eq!(post.heard.names(), ["failed folder-missing"]);
    let mut session = rig.connector().connect().await.unwrap();
    assert!(!session.folder_exists(&rig.remote("absent")).await.unwrap());
}

/// Somebody put a file where a folder belongs.
async fn a_file_that_stands_in_a_folder_s_place_is_told_as_such(rig: Rig) {
    let mut session = rig.connector().connect().await.unwrap();
    rig.put("depot/stands", b"x");
    let made = session.make_folder(&rig.remote("depot/stands")).await;
    assert_eq!(made.unwrap_err().reason, R::FileExists);
    let mut session = rig.connector().connect().await.unwrap();
    let inside = write_bytes(session.as_mut(), &rig.remote("depot/stands/a.zip"), b"x").await;
    assert_eq!(inside.unwrap_err().reason, R::FolderMissing);
    assert_eq!(rig.deposited(), ["stands"]);
}

async fn names_with_accents_and_spaces_arrive_as_they_are(rig: Rig) {
    let mut post = rig.post();
    let name = "Relevé n° 7 - l’été à Nîmes.pdf";
    let parcel = post.parcel(rig.remote(&format!("depot/{name}")), b"x");
    post.courier.deliver(&parcel).await.unwrap();
    assert_eq!(rig.deposited(), [name]);
    let listed = post.courier.list(&rig.remote("depot")).await.unwrap();
    let found: Vec<_> = listed.iter().map(|entry| (entry.name.as_str(), entry.size_bytes)).collect();
    assert_eq!(found, [(name, Some(1))]);
}

async fn a_session_tells_what_is_there_and_what_is_not(rig: Rig) {
    let mut session = rig.connector().connect().await.unwrap();
    let missing = rig.remote("depot/missing.zip");
    assert_eq!(session.size(&missing).await, Ok(None));
    assert_eq!(session.remove(&missing).await, Ok(()));
    assert_eq!(session.make_folder(&rig.remote("depot/new")).await, Ok(true));
    assert_eq!(session.make_folder(&rig.remote("depot/new")).await, Ok(false));
    let reason = |result: Result<bool, TransferError>| result.unwrap_err().reason;
    assert_eq!(reason(session.make_folder(&rig.remote("depot/no/deeper")).await), R::FolderMissing);
    let lost = session.rename(&missing, &rig.remote("depot/other.zip")).await.unwrap_err();
    assert_eq!(lost.reason, R::RenameFailed);
    let write = write_bytes(session.as_mut(), &rig.remote("depot/no/a.zip"), b"x").await;
    assert_eq!(write.unwrap_err().reason, R::FolderMissing);
    assert_eq!(session.list(&rig.remote("depot/no")).await.unwrap_err().reason, R::FolderMissing);
    rig.put("depot/b", b"bb");
    let listed = session.list(&rig.remote("depot")).await.unwrap();
    let found: Vec<_> = listed.iter().map(|e| (e.name.as_str(), e.is_folder, e.size_bytes)).collect();
    assert_eq!(found, [("b", false, Some(2)), ("new", true, None)]);
    session.remove(&rig.remote("depot/b")).await.unwrap();
    assert_eq!(session.size(&rig.remote("depot/b")).await, Ok(None));
    assert!(session.in_sync(), "a refusal is an answer: it leaves the session in sync");
    session.close().await;
}

async fn a_part_is_promoted_apart_and_doubt_is_resolved_by_looking(rig: Rig) {
    let mut post = rig.post();
    let parcel = post.parcel(rig.remote("depot/a.zip"), b"content");
    assert_eq!(post.courier.look(&parcel).await, Ok(Whereabouts::Neither));
    assert_eq!(post.courier.promote(&parcel).await.unwrap_err().reason, R::RenameFailed);
    post.courier.send_part(&parcel).await.unwrap();
    assert_eq!(post.courier.look(&parcel).await, Ok(Whereabouts::Temporary));
    assert_eq!(rig.content("depot/a.zip"), None);
    assert_eq!(post.courier.promote(&parcel).await, Ok(Delivered { already: false, size_bytes: 7 }));
    assert_eq!(post.courier.look(&parcel).await, Ok(Whereabouts::Final));
    assert_eq!(post.courier.promote(&parcel).await, Ok(Delivered { already: true, size_bytes: 7 }));
    rig.put(&format!("depot/{}", parcel.part().name()), b"content");
    assert_eq!(post.courier.look(&parcel).await, Ok(Whereabouts::Both));
    post.courier.remove(&parcel.part()).await.unwrap();
    assert_eq!(post.courier.look(&parcel).await, Ok(Whereabouts::Final));
    assert_eq!(post.heard.names(), ["failed rename-failed", "uploaded a.zip 7", "removed true"]);
}

async fn a_cancelled_write_leaves_the_session_out_of_sync(rig: Rig) {
    let mut session = rig.connector().connect().await.unwrap();
    // A content that never ends: the call is dropped in its middle.
    let (mut content, _writer) = tokio::io::duplex(16);
    let path = rig.remote("depot/a.zip");
    let writing = session.write(&path, 0, &mut content, &|_| {});
    assert!(tokio::time::timeout(Duration::from_millis(300), writing).await.is_err());
    assert!(!session.in_sync());
    assert!(session.size(&path).await.is_err(), "nothing is asked of such a session");
}

every_server_keeps! {
    files_of_every_size_arrive_whole_and_once,
    a_left_part_goes_on_one_mebibyte_before_its_end,
    a_file_of_another_size_is_replaced,
    folders_below_the_deposit_are_made_once,
    a_small_file_is_read_whole_and_a_long_one_never,
    a_missing_deposit_folder_is_said_and_not_made,
    a_file_that_stands_in_a_folder_s_place_is_told_as_such,
    names_with_accents_and_spaces_arrive_as_they_are,
    a_session_tells_what_is_there_and_what_is_not,
    a_part_is_promoted_apart_and_doubt_is_resolved_by_looking,
    a_cancelled_write_leaves_the_session_out_of_sync,
}

#[tokio::test]
async fn a_local_folder_keeps_its_files_private_and_lets_nobody_run_them() {
    use std::os::unix::fs::PermissionsExt;
    let rig = Rig::folder();
    let mut session = rig.connector().connect().await.unwrap();
    write_bytes(session.as_mut(), &rig.remote("depot/a.zip"), b"content").await.unwrap();
    let Rig::Folder(folder) = &rig else { unreachable!() };
    let mode = fs::metadata(folder.path().join("depot/a.zip")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
