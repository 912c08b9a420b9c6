//! `publier check --server`.

use std::collections::BTreeSet;
use std::sync::Arc;

use publier::desk::check::report::server_text;
use publier::desk::check::server::{self, ServerFacts};
use publier::desk::check::{Code, Finding};
use publier::i18n::{Lang, Messages};
use publier::ledger::Ledger;
use publier::ports::{Abilities, Connector, RemotePath, TransferError};
use publier::settings::target::{Login, Protocol, Target, Trust};
use publier::transfer::connector;
use publier::transfer::memory::{Fault, MemoryServer, Operation};
use publier_core::publication::reason::TransferReason;

use super::codes;
use crate::support::check::{Copy, told};
use crate::support::embedded::{PASSWORD, Place, USER};
use crate::support::flow::repository;

fn target(protocol: Protocol, port: u16, trust: Trust) -> Target {
    Target {
        name: "extranet".to_owned(),
        channel: publier_core::channels::Channel::Extranet,
        protocol,
        host: "127.0.0.1".to_owned(),
        port,
        user: USER.to_owned(),
        login: Login::Password(publier::settings::secret::Secret::new(PASSWORD.to_owned())),
        trust,
        deposit: RemotePath::new("/depot").unwrap(),
        receives_credentials: true,
        receipts: None,
        removes_files: false,
        bandwidth: Vec::new(),
        deadlines: publier::settings::target::Deadlines::default(),
        connections: 16,
    }
}

pub(super) async fn look(
    target: &Target,
    memory: Option<&MemoryServer>,
    ledger: Option<&Ledger>,
) -> (ServerFacts, Vec<Finding>) {
    let mut found = Vec::new();
    let connect = |target: &Target| -> Result<Arc<dyn Connector>, TransferError> {
        match memory {
            Some(server) => Ok(Arc::new(server.clone())),
            None => connector(target),
        }
    };
    let mut each = |finding| found.push(finding);
    let facts = server::check(target, &connect, ledger, "0123", &mut each).await.unwrap();
    (facts, found)
}

fn in_memory() -> (MemoryServer, Target) {
    let server = MemoryServer::with_folder(&RemotePath::new("/depot").unwrap());
    (server, target(Protocol::Ftp, 21, Trust::None))
}

#[tokio::test]
async fn a_server_that_takes_files_is_left_as_it_was() {
    let (server, target) = in_memory();
    let (facts, found) = look(&target, Some(&server), None).await;
    assert_eq!(found, []);
    assert!(facts.takes_files && server.files().is_empty());
    let asked: Vec<Operation> = server.journal().into_iter().map(|(operation, _)| operation).collect();
    assert!(asked.contains(&Operation::Rename) && asked.contains(&Operation::Remove));
    assert!(asked.contains(&Operation::MakeFolder) && asked.contains(&Operation::RemoveFolder));
    assert_eq!(server.connect().await.unwrap().list(&target.deposit).await, Ok(vec![]));
}

#[tokio::test]
async fn a_folder_that_could_not_be_made_stands_in_the_way_and_one_that_stays_is_told() {
    let denied = TransferError::new(TransferReason::PermissionDenied, "550 no");
    let fail = |operation| Fault::FailNext { operation, error: denied.clone() };
    for (fault, expected) in [
        (fail(Operation::MakeFolder), Code::FoldersRefused),
        (fail(Operation::RemoveFolder), Code::LeftOverPart),
        (Fault::LoseReply { operation: Operation::MakeFolder }, Code::ServerUnreachable),
    ] {
        let (server, target) = in_memory();
        server.inject(fault);
        let (facts, found) = look(&target, Some(&server), None).await;
        assert_eq!((codes(&found), facts.takes_files), (vec![expected], true));
    }
}

