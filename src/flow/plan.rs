//! The plan: what becomes of every account and document, stored as rows while two ordered streams are merged.
//!
//! Promises: no map of documents is ever held; every refusal and every wait has its row with a reason (rule 13);
//! what is due is decided without clocks (rule 10).

use std::collections::{BTreeSet, HashMap};
use std::iter::Peekable;

use publier_core::channels::extranet::Selection;
use publier_core::domain::account::AccountVerdict;
use publier_core::domain::audience::Target;
use publier_core::domain::credentials::{Credentials, PasswordVerdict, TargetTrust, password_verdict};
use publier_core::domain::digest::Digest;
use publier_core::domain::document::{
    self, Body, EventRecord, PhotoRecord, Placement, Trade, after_binding, attachment_title, body_title,
    judge_event, judge_photo,
};
use publier_core::domain::expenses::{
    self, ExpenseSection, ExpenseVerdict, Reference as Named, line_verdict,
};
use publier_core::domain::ids::{
    AccountId, AttachmentId, BinderId, BuildingId, EventId, ExpenseLineId, PartyId, VoucherId,
};
use publier_core::domain::records::FiscalYear;
use publier_core::publication::document::{DocumentId, DocumentSource, MAX_RECORD_ID};
use publier_core::publication::due::{Candidate, Decision, Derived, DueOptions, Outcome, Removal, Verdict};
use publier_core::publication::facts::{Counts, Section};
use publier_core::publication::merge::Merge;
use publier_core::publication::reason::{RefusalReason, RemovalReason};
use publier_core::publication::widening::{Grants, grants, widens};

use super::audiences::Counter;
use super::bulk::{self, Books};
use super::error::FlowError;
use super::letters::{LetterFile, letter};
use super::listing::{Listing, Material, file_name, record_name};
use crate::digest::sha256_of_file;
use crate::ledger::closing::PlanTotals;
use crate::ledger::documents::{KnownLetter, Pages};
use crate::ledger::files::{FileStamp, KnownFile};
use crate::ledger::plan::{LeftOut, PlanRow, PlannedDocument, PlannedRemoval, Presence, Withdrawal};
use crate::ledger::unbound::Unbound;
use crate::ledger::{Ledger, LedgerError, PublicationId, SeriesKey};
use crate::package::inspect::opens;
use crate::package::mime::FileKind;
use crate::package::spool::Folder;
use crate::package::vault::{FoundFile, Vault};
use crate::render::{self, html};
use crate::report::run_report::Audiences;
use crate::source::DocumentTable;
use publier_core::publication::due::Recorded;

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
    /// Who reads what is listed (C23).
    pub audiences: Audiences,
    /// The temporary passwords that go out: party and issue.
    pub passwords: HashMap<PartyId, i64>,
    /// Passwords that wait for an encrypted transport.
    pub withheld_passwords: u64,
    /// The codes of the parties whose access was revoked and comes back without a new password (D26).
    pub returning: Vec<String>,
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
    audiences: Counter<'p>,
    planner: &'p PlannerParts<'p>,
}

/// What of the planner only reads.
struct PlannerParts<'p> {
    books: Books<'p>,
    trade: &'p Trade<'p>,
    vault: &'p Vault,
    series: SeriesKey,
    publication: PublicationId,
    superseded_by: HashMap<EventId, Vec<EventId>>,
    confirmed: Grants,
    grants: Grants,
}

impl Planner<'_> {
    /// Makes the plan and stores it.
    pub(super) fn plan(self) -> Result<Plan, FlowError> {
        let Self { books, trade, vault, ledger, series, publication, due, spool, trust } = self;
        ledger.start_plan(publication)?;
        ledger.plan(publication, &account_rows(books.reference, books.selection))?;
        let Passwords { due: passwords, withheld, returning } = passwords(books, ledger, series, trust)?;
        let rows: Vec<_> = passwords
            .iter()
            .map(|(party, issue)| PlanRow::Password { party: *party, issue: *issue })
            .collect();
        ledger.plan(publication, &rows)?;
        ledger.plan(publication, &section_rows(books)?)?;
        let superseded_by = books.snapshot.superseded_events()?;
        let (confirmed, grants) = (ledger.confirmed_grants(series)?, grants(&books.reference.binders));
        ledger.plan(publication, &right_rows(&grants))?;
        let trade = &trade;
        let parts =
            PlannerParts { books, trade, vault, series, publication, superseded_by, confirmed, grants };
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
            audiences: Counter::new(books),
            planner: &parts,
        };
        run.documents(ledger)?;
        let (documents, widened, audiences) = run.finish(ledger)?;
        let totals = ledger.close_plan(publication)?;
        Ok(Plan { totals, documents, widened, audiences, passwords, withheld_passwords: withheld, returning })
    }
}

