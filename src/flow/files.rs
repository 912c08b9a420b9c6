//! The files of a publication: made in the spool, then placed on the server while the next ones are made.
//!
//! Promises: intentions are recorded before the first effect of a batch and results after it; a file that is known to
//! stand at its final name is not sent again, and one whose result was lost with an earlier run is looked for first; one file that can't be made or that the server refuses for good is
//! left out with its reason, and everything else goes on; a lost connection stops the publication, which waits.
//! Files travel several at a time, in any order; they are made over the machine's cores and given on in the documents'
//! order, whichever is ready first. Limits: those of the [`Pool`] wait for a connection, at most [`AHEAD`] more, and
//! [`BATCH`] for each of the [`MAX_WORKERS`] that make them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use publier_core::domain::digest::Digest;
use publier_core::publication::document::{DocumentId, DocumentSource};
use publier_core::publication::reason::{RefusalReason, TransferReason};
use tokio::sync::mpsc;

use super::adopt::Survey;
use super::error::FlowError;
use super::letters::kept_letter;
use super::listing::{Listing, Material, file_name, file_path};
use crate::digest::sha256_of_file;
use crate::ledger::documents::{Pages, RemoteFile};
use crate::ledger::files::UploadResult;
use crate::ledger::plan::PlannedDocument;
use crate::ledger::{Ledger, PublicationId, SeriesKey};
use crate::package::spool::Folder;
use crate::photo::{self, Patched, place_patches};
use crate::ports::{Clock, Event, Listener, RemotePath, TransferError};
use crate::render::{self, Dropped, Stationery};
use crate::transfer::courier::pool::Pool;
use crate::transfer::courier::{Delivered, Parcel};

/// How many made files may wait beside the pool.
pub(super) const AHEAD: usize = 16;
/// How many documents each worker makes before their files are given on: few, so that the first one leaves soon.
const BATCH: usize = 2;
/// The most documents that are made at the same time, whatever the machine: each may need some tens of MiB.
const MAX_WORKERS: usize = 8;
/// Results are grouped within this time.
const GROUP: Duration = Duration::from_millis(200);

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

/// A document that can't be made.
#[derive(Debug)]
pub(super) struct Unmade {
    /// The document.
    pub id: DocumentId,
    /// Why it is left out.
    pub reason: RefusalReason,
    /// What the renderer said of a letter.
    pub error: Option<render::RenderError>,
}

/// What files are made with.
#[derive(Debug, Clone)]
pub(super) struct Bench {
    /// Where they are made, and where letters wait.
    pub spool: Folder,
    /// The longest side of a photo in pixels; 0 = any.
    pub photo_side_px: u16,
    /// What letters bear.
    pub stationery: Arc<Stationery>,
}

/// What became of making one file.
pub(super) type Making = Result<Made, Unmade>;

/// Makes the files of the documents that need one, in order, until the receiver is gone. Runs on a thread of its own.
pub(super) fn make_all(
    documents: Pages<PlannedDocument>,
    bench: &Bench,
    made: &mpsc::Sender<Making>,
) -> Result<(), FlowError> {
    make_each(documents, bench, |batch| {
        Ok(batch.into_iter().all(|making| made.blocking_send(making).is_ok()))
    })
}

/// Makes the files of the documents that need one over the machine's cores, and gives them in the documents' order, some
/// at a time, until the taker wants no more.
///
/// # Errors
/// When the ledger, the spool or the taker fails; a document that can't be made is a refusal, not an error.
pub(super) fn make_each(
    documents: Pages<PlannedDocument>,
    bench: &Bench,
    mut take: impl FnMut(Vec<Making>) -> Result<bool, FlowError>,
) -> Result<(), FlowError> {
    let workers = std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MAX_WORKERS);
    let needs_file = |document: &Result<PlannedDocument, _>| !matches!(document, Ok(document) if document.file.is_some() || !document.why.uploads());
    let mut documents = documents.filter(needs_file);
    loop {
        let batch = documents.by_ref().take(BATCH * workers).collect::<Result<Vec<_>, _>>()?;
        if batch.is_empty() || !take(make_batch(&batch, workers, bench)?)? {
            return Ok(());
        }
    }
}

/// Makes the files of some documents, each worker the next one that nobody has.
fn make_batch(
    documents: &[PlannedDocument],
    workers: usize,
    bench: &Bench,
) -> Result<Vec<Making>, FlowError> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(document) = documents.get(place) else { return Ok::<_, FlowError>(made) };
            made.push((place, make(document, bench)?));
        }
    };
    let mut made = std::thread::scope(|scope| {
        let started: Vec<_> = (1..workers.min(documents.len())).map(|_| scope.spawn(work)).collect();
        let own = work();
        let others: Vec<_> = started.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        let mut made = own?;
        for other in others {
            made.extend(other.map_err(|_| FlowError::Worker("a renderer broke down".to_owned()))??);
        }
        Ok::<_, FlowError>(made)
    })?;
    made.sort_by_key(|(place, _)| *place);
    Ok(made.into_iter().map(|(_, making)| making).collect())
}

