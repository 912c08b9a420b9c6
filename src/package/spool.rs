//! The spool: what a publication keeps on our disk between its reading and its confirmation.
//!
//! Layout: `ROOT/ID/FILE`, folders 0700, files 0600. Promises: a kept file appears whole under its name or not at
//! all; [`Spool::remove`] takes the zip away first, so that what remains after an interruption can't be sent, and
//! may be repeated; an id or a name that could lead elsewhere is refused; links are never followed. Kept files
//! aren't synced one by one: before the seal a restart makes them again, after it only the zip is read, and the zip
//! syncs itself. Limit: the quota is looked at before something new is planned ([`Spool::require_room`]), a
//! publication under way may go over it.

use std::collections::BTreeSet;
use std::fs::{self, DirEntry, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use publier_core::domain::digest::Digest;

use crate::digest::Sha256Writer;
use crate::files::{FileError, create_private, failed, make_private_folder, sync_folder_of};

/// Folders inside folders that are still counted and removed.
const DEPTH_LIMIT: usize = 8;
const BLOCK_BYTES: usize = 64 * 1024;
const NAME_LIMIT_BYTES: usize = 200;

/// A refused or failed operation of the spool.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpoolError {
    /// The spool is full: nothing new may be planned.
    #[error("the spool {} holds {used_bytes} bytes, over its quota of {quota_bytes}", root.display())]
    OverQuota {
        /// The spool's folder.
        root: PathBuf,
        /// What it holds.
        used_bytes: u64,
        /// What it may hold.
        quota_bytes: u64,
    },
    /// An id is not letters, digits, `-` and `_`.
    #[error("publication id refused: {0:?}")]
    BadId(String),
    /// A name is not that of a plain file.
    #[error("file name refused: {0:?}")]
    BadName(String),
    /// A file to keep is over the limit.
    #[error("{name} is over the limit of {limit_bytes} bytes")]
    TooLarge {
        /// The name it would have had.
        name: String,
        /// The limit.
        limit_bytes: u64,
    },
    /// Something that is no folder stands where the spool or a publication's folder should be.
    #[error("{} is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// A file operation failed.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The spool of one installation.
#[derive(Debug, Clone)]
pub struct Spool {
    root: PathBuf,
    quota_bytes: u64,
}

/// The folder of one publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
}

/// A file of the spool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spooled {
    /// Where it stands.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// Its digest.
    pub digest: Digest,
}

impl Spool {
    /// Opens the spool, made where it is missing and closed to others where it was open.
    ///
    /// # Errors
    /// When the folder can't be made or made private, or the path is no folder (a link included).
    pub fn open(root: &Path, quota_bytes: u64) -> Result<Self, SpoolError> {
        make_private(root)?;
        Ok(Self { root: root.to_owned(), quota_bytes })
    }

    /// Gives the spool's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Gives the size in bytes of all the files in the spool.
    ///
    /// # Errors
    /// When a folder can't be read.
    pub fn usage_bytes(&self) -> Result<u64, SpoolError> {
        Ok(size_of(&self.root, 0)?)
    }

    /// Checks, before anything new is planned, that the spool is under its quota; gives the bytes still free.
    ///
    /// # Errors
    /// [`SpoolError::OverQuota`] when it isn't.
    pub fn require_room(&self) -> Result<u64, SpoolError> {
        let used_bytes = self.usage_bytes()?;
        let over =
            || SpoolError::OverQuota { root: self.root.clone(), used_bytes, quota_bytes: self.quota_bytes };
        self.quota_bytes.checked_sub(used_bytes).filter(|room| *room > 0).ok_or_else(over)
    }

    /// Opens the folder of a publication, made where it is missing.
    ///
    /// # Errors
    /// When the id is refused or the folder can't be made.
    pub fn folder(&self, id: &str) -> Result<Folder, SpoolError> {
        let path = self.path_of(id)?;
        make_private(&path)?;
        Ok(Folder { path })
    }

