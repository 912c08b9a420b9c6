//! The ledger's file: made private, on a local disk.

use std::path::Path;

use super::LedgerError;
use crate::files::{FileError, make_private_folder};

/// Network file systems, where the shared memory of SQLite's log isn't shared. `9p` is left out: containers and
/// virtual machines use it for what is local to them.
const NETWORK: [&str; 14] = [
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "fuse.glusterfs",
    "fuse.rclone",
    "fuse.sshfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "smb3",
    "smbfs",
];

/// Makes the folder and the file, with their owner's rights alone, and refuses a network file system. On systems
/// without `/proc/self/mountinfo` nothing tells one apart, and none is refused.
pub(super) fn prepare(path: &Path) -> Result<(), LedgerError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_private_folder(folder)?;
    }
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let real = path.parent().and_then(|folder| folder.canonicalize().ok());
    if let Some(kind) = real.and_then(|folder| network_kind(&mounts, &folder).map(str::to_owned)) {
        return Err(LedgerError::NetworkFileSystem { path: path.to_owned(), kind });
    }
    make_private(path).map_err(|source| FileError { operation: "open", path: path.to_owned(), source }.into())
}

/// Makes the file if there is none, 0600; SQLite gives its log and shared memory the same rights.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    drop(file);
    Ok(())
}

/// Gives the kind of the network file system that holds `folder`, if it is one. In `mountinfo` the fifth field is
/// the mount point (with `\040` for a space), and the kind follows a lone `-`; a later line covers an earlier one.
fn network_kind<'a>(mountinfo: &'a str, folder: &Path) -> Option<&'a str> {
    let mount = |line: &'a str| {
        let (left, right) = line.split_once(" - ")?;
        let point = left.split(' ').nth(4)?.replace(r"\040", " ");
        let kind = right.split(' ').next()?;
        folder.starts_with(&point).then_some((point.len(), kind))
    };
    let (_, kind) = mountinfo.lines().filter_map(mount).max_by_key(|(length, _)| *length)?;
    NETWORK.contains(&kind).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
        22 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n\
        23 22 0:5 / /mnt/the\\040share rw shared:1 - nfs4 server:/x rw\n\
        24 23 0:6 / /mnt/the\\040share/local rw - tmpfs tmpfs rw\n\
        broken line";

    #[test]
    fn the_innermost_mount_decides() {
        let kind = |path: &str| network_kind(MOUNTS, Path::new(path));
        assert_eq!(kind("/var/lib/publier"), None);
        assert_eq!(kind("/mnt/the share/publier"), Some("nfs4"));
        assert_eq!(kind("/mnt/the share/local/publier"), None);
        assert_eq!(kind("/mnt/the shared"), None);
    }

    #[test]
    fn without_mounts_nothing_is_refused() {
        assert_eq!(network_kind("", Path::new("/x")), None);
    }
}
