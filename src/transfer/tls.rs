//! TLS for FTP: who the server must be, and sessions that the data connections resume.
//!
//! Promises: the identity is checked before any login, by the system's authorities, by the authorities of a
//! PEM file, or by the SHA-256 fingerprint of the server's own certificate; a pin still has the handshake's
//! signature verified, so that showing the certificate is not enough. One session store per control
//! connection, because servers that demand session reuse compare the data connection with its own control
//! connection; under TLS 1.3 each ticket of it serves once, and it is known when none is left. Refuses every certificate when no trust is set, and says the fingerprint it was shown.
//! A pin decides alone: neither the name nor the expiry is looked at.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use publier_core::domain::digest::Digest;
use publier_core::publication::reason::TransferReason;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{
    ClientSessionMemoryCache, ClientSessionStore, Resumption, Tls12ClientSessionValue,
    Tls13ClientSessionValue, WebPkiServerVerifier,
};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, NamedGroup, ProtocolVersion,
    RootCertStore, SignatureScheme,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::digest::sha256;
use crate::ports::TransferError;
use crate::settings::target::Trust;
use crate::transfer::net::{Wire, within};
use crate::transfer::reason;

/// How many sessions one control connection remembers.
const SESSIONS: usize = 32;

/// Who the server must be.
#[derive(Debug, Clone)]
enum Rule {
    /// Whoever the authorities vouch for, under the right name.
    Authorities(Arc<WebPkiServerVerifier>),
    /// The bearer of this certificate.
    Pinned([u8; 32]),
    /// Nobody: no trust is set.
    Nobody,
}

/// The identity check of one target, made once.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    rule: Rule,
    provider: Arc<CryptoProvider>,
    name: ServerName<'static>,
}

impl Identity {
    /// Reads the authorities or the pin of a target.
    pub(super) fn new(trust: &Trust, host: &str) -> Result<Self, TransferError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let rule = match trust {
            Trust::SystemAuthorities => authorities(system_certificates()?, &provider)?,
            Trust::Authorities(file) => authorities_of(file, &provider)?,
            Trust::CertificateFingerprint(pin) => Rule::Pinned(*pin),
            Trust::None => Rule::Nobody,
            Trust::HostKeyFingerprint(_) | Trust::KnownHosts(_) => {
                return Err(refused("an SSH host key can't identify a TLS server"));
            }
        };
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        let name = ServerName::try_from(bare.to_owned())
            .map_err(|error| TransferError::new(TransferReason::HostNotFound, format!("{host}: {error}")))?;
        Ok(Self { rule, provider, name })
    }

    /// Makes the TLS side of one control connection and its data connections.
    pub(super) fn session(&self, newest: Newest) -> Result<TlsSession, TransferError> {
        let witness = Arc::new(Witness { identity: self.clone(), presented: Mutex::new(None) });
        let versions: &[&rustls::SupportedProtocolVersion] = match newest {
            Newest::Tls13 => rustls::ALL_VERSIONS,
            Newest::Tls12 => &[&rustls::version::TLS12],
        };
        let mut config = ClientConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(versions)
            .map_err(|error| TransferError::new(TransferReason::TlsFailed, error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(witness.clone())
            .with_no_client_auth();
        let tickets = Arc::new(Tickets::new());
        config.resumption = Resumption::store(tickets.clone());
        Ok(TlsSession {
            connector: TlsConnector::from(Arc::new(config)),
            name: self.name.clone(),
            witness,
            newest,
            tickets,
            is_1_3: AtomicBool::new(false),
        })
    }
}

/// The newest version of TLS spoken with a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Newest {
    /// TLS 1.3, the default.
    Tls13,
    /// TLS 1.2: for servers that give data connections no new ticket under 1.3 and yet demand reuse.
    Tls12,
}

/// The TLS of one control connection: its data connections resume its sessions.
pub(super) struct TlsSession {
    connector: TlsConnector,
    name: ServerName<'static>,
    witness: Arc<Witness>,
    newest: Newest,
    tickets: Arc<Tickets>,
    is_1_3: AtomicBool,
}

impl std::fmt::Debug for TlsSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TlsSession({:?}, {:?})", self.name, self.newest)
    }
}

impl TlsSession {
    /// Does the handshake over a connection.
    pub(super) async fn secure(
        &self,
        stream: Box<dyn Wire>,
        limit: Duration,
    ) -> Result<TlsStream<Box<dyn Wire>>, TransferError> {
        let handshake = self.connector.connect(self.name.clone(), stream);
        let stream =
            within(limit, "TLS handshake", handshake).await?.map_err(|error| self.explain(&error))?;
        let version = stream.get_ref().1.protocol_version();
        self.is_1_3.store(version == Some(ProtocolVersion::TLSv1_3), Ordering::Relaxed);
        Ok(stream)
    }

    /// Tells whether the next handshake can't resume this session: under TLS 1.3 each ticket serves once, and some servers
    /// give data connections no new one. Those that demand reuse would refuse the next data connection.
    pub(super) fn is_spent(&self) -> bool {
        self.is_1_3.load(Ordering::Relaxed) && self.tickets.left.load(Ordering::Relaxed) == 0
    }

