//! The served folder and what one session has open in it. Blocking; nothing here knows the protocol's packets.

use std::collections::HashMap;
use std::fs::{File, FileTimes};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, Metadata, OpenOptions, ReadDir};
use russh_sftp::protocol::{FileAttributes, OpenFlags};

const HANDLE_LIMIT: usize = 512;
/// Names in one answer to readdir.
const NAMES_AT_ONCE: usize = 128;

/// The served folder, from which no path leads out: neither `..` nor a link.
#[derive(Debug, Clone)]
pub(super) struct Root(Arc<Dir>);

/// What a client has open.
#[derive(Debug)]
enum Open {
    File(File),
    Folder(Box<ReadDir>),
}

/// The folder as one session sees it.
#[derive(Debug)]
pub(super) struct Folder {
    root: Root,
    open: HashMap<String, Open>,
    next: u64,
}

impl Root {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Dir::open_ambient_dir(path, ambient_authority()).map(|folder| Self(Arc::new(folder)))
    }
}

impl Folder {
    pub(super) fn new(root: Root) -> Self {
        Self { root, open: HashMap::new(), next: 0 }
    }

    fn dir(&self) -> &Dir {
        &self.root.0
    }

    fn keep(&mut self, open: Open) -> String {
        self.next += 1;
        let handle = self.next.to_string();
        self.open.insert(handle.clone(), open);
        handle
    }

    fn require_room(&self) -> io::Result<()> {
        if self.open.len() < HANDLE_LIMIT { Ok(()) } else { Err(io::Error::other("too many open handles")) }
    }

    fn file(&self, handle: &str) -> io::Result<&File> {
        match self.open.get(handle) {
            Some(Open::File(file)) => Ok(file),
            _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "not an open file")),
        }
    }

    pub(super) fn open(&mut self, path: &str, flags: OpenFlags, mode: Option<u32>) -> io::Result<String> {
        self.require_room()?;
        let file = self.dir().open_with(inside(path), &options(flags, mode))?.into_std();
        if file.metadata()?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(self.keep(Open::File(file)))
    }

    pub(super) fn open_folder(&mut self, path: &str) -> io::Result<String> {
        self.require_room()?;
        let names = self.dir().read_dir(inside(path))?;
        Ok(self.keep(Open::Folder(Box::new(names))))
    }

    pub(super) fn close(&mut self, handle: &str) -> io::Result<()> {
        let gone = self.open.remove(handle);
        gone.map(drop).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not an open handle"))
    }

    /// Reads at most `limit` bytes; none at the end of the file.
    pub(super) fn read(&self, handle: &str, offset: u64, limit: u64) -> io::Result<Vec<u8>> {
        let mut file = self.file(handle)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn write(&self, handle: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.file(handle)?;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)
    }

    pub(super) fn sync(&self, handle: &str) -> io::Result<()> {
        self.file(handle)?.sync_all()
    }

    /// Gives the next names of an open folder; none at its end.
    pub(super) fn names(&mut self, handle: &str) -> io::Result<Vec<(String, FileAttributes)>> {
        let Some(Open::Folder(entries)) = self.open.get_mut(handle) else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not an open folder"));
        };
        let mut names = Vec::new();
        for entry in entries.by_ref().take(NAMES_AT_ONCE) {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            names.push((name, attributes(&entry.metadata()?)));
        }
        Ok(names)
    }

    pub(super) fn look(&self, path: &str, follow: bool) -> io::Result<FileAttributes> {
        let path = inside(path);
        let found = if follow { self.dir().metadata(path) } else { self.dir().symlink_metadata(path) };
        found.map(|found| attributes(&found))
    }

    pub(super) fn look_at_open(&self, handle: &str) -> io::Result<FileAttributes> {
        let file = self.file(handle)?;
        Metadata::from_file(file).map(|found| attributes(&found))
    }

    pub(super) fn change(&self, path: &str, wanted: &FileAttributes) -> io::Result<()> {
        let path = inside(path);
        if self.dir().metadata(&path)?.is_dir() {
            return set_mode(&self.dir().open_dir(&path)?.into_std_file(), wanted);
        }
        change(&self.dir().open_with(&path, OpenOptions::new().write(true))?.into_std(), wanted)
    }

    pub(super) fn change_open(&self, handle: &str, wanted: &FileAttributes) -> io::Result<()> {
        change(self.file(handle)?, wanted)
    }

    pub(super) fn make_folder(&self, path: &str) -> io::Result<()> {
        self.dir().create_dir(inside(path))
    }

    pub(super) fn remove_folder(&self, path: &str) -> io::Result<()> {
        self.dir().remove_dir(inside(path))
    }

    pub(super) fn remove(&self, path: &str) -> io::Result<()> {
        self.dir().remove_file(inside(path))
    }

    pub(super) fn rename(&self, from: &str, to: &str, replace: bool) -> io::Result<()> {
        let to = inside(to);
        if !replace && self.dir().symlink_metadata(&to).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.dir().rename(inside(from), self.dir(), to)
    }
}

