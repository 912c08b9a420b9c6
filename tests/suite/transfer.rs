//! The suite of transfer: one set of promises over every protocol, then what each protocol adds.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use publier::clock::SystemClock;
use publier::digest::sha256;
use publier::ports::{Connector, Event, Listener, RemotePath, Session, TransferError};
use publier::settings::secret::Secret;
use publier::settings::target::{Login, Protocol, Target, Trust};
use publier::transfer::connector;
use publier::transfer::courier::{
    Courier, Delivered, Dispatch, Parcel, Pause, RESUME_BACK_BYTES, Small, Whereabouts,
};
use publier::transfer::memory::{Fault, MemoryServer, Operation};
use publier::transfer::reason::offered_fingerprint;
use publier_core::publication::reason::TransferReason as R;
use publier_core::publication::retry::RetryPolicy;
use tokio_util::sync::CancellationToken;

use crate::support::servers::{Kind, PASSWORD, RealServer, free_port};
use crate::support::servers_scripted::{Script, ScriptedFtp};

/// Remembers the events it hears.
#[derive(Default)]
struct Heard(Mutex<Vec<Event>>);

impl Listener for Heard {
    fn hear(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

impl Heard {
    /// The events without progress, by name and path.
    fn names(&self) -> Vec<String> {
        let events = self.0.lock().unwrap();
        let name = |event: &Event| match event {
            Event::FolderMade { path, .. } => Some(format!("folder {}", path.name())),
            Event::Resumed { offset_bytes, .. } => Some(format!("resumed {offset_bytes}")),
            Event::Retrying { error, attempt, .. } => Some(format!("retrying {attempt} {}", error.reason)),
            Event::Uploaded { remote, size_bytes, .. } => {
                Some(format!("uploaded {} {size_bytes}", remote.name()))
            }
            Event::UploadFailed { error, .. } => Some(format!("failed {}", error.reason)),
            Event::SessionFailed { error, .. } => Some(format!("session {}", error.reason)),
            Event::Removed { error, .. } => Some(format!("removed {}", error.is_none())),
            _ => None,
        };
        events.iter().filter_map(name).collect()
    }

    fn progress_bytes(&self) -> u64 {
        let events = self.0.lock().unwrap();
        events.iter().map(|event| if let Event::Progress { bytes, .. } = event { *bytes } else { 0 }).sum()
    }
}

/// Remembers the pauses and doesn't wait.
#[derive(Debug, Default)]
struct NoPause(Mutex<Vec<Duration>>);

#[async_trait]
impl Pause for NoPause {
    async fn pause(&self, length: Duration) {
        self.0.lock().unwrap().push(length);
    }
}

/// A courier and what it tells.
struct Post {
    courier: Courier,
    heard: Arc<Heard>,
    pause: Arc<NoPause>,
    local: tempfile::TempDir,
}

impl Post {
    fn new(connector: Arc<dyn Connector>, deposit: RemotePath) -> Self {
        let (heard, pause) = (Arc::new(Heard::default()), Arc::new(NoPause::default()));
        let policy = RetryPolicy { attempts: 3, ..RetryPolicy::default() };
        let dispatch = Dispatch::new(connector, deposit, policy, Arc::new(SystemClock), heard.clone());
        let courier = Courier::new(Arc::new(dispatch.with_pause(pause.clone())));
        Self { courier, heard, pause, local: tempfile::tempdir().unwrap() }
    }

    fn parcel(&self, remote: RemotePath, content: &[u8]) -> Parcel {
        let local = self.local.path().join(sha256(content).to_string());
        fs::write(&local, content).unwrap();
        Parcel { local, remote, size_bytes: content.len() as u64, digest: sha256(content) }
    }
}

/// One of the servers that must all keep the same promises.
enum Rig {
    Memory(MemoryServer),
    Real(RealServer),
    Folder(tempfile::TempDir),
}

impl Rig {
    fn memory() -> Self {
        Self::Memory(MemoryServer::with_folder(&RemotePath::new("/depot").unwrap()))
    }

    fn vsftpd(kind: Kind) -> Self {
        Self::Real(RealServer::vsftpd(kind))
    }

    fn sshd() -> Self {
        Self::Real(RealServer::sshd())
    }

    fn folder() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("depot")).unwrap();
        Self::Folder(folder)
    }

    fn remote(&self, relative: &str) -> RemotePath {
        match self {
            Self::Memory(_) | Self::Folder(_) => RemotePath::new(format!("/{relative}")).unwrap(),
            Self::Real(server) => server.remote(relative),
        }
    }

