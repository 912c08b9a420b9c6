//! Parties, staff and suppliers: only what the extranet needs of them (section 8 of the rules, H2).

use std::collections::HashSet;

use publier_core::domain::ids::{EntityId, PartyId};
use publier_core::domain::records::{Address, Party, StaffMember, Supplier};
use rusqlite::Row;

use super::error::SourceError;
use super::fields::{code, key, opt_int, opt_text, text};
use super::reference::{address, rows};
use super::snapshot::Snapshot;
use super::unreadable::{LeftOut, records};
use crate::settings::secret::Secret;

/// A party with its contacts, and its temporary password where it has one.
#[derive(Debug)]
pub struct PartyDetails {
    /// The party.
    pub party: Party,
    /// Personal e-mail addresses, in order.
    pub emails: Vec<String>,
    /// Mobile numbers, in order.
    pub mobiles: Vec<String>,
    /// The temporary password as the back office keeps it.
    pub temporary_password: Option<Secret>,
}

impl Snapshot {
    /// Streams the parties that `wanted` keeps, by key.
    ///
    /// # Errors
    /// When the database can't be read, or `each` refuses.
    pub fn each_party<E: From<SourceError>>(
        &self,
        wanted: impl Fn(PartyId) -> bool,
        mut each: impl FnMut(PartyDetails) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = || SourceError::query("read the parties");
        let list = |sql: &str| self.db.prepare(sql).map_err(failed());
        let mut emails = list("SELECT email FROM party_email WHERE party_id = ?1 ORDER BY position, id")?;
        let mut mobiles = list("SELECT mobile FROM party_mobile WHERE party_id = ?1 ORDER BY position, id")?;
        let mut parties = list(
            "SELECT id, code, display_name, address_1, address_2, postcode, city, latitude, longitude, login,
                    temporary_password, temporary_password_issue FROM party ORDER BY id",
        )?;
        let mut found = parties.query([]).map_err(failed())?;
        while let Some(row) = found.next().map_err(failed())? {
            // A key that can't be read is nobody's account: such a party is wanted by none.
            let Some(id) = opt_int(row, 0).map_err(failed())?.map(PartyId) else { continue };
            if !wanted(id) {
                continue;
            }
            let texts = |statement: &mut rusqlite::Statement<'_>| {
                let texts: Vec<Option<String>> =
                    statement.query_map([id.0], |row| opt_text(row, 0)).and_then(Iterator::collect)?;
                Ok::<_, rusqlite::Error>(texts.into_iter().flatten().collect::<Vec<_>>())
            };
            each(PartyDetails {
                party: party_of(row, id).map_err(failed())?,
                emails: texts(&mut emails).map_err(failed())?,
                mobiles: texts(&mut mobiles).map_err(failed())?,
                temporary_password: opt_text(row, 10).map_err(failed())?.map(Secret::new),
            })?;
        }
        Ok(())
    }

    /// Reads the address block of one party, for a letter.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn address_block(&self, party: PartyId) -> Result<Vec<String>, SourceError> {
        let failed = || SourceError::query("read an address");
        self.db
            .prepare_cached(
                "SELECT trim(coalesce(title, '') || ' ' || display_name), address_1, address_2, postcode, city FROM party WHERE id = ?1",
            )
            .and_then(|mut statement| {
                let mut found = statement.query([party.0])?;
                let Some(row) = found.next()? else { return Ok(Vec::new()) };
                let mut lines = vec![text(row, 0)?];
                lines.extend(address(row, 1)?.envelope_lines());
                Ok(lines)
            })
            .map_err(failed())
    }

    /// Gives the logins that several parties bear: nobody could tell them apart at the door (D4).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn shared_logins(&self) -> Result<HashSet<String>, SourceError> {
        let sql =
            "SELECT login FROM party WHERE trim(login) <> '' GROUP BY upper(trim(login)) HAVING count(*) > 1";
        let shared = rows(&self.db, "read the logins", sql, |row| opt_text(row, 0))?;
        Ok(shared.into_iter().flatten().map(|login| login.to_uppercase()).collect())
    }

    /// Gives the parties that have a login of their own: who can come in.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn parties_with_a_login(&self) -> Result<HashSet<PartyId>, SourceError> {
        let shared = self.shared_logins()?;
        let sql = "SELECT id, login FROM party WHERE trim(login) <> ''";
        let logins = rows(&self.db, "read the logins", sql, |row| Ok((opt_int(row, 0)?, opt_text(row, 1)?)))?;
        let own = |(id, login): (Option<i64>, Option<String>)| {
            id.filter(|_| login.is_some_and(|login| !shared.contains(&login.to_uppercase()))).map(PartyId)
        };
        Ok(logins.into_iter().filter_map(own).collect())
    }

    /// Reads the agency's staff, by key: professional contacts only (H2).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn staff(&self, left_out: &mut LeftOut) -> Result<Vec<StaffMember>, SourceError> {
        let sql = "SELECT id, name, job, email, phone, entity_id FROM staff_member ORDER BY id";
        records(&self.db, ("staff_member", "read the staff"), left_out, sql, |row| {
            Ok(StaffMember {
                id: key(row, 0)?,
                name: text(row, 1)?,
                job: opt_text(row, 2)?,
                email: opt_text(row, 3)?,
                phone: opt_text(row, 4)?,
                entity: opt_int(row, 5)?.filter(|id| *id >= 0).map(EntityId),
            })
        })
    }

    /// Reads the suppliers flagged for publication, by key (H2).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn suppliers(&self, left_out: &mut LeftOut) -> Result<Vec<Supplier>, SourceError> {
        let sql = "SELECT id, name, trade, email, phone, address_1, postcode, city FROM supplier WHERE published = 1 ORDER BY id";
        records(&self.db, ("supplier", "read the suppliers"), left_out, sql, |row| {
            Ok(Supplier {
                id: key(row, 0)?,
                name: text(row, 1)?,
                trade: opt_text(row, 2)?,
                email: opt_text(row, 3)?,
                phone: opt_text(row, 4)?,
                address: Address {
                    lines: opt_text(row, 5)?.into_iter().collect(),
                    postcode: opt_text(row, 6)?,
                    city: opt_text(row, 7)?,
                },
            })
        })
    }
}

fn party_of(row: &Row<'_>, id: PartyId) -> rusqlite::Result<Party> {
    let degrees = |at, bound: f64| {
        Ok::<_, rusqlite::Error>(
            row.get::<_, Option<f64>>(at).unwrap_or(None).filter(|value| value.abs() <= bound),
        )
    };
    Ok(Party {
        id,
        code: code(row, 1, id.0)?,
        display_name: text(row, 2)?,
        address: address(row, 3)?,
        position: degrees(7, 90.0)?.zip(degrees(8, 180.0)?),
        login: opt_text(row, 9)?,
        password_issue: opt_int(row, 11)?.unwrap_or_default(),
    })
}
