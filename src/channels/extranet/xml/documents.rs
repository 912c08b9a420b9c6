//! Documents as they are listed, and removals.

use std::io::{self, Write};

use chrono::NaiveDate;
use publier_core::domain::audience::Target;
use publier_core::domain::digest::Digest;
use publier_core::domain::ids::{AccountId, BinderId, EventId, PartyId};
use publier_core::publication::reason::RemovalReason;

use super::Xml;

/// A document as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentEntry<'a> {
    /// Id.
    pub id: &'a str,
    /// Événement.
    pub event: Option<EventId>,
    /// Classeur.
    pub binder: BinderId,
    /// Type de dossier.
    pub folder: Option<&'a str>,
    /// `body`, `attachment`, `photo` or `voucher`.
    pub kind: &'a str,
    /// Title as shown.
    pub title: &'a str,
    /// Path below the deposit folder.
    pub file: &'a str,
    /// MIME type.
    pub mime: &'a str,
    /// Bytes.
    pub size_bytes: u64,
    /// Digest of the file.
    pub sha256: Digest,
    /// Date of the document.
    pub date: NaiveDate,
    /// Date of publication.
    pub published_on: NaiveDate,
    /// Last day.
    pub until: Option<NaiveDate>,
    /// Whether its readers are told.
    pub notify: bool,
    /// Document it replaces.
    pub supersedes: Option<&'a str>,
    /// What it concerns.
    pub target: Target,
}

impl<W: Write> Xml<W> {
    /// Writes a document.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn document(&mut self, document: &DocumentEntry<'_>) -> io::Result<()> {
        self.xml.start("document")?.attr("id", document.id);
        if let Some(event) = document.event {
            self.xml.attr_display("event", event);
        }
        self.xml
            .attr_display("binder", document.binder)
            .attr_opt("folder", document.folder)
            .attr("kind", document.kind)
            .attr("title", document.title)
            .attr("file", document.file)
            .attr("mime", document.mime)
            .attr_display("size", document.size_bytes)
            .attr_display("sha256", document.sha256)
            .attr_display("date", document.date)
            .attr_display("publishedOn", document.published_on);
        if let Some(until) = document.until {
            self.xml.attr_display("publishUntil", until);
        }
        self.xml.attr_display("notify", document.notify).attr_opt("supersedes", document.supersedes);
        self.xml
            .start("concerns")?
            .attr("scope", document.target.scope())
            .attr_display("ref", document.target.reference());
        self.xml.end()?;
        self.xml.end()
    }

    /// Withdraws a document.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn unpublish(&mut self, document: &str, reason: RemovalReason) -> io::Result<()> {
        self.xml.start("unpublish")?.attr("document", document).attr("reason", reason.code());
        self.xml.end()
    }

    /// Closes an account (D7).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn deactivate(&mut self, account: AccountId, reason: RemovalReason) -> io::Result<()> {
        self.xml.start("deactivate")?.attr_display("account", account).attr("reason", reason.code());
        self.xml.end()
    }

    /// Closes a party's access (D26).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn revoke_access(&mut self, party: PartyId) -> io::Result<()> {
        self.xml.start("revokeAccess")?.attr_display("party", party);
        self.xml.end()
    }

    /// Erases a section that is no longer sent (E6).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn withdraw(
        &mut self,
        section: &str,
        reference: Option<i64>,
        reason: RemovalReason,
    ) -> io::Result<()> {
        self.xml.start("withdraw")?.attr("section", section);
        if let Some(reference) = reference {
            self.xml.attr_display("ref", reference);
        }
        self.xml.attr("reason", reason.code());
        self.xml.end()
    }
}
