//! What to do now with one publication: rules 2 to 6, as a function of its stage and of what was seen.
//!
//! Promises: restart and normal running ask the same question and get the same answer; a publication whose rename
//! was asked is looked for before anything else is planned; nothing here waits or looks.
//!
//! A publication that isn't sealed belongs to the run that opened it: another run replaces it and plans again from
//! current data (rule 2). From the seal on, any run may take it up.

use chrono::{DateTime, TimeDelta, Utc};

use super::facts::{DeliveredHow, Replaced, RunId};
use super::stage::{Seal, Stage};

/// The receiving side's answer, where it gives one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// It took the publication.
    Accepted,
    /// It refused it: nothing is confirmed.
    Refused,
}

/// What looking on the server found, on a session in sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Whereabouts {
    /// The size in bytes of the file at the temporary name, if there is one.
    pub temporary_bytes: Option<u64>,
    /// The size in bytes of the file at the final name, if there is one.
    pub final_bytes: Option<u64>,
    /// The receipt, if there is one.
    pub receipt: Option<Receipt>,
}

/// What the next step depends on beside the stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// The current time, in UTC.
    pub now: DateTime<Utc>,
    /// The run that asks.
    pub run: RunId,
    /// How long after its seal a publication is still sent (2 h by default).
    pub resume_within: TimeDelta,
    /// Whether a slot newer than the publication is due.
    pub newer_slot: bool,
    /// Whether staff changed what may be seen since the seal.
    pub changed_by_staff: bool,
    /// Whether only a receipt confirms (`receipts = required`).
    pub receipt_required: bool,
    /// What looking found; `None` before anyone looked in this run.
    pub whereabouts: Option<Whereabouts>,
}

/// Why a publication is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// It is over.
    Over,
    /// It waits for `publish --confirm`.
    NeedsPerson,
    /// It waits for its receipt.
    AwaitsReceipt,
    /// It is perhaps received; the next slot repeats what it carried.
    Uncertain,
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Record its opening.
    Open,
    /// Make the plan, and hold it if it must be.
    Plan,
    /// Write the bulk sections.
    WriteBulk,
    /// Render and upload what is due, close the zip, check it and seal.
    Seal,
    /// Upload the zip under its temporary name and confirm its size.
    SendPart,
    /// Record the intention, then rename and confirm.
    Promote,
    /// Look for both names and the receipt, then ask again.
    Look,
    /// The temporary name alone was found: ask for the rename again.
    Rename,
    /// Record the delivery.
    Deliver(DeliveredHow),
    /// Record that nobody knows.
    DeclareUncertain,
    /// Bring the series up to date.
    Settle,
    /// Record that another publication takes over, clean its spool, open the other.
    Replace(Replaced),
    /// Nothing.
    Rest(Rest),
}

/// Gives what to do now.
pub fn next_step(stage: &Stage, context: &Context) -> Step {
    match stage {
        Stage::Unopened => Step::Open,
        Stage::Held { opening, .. } if opening.run == context.run => Step::Rest(Rest::NeedsPerson),
        Stage::Held { .. } => Step::Replace(Replaced::Held),
        Stage::Opened(opening) | Stage::Planned { opening, .. } | Stage::Written(opening)
            if opening.run != context.run =>
        {
            Step::Replace(Replaced::NotSealed)
        }
        Stage::Opened(_) => Step::Plan,
        Stage::Planned { .. } => Step::WriteBulk,
        Stage::Written(_) => Step::Seal,
        Stage::Sealed(seal) => stale(seal, context).map_or(Step::SendPart, Step::Replace),
        Stage::PartSent(seal) => stale(seal, context).map_or(Step::Promote, Step::Replace),
        Stage::Promoting(seal) => settle_doubt(seal, context),
        Stage::Uncertain(seal) => after_uncertain(seal, context),
        Stage::Delivered(seal) => after_delivery(seal, context),
        Stage::Settled(_) | Stage::Superseded => Step::Rest(Rest::Over),
    }
}

/// Tells why a sealed publication must give way, if it must (rule 3). A seal in the future (the clock went back)
/// counts as young.
fn stale(seal: &Seal, context: &Context) -> Option<Replaced> {
    if context.changed_by_staff {
        Some(Replaced::ChangedByStaff)
    } else if context.newer_slot {
        Some(Replaced::NewerSlot)
    } else if context.now.signed_duration_since(seal.at) >= context.resume_within {
        Some(Replaced::TooOld)
    } else {
        None
    }
}

/// Settles the doubt of a rename whose answer isn't known (rule 4). A part or a file of another size than the
/// sealed zip's is no zip: it is sent again.
fn settle_doubt(seal: &Seal, context: &Context) -> Step {
    let Some(seen) = context.whereabouts else { return Step::Look };
    let whole = Some(seal.zip.size_bytes);
    match (seen.temporary_bytes, seen.final_bytes, seen.receipt) {
        (_, _, Some(Receipt::Accepted)) => Step::Deliver(DeliveredHow::Receipt),
        (_, found, _) if found == whole => Step::Deliver(DeliveredHow::Found),
        (part, None, _) if part == whole => Step::Rename,
        (None, None, _) => Step::DeclareUncertain,
        _ => Step::SendPart,
    }
}

