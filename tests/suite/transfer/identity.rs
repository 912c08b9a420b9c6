//! Who the server must be, and how we log in: nothing is sent to a stranger, and nothing is tried twice.

use super::*;
use publier::flow::Guard;
use publier::ledger::Ledger;

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
    let hashed = server.known_hosts("ed25519");
    hash_names(&hashed);
    let target = Target { trust: Trust::KnownHosts(hashed), ..server.target("depot") };
    connector(&target).unwrap().connect().await.unwrap().close().await;
    let empty = server.root().join("known_hosts");
    fs::write(&empty, "").unwrap();
    let error = refusal_of(&Target { trust: Trust::KnownHosts(empty), ..server.target("depot") }).await;
    assert_eq!(error.reason, R::HostKeyUnknown);
}

/// Hashes the names of a `known_hosts` file, as OpenSSH does it.
fn hash_names(file: &std::path::Path) {
    crate::support::tools::stdout_of(std::process::Command::new("ssh-keygen").arg("-H").arg("-f").arg(file));
    assert!(fs::read_to_string(file).unwrap().starts_with("|1|"));
}

#[tokio::test]
async fn private_keys_log_in_plain_or_with_their_passphrase() {
    let server = RealServer::sshd();
    let plain = server.authorize_key("plain", &["-t", "ed25519", "-N", ""]);
    let rsa = server.authorize_key("rsa", &["-t", "rsa", "-N", ""]);
    let locked_rsa = server.authorize_key("locked_rsa", &["-t", "rsa", "-N", "phrase secrète"]);
    let old = server.authorize_key("old", &["-t", "rsa", "-m", "PEM", "-N", "phrase secrète"]);
    let locked = server.authorize_key("locked", &["-t", "ed25519", "-N", "phrase secrète"]);
    let login = |file: &PathBuf, phrase: Option<&str>| Target {
        login: Login::Key { file: file.clone(), passphrase: phrase.map(|p| Secret::new(p.into())) },
        ..server.target("depot")
    };
    let phrase = Some("phrase secrète");
    for target in [
        login(&plain, None),
        login(&rsa, None),
        login(&locked, phrase),
        login(&locked_rsa, phrase),
        login(&old, phrase),
    ] {
        connector(&target).unwrap().connect().await.unwrap().close().await;
    }
    for target in [login(&locked, Some("autre")), login(&locked, None), login(&"/absent".into(), None)] {
        assert_eq!(refusal_of(&target).await.reason, R::KeyUnusable);
    }
}

/// An SSH agent of OpenSSH, ended on drop.
struct Agent(std::process::Child, PathBuf);

impl Agent {
    fn start(folder: &std::path::Path) -> Self {
        let socket = folder.join("agent.sock");
        let mut command = std::process::Command::new("ssh-agent");
        let child = command.arg("-D").arg("-a").arg(&socket).stdout(std::process::Stdio::null()).spawn();
        let agent = Self(child.expect("openssh-client is installed"), socket);
        let until = Instant::now() + Duration::from_secs(5);
        while !agent.1.exists() {
            assert!(Instant::now() < until, "the agent never listened");
            std::thread::sleep(Duration::from_millis(10));
        }
        agent
    }

    fn add(&self, key: &std::path::Path) {
        let mut command = std::process::Command::new("ssh-add");
        crate::support::tools::stdout_of(command.arg("-q").arg(key).env("SSH_AUTH_SOCK", &self.1));
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

#[tokio::test]
async fn the_keys_of_an_agent_log_in() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::start(folder.path());
    let server = RealServer::sshd();
    let login = Login::Agent { socket: agent.1.clone() };
    let target = Target { login, ..server.target("depot") };
    let empty = refusal_of(&target).await;
    assert_eq!(empty.reason, R::KeyUnusable);
    assert!(empty.words.unwrap().contains("no key"));

    // A key that the server doesn't know stands before the right one.
    let stranger = folder.path().join("stranger");
    let mut keygen = std::process::Command::new("ssh-keygen");
    crate::support::tools::stdout_of(keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&stranger));
    agent.add(&stranger);
    assert_eq!(refusal_of(&target).await.reason, R::AuthenticationRefused);
    for kind in ["rsa", "ed25519"] {
        agent.add(&server.authorize_key(kind, &["-t", kind, "-N", ""]));
        connector(&target).unwrap().connect().await.unwrap().close().await;
    }
    let nowhere = Login::Agent { socket: folder.path().join("absent") };
    assert_eq!(refusal_of(&Target { login: nowhere, ..target }).await.reason, R::KeyUnusable);
}

/// Two refusals within the hour, then a pause: until the agent offers other keys.
#[tokio::test]
async fn a_key_added_to_the_agent_is_tried_at_once_although_its_others_were_refused_twice() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::start(folder.path());
    let server = RealServer::sshd();
    let login = Login::Agent { socket: agent.1.clone() };
    let target = Target { login, ..server.target("depot") };
    let guard = || -> Arc<dyn Connector> {
        let ledger = Ledger::open(&folder.path().join("state.db")).unwrap();
        Arc::new(Guard::new(connector(&target).unwrap(), &target, ledger, Arc::new(SystemClock)))
    };
    let refused = async || guard().connect().await.unwrap_err().reason;
    let stranger = folder.path().join("stranger");
    let mut keygen = std::process::Command::new("ssh-keygen");
    crate::support::tools::stdout_of(keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&stranger));

    for _ in 0..3 {
        assert_eq!(refused().await, R::KeyUnusable, "an agent without a key: no login was tried");
    }
    agent.add(&stranger);
    for expected in [R::AuthenticationRefused, R::AuthenticationRefused, R::LoginPaused] {
        assert_eq!(refused().await, expected, "another set of keys has its own tries");
    }
    agent.add(&server.authorize_key("ed25519", &["-t", "ed25519", "-N", ""]));
    guard().connect().await.unwrap().close().await;
}

/// The server refused nothing: its account is in no danger.
#[tokio::test]
async fn a_wrong_passphrase_is_told_as_such_and_pauses_no_login() {
    let folder = tempfile::tempdir().unwrap();
    let server = RealServer::sshd();
    let key = server.authorize_key("ed25519", &["-t", "ed25519", "-N", "juste"]);
    let connect = async |passphrase: &str| {
        let login = Login::Key { file: key.clone(), passphrase: Some(Secret::new(passphrase.into())) };
        let target = Target { login, ..server.target("depot") };
        let ledger = Ledger::open(&folder.path().join("state.db")).unwrap();
        let guard = Guard::new(connector(&target).unwrap(), &target, ledger, Arc::new(SystemClock));
        guard.connect().await
    };
    for _ in 0..3 {
        assert_eq!(connect("fausse").await.unwrap_err().reason, R::KeyUnusable);
    }
    connect("juste").await.unwrap().close().await;
}

#[tokio::test]
async fn a_password_is_also_given_to_a_server_that_only_asks_questions() {
    let server =
        RealServer::sshd_with("Match all\nPasswordAuthentication no\nKbdInteractiveAuthentication yes\n");
    server.connector("depot").connect().await.unwrap().close().await;
    let wrong = with_password(server.target("depot"), "mauvais");
    assert_eq!(refusal_of(&wrong).await.reason, R::AuthenticationRefused);
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
