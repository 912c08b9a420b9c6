//! A publication from its plan to its seal: one short read of the source, then files, then the end of the XML.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;

use chrono::NaiveDateTime;
use chrono_tz::Europe::Paris;
use publier_core::channels::extranet::Selection;
use publier_core::domain::account::AccountVerdict;
use publier_core::domain::credentials::TargetTrust;
use publier_core::domain::digest::Digest;
use publier_core::domain::records::Agency;
use publier_core::publication::document::{DocumentId, DocumentSource};
use publier_core::publication::due::DueOptions;
use publier_core::publication::facts::{ConfirmedBy, Counts, Fact, Mode, SealedZip, Section};
use publier_core::publication::hold::{HoldInput, hold, short_digest};
use publier_core::publication::reason::{HoldReason, RefusalReason};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task;

use super::bulk::{self, Books, Tally};
use super::error::FlowError;
use super::files::{AHEAD, Bench, Sender, Unmade, make_all, make_each};
use super::listing::{Head, Listing, file_path, record_name};
use super::plan::{Plan, Planner, staff_digest};
use super::publish::{Consent, MANIFEST, Manifest, Run, consented};
use super::telling;
use crate::channels::extranet::xml::{ENTRY_NAME, Header, Xml};
use crate::files::{create_private, make_private_folder, sync_folder_of};
use crate::ledger::PublicationId;
use crate::ledger::plan::{LeftOut, PlanRow, Withdrawal};
use crate::package::spool::Folder;
use crate::package::zip::{Sealed, ZipStream, verify};
use crate::render::{Dropped, RenderError};
use crate::report::run_report::{PublicationRef, RecordKind, SectionCounts};
use crate::source::{Reference, Snapshot};

/// How many documents of a rehearsal are recorded in one go: each of them waits for the disk.
const RECORDED_TOGETHER: usize = 64;

/// How building ended.
pub(super) enum Built {
    /// The zip is sealed.
    Sealed,
    /// The plan waits for a person.
    Held(HeldPlan),
}

/// A plan that waits for a person.
pub(super) struct HeldPlan {
    /// Why.
    pub reasons: Vec<HoldReason>,
    /// The digest that a person confirms.
    pub digest: String,
}

/// A publication whose bulk is written and whose documents are still to come.
pub(super) struct Open {
    /// The XML under way, in its zip.
    pub xml: Xml<ZipStream>,
    /// The zip's name, without its digest.
    pub zip_name: String,
    /// What staff could see when it was decided.
    pub staff_digest: Digest,
}

enum Written {
    Open(Box<Open>),
    Held(HeldPlan),
}

