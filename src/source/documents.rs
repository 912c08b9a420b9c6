//! Events, attachments and photos, streamed in the order of their keys.
//!
//! Promise: a body above [`MAX_BODY_BYTES`] is never held. `SQLite` tells its size from the record's head, so that a hostile
//! text costs no memory, but the time in which its pages are passed to reach the columns after it. Limit: the size is that
//! of the text as it is stored, so that a UTF-16 database reaches it with half the letters.

use std::io::Write as _;

use publier_core::domain::audience::Wanted;
use publier_core::domain::digest::Digest;
use publier_core::domain::document::{Attachment, Body, EventRecord, MAX_BODY_BYTES, PhotoRecord};
use publier_core::domain::ids::{
    AccountId, AttachmentId, BinderId, BuildingId, CaseFileId, EntityId, EventId, PhotoId, TemplateId, UnitId,
};
use publier_core::domain::succession::Successions;
use rusqlite::{OptionalExtension, Row, Rows};

use super::error::SourceError;
use super::fields::{
    is_about_a_value, key, opt_date, opt_day, opt_int, opt_key, opt_text, switch, text, text_of,
};
use super::reference::rows;
use super::snapshot::Snapshot;
use super::unreadable::{LeftOut, doubled};
use crate::digest::Sha256Writer;

/// Tells what a body is: told apart here so that the whole text is handed over only where it is due.
type IsBlank<'a> = &'a dyn Fn(&str) -> bool;

impl Snapshot {
    /// Streams the events that ask or asked to be published, by key, each with its attachments. `is_blank` tells
    /// whether an HTML body shows nothing (C1).
    ///
    /// # Errors
    /// When the database can't be read, or `each` refuses.
    pub fn each_event<E: From<SourceError>>(
        &self,
        is_blank: IsBlank<'_>,
        mut each: impl FnMut(EventRecord, Option<&str>) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = || SourceError::query("read the events");
        let doubled = doubled(&self.db, "event")?;
        // In the order of the events too, so that two streams are merged and no event asks for its own.
        let mut attachments = self
            .db
            .prepare(
                "SELECT event_id, id, original_name, path FROM attachment ORDER BY event_id, position, id",
            )
            .map_err(failed())?;
        let mut attachments = Attachments::new(attachments.query([]).map_err(failed())?);
        let sql = events_where("published_on IS NOT NULL AND typeof(id) = 'integer' AND id > 0 ORDER BY id");
        let mut events = self.db.prepare(&sql).map_err(failed())?;
        let mut found = events.query([]).map_err(failed())?;
        while let Some(row) = found.next().map_err(failed())? {
            let mut event = event_of(row, is_blank).map_err(failed())?;
            if doubled.contains(&event.id.0) {
                continue;
            }
            event.attachments = attachments.of(event.id).map_err(failed())?;
            let body = text_of(row.get_ref(3).map_err(failed())?);
            each(event, body.as_deref())?;
        }
        Ok(())
    }