    fn connector(&self) -> Arc<dyn Connector> {
        match self {
            Self::Memory(server) => Arc::new(server.clone()),
            Self::Real(server) => server.connector("depot"),
            Self::Folder(folder) => connector(&local_target(folder.path())).unwrap(),
        }
    }

    fn post(&self) -> Post {
        Post::new(self.connector(), self.remote("depot"))
    }

    fn content(&self, relative: &str) -> Option<Vec<u8>> {
        match self {
            Self::Memory(server) => server.content(&self.remote(relative)),
            Self::Real(server) => fs::read(server.root().join(relative)).ok(),
            Self::Folder(folder) => fs::read(folder.path().join(relative)).ok(),
        }
    }

    fn put(&self, relative: &str, content: &[u8]) {
        match self {
            Self::Memory(server) => server.put(&self.remote(relative), content),
            Self::Real(server) => server.put(relative, content),
            Self::Folder(folder) => fs::write(folder.path().join(relative), content).unwrap(),
        }
    }

    /// The files in the deposit folder itself.
    fn deposited(&self) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Self::Memory(server) => server
                .files()
                .iter()
                .filter_map(|path| path.strip_prefix("/depot/").map(String::from))
                .collect(),
            Self::Real(server) => names_in(&server.root().join("depot")),
            Self::Folder(folder) => names_in(&folder.path().join("depot")),
        };
        names.sort();
        names
    }
}

fn names_in(folder: &std::path::Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// A target that is a local folder.
fn local_target(folder: &std::path::Path) -> Target {
    let target = ScriptedFtp::start(Script::NeverGreets).target(Protocol::Folder);
    Target { login: Login::Folder(folder.to_owned()), ..target }
}

/// Bytes that compress badly and differ everywhere.
fn noise(size: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..size.div_ceil(8)).flat_map(|_| next()).take(size).collect()
}

const MIB: usize = 1024 * 1024;

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
    assert_eq!(arrived[0], left[0]);
    assert!(arrived[1..] == content[1..]);
    let from = 2 * MIB as u64 + 5 - RESUME_BACK_BYTES;
    assert_eq!(post.heard.names(), [format!("resumed {from}"), format!("uploaded a.zip {}", content.len())]);
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

/// Writes bytes through the port.
async fn write_bytes(
    session: &mut dyn Session,
    path: &RemotePath,
    bytes: &[u8],
) -> Result<u64, TransferError> {
    session.write(path, 0, &mut &bytes[..], &|_| {}).await
}

macro_rules! every_server_keeps {
    ($($promise:ident,)+) => {
        every_server_keeps!(@ memory = Rig::memory(); $($promise,)+);
        every_server_keeps!(@ ftp = Rig::vsftpd(Kind::Plain); $($promise,)+);
        every_server_keeps!(@ ftps_explicit = Rig::vsftpd(Kind::Explicit); $($promise,)+);
        every_server_keeps!(@ ftps_implicit = Rig::vsftpd(Kind::Implicit); $($promise,)+);
        every_server_keeps!(@ sftp = Rig::sshd(); $($promise,)+);
        every_server_keeps!(@ proftpd_plain = Rig::Real(RealServer::proftpd(Kind::Plain)); $($promise,)+);
        every_server_keeps!(@ proftpd_explicit = Rig::Real(RealServer::proftpd(Kind::Explicit)); $($promise,)+);
        every_server_keeps!(@ proftpd_implicit = Rig::Real(RealServer::proftpd(Kind::Implicit)); $($promise,)+);
        every_server_keeps!(@ proftpd_sftp = Rig::Real(RealServer::proftpd_sftp()); $($promise,)+);
        every_server_keeps!(@ pure_ftpd_plain = Rig::Real(RealServer::pure_ftpd(Kind::Plain)); $($promise,)+);
        every_server_keeps!(@ pure_ftpd_explicit = Rig::Real(RealServer::pure_ftpd(Kind::Explicit)); $($promise,)+);
        every_server_keeps!(@ folder = Rig::folder(); $($promise,)+);
    };
    (@ $server:ident = $rig:expr; $($promise:ident,)+) => {
        mod $server {
            use super::*;
            $(#[tokio::test]
            async fn $promise() {
                super::$promise($rig).await;
            })+
        }
    };
}

#[cfg(feature = "demo")]
mod cuts;
mod pace;
mod pool;
mod retries;

every_server_keeps! {
    files_of_every_size_arrive_whole_and_once,
    a_left_part_goes_on_one_mebibyte_before_its_end,
    a_file_of_another_size_is_replaced,
    folders_below_the_deposit_are_made_once,
    a_small_file_is_read_whole_and_a_long_one_never,
    a_missing_deposit_folder_is_said_and_not_made,
    names_with_accents_and_spaces_arrive_as_they_are,
    a_session_tells_what_is_there_and_what_is_not,
    a_part_is_promoted_apart_and_doubt_is_resolved_by_looking,
    a_cancelled_write_leaves_the_session_out_of_sync,
}