impl Run<'_> {
    /// Builds the publication up to its seal.
    pub(super) async fn build(&mut self, publication: PublicationId) -> Result<Built, FlowError> {
        let folder = self.job.spool.folder(&publication.to_string())?;
        let written = task::block_in_place(|| self.plan_and_write(publication, &folder))?;
        let open = match written {
            Written::Open(open) => *open,
            Written::Held(held) => {
                self.job.spool.remove(&publication.to_string())?;
                return Ok(Built::Held(held));
            }
        };
        if self.rehearsal.is_some() {
            task::block_in_place(|| self.make_documents(publication, &folder))?;
        } else {
            self.send_documents(publication, &folder).await?;
        }
        task::block_in_place(|| self.close_and_seal(publication, &folder, open))?;
        Ok(Built::Sealed)
    }

    /// Decides everything and writes the bulk, inside one read of the source.
    fn plan_and_write(&mut self, publication: PublicationId, folder: &Folder) -> Result<Written, FlowError> {
        let snapshot = self.snapshot()?;
        let reference = snapshot.reference()?;
        self.readers = snapshot.report_readers()?.into_iter().map(|user| user.id.0).collect();
        self.report.agency.clone_from(&reference.agency.name);
        let domain = domain_of(&reference.agency)?;
        let now = self.opening(publication)?.0;
        let today = now.with_timezone(&Paris).date_naive();
        let selection = Selection::of(reference.books(), &reference.options, today);
        let books = Books { snapshot: &snapshot, reference: &reference, selection: &selection, today };
        let plan = self.plan(publication, books, folder)?;
        self.names = telling::names(&snapshot, &self.job.ledger, publication)?;
        self.report.widened = plan.widened;
        self.report.audiences.clone_from(&plan.audiences);
        self.count_plan(publication, &plan, &selection)?;
        self.compare(publication)?;
        if let Some(held) = self.held(publication, &plan)? {
            self.gather_figures(publication, &reference, None)?;
            self.report.sections.insert(0, accounts_counts(&selection));
            return Ok(Written::Held(held));
        }
        let (mut xml, zip_name) = self.begin_xml(publication, folder, &reference.agency, domain)?;
        let due = |party, issue| plan.passwords.get(&party) == Some(&issue);
        let tally = bulk::write_bulk(&mut xml, books, &due)?;
        self.record_bulk(publication, &tally, &reference)?;
        self.gather_figures(publication, &reference, Some((&tally, &plan, &snapshot)))?;
        let staff_digest = staff_digest(&snapshot)?;
        Ok(Written::Open(Box::new(Open { xml, zip_name, staff_digest })))
    }

    /// Gives the publication its number, and begins its XML in its zip.
    pub(super) fn begin_xml(
        &mut self,
        publication: PublicationId,
        folder: &Folder,
        agency: &Agency,
        domain: String,
    ) -> Result<(Xml<ZipStream>, String), FlowError> {
        let numbering = self.job.ledger.reserve_sequence(publication)?;
        let (now, mode) = self.opening(publication)?;
        let (series, sequence) = (&self.series.series_id, numbering.sequence);
        let header = Header {
            series: series.clone(),
            sequence,
            previous: numbering.previous,
            id: format!("{series}-{sequence}"),
            generated_at: now,
            mode: mode.code(),
            agency_ref: agency.agency_ref.clone(),
            domain,
        };
        let zip_name = format!("publication-{series}-{sequence:08}");
        let zip = ZipStream::create(
            &folder.file(&format!("{zip_name}.zip"))?,
            ENTRY_NAME,
            self.job.zip_level,
            zip_time(now.naive_utc()),
        )?;
        let xml = Xml::begin(zip, &header)?;
        self.report.publication = Some(PublicationRef { id: header.id, sequence: Some(sequence), mode });
        Ok((xml, zip_name))
    }

    fn opening(
        &self,
        publication: PublicationId,
    ) -> Result<(chrono::DateTime<chrono::Utc>, Mode), FlowError> {
        let stage = self.job.ledger.stage(publication)?;
        let opening =
            stage.opening().ok_or_else(|| FlowError::Worker(format!("{} is not open", stage.name())))?;
        Ok((opening.now, opening.mode))
    }

    fn plan(
        &mut self,
        publication: PublicationId,
        books: Books<'_>,
        folder: &Folder,
    ) -> Result<Plan, FlowError> {
        let reference = books.reference;
        let (_, mode) = self.opening(publication)?;
        let due = DueOptions {
            resend_on_change: reference.options.resend_on_change,
            full_index: mode == Mode::Full,
            resend_since: self.ask.resend_since,
            notify_from: self.series.is_first().then_some(books.today),
        };
        let trade = reference.trade(&books.selection.places, books.today);
        let trust = TargetTrust {
            encrypted: self.job.connector.is_encrypted(),
            receives_credentials: self.job.destination.receives_credentials,
        };
        let series = self.series.key;
        let job = &mut *self.job;
        let planner = Planner {
            books,
            trade,
            vault: &job.vault,
            stationery: &job.stationery,
            ledger: &mut job.ledger,
            series,
            publication,
            due,
            spool: folder,
            trust,
        };
        planner.plan()
    }

    /// Stores the plan's accounting and records that it is made.
    fn count_plan(
        &mut self,
        publication: PublicationId,
        plan: &Plan,
        selection: &Selection,
    ) -> Result<(), FlowError> {
        let counts = BTreeMap::from([(Section::Documents, plan.documents)]);
        self.job.ledger.count(publication, &counts)?;
        let planned =
            Fact::Planned { counts, removals: plan.totals.removals, plan_digest: plan.totals.digest };
        tracing::info!(
            run = %self.name,
            accounts = selection.accounts.values().filter(|verdict| verdict.is_published()).count(),
            documents = plan.totals.listed_documents,
            removals = plan.totals.removals,
            "planned"
        );
        self.job.ledger.append(publication, self.job.clock.now(), &[planned])?;
        Ok(())
    }

    /// Decides whether the plan waits for a person, and records it (rule 14).
    fn held(&mut self, publication: PublicationId, plan: &Plan) -> Result<Option<HeldPlan>, FlowError> {
        let (now, _) = self.opening(publication)?;
        let totals = &plan.totals;
        let mut input = HoldInput {
            first_of_series: self.series.is_first(),
            live_accounts: totals.live_accounts,
            gone_accounts: totals.gone_accounts,
            live_documents: totals.live_documents,
            gone_documents: totals.gone_documents,
            published_accounts_now: totals.published_accounts,
            now,
            last_confirmed_at: self.series.delivered.as_ref().map(|delivered| delivered.now),
            confirmed_digest: None,
            standing: self.job.ledger.standing_consent(self.series.key)?,
            plan_digest: totals.digest,
            confirmed_removals: None,
            plan_removals: totals.removals,
        };
        let unconfirmed = hold(&input);
        if unconfirmed.is_empty() {
            return Ok(None);
        }
        if self.rehearsal.is_some() {
            self.report.holds = unconfirmed;
            self.report.hold_digest = Some(short_digest(&totals.digest));
            return Ok(None);
        }
        let typed = consented(&self.ask.consent, &unconfirmed, &totals.digest);
        input.confirmed_digest = typed.as_deref();
        input.confirmed_removals = typed
            .as_deref()
            .map(|typed| self.job.ledger.removals_of_plan(self.series.key, typed))
            .transpose()?
            .flatten();
        let reasons = hold(&input);
        let fact = if reasons.is_empty() {
            let by = if self.ask.consent == Consent::Demo { ConfirmedBy::Demo } else { ConfirmedBy::Person };
            Fact::Confirmed { digest: totals.digest, by }
        } else {
            Fact::Held { reasons: reasons.clone() }
        };
        self.job.ledger.append(publication, self.job.clock.now(), &[fact])?;
        Ok((!reasons.is_empty()).then(|| HeldPlan { reasons, digest: short_digest(&totals.digest) }))
    }

    /// Stores the bulk's accounting and its refusals, and records that the source was let go.
    fn record_bulk(
        &mut self,
        publication: PublicationId,
        tally: &Tally,
        reference: &Reference,
    ) -> Result<(), FlowError> {
        let mut rows: Vec<PlanRow> = tally
            .refused
            .iter()
            .map(|(section, record, reason)| PlanRow::LeftOut {
                section: *section,
                record: record.clone(),
                verdict: LeftOut::Refused(*reason),
            })
            .collect();
        // Their documents were planned before anybody could know.
        self.job.ledger.refuse_accounts(publication, &tally.unwritten_accounts, &record_name)?;
        let mut counts = self.job.ledger.counts(publication)?;
        counts.extend(tally.counts.iter().map(|(section, counts)| (*section, *counts)));
        for record in reference.left_out.iter().chain(tally.left_out.iter()) {
            let (section, kind) = of_table(record.table);
            let counts = counts.entry(section).or_default();
            counts.known += 1;
            counts.selected += 1;
            counts.refused += 1;
            let name = format!("{} {}", kind.name(), record.key());
            let verdict = LeftOut::Refused(RefusalReason::Unreadable);
            rows.push(PlanRow::LeftOut { section, record: name, verdict });
        }
        self.job.ledger.plan(publication, &rows)?;
        self.job.ledger.count(publication, &counts)?;
        let records = tally.counts.values().map(|counts: &Counts| counts.published).sum();
        self.job.ledger.append(publication, self.job.clock.now(), &[Fact::BulkWritten { records }])?;
        Ok(())
    }

    fn gather_figures(
        &mut self,
        publication: PublicationId,
        reference: &Reference,
        written: Option<(&Tally, &Plan, &Snapshot)>,
    ) -> Result<(), FlowError> {
        telling::take_plan(&mut self.report, &self.job.ledger, publication, &self.names)?;
        if let Some((tally, plan, snapshot)) = written {
            let warnings = telling::warnings(tally, plan, snapshot, reference, self.job, &self.job.messages);
            self.report.warnings.extend(warnings);
        }
        Ok(())
    }

    /// Makes and places every document's file.
    async fn send_documents(&mut self, publication: PublicationId, folder: &Folder) -> Result<(), FlowError> {
        let documents = self.job.ledger.planned_documents(publication)?;
        let (made, mut to_send) = mpsc::channel(AHEAD);
        let bench = self.bench(folder);
        let maker = task::spawn_blocking(move || make_all(documents, &bench, &made));
        self.open_session();
        let job = &mut *self.job;
        let mut sender = Sender {
            ledger: &mut job.ledger,
            series: self.series.key,
            publication,
            pool: &mut self.pool,
            deposit: job.destination.deposit.clone(),
            clock: job.clock.as_ref(),
            listener: job.listener.as_ref(),
            survey: self.survey.as_ref(),
        };
        let sent = sender.send_all(&mut to_send).await;
        drop(to_send);
        maker.await.map_err(|error| FlowError::Worker(error.to_string()))??;
        let sent = sent?;
        if let Some(adoption) = &mut self.report.adoption {
            // What was compared by its name alone is known whole by now.
            let known = adoption.there.saturating_add(adoption.other);
            adoption.there = sent.adopted;
            adoption.other = known.saturating_sub(sent.adopted);
        }
        self.tell_letters(&sent.letters, &sent.unmade);
        telling::take_plan(&mut self.report, &self.job.ledger, publication, &self.names)?;
        Ok(())
    }

    fn bench(&self, folder: &Folder) -> Bench {
        let stationery = Arc::clone(&self.job.stationery);
        Bench { spool: folder.clone(), photo_side_px: self.job.photo_side_px, stationery }
    }

    /// Makes every document's file, as a rehearsal: they count as placed.
    fn make_documents(&mut self, publication: PublicationId, folder: &Folder) -> Result<(), FlowError> {
        let (mut letters, mut unmade) = (Vec::new(), Vec::new());
        let mut placed = Vec::with_capacity(RECORDED_TOGETHER);
        let documents = self.job.ledger.planned_documents(publication)?;
        make_each(documents, &self.bench(folder), |batch| {
            for making in batch {
                match making {
                    Ok(made) => {
                        self.keep(folder, &made.local, &file_path(&made.remote.name))?;
                        letters.extend(made.letter.map(|dropped| (made.id, dropped)));
                        placed.push((made.id, made.remote));
                    }
                    Err(Unmade { id, reason, error }) => {
                        self.job.ledger.refuse_document(publication, id, reason)?;
                        unmade.extend(error.map(|error| (id.source(), error)));
                    }
                }
            }
            if placed.len() >= RECORDED_TOGETHER {
                self.job.ledger.documents_sent(publication, &placed)?;
                placed.clear();
            }
            Ok(true)
        })?;
        self.job.ledger.documents_sent(publication, &placed)?;
        self.tell_letters(&letters, &unmade);
        telling::take_plan(&mut self.report, &self.job.ledger, publication, &self.names)
    }

    fn tell_letters(
        &mut self,
        letters: &[(DocumentId, Vec<Dropped>)],
        unmade: &[(DocumentSource, RenderError)],
    ) {
        self.report.letters_rendered = u64::try_from(letters.len()).unwrap_or(u64::MAX);
        self.report.warnings.extend(telling::unmade(unmade, &self.job.messages));
        self.report.warnings.extend(telling::dropped(letters, &self.job.messages));
    }

    /// Keeps what a rehearsal made where it was asked to; the agency's own files stay where they are.
    fn keep(&self, spool: &Folder, made: &Path, name: &str) -> Result<(), FlowError> {
        let kept = self.rehearsal.as_ref().and_then(|rehearsal| rehearsal.keep.as_ref());
        let Some(kept) = kept.map(|folder| folder.join(name)).filter(|_| made.starts_with(spool.path()))
        else {
            return Ok(());
        };
        if let Some(folder) = kept.parent() {
            make_private_folder(folder)?;
        }
        let mut content = File::open(made)?;
        io::copy(&mut content, &mut create_private(&kept)?)?;
        Ok(())
    }

    /// Writes documents and removals, closes and checks the zip, seals.
    pub(super) fn close_and_seal(
        &mut self,
        publication: PublicationId,
        folder: &Folder,
        open: Open,
    ) -> Result<(), FlowError> {
        let Open { mut xml, zip_name, staff_digest } = open;
        xml.section("documents")?;
        for document in self.job.ledger.planned_documents(publication)? {
            let document = document?;
            let listing: Listing = serde_json::from_str(&document.listing)?;
            let Some(file) = &document.file else {
                return Err(FlowError::Worker(format!("{} has no file", document.id)));
            };
            let head = Head::of(document.id);
            xml.document(&listing.entry(&head, file, &file_path(&file.name), document.notify))?;
        }
        xml.end()?;
        self.write_removals(publication, &mut xml)?;
        let (zip, replaced) = xml.finish()?;
        if replaced > 0 {
            let count = u64::try_from(replaced).unwrap_or(u64::MAX);
            self.report.warnings.push(telling::replaced_characters(count, &self.job.messages));
        }
        let Sealed { path, size_bytes, digest, content_bytes } = zip.finish()?;
        verify(&path, ENTRY_NAME, content_bytes)?;
        // The digest keeps a ledger that was restored from an old copy from writing over another zip (rule 12).
        let short: String = digest.to_string().chars().take(16).collect();
        let zip_name = format!("{zip_name}-{short}.zip");
        let named = folder.file(&zip_name)?;
        std::fs::rename(&path, &named)?;
        sync_folder_of(&named)?;
        self.keep(folder, &named, &zip_name)?;
        let manifest = Manifest { staff_digest, report: self.report.clone(), readers: self.readers.clone() };
        folder.keep_bytes(MANIFEST, &serde_json::to_vec(&manifest)?)?;
        let zip = SealedZip { name: zip_name, size_bytes, digest };
        self.job.ledger.seal(publication, zip, self.job.clock.now())?;
        Ok(())
    }

    fn write_removals(
        &mut self,
        publication: PublicationId,
        xml: &mut Xml<ZipStream>,
    ) -> Result<(), FlowError> {
        xml.section("removals")?;
        for removal in self.job.ledger.planned_removals(publication)? {
            let removal = removal?;
            match &removal.what {
                Withdrawal::Document(document) => xml.unpublish(&document.to_string(), removal.reason)?,
                Withdrawal::Account(account) => xml.deactivate(*account, removal.reason)?,
                Withdrawal::Access(party) => xml.revoke_access(*party)?,
                Withdrawal::Section(key) => {
                    let (section, reference) = key.split_once('/').unwrap_or((key, ""));
                    xml.withdraw(section, reference.parse().ok(), removal.reason)?;
                }
            }
        }
        xml.end()?;
        Ok(())
    }
}

