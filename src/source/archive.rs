//! What the agent archived in the back office itself: co-owner lists, account statements (G2, G5, G6, C16).
//!
//! Its rows bear `origin = 'agent'` and a unique `agent_key`; the keys are made in [`crate::source::write::archive`].

use std::collections::{BTreeMap, HashMap, HashSet};

use publier_core::domain::digest::Digest;
use publier_core::domain::ids::{BuildingId, EventId};

use super::error::SourceError;
use super::fields::{opt_int, opt_text, text};
use super::reference::rows;
use super::snapshot::Snapshot;
use super::write::archive::{LIST_KEYS, STATEMENT_KEYS};

/// The co-owner list that stands among a building's documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchivedList {
    /// Its number among them.
    pub number: i64,
    /// The digest of what it shows; `None` = unreadable, so that any new list differs.
    pub digest: Option<Digest>,
}

impl Snapshot {
    /// Reads the co-owner lists that the agent made, by building (G5, G8).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn archived_lists(&self) -> Result<BTreeMap<BuildingId, ArchivedList>, SourceError> {
        let sql = "SELECT building_id, number, content_digest FROM building_document
                    WHERE origin = 'agent' AND agent_key = 'co-owner-list:' || building_id ORDER BY id";
        let found = rows(&self.db, "read the buildings' documents", sql, |row| {
            let digest = opt_text(row, 2)?.and_then(|hex| hex.parse().ok());
            Ok((BuildingId(row.get(0)?), ArchivedList { number: row.get(1)?, digest }))
        })?;
        Ok(found.into_iter().collect())
    }

    /// Gives the last event of a co-owner list that the agent made, by building (G6).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn list_events(&self) -> Result<HashMap<BuildingId, EventId>, SourceError> {
        let keyed = self.keyed_events("read the lists' events", LIST_KEYS)?;
        Ok(keyed.into_iter().map(|(building, event)| (BuildingId(building), event)).collect())
    }

    /// Reads the keys of the statements that the agent made (C16).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn statement_keys(&self) -> Result<HashSet<String>, SourceError> {
        let failed = || SourceError::query("read the statements' events");
        let sql = "SELECT agent_key FROM event WHERE agent_key >= ?1 AND agent_key < ?2";
        let mut statement = self.db.prepare(sql).map_err(failed())?;
        let found = statement.query_map([STATEMENT_KEYS.0, STATEMENT_KEYS.1], |row| text(row, 0));
        found.and_then(Iterator::collect).map_err(failed())
    }

    /// Reads the events whose key lies in a range, by the number that stands second in the key; the last wins.
    fn keyed_events(
        &self,
        operation: &'static str,
        range: (&str, &str),
    ) -> Result<HashMap<i64, EventId>, SourceError> {
        let failed = || SourceError::query(operation);
        let sql = "SELECT agent_key, id FROM event WHERE agent_key >= ?1 AND agent_key < ?2 ORDER BY id";
        let mut statement = self.db.prepare(sql).map_err(failed())?;
        let found = statement
            .query_map([range.0, range.1], |row| {
                let number = text(row, 0)?.split(':').nth(1).and_then(|number| number.parse().ok());
                Ok((number, opt_int(row, 1)?.map(EventId)))
            })
            .and_then(Iterator::collect::<rusqlite::Result<Vec<(Option<i64>, Option<EventId>)>>>)
            .map_err(failed())?;
        Ok(found.into_iter().filter_map(|(number, event)| number.zip(event)).collect())
    }
}
