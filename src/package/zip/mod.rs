//! The publication's archive: one XML entry, streamed in, then reopened and checked.
//!
//! Promises: [`ZipStream`] compresses on a second thread with flat memory (at most seven blocks of 256 KiB), writes
//! `NAME.part` and renames it only once it is whole and synced; an error of that thread reaches the caller at its
//! next write or at [`ZipStream::finish`]; a stream that is dropped unfinished leaves no file. The same content,
//! date and level give the same bytes. [`verify`] accepts nothing but one entry of the right name and size, whose
//! CRC is right and whose content is one well-formed XML document.
//!
//! Format: zip with deflate, always with the 64-bit size fields (APPNOTE 4.5.3), so that 4 GiB is no limit.

mod stream;
mod verify;

pub use stream::{Level, Sealed, ZipStream};
pub use verify::{Checked, verify};

use std::io;
use std::path::PathBuf;

use chrono::NaiveDateTime;
use zip::result::ZipError;

use crate::files::FileError;

/// An archive that could not be written, or that is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// The format can't hold the date.
    #[error("the archive can't bear the date {0}: it must lie between 1980 and 2107")]
    Date(NaiveDateTime),
    /// A file operation failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// The archive can't be written.
    #[error("write the archive {}", path.display())]
    Write {
        /// The partial file, removed since.
        path: PathBuf,
        /// What the system or the format said.
        #[source]
        source: ZipError,
    },
    /// No second thread.
    #[error("start the thread that compresses")]
    Thread(#[source] io::Error),
    /// The second thread ended without a result.
    #[error("the thread that compresses ended without a result")]
    ThreadLost,
    /// The stream failed before; the error was given then.
    #[error("the archive failed earlier, and its error was already reported")]
    FailedBefore,
    /// The stream was dropped before it was finished.
    #[error("the archive {} was abandoned before its end", .0.display())]
    Abandoned(PathBuf),
    /// The archive can't be read: cut short, damaged, or no zip at all.
    #[error("the archive {} is damaged", path.display())]
    Damaged {
        /// The archive.
        path: PathBuf,
        /// What the format said.
        #[source]
        source: ZipError,
    },
    /// The archive doesn't hold the one entry it should.
    #[error("the archive should hold {expected:?} alone, and holds {found:?}")]
    Entries {
        /// The entry that should be there.
        expected: String,
        /// The first entries that are there, at most eight.
        found: Vec<String>,
    },
    /// The content has another size than what was written.
    #[error("the archive's content has {found} bytes instead of {expected}")]
    Size {
        /// The bytes written.
        expected: u64,
        /// The bytes found.
        found: u64,
    },
    /// The content is not well-formed.
    #[error("the archive's XML is not well-formed near byte {at_byte}")]
    Xml {
        /// Where, from the content's first byte.
        at_byte: u64,
        /// What is wrong there.
        #[source]
        source: Box<quick_xml::Error>,
    },
    /// The content breaks a rule of XML that the reader doesn't check by itself.
    #[error("the archive's XML is not well-formed near byte {at_byte}: {rule}")]
    XmlRule {
        /// Where, from the content's first byte.
        at_byte: u64,
        /// The broken rule.
        rule: &'static str,
    },
}

impl PackageError {
    /// Gives the system's kind of error where there is one, else `Other`.
    fn kind(&self) -> io::ErrorKind {
        match self {
            Self::File(FileError { source, .. })
            | Self::Write { source: ZipError::Io(source), .. }
            | Self::Thread(source) => source.kind(),
            _ => io::ErrorKind::Other,
        }
    }
}

impl From<PackageError> for io::Error {
    fn from(error: PackageError) -> Self {
        Self::new(error.kind(), error)
    }
}
