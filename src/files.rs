//! The file-system edge: private folders and files, and files that appear whole or not at all.
//!
//! Promises: folders are made 0700 and files 0600; [`write_whole`] writes beside the name, syncs, then renames,
//! so that a reader sees the old content or the new one. Refuses nothing; an error names the final path.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

/// A failed operation on a local file, with its path.
#[derive(Debug, thiserror::Error)]
#[error("{operation} {}", path.display())]
pub struct FileError {
    /// What was tried, as a verb.
    pub operation: &'static str,
    /// On which path.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

impl FileError {
    /// Names the file as its readers know it, where it was written beside its name.
    pub(crate) fn of(self, path: &Path) -> Self {
        Self { path: path.to_owned(), ..self }
    }
}

/// Turns what the system said into a [`FileError`] of this operation and path.
pub(crate) fn failed(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_owned();
    move |source| FileError { operation, path, source }
}

/// Makes a folder and those above it, readable by their owner alone.
///
/// # Errors
/// When the system refuses.
pub fn make_private_folder(path: &Path) -> Result<(), FileError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(failed("make folder", path))
}

/// Makes a folder readable by its owner alone, whatever it was.
///
/// # Errors
/// When the system refuses.
pub fn close_to_others(path: &Path) -> Result<(), FileError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(failed("close", path))?;
    }
    Ok(())
}

/// Opens a new private file for writing, in place of any older one.
///
/// # Errors
/// When the system refuses.
pub fn create_private(path: &Path) -> Result<File, FileError> {
    private_options().truncate(true).open(path).map_err(failed("create", path))
}

/// Opens a private file for writing with what it holds; a new one is empty.
///
/// # Errors
/// When the system refuses.
pub fn open_private(path: &Path) -> Result<File, FileError> {
    private_options().open(path).map_err(failed("open", path))
}

fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).read(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Reads a file of at most `most` bytes, and one byte more of a longer one.
///
/// # Errors
/// When the system refuses.
pub fn read_up_to(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a file so that its readers see the old content or the whole new one.
///
/// # Errors
/// When the system refuses; the file of that name is then as it was.
pub fn write_whole(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let beside = beside(path);
    let mut file = create_private(&beside).map_err(|error| error.of(path))?;
    let written = file.write_all(content).and_then(|()| file.sync_all()).map_err(failed("write", path));
    drop(file);
    let placed = written.and_then(|()| fs::rename(&beside, path).map_err(failed("rename to", path)));
    if placed.is_err() {
        // A part of it is of no use to anyone, and takes what room is left. The first error is the one to tell.
        drop(fs::remove_file(&beside));
    }
    placed?;
    sync_folder_of(path)
}

/// Puts a file under a folder that others read too: beside the name, synced, renamed. The folders between and the file
/// get the permissions of that folder, whatever this process keeps to itself.
///
/// # Errors
/// When the system refuses, or `folder` is none; the file of that name is then as it was.
pub fn place_whole(folder: &Path, relative: &Path, content: &[u8]) -> Result<PathBuf, FileError> {
    let mode = fs::metadata(folder).map_err(failed("read", folder))?.permissions();
    let path = folder.join(relative);
    let mut between = folder.to_owned();
    for part in relative.parent().into_iter().flat_map(Path::components) {
        between.push(part);
        match fs::create_dir(&between) {
            Ok(()) => {
                fs::set_permissions(&between, mode.clone()).map_err(failed("open to others", &between))?;
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed("make folder", &between)(error)),
        }
    }
    write_whole(&path, content)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let readable = fs::Permissions::from_mode(mode.mode() & 0o666);
        fs::set_permissions(&path, readable).map_err(failed("open to others", &path))?;
    }
    Ok(path)
}

/// Makes the names in the folder of `path` durable.
///
/// # Errors
/// When the system refuses.
pub fn sync_folder_of(path: &Path) -> Result<(), FileError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("sync", folder))?;
    }
    Ok(())
}

/// Asks whether this process may write a file or in a folder; nothing is written.
///
/// # Errors
/// What the system says when it may not.
#[cfg(unix)]
pub fn may_write(path: &Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    let wanted = if path.is_dir() { Access::WRITE_OK | Access::EXEC_OK } else { Access::WRITE_OK };
    Ok(access(path, wanted)?)
}

/// Asks whether this process may write a file or in a folder; nothing is written.
///
/// # Errors
/// What the system says when it may not. Of a folder, whether it exists is all that can be asked without writing.
#[cfg(not(unix))]
pub fn may_write(path: &Path) -> io::Result<()> {
    if path.is_dir() { Ok(()) } else { OpenOptions::new().write(true).open(path).map(drop) }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}
