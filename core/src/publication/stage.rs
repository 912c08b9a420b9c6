//! Where a publication stands: a fold of its facts.
//!
//! Promises: the stage depends on the facts alone; a fact that can't follow the ones before it is an error and
//! never a guess. The transitions, left to right (`Failed` changes nothing; `Superseded` may follow any stage that
//! is neither settled nor superseded, except [`Stage::Promoting`], whose doubt is settled first: rule 4):
//!
//! ```text
//! Unopened - Opened - Planned -+- Held
//!                              +- (Confirmed) - Written - Sealed - PartSent - Promoting -+- Delivered - Settled
//!                                                                     ^          |       +- Uncertain - Delivered
//!                                                                     +----------+ (the part is gone: sent again)
//! ```

use chrono::{DateTime, Utc};

use super::facts::{Fact, FactRecord, Mode, RunId, SealedZip, VERSION};
use super::reason::HoldReason;
use crate::domain::digest::Digest;

/// How a publication began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// The time that every rule of this publication uses, in UTC.
    pub now: DateTime<Utc>,
    /// What it carries.
    pub mode: Mode,
    /// The run that makes it.
    pub run: RunId,
}

/// What the seal fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// How it began.
    pub opening: Opening,
    /// When it was sealed, in UTC.
    pub at: DateTime<Utc>,
    /// Its number in the series.
    pub sequence: u64,
    /// The number of the last delivered publication of the series.
    pub previous: Option<u64>,
    /// The zip.
    pub zip: SealedZip,
}

/// Where a publication stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Stage {
    /// No fact yet.
    #[default]
    Unopened,
    /// Begun; the plan is being made.
    Opened(Opening),
    /// Every verdict is stored.
    Planned {
        /// How it began.
        opening: Opening,
        /// The plan's digest.
        plan_digest: Digest,
        /// Whether a person confirmed it.
        confirmed: bool,
    },
    /// Waits whole for a person.
    Held {
        /// How it began.
        opening: Opening,
        /// The plan's digest.
        plan_digest: Digest,
        /// Why.
        reasons: Vec<HoldReason>,
    },
    /// The bulk is in the open zip; documents are rendered and uploaded.
    Written(Opening),
    /// The zip is closed; from here on only spool and ledger are read (rule 2).
    Sealed(Seal),
    /// The zip stands under its temporary name.
    PartSent(Seal),
    /// The rename was about to be asked.
    Promoting(Seal),
    /// Perhaps received, not confirmed.
    Uncertain(Seal),
    /// The zip stood at its final name.
    Delivered(Seal),
    /// Over: confirmed, and the series is up to date.
    Settled(Seal),
    /// Over: another publication took over.
    Superseded,
}

/// A fact that can't follow the stage before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImpossibleFact {
    /// The life of a publication has no such turn.
    #[error("a publication that is {stage} can't be {fact}")]
    Turn {
        /// The stage's name.
        stage: &'static str,
        /// The fact's name.
        fact: &'static str,
    },
    /// The fact was written by a newer agent.
    #[error("a fact of version {found} was written by a newer agent; this one reads up to {VERSION}")]
    Newer {
        /// The fact's version.
        found: u16,
    },
}

