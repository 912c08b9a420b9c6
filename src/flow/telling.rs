//! What staff are told: the report's figures and warnings, its messages in the outbox, and the outbox emptied.
//!
//! Promises: a message is written once per run and user (A6); a busy or missing database delays it and never fails
//! the run; nothing told holds a secret, an e-mail address, a telephone number or an IBAN.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use publier_core::domain::ids::UserId;
use publier_core::publication::document::{DocumentId, DocumentSource};
use publier_core::publication::facts::Section;
use publier_core::publication::reason::TransferReason;
use serde::{Deserialize, Serialize};

use super::bulk::{Remark, Tally};
use super::error::FlowError;
use super::listing::record_name;
use super::plan::Plan;
use super::publish::Job;
use crate::files::FileError;
use crate::i18n::{Messages, Value, system_key};
use crate::ledger::outbox::OutboxItem;
use crate::ledger::plan::LeftOut;
use crate::ledger::{Ledger, LedgerError, PublicationId};
use crate::package::spool::SpoolError;
use crate::package::zip::PackageError;
use crate::render::{Dropped, RenderError};
use crate::report::redact::Label;
use crate::report::run_report::{ByReason, Cause, Record, RecordKind, RunReport, SectionCounts};
use crate::source::write::Door;
use crate::source::{Difference, DocumentTable, Reference, Snapshot, SourceError, database_key, is_damaged};

/// The kind of outbox item that is a message to a user.
const MESSAGE: &str = "message";
/// How many items one emptying takes at a time.
const ITEMS: u32 = 100;
/// How many warnings of one kind are told one by one.
const NAMED: usize = 20;

/// A message that waits in the outbox.
#[derive(Debug, Serialize, Deserialize)]
struct Message {
    run: String,
    user: i64,
    at: DateTime<Utc>,
    subject: String,
    body: String,
}

/// Makes the outbox items of a report: a message a reader.
pub(super) fn items(
    report: &RunReport,
    readers: &[i64],
    messages: &Messages,
    key: &str,
) -> Result<Vec<OutboxItem>, FlowError> {
    let (subject, body) = (report.to_subject(messages), report.to_text(messages));
    let item = |user: &i64| {
        let message = Message {
            run: key.to_owned(),
            user: *user,
            at: report.ended_at,
            subject: subject.clone(),
            body: body.clone(),
        };
        let key = format!("message/{}/{key}/{user}", report.target);
        Ok(OutboxItem { key, kind: MESSAGE.to_owned(), body: serde_json::to_string(&message)? })
    };
    readers.iter().map(item).collect()
}

/// Reads who receives the report; nobody when the database can't be read: the run's own failure says why.
pub fn readers(database: &Path) -> Vec<i64> {
    let read = Snapshot::glimpse(database).and_then(|snapshot| snapshot.report_readers());
    read.map(|users| users.into_iter().map(|user| user.id.0).collect()).unwrap_or_default()
}

/// Empties the outbox: writes each message into the agency's database. What can't be written now stays for later.
///
/// # Errors
/// When the ledger can't be read or written.
pub fn tell(ledger: &mut Ledger, database: &Path, now: DateTime<Utc>) -> Result<usize, FlowError> {
    let mut told = 0;
    let mut door: Option<Door> = None;
    for due in ledger.due_in_outbox(now, ITEMS)? {
        let message: Message = serde_json::from_str(&due.item.body)?;
        let run = format!("{}-{}", message.at.timestamp(), message.run);
        let written = match &mut door {
            Some(door) => put(door, &run, &message),
            None => Door::open(database).and_then(|opened| put(door.insert(opened), &run, &message)),
        };
        match written {
            Ok(()) => {
                ledger.outbox_done(due.id, now)?;
                told += 1;
            }
            Err(error) => {
                tracing::warn!(error = %chain(&error), "a report message waits");
                ledger.outbox_failed(due.id, now, &error.to_string())?;
                // The others would only wait for it one after the other.
                if matches!(error, SourceError::Busy) {
                    break;
                }
            }
        }
    }
    Ok(told)
}

fn put(door: &mut Door, run: &str, message: &Message) -> Result<(), SourceError> {
    door.put_message(run, UserId(message.user), message.at, &message.subject, &message.body)
}

