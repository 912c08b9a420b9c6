//! What of the source may be listed, and as what: each event's letter and attachments, photos, vouchers.

use publier_core::domain::audience::Target;
use publier_core::domain::digest::Digest;
use publier_core::domain::document::{
    self, Body, EventRecord, PhotoRecord, Placement, after_binding, attachment_title, body_title,
    judge_event, judge_photo,
};
use publier_core::domain::expenses::{ExpenseSection, ExpenseVerdict, line_verdict};
use publier_core::domain::ids::{AttachmentId, BinderId, BuildingId, ExpenseLineId, VoucherId};
use publier_core::publication::document::{DocumentId, DocumentSource, MAX_RECORD_ID};
use publier_core::publication::due::{Candidate, Derived, Verdict};
use publier_core::publication::reason::{RefusalReason, RemovalReason};

use super::{PlannerParts, Proposal, Run};
use crate::digest::sha256_of_file;
use crate::flow::bulk;
use crate::flow::error::FlowError;
use crate::flow::letters::letter;
use crate::flow::listing::{Listing, Material, file_name};
use crate::ledger::documents::KnownLetter;
use crate::ledger::files::{FileStamp, KnownFile};
use crate::ledger::plan::PlanRow;
use crate::ledger::{Ledger, LedgerError};
use crate::package::inspect::opens;
use crate::package::mime::FileKind;
use crate::package::vault::FoundFile;
use crate::render::{self, html};

impl Run<'_> {
    /// Proposes the body and each attachment of an event, in the order of their ids.
    pub(super) fn event(
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
        let PlannerParts { books, successions, trade, .. } = self.planner;
        let successor = books.snapshot.replaced_by(event.id, successions, trade, &blank)?;
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
        let unread = match event.body {
            Body::Unreadable => Some(RefusalReason::BodyFormat),
            Body::TooLarge => Some(RefusalReason::BodyTooLarge),
            Body::Blank | Body::Html => None,
        };
        if let Some(reason) = unread {
            return Ok(Proposal::without_listing(source, Verdict::Refuse { reason, audience }));
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
        let mut letter = letter(agency, Vec::new(), &event.subject, body, id.to_string(), placement.date);
        self.planner.stationery.set(&mut letter);
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
        match render::input_digest(letter, self.planner.stationery, &render::Limits::default()) {
            Ok(content) => {
                self.read_letters.push(KnownLetter { id, raw, content });
                Ok(Ok(content))
            }
            Err(error) => {
                let reason = error.refusal();
                self.unmade.push((id.source(), error));
                Ok(Err(reason))
            }
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

    pub(super) fn photo(&mut self, ledger: &Ledger, photo: &PhotoRecord) -> Result<Proposal, FlowError> {
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
            return Ok(refused_file(source, RefusalReason::PhotoType, audience));
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
    pub(super) fn vouchers(&mut self, ledger: &mut Ledger) -> Result<(), FlowError> {
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
        let older = event.supersedes.filter(|older| self.planner.successions.replaces(event.id, *older))?;
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

/// A record whose key can't stand in a document's id.
fn unlistable(source: DocumentSource) -> Proposal {
    Proposal::without_listing(source, Verdict::Refuse { reason: RefusalReason::BadValue, audience: None })
}

/// Photos leave without their metadata, other pictures without their place; other files as they are.
fn material(kind: FileKind, found: FoundFile, sha256: Digest) -> Material {
    match kind {
        FileKind::Jpeg | FileKind::Png => Material::Photo { path: found.path },
        FileKind::Tiff | FileKind::Webp | FileKind::Heif => Material::Picture { path: found.path },
        _ => Material::File { path: found.path, size_bytes: found.size_bytes, sha256 },
    }
}