    /// Removes a publication's folder: its archives first, then the rest. A missing folder is no error.
    ///
    /// # Errors
    /// When the id is refused or the system refuses; what was removed stays removed.
    pub fn remove(&self, id: &str) -> Result<(), SpoolError> {
        let path = self.path_of(id)?;
        let Some(found) = look(&path)? else { return Ok(()) };
        if !found.is_dir() {
            return Err(SpoolError::NotAFolder(path));
        }
        remove_archives(&path)?;
        fs::remove_dir_all(&path).or_else(missing_is_fine).map_err(failed("remove", &path))?;
        sync_folder_of(&path)?;
        Ok(())
    }

    /// Lists the publications that left a folder here and aren't in `keep`, in the order of their ids.
    ///
    /// # Errors
    /// When the spool can't be read.
    pub fn others(&self, keep: &BTreeSet<String>) -> Result<Vec<String>, SpoolError> {
        let mut others = Vec::new();
        for entry in entries(&self.root)? {
            let is_folder = entry.file_type().map_err(failed("look at", &entry.path()))?.is_dir();
            let Ok(name) = entry.file_name().into_string() else { continue };
            if is_folder && is_id(&name) && !keep.contains(&name) {
                others.push(name);
            }
        }
        others.sort_unstable();
        Ok(others)
    }

    fn path_of(&self, id: &str) -> Result<PathBuf, SpoolError> {
        if is_id(id) { Ok(self.root.join(id)) } else { Err(SpoolError::BadId(id.to_owned())) }
    }
}

impl Folder {
    /// Gives the folder's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the path of a file of this folder, for a writer that keeps the spool's rules itself (the zip).
    ///
    /// # Errors
    /// When the name is not that of a plain file, or ends in `.part`.
    pub fn file(&self, name: &str) -> Result<PathBuf, SpoolError> {
        if is_file_name(name) { Ok(self.path.join(name)) } else { Err(SpoolError::BadName(name.to_owned())) }
    }

    /// Keeps some bytes under a name, in place of an older file.
    ///
    /// # Errors
    /// When the name is refused or the file can't be written; no new file stands under the name then.
    pub fn keep_bytes(&self, name: &str, mut content: &[u8]) -> Result<Spooled, SpoolError> {
        self.keep(name, &mut content, u64::MAX)
    }

    /// Keeps a copy of a file of at most `limit_bytes` under a name, in place of an older one.
    ///
    /// # Errors
    /// The same as [`Folder::keep_bytes`], and when the source can't be read or is over the limit.
    pub fn keep_copy(&self, name: &str, source: &Path, limit_bytes: u64) -> Result<Spooled, SpoolError> {
        let mut file = File::open(source).map_err(failed("open", source))?;
        self.keep(name, &mut file, limit_bytes)
    }

    /// Keeps what `content` gives, at most `limit_bytes`, under a name, in place of an older file.
    ///
    /// # Errors
    /// The same as [`Folder::keep_bytes`], and when the content can't be read or is over the limit.
    pub fn keep(&self, name: &str, content: &mut dyn Read, limit_bytes: u64) -> Result<Spooled, SpoolError> {
        let path = self.file(name)?;
        let beside = path.with_file_name(format!("{name}.part"));
        let kept = write_beside((&beside, &path), content, limit_bytes).and_then(|(digest, size_bytes)| {
            if size_bytes > limit_bytes {
                return Err(SpoolError::TooLarge { name: name.to_owned(), limit_bytes });
            }
            fs::rename(&beside, &path).map_err(failed("rename to", &path))?;
            Ok(Spooled { path, size_bytes, digest })
        });
        if kept.is_err() {
            // The first error is the one to report; a part that stays is removed with its folder.
            drop(fs::remove_file(&beside));
        }
        kept
    }
}