/// Counts the accounts of a plan that waits: what a person accepts (rule 14).
fn accounts_counts(selection: &Selection) -> SectionCounts {
    let count = |wanted: fn(&AccountVerdict) -> bool| {
        u64::try_from(selection.accounts.values().filter(|verdict| wanted(verdict)).count())
            .unwrap_or(u64::MAX)
    };
    SectionCounts {
        section: Section::Accounts,
        known: count(|_| true),
        published: count(|verdict| verdict.is_published()),
        unchanged: 0,
        held: 0,
        refused: count(|verdict| matches!(verdict, AccountVerdict::Refused(_))),
    }
}

/// Checks the licence and gives the domain name (A1, A2).
///
/// # Errors
/// [`FlowError::NoLicence`], [`FlowError::BadDomain`].
pub fn domain_of(agency: &Agency) -> Result<String, FlowError> {
    if !agency.licence_valid {
        return Err(FlowError::NoLicence);
    }
    let domain = agency.domain_name.clone().unwrap_or_default();
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_label = (1..=63).contains(&domain.len())
        && domain.bytes().all(inner)
        && !domain.starts_with('-')
        && !domain.ends_with('-');
    if is_label { Ok(domain) } else { Err(FlowError::BadDomain(domain)) }
}

/// The zip format dates its entries between 1980 and 2107.
pub(super) fn zip_time(now: NaiveDateTime) -> NaiveDateTime {
    use chrono::Datelike;
    if (1980..2107).contains(&now.year()) {
        now
    } else {
        NaiveDateTime::default().with_year(1980).unwrap_or(now)
    }
}

/// Gives the section that counts the records of a table that can't be read, and their kind.
fn of_table(table: &str) -> (Section, RecordKind) {
    use RecordKind as K;
    match table {
        "entity" => (Section::Entities, K::Entity),
        "staff_member" => (Section::Staff, K::StaffMember),
        "supplier" => (Section::Suppliers, K::Supplier),
        "building" => (Section::Buildings, K::Building),
        "unit" => (Section::Buildings, K::Unit),
        "holding" => (Section::Holdings, K::Holding),
        "ownership_transfer" => (Section::Holdings, K::OwnershipTransfer),
        "lease" => (Section::Leases, K::Lease),
        "account" => (Section::Accounts, K::Account),
        "binder" => (Section::Binders, K::Binder),
        "fiscal_year" => (Section::Expenses, K::FiscalYear),
        "allocation_key" => (Section::Expenses, K::AllocationKey),
        "event_template" => (Section::Documents, K::EventTemplate),
        "case_file" => (Section::Documents, K::CaseFile),
        "co_owner_record" => (Section::Parties, K::CoOwnerRecord),
        _ => (Section::Parties, K::Party),
    }
}
