//! The receipt that confirms a delivered publication, where the target asks for one (rule 6).
//!
//! Promises: only an accepted receipt that names the publication settles it; a refusal confirms nothing, is told like a
//! failure, with the receiver's reasons, and makes all of it due again; a receipt that doesn't come within its time is
//! told, and the next run looks for it before it plans anything. What can't be read is no receipt: half of one may be on
//! its way. The wait ends with the run's stop, and lets those who publish to other targets work meanwhile.
//!
//! Limits: a receipt is looked for by its name, one small file; it is never removed. Files of withdrawn documents are, where
//! the target says so and a receipt confirmed the withdrawal: a receiver that has not answered may still need them. A process
//! that dies between the two leaves them.

use std::time::Duration;

use publier_core::publication::facts::Replaced;
use publier_core::publication::next_step::Receipt;
use publier_core::publication::reason::TransferReason;
use publier_core::publication::stage::{Seal, Stage};
use tokio::time::Instant;

use super::error::FlowError;
use super::listing::file_path;
use super::publish::{Manifest, Refusal, Run};
use super::telling;
use crate::channels::extranet::receipt::{self, Expected, LONGEST_BYTES, Unfit, Verdict};
use crate::ledger::PublicationId;
use crate::report::redact::Label;
use crate::report::run_report::{Cause, RunReport};
use crate::transfer::courier::Small;

/// The first pause between two looks at the server; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// No pause is longer: servers hang up on whoever is silent for minutes.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What stood under the receipt's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// A verdict on this publication.
    Verdict(Verdict),
    /// Something that says nothing of it.
    Unfit(Unfit),
}

/// A wait for a receipt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wait {
    until: Instant,
    pause: Duration,
}

