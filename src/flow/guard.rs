//! Stands before a connector, so that no account is locked out: at most two refused logins an hour with one secret.
//!
//! Promises: refusals are kept in the ledger, per host, account and secret, and so hold across runs, commands and
//! restarts; a changed secret is tried at once, be it a password, a key's file or the keys that an agent offers; a login that works forgets the refusals (PUBLICATION.md, confirmation of
//! one file). A ledger that can't be asked never stops a login.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Europe::Paris;
use publier_core::domain::digest::Digest;
use publier_core::publication::reason::TransferReason;

use crate::digest::sha256;
use crate::ledger::logins::LoginKey;
use crate::ledger::{Ledger, LedgerError};
use crate::ports::{Clock, Connector, Session, TransferError};
use crate::settings::secret::Secret;
use crate::settings::target::{Login, Target};
use crate::transfer::keys_of_agent;

/// A connector that asks the ledger before each login.
pub struct Guard {
    inner: Arc<dyn Connector>,
    ledger: Mutex<Ledger>,
    clock: Arc<dyn Clock>,
    target: Target,
    host: String,
    secret: String,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Guard({:?})", self.inner)
    }
}

impl Guard {
    /// Stands before the connector of a target.
    pub fn new(inner: Arc<dyn Connector>, target: &Target, ledger: Ledger, clock: Arc<dyn Clock>) -> Self {
        let secret = match &target.login {
            Login::Password(password) => password.digest(),
            // An agent is asked before each login: keys come and go meanwhile.
            Login::Folder(_) | Login::Agent { .. } => String::new(),
            // A key that can't be read is the connector's to tell.
            Login::Key { file, passphrase } => {
                let key = std::fs::read(file).unwrap_or_default();
                let opened_by = passphrase.as_ref().map(Secret::digest).unwrap_or_default();
                short(sha256(&[key.as_slice(), opened_by.as_bytes()].concat()))
            }
        };
        let host = format!("{}:{}", target.host, target.port);
        Self { inner, ledger: Mutex::new(ledger), clock, target: target.clone(), host, secret }
    }

    /// Gives the short digest of what would log in now.
    async fn secret(&self) -> String {
        keys_of_agent(&self.target).await.map_or_else(|| self.secret.clone(), short)
    }

    fn key<'k>(&'k self, secret: &'k str) -> LoginKey<'k> {
        LoginKey { host: &self.host, user: &self.target.user, secret }
    }

    /// Gives when a login may be tried, unless it may be now.
    fn waits_until(&self, secret: &str) -> Option<DateTime<Utc>> {
        self.ask(|ledger| ledger.login_waits_until(self.key(secret), self.clock.now())).flatten()
    }

    fn ask<T>(&self, what: impl FnOnce(&mut Ledger) -> Result<T, LedgerError>) -> Option<T> {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        what(&mut ledger)
            .inspect_err(|error| tracing::warn!(%error, "refused logins are not remembered"))
            .ok()
    }
}

fn short(digest: Digest) -> String {
    digest.to_string().chars().take(16).collect()
}

#[async_trait]
impl Connector for Guard {
    async fn connect(&self) -> Result<Box<dyn Session>, TransferError> {
        let secret = self.secret().await;
        if let Some(until) = self.waits_until(&secret) {
            let until = until.with_timezone(&Paris).format("%H:%M");
            return Err(TransferError::new(TransferReason::LoginPaused, format!("{until}")));
        }
        let session = self.inner.connect().await;
        match &session {
            Ok(_) => drop(self.ask(|ledger| ledger.login_worked(self.key(&secret)))),
            Err(error) if error.reason == TransferReason::AuthenticationRefused => {
                self.ask(|ledger| ledger.login_refused(self.key(&secret), self.clock.now()));
            }
            Err(_) => {}
        }
        session
    }

    /// Remembers nothing: the password was accepted by the session that stands.
    async fn connect_another(&self) -> Result<Box<dyn Session>, TransferError> {
        self.inner.connect_another().await
    }

    fn session_name(&self) -> String {
        self.inner.session_name()
    }

    fn shown_identity(&self) -> Option<String> {
        self.inner.shown_identity()
    }

    fn is_encrypted(&self) -> bool {
        self.inner.is_encrypted()
    }
}
