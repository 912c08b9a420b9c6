//! What a server says at the login that it can do, and what is asked of it by several commands: sizes, times, hashes.

use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};
use publier_core::domain::digest::Digest;
use publier_core::publication::reason::TransferReason;

use crate::ports::TransferError;
use crate::transfer::ftp::control::Control;
use crate::transfer::ftp::listing;
use crate::transfer::ftp::reply::Reply;
use crate::transfer::ftp::session::{FtpSession, Learnt};
use crate::transfer::net::HASH_LASTS;
use crate::transfer::reason::Doing;

/// How a server tells the size of a file: what it refuses is not asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sizing {
    Size,
    Mlst,
    List,
}

/// How a server sets the time of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timing {
    /// `MFMT time path`, of a draft that most servers follow.
    Mfmt,
    /// `MDTM time path`: the older custom of vsftpd and others.
    Mdtm,
    Never,
}

/// How a server gives the SHA-256 of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hashing {
    /// `HASH`, once `OPTS HASH SHA-256` chose the algorithm.
    Hash {
        chosen: bool,
    },
    /// `XSHA256`, which takes a path without spaces.
    Xsha256,
    Never,
}

/// The lines of FEAT (RFC 2389), in capitals.
pub(super) struct Features(Vec<String>);

impl Features {
    pub(super) fn of(reply: &Reply) -> Self {
        let lines = reply.lines.iter().map(|line| line.trim().to_ascii_uppercase());
        Self(if reply.is_done() { lines.collect() } else { Vec::new() })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|line| line.split(' ').next() == Some(name))
    }

    pub(super) fn timing(&self) -> Timing {
        if self.has("MFMT") {
            Timing::Mfmt
        } else if self.has("MDTM") {
            Timing::Mdtm
        } else {
            Timing::Never
        }
    }

    pub(super) fn hashing(&self) -> Hashing {
        let mut algorithms =
            self.0.iter().filter_map(|line| line.strip_prefix("HASH ")).flat_map(|l| l.split(';'));
        if algorithms.any(|name| name.trim_end_matches('*') == "SHA-256") {
            Hashing::Hash { chosen: false }
        } else if self.has("XSHA256") {
            Hashing::Xsha256
        } else {
            Hashing::Never
        }
    }
}

/// What a server told at the login.
pub(super) struct Told {
    pub(super) features: Features,
    pub(super) place: Reply,
}

/// Asks what the server can do, sets binary mode and asks where the login led: together, or one by one to a server that can't
/// take commands sent ahead. Whoever answers them otherwise than in their order is asked again so, over a new connection.
pub(super) async fn ask_at_login(control: &mut Control, learnt: &Learnt) -> Result<Told, TransferError> {
    if learnt.one_by_one.load(Ordering::Relaxed) {
        let features = Features::of(&control.command("FEAT").await?);
        control.done("TYPE I", Doing::Other).await?;
        let place = control.command("PWD").await?;
        return Ok(Told { features, place });
    }
    let replies = control.ask_ahead(&["FEAT", "TYPE I", "PWD"]).await;
    match replies.as_deref() {
        Ok([features, kind, place])
            if (features.code == 211 || features.code >= 500)
                && kind.is_done()
                && (place.code == 257 || place.code >= 500) =>
        {
            Ok(Told { features: Features::of(features), place: place.clone() })
        }
        Ok([_, kind, _]) if kind.code == 421 => Err(control.refused(kind, Doing::Other)),
        Err(error) if error.reason != TransferReason::TimedOut => Err(error.clone()),
        _ => {
            learnt.one_by_one.store(true, Ordering::Relaxed);
            control.abandon();
            Err(TransferError::new(
                TransferReason::TimedOut,
                "commands sent together were not answered in their order",
            ))
        }
    }
}

impl FtpSession {
    /// SIZE, else MLST, else LIST of that name. A command that the server forbids is like one that it doesn't have.
    pub(super) async fn size_of(&mut self, path: &str) -> Result<Option<u64>, TransferError> {
        if self.sizing == Sizing::Size {
            let reply = self.control.command(&format!("SIZE {path}")).await?;
            match reply.code {
                213 => return self.number(&reply).map(Some),
                550 if !reply.forbids() => return Ok(None),
                _ if reply.forbids() || reply.is_not_implemented() => self.sizing = Sizing::Mlst,
                _ => return Err(self.control.refused(&reply, Doing::Other)),
            }
        }
        if self.sizing == Sizing::Mlst {
            let reply = self.control.command(&format!("MLST {path}")).await?;
            match reply.code {
                250 => {
                    let entry = reply.lines.get(1).and_then(|line| listing::from_facts(line));
                    return Ok(entry.filter(|entry| !entry.is_folder).and_then(|entry| entry.size_bytes));
                }
                550 if !reply.forbids() => return Ok(None),
                _ if reply.forbids() || reply.is_not_implemented() => self.sizing = Sizing::List,
                _ => return Err(self.control.refused(&reply, Doing::Other)),
            }
        }
        let name = listing::last_component(path);
        let text = self.fetch_list(&format!("LIST {path}")).await?;
        let mut entries = text.lines().filter_map(listing::from_list_line);
        let found = entries.find(|entry| !entry.is_folder && listing::last_component(&entry.name) == name);
        Ok(found.and_then(|entry| entry.size_bytes))
    }

    /// The command that sets the time of a file, where the server has one.
    pub(super) fn time_command(&self, path: &str, at: DateTime<Utc>) -> Option<String> {
        let verb = match self.timing {
            Timing::Mfmt => "MFMT",
            Timing::Mdtm => "MDTM",
            Timing::Never => return None,
        };
        Some(format!("{verb} {} {path}", at.format("%Y%m%d%H%M%S")))
    }

    /// Takes the answer to [`FtpSession::time_command`]: a server that doesn't know it isn't asked again.
    pub(super) fn heed_time(&mut self, reply: &Reply) -> bool {
        if reply.is_not_implemented() {
            self.timing = Timing::Never;
        }
        reply.is_done()
    }

    /// Asks for a hash: the server reads the whole file before it answers.
    pub(super) async fn hash_of(&mut self, path: &str) -> Result<Option<Digest>, TransferError> {
        if self.hashing == (Hashing::Hash { chosen: false }) {
            let chosen = self.control.command("OPTS HASH SHA-256").await?.is_done();
            self.hashing = if chosen { Hashing::Hash { chosen } } else { Hashing::Never };
        }
        let command = match self.hashing {
            Hashing::Hash { .. } => format!("HASH {path}"),
            Hashing::Xsha256 if !path.contains([' ', '"']) => format!("XSHA256 {path}"),
            Hashing::Xsha256 | Hashing::Never => return Ok(None),
        };
        let limit = self.deadlines.stall.max(HASH_LASTS);
        let reply = self.control.command_within(&command, limit).await?;
        if !reply.is_done() {
            // It may be too large for the server, or switched off: the size has been confirmed.
            return Ok(None);
        }
        let is_digest = |word: &&str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        // The last line bears it, before the path: a first one may say that the work begins.
        let digest = reply.lines.last().and_then(|line| line.split_whitespace().find(is_digest));
        Ok(digest.and_then(|digits| digits.to_ascii_lowercase().parse().ok()))
    }

    pub(super) fn number(&mut self, reply: &Reply) -> Result<u64, TransferError> {
        reply.text().trim().parse().map_err(|_| {
            self.control.abandon();
            TransferError::new(TransferReason::ServerError, reply.words())
        })
    }
}