impl Stage {
    /// Folds facts, oldest first.
    ///
    /// # Errors
    /// [`ImpossibleFact`] at the first fact that can't follow those before it.
    pub fn fold<'a>(facts: impl IntoIterator<Item = &'a FactRecord>) -> Result<Self, ImpossibleFact> {
        facts.into_iter().try_fold(Self::Unopened, Self::after)
    }

    /// Gives the stage after one more fact.
    ///
    /// # Errors
    /// [`ImpossibleFact`] when the fact can't follow this stage.
    pub fn after(self, record: &FactRecord) -> Result<Self, ImpossibleFact> {
        if record.version > VERSION {
            return Err(ImpossibleFact::Newer { found: record.version });
        }
        let stage = self.name();
        let impossible = || ImpossibleFact::Turn { stage, fact: fact_name(&record.fact) };
        self.turn(record).ok_or_else(impossible)
    }

    fn turn(self, FactRecord { at, fact, .. }: &FactRecord) -> Option<Self> {
        match (self, fact) {
            (Self::Unopened, Fact::Opened { now, mode, run }) => {
                Some(Self::Opened(Opening { now: *now, mode: *mode, run: *run }))
            }
            (Self::Opened(opening), Fact::Planned { plan_digest, .. }) => {
                Some(Self::Planned { opening, plan_digest: *plan_digest, confirmed: false })
            }
            (Self::Planned { opening, plan_digest, confirmed: false }, Fact::Held { reasons }) => {
                Some(Self::Held { opening, plan_digest, reasons: reasons.clone() })
            }
            (Self::Planned { opening, plan_digest, confirmed: false }, Fact::Confirmed { digest, .. }) => {
                (*digest == plan_digest).then_some(Self::Planned { opening, plan_digest, confirmed: true })
            }
            (Self::Planned { opening, .. }, Fact::BulkWritten { .. }) => Some(Self::Written(opening)),
            (Self::Written(opening), Fact::Sealed { sequence, previous, zip }) => {
                let (sequence, previous, zip) = (*sequence, *previous, zip.clone());
                Some(Self::Sealed(Seal { opening, at: *at, sequence, previous, zip }))
            }
            (stage, fact) => stage.turn_after_seal(fact),
        }
    }

    fn turn_after_seal(self, fact: &Fact) -> Option<Self> {
        match (self, fact) {
            (Self::Sealed(seal) | Self::PartSent(seal) | Self::Promoting(seal), Fact::PartSent) => {
                Some(Self::PartSent(seal))
            }
            (Self::PartSent(seal), Fact::Promoting) => Some(Self::Promoting(seal)),
            (Self::Promoting(seal), Fact::Uncertain) => Some(Self::Uncertain(seal)),
            (Self::Promoting(seal) | Self::Uncertain(seal), Fact::Delivered { .. }) => {
                Some(Self::Delivered(seal))
            }
            (Self::Delivered(seal), Fact::Settled) => Some(Self::Settled(seal)),
            (Self::Unopened | Self::Settled(_) | Self::Superseded, _)
            | (Self::Promoting(_), Fact::Superseded { .. }) => None,
            (stage, Fact::Failed { .. }) => Some(stage),
            (_, Fact::Superseded { .. }) => Some(Self::Superseded),
            _ => None,
        }
    }

    /// Gives how the publication began, unless it is unopened or superseded.
    pub fn opening(&self) -> Option<&Opening> {
        match self {
            Self::Opened(opening)
            | Self::Planned { opening, .. }
            | Self::Held { opening, .. }
            | Self::Written(opening) => Some(opening),
            Self::Unopened | Self::Superseded => None,
            sealed => sealed.seal().map(|seal| &seal.opening),
        }
    }

    /// Gives what the seal fixed, once there is one.
    pub fn seal(&self) -> Option<&Seal> {
        match self {
            Self::Sealed(seal)
            | Self::PartSent(seal)
            | Self::Promoting(seal)
            | Self::Uncertain(seal)
            | Self::Delivered(seal)
            | Self::Settled(seal) => Some(seal),
            _ => None,
        }
    }

    /// Gives the stage's stable name, which the ledger keeps beside the facts.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unopened => "unopened",
            Self::Opened(_) => "opened",
            Self::Planned { .. } => "planned",
            Self::Held { .. } => "held",
            Self::Written(_) => "written",
            Self::Sealed(_) => "sealed",
            Self::PartSent(_) => "part-sent",
            Self::Promoting(_) => "promoting",
            Self::Uncertain(_) => "uncertain",
            Self::Delivered(_) => "delivered",
            Self::Settled(_) => "settled",
            Self::Superseded => "superseded",
        }
    }
}

