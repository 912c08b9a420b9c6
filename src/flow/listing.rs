//! What the plan keeps of a document until it is listed: its element in the XML, and how its file is made.

use std::path::PathBuf;

use chrono::NaiveDate;
use publier_core::domain::digest::Digest;
use publier_core::domain::ids::{BinderId, EventId};
use publier_core::publication::document::{
    DocumentId, DocumentSource, name_seed, remote_folder, remote_name,
};
use serde::{Deserialize, Serialize};

use super::letters::LetterPlace;
use crate::channels::extranet::xml::DocumentEntry;
use crate::digest::sha256;
use crate::ledger::documents::RemoteFile;

/// What the file of a document is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Material {
    /// A letter, and where the spool keeps it until it is rendered: nowhere where nothing is uploaded.
    Letter(Option<LetterPlace>),
    /// A file of the agency, sent as it is.
    File {
        /// Its absolute path.
        path: PathBuf,
        /// Its size in bytes.
        size_bytes: u64,
        /// Its digest.
        sha256: Digest,
    },
    /// A picture of another format than a photo's, sent without its place.
    Picture {
        /// Its absolute path.
        path: PathBuf,
    },
    /// A photo of the agency, sent without its metadata (C17: no place, no device).
    Photo {
        /// Its absolute path.
        path: PathBuf,
    },
}

/// A document as it will be listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listing {
    /// Classeur.
    pub binder: BinderId,
    /// Type de dossier.
    pub folder: Option<String>,
    /// Title as shown.
    pub title: String,
    /// Date of the document.
    pub date: NaiveDate,
    /// Date of publication.
    pub published_on: NaiveDate,
    /// Last day.
    pub until: Option<NaiveDate>,
    /// Document it cancels and replaces.
    pub supersedes: Option<String>,
    /// The extension of its remote name.
    pub extension: String,
    /// Its MIME type.
    pub mime: String,
    /// What its file is made from.
    pub material: Material,
}

impl Listing {
    /// Digests how it is listed: title, folder, binder, dates, supersedes (rule 10). The scope is part of the id.
    pub(super) fn digest(&self) -> Digest {
        let parts = (
            &self.title,
            &self.folder,
            self.binder,
            self.date,
            self.published_on,
            self.until,
            &self.supersedes,
        );
        sha256(format!("{parts:?}").as_bytes())
    }

    /// Gives the element of the document, once its file is known.
    pub(super) fn entry<'a>(
        &'a self,
        head: &'a Head,
        file: &'a RemoteFile,
        path: &'a str,
        notify: bool,
    ) -> DocumentEntry<'a> {
        DocumentEntry {
            id: &head.id,
            event: head.event,
            binder: self.binder,
            folder: self.folder.as_deref(),
            kind: head.kind,
            title: &self.title,
            file: path,
            mime: &self.mime,
            size_bytes: file.size_bytes,
            sha256: file.sha256,
            date: self.date,
            published_on: self.published_on,
            until: self.until,
            notify,
            supersedes: self.supersedes.as_deref(),
            target: head.target,
        }
    }
}

/// What the id of a document says, as text.
#[derive(Debug)]
pub(super) struct Head {
    id: String,
    event: Option<EventId>,
    kind: &'static str,
    target: publier_core::domain::audience::Target,
}

impl Head {
    /// Reads an id.
    pub(super) fn of(id: DocumentId) -> Self {
        let kind = match id.source() {
            DocumentSource::Body(_) => "body",
            DocumentSource::Attachment(..) => "attachment",
            DocumentSource::Photo(_) => "photo",
            DocumentSource::Voucher(..) => "voucher",
        };
        Self { id: id.to_string(), event: id.source().event(), kind, target: id.target() }
    }
}

/// Gives the neutral name of a document's file (rule 12).
pub(super) fn file_name(id: DocumentId, content: &Digest, extension: &str) -> String {
    remote_name(&sha256(name_seed(id, content).as_bytes()), extension)
}

/// Gives the path of a file below the deposit folder.
pub(super) fn file_path(name: &str) -> String {
    format!("documents/{}/{name}", remote_folder(name))
}

/// Names the record that a document comes from, as staff find it again.
pub(crate) fn record_name(source: DocumentSource) -> String {
    match source {
        DocumentSource::Body(event) => format!("event {event}"),
        DocumentSource::Attachment(_, attachment) => format!("attachment {attachment}"),
        DocumentSource::Photo(photo) => format!("photo {photo}"),
        DocumentSource::Voucher(voucher, line) => format!("voucher {voucher}/{line}"),
    }
}
