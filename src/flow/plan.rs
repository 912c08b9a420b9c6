//! The plan: what becomes of every account and document, stored as rows while two ordered streams are merged.
//!
//! Promises: no map of documents is ever held; every refusal and every wait has its row with a reason (rule 13);
//! what is due is decided without clocks (rule 10).

mod books;
mod propose;

use std::collections::HashMap;
use std::iter::Peekable;

use publier_core::domain::audience::Target;
use publier_core::domain::credentials::TargetTrust;
use publier_core::domain::digest::Digest;
use publier_core::domain::document::Trade;
use publier_core::domain::expenses::{ExpenseSection, ExpenseVerdict, line_verdict};
use publier_core::domain::ids::{AccountId, ExpenseLineId, PartyId, VoucherId};
use publier_core::domain::succession::Successions;
use publier_core::publication::document::DocumentSource;
use publier_core::publication::due::{Candidate, Decision, DueOptions, Outcome, Removal, Verdict};
use publier_core::publication::facts::{Counts, Section};
use publier_core::publication::merge::Merge;
use publier_core::publication::reason::{RefusalReason, RemovalReason};
use publier_core::publication::widening::{Grants, grants, widens};

use super::audiences::Counter;
use super::bulk::Books;
use super::error::FlowError;
use super::letters::LetterFile;
use super::listing::{Listing, Material, record_name};
use crate::ledger::closing::PlanTotals;
use crate::ledger::documents::{KnownLetter, Pages};
use crate::ledger::files::{FileStamp, KnownFile};
use crate::ledger::plan::{LeftOut, PlanRow, PlannedDocument, PlannedRemoval, Withdrawal};
use crate::ledger::unbound::Unbound;
use crate::ledger::{Ledger, LedgerError, PublicationId, SeriesKey};
use crate::package::spool::Folder;
use crate::package::vault::Vault;
use crate::render::{self, RenderError, Stationery, html};
use crate::report::run_report::Audiences;
use crate::source::DocumentTable;
use publier_core::publication::due::Recorded;

use books::{Passwords, account_rows, passwords, right_rows, section_rows};

/// Rows that are stored together: each batch is synced, and a first publication has a million.
const BATCH: usize = 4_000;

/// What a plan is made with.
pub(super) struct Planner<'a> {
    /// The back office's books.
    pub books: Books<'a>,
    /// The documents' rules.
    pub trade: Trade<'a>,
    /// Where attached files are.
    pub vault: &'a Vault,
    /// What letters bear.
    pub stationery: &'a Stationery,
    /// Our own ledger.
    pub ledger: &'a mut Ledger,
    /// The series.
    pub series: SeriesKey,
    /// The publication.
    pub publication: PublicationId,
    /// What changes the ordinary decision.
    pub due: DueOptions,
    /// Where letters wait to be rendered.
    pub spool: &'a Folder,
    /// Whether the target may have passwords.
    pub trust: TargetTrust,
}

/// What the plan decided.
#[derive(Debug)]
pub(super) struct Plan {
    /// The ledger's totals.
    pub totals: PlanTotals,
    /// The accounting of the documents.
    pub documents: Counts,
    /// Documents that become visible to more people (rule 14).
    pub widened: u64,
    /// Accounts that go to another party, with the documents of theirs that stand there (rule 14).
    pub moved: Vec<(AccountId, u64)>,
    /// Who reads what is listed (C23).
    pub audiences: Audiences,
    /// The temporary passwords that go out: party and issue.
    pub passwords: HashMap<PartyId, i64>,
    /// Passwords that wait for an encrypted transport.
    pub withheld_passwords: u64,
    /// The codes of the parties whose access was revoked and comes back without a new password (D26).
    pub returning: Vec<String>,
    /// The letters that can't be made, each with what the renderer said.
    pub unmade: Vec<(DocumentSource, RenderError)>,
}

/// The candidate at hand, as it would be listed.
struct Proposal {
    candidate: Candidate,
    listing: Option<Listing>,
    /// The letter to keep for rendering, if the document is uploaded, and whom it is addressed to.
    letter: Option<(render::Letter, Option<PartyId>)>,
}

impl Proposal {
    fn without_listing(source: DocumentSource, verdict: Verdict) -> Self {
        Self { candidate: Candidate { source, verdict }, listing: None, letter: None }
    }
}

