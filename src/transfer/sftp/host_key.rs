//! Who an SSH server must be: a pinned fingerprint or a `known_hosts` file.
//!
//! Promises: judged before any login; an unknown key is refused with its fingerprint in the words, ready to
//! be set in the configuration; a key that is not the known one, or that the file revokes, is refused as
//! changed. Limits: of `known_hosts`, plain and hashed names (`|1|`) are read, not wildcards.

use std::path::Path;

use publier_core::publication::reason::TransferReason;
use russh::keys::known_hosts::known_host_keys_path;
use russh::keys::{Algorithm, HashAlg, PublicKey, PublicKeyBase64};

use crate::ports::TransferError;
use crate::settings::target::Trust;

/// Gives the SHA-256 fingerprint of a key as OpenSSH writes it: `SHA256:base64`, without padding.
pub(super) fn fingerprint(key: &PublicKey) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// Judges the key that a server presented.
///
/// # Errors
/// When it is not the key that the trust names.
pub(super) fn judge(trust: &Trust, host: &str, port: u16, key: &PublicKey) -> Result<(), TransferError> {
    match trust {
        Trust::HostKeyFingerprint(pin) => {
            if pin.trim_end_matches('=') == fingerprint(key) {
                Ok(())
            } else {
                Err(refused(TransferReason::HostKeyChanged, key, &format!("not the pinned {}", hidden(pin))))
            }
        }
        Trust::KnownHosts(file) => judge_by_file(file, host, port, key),
        _ => Err(refused(TransferReason::HostKeyUnknown, key, "no key is pinned")),
    }
}

/// The pin without its prefix, so that the words hold one fingerprint: the one offered.
fn hidden(pin: &str) -> &str {
    pin.strip_prefix("SHA256:").unwrap_or(pin)
}

fn judge_by_file(file: &Path, host: &str, port: u16, key: &PublicKey) -> Result<(), TransferError> {
    let unknown = |words: String| refused(TransferReason::HostKeyUnknown, key, &words);
    let text =
        std::fs::read_to_string(file).map_err(|error| unknown(format!("{}: {error}", file.display())))?;
    if is_revoked(&text, key) {
        return Err(refused(TransferReason::HostKeyChanged, key, "revoked in known_hosts"));
    }
    let known = known_keys(file, host, port).map_err(unknown)?;
    if known.is_empty() {
        return Err(unknown(format!("not in {}", file.display())));
    }
    if known.iter().any(|recorded| recorded.key_data() == key.key_data()) {
        return Ok(());
    }
    Err(refused(TransferReason::HostKeyChanged, key, &format!("{} has another key", file.display())))
}

fn known_keys(file: &Path, host: &str, port: u16) -> Result<Vec<PublicKey>, String> {
    let found = known_host_keys_path(host, port, file);
    let keys = found.map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(keys.into_iter().map(|(_, key)| key).collect())
}

/// Tells whether a line marked `@revoked` holds the key, whatever its hosts.
fn is_revoked(known_hosts: &str, key: &PublicKey) -> bool {
    let wanted = key.public_key_base64();
    let mut revoked = known_hosts.lines().map(str::trim).filter(|line| line.starts_with("@revoked"));
    revoked.any(|line| line.split_whitespace().any(|field| field == wanted))
}

fn refused(reason: TransferReason, key: &PublicKey, why: &str) -> TransferError {
    TransferError::new(reason, format!("{} {} ({why})", key.algorithm(), fingerprint(key)))
}

/// Orders the host-key algorithms so that a server with several keys shows the one we know.
pub(super) fn preferred_algorithms(trust: &Trust, host: &str, port: u16) -> Vec<Algorithm> {
    let all = russh::Preferred::DEFAULT.key.to_vec();
    let Trust::KnownHosts(file) = trust else { return all };
    let known = known_keys(file, host, port).unwrap_or_default();
    let (first, rest): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|algorithm| known.iter().any(|key| same_family(algorithm, &key.algorithm())));
    [first, rest].concat()
}

/// Tells whether two algorithms use the same kind of key: RSA signs with several hashes.
pub(super) fn same_family(one: &Algorithm, other: &Algorithm) -> bool {
    one == other || matches!((one, other), (Algorithm::Rsa { .. }, Algorithm::Rsa { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transfer::reason::offered_fingerprint;

    const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
    const OTHER: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIA6rWI3G1sz07DnfFlrouTcysQlj2P+jpNSOEWD9OJ3X";

    fn key(text: &str) -> PublicKey {
        russh::keys::parse_public_key_base64(text).unwrap()
    }

    fn judged_by(known_hosts: &str) -> Result<(), TransferReason> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known_hosts");
        crate::files::write_whole(&file, known_hosts.as_bytes()).unwrap();
        judge(&Trust::KnownHosts(file), "server", 2222, &key(KEY)).map_err(|error| error.reason)
    }

    #[test]
    fn a_pinned_key_is_taken_and_another_is_changed() {
        let pin = fingerprint(&key(KEY));
        assert_eq!(judge(&Trust::HostKeyFingerprint(format!("{pin}=")), "h", 22, &key(KEY)), Ok(()));
        let refusal = judge(&Trust::HostKeyFingerprint(pin), "h", 22, &key(OTHER)).unwrap_err();
        assert_eq!(refusal.reason, TransferReason::HostKeyChanged);
        assert_eq!(offered_fingerprint(&refusal), Some(fingerprint(&key(OTHER)).as_str()));
    }

    #[test]
    fn a_known_hosts_file_tells_known_unknown_changed_and_revoked_apart() {
        let line = format!("[server]:2222 ssh-ed25519 {KEY}\n");
        assert_eq!(judged_by(&line), Ok(()));
        assert_eq!(judged_by(&format!("server ssh-ed25519 {KEY}\n")), Err(TransferReason::HostKeyUnknown));
        let changed = format!("[server]:2222 ssh-ed25519 {OTHER}\n");
        assert_eq!(judged_by(&changed), Err(TransferReason::HostKeyChanged));
        let revoked = format!("{line}@revoked * ssh-ed25519 {KEY}\n");
        assert_eq!(judged_by(&revoked), Err(TransferReason::HostKeyChanged));
    }

    #[test]
    fn without_a_file_every_key_is_unknown() {
        let missing = Trust::KnownHosts("/nonexistent/known_hosts".into());
        let refusal = judge(&missing, "server", 22, &key(KEY)).unwrap_err();
        assert_eq!(refusal.reason, TransferReason::HostKeyUnknown);
    }
}