    /// Reads one event with its attachments.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn event(&self, id: EventId, is_blank: IsBlank<'_>) -> Result<Option<EventRecord>, SourceError> {
        let failed = || SourceError::query("read an event");
        let mut events = self.db.prepare_cached(&events_where("id = ?1")).map_err(failed())?;
        let found = events.query_row([id.0], |row| event_of(row, is_blank)).optional().map_err(failed())?;
        let Some(mut event) = found else { return Ok(None) };
        event.attachments = self.attachments(id).map_err(failed())?;
        Ok(Some(event))
    }

    fn attachments(&self, event: EventId) -> rusqlite::Result<Vec<Attachment>> {
        let sql = "SELECT id, original_name, path FROM attachment WHERE event_id = ?1 ORDER BY position, id";
        let mut attachments = self.db.prepare_cached(sql)?;
        let found = attachments.query_map([event.0], |row| attachment_of(row, 0))?;
        found.collect()
    }

    /// Gives the events that others cancel and replace, the newest of those first (G6).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn successions(&self) -> Result<Successions, SourceError> {
        let sql = "SELECT supersedes_event_id, id FROM event
                    WHERE typeof(supersedes_event_id) = 'integer' AND typeof(id) = 'integer' AND id > 0
                    ORDER BY id DESC";
        let pairs = rows(&self.db, "read the superseded events", sql, |row| {
            Ok((EventId(row.get(0)?), EventId(row.get(1)?)))
        })?;
        Ok(Successions::new(pairs))
    }

    /// Gives a digest that changes whenever staff change who may see what: flags, dates, requests, targets, rights.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn staff_digest(&self) -> Result<Digest, SourceError> {
        let mut state = Sha256Writer::new(std::io::sink());
        let mut between: &[u8] = b"";
        let mut read = |operation, sql| {
            let mut statement = self.db.prepare(sql).map_err(SourceError::query(operation))?;
            let mut rows = statement.query([]).map_err(SourceError::query(operation))?;
            while let Some(row) = rows.next().map_err(SourceError::query(operation))? {
                let text = text_of(row.get_ref(0).map_err(SourceError::query(operation))?);
                state.write_all(between)?;
                state.write_all(text.unwrap_or_default().as_bytes())?;
                between = b"\n";
            }
            Ok::<_, SourceError>(())
        };
        read("read the accounts", "SELECT id || ',' || published FROM account ORDER BY id")?;
        read(
            "read the binders",
            "SELECT id || ',' || right_landlord || right_tenant || right_co_owner || right_council_member ||
                    right_council_president FROM binder ORDER BY id",
        )?;
        read(
            "read the event templates",
            "SELECT id || ',' || coalesce(binder_id, '') FROM event_template ORDER BY id",
        )?;
        read(
            "read the events",
            "SELECT id || ',' || published_on || ',' || publish_request || ',' || coalesce(account_id, '') || ',' ||
                    coalesce(unit_id, '') || ',' || coalesce(building_id, '') || ',' || entity_scope
               FROM event WHERE published_on IS NOT NULL ORDER BY id",
        )?;
        Ok(state.finish().1)
    }

    /// Streams the photos that ask to be published, by key.
    ///
    /// # Errors
    /// When the database can't be read, or `each` refuses.
    pub fn each_photo<E: From<SourceError>>(
        &self,
        mut each: impl FnMut(PhotoRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = || SourceError::query("read the photos");
        let mut photos = self
            .db
            .prepare(
                "SELECT id, building_id, binder_id, path, title, taken_on, published_on, publish_request
                   FROM photo WHERE published_on IS NOT NULL AND typeof(id) = 'integer' AND id > 0 ORDER BY id",
            )
            .map_err(failed())?;
        let doubled = doubled(&self.db, "photo")?;
        let mut rows = photos.query([]).map_err(failed())?;
        while let Some(row) = rows.next().map_err(failed())? {
            let photo = photo_of(row).map_err(failed())?;
            if !doubled.contains(&photo.id.0) {
                each(photo)?;
            }
        }
        Ok(())
    }

    /// Finds the events and photos that ask to be published and whose key can't be read, or is another's too: they
    /// are not streamed.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn keyless_documents(&self) -> Result<LeftOut, SourceError> {
        let mut left_out = LeftOut::default();
        for table in ["event", "photo"] {
            let doubled = doubled(&self.db, table)?;
            let operation = "read the keys of documents";
            let sql = format!(
                "SELECT id FROM {table} WHERE published_on IS NOT NULL AND (typeof(id) <> 'integer' OR id <= 0)"
            );
            for () in rows(&self.db, operation, &sql, |_| Ok(()))? {
                left_out.add(table, None);
            }
            for id in doubled.into_iter().filter(|id| *id > 0) {
                left_out.add(table, Some(id));
            }
        }
        Ok(left_out)
    }

    /// Counts the events and photos that exist: what nobody asks to publish is not streamed (PUBLICATION.md 13).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn known_documents(&self) -> Result<(u64, u64), SourceError> {
        let count = |sql| {
            self.db
                .query_row(sql, [], |row| row.get::<_, i64>(0))
                .map_err(SourceError::query("count the documents"))
        };
        let events = count("SELECT count(*) FROM event")?;
        let photos = count("SELECT count(*) FROM photo")?;
        Ok((u64::try_from(events).unwrap_or(0), u64::try_from(photos).unwrap_or(0)))
    }

    /// Gives what staff call a record: an event's subject, a file's own name, a photo's title.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn name_of(&self, table: DocumentTable, id: i64) -> Result<Option<String>, SourceError> {
        let sql = match table {
            DocumentTable::Event => "SELECT subject FROM event WHERE id = ?1",
            DocumentTable::Attachment => "SELECT original_name FROM attachment WHERE id = ?1",
            DocumentTable::Photo => "SELECT title FROM photo WHERE id = ?1",
            DocumentTable::Voucher => "SELECT original_name FROM voucher WHERE id = ?1",
        };
        let read = |statement: &mut rusqlite::CachedStatement<'_>| {
            statement.query_row([id], |row| opt_text(row, 0)).optional()
        };
        let found = self.db.prepare_cached(sql).and_then(|mut statement| read(&mut statement));
        Ok(found.map_err(SourceError::query("name a record"))?.flatten())
    }

    /// Tells which of these events and photos still exist: a live document whose record is gone is removed as
    /// such (C18), one whose date was taken away as withdrawn by a person (C5).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn exists(&self, table: DocumentTable, id: i64) -> Result<bool, SourceError> {
        let sql = match table {
            DocumentTable::Event => "SELECT 1 FROM event WHERE id = ?1",
            DocumentTable::Attachment => "SELECT 1 FROM attachment WHERE id = ?1",
            DocumentTable::Photo => "SELECT 1 FROM photo WHERE id = ?1",
            DocumentTable::Voucher => "SELECT 1 FROM voucher WHERE id = ?1",
        };
        let failed = || SourceError::query("look for a record");
        self.db.prepare_cached(sql).and_then(|mut statement| statement.exists([id])).map_err(failed())
    }
}

