//! Refused logins: at most two tries an hour with one secret, so that no account is locked out; a changed secret is
//! tried at once (PUBLICATION.md, confirmation of one file).

use chrono::{DateTime, TimeDelta, Utc};

use super::convert::{Columns, ms};
use super::{Ledger, LedgerError};

/// How many refusals of one secret are risked within [`WINDOW`].
pub const TRIES: u32 = 2;

/// The time within which refusals count.
pub const WINDOW: TimeDelta = TimeDelta::hours(1);

/// A login: host, user and the short digest of its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginKey<'a> {
    /// The server.
    pub host: &'a str,
    /// The account on it.
    pub user: &'a str,
    /// The short digest of the secret.
    pub secret: &'a str,
}

impl Ledger {
    /// Gives the time from which a login may be tried; `None` for now. Refusals that a clock set back left in the
    /// future count for an hour at most.
    ///
    /// # Errors
    /// [`LedgerError::Sql`], [`LedgerError::Unreadable`].
    pub fn login_waits_until(
        &self,
        login: LoginKey<'_>,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, LedgerError> {
        let sql = "SELECT at FROM login_refusal WHERE host = ?1 AND user = ?2 AND secret = ?3
                   AND at > ?4 AND at < ?5 ORDER BY at DESC LIMIT ?6";
        let mut statement = self.connection.prepare_cached(sql)?;
        let LoginKey { host, user, secret } = login;
        let window = (ms(now - WINDOW), ms(now + WINDOW));
        let refusals: Vec<DateTime<Utc>> = statement
            .query_and_then((host, user, secret, window.0, window.1, TRIES), |row| row.time(0))?
            .collect::<Result<_, LedgerError>>()?;
        let oldest = refusals.last().filter(|_| u32::try_from(refusals.len()) == Ok(TRIES));
        Ok(oldest.map(|at| (*at + WINDOW).min(now + WINDOW)))
    }

    /// Records that the server refused a login (FTP 530, SSH authentication).
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn login_refused(&mut self, login: LoginKey<'_>, now: DateTime<Utc>) -> Result<(), LedgerError> {
        self.write("record a refused login", |transaction| {
            let sql = "INSERT INTO login_refusal (host, user, secret, at) VALUES (?1, ?2, ?3, ?4)";
            transaction.execute(sql, (login.host, login.user, login.secret, ms(now)))?;
            Ok(())
        })
    }

    /// Forgets the refusals of an account that let us in.
    ///
    /// # Errors
    /// [`LedgerError::Sql`].
    pub fn login_worked(&mut self, login: LoginKey<'_>) -> Result<(), LedgerError> {
        self.write("record a login", |transaction| {
            let sql = "DELETE FROM login_refusal WHERE host = ?1 AND user = ?2";
            transaction.execute(sql, (login.host, login.user))?;
            Ok(())
        })
    }
}
