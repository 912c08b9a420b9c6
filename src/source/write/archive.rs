//! The documents that the agent archives: an event with its attachment and, for a co-owner list, the building's document.
//!
//! # Promises
//! - One short `BEGIN IMMEDIATE` transaction a document; the event's key is unique, so that two runs, or a run and a
//!   person, archive one document once.
//! - The PDF stands at its name before the rows that name it: a row never leads to a file that isn't there.
//! - A new list cancels and replaces the one before it in the same transaction (G6).

use chrono::NaiveDate;
use publier_core::domain::digest::Digest;
use publier_core::domain::ids::{AccountId, BuildingId, EntityId, EventId, TemplateId};
use rusqlite::{OptionalExtension, Transaction, params};

use super::Door;
use crate::source::error::{Function, SourceError};

/// The range of the keys of co-owner lists' events: those asked for and those made again.
pub(crate) const LIST_KEYS: (&str, &str) = ("co-owner-list", "co-owner-list~");
/// The range of the keys of statements' events.
pub(crate) const STATEMENT_KEYS: (&str, &str) = ("statement:", "statement;");

/// What an archived document is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A building (G2).
    Building(BuildingId),
    /// An account (C16).
    Account(AccountId),
}

/// A document to archive.
#[derive(Debug, Clone)]
pub struct Archived<'a> {
    /// The unique key of its rows.
    pub key: &'a str,
    /// The event's template.
    pub template: TemplateId,
    /// The event's entity.
    pub entity: EntityId,
    /// The event's subject.
    pub subject: &'a str,
    /// The agency's present day: the event's date, that of its processing and of its publication.
    pub today: NaiveDate,
    /// What it is about.
    pub about: About,
    /// The file's own name.
    pub name: &'a str,
    /// Where the file is, relative to the files' folder, with `/`.
    pub path: &'a str,
    /// The event that it cancels and replaces.
    pub supersedes: Option<EventId>,
}

/// A co-owner list's place among the building's documents (G1, G2).
#[derive(Debug, Clone, Copy)]
pub struct ListPlace {
    /// The building.
    pub building: BuildingId,
    /// The document's number.
    pub number: u32,
    /// The digest of what the list shows (G5).
    pub digest: Digest,
}

/// Gives the key of a co-owner list's event. `again` = the agent makes it by itself (G8).
pub fn list_key(building: BuildingId, previous: Option<EventId>, digest: Digest, again: bool) -> String {
    let prefix = if again { "co-owner-list-remade" } else { "co-owner-list" };
    format!("{prefix}:{building}:{}:{}", previous.map_or(0, |event| event.0), short(digest))
}

/// Gives the key of a statement's event: the same entries give the same key.
pub fn statement_key(account: AccountId, digest: Digest) -> String {
    format!("statement:{account}:{}", short(digest))
}

/// Gives the first digits of a digest: enough among the documents of one record.
pub fn short(digest: Digest) -> String {
    digest.to_string().chars().take(16).collect()
}

impl Door {
    /// Archives a co-owner list: `false` when the building's document is that list already (G2, G5, G6).
    ///
    /// # Errors
    /// [`SourceError::Busy`], also when another list was archived meanwhile; [`SourceError::Unwritable`],
    /// [`SourceError::Query`]: then nothing is written.
    pub fn archive_list(&mut self, list: &Archived<'_>, place: ListPlace) -> Result<bool, SourceError> {
        let failed = || SourceError::staff(Function::CoOwnerLists);
        self.staff(Function::CoOwnerLists, |transaction| {
            let key = format!("co-owner-list:{}", place.building);
            let digest = place.digest.to_string();
            let sql = "SELECT content_digest FROM building_document WHERE agent_key = ?1 AND number = ?2";
            let stands: Option<Option<String>> = transaction
                .query_row(sql, params![key, place.number], |row| row.get(0))
                .optional()
                .map_err(failed())?;
            if stands.flatten().is_some_and(|stands| stands == digest) {
                return Ok(false);
            }
            if last_list(transaction, place.building).map_err(failed())? != list.supersedes {
                return Err(SourceError::Busy);
            }
            let event = put(transaction, list).map_err(failed())?;
            transaction
                .execute(
                    "INSERT INTO building_document
                        (building_id, number, name, path, event_id, content_digest, origin, agent_key)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'agent', ?7)
                     ON CONFLICT (agent_key) DO UPDATE SET number = excluded.number, name = excluded.name,
                        path = excluded.path, event_id = excluded.event_id,
                        content_digest = excluded.content_digest",
                    params![place.building.0, place.number, list.name, list.path, event.0, digest, key],
                )
                .map_err(failed())?;
            Ok(true)
        })
    }

    /// Archives documents, each `false` when its key stands already (C16).
    ///
    /// # Errors
    /// As for [`Door::archive_list`].
    pub fn archive_statements(&mut self, all: &[Archived<'_>]) -> Result<Vec<bool>, SourceError> {
        let failed = || SourceError::staff(Function::Statements);
        self.staff(Function::Statements, |transaction| {
            let one = |statement: &Archived<'_>| {
                let stands = find(transaction, statement.key).map_err(failed())?.is_some();
                if !stands {
                    put(transaction, statement).map_err(failed())?;
                }
                Ok(!stands)
            };
            all.iter().map(one).collect()
        })
    }
}

fn find(transaction: &Transaction<'_>, key: &str) -> rusqlite::Result<Option<EventId>> {
    let sql = "SELECT id FROM event WHERE agent_key = ?1";
    transaction.prepare_cached(sql)?.query_row([key], |row| row.get(0).map(EventId)).optional()
}

/// Gives the last event of a building's list.
fn last_list(transaction: &Transaction<'_>, building: BuildingId) -> rusqlite::Result<Option<EventId>> {
    let sql = "SELECT max(id) FROM event
                WHERE agent_key GLOB 'co-owner-list:' || ?1 || ':*'
                   OR agent_key GLOB 'co-owner-list-remade:' || ?1 || ':*'";
    let last: Option<i64> = transaction.query_row(sql, [building.0], |row| row.get(0))?;
    Ok(last.map(EventId))
}

/// Puts the event and its attachment, and gives the event.
fn put(transaction: &Transaction<'_>, archived: &Archived<'_>) -> rusqlite::Result<EventId> {
    if let Some(event) = find(transaction, archived.key)? {
        return Ok(event);
    }
    let (building, account) = match archived.about {
        About::Building(building) => (Some(building.0), None),
        About::Account(account) => (None, Some(account.0)),
    };
    let today = archived.today.to_string();
    let mut event = transaction.prepare_cached(
        "INSERT INTO event (template_id, entity_id, subject, event_date, processed_on, published_on, account_id,
                            building_id, supersedes_event_id, origin, agent_key)
         VALUES (?1, ?2, ?3, ?4, ?4, ?4, ?5, ?6, ?7, 'agent', ?8)",
    )?;
    event.execute(params![
        archived.template.0,
        archived.entity.0,
        archived.subject,
        today,
        account,
        building,
        archived.supersedes.map(|event| event.0),
        archived.key,
    ])?;
    let id = transaction.last_insert_rowid();
    let mut attachment = transaction.prepare_cached(
        "INSERT INTO attachment (event_id, position, original_name, path, mime, origin, agent_key)
         VALUES (?1, 1, ?2, ?3, 'application/pdf', 'agent', ?4)",
    )?;
    attachment.execute(params![id, archived.name, archived.path, archived.key])?;
    Ok(EventId(id))
}
