//! One publication, step by step: each is asked from the ledger's facts, taken, and recorded.

use publier_core::publication::facts::{DeliveredHow, Fact};
use publier_core::publication::next_step::{self, Context, Rest, Step, next_step};
use publier_core::publication::stage::{Seal, Stage};

use super::build::Built;
use super::error::FlowError;
use super::publish::{End, MANIFEST, Manifest, Run};
use crate::ledger::PublicationId;
use crate::ledger::runs::Trigger;
use crate::ports::Event;
use crate::source::Snapshot;
use crate::transfer::courier::{Parcel, Whereabouts};

impl Run<'_> {
    /// Asks for the next step and takes it, until the publication rests.
    pub(super) async fn drive(&mut self, publication: PublicationId) -> Result<End, FlowError> {
        let (mut whereabouts, mut settled) = (None, false);
        let mut waiting = None;
        self.answer = None;
        loop {
            if self.stop.is_cancelled() {
                return Err(FlowError::Stopped);
            }
            let stage = self.job.ledger.stage(publication)?;
            let earlier = stage.opening().is_some_and(|opening| opening.run != self.id);
            let context = Context {
                now: self.job.clock.now(),
                run: self.id,
                resume_within: self.job.resume_within,
                newer_slot: earlier && matches!(self.ask.trigger, Trigger::Slot | Trigger::CatchUp),
                changed_by_staff: self.changed_by_staff(publication, &stage)?,
                receipt_required: self.job.destination.receipts.is_some(),
                whereabouts,
            };
            match next_step(&stage, &context) {
                Step::Open | Step::Plan | Step::WriteBulk | Step::Seal => {
                    match self.build(publication).await? {
                        Built::Sealed => {}
                        Built::Held(held) => return Ok(End::Held(held)),
                    }
                }
                Step::SendPart => self.send_part(publication, &stage).await?,
                Step::Promote => {
                    let now = self.job.clock.now();
                    self.job.ledger.append(publication, now, &[Fact::Promoting])?;
                    self.rename(publication, &stage).await?;
                }
                Step::Rename => self.rename(publication, &stage).await?,
                Step::Look => whereabouts = Some(self.look(publication, &stage).await?),
                Step::Deliver(how) => {
                    let now = self.job.clock.now();
                    self.job.ledger.append(publication, now, &[Fact::Delivered { how }])?;
                    self.tell_found(publication, &stage)?;
                }
                Step::DeclareUncertain => {
                    let now = self.job.clock.now();
                    self.job.ledger.append(publication, now, &[Fact::Uncertain])?;
                }
                Step::Settle => {
                    let leaving = self.files_that_leave(publication)?;
                    self.settle(publication, &stage)?;
                    settled = true;
                    self.remove_files(&leaving).await;
                }
                Step::Replace(why) => {
                    let now = self.job.clock.now();
                    self.job.ledger.supersede(publication, why, now)?;
                    self.job.spool.remove(&publication.to_string())?;
                    return Ok(self.refusal(&stage, why).map_or(End::GaveWay, End::Refused));
                }
                Step::Rest(Rest::AwaitsReceipt) => {
                    if !self.await_receipt(&mut waiting).await {
                        return Ok(End::AwaitsReceipt(Self::sealed(&stage)?.sequence));
                    }
                    whereabouts = None;
                }
                Step::Rest(Rest::Uncertain) => return Ok(End::Uncertain),
                Step::Rest(Rest::Over) if settled => return Ok(End::Delivered),
                Step::Rest(Rest::Over | Rest::NeedsPerson) => return Ok(End::GaveWay),
            }
        }
    }

    /// Tells whether staff changed what may be seen since the seal. Without its manifest a publication can't be
    /// trusted to be as they want it.
    fn changed_by_staff(&self, publication: PublicationId, stage: &Stage) -> Result<bool, FlowError> {
        let earlier = stage.opening().is_some_and(|opening| opening.run != self.id);
        let awaits_receipt = self.job.destination.receipts.is_some() && matches!(stage, Stage::Delivered(_));
        if !(earlier && (awaits_receipt || matches!(stage, Stage::Sealed(_) | Stage::PartSent(_)))) {
            return Ok(false);
        }
        let Some(manifest) = self.manifest(publication)? else { return Ok(true) };
        let snapshot = self.snapshot()?;
        Ok(super::plan::staff_digest(&snapshot)? != manifest.staff_digest)
    }

    /// Opens the read of the agency's database.
    pub(super) fn snapshot(&self) -> Result<Snapshot, FlowError> {
        Ok(Snapshot::open_within(&self.job.database, self.job.spool.root(), self.job.busy_wait)?)
    }

    pub(super) fn manifest(&self, publication: PublicationId) -> Result<Option<Manifest>, FlowError> {
        let path = self.job.spool.folder(&publication.to_string())?.file(MANIFEST)?;
        match std::fs::read(path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn zip_parcel(&self, publication: PublicationId, seal: &Seal) -> Result<Parcel, FlowError> {
        let local = self.job.spool.folder(&publication.to_string())?.file(&seal.zip.name)?;
        let deposit = &self.job.destination.deposit;
        let remote = deposit.join(&seal.zip.name).map_err(|error| FlowError::Worker(error.to_string()))?;
        Ok(Parcel { local, remote, size_bytes: seal.zip.size_bytes, digest: seal.zip.digest })
    }

    pub(super) fn sealed(stage: &Stage) -> Result<&Seal, FlowError> {
        stage.seal().ok_or_else(|| FlowError::Worker(format!("{} has no seal", stage.name())))
    }

    async fn send_part(&mut self, publication: PublicationId, stage: &Stage) -> Result<(), FlowError> {
        let parcel = self.zip_parcel(publication, Self::sealed(stage)?)?;
        self.open_session();
        self.pool.alone().send_part(&parcel).await?;
        let now = self.job.clock.now();
        self.job.ledger.append(publication, now, &[Fact::PartSent])?;
        Ok(())
    }

    async fn rename(&mut self, publication: PublicationId, stage: &Stage) -> Result<(), FlowError> {
        let parcel = self.zip_parcel(publication, Self::sealed(stage)?)?;
        self.open_session();
        self.pool.alone().promote(&parcel).await?;
        let now = self.job.clock.now();
        self.job.ledger.append(publication, now, &[Fact::Delivered { how: DeliveredHow::Renamed }])?;
        Ok(())
    }

    async fn look(
        &mut self,
        publication: PublicationId,
        stage: &Stage,
    ) -> Result<next_step::Whereabouts, FlowError> {
        let receipt = self.look_for_receipt(Self::sealed(stage)?).await?;
        if matches!(stage, Stage::Delivered(_)) {
            return Ok(next_step::Whereabouts { receipt, ..next_step::Whereabouts::default() });
        }
        let parcel = self.zip_parcel(publication, Self::sealed(stage)?)?;
        self.open_session();
        let size = Some(parcel.size_bytes);
        let (temporary_bytes, final_bytes) = match self.pool.alone().look(&parcel).await? {
            Whereabouts::Temporary => (size, None),
            Whereabouts::Final => (None, size),
            Whereabouts::Both => (size, size),
            Whereabouts::Neither => (None, None),
        };
        Ok(next_step::Whereabouts { temporary_bytes, final_bytes, receipt })
    }

    /// Tells that the zip whose rename went unanswered stands there: nobody heard it yet.
    fn tell_found(&mut self, publication: PublicationId, stage: &Stage) -> Result<(), FlowError> {
        let parcel = self.zip_parcel(publication, Self::sealed(stage)?)?;
        self.open_session();
        self.job.listener.hear(&Event::Uploaded {
            local: parcel.local,
            remote: parcel.remote,
            size_bytes: parcel.size_bytes,
            at: self.job.clock.now(),
        });
        Ok(())
    }
}