/// Makes the file of one document.
fn make(document: &PlannedDocument, bench: &Bench) -> Result<Making, FlowError> {
    let Bench { spool, photo_side_px, stationery } = bench;
    let id = document.id;
    let listing: Listing = serde_json::from_str(&document.listing)?;
    let name = file_name(id, &document.content_digest, &listing.extension);
    let refused = |reason| Ok(Err(Unmade { id, reason, error: None }));
    let (local, size_bytes, sha256, letter) = match listing.material {
        Material::Letter(place) => {
            let letter = kept_letter(spool, place.unwrap_or_default())?;
            let rendered = match render::render_letter(&letter, &**stationery, &render::Limits::default()) {
                Ok(rendered) => rendered,
                Err(error) => return Ok(Err(Unmade { id, reason: error.refusal(), error: Some(error) })),
            };
            let kept = spool.keep_bytes(&name, &rendered.pdf)?;
            (kept.path, kept.size_bytes, kept.digest, Some(rendered.dropped))
        }
        Material::Photo { path } => {
            let Ok(original) = read(&path) else { return refused(RefusalReason::FileUnreadable) };
            let clean = match photo::ready(&original, *photo_side_px) {
                Ok(clean) => clean,
                Err(error) => return refused(error.refusal()),
            };
            let kept = spool.keep_bytes(&name, &clean)?;
            (kept.path, kept.size_bytes, kept.digest, None)
        }
        Material::Picture { path } => match placeless(&path, spool, &name)? {
            Ok((path, size_bytes, sha256)) => (path, size_bytes, sha256, None),
            Err(reason) => return refused(reason),
        },
        Material::File { path, size_bytes, sha256 } => match sha256_of_file(&path) {
            Ok(found) if found == (sha256, size_bytes) => (path, size_bytes, sha256, None),
            Ok(_) => return refused(RefusalReason::FileUnreadable),
            Err(_) => return refused(RefusalReason::FileMissing),
        },
    };
    Ok(Ok(Made { id, local, remote: RemoteFile { name, size_bytes, sha256 }, letter }))
}

/// Gives a picture without its place: the file itself where it tells none, else a copy in the spool.
fn placeless(
    path: &Path,
    spool: &Folder,
    name: &str,
) -> Result<Result<(PathBuf, u64, Digest), RefusalReason>, FlowError> {
    let unreadable = Err(RefusalReason::FileUnreadable);
    let Ok(mut file) = File::open(path) else { return Ok(unreadable) };
    let patches = match place_patches(&mut file) {
        Ok(patches) => patches,
        Err(error) if error.kind() == ErrorKind::FileTooLarge => return Ok(Err(RefusalReason::FileTooLarge)),
        Err(error) if error.kind() == ErrorKind::InvalidData => return Ok(Err(RefusalReason::FileDamaged)),
        Err(_) => return Ok(unreadable),
    };
    if patches.is_empty() {
        return Ok(
            sha256_of_file(path).map_or(unreadable, |(sha256, size)| Ok((path.to_owned(), size, sha256)))
        );
    }
    let Ok(mut clean) = Patched::new(file, patches) else { return Ok(unreadable) };
    let kept = spool.keep(name, &mut clean, u64::MAX)?;
    Ok(Ok((kept.path, kept.size_bytes, kept.digest)))
}

fn read(path: &Path) -> Result<Vec<u8>, FlowError> {
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
    /// The connections.
    pub pool: &'a mut Pool,
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
    /// The letters that can't be rendered, each with what the renderer said.
    pub unmade: Vec<(DocumentSource, render::RenderError)>,
    /// Files that stood there before, whole and under their own names.
    pub adopted: u64,
}