fn right_rows(grants: &Grants) -> Vec<PlanRow> {
    let rows = grants.iter().flat_map(|(binder, granted)| granted.iter().map(move |status| (binder, status)));
    rows.map(|(binder, status)| PlanRow::Right { binder: *binder, status: *status }).collect()
}

fn account_rows(reference: &crate::source::Reference, selection: &Selection) -> Vec<PlanRow> {
    let presence = |verdict: &AccountVerdict| verdict.removal().map_or(Presence::Present, Presence::Absent);
    let row = |(id, verdict): (&_, &AccountVerdict)| PlanRow::Account {
        account: *id,
        party: reference.accounts.get(id).and_then(|account| account.party),
        presence: presence(verdict),
    };
    // One that can't be read is there all the same: it isn't gone (rule 14).
    let unreadable = reference.left_out.iter().filter(|record| record.table == "account");
    let unreadable = unreadable.filter_map(|record| record.id).map(|id| PlanRow::Account {
        account: AccountId(id),
        party: None,
        presence: Presence::Absent(RemovalReason::Account),
    });
    selection.accounts.iter().map(row).chain(unreadable).collect()
}

/// What becomes of the temporary passwords.
#[derive(Default)]
struct Passwords {
    due: HashMap<PartyId, i64>,
    withheld: u64,
    returning: Vec<String>,
}

/// Finds the temporary passwords that are due, how many wait (D5), and who lacks one since its access comes back (D26).
fn passwords(
    books: Books<'_>,
    ledger: &Ledger,
    series: SeriesKey,
    trust: TargetTrust,
) -> Result<Passwords, FlowError> {
    let mut passwords = Passwords::default();
    let revoked = ledger.revoked_issues(series)?;
    books.snapshot.each_party::<FlowError>(
        |id| books.selection.parties.contains_key(&id),
        |details| {
            let party = &details.party;
            let credentials = Credentials {
                login: party.login.as_deref(),
                has_password: details.temporary_password.is_some(),
                issue: party.password_issue,
                set_on: None,
            };
            let confirmed = ledger.confirmed_issue(series, party.id)?.unwrap_or_default();
            match password_verdict(&credentials, party.login.is_some(), confirmed, trust) {
                PasswordVerdict::Unchanged => {}
                PasswordVerdict::Due { issue } => {
                    passwords.due.insert(party.id, issue);
                }
                PasswordVerdict::Withheld(_) => passwords.withheld += 1,
            }
            if trust.receives_credentials && credentials.lacks_new_issue(revoked.get(&party.id).copied()) {
                passwords.returning.push(party.code.clone());
            }
            Ok(())
        },
    )?;
    Ok(passwords)
}

