//! What the history keeps of a delivered publication, once its spool is gone: a manifest without a name in it.
//!
//! Format: JSON lines, each with `"v": 1` and a `type`: one `publication`, then a `document` for each that it listed and a
//! `removal` for each that it withdrew, in the order of their ids. Ids, digests, sizes and codes only: no title, no
//! name of a person, no password. The zip itself is never kept (PUBLICATION.md, Spool).
//!
//! Promises: the file appears whole, under a name that the publication gives, so that settling again after a crash writes
//! the same one. A history that can't be written never fails a run: the report says so.

use std::io::{self, BufWriter};
use std::path::Path;

use chrono::{DateTime, Utc};
use publier_core::domain::digest::Digest;
use publier_core::publication::reason::RemovalReason;
use publier_core::publication::stage::Seal;
use serde::Serialize;

use super::error::FlowError;
use super::listing::file_path;
use super::publish::Run;
use crate::files::{create_private, failed, make_private_folder, sync_folder_of};
use crate::ledger::plan::Withdrawal;
use crate::ledger::{Ledger, PublicationId};
use crate::report::history::manifest_name;

/// The version that every line bears.
const VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Line<'a> {
    Publication {
        v: u32,
        id: &'a str,
        series: &'a str,
        sequence: u64,
        mode: &'static str,
        target: &'a str,
        decided_at: DateTime<Utc>,
        confirmed_at: DateTime<Utc>,
        zip: Zip<'a>,
    },
    Document {
        v: u32,
        document: String,
        why: &'static str,
        notify: bool,
        file: Option<String>,
        size_bytes: Option<u64>,
        sha256: Option<Digest>,
    },
    Removal {
        v: u32,
        what: &'static str,
        id: String,
        reason: RemovalReason,
    },
}

#[derive(Serialize)]
struct Zip<'a> {
    name: &'a str,
    size_bytes: u64,
    sha256: Digest,
}

impl Run<'_> {
    /// Writes the manifest of a delivered publication, whose plan the ledger still holds.
    pub(super) fn keep_manifest(
        &self,
        publication: PublicationId,
        seal: &Seal,
        confirmed_at: DateTime<Utc>,
    ) -> Result<(), FlowError> {
        let decided_at = seal.opening.now;
        let destination = &self.job.destination;
        make_private_folder(&self.job.history)?;
        let name = manifest_name(destination.channel, &destination.name, decided_at);
        let path = self.job.history.join(name);
        let beside = path.with_extension("jsonl.part");
        let mut out = BufWriter::new(create_private(&beside).map_err(|error| error.of(&path))?);
        let series = &self.series.series_id;
        let zip = Zip { name: &seal.zip.name, size_bytes: seal.zip.size_bytes, sha256: seal.zip.digest };
        let head = Line::Publication {
            v: VERSION,
            id: &format!("{series}-{}", seal.sequence),
            series,
            sequence: seal.sequence,
            mode: seal.opening.mode.code(),
            target: &destination.name,
            decided_at,
            confirmed_at,
            zip,
        };
        put(&mut out, &path, &head)?;
        put_plan(&mut out, &path, &self.job.ledger, publication)?;
        let file = out.into_inner().map_err(|error| failed("write", &path)(error.into_error()))?;
        file.sync_all().map_err(failed("sync", &path))?;
        std::fs::rename(&beside, &path).map_err(failed("rename to", &path))?;
        sync_folder_of(&path)?;
        Ok(())
    }
}

fn put_plan(
    out: &mut impl io::Write,
    path: &Path,
    ledger: &Ledger,
    publication: PublicationId,
) -> Result<(), FlowError> {
    for document in ledger.planned_documents(publication)? {
        let document = document?;
        let file = document.file.as_ref();
        let line = Line::Document {
            v: VERSION,
            document: document.id.to_string(),
            why: document.why.code(),
            notify: document.notify,
            file: file.map(|file| file_path(&file.name)),
            size_bytes: file.map(|file| file.size_bytes),
            sha256: file.map(|file| file.sha256),
        };
        put(out, path, &line)?;
    }
    for removal in ledger.planned_removals(publication)? {
        let removal = removal?;
        let (what, id) = match removal.what {
            Withdrawal::Document(document) => ("document", document.to_string()),
            Withdrawal::Account(account) => ("account", account.0.to_string()),
            Withdrawal::Access(party) => ("access", party.0.to_string()),
            Withdrawal::Section(key) => ("section", key),
        };
        put(out, path, &Line::Removal { v: VERSION, what, id, reason: removal.reason })?;
    }
    Ok(())
}

fn put(out: &mut impl io::Write, path: &Path, line: &Line<'_>) -> Result<(), FlowError> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    Ok(out.write_all(&text).map_err(failed("write", path))?)
}
