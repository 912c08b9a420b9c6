//! Paths on the server: a value that the settings, the ports and the doers share.
//!
//! Promises: POSIX separators, never empty. Refuses a control character, so that a path can't end a line of FTP
//! or of a log, and a `..` component, so that nothing is written above the folder that was named.

use serde::{Deserialize, Serialize};

/// A path on the server: POSIX separators, no control character, no `..`, never empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RemotePath(String);

/// A remote path that was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("remote path refused: {0:?}")]
pub struct BadRemotePath(pub String);

impl RemotePath {
    /// Checks and takes a path.
    ///
    /// # Errors
    /// Refuses an empty path, a control character and a `..` component.
    pub fn new(path: impl Into<String>) -> Result<Self, BadRemotePath> {
        let path = path.into();
        let bad =
            path.is_empty() || path.chars().any(char::is_control) || path.split('/').any(|part| part == "..");
        if bad { Err(BadRemotePath(path)) } else { Ok(Self(path)) }
    }

    /// Gives the path of `name` inside this folder.
    ///
    /// # Errors
    /// The same refusals as [`RemotePath::new`].
    pub fn join(&self, name: &str) -> Result<Self, BadRemotePath> {
        Self::new(format!("{}/{name}", self.0.trim_end_matches('/')))
    }

    /// Gives the folder that holds this path, if there is one.
    pub fn parent(&self) -> Option<Self> {
        let (folder, _) = self.0.trim_end_matches('/').rsplit_once('/')?;
        Some(Self(if folder.is_empty() { "/".to_owned() } else { folder.to_owned() }))
    }

    /// Gives the last component.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// Gives the whole path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RemotePath {
    type Error = BadRemotePath;
    fn try_from(path: String) -> Result<Self, BadRemotePath> {
        Self::new(path)
    }
}

impl From<RemotePath> for String {
    fn from(path: RemotePath) -> Self {
        path.0
    }
}

impl std::fmt::Display for RemotePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_ends_a_line_climbs_or_is_empty_is_refused() {
        for bad in ["", "depot/..", "../depot", "a\r\nDELE b", "a\0b"] {
            assert_eq!(RemotePath::new(bad), Err(BadRemotePath(bad.to_owned())));
        }
        assert!(RemotePath::new("depot/..name").is_ok(), "dots inside a name climb nowhere");
    }

    #[test]
    fn join_parent_and_name_agree_with_and_without_a_final_slash() {
        for folder in ["/depot", "/depot/"] {
            let file = RemotePath::new(folder).unwrap().join("a.zip").unwrap();
            assert_eq!(file.as_str(), "/depot/a.zip");
            assert_eq!(file.name(), "a.zip");
            assert_eq!(file.parent().unwrap().as_str(), "/depot");
        }
        assert_eq!(RemotePath::new("/a").unwrap().parent().unwrap().as_str(), "/");
        assert_eq!(RemotePath::new("a").unwrap().parent(), None);
    }
}