/// Tries to connect and gives the refusal.
async fn refusal_of(target: &Target) -> TransferError {
    connector(target).expect("a target that can be tried").connect().await.expect_err("a refusal")
}

fn with_password(target: Target, password: &str) -> Target {
    Target { login: Login::Password(Secret::new(password.into())), ..target }
}

#[tokio::test]
async fn a_wrong_password_is_sent_once_and_never_shown() {
    for server in [RealServer::vsftpd(Kind::Explicit), RealServer::sshd()] {
        let target = with_password(server.target("depot"), "mauvais-canari");
        let mut post = Post::new(connector(&target).unwrap(), target.deposit.clone());
        let parcel = post.parcel(server.remote("depot/a.zip"), b"a");
        let error = post.courier.deliver(&parcel).await.unwrap_err();
        assert_eq!(error.reason, R::AuthenticationRefused);
        assert!(!format!("{error} {error:?} {:?}", post.courier).contains("mauvais-canari"));
        assert_eq!(post.heard.names(), ["session authentication-refused"]);
        let said = if target.protocol == Protocol::Sftp { "Failed password" } else { "FAIL LOGIN" };
        assert_eq!(server.wait_for_log(said).matches(said).count(), 1);
    }
}

#[tokio::test]
async fn a_server_that_repeats_the_password_is_not_quoted() {
    let server = ScriptedFtp::start(Script::RepeatsThePassword);
    let error = refusal_of(&server.target(Protocol::Ftp)).await;
    assert_eq!(error.reason, R::AuthenticationRefused);
    assert_eq!(error.words.as_deref(), Some("530 *** is wrong"));
    assert!(!error.to_string().contains(PASSWORD));
}

#[tokio::test]
async fn a_self_signed_certificate_is_taken_by_its_fingerprint_alone() {
    let server = RealServer::vsftpd(Kind::ExplicitSelfSigned);
    let mut session = server.connector("depot").connect().await.unwrap();
    write_bytes(session.as_mut(), &server.remote("depot/a"), b"abc").await.unwrap();
    assert_eq!(session.size(&server.remote("depot/a")).await, Ok(Some(3)));

    let authorities = Trust::Authorities(server.identities().path("ca.pem"));
    for (trust, reason) in [
        (authorities, R::CertificateRefused),
        (Trust::CertificateFingerprint([7; 32]), R::CertificateChanged),
        (Trust::None, R::CertificateRefused),
    ] {
        let error = refusal_of(&Target { trust, ..server.target("depot") }).await;
        assert_eq!(error.reason, reason);
        let shown = publier_core::domain::digest::Digest(server.identities().sha256("self.pem"));
        assert_eq!(offered_fingerprint(&error), Some(format!("SHA256:{shown}").as_str()));
    }
}

#[tokio::test]
async fn no_login_is_sent_to_a_server_of_another_certificate() {
    for kind in [Kind::Explicit, Kind::Implicit] {
        let server = RealServer::vsftpd(kind);
        let other = Trust::Authorities(server.identities().path("other-ca.pem"));
        for (trust, reason) in [
            (other, R::CertificateRefused),
            (Trust::SystemAuthorities, R::CertificateRefused),
            (Trust::CertificateFingerprint([0; 32]), R::CertificateChanged),
        ] {
            let error = refusal_of(&Target { trust, ..server.target("depot") }).await;
            assert_eq!(error.reason, reason, "{error}");
        }
        // The right name counts too.
        let renamed = Target { host: "127.0.0.2".into(), ..server.target("depot") };
        assert_ne!(refusal_of(&renamed).await.reason, R::AuthenticationRefused);
        server.connector("depot").connect().await.unwrap().close().await;
        let log = server.wait_for_log("USER");
        assert_eq!(log.matches("USER").count(), 1, "only the last login was sent:\n{log}");
    }
}