/// The attachments of all events, in the order of the events: each event takes its own as it comes.
struct Attachments<'s> {
    rows: Rows<'s>,
    next: Option<(i64, Attachment)>,
}

impl<'s> Attachments<'s> {
    fn new(rows: Rows<'s>) -> Self {
        Self { rows, next: None }
    }

    /// Takes those of an event, and passes those of the events before it.
    fn of(&mut self, event: EventId) -> rusqlite::Result<Vec<Attachment>> {
        let mut found = Vec::new();
        loop {
            if let Some((of, _)) = self.next.as_ref().filter(|(of, _)| *of >= event.0) {
                if *of > event.0 {
                    break;
                }
                found.extend(self.next.take().map(|(_, attachment)| attachment));
            }
            let Some(row) = self.rows.next()? else { break };
            // What names no event belongs to none.
            let of = opt_int(row, 0)?.unwrap_or(i64::MIN);
            self.next = if of < event.0 { None } else { Some((of, attachment_of(row, 1)?)) };
        }
        Ok(found)
    }
}

/// Reads an attachment from its key, its own name and its path.
fn attachment_of(row: &Row<'_>, from: usize) -> rusqlite::Result<Attachment> {
    Ok(Attachment {
        // A key that can't be read stands as 0, which no document can bear.
        id: AttachmentId(opt_int(row, from)?.unwrap_or_default()),
        original_name: text(row, from + 1)?,
        path: text(row, from + 2)?,
    })
}

/// Selects the columns of events, in the order that [`event_of`] reads them.
fn events_where(condition: &str) -> String {
    format!(
        "SELECT id, template_id, subject, CASE WHEN octet_length(body) <= {MAX_BODY_BYTES} THEN body END, body_format,
                event_date, processed_on, published_on, publish_request, entity_id, entity_scope, account_id, unit_id,
                building_id, case_file_id, supersedes_event_id,
                coalesce(agent_key, '') LIKE 'co-owner-list-remade:%', octet_length(body) > {MAX_BODY_BYTES}
           FROM event WHERE {condition}"
    )
}

/// The tables that documents come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentTable {
    /// `event`.
    Event,
    /// `attachment`.
    Attachment,
    /// `photo`.
    Photo,
    /// `voucher`.
    Voucher,
}

fn event_of(row: &Row<'_>, is_blank: IsBlank<'_>) -> rusqlite::Result<EventRecord> {
    let is_too_large = opt_int(row, 17)? == Some(1);
    let body = match (text_of(row.get_ref(3)?), text(row, 4)?.as_str()) {
        (None, "html") if is_too_large => Body::TooLarge,
        (None, _) if is_too_large => Body::Unreadable,
        (None, _) => Body::Blank,
        (Some(html), "html") => {
            if is_blank(&html) {
                Body::Blank
            } else {
                Body::Html
            }
        }
        (Some(text), _) if text.trim().is_empty() => Body::Blank,
        (Some(_), _) => Body::Unreadable,
    };
    let mut event = EventRecord {
        id: EventId(key(row, 0)?),
        unreadable: false,
        template: TemplateId(opt_int(row, 1)?.unwrap_or_default()),
        subject: text(row, 2)?,
        body,
        event_date: opt_date(row, 5)?,
        processed_on: opt_date(row, 6)?,
        published_on: opt_date(row, 7)?,
        publish_request: opt_int(row, 8)?.unwrap_or_default(),
        wanted: Wanted::default(),
        case: opt_int(row, 14)?.map(CaseFileId),
        supersedes: opt_int(row, 15)?.map(EventId),
        remade: switch(row, 16)?,
        attachments: Vec::new(),
    };
    match decisive(row) {
        Ok(wanted) => event.wanted = wanted,
        Err(error) if is_about_a_value(&error) => event.unreadable = true,
        Err(error) => return Err(error),
    }
    Ok(event)
}

