//! The history: transfer logs, manifests of delivered publications and the logs of runs, named by their time, pruned by age and count.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use crate::files::FileError;

const STAMP: &str = "%Y%m%dT%H%M%S%3fZ";

/// Gives the name of a session's log in the history: `winscp-CHANNEL-TARGET-20260304T050607089Z.xml`.
pub fn history_name(channel: &str, target: &str, start: DateTime<Utc>) -> String {
    format!("winscp-{}-{}.xml", series(channel, target), start.format(STAMP))
}

/// Gives the name of a publication's manifest in the history:
/// `publication-CHANNEL-TARGET-20260304T050607089Z.jsonl`, with the time at which it was decided.
pub fn manifest_name(channel: &str, target: &str, decided_at: DateTime<Utc>) -> String {
    format!("publication-{}-{}.jsonl", series(channel, target), decided_at.format(STAMP))
}

/// Gives the name of a run's own log in the history: `run-CHANNEL-TARGET-20260304T050607089Z.jsonl` (A7).
pub fn run_log_name(channel: &str, target: &str, start: DateTime<Utc>) -> String {
    format!("run-{}-{}.jsonl", series(channel, target), start.format(STAMP))
}

/// The part of a name that a channel's and target's files share: nothing of it can leave the folder.
pub(super) fn series(channel: &str, target: &str) -> String {
    let safe = |name: &str| -> String {
        name.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '_' }).collect()
    };
    format!("{}-{}", safe(channel), safe(target))
}

/// How much history is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Older files go, by the time that their name bears.
    pub max_age: TimeDelta,
    /// How many of each kind, channel and target stay, the newest first.
    pub max_count: usize,
}

/// A year of files, and a thousand of each kind, channel and target at most.
impl Default for Keep {
    fn default() -> Self {
        Self { max_age: TimeDelta::days(365), max_count: 1000 }
    }
}

/// Removes from the history the files that are too old or too many, and returns how many went. Only files whose
/// names are ours are ever touched; a missing folder is an empty history.
///
/// # Errors
/// When the folder can't be read, or a log can't be removed: the first such error, after the others were tried.
pub fn prune_history(folder: &Path, keep: Keep, now: DateTime<Utc>) -> Result<usize, FileError> {
    let mut removed = 0;
    let mut problem = None;
    for name in expired(names_in(folder)?, keep, now) {
        let path = folder.join(name);
        match fs::remove_file(&path) {
            Ok(()) => removed += 1,
            Err(source) => {
                problem.get_or_insert(FileError { operation: "remove", path, source });
            }
        }
    }
    problem.map_or(Ok(removed), Err)
}

fn names_in(folder: &Path) -> Result<Vec<String>, FileError> {
    let failed = |source| FileError { operation: "read folder", path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        if let Ok(name) = entry.map_err(failed)?.file_name().into_string() {
            names.push(name);
        }
    }
    Ok(names)
}

/// The names that go, in order.
fn expired(names: Vec<String>, keep: Keep, now: DateTime<Utc>) -> Vec<String> {
    let mut by_series: BTreeMap<String, Vec<(NaiveDateTime, String)>> = BTreeMap::new();
    for name in names {
        if let Some((series, start)) = parse_history_name(&name) {
            by_series.entry(series.to_owned()).or_default().push((start, name));
        }
    }
    let mut gone = Vec::new();
    for mut logs in by_series.into_values() {
        logs.sort_unstable_by(|a, b| b.cmp(a));
        let too_old = |start: NaiveDateTime| now.naive_utc().signed_duration_since(start) > keep.max_age;
        let is_kept = |rank: usize, start| rank < keep.max_count && !too_old(start);
        gone.extend(
            logs.into_iter()
                .enumerate()
                .filter(|(rank, (start, _))| !is_kept(*rank, *start))
                .map(|(_, (_, name))| name),
        );
    }
    gone.sort_unstable();
    gone
}

fn parse_history_name(name: &str) -> Option<(&str, NaiveDateTime)> {
    let bare = match name.split_once('-')? {
        ("winscp", _) => name.strip_suffix(".xml")?,
        ("publication" | "run", _) => name.strip_suffix(".jsonl")?,
        _ => return None,
    };
    let (series, stamp) = bare.rsplit_once('-')?;
    let start = NaiveDateTime::parse_from_str(stamp, STAMP).ok()?;
    Some((series, start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_history_is_pruned_by_age_and_by_count_for_each_target_and_touches_nothing_else() {
        let start = |day: u32| at(&format!("2026-03-{day:02}T05:06:07.089Z"));
        let mut names: Vec<_> = (1..=6).map(|day| history_name("extranet", "a", start(day))).collect();
        names.push(history_name("extranet", "b", start(1)));
        names.push(history_name("extranet", "b", start(6)));
        names.push(manifest_name("extranet", "a", start(1)));
        names.push(manifest_name("extranet", "a", start(6)));
        names.extend(
            ["winscp.xml", "notes-20200101T000000000Z.xml", "winscp-extranet-a.xml"].map(String::from),
        );
        let keep = Keep { max_age: TimeDelta::days(3), max_count: 2 };
        let gone = expired(names, keep, start(7));
        let expected: Vec<_> = (1..=4)
            .map(|day| history_name("extranet", "a", start(day)))
            .chain([history_name("extranet", "b", start(1))])
            .chain([manifest_name("extranet", "a", start(1))])
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect();
        assert_eq!(gone, expected);
    }

    #[test]
    fn a_history_name_bears_its_start_to_the_millisecond() {
        let name = history_name("extranet", "principal", at("2026-03-04T05:06:07.089Z"));
        assert_eq!(name, "winscp-extranet-principal-20260304T050607089Z.xml");
        assert_eq!(parse_history_name(&name).unwrap().1, at("2026-03-04T05:06:07.089Z").naive_utc());
    }
}