#[tokio::test]
async fn no_login_is_sent_to_a_server_of_another_host_key() {
    let server = RealServer::sshd();
    let good = server.target("depot");
    let changed = Trust::HostKeyFingerprint(format!("SHA256:{}", "A".repeat(43)));
    let error = refusal_of(&Target { trust: changed, ..good.clone() }).await;
    assert_eq!(error.reason, R::HostKeyChanged);
    let ours = server.identities().host_key_fingerprint("ed25519");
    assert_eq!(offered_fingerprint(&error), Some(ours.as_str()));

    let unknown = refusal_of(&Target { trust: Trust::None, ..good.clone() }).await;
    assert_eq!(unknown.reason, R::HostKeyUnknown);
    assert_eq!(offered_fingerprint(&unknown), Some(ours.as_str()));
    let log = server.log();
    assert!(!log.contains(&good.user), "no user name was sent:\n{log}");

    connector(&good).unwrap().connect().await.unwrap().close().await;
    server.wait_for_log(&format!("Accepted password for {}", good.user));
}

#[tokio::test]
async fn any_of_the_server_s_host_keys_may_be_pinned_or_known() {
    let server = RealServer::sshd();
    for kind in ["ed25519", "rsa"] {
        let pinned = Trust::HostKeyFingerprint(server.identities().host_key_fingerprint(kind));
        let known = Trust::KnownHosts(server.known_hosts(kind));
        for trust in [pinned, known] {
            let target = Target { trust, ..server.target("depot") };
            connector(&target).unwrap().connect().await.unwrap().close().await;
        }
    }
    let empty = server.root().join("known_hosts");
    fs::write(&empty, "").unwrap();
    let error = refusal_of(&Target { trust: Trust::KnownHosts(empty), ..server.target("depot") }).await;
    assert_eq!(error.reason, R::HostKeyUnknown);
}

#[tokio::test]
async fn private_keys_log_in_plain_or_with_their_passphrase() {
    let server = RealServer::sshd();
    let plain = server.authorize_key("plain", &["-t", "ed25519", "-N", ""]);
    let rsa = server.authorize_key("rsa", &["-t", "rsa", "-N", ""]);
    let locked = server.authorize_key("locked", &["-t", "ed25519", "-N", "phrase secrète"]);
    let login = |file: &PathBuf, phrase: Option<&str>| Target {
        login: Login::Key { file: file.clone(), passphrase: phrase.map(|p| Secret::new(p.into())) },
        ..server.target("depot")
    };
    for target in [login(&plain, None), login(&rsa, None), login(&locked, Some("phrase secrète"))] {
        connector(&target).unwrap().connect().await.unwrap().close().await;
    }
    for target in [login(&locked, Some("autre")), login(&locked, None), login(&"/absent".into(), None)] {
        assert_eq!(refusal_of(&target).await.reason, R::AuthenticationRefused);
    }
}

#[tokio::test]
async fn a_password_is_also_given_to_a_server_that_only_asks_questions() {
    let server =
        RealServer::sshd_with("Match all\nPasswordAuthentication no\nKbdInteractiveAuthentication yes\n");
    server.connector("depot").connect().await.unwrap().close().await;
    let wrong = with_password(server.target("depot"), "mauvais");
    assert_eq!(refusal_of(&wrong).await.reason, R::AuthenticationRefused);
}

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

fn post_to(server: &ScriptedFtp) -> Post {
    let target = server.target(Protocol::Ftp);
    Post::new(connector(&target).unwrap(), target.deposit)
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

#[tokio::test]
async fn the_server_s_words_survive_a_broken_data_connection() {
    let server = ScriptedFtp::start(Script::RunsFull);
    let mut post = post_to(&server);
    let parcel = post.parcel(RemotePath::new("/depot/a.zip").unwrap(), &noise(8 * MIB));
    let error = post.courier.deliver(&parcel).await.unwrap_err();
    assert_eq!(error, TransferError::new(R::DiskFull, "552 quota exceeded"));
    assert_eq!(post.heard.names(), ["failed disk-full"]);
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

#[test]
fn targets_that_can_t_work_are_refused_before_any_connection() {
    let plain = ScriptedFtp::start(Script::NeverGreets).target(Protocol::Ftp);
    let key = Login::Key { file: "/key".into(), passphrase: None };
    let pinned = Trust::CertificateFingerprint([0; 32]);
    for (target, reason) in [
        (Target { login: key, ..plain.clone() }, R::AuthenticationRefused),
        (with_password(plain.clone(), "a\r\nDELE b"), R::AuthenticationRefused),
        (Target { trust: pinned.clone(), ..plain.clone() }, R::CertificateRefused),
        (Target { protocol: Protocol::Sftp, trust: pinned, ..plain.clone() }, R::HostKeyUnknown),
        (
            Target {
                protocol: Protocol::FtpsExplicit,
                trust: Trust::Authorities("/absent.pem".into()),
                ..plain
            },
            R::LocalFileUnreadable,
        ),
    ] {
        assert_eq!(connector(&target).map(|_| ()).unwrap_err().reason, reason);
    }
}

mod the_courier {
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
}