fn after_uncertain(seal: &Seal, context: &Context) -> Step {
    let Some(seen) = context.whereabouts else { return Step::Look };
    match seen.receipt {
        Some(Receipt::Accepted) => Step::Deliver(DeliveredHow::Receipt),
        Some(Receipt::Refused) => Step::Replace(Replaced::ReceiptRefused),
        None if seen.final_bytes == Some(seal.zip.size_bytes) => Step::Deliver(DeliveredHow::Found),
        None if stale(seal, context).is_some() => Step::Replace(Replaced::Uncertain),
        None => Step::Rest(Rest::Uncertain),
    }
}

/// Waits for the receipt where only one confirms: its own run as long as it likes, a later one as long as the publication
/// would be resumed (rules 3 and 6).
fn after_delivery(seal: &Seal, context: &Context) -> Step {
    if !context.receipt_required {
        return Step::Settle;
    }
    match context.whereabouts.map(|seen| seen.receipt) {
        None => Step::Look,
        Some(Some(Receipt::Accepted)) => Step::Settle,
        Some(Some(Receipt::Refused)) => Step::Replace(Replaced::ReceiptRefused),
        // Perhaps it was applied: all it carried is due again, and counts as seen until then.
        Some(None) if seal.opening.run != context.run && stale(seal, context).is_some() => {
            Step::Replace(Replaced::Uncertain)
        }
        Some(None) => Step::Rest(Rest::AwaitsReceipt),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::facts::{Fact, FactRecord};
    use super::super::reason::HoldReason;
    use super::super::stage::tests::{at, every_fact, life};
    use super::*;

    const WHOLE: Option<u64> = Some(10);

    fn context() -> Context {
        Context {
            now: at(60),
            run: RunId(1),
            resume_within: TimeDelta::hours(2),
            newer_slot: false,
            changed_by_staff: false,
            receipt_required: false,
            whereabouts: None,
        }
    }

    fn seen(temporary_bytes: Option<u64>, final_bytes: Option<u64>, receipt: Option<Receipt>) -> Context {
        Context { whereabouts: Some(Whereabouts { temporary_bytes, final_bytes, receipt }), ..context() }
    }

    #[test]
    fn a_life_without_trouble_goes_from_step_to_step() {
        let steps: Vec<_> =
            [0, 1, 2, 4, 5, 6, 9, 10].into_iter().map(|count| next_step(&life(count), &context())).collect();
        let expected = [
            Step::Open,
            Step::Plan,
            Step::WriteBulk,
            Step::Seal,
            Step::SendPart,
            Step::Promote,
            Step::Settle,
            Step::Rest(Rest::Over),
        ];
        assert_eq!(steps, expected);
    }

    #[test]
    fn before_the_seal_another_run_plans_again_and_after_it_goes_on() {
        let other = Context { run: RunId(2), ..context() };
        for count in 1..=4 {
            assert_eq!(next_step(&life(count), &other), Step::Replace(Replaced::NotSealed), "rule 2");
        }
        assert_eq!(next_step(&life(5), &other), Step::SendPart);
    }

    #[test]
    fn a_sealed_publication_is_resumed_only_while_young_and_nothing_newer_came() {
        for (count, resumed) in [(5, Step::SendPart), (6, Step::Promote)] {
            let stage = life(count);
            let last = Context { now: at(7199), ..context() };
            assert_eq!(next_step(&stage, &last), resumed);
            let old = Context { now: at(7200), ..context() };
            assert_eq!(next_step(&stage, &old), Step::Replace(Replaced::TooOld));
            let slot = Context { newer_slot: true, ..context() };
            assert_eq!(next_step(&stage, &slot), Step::Replace(Replaced::NewerSlot));
            let staff = Context { changed_by_staff: true, ..context() };
            assert_eq!(next_step(&stage, &staff), Step::Replace(Replaced::ChangedByStaff));
            let back = Context { now: at(-86_400), ..context() };
            assert_eq!(next_step(&stage, &back), resumed);
        }
    }

    #[test]
    fn doubt_is_settled_by_looking_before_a_new_plan() {
        let promoting = life(7);
        let pressed = Context { newer_slot: true, changed_by_staff: true, now: at(999_999), ..context() };
        assert_eq!(next_step(&promoting, &pressed), Step::Look, "rule 4");
        assert_eq!(next_step(&promoting, &seen(WHOLE, None, None)), Step::Rename);
        assert_eq!(next_step(&promoting, &seen(None, WHOLE, None)), Step::Deliver(DeliveredHow::Found));
        assert_eq!(next_step(&promoting, &seen(None, None, None)), Step::DeclareUncertain);
        let receipt = seen(None, None, Some(Receipt::Accepted));
        assert_eq!(next_step(&promoting, &receipt), Step::Deliver(DeliveredHow::Receipt));
        assert_eq!(next_step(&promoting, &seen(WHOLE, WHOLE, None)), Step::Deliver(DeliveredHow::Found));
    }

    #[test]
    fn a_zip_of_another_size_on_the_server_is_no_zip_and_is_sent_again() {
        for found in [seen(Some(9), None, None), seen(None, Some(11), None), seen(WHOLE, Some(3), None)] {
            assert_eq!(next_step(&life(7), &found), Step::SendPart);
        }
    }

    #[test]
    fn an_uncertain_publication_rests_until_its_time_is_over_or_something_is_found() {
        let uncertain = life(8);
        assert_eq!(next_step(&uncertain, &context()), Step::Look);
        assert_eq!(next_step(&uncertain, &seen(None, None, None)), Step::Rest(Rest::Uncertain));
        let late = Context { newer_slot: true, ..seen(None, None, None) };
        assert_eq!(next_step(&uncertain, &late), Step::Replace(Replaced::Uncertain));
        assert_eq!(next_step(&uncertain, &seen(None, WHOLE, None)), Step::Deliver(DeliveredHow::Found));
        let refused = seen(None, None, Some(Receipt::Refused));
        assert_eq!(next_step(&uncertain, &refused), Step::Replace(Replaced::ReceiptRefused));
    }

    #[test]
    fn where_receipts_are_required_only_an_accepted_one_settles() {
        let required = |context: Context| Context { receipt_required: true, ..context };
        let delivered = life(9);
        assert_eq!(next_step(&delivered, &required(context())), Step::Look, "rule 6");
        assert_eq!(
            next_step(&delivered, &required(seen(None, WHOLE, None))),
            Step::Rest(Rest::AwaitsReceipt)
        );
        for late in [
            Context { newer_slot: true, ..context() },
            Context { changed_by_staff: true, ..context() },
            Context { now: at(7200), ..context() },
        ] {
            let late = Context { whereabouts: seen(None, WHOLE, None).whereabouts, ..required(late) };
            assert_eq!(next_step(&delivered, &late), Step::Rest(Rest::AwaitsReceipt), "its own run waits");
            let late = Context { run: RunId(2), ..late };
            let step = next_step(&delivered, &late);
            assert_eq!(
                step,
                Step::Replace(Replaced::Uncertain),
                "all is due again, and perhaps seen: {late:?}"
            );
        }
        let accepted = seen(None, None, Some(Receipt::Accepted));
        assert_eq!(next_step(&delivered, &required(accepted)), Step::Settle);
        let refused = seen(None, WHOLE, Some(Receipt::Refused));
        assert_eq!(next_step(&delivered, &required(refused)), Step::Replace(Replaced::ReceiptRefused));
    }

    #[test]
    fn a_held_publication_needs_a_person_and_the_next_run_plans_again() {
        let held = FactRecord::new(at(0), Fact::Held { reasons: vec![HoldReason::FirstOfSeries] });
        let stage = life(2).after(&held).unwrap();
        assert_eq!(next_step(&stage, &context()), Step::Rest(Rest::NeedsPerson), "rule 14");
        let next_run = Context { run: RunId(2), ..context() };
        assert_eq!(next_step(&stage, &next_run), Step::Replace(Replaced::Held));
    }

    fn some_whereabouts() -> impl Strategy<Value = Option<Whereabouts>> {
        let size = prop_oneof![Just(None), Just(Some(10)), Just(Some(9))];
        let receipt = prop_oneof![Just(None), Just(Some(Receipt::Accepted)), Just(Some(Receipt::Refused))];
        proptest::option::of((size.clone(), size, receipt).prop_map(
            |(temporary_bytes, final_bytes, receipt)| Whereabouts { temporary_bytes, final_bytes, receipt },
        ))
    }

    proptest! {
        /// Whatever the step says to record can be recorded: the two tables never disagree.
        #[test]
        fn every_step_leads_to_a_fact_that_is_possible(
            count in 0_usize..=10,
            whereabouts in some_whereabouts(),
            flags in any::<[bool; 3]>(),
            run in 1_i64..3,
        ) {
            let stage = life(count);
            let [newer_slot, changed_by_staff, receipt_required] = flags;
            let context = Context {
                run: RunId(run), newer_slot, changed_by_staff, receipt_required, whereabouts, ..context()
            };
            let fact = match next_step(&stage, &context) {
                Step::Open => every_fact().swap_remove(0),
                Step::Plan => every_fact().swap_remove(1),
                Step::WriteBulk => every_fact().swap_remove(3),
                Step::Seal => every_fact().swap_remove(4),
                Step::SendPart => Fact::PartSent,
                Step::Promote => Fact::Promoting,
                Step::Look | Step::Rest(_) => return Ok(()),
                Step::Rename => Fact::Delivered { how: DeliveredHow::Renamed },
                Step::Deliver(how) => Fact::Delivered { how },
                Step::DeclareUncertain => Fact::Uncertain,
                Step::Settle => Fact::Settled,
                Step::Replace(why) => Fact::Superseded { why },
            };
            prop_assert!(stage.after(&FactRecord::new(at(60), fact)).is_ok());
        }
    }
}
