//! What is delivered, and what came of it.

use std::path::PathBuf;

use publier_core::domain::digest::Digest;

use crate::ports::RemotePath;

/// One file to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The absolute local path.
    pub local: PathBuf,
    /// The final remote path.
    pub remote: RemotePath,
    /// The size of the file, in bytes.
    pub size_bytes: u64,
    /// The digest of its content: it names the part.
    pub digest: Digest,
}

impl Parcel {
    /// Gives the temporary path beside the final one: `.NAME.DIGEST16.part`.
    pub fn part(&self) -> RemotePath {
        self.beside("")
    }

    /// Gives the temporary path that is taken where the server holds the first one: `.NAME.DIGEST16.2.part`.
    pub fn other_part(&self) -> RemotePath {
        self.beside(".2")
    }

    fn beside(&self, which: &str) -> RemotePath {
        let digest: String = self.digest.to_string().chars().take(16).collect();
        let name = format!(".{}.{digest}{which}.part", self.remote.name());
        let path = match self.remote.parent() {
            Some(folder) => folder.join(&name),
            None => RemotePath::new(name),
        };
        path.expect("a checked path and a name without control character")
    }
}

/// A file that stands at its final name with its size confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// Whether it stood there before: nothing was sent, and no event told.
    pub already: bool,
    /// The confirmed size, in bytes.
    pub size_bytes: u64,
}

/// Where a whole file was found. A file of another size is not the parcel and doesn't count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// Under its temporary name alone: the rename is due.
    Temporary,
    /// At its final name: delivered.
    Final,
    /// Under both names: delivered, and the part is left over.
    Both,
    /// Nowhere.
    Neither,
}

/// A small remote file that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Small {
    /// It isn't there.
    Absent,
    /// It is longer than asked for, and was not read.
    TooLong,
    /// Its content.
    Whole(Vec<u8>),
}
