//! What the demo shows besides the report: what was made, the transfer log against the server, what to try next.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::folder::{Folder, Ports, USER};
use crate::app::App;
use crate::i18n::{Messages, Value};

/// Gives the folder as a shell takes it, and this program as it was found.
pub(super) fn folder_value(folder: &Folder) -> [(&'static str, Value<'static>); 2] {
    let program = std::env::current_exe().map_or_else(|_| "publier".to_owned(), |path| quoted(&path));
    [("folder", quoted(folder.root()).into()), ("program", program.into())]
}

/// Writes a path so that a shell reads it whole.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = text.chars().all(|c| c.is_alphanumeric() || "/._-+:".contains(c));
    if plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Says what was made.
pub(super) fn made(folder: &Folder, messages: &Messages) -> String {
    messages.format("demo-made", &folder_value(folder))
}

/// Says where the servers listen and how to use them.
pub(super) fn serving(folder: &Folder, ports: Ports, messages: &Messages) -> String {
    let [folder, program] = folder_value(folder);
    let values = [
        folder,
        program,
        ("ftps", ports.ftps.to_string().into()),
        ("sftp", ports.sftp.to_string().into()),
        ("user", USER.into()),
    ];
    messages.format("demo-serving", &values)
}

/// Reads the transfer log as support would, and compares it with what stands on the server.
pub(super) fn transfer_log(app: &App, folder: &Folder) -> String {
    let path = app.settings.data.winscp_log();
    let logged = logged_files(&path);
    let standing = standing_files(&folder.server());
    let absent = logged.difference(&standing).count();
    let shown = path.strip_prefix(folder.root()).unwrap_or(&path).display().to_string();
    let count = |count: usize| Value::Count(u64::try_from(count).unwrap_or(u64::MAX));
    let values = [
        ("log", shown.into()),
        ("logged", count(logged.len())),
        ("standing", count(standing.len())),
        ("absent", count(absent)),
    ];
    app.messages.format(if absent == 0 { "demo-log" } else { "demo-log-differs" }, &values)
}

/// Gives the destinations of the successful uploads of a log.
fn logged_files(path: &Path) -> BTreeSet<String> {
    let Ok(text) = fs::read_to_string(path) else { return BTreeSet::new() };
    let mut reader = Reader::from_str(&text);
    let mut files = BTreeSet::new();
    let mut destination = None;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Empty(tag) => {
                let attribute = |name: &str| {
                    let value = tag.try_get_attribute(name).ok().flatten()?.value.into_owned();
                    quick_xml::escape::unescape(&value).ok().map(std::borrow::Cow::into_owned)
                };
                match tag.name().as_ref() {
                    "destination" => destination = attribute("value"),
                    "result" if attribute("success").as_deref() == Some("true") => {
                        files.extend(destination.take());
                    }
                    _ => {}
                }
            }
            Event::End(tag) if tag.name().as_ref() == "upload" => destination = None,
            Event::Eof => break,
            _ => {}
        }
    }
    files
}

/// Gives the files of the server's folder, as the server names them.
fn standing_files(root: &Path) -> BTreeSet<String> {
    fn walk(folder: &Path, name: &str, files: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let inner = format!("{name}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&entry.path(), &inner, files);
            } else {
                files.insert(inner);
            }
        }
    }
    let mut files = BTreeSet::new();
    walk(root, "", &mut files);
    files
}
