//! The files of a publication: made in the spool, then placed on the server while the next ones are made.
//!
//! Promises: intentions are recorded before the first effect of a batch and results after it; a file that is known to
//! stand at its final name is not sent again, and one whose result was lost with an earlier run is looked for first; one file that can't be made or that the server refuses for good is
//! left out with its reason, and everything else goes on; a lost connection stops the publication, which waits.
//! Limits: at most [`AHEAD`] files wait for the connection.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

use publier_core::publication::document::DocumentId;
use publier_core::publication::reason::{RefusalReason, TransferReason};
use tokio::sync::mpsc;

use super::adopt::Survey;
use super::error::FlowError;
use super::letters::kept_letter;
use super::listing::{Listing, Material, file_name, file_path};
use super::plan::render_refusal;
use crate::digest::sha256_of_file;
use crate::ledger::documents::{Pages, RemoteFile};
use crate::ledger::files::UploadResult;
use crate::ledger::plan::PlannedDocument;
use crate::ledger::{Ledger, PublicationId, SeriesKey};
use crate::package::photo;
use crate::package::spool::Folder;
use crate::ports::{Clock, Event, Listener, RemotePath};
use crate::render::{self, Dropped};
use crate::transfer::courier::{Courier, Parcel};

/// How many made files may wait for the connection.
pub(super) const AHEAD: usize = 16;
/// Results are grouped within this time.
const GROUP_MS: u128 = 200;

/// A document's file, ready to leave.
#[derive(Debug)]
pub(super) struct Made {
    /// The document.
    pub id: DocumentId,
    /// Where the file stands, its size and digest.
    pub local: PathBuf,
    /// As it will stand on the server.
    pub remote: RemoteFile,
    /// What of a letter isn't shown; `None` for a file that isn't rendered.
    pub letter: Option<Vec<Dropped>>,
}

/// What became of making one file.
pub(super) type Making = Result<Made, (DocumentId, RefusalReason)>;

/// Makes the files of the documents that need one, in order, until the receiver is gone. Runs on a thread of its own.
pub(super) fn make_all(
    documents: Pages<PlannedDocument>,
    spool: &Folder,
    photo_side_px: u16,
    made: &mpsc::Sender<Making>,
) -> Result<(), FlowError> {
    for document in documents {
        let document = document?;
        if document.file.is_some() || !document.why.uploads() {
            continue;
        }
        if made.blocking_send(make(&document, spool, photo_side_px)?).is_err() {
            break;
        }
    }
    Ok(())
}

/// Makes the file of one document.
pub(super) fn make(
    document: &PlannedDocument,
    spool: &Folder,
    photo_side_px: u16,
) -> Result<Making, FlowError> {
    let id = document.id;
    let listing: Listing = serde_json::from_str(&document.listing)?;
    let name = file_name(id, &document.content_digest, &listing.extension);
    let refused = |reason| Ok(Err((id, reason)));
    let (local, size_bytes, sha256, letter) = match listing.material {
        Material::Letter(place) => {
            let letter = kept_letter(spool, place.unwrap_or_default())?;
            let rendered = match render::render_letter(&letter, &render::NoImages, &render::Limits::default())
            {
                Ok(rendered) => rendered,
                Err(error) => return refused(render_refusal(&error)),
            };
            let kept = spool.keep_bytes(&name, &rendered.pdf)?;
            (kept.path, kept.size_bytes, kept.digest, Some(rendered.dropped))
        }
        Material::Photo { path } => {
            let Ok(original) = read(&path) else { return refused(RefusalReason::FileUnreadable) };
            let Ok(clean) = photo::ready(&original, photo_side_px) else {
                return refused(RefusalReason::FileUnreadable);
            };
            let kept = spool.keep_bytes(&name, &clean)?;
            (kept.path, kept.size_bytes, kept.digest, None)
        }
        Material::File { path, size_bytes, sha256 } => match sha256_of_file(&path) {
            Ok(found) if found == (sha256, size_bytes) => (path, size_bytes, sha256, None),
            Ok(_) => return refused(RefusalReason::FileUnreadable),
            Err(_) => return refused(RefusalReason::FileMissing),
        },
    };
    Ok(Ok(Made { id, local, remote: RemoteFile { name, size_bytes, sha256 }, letter }))
}

fn read(path: &std::path::Path) -> Result<Vec<u8>, FlowError> {
    Ok(std::fs::read(path)?)
}

/// Where files go and what is known of them.
pub(super) struct Sender<'a> {
    /// Our own ledger.
    pub ledger: &'a mut Ledger,
    /// The series.
    pub series: SeriesKey,
    /// The publication.
    pub publication: PublicationId,
    /// The connection.
    pub courier: &'a mut Courier,
    /// The folder that receives everything.
    pub deposit: RemotePath,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Who hears of files that were found in place.
    pub listener: &'a dyn Listener,
    /// What stood on the server before, where it was asked for (rule 14).
    pub survey: Option<&'a Survey>,
}

/// What a round of sending came to.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// Documents left out for good.
    pub refused: Vec<(DocumentId, RefusalReason)>,
    /// The letters that were rendered, each with what it doesn't show.
    pub letters: Vec<(DocumentId, Vec<Dropped>)>,
    /// Files that stood there before, whole and under their own names.
    pub adopted: u64,
}

