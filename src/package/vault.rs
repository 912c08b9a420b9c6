//! The files that events refer to: found inside the set folders, or refused with a reason.
//!
//! Promises: only regular, non-empty files under one of the roots are opened; no link is followed, neither the
//! file nor a folder on the way. Refuses: an absolute path, `..`, a drive letter or UNC prefix, a pipe or device,
//! an empty file, one over the size limit, one of a kind that isn't sent.

use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;
use std::time::UNIX_EPOCH;

use publier_core::publication::reason::RefusalReason;

use super::mime::{FileKind, kind_of_file};

/// A file as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Its absolute path.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// When it was last changed, in nanoseconds since 1970 UTC.
    pub modified_ns: i64,
}

/// One of the folders: its real path is looked for until it is found, then kept, since a large agency has a million
/// files to find.
#[derive(Debug, Clone)]
struct Root {
    given: PathBuf,
    real: OnceLock<PathBuf>,
}

impl Root {
    fn real(&self) -> Result<&Path, RefusalReason> {
        if let Some(real) = self.real.get() {
            return Ok(real);
        }
        let real = self.given.canonicalize().map_err(|_| RefusalReason::FileMissing)?;
        Ok(self.real.get_or_init(|| real))
    }
}

/// The folders in which events' files are looked for, in order.
#[derive(Debug, Clone)]
pub struct Vault {
    roots: Vec<Root>,
    max_bytes: u64,
    kinds: Vec<FileKind>,
}

impl Vault {
    /// Takes the roots, the size limit in bytes and the kinds of files that are sent, by their extensions.
    pub fn new<S: AsRef<str>>(roots: Vec<PathBuf>, max_bytes: u64, extensions: &[S]) -> Self {
        let named = |kind: &&FileKind| extensions.iter().any(|name| name.as_ref() == kind.extension());
        let roots = roots.into_iter().map(|given| Root { given, real: OnceLock::new() }).collect();
        Self { roots, max_bytes, kinds: FileKind::ALL.iter().filter(named).copied().collect() }
    }

    /// Tells what a file is, by its content.
    ///
    /// # Errors
    /// The reason for which a file of that kind isn't sent.
    pub fn kind(&self, found: &FoundFile) -> Result<FileKind, RefusalReason> {
        kind_of_file(&found.path)
            .map_err(|_| RefusalReason::FileUnreadable)
            .and_then(|kind| self.allowed(kind))
    }

    /// Tells whether files of a kind are sent.
    ///
    /// # Errors
    /// The reason for which they aren't.
    pub fn allowed(&self, kind: FileKind) -> Result<FileKind, RefusalReason> {
        if self.kinds.contains(&kind) { Ok(kind) } else { Err(RefusalReason::FileType) }
    }

    /// Finds a file by the path that the back office keeps, relative to a root, with `/` or `\` between parts.
    ///
    /// # Errors
    /// The reason for which the file can't be sent.
    pub fn find(&self, relative: &str) -> Result<FoundFile, RefusalReason> {
        let relative = PathBuf::from(relative.replace('\\', "/"));
        let safe = relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        let drive = relative.to_str().is_some_and(|text| text.contains(':'));
        if !safe || drive || relative.as_os_str().is_empty() {
            return Err(RefusalReason::FileUnreadable);
        }
        let mut refusal = RefusalReason::FileMissing;
        for root in &self.roots {
            match self.find_under(root, &relative) {
                Err(RefusalReason::FileMissing) => {}
                Err(reason) => refusal = reason,
                Ok(found) => return Ok(found),
            }
        }
        Err(refusal)
    }

    fn find_under(&self, root: &Root, relative: &Path) -> Result<FoundFile, RefusalReason> {
        let mut path = root.real()?.to_owned();
        let mut last: Option<Metadata> = None;
        for part in relative.components().filter(|part| matches!(part, Component::Normal(_))) {
            path.push(part);
            let found = fs::symlink_metadata(&path).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
                    RefusalReason::FileMissing
                }
                _ => RefusalReason::FileUnreadable,
            })?;
            if found.file_type().is_symlink() {
                return Err(RefusalReason::FileUnreadable);
            }
            last = Some(found);
        }
        let found = last.filter(Metadata::is_file).ok_or(RefusalReason::FileUnreadable)?;
        match found.len() {
            0 => Err(RefusalReason::FileEmpty),
            size if size > self.max_bytes => Err(RefusalReason::FileTooLarge),
            size_bytes => Ok(FoundFile { path, size_bytes, modified_ns: modified_ns(&found) }),
        }
    }
}

fn modified_ns(metadata: &Metadata) -> i64 {
    let since = metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| i64::try_from(since.as_nanos()).ok()).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, clippy::allow_attributes, reason = "tests make the files they look for")]
mod tests {
    use super::*;

    fn vault(folder: &tempfile::TempDir) -> Vault {
        Vault::new(vec![folder.path().join("absent"), folder.path().join("files")], 10, &["pdf"])
    }

    #[test]
    fn a_regular_file_under_a_root_is_found_whatever_the_separator() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("files/a")).unwrap();
        fs::write(folder.path().join("files/a/b.pdf"), b"12345").unwrap();
        let found = vault(&folder).find("a\\b.pdf").unwrap();
        assert_eq!((found.size_bytes, found.path.ends_with("files/a/b.pdf")), (5, true));
        assert_eq!(vault(&folder).find("./a/b.pdf").unwrap(), found);
    }

    #[test]
    fn what_is_missing_empty_or_too_large_says_so() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("files/a")).unwrap();
        fs::write(folder.path().join("files/empty"), b"").unwrap();
        fs::write(folder.path().join("files/large"), b"12345678901").unwrap();
        for (path, reason) in [
            ("nothing", RefusalReason::FileMissing),
            ("empty/x", RefusalReason::FileMissing),
            ("empty", RefusalReason::FileEmpty),
            ("large", RefusalReason::FileTooLarge),
            ("a", RefusalReason::FileUnreadable),
        ] {
            assert_eq!(vault(&folder).find(path), Err(reason), "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_leaves_the_roots_or_follows_a_link_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let files = folder.path().join("files");
        fs::create_dir_all(&files).unwrap();
        fs::write(folder.path().join("secret"), b"secret").unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret"), files.join("link")).unwrap();
        std::os::unix::fs::symlink(folder.path(), files.join("up")).unwrap();
        for path in
            ["../secret", "/etc/passwd", "C:/secret", "\\\\server\\share\\x", "link", "up/secret", "", "."]
        {
            assert_eq!(vault(&folder).find(path), Err(RefusalReason::FileUnreadable), "{path}");
        }
    }
}
