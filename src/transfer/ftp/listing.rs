//! What servers say about files: MLST and MLSD facts (RFC 3659), LIST lines of Unix and Windows servers.
//!
//! A line that is neither is skipped: it is a heading or a note, never an error.

use crate::ports::RemoteEntry;

/// Reads one line of MLSD or MLST: `fact=value;… name`. The folder itself and its parent give `None`.
pub(super) fn from_facts(line: &str) -> Option<RemoteEntry> {
    let (facts, name) = line.trim_start().split_once(' ')?;
    let mut kind = "";
    let mut size_bytes = None;
    for (fact, value) in facts.split(';').filter_map(|fact| fact.split_once('=')) {
        match fact.to_ascii_lowercase().as_str() {
            "type" => kind = value,
            "size" => size_bytes = value.parse().ok(),
            _ => {}
        }
    }
    let is_folder = kind.eq_ignore_ascii_case("dir");
    let is_entry = is_folder || kind.is_empty() || kind.eq_ignore_ascii_case("file");
    is_entry.then(|| RemoteEntry { name: last_component(name), is_folder, size_bytes })
}

/// Reads one line of LIST, as Unix servers (`ls -l`) or Windows servers (`dir`) write it.
pub(super) fn from_list_line(line: &str) -> Option<RemoteEntry> {
    let entry = from_unix_line(line).or_else(|| from_windows_line(line))?;
    (entry.name != "." && entry.name != "..").then_some(entry)
}

/// `-rw-r--r--    1 0        0            1234 Mar 04 05:06 a name`
fn from_unix_line(line: &str) -> Option<RemoteEntry> {
    let kind = line.chars().next().filter(|c| "-dl".contains(*c))?;
    let mut rest = line;
    let mut fields = Vec::new();
    for _ in 0..8 {
        let (field, after) = rest.trim_start().split_once(' ')?;
        fields.push(field);
        rest = after;
    }
    // The name begins one space after the time: its own leading spaces are part of it.
    let name = rest;
    if !fields.last()?.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() {
        return None;
    }
    let name = if kind == 'l' { name.split(" -> ").next().unwrap_or(name) } else { name };
    Some(RemoteEntry {
        name: name.to_owned(),
        is_folder: kind == 'd',
        size_bytes: fields.get(4)?.parse().ok().filter(|_| kind != 'd'),
    })
}

/// `03-04-26  05:06AM                 1234 a name` or `03-04-26  05:06AM       <DIR>          a folder`
fn from_windows_line(line: &str) -> Option<RemoteEntry> {
    let (date, rest) = line.split_once(' ')?;
    let (time, rest) = rest.trim_start().split_once(' ')?;
    let (size, name) = rest.trim_start().split_once(' ')?;
    let dated = date.len() >= 8 && date.split('-').count() == 3 && time.contains(':');
    let is_folder = size == "<DIR>";
    let size_bytes: Option<u64> = size.parse().ok();
    (dated && (is_folder || size_bytes.is_some())).then(|| RemoteEntry {
        name: name.trim_start().to_owned(),
        is_folder,
        size_bytes,
    })
}

/// The name alone: some servers answer a LIST or MLST of one path with the whole path.
pub(super) fn last_component(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(name: &str, size: u64) -> RemoteEntry {
        RemoteEntry { name: name.to_owned(), is_folder: false, size_bytes: Some(size) }
    }

    #[test]
    fn unix_lines_give_names_with_spaces_and_sizes() {
        let line = "-rw-r--r--    1 65534    65534      104857 Mar 04 05:06 Relevé de compte.pdf";
        assert_eq!(from_list_line(line), Some(file("Relevé de compte.pdf", 104_857)));
        let folder =
            from_list_line("drwxr-xr-x    2 0        0            4096 Mar 04  2025 documents").unwrap();
        assert!(folder.is_folder && folder.size_bytes.is_none());
        assert_eq!(from_list_line("total 12"), None);
        assert_eq!(from_list_line("drwxr-xr-x    2 0        0            4096 Mar 04  2025 .."), None);
    }

    #[test]
    fn windows_lines_are_read_too() {
        assert_eq!(
            from_list_line("03-04-26  05:06AM                 1234 a b.zip"),
            Some(file("a b.zip", 1234))
        );
        assert!(from_list_line("03-04-26  05:06AM       <DIR>          documents").unwrap().is_folder);
    }

    #[test]
    fn facts_are_read_whatever_their_case_and_order() {
        assert_eq!(
            from_facts(" Size=7;Type=file;modify=20260304050607; /depot/é b.pdf"),
            Some(file("é b.pdf", 7))
        );
        assert!(from_facts("type=dir;modify=20260304050607; documents").unwrap().is_folder);
        assert_eq!(from_facts("type=cdir;modify=20260304050607; ."), None);
    }

    proptest! {
        #[test]
        fn no_line_breaks_the_readers(line in ".*") {
            let _any = (from_facts(&line), from_list_line(&line));
        }
    }
}