/// Tells which fiscal years the expense section holds, so that one that leaves is withdrawn, and one that never held
/// a line is not (E6).
fn section_rows(books: Books<'_>) -> Result<Vec<PlanRow>, FlowError> {
    let section = books.reference.expense_section();
    let mut filled = BTreeSet::new();
    if matches!(section, ExpenseSection::Sent { .. }) {
        bulk::each_expense(books, |row, _| {
            if let Ok(row) = row
                && line_verdict(row, &books.reference.options) == ExpenseVerdict::Sent
                && let Named::To(year) = &row.year
            {
                filled.insert(year.id);
            }
            Ok(())
        })?;
    }
    let presence = |year: &FiscalYear| {
        let of_rules = expenses::FiscalYear {
            id: year.id,
            building: year.building,
            label: &year.label,
            closed: year.closed,
        };
        match section.year_removal(Some(&of_rules)) {
            Some(reason) => Presence::Absent(reason),
            None if filled.contains(&year.id) => Presence::Present,
            None => Presence::Absent(RemovalReason::Gone),
        }
    };
    let years = books.reference.years.values();
    let sent = years.filter(|year| books.selection.places.sent_buildings.contains(&year.building));
    let row = |year: &FiscalYear| PlanRow::SectionPart {
        key: format!("expenses/{}", year.id),
        presence: presence(year),
    };
    Ok(sent.map(row).collect())
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

    /// Proposes the body and each attachment of an event, in the order of their ids.
    fn event(
        &mut self,
        ledger: &mut Ledger,
        event: &EventRecord,
        body: Option<&str>,
    ) -> Result<(), FlowError> {
        let judged = self.judge(event)?;
        let verdict = self.superseded(event)?.unwrap_or_else(|| rule_verdict(judged));
        if event.body != Body::Blank || event.attachments.is_empty() {
            let proposal = match &verdict {
                Ok(placement) => self.body(event, placement, body.unwrap_or_default())?,
                Err(verdict) => Proposal::without_listing(DocumentSource::Body(event.id), *verdict),
            };
            self.take(ledger, &proposal)?;
        }
        let mut order: Vec<usize> = (0..event.attachments.len()).collect();
        order.sort_by_key(|at| event.attachments.get(*at).map(|attachment| attachment.id));
        let mut last = AttachmentId(0);
        for position in order {
            let Some(attachment) = event.attachments.get(position) else { continue };
            // A key that no document can bear, or that another attachment bears too, has no place in the merge.
            if attachment.id <= last || attachment.id.0 > MAX_RECORD_ID {
                self.refuse(format!("attachment {}", attachment.id), RefusalReason::Unreadable);
                continue;
            }
            last = attachment.id;
            let source = DocumentSource::Attachment(event.id, attachment.id);
            let proposal = match &verdict {
                Ok(placement) => self.attachment(ledger, event, position, placement)?,
                Err(verdict) => Proposal::without_listing(source, *verdict),
            };
            self.take(ledger, &proposal)?;
        }
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

    /// Judges an event, and notes that it is left out for want of a binder: linking one later publishes nothing (C3).
    fn judge(&mut self, event: &EventRecord) -> Result<document::Verdict, FlowError> {
        let judged = judge_event(event, self.planner.trade);
        let known = self.unbound.request_of(event.id)?;
        // A binder that can't be read today is one all the same.
        let PlannerParts { books, trade, .. } = self.planner;
        let binder = trade.templates.get(&event.template).and_then(|template| template.binder);
        let hidden = binder.is_some_and(|id| books.reference.left_out.contains("binder", id.0));
        if judged == document::Verdict::Refused(RefusalReason::NoBinder)
            && !hidden
            && known != Some(event.publish_request)
        {
            self.rows.push(PlanRow::Unbound { event: event.id, publish_request: event.publish_request });
        }
        Ok(after_binding(judged, event, known))
    }

    /// Tells whether another event that can be published replaces this one (G6).
    fn superseded(&self, event: &EventRecord) -> Result<Option<Result<Placement, Verdict>>, FlowError> {
        let blank = |text: &str| html::is_blank(text);
        let PlannerParts { books, superseded_by, trade, .. } = self.planner;
        let successor = books.snapshot.replaced_by(event.id, superseded_by, trade, &blank)?;
        let verdict = |event| Verdict::NotAsked { reason: RemovalReason::Superseded, successor: Some(event) };
        Ok(successor.map(|event| Err(verdict(event))))
    }

    fn body(
        &mut self,
        event: &EventRecord,
        placement: &Placement,
        body: &str,
    ) -> Result<Proposal, FlowError> {
        let source = DocumentSource::Body(event.id);
        let audience = Some((placement.target, placement.binder));
        if event.body == Body::Unreadable {
            let verdict = Verdict::Refuse { reason: RefusalReason::BodyFormat, audience };
            return Ok(Proposal::without_listing(source, verdict));
        }
        let Ok(id) = DocumentId::new(source, placement.target) else { return Ok(unlistable(source)) };
        let planner = self.planner;
        let party = match placement.target {
            Target::Account(account) => {
                planner.books.reference.accounts.get(&account).and_then(|account| account.party)
            }
            Target::Unit(_) | Target::Building(_) | Target::Entity(_) => None,
        };
        let title = body_title(event, planner.trade, placement.date);
        let agency = &planner.books.reference.agency;
        // A change of address is no change of the letter: it is never sent again for that (rules 10 and 11). So the
        // recipient is looked for when the letter is kept.
        let letter = letter(agency, Vec::new(), &event.subject, body, id.to_string(), placement.date);
        let content = match self.content_of(id, &letter)? {
            Ok(content) => content,
            Err(reason) => {
                let verdict = Verdict::Refuse { reason, audience };
                return Ok(Proposal::without_listing(source, verdict));
            }
        };
        let listing = Listing {
            title,
            supersedes: self.predecessor(event, placement.target, None),
            ..Listing::of(placement, "pdf", "application/pdf", Material::Letter(None))
        };
        let mut proposal = proposal(source, placement, content, event.publish_request, listing);
        proposal.letter = Some((letter, party));
        Ok(proposal)
    }

    /// Gives the digest of what a letter shows: the one remembered, where the letter is given as it was.
    fn content_of(
        &mut self,
        id: DocumentId,
        letter: &render::Letter,
    ) -> Result<Result<Digest, RefusalReason>, FlowError> {
        let raw = render::raw_digest(letter);
        let before =
            |known: &Result<KnownLetter, LedgerError>| known.as_ref().is_ok_and(|known| known.id < id);
        while self.known_letters.next_if(before).is_some() {}
        let at_hand =
            |known: &Result<KnownLetter, LedgerError>| known.as_ref().map_or(true, |known| known.id == id);
        if let Some(known) = self.known_letters.next_if(at_hand).transpose()?
            && known.raw == raw
        {
            return Ok(Ok(known.content));
        }
        match render::input_digest(letter, &render::NoImages, &render::Limits::default()) {
            Ok(content) => {
                self.read_letters.push(KnownLetter { id, raw, content });
                Ok(Ok(content))
            }
            Err(error) => Ok(Err(render_refusal(&error))),
        }
    }

    fn attachment(
        &mut self,
        ledger: &Ledger,
        event: &EventRecord,
        position: usize,
        placement: &Placement,
    ) -> Result<Proposal, FlowError> {
        let Some(attachment) = event.attachments.get(position) else {
            return Ok(unlistable(DocumentSource::Body(event.id)));
        };
        let source = DocumentSource::Attachment(event.id, attachment.id);
        let audience = (placement.target, placement.binder);
        let (found, kind, content) = match self.file(ledger, &attachment.path)? {
            Ok(file) => file,
            Err(reason) => return Ok(refused_file(source, reason, audience)),
        };
        let Ok(id) = DocumentId::new(source, placement.target) else { return Ok(unlistable(source)) };
        let name = file_name(id, &content, kind.extension());
        let number = name.split('.').next().unwrap_or_default();
        let listing = Listing {
            title: attachment_title(event, position, number, self.planner.trade, placement.date),
            supersedes: self.predecessor(event, placement.target, Some(position)),
            ..Listing::of(placement, kind.extension(), kind.mime_type(), material(kind, found, content))
        };
        Ok(proposal(source, placement, content, event.publish_request, listing))
    }

    fn photo(&mut self, ledger: &Ledger, photo: &PhotoRecord) -> Result<Proposal, FlowError> {
        let source = DocumentSource::Photo(photo.id);
        let placement = match rule_verdict(judge_photo(photo, self.planner.trade)) {
            Ok(placement) => placement,
            Err(verdict) => return Ok(Proposal::without_listing(source, verdict)),
        };
        if DocumentId::new(source, placement.target).is_err() {
            return Ok(unlistable(source));
        }
        let audience = (placement.target, placement.binder);
        let (found, kind, content) = match self.file(ledger, &photo.path)? {
            Ok(file) => file,
            Err(reason) => return Ok(refused_file(source, reason, audience)),
        };
        if !matches!(kind, FileKind::Jpeg | FileKind::Png) {
            return Ok(refused_file(source, RefusalReason::FileUnreadable, audience));
        }
        let title = document::own_name(&photo.title);
        let listing = Listing {
            title: if title.is_empty() {
                format!("Photo du {}", placement.date.format("%d/%m/%Y"))
            } else {
                title
            },
            ..Listing::of(&placement, kind.extension(), kind.mime_type(), material(kind, found, content))
        };
        Ok(proposal(source, &placement, content, photo.publish_request, listing))
    }

    /// Proposes the vouchers of the expense lines that are sent, by (voucher, line) (E5, E8).
    fn vouchers(&mut self, ledger: &mut Ledger) -> Result<(), FlowError> {
        let ExpenseSection::Sent { rights_from } = self.planner.books.reference.expense_section() else {
            return Ok(());
        };
        let mut found: Vec<(VoucherId, ExpenseLineId, BuildingId, chrono::NaiveDate, String, String)> =
            Vec::new();
        bulk::each_expense(self.planner.books, |row, vouchers| {
            let Ok(row) = row else { return Ok(()) };
            if line_verdict(row, &self.planner.books.reference.options) == ExpenseVerdict::Sent {
                found.extend(vouchers.iter().map(|voucher| {
                    (
                        voucher.voucher,
                        row.id,
                        row.building,
                        row.date,
                        row.label.to_owned(),
                        voucher.path.clone(),
                    )
                }));
            }
            Ok(())
        })?;
        found.sort_unstable();
        found.dedup_by_key(|(voucher, line, ..)| (*voucher, *line));
        for (voucher, line, building, date, label, path) in found {
            let proposal =
                self.voucher(ledger, (voucher, line, building), date, &label, &path, rights_from)?;
            self.take(ledger, &proposal)?;
        }
        Ok(())
    }

    fn voucher(
        &mut self,
        ledger: &Ledger,
        (voucher, line, building): (VoucherId, ExpenseLineId, BuildingId),
        date: chrono::NaiveDate,
        label: &str,
        path: &str,
        binder: BinderId,
    ) -> Result<Proposal, FlowError> {
        let source = DocumentSource::Voucher(voucher, line);
        let target = Target::Building(building);
        if DocumentId::new(source, target).is_err() {
            return Ok(unlistable(source));
        }
        let (found, kind, content) = match self.file(ledger, path)? {
            Ok(file) => file,
            Err(reason) => return Ok(refused_file(source, reason, (target, binder))),
        };
        let placement =
            Placement { binder, folder: None, target, date, published_on: date, until: None, notify: false };
        let title = document::own_name(label);
        let listing = Listing {
            title: if title.is_empty() { format!("Facture du {}", date.format("%d/%m/%Y")) } else { title },
            ..Listing::of(&placement, kind.extension(), kind.mime_type(), material(kind, found, content))
        };
        Ok(proposal(source, &placement, content, 0, listing))
    }

    /// Finds a file, what it is and its digest: hashed again only when its size or date moved.
    fn file(
        &mut self,
        ledger: &Ledger,
        path: &str,
    ) -> Result<Result<(FoundFile, FileKind, Digest), RefusalReason>, FlowError> {
        let found = match self.planner.vault.find(path) {
            Ok(found) => found,
            Err(reason) => return Ok(Err(reason)),
        };
        let stamp = FileStamp { size_bytes: found.size_bytes, modified_ns: found.modified_ns };
        let known = ledger.known_file(&found.path, stamp)?;
        let known_kind =
            known.as_ref().and_then(|known| known.kind.as_deref()).and_then(FileKind::from_extension);
        if let (Some(known), Some(kind)) = (&known, known_kind) {
            // What opened once opens still; which kinds are sent may have changed since.
            return Ok(self.planner.vault.allowed(kind).map(|kind| (found, kind, known.digest)));
        }
        let kind = match self.planner.vault.kind(&found) {
            Ok(kind) => kind,
            Err(reason) => return Ok(Err(reason)),
        };
        // Looked into once: what is refused is never remembered by its stamp.
        if let Err(reason) = opens(&found.path, kind) {
            return Ok(Err(reason));
        }
        let digest = match known {
            Some(known) => known.digest,
            None => match sha256_of_file(&found.path) {
                Ok((digest, _)) => digest,
                Err(_) => return Ok(Err(RefusalReason::FileUnreadable)),
            },
        };
        let read = KnownFile { digest, kind: Some(kind.extension().to_owned()) };
        self.read_files.push((found.path.clone(), stamp, read));
        Ok(Ok((found, kind, digest)))
    }

    /// Gives the document that a part of an event replaces: the same part of the event it supersedes (G6).
    fn predecessor(&self, event: &EventRecord, target: Target, part: Option<usize>) -> Option<String> {
        let older = event.supersedes?;
        let source = match part {
            None => DocumentSource::Body(older),
            Some(position) => {
                let blank = |_: &str| false;
                let older = self.planner.books.snapshot.event(older, &blank).ok()??;
                DocumentSource::Attachment(older.id, older.attachments.get(position)?.id)
            }
        };
        DocumentId::new(source, target).ok().map(|id| id.to_string())
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
    let expenses_off = planner.books.reference.expense_section() == ExpenseSection::Off;
    Ok(match outcome.source {
        DocumentSource::Voucher(..) if expenses_off => RemovalReason::Option,
        DocumentSource::Voucher(..) => RemovalReason::YearClosed,
        _ => RemovalReason::Manual,
    })
}

/// Splits the rules' verdict into a placement, or what the merge makes of its absence.
fn rule_verdict(verdict: document::Verdict) -> Result<Placement, Verdict> {
    use document::Verdict as V;
    Err(match verdict {
        V::Publish(placement) => return Ok(placement),
        V::NotAsked => Verdict::NotAsked { reason: RemovalReason::Manual, successor: None },
        V::Over => Verdict::NotAsked { reason: RemovalReason::Expired, successor: None },
        V::Waits(reason) => Verdict::Wait(reason),
        V::Refused(reason) => Verdict::Refuse { reason, audience: None },
    })
}

impl Listing {
    fn of(placement: &Placement, extension: &str, mime: &str, material: Material) -> Self {
        Self {
            binder: placement.binder,
            folder: placement.folder.clone(),
            title: String::new(),
            date: placement.date,
            published_on: placement.published_on,
            until: placement.until,
            supersedes: None,
            extension: extension.to_owned(),
            mime: mime.to_owned(),
            material,
        }
    }
}

fn proposal(
    source: DocumentSource,
    placement: &Placement,
    content_digest: Digest,
    publish_request: i64,
    listing: Listing,
) -> Proposal {
    let derived = Derived {
        target: placement.target,
        binder: placement.binder,
        published_on: Some(placement.published_on),
        publish_request,
        content_digest,
        listing_digest: listing.digest(),
        notify_allowed: placement.notify,
    };
    let candidate = Candidate { source, verdict: Verdict::Publish(derived) };
    Proposal { candidate, listing: Some(listing), letter: None }
}

fn refused_file(source: DocumentSource, reason: RefusalReason, audience: (Target, BinderId)) -> Proposal {
    Proposal::without_listing(source, Verdict::Refuse { reason, audience: Some(audience) })
}

/// Gives the reason under which a letter that can't be made is left out.
pub(super) fn render_refusal(error: &render::RenderError) -> RefusalReason {
    match error {
        render::RenderError::BodyFormat { .. } => RefusalReason::BodyFormat,
        _ => RefusalReason::RenderFailed,
    }
}

/// A record whose key can't stand in a document's id.
fn unlistable(source: DocumentSource) -> Proposal {
    Proposal::without_listing(source, Verdict::Refuse { reason: RefusalReason::BadValue, audience: None })
}

/// Pictures leave without their metadata; other files as they are.
fn material(kind: FileKind, found: FoundFile, sha256: Digest) -> Material {
    match kind {
        FileKind::Jpeg | FileKind::Png => Material::Photo { path: found.path },
        _ => Material::File { path: found.path, size_bytes: found.size_bytes, sha256 },
    }
}

/// Digests what staff may change of visibility, so that a sealed publication isn't resumed over a change (rule 3).
pub(super) fn staff_digest(snapshot: &crate::source::Snapshot) -> Result<Digest, FlowError> {
    Ok(snapshot.staff_digest()?)
}
