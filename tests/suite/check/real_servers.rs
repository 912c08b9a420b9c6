//! `publier check --server` against real servers that forbid something.

use std::fs;
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