/// Takes the plan's figures into the report: counts, what is left out and why, what is withdrawn.
pub(super) fn take_plan(
    report: &mut RunReport,
    ledger: &Ledger,
    publication: PublicationId,
    names: &BTreeMap<String, String>,
) -> Result<(), FlowError> {
    let counts = ledger.counts(publication)?;
    report.sections = counts
        .iter()
        .map(|(section, counts)| SectionCounts {
            section: *section,
            known: counts.known,
            published: counts.published,
            unchanged: counts.unchanged,
            held: counts.held,
            refused: counts.refused,
        })
        .collect();
    report.refused = ByReason::default();
    report.held = ByReason::default();
    let mut after: Option<(Section, String)> = None;
    loop {
        let page = ledger.left_out(
            publication,
            after.as_ref().map(|(section, record)| (*section, record.as_str())),
            500,
        )?;
        let Some(last) = page.last() else { break };
        after = Some((last.section, last.record.clone()));
        for row in page {
            let record = record(&row.record, names);
            let counts = report.sections.iter_mut().find(|counts| counts.section == row.section);
            if let Some(counts) = counts {
                tell_as_sent(counts, record.kind);
            }
            match row.verdict {
                LeftOut::Refused(reason) => report.refused.add(reason, record),
                LeftOut::Held(reason) => report.held.add(reason, record),
            }
        }
    }
    report.withdrawn.clear();
    for removal in ledger.planned_removals(publication)? {
        *report.withdrawn.entry(removal?.reason).or_default() += 1;
    }
    Ok(())
}

/// Corrects the figures of a section for a record left out that the section doesn't list itself: a party is sent without
/// its access; a fiscal year that can't be read costs the expenses their lines, and is none itself.
fn tell_as_sent(counts: &mut SectionCounts, kind: RecordKind) {
    use RecordKind as K;
    match kind {
        K::Access => counts.published += 1,
        K::Unit
        | K::OwnershipTransfer
        | K::CoOwnerRecord
        | K::FiscalYear
        | K::AllocationKey
        | K::EventTemplate
        | K::CaseFile => counts.known = counts.known.saturating_sub(1),
        _ => return,
    }
    counts.refused = counts.refused.saturating_sub(1);
}

/// How many left-out records are named: the report lists fewer.
const NAMES: usize = 1000;

/// Reads what staff call the records that a plan leaves out: an event's subject, a file's own name.
pub(super) fn names(
    snapshot: &Snapshot,
    ledger: &Ledger,
    publication: PublicationId,
) -> Result<BTreeMap<String, String>, FlowError> {
    let mut names = BTreeMap::new();
    let limit = u32::try_from(NAMES).unwrap_or(u32::MAX);
    for row in ledger.left_out(publication, None, limit)? {
        let (kind, id) = row.record.split_once(' ').unwrap_or_default();
        let table = match kind {
            "event" => DocumentTable::Event,
            "attachment" => DocumentTable::Attachment,
            "photo" => DocumentTable::Photo,
            "voucher" => DocumentTable::Voucher,
            _ => continue,
        };
        let id = id.split('/').next().and_then(|id| id.parse().ok()).unwrap_or_default();
        if let Some(name) = snapshot.name_of(table, id)? {
            names.insert(row.record, name);
        }
    }
    Ok(names)
}

/// Reads a record's name as the plan keeps it: `event 12`, or a document's id.
pub(super) fn record(name: &str, names: &BTreeMap<String, String>) -> Record {
    let name = name.parse::<DocumentId>().map_or_else(|_| name.to_owned(), |id| record_name(id.source()));
    let (kind, id) = name.split_once(' ').unwrap_or(("event", &name));
    let kind =
        RecordKind::ALL.iter().copied().find(|known| known.name() == kind).unwrap_or(RecordKind::Event);
    Record { kind, id: id.to_owned(), label: names.get(name.as_str()).map(|label| Label::new(label)) }
}

