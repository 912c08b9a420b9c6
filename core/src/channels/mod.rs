//! What one channel sends: records in, verdicts out. Its XML is written on floor 4.

pub mod extranet;

use serde::{Deserialize, Serialize};

/// A channel: one kind of publication, with its own schedule, series and log. A new channel is a line here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Channel {
    /// The clients' extranet (service client).
    #[serde(rename = "extranet")]
    Extranet,
}

impl Channel {
    /// Every channel, in the order of their introduction.
    pub const ALL: &'static [Self] = &[Self::Extranet];

    /// Gives the stable code: settings, ledger, names of logs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Extranet => "extranet",
        }
    }

    /// Finds the channel that bears a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|channel| channel.code() == code)
    }
}

impl std::fmt::Display for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}
