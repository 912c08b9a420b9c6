//! What a run costs the server: one with nothing new opens one connection and sends one file.

use chrono::TimeDelta;
use publier::transfer::memory::Operation;

use crate::support::flow::{Agency, Desk};
use crate::support::servers::{Kind, RealServer};

#[test]
fn a_run_with_nothing_new_opens_one_connection_and_sends_one_zip() {
    let desk = Desk::new(Agency::small());
    desk.publish_first();
    let (connections, journal) = (desk.server.connections(), desk.server.journal().len());
    assert!(connections >= 1);
    for more in 1..=3 {
        desk.clock.turn(TimeDelta::days(1));
        let report = desk.publish();
        assert_eq!(report.files_uploaded, 1, "{report:?}");
        assert_eq!(desk.server.connections(), connections + more, "one each");
    }
    let asked = desk.server.journal().split_off(journal);
    let written: Vec<_> =
        asked.iter().filter(|(operation, _)| *operation == Operation::Write).map(|(_, path)| path).collect();
    assert_eq!(written.len(), 3);
    assert!(written.iter().all(|path| path.ends_with(".part") && path.contains(".zip.")), "{written:?}");
    let looked = asked.iter().filter(|(_, path)| path.contains("/documents/")).count();
    assert_eq!(looked, 0, "no document is even asked for");
}

/// The same over the wire, counted by the server itself.
#[test]
fn a_real_server_sees_one_login_and_one_file() {
    let server = RealServer::vsftpd(Kind::Explicit);
    let agency = Agency::tiny();
    agency.configure(&server.target("depot"));
    agency.publish_first();
    let logins = |log: &str| log.matches("OK LOGIN").count();
    let uploads = |log: &str| log.matches("OK UPLOAD").count();
    let before = server.log();
    assert!(logins(&before) >= 1 && uploads(&before) > 1, "{before}");
    let ran = agency.publish(&[]);
    assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.errors);
    let after = server.log();
    assert_eq!((logins(&after) - logins(&before), uploads(&after) - uploads(&before)), (1, 1), "{after}");
}