/// Says what staff should look at in what is sent all the same.
pub(super) fn warnings(
    tally: &Tally,
    plan: &Plan,
    snapshot: &Snapshot,
    reference: &Reference,
    job: &Job,
    messages: &Messages,
) -> Vec<Label> {
    let account = |id| reference.accounts.get(&id).map_or_else(String::new, |account| account.number.clone());
    let say =
        |key: &str, name: &str, value: Value<'_>| Label::sentence(&messages.format(key, &[(name, value)]));
    let mut warnings: Vec<Label> = tally
        .remarks
        .iter()
        .take(NAMED)
        .map(|remark| match remark {
            Remark::StoredBalance(id) => say("flow-stored-balance", "account", account(*id).into()),
            Remark::OpeningDiffers(id) => say("flow-opening-differs", "account", account(*id).into()),
            Remark::NotValidated(id) => say("flow-not-validated", "account", account(*id).into()),
            Remark::InvalidBank(id) => {
                let building =
                    reference.buildings.get(id).map_or_else(String::new, |building| building.code.clone());
                say("flow-invalid-bank", "building", building.into())
            }
            Remark::FormerHolders(count) => say("flow-former-holders", "count", (*count).into()),
        })
        .collect();
    let more = tally.remarks.len().saturating_sub(NAMED);
    if more > 0 {
        warnings.push(say("flow-more-remarks", "count", u64::try_from(more).unwrap_or(u64::MAX).into()));
    }
    let moved = plan.moved.iter().filter(|(_, documents)| *documents > 0);
    warnings.extend(moved.take(NAMED).map(|(id, documents)| {
        let values = [("account", account(*id).into()), ("count", (*documents).into())];
        Label::sentence(&messages.format("flow-account-moved", &values))
    }));
    warnings.extend(unmade(&plan.unmade, messages));
    if !job.connector.is_encrypted() {
        warnings.push(Label::sentence(&messages.text("flow-plain-transport")));
    }
    if plan.withheld_passwords > 0 {
        warnings.push(say("flow-withheld-passwords", "count", plan.withheld_passwords.into()));
    }
    if !plan.returning.is_empty() {
        let shown: Vec<&str> = plan.returning.iter().take(NAMED).map(String::as_str).collect();
        let count = u64::try_from(plan.returning.len()).unwrap_or(u64::MAX);
        let values = [("count", count.into()), ("parties", shown.join(", ").into())];
        warnings.push(Label::new(&messages.format("flow-returning-access", &values)));
    }
    let repaired = snapshot.take_repaired_texts();
    if repaired > 0 {
        warnings.push(say("flow-repaired-texts", "count", repaired.into()));
    }
    if snapshot.was_copied() {
        warnings.push(Label::sentence(&messages.text("flow-not-wal")));
    }
    warnings
}

/// Says why letters can't be made: what passes which limit.
pub(super) fn unmade(letters: &[(DocumentSource, RenderError)], messages: &Messages) -> Vec<Label> {
    let said = letters.iter().take(NAMED).map(|(source, error)| {
        let named = record(&record_name(*source), &BTreeMap::new());
        let kind = messages.text(&format!("report-kind-{}", named.kind.name()));
        let values =
            [("record", format!("{kind} {}", named.id).into()), ("what", error.describe(messages).into())];
        Label::sentence(&messages.format("flow-letter-unmade", &values))
    });
    said.collect()
}

/// Says what letters don't show.
pub(super) fn dropped(letters: &[(DocumentId, Vec<Dropped>)], messages: &Messages) -> Vec<Label> {
    let content = letters.iter().filter_map(|(id, dropped)| {
        let shown: Vec<String> = dropped
            .iter()
            .filter(|dropped| dropped.is_content())
            .map(|dropped| dropped.describe(messages))
            .collect();
        let named = record(&record_name(id.source()), &BTreeMap::new());
        let kind = messages.text(&format!("report-kind-{}", named.kind.name()));
        let values = [("record", format!("{kind} {}", named.id).into()), ("what", shown.join(", ").into())];
        (!shown.is_empty()).then(|| Label::sentence(&messages.format("flow-letter-dropped", &values)))
    });
    content.take(NAMED).collect()
}

/// Says that characters which XML forbids were replaced.
pub(super) fn replaced_characters(count: u64, messages: &Messages) -> Label {
    Label::sentence(&messages.format("flow-replaced-characters", &[("count", count.into())]))
}

/// Says what stopped a run, and what to do.
pub fn cause(error: &FlowError, messages: &Messages) -> Cause {
    let words = |text: String| Label::sentence(&text);
    match error {
        // Whose file it was doesn't matter to who reads: the remedy is the disk's.
        error if is_disk_full(error) => {
            Cause::Transfer { reason: TransferReason::LocalDiskFull, words: None }
        }
        FlowError::Transfer(error) => {
            Cause::Transfer { reason: error.reason, words: error.words.as_deref().map(Label::new) }
        }
        other => Cause::Run { status: other.exit_status(), words: words(explain(other, messages)) },
    }
}

/// Says an error to staff: what happened and what to do next.
pub fn explain(error: &FlowError, messages: &Messages) -> String {
    let detail = |key: &str, detail: String| messages.format(key, &[("detail", detail.into())]);
    match error {
        error if is_disk_full(error) => messages.text("flow-disk-full"),
        FlowError::NoLicence => messages.text("flow-no-licence"),
        FlowError::BadDomain(domain) => detail("flow-bad-domain", domain.clone()),
        FlowError::Source(error) => explain_source(error, messages),
        FlowError::Ledger(error) => explain_ledger(error, messages),
        // A transparent error hides the one that bears the path: its own is asked.
        FlowError::File(error)
        | FlowError::Spool(SpoolError::File(error))
        | FlowError::Package(PackageError::File(error)) => detail("flow-disk", local_words(error, messages)),
        FlowError::Spool(error) => detail("flow-disk", local_words(error, messages)),
        FlowError::Package(error) => detail("flow-disk", local_words(error, messages)),
        FlowError::Write(error) => detail("flow-disk", local_words(error, messages)),
        FlowError::Transfer(error) => error.to_string(),
        FlowError::OutOfOrder(_) | FlowError::Stream(_) => detail("flow-out-of-order", chain(error)),
        FlowError::Stopped => messages.text("flow-stopped"),
        FlowError::Plan(_) | FlowError::Worker(_) => detail("flow-defect", chain(error)),
    }
}