fn fact_name(fact: &Fact) -> &'static str {
    match fact {
        Fact::Opened { .. } => "opened",
        Fact::Planned { .. } => "planned",
        Fact::Held { .. } => "held",
        Fact::Confirmed { .. } => "confirmed",
        Fact::BulkWritten { .. } => "bulk-written",
        Fact::Sealed { .. } => "sealed",
        Fact::PartSent => "part-sent",
        Fact::Promoting => "promoting",
        Fact::Delivered { .. } => "delivered",
        Fact::Settled => "settled",
        Fact::Superseded { .. } => "superseded",
        Fact::Failed { .. } => "failed",
        Fact::Uncertain => "uncertain",
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::facts::{ConfirmedBy, DeliveredHow, Replaced};
    use super::*;

    pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    fn record(fact: Fact) -> FactRecord {
        FactRecord::new(at(0), fact)
    }

    /// One fact of each kind; the first ten are a whole life.
    pub(crate) fn every_fact() -> Vec<Fact> {
        vec![
            Fact::Opened { now: at(0), mode: Mode::Changes, run: RunId(1) },
            Fact::Planned { counts: BTreeMap::new(), removals: 0, plan_digest: Digest([1; 32]) },
            Fact::Confirmed { digest: Digest([1; 32]), by: ConfirmedBy::Person },
            Fact::BulkWritten { records: 3 },
            Fact::Sealed {
                sequence: 4,
                previous: Some(3),
                zip: SealedZip { name: "1.zip".into(), size_bytes: 10, digest: Digest([2; 32]) },
            },
            Fact::PartSent,
            Fact::Promoting,
            Fact::Uncertain,
            Fact::Delivered { how: DeliveredHow::Found },
            Fact::Settled,
            Fact::Superseded { why: Replaced::NewerSlot },
            Fact::Failed { reason: None },
            Fact::Held { reasons: vec![HoldReason::NoAccount] },
        ]
    }

    pub(crate) fn life(count: usize) -> Stage {
        let facts: Vec<_> = every_fact().into_iter().take(count).map(record).collect();
        Stage::fold(&facts).unwrap()
    }

    #[test]
    fn a_whole_life_folds_into_its_stages_in_order() {
        let names: Vec<_> = (0..=10).map(|count| life(count).name()).collect();
        let expected = [
            "unopened",
            "opened",
            "planned",
            "planned",
            "written",
            "sealed",
            "part-sent",
            "promoting",
            "uncertain",
            "delivered",
            "settled",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_publication_in_promoting_is_never_superseded_before_its_doubt_is_settled() {
        let superseded = record(Fact::Superseded { why: Replaced::NewerSlot });
        assert!(life(7).after(&superseded).is_err());
        assert!(life(6).after(&superseded).is_ok());
        assert!(life(8).after(&superseded).is_ok());
    }

    #[test]
    fn a_confirmation_of_another_plan_is_impossible() {
        let other = record(Fact::Confirmed { digest: Digest([9; 32]), by: ConfirmedBy::Person });
        assert!(life(2).after(&other).is_err());
    }

    #[test]
    fn a_confirmed_plan_is_not_held() {
        assert!(life(3).after(&record(Fact::Held { reasons: vec![HoldReason::NoAccount] })).is_err());
    }

    #[test]
    fn a_newer_agents_fact_is_refused() {
        let mut newer = record(Fact::PartSent);
        newer.version = VERSION + 1;
        assert_eq!(life(5).after(&newer), Err(ImpossibleFact::Newer { found: VERSION + 1 }));
    }

    #[test]
    fn a_failed_try_leaves_the_stage_as_it_was() {
        for count in 1..10 {
            assert_eq!(life(count).after(&record(Fact::Failed { reason: None })), Ok(life(count)));
        }
    }

    #[test]
    fn how_it_began_is_known_from_the_opening_on_and_what_the_seal_fixed_from_the_seal_on() {
        let began = Opening { now: at(0), mode: Mode::Changes, run: RunId(1) };
        for count in 0..=10 {
            let stage = life(count);
            let name = stage.name();
            assert_eq!(stage.opening(), (count >= 1).then_some(&began), "{name}");
            let sealed = stage.seal().map(|seal| (seal.sequence, seal.previous, &seal.opening));
            assert_eq!(sealed, (count >= 5).then_some((4, Some(3), &began)), "{name}");
        }
        let held = life(2).after(&record(Fact::Held { reasons: vec![HoldReason::NoAccount] })).unwrap();
        assert_eq!((held.opening(), held.seal()), (Some(&began), None));
        assert_eq!((Stage::Superseded.opening(), Stage::Superseded.seal()), (None, None));
    }

    #[test]
    fn an_impossible_fact_is_told_by_the_name_that_is_stored() {
        for fact in every_fact() {
            let stored = serde_json::to_value(&fact).unwrap()["fact"].as_str().unwrap().to_owned();
            let told = life(10).after(&record(fact)).unwrap_err().to_string();
            assert_eq!(told, format!("a publication that is settled can't be {stored}"));
        }
    }

    proptest! {
        #[test]
        fn nothing_follows_the_end_and_nothing_comes_before_the_opening(
            picks in proptest::collection::vec(0_usize..13, 0..40),
        ) {
            let mut stage = Stage::Unopened;
            for pick in picks {
                let next = stage.clone().after(&record(every_fact().swap_remove(pick)));
                if matches!(stage, Stage::Settled(_) | Stage::Superseded) {
                    prop_assert!(next.is_err());
                }
                if stage == Stage::Unopened {
                    prop_assert_eq!(next.is_ok(), pick == 0);
                }
                if let Ok(next) = next {
                    prop_assert!(stage.seal().is_none() || next.seal().is_some() || next == Stage::Superseded);
                    stage = next;
                }
            }
        }
    }
}