impl Sender<'_> {
    /// Places the files as they are made.
    pub(super) async fn send_all(&mut self, made: &mut mpsc::Receiver<Making>) -> Result<Sent, FlowError> {
        let mut sent = Sent::default();
        let mut batch = Vec::with_capacity(AHEAD);
        while made.recv_many(&mut batch, AHEAD).await > 0 {
            self.send(std::mem::take(&mut batch), &mut sent).await?;
        }
        Ok(sent)
    }

    async fn send(&mut self, batch: Vec<Making>, sent: &mut Sent) -> Result<(), FlowError> {
        let mut to_send = Vec::new();
        let mut placed = Vec::new();
        let mut adopted = Vec::new();
        for making in batch {
            match making {
                Err((id, reason)) => self.leave_out(id, reason, sent)?,
                Ok(made) => {
                    sent.letters.extend(made.letter.clone().map(|dropped| (made.id, dropped)));
                    match self.ledger.visible_file(self.series, &made.remote.name)? {
                        Some(file) => {
                            // One content may serve several documents: each of them found its file there.
                            sent.adopted += u64::from(self.stands_there(&file));
                            placed.push((made.id, file));
                        }
                        None if self.stands_there(&made.remote) => adopted.push(made),
                        None => to_send.push(made),
                    }
                }
            }
        }
        self.ledger.documents_sent(self.publication, &placed)?;
        self.adopt(adopted, sent)?;
        let mut doubtful = BTreeSet::new();
        for made in &to_send {
            if self.ledger.was_tried(self.series, &made.remote.name)? {
                doubtful.insert(made.remote.name.clone());
            }
        }
        let intentions: Vec<RemoteFile> = to_send.iter().map(|made| made.remote.clone()).collect();
        self.ledger.intend_uploads(self.publication, &intentions, self.clock.now())?;
        let mut group = Group::default();
        for made in to_send {
            let doubtful = doubtful.remove(&made.remote.name);
            self.place(made, doubtful, &mut group, sent).await?;
            if group.is_due() {
                group.record(self)?;
            }
        }
        group.record(self)
    }

    fn stands_there(&self, file: &RemoteFile) -> bool {
        let size = self.survey.and_then(|survey| survey.size_of(&file_path(&file.name)));
        size == Some(file.size_bytes)
    }

    /// Takes files that stood on the server before this series as facts: recorded as those that were seen.
    fn adopt(&mut self, files: Vec<Made>, sent: &mut Sent) -> Result<(), FlowError> {
        if files.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let remotes: Vec<RemoteFile> = files.iter().map(|made| made.remote.clone()).collect();
        self.ledger.intend_uploads(self.publication, &remotes, now)?;
        let seen = |file: RemoteFile| UploadResult { name: file.name, failure: None };
        let results: Vec<UploadResult> = remotes.into_iter().map(seen).collect();
        self.ledger.record_uploads(self.series, &results, now)?;
        sent.adopted += u64::try_from(files.len()).unwrap_or(u64::MAX);
        let placed: Vec<_> = files.into_iter().map(|made| (made.id, made.remote)).collect();
        Ok(self.ledger.documents_sent(self.publication, &placed)?)
    }

    /// Places one file. A doubtful one that stood there already was placed by an earlier run, which did not live to hear
    /// so: it is told now.
    async fn place(
        &mut self,
        made: Made,
        doubtful: bool,
        group: &mut Group,
        sent: &mut Sent,
    ) -> Result<(), FlowError> {
        let parcel = Parcel {
            local: made.local,
            remote: self.remote(&file_path(&made.remote.name))?,
            size_bytes: made.remote.size_bytes,
            digest: made.remote.sha256,
        };
        match self.courier.deliver(&parcel).await {
            Ok(delivered) => {
                if delivered.already && doubtful {
                    let (local, remote, size_bytes) = (parcel.local, parcel.remote, parcel.size_bytes);
                    let at = self.clock.now();
                    self.listener.hear(&Event::Uploaded { local, remote, size_bytes, at });
                }
                group.results.push(UploadResult { name: made.remote.name.clone(), failure: None });
                group.placed.push((made.id, made.remote));
                Ok(())
            }
            Err(error) => {
                group.results.push(UploadResult { name: made.remote.name, failure: Some(error.reason) });
                if !error.reason.is_about_the_file() {
                    group.record(self)?;
                    return Err(error.into());
                }
                let reason = match error.reason {
                    TransferReason::LocalFileMissing => RefusalReason::FileMissing,
                    TransferReason::LocalFileUnreadable | TransferReason::LocalFileChanged => {
                        RefusalReason::FileUnreadable
                    }
                    _ => RefusalReason::TransferRefused,
                };
                self.leave_out(made.id, reason, sent)
            }
        }
    }

    fn leave_out(&mut self, id: DocumentId, reason: RefusalReason, sent: &mut Sent) -> Result<(), FlowError> {
        self.ledger.refuse_document(self.publication, id, reason)?;
        sent.refused.push((id, reason));
        Ok(())
    }

    fn remote(&self, path: &str) -> Result<RemotePath, FlowError> {
        self.deposit.join(path).map_err(|error| FlowError::Worker(error.to_string()))
    }
}

/// Results that wait to be recorded together.
#[derive(Debug, Default)]
struct Group {
    since: Option<Instant>,
    results: Vec<UploadResult>,
    placed: Vec<(DocumentId, RemoteFile)>,
}

impl Group {
    fn is_due(&mut self) -> bool {
        self.since.get_or_insert_with(Instant::now).elapsed().as_millis() >= GROUP_MS
    }

    fn record(&mut self, sender: &mut Sender<'_>) -> Result<(), FlowError> {
        sender.ledger.record_uploads(sender.series, &self.results, sender.clock.now())?;
        sender.ledger.documents_sent(sender.publication, &self.placed)?;
        *self = Self::default();
        Ok(())
    }
}
