//! The real program over real servers: a second publication uploads no document again.

use crate::support::flow::{Agency, Deposit};
use crate::support::servers::{Kind, PASSWORD, RealServer};

/// Publishes twice and gives the publications that stand there.
fn publish_twice(server: &RealServer) -> (Agency, Deposit) {
    let agency = Agency::small();
    agency.configure(&server.target("depot"));
    let deposit = Deposit(server.root().join("depot"));
    let first = agency.publish_first().ended(3);
    let uploads = first.lines().iter().filter(|line| line["type"] == "uploaded").count();
    let standing = deposit.names();
    assert_eq!(uploads, standing.len());
    deposit.check();

    let second = agency.publish(&[]).ended(3);
    let sent: Vec<_> = second.lines().into_iter().filter(|line| line["type"] == "uploaded").collect();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(sent[0]["remote"].as_str().unwrap().ends_with(".zip"));
    let new: Vec<_> = deposit.names().into_iter().filter(|name| !standing.contains(name)).collect();
    assert_eq!(new.len(), 1, "{new:?}");
    assert_eq!(deposit.check().documents.len(), 29);
    for path in agency.files() {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        assert!(name == "server.password" || !text.contains(PASSWORD), "{}", path.display());
    }
    (agency, deposit)
}

fn passwords(deposit: &Deposit) -> Vec<usize> {
    deposit.publications().iter().map(|publication| publication.passwords().len()).collect()
}

#[test]
fn over_vsftpd_with_explicit_tls_and_session_reuse() {
    let server = RealServer::vsftpd(Kind::Explicit);
    let (_agency, deposit) = publish_twice(&server);
    assert_eq!(passwords(&deposit), [17, 0]);
}

#[test]
fn over_vsftpd_with_implicit_tls() {
    let server = RealServer::vsftpd(Kind::Implicit);
    let (_agency, deposit) = publish_twice(&server);
    assert_eq!(passwords(&deposit), [17, 0]);
}

#[test]
fn over_openssh() {
    let server = RealServer::sshd();
    let (_agency, deposit) = publish_twice(&server);
    assert_eq!(passwords(&deposit), [17, 0]);
}

/// D5: over a transport in clear a temporary password waits, and goes out once there is an encrypted one.
#[test]
fn over_plain_ftp_which_carries_no_temporary_password() {
    let server = RealServer::vsftpd(Kind::Plain);
    let (agency, deposit) = publish_twice(&server);
    assert_eq!(passwords(&deposit), [0, 0]);
    let told = agency.run(&["publish"]).ended(3).out;
    assert!(told.contains("voyagent en clair"), "{told}");
    assert!(told.contains("17 mots de passe temporaires attendent un transport chiffré"), "{told}");

    let encrypted = RealServer::vsftpd(Kind::Explicit);
    agency.configure(&encrypted.target("depot"));
    agency.publish(&[]).ended(3);
    agency.publish(&[]).ended(3);
    assert_eq!(passwords(&Deposit(encrypted.root().join("depot"))), [17, 0]);
}