impl Run<'_> {
    /// Looks for the receipt of a sealed publication, where the target has any.
    pub(super) async fn look_for_receipt(&mut self, seal: &Seal) -> Result<Option<Receipt>, FlowError> {
        if self.job.destination.receipts.is_none() {
            return Ok(None);
        }
        let name = receipt::name_of(&seal.zip.name);
        let path = self.job.destination.deposit.join(&name);
        let path = path.map_err(|error| FlowError::Worker(error.to_string()))?;
        self.open_session();
        let read = match self.pool.alone().read(&path, LONGEST_BYTES).await? {
            Small::Absent => {
                self.answer = None;
                return Ok(None);
            }
            Small::TooLong => Err(Unfit::Unreadable),
            Small::Whole(bytes) => {
                let series = &self.series.series_id;
                let expected = Expected { series, sequence: seal.sequence, sha256: seal.zip.digest };
                receipt::read(&bytes, &expected)
            }
        };
        tracing::info!(name, ?read, "a receipt stands there");
        let verdict = match &read {
            Ok(Verdict::Accepted) => Some(Receipt::Accepted),
            Ok(Verdict::Refused(_)) => Some(Receipt::Refused),
            Err(_) => None,
        };
        self.answer = Some(read.map_or_else(Answer::Unfit, Answer::Verdict));
        Ok(verdict)
    }

    /// Waits until the receipt is to be looked for again; `false` when this run has waited long enough.
    pub(super) async fn await_receipt(&mut self, wait: &mut Option<Wait>) -> bool {
        let within = self.job.destination.receipts.unwrap_or_default();
        let now = Instant::now();
        let begun = || Wait { until: now.checked_add(within).unwrap_or(now), pause: FIRST_PAUSE };
        let current = wait.get_or_insert_with(begun);
        let left = current.until.saturating_duration_since(now);
        if left.is_zero() {
            return false;
        }
        let until = now.checked_add(current.pause.min(left)).unwrap_or(current.until);
        current.pause = current.pause.saturating_mul(2).min(LONGEST_PAUSE);
        let stop = self.stop.clone();
        let waited = async {
            tokio::select! {
                // The next step is asked for, which ends a run that is stopped.
                () = stop.cancelled() => {}
                () = tokio::time::sleep_until(until) => {}
            }
        };
        self.job.turn.aside(waited).await;
        // Others worked meanwhile, and the server may have hung up.
        if now.elapsed() > LONGEST_PAUSE.saturating_mul(2) {
            self.pool.leave().await;
        }
        true
    }

    /// Gives the files that nothing lists any more once this publication is confirmed, where they are to be removed.
    pub(super) fn files_that_leave(&self, publication: PublicationId) -> Result<Vec<String>, FlowError> {
        let destination = &self.job.destination;
        if !destination.removes_files || destination.receipts.is_none() {
            return Ok(Vec::new());
        }
        Ok(self.job.ledger.files_that_leave(publication)?)
    }

    /// Removes files that the receiver needs no more. What can't be removed stays: `check --server` doesn't miss it, and
    /// no publication fails for it.
    pub(super) async fn remove_files(&mut self, names: &[String]) {
        for name in names {
            let Ok(path) = self.job.destination.deposit.join(&file_path(name)) else { continue };
            self.open_session();
            if let Err(error) = self.pool.alone().remove(&path).await {
                tracing::warn!(%error, name, "a file that was withdrawn stays on the server");
                if !error.reason.is_about_the_file() && error.reason != TransferReason::PermissionDenied {
                    return;
                }
            }
        }
    }

    /// Gives the refusal for which a publication gave way, if that is why it did.
    pub(super) fn refusal(&self, stage: &Stage, why: Replaced) -> Option<Refusal> {
        let sequence = stage.seal().filter(|_| why == Replaced::ReceiptRefused)?.sequence;
        let reasons = match &self.answer {
            Some(Answer::Verdict(Verdict::Refused(reasons))) => reasons.clone(),
            _ => Vec::new(),
        };
        Some(Refusal { sequence, reasons })
    }

    /// Tells that the receiver refused what an earlier run delivered: this run has its own to tell.
    pub(super) fn tell_refusal(
        &mut self,
        earlier: Option<Manifest>,
        publication: PublicationId,
        refusal: &Refusal,
    ) -> Result<(), FlowError> {
        let now = self.job.clock.now();
        let fresh = || (RunReport::new("", &self.job.destination.name, &self.name, self.started_at), None);
        let (report, readers) = earlier.map_or_else(fresh, |kept| (kept.report, Some(kept.readers)));
        let mut report = RunReport { run_id: self.name.clone(), started_at: self.started_at, ..report };
        report.fail(self.refused(refusal), now);
        let readers = readers.unwrap_or_else(|| telling::readers(&self.job.database));
        let key = format!("{publication}-refused");
        let items = telling::items(&report, &readers, &self.job.messages, &key)?;
        Ok(self.job.ledger.add_to_outbox(&items, now)?)
    }

    /// Says that the receiver refused a publication, and why.
    pub(super) fn refused(&self, refusal: &Refusal) -> Cause {
        let messages = &self.job.messages;
        let said: Vec<&str> =
            refusal.reasons.iter().map(|reason| reason.trim()).filter(|reason| !reason.is_empty()).collect();
        let reasons =
            if said.is_empty() { messages.text("flow-receipt-no-reason") } else { said.join(" ; ") };
        let values =
            [("sequence", refusal.sequence.to_string().into()), ("reasons", reasons.as_str().into())];
        failure(&messages.format("flow-receipt-refused", &values))
    }

    /// Says that no receipt came in time, and what stood in its place.
    pub(super) fn no_receipt(&self, sequence: u64) -> Cause {
        let key = match self.answer {
            Some(Answer::Unfit(Unfit::Unreadable)) => "flow-receipt-unreadable",
            Some(Answer::Unfit(Unfit::Other)) => "flow-receipt-of-another",
            Some(Answer::Verdict(_)) | None => "flow-no-receipt",
        };
        failure(&self.job.messages.format(key, &[("sequence", sequence.to_string().into())]))
    }
}

fn failure(words: &str) -> Cause {
    Cause::Unconfirmed { words: Label::sentence(words) }
}
