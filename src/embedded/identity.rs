//! Who the embedded servers are: an authority and a certificate of their own, an SSH host key, kept in a folder.
//!
//! Promises: made on first use and the same at every later start; the authority signs one certificate and its key is
//! then forgotten, so that nobody can sign another; private keys are 0600. The certificate is for `localhost` and
//! 127.0.0.1 alone (RFC 6125), valid from 2000 to 2049 whatever the machine's clock says.
//!
//! Files: `ca.pem` (what a client trusts), `server.pem`, `server.key`, `host_key` (OpenSSH's format).

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{HashAlg, PrivateKey};

use super::EmbeddedError;
use crate::files::{failed, make_private_folder, write_whole};

/// The identity of the embedded servers.
#[derive(Debug, Clone)]
pub struct Identity {
    folder: PathBuf,
    host_key: PrivateKey,
}

impl Identity {
    /// Opens the identity kept in `folder`; what is missing is made.
    ///
    /// # Errors
    /// When a file can't be read, written or understood.
    pub fn open(folder: &Path) -> Result<Self, EmbeddedError> {
        make_private_folder(folder)?;
        if ![CA, CERTIFICATE, KEY].iter().all(|name| folder.join(name).exists()) {
            make_certificate(folder)?;
        }
        let host_key = host_key(&folder.join(HOST_KEY))?;
        Ok(Self { folder: folder.to_owned(), host_key })
    }

    /// Gives the PEM file of the authority that clients are to trust.
    pub fn authority_file(&self) -> PathBuf {
        self.folder.join(CA)
    }

    /// Gives the fingerprint of the SSH host key, as OpenSSH shows it: `SHA256:` and base64 without padding.
    pub fn host_key_fingerprint(&self) -> String {
        self.host_key.fingerprint(HashAlg::Sha256).to_string()
    }

    pub(super) fn certificate_file(&self) -> PathBuf {
        self.folder.join(CERTIFICATE)
    }

    pub(super) fn key_file(&self) -> PathBuf {
        self.folder.join(KEY)
    }

    pub(super) fn host_key(&self) -> PrivateKey {
        self.host_key.clone()
    }
}

const CA: &str = "ca.pem";
const CERTIFICATE: &str = "server.pem";
const KEY: &str = "server.key";
const HOST_KEY: &str = "host_key";

fn make_certificate(folder: &Path) -> Result<(), EmbeddedError> {
    let authority_key = KeyPair::generate().map_err(EmbeddedError::Certificate)?;
    let authority = authority();
    let authority_pem = authority.self_signed(&authority_key).map_err(EmbeddedError::Certificate)?.pem();
    let key = KeyPair::generate().map_err(EmbeddedError::Certificate)?;
    let issuer = Issuer::from_params(&authority, authority_key);
    let certificate =
        server().and_then(|server| server.signed_by(&key, &issuer)).map_err(EmbeddedError::Certificate)?;
    // The authority last: while it is missing, a restart makes all three again.
    write_whole(&folder.join(KEY), key.serialize_pem().as_bytes())?;
    write_whole(&folder.join(CERTIFICATE), certificate.pem().as_bytes())?;
    write_whole(&folder.join(CA), authority_pem.as_bytes())?;
    Ok(())
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params
}

fn authority() -> CertificateParams {
    let mut params = named("publier demo authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn server() -> Result<CertificateParams, rcgen::Error> {
    let names = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    let mut params = named("publier demo server");
    params.subject_alt_names = names.subject_alt_names;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn host_key(file: &Path) -> Result<PrivateKey, EmbeddedError> {
    let bad = |source| EmbeddedError::Key { what: file.display().to_string(), source };
    if file.exists() {
        let text = fs::read(file).map_err(failed("read", file))?;
        return PrivateKey::from_openssh(text).map_err(bad);
    }
    let mut seed = [0; 32];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut seed).map_err(|_| EmbeddedError::Random)?;
    let key = PrivateKey::from(Ed25519Keypair::from_seed(&seed));
    let text = key.to_openssh(LineEnding::LF).map_err(bad)?;
    write_whole(file, text.as_bytes())?;
    Ok(key)
}
