//! Reads secrets where they are kept: a private file, or a credential given by systemd.
//!
//! Promises: what an editor adds is no part of the secret: the line ends after it and the byte-order mark before it. Refuses a
//! control character, and with it a second line: no login could carry it, and FTP would take it for a command of its own.

use std::ops::Range;
use std::path::Path;

use super::places::Places;
use super::problem::ProblemKind;
use super::raw::Text;
use super::reader::{Reader, span};
use super::secret::Secret;
use crate::i18n::system_key;

/// The longest secret read, in bytes.
const LONGEST_BYTES: u64 = 4096;

/// What some editors write before a text in UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads the secret of a private file, if one is named: its last line end is not part of it.
pub(super) fn private_file(reader: &mut Reader<'_>, key: &str, raw: &Text) -> Option<Secret> {
    let path = reader.file(key, raw)?;
    if !path.is_file() || !is_private(reader, key, &path, span(raw.as_ref())) {
        return None;
    }
    read(reader, key, &path, span(raw.as_ref()))
}

/// Reads a credential of the service, if one is named (`LoadCredential=` in the systemd unit).
pub(super) fn credential(reader: &mut Reader<'_>, key: &str, raw: &Text, places: &Places) -> Option<Secret> {
    let name = reader.text(key, raw)?;
    let plain = !name.contains(['/', '\\']) && name != "..";
    let path =
        places.credentials.as_ref().map(|folder| folder.join(&name)).filter(|path| plain && path.is_file());
    let Some(path) = path else {
        reader.problem(ProblemKind::NoCredential, key, span(raw.as_ref()), &[("name", &name)]);
        return None;
    };
    read(reader, key, &path, span(raw.as_ref()))
}

/// Tells whether a file is its owner's alone, and notes the problem otherwise. Windows: its folder's rights decide.
pub(super) fn is_private(
    reader: &mut Reader<'_>,
    key: &str,
    path: &Path,
    span: Option<Range<usize>>,
) -> bool {
    let Some(mode) = wider_mode(path) else { return true };
    let (shown, mode) = (path.display().to_string(), format!("{mode:04o}"));
    reader.problem(ProblemKind::FileMode, key, span, &[("path", &shown), ("mode", &mode)]);
    false
}

#[cfg(unix)]
fn wider_mode(path: &Path) -> Option<u32> {
    let metadata = std::fs::metadata(path).ok()?;
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn wider_mode(_path: &Path) -> Option<u32> {
    None
}

fn read(reader: &mut Reader<'_>, key: &str, path: &Path, span: Option<Range<usize>>) -> Option<Secret> {
    let shown = path.display().to_string();
    match read_bounded(path) {
        Ok(text) if text.is_empty() => {
            reader.problem(ProblemKind::SecretEmpty, key, span, &[("path", &shown)]);
        }
        Ok(text) if text.contains(char::is_control) => {
            reader.problem(ProblemKind::SecretLines, key, span, &[("path", &shown)]);
        }
        Ok(text) => return Some(Secret::new(text)),
        Err(error) => {
            let words = words_of(&error);
            reader.problem(ProblemKind::FileUnreadable, key, span, &[("path", &shown), ("words", &words)]);
        }
    }
    None
}

/// Gives the key of our own words for what the system said, as [`super::problem::Problem`] keeps it.
fn words_of(error: &std::io::Error) -> String {
    match system_key(error) {
        Some(key) => key.to_owned(),
        None if error.kind() == std::io::ErrorKind::InvalidData => "system-no-text".to_owned(),
        None => error.to_string(),
    }
}

fn read_bounded(path: &Path) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    let read = std::fs::File::open(path)?.take(LONGEST_BYTES + 1).read_to_string(&mut text)?;
    if u64::try_from(read).is_ok_and(|read| read > LONGEST_BYTES) {
        // No secret is that long, and a part of one would be refused by the server: the wrong file was named.
        text.push('\n');
        return Ok(text);
    }
    let without_end = text.trim_end_matches(['\n', '\r']).len();
    text.truncate(without_end);
    if text.starts_with(BYTE_ORDER_MARK) {
        text.remove(0);
    }
    Ok(text)
}