/// Says an error of the ledger to staff.
pub fn explain_ledger(error: &LedgerError, messages: &Messages) -> String {
    let of_file = |key: &str, path: &Path, values: &[(&str, String)]| {
        let mut all = vec![("path", Value::from(path.display().to_string()))];
        all.extend(values.iter().map(|(name, value)| (*name, Value::from(value.as_str()))));
        messages.format(key, &all)
    };
    match error {
        LedgerError::Newer { path, found, known } => {
            let values = [("found", found.to_string()), ("known", known.to_string())];
            of_file("flow-ledger-newer", path, &values)
        }
        LedgerError::Foreign { path } => of_file("flow-ledger-foreign", path, &[]),
        LedgerError::NetworkFileSystem { path, kind } => {
            of_file("flow-ledger-network", path, &[("detail", kind.clone())])
        }
        error => {
            let key = if is_damaged(error) { "flow-ledger-damaged" } else { "flow-ledger" };
            messages.format(key, &[("detail", local_words(error, messages).into())])
        }
    }
}

/// Says what the system or SQLite refused, and on which file, wherever that was met; else the error itself.
pub fn local_words(error: &(dyn std::error::Error + 'static), messages: &Messages) -> String {
    if let Some(key) = database_key(error) {
        return messages.text(key);
    }
    let (mut path, mut next) = (None, Some(error));
    while let Some(cause) = next {
        if let Some(file) = cause.downcast_ref::<FileError>() {
            path = Some(file.path.display().to_string());
        }
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            let words = messages.system_words(io);
            let Some(path) = path else { return words };
            return messages.format("system-file", &[("path", path.into()), ("words", words.into())]);
        }
        next = cause.source();
    }
    chain(error)
}

/// Gives the key of our own words for what the system or SQLite said, wherever that was met.
pub fn local_key(error: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    let causes = std::iter::successors(Some(error), |cause| cause.source());
    let mut of_the_system = causes.filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    database_key(error).or_else(|| of_the_system.find_map(system_key))
}

/// Tells whether the local disk is full, wherever that was met: by the system or by SQLite.
pub(super) fn is_disk_full(error: &FlowError) -> bool {
    matches!(local_key(error), Some("system-full"))
}

/// Says an error of the agency's database to staff.
pub fn explain_source(error: &SourceError, messages: &Messages) -> String {
    let detail = |key: &str, detail: String| messages.format(key, &[("detail", detail.into())]);
    match error {
        SourceError::Missing(path) => detail("flow-database-missing", path.display().to_string()),
        SourceError::Unwritable { function, .. } => {
            let function = messages.text(&format!("desk-function-{function}"));
            let is_file = database_key(error) == Some("database-read-only");
            let key = if is_file { "desk-read-only" } else { "desk-unwritable" };
            messages.format(key, &[("function", function.into())])
        }
        SourceError::Open { .. } | SourceError::Query { .. } | SourceError::Sink(_) => {
            let key = if is_damaged(error) { "flow-database-damaged" } else { "flow-database-unreadable" };
            detail(key, local_words(error, messages))
        }
        SourceError::Schema(differences) => {
            let told: Vec<_> =
                differences.iter().map(|difference| explain_difference(difference, messages)).collect();
            detail("flow-database-schema", told.join(" ; "))
        }
        SourceError::Busy => messages.text("flow-database-busy"),
        SourceError::NoRow(table) => detail("flow-database-no-row", (*table).to_owned()),
    }
}

fn explain_difference(difference: &Difference, messages: &Messages) -> String {
    let say = |key: &str, values: &[(&str, &str)]| {
        let values: Vec<_> = values.iter().map(|(name, value)| (*name, Value::from(*value))).collect();
        messages.format(key, &values)
    };
    let place = difference.place();
    match (&difference.types, &difference.column) {
        (Some((found, expected)), _) => {
            say("flow-schema-other-type", &[("column", &place), ("found", found), ("expected", expected)])
        }
        (None, Some(_)) => say("flow-schema-no-column", &[("column", &place)]),
        (None, None) => say("flow-schema-no-table", &[("table", &place)]),
    }
}

/// Gives an error with its causes, once.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}
