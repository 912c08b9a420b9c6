//! From what the protocols say to the one catalogue of reasons.
//!
//! Promises: only codes decide (FTP reply codes, SFTP statuses, the system's error kinds, rustls' variants),
//! never a free text; the server's own words go along unchanged but for control characters and length.
//! Where one code means several things (550 and 553), the adapters ask the server again before they answer.

use std::io;

use publier_core::publication::reason::TransferReason;

use crate::ports::TransferError;

/// The longest words kept from a server, in characters.
const LONGEST_WORDS: usize = 500;

/// What was being done when an FTP server said no: some codes depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// AUTH, PBSZ, PROT.
    Secure,
    /// STOR, APPE, REST.
    Store,
    /// RNFR, RNTO.
    Rename,
    /// PASV, where EPSV is refused too.
    Passive,
    /// Anything else.
    Other,
}

/// Classifies an FTP reply code (RFC 959, RFC 2228, RFC 4217).
pub fn from_ftp_code(code: u16, doing: Doing) -> TransferReason {
    use TransferReason as R;
    match (code, doing) {
        (421, _) => R::ConnectionLost,
        (425 | 426 | 522, _) | (500..=504 | 550, Doing::Passive) => R::DataChannelRefused,
        (452 | 552, _) => R::DiskFull,
        // RFC 959: a local error in processing. To a store, vsftpd and pure-ftpd answer it on a full disk.
        (451, Doing::Store) => R::WriteFailed,
        (_, Doing::Secure) | (431 | 533..=537, _) => R::TlsFailed,
        (331 | 332 | 430 | 530, _) => R::AuthenticationRefused,
        (450, _) => R::FileLocked,
        (550 | 553, Doing::Rename) => R::RenameFailed,
        (532 | 550, _) => R::PermissionDenied,
        (553, _) => R::NameRefused,
        (521, _) => R::FileExists,
        _ => R::ServerError,
    }
}

/// Classifies an SFTP status (draft-ietf-secsh-filexfer-13, section 9.1); `None` for success. Version 3
/// servers send the higher codes too: `mod_sftp` answers a rename over an existing file by 11.
pub fn from_sftp_status(status: u32) -> Option<TransferReason> {
    use TransferReason as R;
    Some(match status {
        0 => return None,
        2 | 10 | 19 => R::FolderMissing,
        3 | 12 => R::PermissionDenied,
        6 | 7 => R::ConnectionLost,
        11 => R::FileExists,
        14 | 15 => R::DiskFull,
        17 => R::FileLocked,
        20 => R::NameRefused,
        _ => R::ServerError,
    })
}

/// Classifies a failed TCP connect.
pub fn from_connect_error(error: &io::Error) -> TransferReason {
    use io::ErrorKind as K;
    match error.kind() {
        K::ConnectionRefused => TransferReason::ConnectionRefused,
        K::TimedOut => TransferReason::TimedOut,
        K::HostUnreachable | K::NetworkUnreachable | K::AddrNotAvailable | K::PermissionDenied => {
            TransferReason::NoRoute
        }
        _ => TransferReason::ConnectionLost,
    }
}

/// Makes the error of a broken connection.
pub fn from_io(error: &io::Error) -> TransferError {
    let reason = match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(error) => from_tls(error),
        None if error.kind() == io::ErrorKind::TimedOut => TransferReason::TimedOut,
        None => TransferReason::ConnectionLost,
    };
    TransferError::new(reason, error.to_string())
}

/// Makes the error of a connection that stood and broke. Bytes that are no TLS any more come from a server that died in the
/// middle and says so in clear, as vsftpd does: that is a lost connection, which another try replaces.
pub fn from_standing(error: &io::Error) -> TransferError {
    use rustls::Error as E;
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<E>());
    let is_garbled = matches!(inner, Some(E::InvalidMessage(_) | E::DecryptError));
    let broken = from_io(error);
    if is_garbled { TransferError { reason: TransferReason::ConnectionLost, ..broken } } else { broken }
}

/// Classifies a TLS failure.
pub fn from_tls(error: &rustls::Error) -> TransferReason {
    match error {
        rustls::Error::InvalidCertificate(_) => TransferReason::CertificateRefused,
        _ => TransferReason::TlsFailed,
    }
}