#[tokio::test]
async fn what_a_server_refuses_is_told_by_its_reason() {
    let fail = |operation, reason| Fault::FailNext { operation, error: TransferError::new(reason, "550 no") };
    for (fault, expected) in [
        (fail(Operation::Connect, TransferReason::AuthenticationRefused), Code::LoginRefused),
        (fail(Operation::Connect, TransferReason::HostKeyUnknown), Code::ServerUnknown),
        (fail(Operation::Connect, TransferReason::TimedOut), Code::ServerUnreachable),
        (fail(Operation::FolderExists, TransferReason::PermissionDenied), Code::OperationRefused),
        (fail(Operation::FolderExists, TransferReason::ConnectionLost), Code::ServerUnreachable),
        (fail(Operation::Write, TransferReason::PermissionDenied), Code::DepositUnwritable),
        (fail(Operation::Rename, TransferReason::RenameFailed), Code::DepositUnwritable),
        (fail(Operation::Size, TransferReason::ServerError), Code::SizeUnconfirmed),
        (Fault::TruncateWrite { after_bytes: 5 }, Code::SizeUnconfirmed),
    ] {
        let (server, target) = in_memory();
        server.inject(fault);
        let (facts, found) = look(&target, Some(&server), None).await;
        assert_eq!((codes(&found), facts.takes_files), (vec![expected], false));
        assert!(server.files().is_empty(), "{:?}", server.files());
        let said = found[0].sentence(&Messages::new(Lang::Fr));
        assert!(!said.contains('{'), "{said}");
    }
    // A publication would fail below the deposit folder.
    let (server, target) = in_memory();
    let documents = RemotePath::new("/depot/documents").unwrap();
    server.put(&documents, b"no folder");
    let (facts, found) = look(&target, Some(&server), None).await;
    assert_eq!((codes(&found), facts.takes_files), (vec![Code::DepositUnwritable], false));
    assert_eq!(server.content(&documents), Some(b"no folder".to_vec()));
    let (facts, found) = look(&in_memory().1, Some(&MemoryServer::default()), None).await;
    assert_eq!((codes(&found), facts.takes_files), (vec![Code::DepositMissing], false));
}

#[tokio::test]
async fn a_server_that_gives_no_file_back_can_have_no_receipts() {
    let error = TransferError::new(TransferReason::PermissionDenied, "550 no");
    let (server, plain) = in_memory();
    let asking = Target { receipts: Some(std::time::Duration::ZERO), ..plain.clone() };
    for (target, expected) in [(&plain, vec![]), (&asking, vec![Code::ReceiptsUnread])] {
        server.inject(Fault::FailNext { operation: Operation::Read, error: error.clone() });
        let (facts, found) = look(target, Some(&server), None).await;
        assert_eq!((codes(&found), facts.takes_files), (expected.clone(), expected.is_empty()));
        assert!(server.files().is_empty(), "{:?}", server.files());
    }
    server.forget_faults();
    let (facts, found) = look(&asking, Some(&server), None).await;
    assert!(found.is_empty() && facts.takes_files);
    assert!(server.journal().iter().any(|(operation, _)| *operation == Operation::Read));
}