/// Writes beside a name; what goes wrong is told of the name itself.
fn write_beside(
    (beside, path): (&Path, &Path),
    content: &mut dyn Read,
    limit: u64,
) -> Result<(Digest, u64), SpoolError> {
    let mut out = Sha256Writer::new(create_private(beside).map_err(|error| error.of(path))?);
    let mut content = content.take(limit.saturating_add(1));
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        let read = match content.read(&mut block) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(failed("read the content of", path))?,
        };
        let Some(part) = block.get(..read).filter(|part| !part.is_empty()) else { break };
        out.write_all(part).map_err(failed("write", path))?;
    }
    let (_, digest, size_bytes) = out.finish();
    Ok((digest, size_bytes))
}

fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=80).contains(&id.len()) && id.bytes().all(plain)
}

fn is_file_name(name: &str) -> bool {
    let extension = Path::new(name).extension();
    (1..=NAME_LIMIT_BYTES).contains(&name.len())
        && !matches!(name, "." | "..")
        && !name.contains(|c: char| c.is_control() || matches!(c, '/' | '\\' | ':'))
        && !extension.is_some_and(|extension| extension.eq_ignore_ascii_case("part"))
}

fn make_private(path: &Path) -> Result<(), SpoolError> {
    make_private_folder(path)?;
    let found = fs::symlink_metadata(path).map_err(failed("look at", path))?;
    if !found.is_dir() {
        return Err(SpoolError::NotAFolder(path.to_owned()));
    }
    close_to_others(path, &found).map_err(failed("make private", path))?;
    Ok(())
}

#[cfg(unix)]
fn close_to_others(path: &Path, found: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut permissions = found.permissions();
    if permissions.mode() & 0o777 == 0o700 {
        return Ok(());
    }
    permissions.set_mode(0o700);
    fs::set_permissions(path, permissions)
}

#[cfg(not(unix))]
fn close_to_others(_path: &Path, _found: &Metadata) -> io::Result<()> {
    Ok(())
}

fn look(path: &Path) -> Result<Option<Metadata>, FileError> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        found => found.map(Some).map_err(failed("look at", path)),
    }
}

fn missing_is_fine(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// Lists a folder; one that vanished meanwhile is empty.
fn entries(folder: &Path) -> Result<Vec<DirEntry>, FileError> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries.and_then(Iterator::collect).map_err(failed("list", folder)),
    }
}

fn size_of(folder: &Path, depth: usize) -> Result<u64, FileError> {
    let mut total = 0_u64;
    for entry in entries(folder)? {
        let path = entry.path();
        let Some(found) = look(&path)? else { continue };
        let size = match found.is_dir() {
            true if depth < DEPTH_LIMIT => size_of(&path, depth + 1)?,
            true => 0,
            false => found.len(),
        };
        total = total.saturating_add(size);
    }
    Ok(total)
}

fn remove_archives(folder: &Path) -> Result<(), FileError> {
    for entry in entries(folder)? {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".zip") || name.ends_with(".zip.part") {
            fs::remove_file(&path).or_else(missing_is_fine).map_err(failed("remove", &path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_names_that_lead_elsewhere_are_refused() {
        for id in ["", ".", "..", "a/b", "a.b", "é", "a b", &"x".repeat(81)] {
            assert!(!is_id(id), "{id}");
        }
        assert!(is_id("01J9ZK-extranet_2"));
        for name in ["", ".", "..", "a/b", "a\\b", "c:d", "a\n", "a.part", "a.PART", &"x".repeat(201)] {
            assert!(!is_file_name(name), "{name}");
        }
        assert!(is_file_name("Convocation AG.pdf"));
    }

    #[test]
    fn archives_go_before_anything_else() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path(), 1_000).unwrap();
        let folder = spool.folder("1").unwrap();
        for name in ["a.pdf", "p.zip", "q.zip"] {
            folder.keep_bytes(name, b"x").unwrap();
        }
        create_private(&folder.path().join("r.zip.part")).unwrap();
        remove_archives(folder.path()).unwrap();
        let left: Vec<_> = entries(folder.path()).unwrap().iter().map(DirEntry::file_name).collect();
        assert_eq!(left, ["a.pdf"]);
    }
}