/// The merge with the ledger, and the rows that wait to be stored.
struct Run<'p> {
    merge: Merge<Pages<Recorded>>,
    rows: Vec<PlanRow>,
    counts: Counts,
    /// Files and letters that were read and are to be remembered.
    read_files: Vec<(std::path::PathBuf, FileStamp, KnownFile)>,
    read_letters: Vec<KnownLetter>,
    /// The letters that were read by earlier runs: the third ordered stream.
    known_letters: Peekable<Pages<KnownLetter>>,
    /// Where letters wait to be rendered.
    letters: LetterFile,
    unbound: Unbound,
    widened: u64,
    unmade: Vec<(DocumentSource, RenderError)>,
    audiences: Counter<'p>,
    planner: &'p PlannerParts<'p>,
}

/// What of the planner only reads.
struct PlannerParts<'p> {
    books: Books<'p>,
    trade: &'p Trade<'p>,
    vault: &'p Vault,
    stationery: &'p Stationery,
    series: SeriesKey,
    publication: PublicationId,
    successions: Successions,
    confirmed: Grants,
    grants: Grants,
}

impl Planner<'_> {
    /// Makes the plan and stores it.
    pub(super) fn plan(self) -> Result<Plan, FlowError> {
        let Self { books, trade, vault, stationery, ledger, series, publication, due, spool, trust } = self;
        ledger.start_plan(publication)?;
        ledger.plan(publication, &account_rows(books.reference, books.selection))?;
        let Passwords { due: passwords, withheld, returning } = passwords(books, ledger, series, trust)?;
        let rows: Vec<_> = passwords
            .iter()
            .map(|(party, issue)| PlanRow::Password { party: *party, issue: *issue })
            .collect();
        ledger.plan(publication, &rows)?;
        ledger.plan(publication, &section_rows(books)?)?;
        let successions = books.snapshot.successions()?;
        let (confirmed, grants) = (ledger.confirmed_grants(series)?, grants(&books.reference.binders));
        ledger.plan(publication, &right_rows(&grants))?;
        let trade = &trade;
        let parts = PlannerParts {
            books,
            trade,
            vault,
            stationery,
            series,
            publication,
            successions,
            confirmed,
            grants,
        };
        let merge = Merge::new(ledger.recorded_documents(series)?, due);
        let mut run = Run {
            merge,
            rows: Vec::new(),
            counts: Counts::default(),
            read_files: Vec::new(),
            read_letters: Vec::new(),
            known_letters: ledger.known_letters(series)?.peekable(),
            letters: LetterFile::create(spool)?,
            unbound: ledger.unbound_events()?,
            widened: 0,
            unmade: Vec::new(),
            audiences: Counter::new(books)?,
            planner: &parts,
        };
        run.documents(ledger)?;
        let unmade = std::mem::take(&mut run.unmade);
        let (documents, widened, audiences) = run.finish(ledger)?;
        let totals = ledger.close_plan(publication)?;
        let moved = ledger.accounts_of_other_parties(series, publication)?;
        let withheld_passwords = withheld;
        Ok(Plan {
            totals,
            documents,
            widened,
            moved,
            audiences,
            passwords,
            withheld_passwords,
            returning,
            unmade,
        })
    }
}

