//! What passes on the wire: nothing of the agency's in clear over FTPS and SFTP, and all of it over plain FTP, which shows
//! that the test would see it.

use std::ops::RangeInclusive;

use publier::settings::target::{Protocol, Target, Trust};

use crate::support::capture::Capture;
use crate::support::flow::{Agency, Deposit, TEMPORARY_PASSWORDS};
use crate::support::servers::{Kind, PASSWORD, RealServer};

/// A name and an amount that stand in a document that is sent as it is, and its path.
const IN_A_DOCUMENT: [&str; 2] = ["Madame YALOXE CORTON Denise", "1 234,56 EUR"];

/// Ports for the data connections of one server; `rank` tells those of one test apart.
fn passive(rank: u16) -> RangeInclusive<u16> {
    let first = 27_000 + u16::try_from(std::process::id() % 100).unwrap() * 40 + rank * 20;
    first..=first + 19
}

/// Publishes the demo through a wire that keeps all; gives what passed and what stands there.
fn publish(server: &RealServer, passive: Option<RangeInclusive<u16>>) -> (Capture, Deposit, Target) {
    let agency = Agency::tiny();
    let files = agency.path("files");
    std::fs::create_dir_all(&files).unwrap();
    std::fs::write(files.join("note.txt"), IN_A_DOCUMENT.join(" doit ")).unwrap();
    agency.sql(
        "INSERT INTO attachment (id, event_id, position, original_name, path, mime)
         VALUES (9001, 103, 9, 'Note.txt', 'note.txt', 'text/plain')",
    );
    let own = server.target("depot");
    let capture = Capture::before(std::iter::once(own.port).chain(passive.into_iter().flatten()));
    let trust = match own.protocol {
        Protocol::FtpsExplicit => Trust::CertificateFingerprint(server.identities().sha256("leaf.pem")),
        _ => own.trust.clone(),
    };
    let target = Target { host: capture.host(), trust, connections: 2, ..own };
    agency.configure(&target);
    let ran = agency.publish_first();
    assert!(matches!(ran.code, Some(0 | 3)), "{}\n{}", ran.out, ran.errors);
    let deposit = Deposit(server.root().join("depot"));
    deposit.check();
    let sent: u64 = deposit.files().values().map(|path| path.metadata().unwrap().len()).sum();
    assert!(capture.count() as u64 > sent, "all of it passed here");
    (capture, deposit, target)
}

/// Every word that nobody on the way may read.
fn secrets<'s>(target: &'s Target, paths: &'s [String]) -> Vec<&'s str> {
    let mut words =
        vec![target.user.as_str(), PASSWORD, "documents/", "ALOXE", "publication.xml", "<publication"];
    words.extend(IN_A_DOCUMENT);
    words.extend(TEMPORARY_PASSWORDS);
    words.extend(paths.iter().map(String::as_str));
    words
}

/// The names of files, without their folders.
fn names(deposit: &Deposit) -> Vec<String> {
    let name = |path: &String| path.rsplit('/').next().unwrap().to_owned();
    deposit.names().iter().map(name).collect()
}

#[test]
fn nothing_of_an_ftps_run_is_read_on_the_wire() {
    let ports = passive(0);
    let server = RealServer::vsftpd_passive(Kind::Explicit, &ports);
    let (capture, deposit, target) = publish(&server, Some(ports));
    assert_eq!(capture.shows(&secrets(&target, &names(&deposit))), Vec::<&str>::new());
    assert_eq!(capture.shows(&["AUTH TLS"]), ["AUTH TLS"], "what comes before is seen");
}

#[test]
fn nothing_of_an_sftp_run_is_read_on_the_wire() {
    let server = RealServer::sshd();
    let (capture, deposit, target) = publish(&server, None);
    assert_eq!(capture.shows(&secrets(&target, &names(&deposit))), Vec::<&str>::new());
    assert_eq!(capture.shows(&["SSH-2.0-"]), ["SSH-2.0-"], "what comes before is seen");
}

#[test]
fn a_plain_ftp_run_shows_the_login_the_names_and_the_amounts() {
    let ports = passive(1);
    let server = RealServer::vsftpd_passive(Kind::Plain, &ports);
    let (capture, deposit, target) = publish(&server, Some(ports));
    let names = names(&deposit);
    let shown = capture.shows(&secrets(&target, &names));
    for word in [target.user.as_str(), PASSWORD, "documents/", "ALOXE", IN_A_DOCUMENT[0], IN_A_DOCUMENT[1]] {
        assert!(shown.contains(&word), "{word} is not among {shown:?}");
    }
    assert!(names.iter().all(|name| shown.contains(&name.as_str())), "{shown:?}");
    assert!(shown.iter().all(|word| !TEMPORARY_PASSWORDS.contains(word)), "D5: they never go there");
}