#[tokio::test]
async fn files_that_no_publication_lists_and_parts_left_over_are_told() {
    let (server, target) = in_memory();
    let path = |name: &str| RemotePath::new(format!("/depot/{name}")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::open(&folder.path().join("state.db")).unwrap();
    let series = ledger.series("extranet", "extranet", "0123456789abcdef").unwrap();
    let db = rusqlite::Connection::open(folder.path().join("state.db")).unwrap();
    db.execute(
        "INSERT INTO upload (series, remote_name, publication, size_bytes, sha256, state, at)
         VALUES (?1, '070001.pdf', 1, 1, zeroblob(32), 'visible', 0)",
        [series.key.0],
    )
    .unwrap();
    let mut session = server.connect().await.unwrap();
    for made in ["documents", "documents/07"] {
        session.make_folder(&path(made)).await.unwrap();
    }
    for name in [
        "documents/07/070001.pdf",
        "documents/07/070002.pdf",
        "documents/07/.070003.pdf.ab.part",
        // A publication puts nothing there, whatever its name.
        "documents/070001.pdf",
        ".p.zip.cd.part",
        "p.zip",
    ] {
        server.put(&path(name), "x");
    }
    let (_, found) = look(&target, Some(&server), Some(&ledger)).await;
    let told: Vec<String> = found.iter().map(told).collect();
    assert_eq!(
        told,
        [
            "left-over-part fichier distant .p.zip.cd.part (extranet)",
            "left-over-part fichier distant documents/07/.070003.pdf.ab.part (extranet)",
            "orphan-file fichier distant documents/07/070002.pdf (extranet)",
            "orphan-file fichier distant documents/070001.pdf (extranet)",
        ]
    );
    assert_eq!(codes(&found)[2], Code::OrphanFile);
    assert_eq!(codes(&found)[0], Code::LeftOverPart);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_grants_no_further_connection_is_asked_once_more() {
    let full = TransferError::new(TransferReason::ConnectionLost, "421 too many connections");
    let fault = Fault::FailNext { operation: Operation::Connect, error: full };
    for (times, expected) in [(1, vec![]), (2, vec![Code::ServerUnreachable])] {
        let (server, target) = in_memory();
        (0..times).for_each(|_| server.inject(fault.clone()));
        assert_eq!(codes(&look(&target, Some(&server), None).await.1), expected);
    }
}

#[tokio::test]
async fn a_folder_that_was_not_looked_into_is_told_and_a_missing_one_is_not() {
    let denied = TransferError::new(TransferReason::PermissionDenied, "550 no");
    let (server, target) = in_memory();
    server.inject(Fault::FailNext { operation: Operation::List, error: denied });
    let (facts, found) = look(&target, Some(&server), None).await;
    assert_eq!((codes(&found), facts.takes_files), (vec![Code::FolderUnlisted], true));
    let said = found[0].sentence(&Messages::new(Lang::Fr));
    assert!(said.contains("/depot ") && said.contains("550 no"), "{said}");
    // Before the first publication there is no folder of documents, and nothing to say about it.
    assert_eq!(look(&target, Some(&server), None).await.1, []);
}

#[cfg(feature = "demo")]
#[tokio::test]
async fn a_real_server_shows_its_fingerprint_and_the_line_that_pins_it() {
    let place = Place::new();
    std::fs::create_dir(place.served().join("depot")).unwrap();
    let (ftps, sftp) = (place.ftps(None).await, place.sftp().await);
    let known = |name: &str| Trust::KnownHosts(place.path(name));
    for (protocol, port, unknown) in [
        (Protocol::FtpsExplicit, ftps.port(), Trust::SystemAuthorities),
        (Protocol::Sftp, sftp.port(), known("known_hosts")),
    ] {
        let (facts, found) = look(&target(protocol, port, unknown), None, None).await;
        assert_eq!(codes(&found), [Code::ServerUnknown], "{protocol:?}");
        let setting = facts.setting.clone().unwrap();
        let remedy = found[0].remedy(&Messages::new(Lang::Fr));
        assert!(remedy.contains(&setting), "{remedy}");
        // The line is what agent.toml takes.
        let copy = Copy::new()
            .configured(
                "protocol = \"ftps\"",
                if protocol == Protocol::Sftp { "protocol = \"sftp\"" } else { "protocol = \"ftps\"" },
            )
            .configured("port = 1", &format!("port = {port}\n{setting}"));
        let pinned = copy.settings().targets[0].trust.clone();
        let (facts, found) = look(&target(protocol, port, pinned), None, None).await;
        assert_eq!((codes(&found), facts.takes_files), (vec![], true), "{protocol:?}");
        let command = if protocol == Protocol::Sftp { "STAT" } else { "SIZE" };
        assert_eq!(facts.size_command, Some(command));
        let text = server_text(&facts, &Messages::new(Lang::Fr));
        assert!(text.contains(&format!("Taille confirmée par\u{a0}: {command}")), "{text}");
        assert!(!text.contains(PASSWORD));
    }
    assert_eq!(std::fs::read_dir(place.served().join("depot")).unwrap().count(), 0);
    ftps.stop().await;
    sftp.stop().await;
}

/// The administrator's page shows what is printed, names the findings of a server and the settings as they are.
#[test]
fn the_page_on_servers_shows_what_a_check_of_a_server_prints() {
    let page = std::fs::read_to_string(repository("docs/serveurs.fr.md")).unwrap();
    let digits = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let facts = ServerFacts {
        target: "extranet".into(),
        session: "agence605@ftp.example.org".into(),
        protocol: Protocol::FtpsExplicit,
        trust: Trust::CertificateFingerprint([0x9f; 32]),
        fingerprint: Some(format!("SHA256:{digits}")),
        setting: Some(format!("certificate_fingerprint = \"{digits}\"")),
        deposit: RemotePath::new("/depot").unwrap(),
        takes_files: true,
        size_command: Some("SIZE"),
        abilities: Some(Abilities { resume: Some("REST"), times: Some("MFMT"), hash: Some("HASH SHA-256") }),
    };
    let shown = page.split_once("```text\n").unwrap().1.split_once("\n```").unwrap().0;
    assert_eq!(shown, server_text(&facts, &Messages::new(Lang::Fr)));

    let settings = std::fs::read_to_string(repository("agent.toml.example")).unwrap();
    for key in
        ["deposit", "port", "connections", "receipts", "ca_file", "certificate_fingerprint", "host_key"]
            .into_iter()
            .chain(["known_hosts", "connect_timeout", "reply_timeout", "stall_timeout"])
    {
        assert!(page.contains(&format!("`{key}")), "{key} is on the page");
        assert!(settings.contains(&format!("{key} = ")), "{key} is a setting");
    }
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let named: BTreeSet<_> = rows.map(|(name, _)| name).collect();
    let of_servers = [
        Code::ServerUnreachable,
        Code::ServerUnknown,
        Code::LoginRefused,
        Code::OperationRefused,
        Code::DepositMissing,
        Code::DepositUnwritable,
        Code::FoldersRefused,
        Code::SizeUnconfirmed,
        Code::ReceiptsUnread,
        Code::FolderUnlisted,
        Code::LeftOverPart,
        Code::OrphanFile,
    ];
    for code in of_servers {
        assert!(named.contains(code.code()), "{}", code.code());
    }
}