impl Run<'_> {
    fn documents(&mut self, ledger: &mut Ledger) -> Result<(), FlowError> {
        let planner = self.planner;
        let (events, photos) = planner.books.snapshot.known_documents()?;
        let (mut streamed_events, mut streamed_photos) = (0_u64, 0_u64);
        let blank = |text: &str| html::is_blank(text);
        planner.books.snapshot.each_event::<FlowError>(&blank, |event, body| {
            streamed_events += 1;
            self.event(ledger, &event, body)
        })?;
        planner.books.snapshot.each_photo::<FlowError>(|photo| {
            streamed_photos += 1;
            let proposal = self.photo(ledger, &photo)?;
            self.take(ledger, &proposal)
        })?;
        self.vouchers(ledger)?;
        let keyless = planner.books.snapshot.keyless_documents()?;
        let (mut bad_events, mut bad_photos) = (0, 0);
        for record in keyless.iter() {
            *(if record.table == "event" { &mut bad_events } else { &mut bad_photos }) += 1;
            self.refuse(record.to_string(), RefusalReason::Unreadable);
        }
        let unasked = events.saturating_sub(streamed_events + bad_events)
            + photos.saturating_sub(streamed_photos + bad_photos);
        self.counts.known += unasked;
        self.counts.not_asked += unasked;
        Ok(())
    }

    /// Leaves out a record that has no place in the merge.
    fn refuse(&mut self, record: String, reason: RefusalReason) {
        self.counts.known += 1;
        self.counts.selected += 1;
        self.counts.refused += 1;
        let verdict = LeftOut::Refused(reason);
        self.rows.push(PlanRow::LeftOut { section: Section::Documents, record, verdict });
    }

    /// Merges a proposal and stores what follows.
    fn take(&mut self, ledger: &mut Ledger, proposal: &Proposal) -> Result<(), FlowError> {
        let Self { merge, rows, counts, planner, widened, audiences, letters, .. } = self;
        counts.known += 1;
        let mut failure = None;
        let mut sink = |outcome: Outcome| {
            *widened += u64::from(widens(&outcome, &planner.confirmed, &planner.grants));
            let of_proposal = outcome.source == proposal.candidate.source;
            if let (Some(Decision::List(listed, _)), Some(listing)) = (&outcome.decision, &proposal.listing) {
                audiences.take(listed.id, listing);
            }
            if let Err(error) =
                store(planner, (rows, letters), counts, &outcome, of_proposal.then_some(proposal))
            {
                failure.get_or_insert(error);
            }
            Ok::<(), LedgerError>(())
        };
        merge.push(&proposal.candidate, &mut sink)?;
        failure.map_or(Ok(()), Err)?;
        let waiting = [self.rows.len(), self.read_files.len(), self.read_letters.len()];
        if waiting.iter().any(|waiting| *waiting >= BATCH) { self.flush(ledger) } else { Ok(()) }
    }

    fn flush(&mut self, ledger: &mut Ledger) -> Result<(), FlowError> {
        if !self.rows.is_empty() {
            ledger.plan(self.planner.publication, &self.rows)?;
            self.rows.clear();
        }
        let files = std::mem::take(&mut self.read_files);
        let named: Vec<_> =
            files.iter().map(|(path, stamp, known)| (path.as_path(), *stamp, known.clone())).collect();
        ledger.remember_files(&named)?;
        ledger.remember_letters(self.planner.series, &self.read_letters)?;
        self.read_letters.clear();
        Ok(())
    }

    fn finish(mut self, ledger: &mut Ledger) -> Result<(Counts, u64, Audiences), FlowError> {
        self.flush(ledger)?;
        let Self { merge, mut rows, mut counts, planner, widened, audiences, mut letters, .. } = self;
        let mut failure = None;
        let mut sink = |outcome: Outcome| {
            if let Err(error) = store(planner, (&mut rows, &mut letters), &mut counts, &outcome, None) {
                failure.get_or_insert(error);
            }
            if rows.len() >= BATCH {
                ledger.plan(planner.publication, &rows)?;
                rows.clear();
            }
            Ok::<(), LedgerError>(())
        };
        merge.finish(&mut sink)?;
        failure.map_or(Ok(()), Err)?;
        ledger.plan(planner.publication, &rows)?;
        letters.finish()?;
        Ok((counts, widened, audiences.finish()))
    }
}

