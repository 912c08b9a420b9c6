//! Writing: the caller formats, a second thread compresses.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread::{self, JoinHandle};

use chrono::{Datelike, NaiveDateTime, Timelike};
use publier_core::domain::digest::Digest;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::PackageError;
use crate::digest::sha256_of_file;
use crate::files::{create_private, failed, sync_folder_of};

/// The size of one block handed to the other thread.
const BLOCK_BYTES: usize = 256 * 1024;
/// Blocks that may wait for the other thread: beyond, the caller waits.
const BLOCKS_WAITING: usize = 4;

/// How hard the archive is compressed (deflate's levels).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// Level 3: more than twice as fast, about 8 % larger.
    Fast,
    /// Level 6.
    #[default]
    Normal,
}

impl Level {
    fn deflate(self) -> i64 {
        match self {
            Self::Fast => 3,
            Self::Normal => 6,
        }
    }
}

/// A finished archive, whole and on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Where it stands.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// The digest of the archive itself.
    pub digest: Digest,
    /// The size in bytes of its content before compression.
    pub content_bytes: u64,
}

/// What goes to the compressing thread.
enum Work {
    Block(Vec<u8>),
    Finish,
}

/// An archive being written: what is written to it becomes its only entry.
#[derive(Debug)]
pub struct ZipStream {
    block: Vec<u8>,
    /// Blocks to compress; `None` once finished or failed.
    work: Option<SyncSender<Work>>,
    /// Blocks that come back empty.
    spare: Receiver<Vec<u8>>,
    worker: Option<JoinHandle<Result<Sealed, PackageError>>>,
}

impl ZipStream {
    /// Begins the archive `path` whose only entry bears `entry_name` and the fixed date `entry_time` (local time
    /// without zone, to two seconds, as the format has it).
    ///
    /// # Errors
    /// When the file or the thread can't be made, or the date lies outside 1980-2107.
    pub fn create(
        path: &Path,
        entry_name: &str,
        level: Level,
        entry_time: NaiveDateTime,
    ) -> Result<Self, PackageError> {
        let options = options(level, entry_time)?;
        let part = Part::create(path)?;
        let (work, to_do) = mpsc::sync_channel(BLOCKS_WAITING);
        let (emptied, spare) = mpsc::channel();
        let (path, entry_name) = (path.to_owned(), entry_name.to_owned());
        let worker = thread::Builder::new()
            .name("zip".to_owned())
            .spawn(move || compress(part, path, &entry_name, options, &to_do, &emptied))
            .map_err(PackageError::Thread)?;
        Ok(Self { block: new_block(), work: Some(work), spare, worker: Some(worker) })
    }

    /// Ends the archive: syncs it, gives it its name, syncs its folder. Blocks until it is done.
    ///
    /// # Errors
    /// The first error of either thread; no file stands under the name then.
    pub fn finish(mut self) -> Result<Sealed, PackageError> {
        if !self.block.is_empty() {
            self.hand_over()?;
        }
        let Some(work) = self.work.take() else { return Err(PackageError::FailedBefore) };
        // A closed channel means that the thread failed: its own error is the one to give.
        drop(work.send(Work::Finish));
        self.result()
    }

    fn hand_over(&mut self) -> Result<(), PackageError> {
        let Some(work) = &self.work else { return Err(PackageError::FailedBefore) };
        let fresh = self.spare.try_recv().unwrap_or_else(|_| new_block());
        let full = std::mem::replace(&mut self.block, fresh);
        if work.send(Work::Block(full)).is_ok() { Ok(()) } else { Err(self.failure()) }
    }

    /// Gives the error of a thread that ended before its time.
    fn failure(&mut self) -> PackageError {
        self.work = None;
        self.result().err().unwrap_or(PackageError::ThreadLost)
    }

    fn result(&mut self) -> Result<Sealed, PackageError> {
        let worker = self.worker.take().ok_or(PackageError::FailedBefore)?;
        worker.join().unwrap_or(Err(PackageError::ThreadLost))
    }

    /// Reports a failure of the other thread as soon as it is known.
    fn check(&mut self) -> Result<(), PackageError> {
        match &self.worker {
            None => Err(PackageError::FailedBefore),
            Some(worker) if worker.is_finished() => Err(self.failure()),
            Some(_) => Ok(()),
        }
    }
}

impl Write for ZipStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.check()?;
        let room = BLOCK_BYTES.saturating_sub(self.block.len());
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.block.extend_from_slice(taken);
        if self.block.len() >= BLOCK_BYTES {
            self.hand_over()?;
        }
        Ok(taken.len())
    }

    /// Reports a known failure; the blocks go on by themselves.
    fn flush(&mut self) -> io::Result<()> {
        Ok(self.check()?)
    }
}

