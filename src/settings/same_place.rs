//! Whether two targets write to one place: their publications would overwrite and remove one another's files.
//!
//! Promises: a server's place is its host, port, user and folder, whatever the protocol and the way they are written (capitals,
//! a final slash); a local place is the folder that the system finds, links followed. Limits: two names of one server, or
//! two users of one folder, are not known to be one place.

use std::path::{Path, PathBuf};

use super::target::{Login, Target};

/// Where a target's files come to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Local(PathBuf),
    Remote { host: String, port: u16, user: String, folder: String },
}

/// Gives the first of the targets that publishes the same channel to the place of another one.
pub(super) fn at_one_place<'t>(targets: &'t [Target], other: &Target) -> Option<&'t Target> {
    let place = place(other);
    targets.iter().find(|target| target.channel == other.channel && self::place(target) == place)
}

/// Says a target's place to a person.
pub(super) fn words(target: &Target) -> String {
    match place(target) {
        Place::Local(folder) => folder.display().to_string(),
        Place::Remote { host, port, user, folder } => format!("{user}@{host}:{port} {folder}"),
    }
}

fn place(target: &Target) -> Place {
    let parts = target.deposit.as_str().split('/').filter(|part| !part.is_empty() && *part != ".");
    if let Login::Folder(root) = &target.login {
        return Place::Local(found(&parts.fold(found(root), |folder, part| folder.join(part))));
    }
    let root = if target.deposit.as_str().starts_with('/') { "/" } else { "" };
    Place::Remote {
        host: target.host.to_lowercase(),
        port: target.port,
        user: target.user.clone(),
        folder: format!("{root}{}", parts.collect::<Vec<_>>().join("/")),
    }
}

/// Gives a folder as the system finds it; one that isn't there stays as it is written.
fn found(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}
