//! How a publication is settled and a run ends: what was confirmed, and what its readers are told, whatever happened.

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Paris;
use publier_core::publication::exit::ExitStatus;
use publier_core::publication::facts::Fact;
use publier_core::publication::stage::Stage;

use super::error::FlowError;
use super::publish::{End, Run};
use super::telling;
use crate::i18n::Messages;
use crate::ledger::PublicationId;
use crate::ports::Event;
use crate::report::redact::Label;
use crate::report::run_report::{Cause, Outcome, RunReport};

impl Run<'_> {
    /// Brings the series up to date and puts the report's messages in the outbox, in one transaction. A publication
    /// that an earlier run began is told as such, under a key of its own: this run may have another to tell.
    pub(super) fn settle(&mut self, publication: PublicationId, stage: &Stage) -> Result<(), FlowError> {
        let now = self.job.clock.now();
        let begun_by = stage.opening().map_or(self.id, |opening| opening.run);
        let mut key = self.name.clone();
        if begun_by != self.id {
            key = format!("{}-settled", begun_by.0);
            if let Some(manifest) = self.manifest(publication)? {
                self.report =
                    RunReport { run_id: self.name.clone(), started_at: self.started_at, ..manifest.report };
                self.readers = manifest.readers;
            }
        }
        self.take_tally();
        if let Err(error) = self.keep_manifest(publication, Self::sealed(stage)?, now) {
            tracing::warn!(error = %telling::chain(&error), "the publication's manifest is not kept");
            let words = telling::explain(&error, &self.job.messages);
            let warning = self.job.messages.format("flow-no-manifest", &[("words", words.as_str().into())]);
            self.report.warnings.push(Label::sentence(&warning));
        }
        self.report.deliver(now);
        let items = if self.beside_a_hold {
            Vec::new()
        } else {
            telling::items(&self.report, &self.readers, &self.job.messages, &key)?
        };
        self.job.ledger.settle(publication, now, &items)?;
        self.job.spool.remove(&publication.to_string())?;
        Ok(())
    }

    /// Takes what the transfers counted, and what the transfer log could not keep (A8, A9).
    pub(super) fn take_tally(&mut self) {
        self.report.take_transfers(self.job.tally.tally());
        if let Some(problem) = self.job.transfer_log.as_ref().and_then(|log| log.problem()) {
            self.report.warnings.push(Label::sentence(&problem.to_warning(&self.job.messages)));
        }
        self.report.next_slots.clone_from(&self.job.next_slots);
    }

    /// Tells the listeners, once, that transfers begin.
    pub(super) fn open_session(&mut self) {
        if !self.session_told {
            self.session_told = true;
            let (session, at) = (self.job.connector.session_name(), self.job.clock.now());
            let target = self.job.destination.name.clone();
            self.job.listener.hear(&Event::TransferStarted { target, session, at });
        }
    }

    /// Ends the run: the report is told, whatever happened.
    pub(super) async fn finish(mut self, end: Result<End, FlowError>) -> Result<RunReport, FlowError> {
        if let Err(error) = &end
            && let Some((publication, _)) = self.job.ledger.unfinished(self.series.key)?.last()
        {
            let reason = match error {
                FlowError::Transfer(error) => Some(error.reason),
                _ => None,
            };
            let now = self.job.clock.now();
            // A publication that can't take the fact any more is over: the run's own outcome says it all.
            drop(self.job.ledger.append(*publication, now, &[Fact::Failed { reason }]));
        }
        if self.session_told {
            let (target, at) = (self.job.destination.name.clone(), self.job.clock.now());
            self.job.listener.hear(&Event::TransferEnded { target, at });
        }
        let now = self.job.clock.now();
        let settled = matches!(end, Ok(End::Delivered));
        if !settled {
            self.take_tally();
        }
        match end {
            Ok(End::Delivered) => {}
            // No run ends so: one that did must never pass for a delivery.
            Ok(End::GaveWay) => self.report.fail(gave_way(&self.job.messages), now),
            Ok(End::Held(held)) => self.report.hold(held.reasons, &held.digest, now),
            Ok(End::Uncertain) => self.report.fail(uncertain(&self.job.messages), now),
            Ok(End::AwaitsReceipt(sequence)) => {
                let cause = self.no_receipt(sequence);
                self.report.fail(cause, now);
            }
            Ok(End::Refused(refusal)) => {
                let cause = self.refused(&refusal);
                self.report.fail(cause, now);
            }
            Err(error) => {
                tracing::error!(run = %self.name, error = %telling::chain(&error), "the run failed");
                self.report.fail(telling::cause(&error, &self.job.messages), now);
            }
        }
        if self.readers.is_empty() {
            self.readers = telling::readers(&self.job.database);
        }
        let told = self.ask.failure_told && self.report.outcome == Outcome::Failed;
        if !settled && !told {
            let key = self.report_key(now);
            let items = telling::items(&self.report, &self.readers, &self.job.messages, &key)?;
            self.job.ledger.add_to_outbox(&items, now)?;
        }
        let status = self.report.exit_status();
        self.job.ledger.end_run(self.id, self.report.outcome.name(), status.code(), now)?;
        if let Some(log) = &self.job.run_log {
            log.summary(&self.report.without_labels());
        }
        self.pool.close().await;
        Ok(self.report)
    }

    /// A plan that waits is told once a day, unless withdrawals left meanwhile; any other end once a run.
    fn report_key(&self, now: DateTime<Utc>) -> String {
        let waits = self.report.outcome == Outcome::Held && self.report.withdrawn_at_once == 0;
        match &self.report.hold_digest {
            Some(_) if waits => {
                format!("held-{}-{}", self.series.series_id, now.with_timezone(&Paris).date_naive())
            }
            _ => self.name.clone(),
        }
    }
}

fn gave_way(messages: &Messages) -> Cause {
    Cause::Run { status: ExitStatus::Other, words: Label::sentence(&messages.text("flow-gave-way")) }
}

fn uncertain(messages: &Messages) -> Cause {
    Cause::Unconfirmed { words: Label::sentence(&messages.text("flow-uncertain")) }
}