impl Drop for ZipStream {
    fn drop(&mut self) {
        self.work = None;
        if let Some(worker) = self.worker.take() {
            // Nobody is left to hear the result; the thread has removed its partial file.
            drop(worker.join());
        }
    }
}

fn new_block() -> Vec<u8> {
    Vec::with_capacity(BLOCK_BYTES)
}

fn options(level: Level, time: NaiveDateTime) -> Result<SimpleFileOptions, PackageError> {
    Ok(SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(level.deflate()))
        .last_modified_time(dos_time(time).ok_or(PackageError::Date(time))?)
        .unix_permissions(0o600)
        .large_file(true))
}

fn dos_time(time: NaiveDateTime) -> Option<DateTime> {
    let byte = |number: u32| u8::try_from(number).ok();
    DateTime::from_date_and_time(
        u16::try_from(time.year()).ok()?,
        byte(time.month())?,
        byte(time.day())?,
        byte(time.hour())?,
        byte(time.minute())?,
        byte(time.second())?,
    )
    .ok()
}

/// The compressing thread, from its first block to the renamed file.
fn compress(
    part: Part,
    path: PathBuf,
    entry_name: &str,
    options: SimpleFileOptions,
    work: &Receiver<Work>,
    emptied: &Sender<Vec<u8>>,
) -> Result<Sealed, PackageError> {
    let part_path = part.path.clone();
    let result = write_entry(part, entry_name, options, work, emptied)
        .and_then(|content_bytes| settle(&part_path, path, content_bytes));
    if result.is_err() {
        // The first error is the one to report; a partial file that stays is removed with its folder.
        drop(fs::remove_file(&part_path));
    }
    result
}

/// Writes the whole archive and syncs it; gives the size of the content in bytes.
fn write_entry(
    part: Part,
    entry_name: &str,
    options: SimpleFileOptions,
    work: &Receiver<Work>,
    emptied: &Sender<Vec<u8>>,
) -> Result<u64, PackageError> {
    let path = part.whole.clone();
    let cannot_write = |source| PackageError::Write { path: path.clone(), source };
    let mut zip = ZipWriter::new(part);
    zip.start_file(entry_name, options).map_err(cannot_write)?;
    let mut content_bytes = 0_u64;
    loop {
        match work.recv() {
            Ok(Work::Block(mut block)) => {
                zip.write_all(&block).map_err(|error| cannot_write(error.into()))?;
                content_bytes = content_bytes.saturating_add(u64::try_from(block.len()).unwrap_or(u64::MAX));
                block.clear();
                // The caller may already be in `finish`: then nobody needs the block.
                drop(emptied.send(block));
            }
            Ok(Work::Finish) => break,
            Err(mpsc::RecvError) => return Err(PackageError::Abandoned(path)),
        }
    }
    let part = zip.finish().map_err(cannot_write)?;
    part.sync().map_err(|error| cannot_write(error.into()))?;
    Ok(content_bytes)
}

/// Gives the written archive its name, durably.
fn settle(part: &Path, path: PathBuf, content_bytes: u64) -> Result<Sealed, PackageError> {
    let (digest, size_bytes) = sha256_of_file(part).map_err(failed("read back", &path))?;
    fs::rename(part, &path).map_err(failed("rename to", &path))?;
    sync_folder_of(&path)?;
    Ok(Sealed { path, size_bytes, digest, content_bytes })
}

/// The partial file. After its first error it takes everything and writes nothing, so that the writer above it,
/// which tries to close the archive when dropped, has nothing to complain of; [`Part::sync`] then fails.
#[derive(Debug)]
struct Part {
    file: File,
    path: PathBuf,
    /// The name that it gets once it is whole, by which errors name it.
    whole: PathBuf,
    broken: bool,
}

impl Part {
    fn create(path: &Path) -> Result<Self, PackageError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let (whole, path) = (path.to_owned(), path.with_file_name(name));
        let file = create_private(&path).map_err(|error| error.of(&whole))?;
        Ok(Self { file, path, whole, broken: false })
    }

    fn sync(&self) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier error was lost"));
        }
        self.file.sync_all()
    }

    fn noting<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        self.broken |= matches!(&result, Err(error) if error.kind() != io::ErrorKind::Interrupted);
        result
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.broken {
            return Ok(bytes.len());
        }
        let result = self.file.write(bytes);
        self.noting(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.broken {
            return Ok(());
        }
        let result = self.file.flush();
        self.noting(result)
    }
}

impl Seek for Part {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if self.broken {
            return Ok(0);
        }
        let result = self.file.seek(to);
        self.noting(result)
    }
}