/// Turns an outcome of the merge into rows and counts.
fn store(
    planner: &PlannerParts<'_>,
    (rows, letters): (&mut Vec<PlanRow>, &mut LetterFile),
    counts: &mut Counts,
    outcome: &Outcome,
    proposal: Option<&Proposal>,
) -> Result<(), FlowError> {
    for removal in &outcome.removals {
        let reason = removal_reason(planner, outcome, removal)?;
        let what = Withdrawal::Document(removal.id);
        rows.push(PlanRow::Removal(PlannedRemoval { what, reason, successor: removal.successor }));
    }
    let left_out = |verdict| PlanRow::LeftOut {
        section: Section::Documents,
        record: record_name(outcome.source),
        verdict,
    };
    match &outcome.decision {
        None => {}
        Some(Decision::NotAsked) => counts.not_asked += 1,
        Some(Decision::Unchanged(_)) => counts.unchanged += 1,
        Some(Decision::Wait(reason)) => {
            counts.selected += 1;
            counts.held += 1;
            rows.push(left_out(LeftOut::Held(*reason)));
        }
        Some(Decision::Refuse { reason, .. }) => {
            counts.selected += 1;
            counts.refused += 1;
            rows.push(left_out(LeftOut::Refused(*reason)));
        }
        Some(Decision::List(listing, derived)) => {
            counts.selected += 1;
            counts.published += 1;
            let Some(shown) = proposal.and_then(|proposal| proposal.listing.as_ref()) else {
                return Err(FlowError::Worker(format!("{} is listed and was not proposed", listing.id)));
            };
            let mut shown = shown.clone();
            if let Some((letter, party)) =
                proposal.and_then(|proposal| proposal.letter.as_ref()).filter(|_| listing.why.uploads())
            {
                let mut letter = letter.clone();
                if let Some(party) = party {
                    letter.recipient = planner.books.snapshot.address_block(*party)?;
                }
                shown.material = Material::Letter(Some(letters.keep(&letter)?));
            }
            rows.push(PlanRow::Document(PlannedDocument {
                id: listing.id,
                why: listing.why,
                notify: listing.notify,
                binder: derived.binder,
                published_on: derived.published_on,
                publish_request: derived.publish_request,
                content_digest: derived.content_digest,
                listing_digest: derived.listing_digest,
                listing: serde_json::to_string(&shown)?,
                file: None,
            }));
        }
    }
    Ok(())
}

/// A document that the source's stream no longer gives is gone, unless its record still stands there without a
/// date: then a person withdrew it (C5, C18).
fn removal_reason(
    planner: &PlannerParts<'_>,
    outcome: &Outcome,
    removal: &Removal,
) -> Result<RemovalReason, FlowError> {
    if outcome.decision.is_some() || removal.reason != RemovalReason::Gone {
        return Ok(removal.reason);
    }
    let (table, id) = match outcome.source {
        DocumentSource::Body(event) => (DocumentTable::Event, event.0),
        DocumentSource::Attachment(_, attachment) => (DocumentTable::Attachment, attachment.0),
        DocumentSource::Photo(photo) => (DocumentTable::Photo, photo.0),
        DocumentSource::Voucher(voucher, _) => (DocumentTable::Voucher, voucher.0),
    };
    if !planner.books.snapshot.exists(table, id)? {
        return Ok(RemovalReason::Gone);
    }
    match outcome.source {
        DocumentSource::Voucher(voucher, line) => {
            let target = removal.id.target();
            voucher_removal(planner.books, voucher, line, target)
        }
        _ => Ok(RemovalReason::Manual),
    }
}

/// Gives the reason why a voucher leaves with its line (E8): the option, the binder, the accounts of the building, the
/// year, or what became of the line itself.
fn voucher_removal(
    books: Books<'_>,
    voucher: VoucherId,
    line: ExpenseLineId,
    target: Target,
) -> Result<RemovalReason, FlowError> {
    match books.reference.expense_section() {
        ExpenseSection::Off => return Ok(RemovalReason::Option),
        ExpenseSection::Refused(_) => return Ok(RemovalReason::Binder),
        ExpenseSection::Sent { .. } => {}
    }
    let Some(row) = books.snapshot.expense_line(line)? else { return Ok(RemovalReason::Gone) };
    let Ok(row) = row else { return Ok(RemovalReason::Refused) };
    let ids: Vec<VoucherId> = row.vouchers.iter().map(|voucher| voucher.voucher).collect();
    if !ids.contains(&voucher) {
        return Ok(RemovalReason::Gone);
    }
    if target != Target::Building(row.building) {
        return Ok(RemovalReason::Scope);
    }
    if !books.selection.places.sent_buildings.contains(&row.building) {
        return Ok(RemovalReason::Account);
    }
    let judged = line_verdict(&books.reference.expense_row(&row, &ids), &books.reference.options);
    Ok(match judged {
        ExpenseVerdict::LeftOut(why) => why.removal(),
        ExpenseVerdict::Refused(_) => RemovalReason::Refused,
        ExpenseVerdict::Sent => RemovalReason::Gone,
    })
}

/// Digests what staff may change of visibility, so that a sealed publication isn't resumed over a change (rule 3).
pub(super) fn staff_digest(snapshot: &crate::source::Snapshot) -> Result<Digest, FlowError> {
    Ok(snapshot.staff_digest()?)
}