/// Gives the absolute path that a client sees, without `.` and with `..` resolved inside the root.
pub(super) fn absolute(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Gives the same path from the root's handle.
fn inside(path: &str) -> PathBuf {
    let path = absolute(path);
    let path = path.trim_start_matches('/');
    PathBuf::from(if path.is_empty() { "." } else { path })
}

fn options(flags: OpenFlags, mode: Option<u32>) -> OpenOptions {
    let has = |flag| flags.contains(flag);
    let mut options = OpenOptions::new();
    // Offsets rule: a file opened to append is written where the client says.
    options
        .read(has(OpenFlags::READ))
        .write(has(OpenFlags::WRITE) || has(OpenFlags::APPEND))
        .create(has(OpenFlags::CREATE))
        .create_new(has(OpenFlags::CREATE) && has(OpenFlags::EXCLUDE))
        .truncate(has(OpenFlags::TRUNCATE));
    #[cfg(unix)]
    cap_std::fs::OpenOptionsExt::mode(&mut options, mode.unwrap_or(0o600) & 0o777);
    #[cfg(not(unix))]
    let _unused = mode;
    options
}

fn change(file: &File, wanted: &FileAttributes) -> io::Result<()> {
    if let Some(size) = wanted.size {
        file.set_len(size)?;
    }
    if let (Some(accessed), Some(modified)) = (wanted.atime, wanted.mtime) {
        let at = |seconds: u32| UNIX_EPOCH + Duration::from_secs(u64::from(seconds));
        file.set_times(FileTimes::new().set_accessed(at(accessed)).set_modified(at(modified)))?;
    }
    set_mode(file, wanted)
}

#[cfg(unix)]
fn set_mode(file: &File, wanted: &FileAttributes) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match wanted.permissions {
        Some(mode) => file.set_permissions(PermissionsExt::from_mode(mode & 0o777)),
        None => Ok(()),
    }
}

#[cfg(not(unix))]
fn set_mode(_file: &File, _wanted: &FileAttributes) -> io::Result<()> {
    Ok(())
}

fn attributes(found: &Metadata) -> FileAttributes {
    let seconds = |time: io::Result<cap_std::time::SystemTime>| {
        let time = time.map_or(UNIX_EPOCH, cap_std::time::SystemTime::into_std);
        let since: Duration = SystemTime::duration_since(&time, UNIX_EPOCH).unwrap_or_default();
        Some(u32::try_from(since.as_secs()).unwrap_or(u32::MAX))
    };
    FileAttributes {
        size: Some(found.len()),
        uid: None,
        user: None,
        gid: None,
        group: None,
        permissions: Some(mode(found)),
        atime: seconds(found.accessed()),
        mtime: seconds(found.modified()),
    }
}

#[cfg(unix)]
fn mode(found: &Metadata) -> u32 {
    cap_std::fs::MetadataExt::mode(found)
}

#[cfg(not(unix))]
fn mode(found: &Metadata) -> u32 {
    if found.is_dir() { 0o40_700 } else { 0o100_600 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_climbs_over_the_root() {
        let cases = [
            ("", "/"),
            (".", "/"),
            ("/", "/"),
            ("..", "/"),
            ("/../../etc/passwd", "/etc/passwd"),
            ("a//b/./c/../d/", "/a/b/d"),
        ];
        for (path, seen) in cases {
            assert_eq!(absolute(path), seen, "{path:?}");
        }
        assert_eq!(inside("/.."), Path::new("."));
        assert_eq!(inside("/a/b"), Path::new("a/b"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_root_is_not_followed_and_one_inside_is() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        crate::files::write_whole(&outside.path().join("secret"), b"secret").unwrap();
        crate::files::write_whole(&folder.path().join("file"), b"file").unwrap();
        let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
        link(outside.path(), "out");
        link(&outside.path().join("secret"), "leak");
        link(Path::new("file"), "in");
        let mut served = Folder::new(Root::open(folder.path()).unwrap());
        for path in ["/out/secret", "/leak", "/out"] {
            assert!(served.open(path, OpenFlags::READ, None).is_err(), "{path}");
            assert!(served.look(path, true).is_err(), "{path}");
        }
        assert!(served.open_folder("/out").is_err());
        assert!(served.rename("/file", "/out/file", true).is_err());
        assert!(served.remove("/out/secret").is_err());
        let handle = served.open("/in", OpenFlags::READ, None).unwrap();
        assert_eq!(served.read(&handle, 1, 2).unwrap(), b"il");
    }

    #[test]
    fn open_handles_are_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let mut served = Folder::new(Root::open(folder.path()).unwrap());
        for _ in 0..HANDLE_LIMIT {
            served.open_folder("/").unwrap();
        }
        assert!(served.open_folder("/").is_err());
        served.close("1").unwrap();
        served.open_folder("/").unwrap();
    }
}
