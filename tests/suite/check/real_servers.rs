//! `publier check --server` against real servers that forbid something.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use publier::desk::check::Finding;
use publier::i18n::{Lang, Messages};

use super::server::look;
use crate::support::servers::{Kind, RealServer};

/// The codes, with what each names.
fn named(found: &[Finding]) -> Vec<(&'static str, &str)> {
    found.iter().map(|finding| (finding.code.code(), finding.record.key.as_str())).collect()
}

/// What a person reads of a finding, in French.
fn said(finding: &Finding) -> String {
    let messages = Messages::new(Lang::Fr);
    let said = format!("{}\n{}", finding.sentence(&messages), finding.remedy(&messages));
    assert!(!said.contains('{'), "{said}");
    said
}

fn names_in(server: &RealServer, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(server.root().join(folder)).unwrap();
    let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The server's user owns nothing of what a test makes: all may write there.
fn make_folder(server: &RealServer, folder: &str) {
    let mut path = server.root();
    for part in folder.split('/') {
        path.push(part);
        fs::create_dir_all(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
    }
}

#[tokio::test]
async fn one_connection_is_enough_for_a_server_that_grants_one() {
    for kind in [Kind::Explicit, Kind::ExplicitSelfSigned, Kind::Implicit] {
        let server = RealServer::vsftpd_granting(kind, 1);
        let calls = || server.log().matches("CONNECT: Client").count();
        for _ in 0..3 {
            // The connection before is forgotten once its process was reaped.
            tokio::time::sleep(Duration::from_millis(500)).await;
            let before = calls();
            let (facts, found) = look(&server.target("depot"), None, None).await;
            assert_eq!((named(&found), facts.takes_files), (vec![], true), "{kind:?}:\n{}", server.log());
            let name = if kind == Kind::ExplicitSelfSigned { "self.pem" } else { "leaf.pem" };
            let digest = publier_core::domain::digest::Digest(server.identities().sha256(name));
            assert_eq!(facts.fingerprint, Some(format!("SHA256:{digest}")));
            assert_eq!(facts.setting, Some(format!("certificate_fingerprint = \"{digest}\"")));
            assert_eq!(calls() - before, 1, "{kind:?}");
        }
    }
}

/// Two targets of one server are checked one right after the other: vsftpd forgets a connection a moment after it closed it.
#[tokio::test]
async fn checks_follow_each_other_at_a_server_that_grants_one_connection() {
    let server = RealServer::vsftpd_granting(Kind::Plain, 1);
    for nth in 0..20 {
        let (facts, found) = look(&server.target("depot"), None, None).await;
        assert_eq!((named(&found), facts.takes_files), (vec![], true), "{nth}:\n{}", server.log());
    }
}

#[tokio::test]
async fn the_key_of_an_ssh_server_is_that_of_the_connection_that_stands() {
    let server = RealServer::sshd();
    let calls = || server.log().matches("Connection from").count();
    // That of the test's own look whether it answers.
    server.wait_for_log("Connection closed by");
    let before = calls();
    let (facts, found) = look(&server.target("depot"), None, None).await;
    assert_eq!((named(&found), facts.takes_files), (vec![], true));
    assert_eq!(facts.fingerprint, Some(server.identities().host_key_fingerprint("ed25519")));
    assert_eq!(calls() - before, 1, "{}", server.log());
}

#[tokio::test]
async fn an_operation_that_an_ssh_server_forbids_is_named_with_what_to_allow() {
    let server = RealServer::sshd_with("Subsystem sftp internal-sftp -P stat,lstat\n");
    let (facts, found) = look(&server.target("depot"), None, None).await;
    assert_eq!((named(&found), facts.takes_files), (vec![("operation-refused", "essai")], false));
    let said = said(&found[0]);
    assert!(said.contains("«\u{a0}stat\u{a0}»") && said.contains("3 Permission denied"), "{said}");
    assert!(said.contains("Hébergeur") && said.contains("internal-sftp"), "{said}");
    assert_eq!(names_in(&server, "depot"), [""; 0]);
}

#[tokio::test]
async fn a_folder_that_may_not_be_listed_is_told() {
    let sshd = RealServer::sshd_with("Subsystem sftp internal-sftp -P opendir\n");
    let vsftpd = RealServer::vsftpd_with(Kind::Plain, "dirlist_enable=NO\n");
    let proftpd = RealServer::proftpd_with(Kind::Plain, "<Limit LIST MLSD>\nDenyAll\n</Limit>\n");
    for (server, operation, words) in [
        (sshd, "opendir", "3 Permission denied"),
        (vsftpd, "LIST", "550 Permission denied"),
        (proftpd, "MLSD", "550 Unable to handle command"),
    ] {
        make_folder(&server, "depot/documents");
        let (facts, found) = look(&server.target("depot"), None, None).await;
        let unlisted = ("folder-unlisted", "essai");
        assert_eq!((named(&found), facts.takes_files), (vec![unlisted, unlisted], true), "{server:?}");
        for (finding, folder) in found.iter().zip(["depot", "depot/documents"]) {
            let said = said(finding);
            assert!(said.contains(&format!("{} n’a pas pu", server.remote(folder))), "{said}");
            assert!(said.contains(operation) && said.contains(words), "{said}");
        }
    }
}

/// A numbered folder that its owner closed hides its files: it is told, and the others are looked into.
#[tokio::test]
async fn a_numbered_folder_that_is_closed_is_told_and_the_others_are_looked_into() {
    for server in [RealServer::sshd(), RealServer::vsftpd(Kind::Plain), RealServer::proftpd(Kind::Explicit)] {
        for folder in ["depot/documents/07", "depot/documents/08"] {
            make_folder(&server, folder);
        }
        server.put("depot/documents/08/080001.pdf", b"x");
        let closed = server.root().join("depot/documents/07");
        fs::set_permissions(closed, fs::Permissions::from_mode(0o700)).unwrap();
        let (_, found) = look(&server.target("depot"), None, None).await;
        let expected = [("folder-unlisted", "essai"), ("orphan-file", "documents/08/080001.pdf")];
        assert_eq!(named(&found), expected, "{server:?}");
        assert!(said(&found[0]).contains("documents/07 n’a pas pu"), "{}", said(&found[0]));
    }
}

#[tokio::test]
async fn folders_that_a_server_will_not_make_are_foreseen() {
    let sshd = RealServer::sshd_with("Subsystem sftp internal-sftp -P mkdir\n");
    let vsftpd = RealServer::vsftpd_with(Kind::Plain, "cmds_denied=MKD\n");
    for server in [sshd, vsftpd] {
        // The first publication makes documents/, the next ones folders in it.
        for there in [false, true] {
            let (facts, found) = look(&server.target("depot"), None, None).await;
            assert_eq!(
                (named(&found), facts.takes_files),
                (vec![("folders-refused", "essai")], true),
                "{server:?} {there}"
            );
            let said = said(&found[0]);
            assert!(said.contains("documents") && said.contains("00 à 99"), "{said}");
            make_folder(&server, "depot/documents");
        }
        // Whoever made them all needs no right to.
        for number in 0..100 {
            make_folder(&server, &format!("depot/documents/{number:02}"));
        }
        let (facts, found) = look(&server.target("depot"), None, None).await;
        assert_eq!((named(&found), facts.takes_files), (vec![], true), "{server:?}");
    }
}

#[tokio::test]
async fn the_folder_that_is_tried_is_gone_afterwards_or_told() {
    let plain = [RealServer::vsftpd(Kind::Plain), RealServer::proftpd(Kind::Explicit), RealServer::sshd()];
    for server in plain.into_iter().chain([RealServer::pure_ftpd(Kind::Plain), RealServer::proftpd_sftp()]) {
        let (_, found) = look(&server.target("depot"), None, None).await;
        assert_eq!((named(&found), names_in(&server, "depot")), (vec![], vec![]), "{server:?}");
        // One that an earlier check left there is taken away.
        make_folder(&server, "depot/documents/.publier-check.part");
        let (_, found) = look(&server.target("depot"), None, None).await;
        let left = names_in(&server, "depot/documents");
        assert_eq!((named(&found), left), (vec![], vec![]), "{server:?}");
    }
    let keeps = RealServer::vsftpd_with(Kind::Plain, "cmds_denied=RMD\n");
    for _ in 0..2 {
        let (facts, found) = look(&keeps.target("depot"), None, None).await;
        assert_eq!(
            (named(&found), facts.takes_files),
            (vec![("left-over-part", ".publier-check.part")], true)
        );
        assert_eq!(names_in(&keeps, "depot"), [".publier-check.part"]);
    }
}
