//! `agent.toml` exactly as written: names, types and places in the file, no meaning yet.
//!
//! Every struct refuses unknown keys; every value keeps its span, so that a later problem shows line and caret.
//! The keys are explained in `agent.toml.example`, the reference.

use serde::Deserialize;
use toml::Spanned;

/// A text, a flag or a whole number that may be absent.
pub(super) type Text = Option<Spanned<String>>;
pub(super) type Flag = Option<Spanned<bool>>;
pub(super) type Whole = Option<Spanned<i64>>;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawSettings {
    pub(super) lang: Text,
    pub(super) agency: RawAgency,
    pub(super) data: RawData,
    pub(super) target: Vec<Spanned<RawTarget>>,
    pub(super) letters: RawLetters,
    pub(super) publication: RawPublication,
    pub(super) winscp_log: RawWinscpLog,
    pub(super) log: RawLog,
    pub(super) service: RawService,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawAgency {
    pub(super) database: Text,
    pub(super) files: Option<Vec<Spanned<String>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawData {
    pub(super) dir: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawTarget {
    pub(super) name: Text,
    pub(super) channel: Text,
    pub(super) protocol: Text,
    pub(super) allow_plain: Flag,
    pub(super) host: Text,
    pub(super) port: Whole,
    pub(super) user: Text,
    pub(super) password_file: Text,
    pub(super) credential: Text,
    pub(super) key_file: Text,
    pub(super) key_passphrase_file: Text,
    pub(super) key_agent: Text,
    pub(super) ca_file: Text,
    pub(super) certificate_fingerprint: Text,
    pub(super) host_key: Text,
    pub(super) known_hosts: Text,
    pub(super) folder: Text,
    pub(super) deposit: Text,
    pub(super) receives_credentials: Flag,
    pub(super) receipts: Text,
    pub(super) receipt_within: Text,
    pub(super) remove_files: Flag,
    pub(super) connect_timeout: Text,
    pub(super) reply_timeout: Text,
    pub(super) stall_timeout: Text,
    pub(super) connections: Whole,
    pub(super) bandwidth: Option<Spanned<Vec<Spanned<RawBandwidth>>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawBandwidth {
    pub(super) hours: Text,
    pub(super) days: Text,
    pub(super) kib_per_second: Whole,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawLetters {
    pub(super) logo: Text,
    pub(super) signature: Text,
    pub(super) signed_by: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawPublication {
    pub(super) catch_up: Text,
    pub(super) resume_within: Text,
    pub(super) zip_level: Text,
    pub(super) spool_quota: Text,
    pub(super) max_file_size: Text,
    pub(super) photo_max_side: Whole,
    pub(super) file_types: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawWinscpLog {
    pub(super) groups: Flag,
    pub(super) history_age: Text,
    pub(super) history_count: Whole,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawLog {
    pub(super) format: Text,
    pub(super) level: Text,
    pub(super) dir: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawService {
    pub(super) heartbeat: Text,
    pub(super) boot_delay: Text,
}
