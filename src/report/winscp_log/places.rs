//! Where logs stand: the set path that support knows, and the history that is pruned by age and count.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use crate::files::{FileError, create_private, make_private_folder};

type Open = Box<dyn FnMut(DateTime<Utc>) -> Result<Box<dyn Write + Send>, FileError> + Send>;

/// One place that receives the log of each session, opened anew when a session begins.
pub struct Output {
    pub(super) name: String,
    pub(super) open: Open,
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Output({})", self.name)
    }
}

impl Output {
    /// An output of the caller's own; `open` gets the session's start and gives an empty `Write`.
    pub fn new(
        name: impl Into<String>,
        open: impl FnMut(DateTime<Utc>) -> Result<Box<dyn Write + Send>, FileError> + Send + 'static,
    ) -> Self {
        Self { name: name.into(), open: Box::new(open) }
    }

    /// The file at `path`, whose content each new session replaces; its folder is made when missing.
    pub fn file(path: PathBuf) -> Self {
        Self::new(path.display().to_string(), move |_| open(&path))
    }

    /// A new file in `folder` for each session ([`history_name`]); an older one is never touched.
    pub fn history(folder: PathBuf, channel: &str, target: &str) -> Self {
        let (channel, target) = (channel.to_owned(), target.to_owned());
        Self::new(folder.display().to_string(), move |start| {
            open(&free_path(&folder, &channel, &target, start))
        })
    }
}

fn open(path: &Path) -> Result<Box<dyn Write + Send>, FileError> {
    if let Some(folder) = path.parent() {
        make_private_folder(folder)?;
    }
    Ok(Box::new(create_private(path)?))
}

/// Two sessions within a millisecond, or a clock set back, take the next free millisecond.
fn free_path(folder: &Path, channel: &str, target: &str, start: DateTime<Utc>) -> PathBuf {
    let path = |ms: i64| folder.join(history_name(channel, target, start + TimeDelta::milliseconds(ms)));
    (0..1000).map(path).find(|path| !path.exists()).unwrap_or_else(|| path(1000))
}

/// Gives the set path of a target's log: `main` for the extranet's main target, `winscp-CHANNEL-TARGET.xml` beside
/// it for the others (rule A12).
pub fn set_path(main: &Path, channel: &str, target: &str, is_main: bool) -> PathBuf {
    if is_main { main.to_owned() } else { main.with_file_name(format!("{}.xml", series(channel, target))) }
}

/// Gives the name of a session's log in the history: `winscp-CHANNEL-TARGET-20260304T050607089Z.xml`.
pub fn history_name(channel: &str, target: &str, start: DateTime<Utc>) -> String {
    format!("{}-{}.xml", series(channel, target), start.format(STAMP))
}

const STAMP: &str = "%Y%m%dT%H%M%S%3fZ";

/// The part of a name that a channel's and target's logs share: nothing of it can leave the folder.
fn series(channel: &str, target: &str) -> String {
    let safe = |name: &str| -> String {
        name.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '_' }).collect()
    };
    format!("winscp-{}-{}", safe(channel), safe(target))
}

/// How much history is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Older logs go, by the start that their name bears.
    pub max_age: TimeDelta,
    /// How many of each channel and target stay, the newest first.
    pub max_count: usize,
}

/// A year of logs, and a thousand of each channel and target at most.
impl Default for Keep {
    fn default() -> Self {
        Self { max_age: TimeDelta::days(365), max_count: 1000 }
    }
}

/// Removes from the history the logs that are too old or too many, and returns how many went. Only files whose
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
    let (series, stamp) = name.strip_suffix(".xml")?.rsplit_once('-')?;
    let start = NaiveDateTime::parse_from_str(stamp, STAMP).ok()?;
    series.starts_with("winscp-").then_some((series, start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_main_target_has_the_set_path_and_the_others_stand_beside_it() {
        let main = Path::new("/data/resources/win/GedSynchro/winscp.xml");
        assert_eq!(set_path(main, "extranet", "principal", true), main);
        assert_eq!(
            set_path(main, "annonces", "pages/../immo", false),
            Path::new("/data/resources/win/GedSynchro/winscp-annonces-pages____immo.xml")
        );
    }

    #[test]
    fn the_history_is_pruned_by_age_and_by_count_for_each_target_and_touches_nothing_else() {
        let start = |day: u32| at(&format!("2026-03-{day:02}T05:06:07.089Z"));
        let mut names: Vec<_> = (1..=6).map(|day| history_name("extranet", "a", start(day))).collect();
        names.push(history_name("extranet", "b", start(1)));
        names.push(history_name("extranet", "b", start(6)));
        names.extend(
            ["winscp.xml", "notes-20200101T000000000Z.xml", "winscp-extranet-a.xml"].map(String::from),
        );
        let keep = Keep { max_age: TimeDelta::days(3), max_count: 2 };
        let gone = expired(names, keep, start(7));
        let expected: Vec<_> = (1..=4)
            .map(|day| history_name("extranet", "a", start(day)))
            .chain([history_name("extranet", "b", start(1))])
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