impl Sender<'_> {
    /// Places the files as they are made; one connection is left open.
    pub(super) async fn send_all(&mut self, made: &mut mpsc::Receiver<Making>) -> Result<Sent, FlowError> {
        let mut round = Round::default();
        let placed = self.place_all(made, &mut round).await;
        // What was confirmed is recorded, whatever else went wrong.
        let recorded = round.group.record(self);
        self.pool.rest().await;
        placed.and(recorded).map(|()| round.sent)
    }

    async fn place_all(
        &mut self,
        made: &mut mpsc::Receiver<Making>,
        round: &mut Round,
    ) -> Result<(), FlowError> {
        let mut batch = Vec::with_capacity(AHEAD);
        let mut more = true;
        while more || self.pool.is_busy() {
            let (busy, room) = (self.pool.is_busy(), self.pool.has_room());
            tokio::select! {
                ended = tokio::time::timeout(GROUP, self.pool.next()), if busy => {
                    if let Ok(Some((ticket, result))) = ended {
                        self.settle(ticket, result, round)?;
                    }
                }
                count = made.recv_many(&mut batch, AHEAD), if more && room => {
                    more = count > 0;
                    self.begin(std::mem::take(&mut batch), round)?;
                }
                // A failure that is not about one file: the rest is not begun.
                else => break,
            }
            if round.group.is_due() {
                round.group.record(self)?;
            }
        }
        round.failure.take().map_or(Ok(()), |error| Err(error.into()))
    }

    /// Records the intentions of a batch, then gives it to the pool.
    fn begin(&mut self, batch: Vec<Making>, round: &mut Round) -> Result<(), FlowError> {
        let mut to_send = Vec::new();
        let mut placed = Vec::new();
        let mut adopted = Vec::new();
        for making in batch {
            match making {
                Err(Unmade { id, reason, error }) => {
                    self.leave_out(id, reason, &mut round.sent)?;
                    round.sent.unmade.extend(error.map(|error| (id.source(), error)));
                }
                Ok(made) => {
                    let dropped = made.letter.clone();
                    round.sent.letters.extend(dropped.map(|dropped| (made.id, dropped)));
                    match self.ledger.visible_file(self.series, &made.remote.name)? {
                        Some(file) => {
                            // One content may serve several documents: each of them found its file there.
                            round.sent.adopted += u64::from(self.stands_there(&file));
                            placed.push((made.id, file));
                        }
                        None if self.stands_there(&made.remote) => adopted.push(made),
                        None => to_send.push(made),
                    }
                }
            }
        }
        self.ledger.documents_sent(self.publication, &placed)?;
        self.adopt(adopted, &mut round.sent)?;
        self.submit(to_send, round)
    }

    fn submit(&mut self, files: Vec<Made>, round: &mut Round) -> Result<(), FlowError> {
        let mut intentions = Vec::new();
        let mut parcels = Vec::new();
        for made in files {
            if let Some(same) = round.under_way.values_mut().find(|on| on.remote == made.remote) {
                same.documents.push(made.id);
                continue;
            }
            let doubtful = self.ledger.was_tried(self.series, &made.remote.name)?;
            let parcel = Parcel {
                local: made.local,
                remote: self.remote(&file_path(&made.remote.name))?,
                size_bytes: made.remote.size_bytes,
                digest: made.remote.sha256,
            };
            round.last_ticket += 1;
            let on_its_way = OnItsWay {
                documents: vec![made.id],
                remote: made.remote.clone(),
                parcel: parcel.clone(),
                doubtful,
            };
            round.under_way.insert(round.last_ticket, on_its_way);
            intentions.push(made.remote);
            parcels.push((round.last_ticket, parcel));
        }
        self.ledger.intend_uploads(self.publication, &intentions, self.clock.now())?;
        for (ticket, parcel) in parcels {
            self.pool.submit(ticket, parcel);
        }
        Ok(())
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

    /// Keeps the end of one file. A doubtful one that stood there already was placed by an earlier run, which did not
    /// live to hear so: it is told now.
    fn settle(
        &mut self,
        ticket: u64,
        result: Result<Delivered, TransferError>,
        round: &mut Round,
    ) -> Result<(), FlowError> {
        let Some(OnItsWay { documents, remote, parcel, doubtful }) = round.under_way.remove(&ticket) else {
            return Ok(());
        };
        let failure = result.as_ref().err().map(|error| error.reason);
        round.group.results.push(UploadResult { name: remote.name.clone(), failure });
        match result {
            Ok(delivered) => {
                if delivered.already && doubtful {
                    let (local, remote, size_bytes) = (parcel.local, parcel.remote, parcel.size_bytes);
                    let at = self.clock.now();
                    self.listener.hear(&Event::Uploaded { local, remote, size_bytes, at });
                }
                round.group.placed.extend(documents.into_iter().map(|id| (id, remote.clone())));
                Ok(())
            }
            Err(error) if error.reason.is_about_the_file() => {
                let reason = match error.reason {
                    TransferReason::LocalFileMissing => RefusalReason::FileMissing,
                    TransferReason::LocalFileUnreadable | TransferReason::LocalFileChanged => {
                        RefusalReason::FileUnreadable
                    }
                    _ => RefusalReason::TransferRefused,
                };
                documents.into_iter().try_for_each(|id| self.leave_out(id, reason, &mut round.sent))
            }
            Err(error) => {
                // The first one is the cause; what was under way may have failed of it.
                round.failure.get_or_insert(error);
                Ok(())
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

/// A file that the pool has.
#[derive(Debug)]
struct OnItsWay {
    /// The documents that it serves.
    documents: Vec<DocumentId>,
    remote: RemoteFile,
    parcel: Parcel,
    /// An earlier run intended it and its result isn't known.
    doubtful: bool,
}

/// One round of sending, under way.
#[derive(Debug, Default)]
struct Round {
    sent: Sent,
    group: Group,
    last_ticket: u64,
    under_way: BTreeMap<u64, OnItsWay>,
    /// What ended the round.
    failure: Option<TransferError>,
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
        !self.results.is_empty() && self.since.get_or_insert_with(Instant::now).elapsed() >= GROUP
    }

    fn record(&mut self, sender: &mut Sender<'_>) -> Result<(), FlowError> {
        sender.ledger.record_uploads(sender.series, &self.results, sender.clock.now())?;
        sender.ledger.documents_sent(sender.publication, &self.placed)?;
        *self = Self::default();
        Ok(())
    }
}
