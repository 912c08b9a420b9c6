//! Where logs stand: the set path that support knows, and the history.

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};

use super::super::history::{history_name, series};
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
    if is_main {
        main.to_owned()
    } else {
        main.with_file_name(format!("winscp-{}.xml", series(channel, target)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_main_target_has_the_set_path_and_the_others_stand_beside_it() {
        let main = Path::new("/data/resources/win/GedSynchro/winscp.xml");
        assert_eq!(set_path(main, "extranet", "principal", true), main);
        assert_eq!(
            set_path(main, "annonces", "pages/../immo", false),
            Path::new("/data/resources/win/GedSynchro/winscp-annonces-pages____immo.xml")
        );
    }
}