    /// The newest version that may be spoken.
    pub(super) fn newest(&self) -> Newest {
        self.newest
    }

    /// Gives the fingerprint of the certificate that the server presented, trusted or not.
    pub(super) fn presented(&self) -> Option<String> {
        let presented = *self.witness.presented.lock().unwrap_or_else(PoisonError::into_inner);
        presented.map(|fingerprint| format!("SHA256:{fingerprint}"))
    }

    /// Adds the fingerprint that the server presented to a refused certificate.
    fn explain(&self, error: &std::io::Error) -> TransferError {
        let plain = reason::from_io(error);
        let presented = *self.witness.presented.lock().unwrap_or_else(PoisonError::into_inner);
        match presented {
            Some(fingerprint) if plain.reason == TransferReason::CertificateRefused => {
                match self.witness.identity.rule {
                    Rule::Pinned(pin) => {
                        let words = format!("SHA256:{fingerprint} (not the pinned {})", hidden(pin));
                        TransferError::new(TransferReason::CertificateChanged, words)
                    }
                    Rule::Authorities(_) | Rule::Nobody => {
                        refused(&format!("SHA256:{fingerprint} ({error})"))
                    }
                }
            }
            _ => plain,
        }
    }
}

/// The sessions of one control connection, with a count of the tickets of TLS 1.3 that are left.
#[derive(Debug)]
struct Tickets {
    sessions: ClientSessionMemoryCache,
    left: AtomicUsize,
}

impl Tickets {
    fn new() -> Self {
        Self { sessions: ClientSessionMemoryCache::new(SESSIONS), left: AtomicUsize::new(0) }
    }
}

impl ClientSessionStore for Tickets {
    fn set_kx_hint(&self, server: ServerName<'static>, group: NamedGroup) {
        self.sessions.set_kx_hint(server, group);
    }

    fn kx_hint(&self, server: &ServerName<'_>) -> Option<NamedGroup> {
        self.sessions.kx_hint(server)
    }

    fn set_tls12_session(&self, server: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.sessions.set_tls12_session(server, value);
    }

    fn tls12_session(&self, server: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.sessions.tls12_session(server)
    }

    fn remove_tls12_session(&self, server: &ServerName<'static>) {
        self.sessions.remove_tls12_session(server);
    }

    fn insert_tls13_ticket(&self, server: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.sessions.insert_tls13_ticket(server, value);
        self.left.fetch_add(1, Ordering::Relaxed);
    }

    fn take_tls13_ticket(&self, server: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        let taken = self.sessions.take_tls13_ticket(server);
        // The cache forgets the oldest of many: what it gave counts, and nothing is left once it gives none.
        let left = self.left.load(Ordering::Relaxed).saturating_sub(1);
        self.left.store(if taken.is_some() { left } else { 0 }, Ordering::Relaxed);
        taken
    }
}

/// Applies the rule to the certificate shown, and remembers it.
#[derive(Debug)]
struct Witness {
    identity: Identity,
    presented: Mutex<Option<Digest>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let fingerprint = sha256(end_entity);
        *self.presented.lock().unwrap_or_else(PoisonError::into_inner) = Some(fingerprint);
        match &self.identity.rule {
            Rule::Authorities(verifier) => {
                verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            Rule::Pinned(pin) if *pin == fingerprint.0 => Ok(ServerCertVerified::assertion()),
            Rule::Pinned(_) | Rule::Nobody => {
                Err(TlsError::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, cert, dss, &self.identity.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, cert, dss, &self.identity.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.identity.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Says a pin so that it is never taken for the fingerprint that was shown.
fn hidden(pin: [u8; 32]) -> String {
    Digest(pin).to_string().chars().take(12).chain("…".chars()).collect()
}

fn refused(words: &str) -> TransferError {
    TransferError::new(TransferReason::CertificateRefused, words)
}

fn authorities(
    certificates: Vec<CertificateDer<'static>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Rule, TransferError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map(Rule::Authorities)
        .map_err(|_| TransferError::new(TransferReason::LocalFileUnreadable, "ca-certificates"))
}

/// Takes the authorities of a file: where none can be read, the file is named, for it is ours and not the host's.
fn authorities_of(file: &Path, provider: &Arc<CryptoProvider>) -> Result<Rule, TransferError> {
    let unreadable = || TransferError::new(TransferReason::LocalFileUnreadable, file.display().to_string());
    let certificates: Vec<_> =
        CertificateDer::pem_file_iter(file).and_then(Iterator::collect).map_err(|_| unreadable())?;
    authorities(certificates, provider).map_err(|_| unreadable())
}

/// Tells whether a file holds at least one authority that can be read.
pub(super) fn is_of_authorities(file: &Path) -> bool {
    authorities_of(file, &Arc::new(rustls::crypto::ring::default_provider())).is_ok()
}

fn system_certificates() -> Result<Vec<CertificateDer<'static>>, TransferError> {
    let found = rustls_native_certs::load_native_certs();
    match found.errors.first() {
        Some(error) if found.certs.is_empty() => {
            tracing::warn!(%error, "the system's authorities can't be read");
            Err(TransferError::new(TransferReason::LocalFileUnreadable, "ca-certificates"))
        }
        _ => Ok(found.certs),
    }
}
