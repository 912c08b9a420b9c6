//! A publication of removals alone: what a person withdrew leaves at once, whatever waits (rules 14 and 15).
//!
//! Promises: it lists nothing, uploads nothing but its zip, and sends no part of the agency's books; what it withdraws is
//! confirmed and settled as by any other publication, and repeated by the next one where it is not. A plan that waits
//! beside it goes on waiting: neither its hold nor the time that the clock is compared with is moved.
//!
//! Refuses: what nobody recorded. A document whose record vanished, an account under notice, a section whose option is
//! off, wait with the plan; and where no account at all is published, so do the accounts: every box cleared at once looks
//! like a mistake, which is what that hold is for.

use std::collections::BTreeMap;

use publier_core::domain::ids::EventId;
use publier_core::publication::document::DocumentSource;
use publier_core::publication::facts::{Counts, Fact, Mode, Section};
use publier_core::publication::reason::{HoldReason, RemovalReason};
use tokio::task;

use super::build::{HeldPlan, Open, domain_of};
use super::error::FlowError;
use super::plan::staff_digest;
use super::publish::{End, Run};
use super::telling;
use crate::ledger::PublicationId;
use crate::ledger::plan::{PlanRow, PlannedRemoval, Withdrawal};
use crate::report::run_report::RunReport;

impl Run<'_> {
    /// Sends what a person withdrew while a plan waits; the report of the hold says how much left.
    pub(super) async fn withdraw_meanwhile(
        &mut self,
        waiting: PublicationId,
        held: HeldPlan,
    ) -> Result<End, FlowError> {
        self.report.holds.clone_from(&held.reasons);
        self.report.hold_digest = Some(held.digest.clone());
        let with_accounts = !held.reasons.contains(&HoldReason::NoAccount);
        let removals = self.job.ledger.withdrawn_by_a_person(waiting, with_accounts)?;
        if removals.is_empty() {
            return Ok(End::Held(held));
        }
        let fresh = RunReport::new(&self.report.agency, &self.report.target, &self.name, self.started_at);
        let told_of_the_hold = std::mem::replace(&mut self.report, fresh);
        self.beside_a_hold = true;
        let end = self.send_removals(&removals).await;
        self.beside_a_hold = false;
        self.report = told_of_the_hold;
        Ok(match end? {
            End::Delivered => {
                self.report.withdrawn_at_once = u64::try_from(removals.len()).unwrap_or(u64::MAX);
                End::Held(held)
            }
            other => other,
        })
    }

    /// Gives what is live of events whose publication date was taken away.
    pub(super) fn live_of(&self, events: &[EventId]) -> Result<Vec<PlannedRemoval>, FlowError> {
        let snapshot = self.snapshot()?;
        let mut removals = Vec::new();
        for event in events {
            let record = snapshot.event(*event, &|_| false)?;
            if record.is_none_or(|event| event.published_on.is_some()) {
                continue;
            }
            let seen = self.job.ledger.seen(self.series.key, DocumentSource::Body(*event))?;
            removals.extend(seen.into_iter().filter(|document| document.live).map(|document| {
                PlannedRemoval {
                    what: Withdrawal::Document(document.id),
                    reason: RemovalReason::Manual,
                    successor: None,
                }
            }));
        }
        Ok(removals)
    }

    /// Makes a publication of these removals and drives it until it rests.
    pub(super) async fn send_removals(&mut self, removals: &[PlannedRemoval]) -> Result<End, FlowError> {
        self.job.spool.require_room()?;
        let now = self.job.clock.now();
        let publication = self.job.ledger.open_publication(self.series.key, self.id, Mode::Removals, now)?;
        task::block_in_place(|| self.seal_removals(publication, removals))?;
        self.drive(publication).await
    }

    fn seal_removals(
        &mut self,
        publication: PublicationId,
        removals: &[PlannedRemoval],
    ) -> Result<(), FlowError> {
        let snapshot = self.snapshot()?;
        let agency = snapshot.agency()?;
        self.report.agency.clone_from(&agency.name);
        self.readers = snapshot.report_readers()?.into_iter().map(|user| user.id.0).collect();
        let domain = domain_of(&agency)?;
        let folder = self.job.spool.folder(&publication.to_string())?;
        let ledger = &mut self.job.ledger;
        ledger.start_plan(publication)?;
        let rows: Vec<PlanRow> = removals.iter().cloned().map(PlanRow::Removal).collect();
        ledger.plan(publication, &rows)?;
        let counts = BTreeMap::from([(Section::Documents, Counts::default())]);
        ledger.count(publication, &counts)?;
        let totals = ledger.close_plan(publication)?;
        let now = self.job.clock.now();
        let planned = Fact::Planned { counts, removals: totals.removals, plan_digest: totals.digest };
        ledger.append(publication, now, &[planned])?;
        let (mut xml, zip_name) = self.begin_xml(publication, &folder, &agency, domain)?;
        xml.empty_bulk()?;
        self.job.ledger.append(publication, now, &[Fact::BulkWritten { records: 0 }])?;
        telling::take_plan(&mut self.report, &self.job.ledger, publication, &self.names)?;
        let staff_digest = staff_digest(&snapshot)?;
        self.close_and_seal(publication, &folder, Open { xml, zip_name, staff_digest })
    }
}
