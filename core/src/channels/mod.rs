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

#[cfg(test)]
mod tests {
    use super::*;

    /// The ledger, the schedule's keys and the settings keep these words.
    #[test]
    fn a_channel_is_found_again_by_the_code_that_the_ledger_keeps() {
        let codes = [(Channel::Extranet, "extranet")];
        assert_eq!(codes.map(|(channel, _)| channel).as_slice(), Channel::ALL, "one row a channel");
        for (channel, code) in codes {
            assert_eq!((channel.code(), channel.to_string().as_str()), (code, code));
            assert_eq!(Channel::from_code(code), Some(channel));
            assert_eq!(serde_json::to_string(&channel).unwrap(), format!("\"{code}\""));
        }
        for other in ["", "Extranet", "statissimmo"] {
            assert_eq!(Channel::from_code(other), None, "{other}");
        }
    }
}
