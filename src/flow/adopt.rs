//! What already stands on the server, compared before a series begins again (rule 14: a new server, a lost ledger).
//!
//! Promises: nothing is written nor removed; a document's file that stands under its own name with its size is a fact and
//! isn't sent again, since its name tells its document and its content (rule 12); one of another size is sent again. The
//! counts are said before a person is asked for consent, and again once the publication left.
//!
//! Limits: a letter or a picture is compared by its name alone until it is made. One folder is listed at a time; what is
//! kept of a file is sixteen bytes, whatever the number of folders.

use std::collections::HashMap;

use publier_core::publication::reason::TransferReason;

use super::error::FlowError;
use super::listing::{Listing, Material, file_name, file_path};
use super::publish::Run;
use crate::digest::sha256;
use crate::ledger::PublicationId;
use crate::ports::{RemoteEntry, RemotePath};
use crate::report::run_report::Adoption;

/// The files that stand below the deposit's documents: the size of each, by a digest of its path.
#[derive(Debug, Default)]
pub(super) struct Survey(HashMap<u64, u64>);

impl Survey {
    /// Gives the size of a file in bytes, if it stands there.
    pub(super) fn size_of(&self, path: &str) -> Option<u64> {
        self.0.get(&key(path)).copied()
    }
}

/// Eight bytes of a digest: of a million names no two share them but by a chance of one in ten millions, and the size
/// must agree too.
fn key(path: &str) -> u64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(sha256(path.as_bytes()).0).for_each(|(to, from)| *to = from);
    u64::from_be_bytes(bytes)
}

impl Run<'_> {
    /// Lists what stands on the server, before anything is planned.
    pub(super) async fn survey(&mut self) -> Result<(), FlowError> {
        self.open_session();
        let documents = self.below_deposit("documents")?;
        let mut survey = Survey::default();
        for folder in self.entries(&documents).await?.into_iter().filter(|entry| entry.is_folder) {
            let Ok(path) = documents.join(&folder.name) else { continue };
            for entry in self.entries(&path).await? {
                if let Some(size) = entry.size_bytes.filter(|_| !entry.is_folder) {
                    survey.0.insert(key(&format!("documents/{}/{}", folder.name, entry.name)), size);
                }
            }
        }
        self.survey = Some(survey);
        Ok(())
    }

    fn below_deposit(&self, name: &str) -> Result<RemotePath, FlowError> {
        let deposit = &self.job.destination.deposit;
        deposit.join(name).map_err(|error| FlowError::Worker(error.to_string()))
    }

    /// Lists a folder; one that isn't there holds nothing.
    async fn entries(&mut self, folder: &RemotePath) -> Result<Vec<RemoteEntry>, FlowError> {
        match self.pool.alone().list(folder).await {
            Err(error) if error.reason == TransferReason::FolderMissing => Ok(Vec::new()),
            listed => Ok(listed?),
        }
    }

    /// Compares the plan with what stands there, for whoever is asked for consent.
    pub(super) fn compare(&mut self, publication: PublicationId) -> Result<(), FlowError> {
        let Some(survey) = &self.survey else { return Ok(()) };
        let mut adoption = Adoption::default();
        for document in self.job.ledger.planned_documents(publication)? {
            let document = document?;
            if !document.why.uploads() {
                continue;
            }
            let listing: Listing = serde_json::from_str(&document.listing)?;
            let name = file_name(document.id, &document.content_digest, &listing.extension);
            let wanted = match listing.material {
                Material::File { size_bytes, .. } => Some(size_bytes),
                Material::Letter(_) | Material::Photo { .. } | Material::Picture { .. } => None,
            };
            match survey.size_of(&file_path(&name)) {
                None => adoption.missing += 1,
                Some(size) if wanted.is_none_or(|wanted| wanted == size) => adoption.there += 1,
                Some(_) => adoption.other += 1,
            }
        }
        self.report.adoption = Some(adoption);
        Ok(())
    }
}