/// Reads what decides who sees an event, and when: none of it is ever guessed.
fn decisive(row: &Row<'_>) -> rusqlite::Result<Wanted> {
    for date in [5, 6, 7] {
        opt_day(row, date)?;
    }
    for reference in [1, 8, 14, 15] {
        opt_key(row, reference)?;
    }
    Ok(Wanted {
        entity: opt_key(row, 9)?.map(EntityId),
        entity_scope: switch(row, 10)?,
        account: opt_key(row, 11)?.map(AccountId),
        unit: opt_key(row, 12)?.map(UnitId),
        building: opt_key(row, 13)?.map(BuildingId),
    })
}

pub(super) fn photo_of(row: &Row<'_>) -> rusqlite::Result<PhotoRecord> {
    let decisive = || {
        key(row, 1)?;
        opt_key(row, 2)?;
        opt_day(row, 5)?;
        opt_day(row, 6)?;
        opt_key(row, 7)
    };
    Ok(PhotoRecord {
        id: PhotoId(key(row, 0)?),
        unreadable: decisive().is_err(),
        building: BuildingId(opt_int(row, 1)?.unwrap_or_default()),
        binder: opt_int(row, 2)?.map(BinderId),
        path: text(row, 3)?,
        title: text(row, 4)?,
        taken_on: opt_date(row, 5)?,
        published_on: opt_date(row, 6)?,
        publish_request: opt_int(row, 7)?.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::create::create;
    use rusqlite::Connection;
    use rusqlite::limits::Limit;

    /// A snapshot whose connection hands out no value larger than a body may be: to read one is its error.
    fn snapshot_of(records: &str) -> (tempfile::TempDir, Snapshot) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agency.db");
        create(&path, records).unwrap();
        let snapshot = Snapshot::open(&path, folder.path()).unwrap();
        let largest = i32::try_from(MAX_BODY_BYTES).unwrap();
        snapshot.db.set_limit(Limit::SQLITE_LIMIT_LENGTH, largest).unwrap();
        (folder, snapshot)
    }

    /// Events 1 to 3: a body of the largest size, one above it, one above it in another format.
    fn events() -> String {
        let text = |bytes: u32| format!("'<p>' || replace(hex(zeroblob({})), '0', 'm')", (bytes - 3) / 2);
        let (largest, above) = (text(MAX_BODY_BYTES - 1), text(MAX_BODY_BYTES + 1));
        let event = |id: i64, body: &str, format: &str| {
            format!(
                "INSERT INTO event (id, template_id, subject, body, body_format, published_on)
                 VALUES ({id}, 1, 'Objet', {body}, '{format}', '2025-01-01');"
            )
        };
        let templates = "INSERT INTO event_template (id, code, name) VALUES (1, 'A', 'A');";
        [templates.to_owned(), event(1, &largest, "html"), event(2, &above, "html"), event(3, &above, "rtf")]
            .concat()
    }

    #[test]
    fn a_body_above_the_limit_is_told_and_never_read() {
        let (_folder, snapshot) = snapshot_of(&events());
        let mut seen = Vec::new();
        snapshot
            .each_event::<SourceError>(&|_| false, |event, body| {
                assert_eq!(event.subject, "Objet");
                seen.push((event.id.0, event.body, body.map(str::len)));
                Ok(())
            })
            .unwrap();
        let largest = usize::try_from(MAX_BODY_BYTES - 1).unwrap();
        assert_eq!(
            seen,
            [(1, Body::Html, Some(largest)), (2, Body::TooLarge, None), (3, Body::Unreadable, None)]
        );
        assert_eq!(snapshot.event(EventId(2), &|_| false).unwrap().unwrap().body, Body::TooLarge);
        snapshot.each_bad_value(|_| ()).unwrap();
        snapshot.staff_digest().unwrap();
        let read =
            |db: &Connection| db.query_row("SELECT body FROM event WHERE id = 2", [], |row| text(row, 0));
        assert!(read(&snapshot.db).is_err(), "the connection hands no such text out");
    }
}