/// Makes the error of a local file that can't be opened or read.
pub fn from_local_read(error: &io::Error) -> TransferError {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => TransferReason::LocalFileMissing,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => TransferReason::LocalDiskFull,
        _ => TransferReason::LocalFileUnreadable,
    };
    TransferError::new(reason, error.to_string())
}

/// Makes a server's text fit to be shown: one line, no control character, at most 500 characters.
pub fn presentable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_WORDS).collect()
}

/// Tells whether a name holds only characters that every file system takes.
pub fn is_plain_name(name: &str) -> bool {
    name.len() <= 200 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
}

/// Gives the fingerprint that the server offered, from the words of a refused identity
/// ([`TransferReason::HostKeyUnknown`], [`TransferReason::HostKeyChanged`], [`TransferReason::CertificateRefused`],
/// [`TransferReason::CertificateChanged`]).
pub fn offered_fingerprint(error: &TransferError) -> Option<&str> {
    error.words.as_deref()?.split_whitespace().find(|word| word.starts_with("SHA256:"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use TransferReason as R;

    #[test]
    fn a_connection_that_stood_and_is_garbled_is_lost_and_a_refused_one_is_not() {
        let of = |error: rustls::Error| io::Error::new(io::ErrorKind::InvalidData, error);
        let garbled = of(rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType));
        assert_eq!(from_standing(&garbled).reason, R::ConnectionLost);
        assert_eq!(from_io(&garbled).reason, R::TlsFailed, "in a handshake");
        let refused = of(rustls::Error::AlertReceived(rustls::AlertDescription::AccessDenied));
        assert_eq!(from_standing(&refused).reason, R::TlsFailed);
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(from_standing(&reset).reason, R::ConnectionLost);
    }

    #[test]
    fn the_codes_of_the_log_s_page_have_their_reasons() {
        for (code, doing, expected) in [
            (530, Doing::Other, R::AuthenticationRefused),
            (530, Doing::Store, R::AuthenticationRefused),
            (550, Doing::Store, R::PermissionDenied),
            (550, Doing::Rename, R::RenameFailed),
            (553, Doing::Store, R::NameRefused),
            (452, Doing::Store, R::DiskFull),
            (552, Doing::Rename, R::DiskFull),
            (451, Doing::Store, R::WriteFailed),
            (451, Doing::Other, R::ServerError),
            (425, Doing::Other, R::DataChannelRefused),
            (426, Doing::Store, R::DataChannelRefused),
            (421, Doing::Other, R::ConnectionLost),
            (500, Doing::Secure, R::TlsFailed),
            (504, Doing::Other, R::ServerError),
        ] {
            assert_eq!(from_ftp_code(code, doing), expected, "{code} {doing:?}");
        }
    }

    #[test]
    fn sftp_statuses_above_8_are_classified_too() {
        let reasons: Vec<_> = [0, 2, 3, 4, 11, 14, 15, 17, 999].map(from_sftp_status).into();
        assert_eq!(
            reasons,
            [
                None,
                Some(R::FolderMissing),
                Some(R::PermissionDenied),
                Some(R::ServerError),
                Some(R::FileExists),
                Some(R::DiskFull),
                Some(R::DiskFull),
                Some(R::FileLocked),
                Some(R::ServerError),
            ]
        );
    }

    #[test]
    fn a_server_s_words_lose_their_control_characters_and_their_excess() {
        assert_eq!(presentable("550 a\r\n\u{1b}[31mb"), "550 a   [31mb");
        assert_eq!(presentable(&"é".repeat(10_000)).chars().count(), LONGEST_WORDS);
    }

    #[test]
    fn the_fingerprint_of_a_refused_identity_is_found_in_its_words() {
        let error = TransferError::new(R::HostKeyUnknown, "ssh-ed25519 SHA256:abc (none is pinned)");
        assert_eq!(offered_fingerprint(&error), Some("SHA256:abc"));
        assert_eq!(offered_fingerprint(&TransferError { reason: R::TimedOut, words: None }), None);
    }
}
