//! Whether a document becomes visible to more people (rule 14, last sentence): the rights of its binder are extended, it
//! moves to a binder with more of them, or its scope widens.
//!
//! Promises: decided from what was last confirmed and what would be, without readers: whoever gains a right counts, even
//! where nobody has that status today. A document that moves to other people of the same scope (a letter sent to the
//! wrong person) is not seen by more. Where no rights were ever recorded, only a wider scope is told.

use std::collections::{BTreeMap, BTreeSet};

use super::due::{Decision, Outcome};
use crate::domain::audience::Target;
use crate::domain::binder::{Binders, Status};
use crate::domain::ids::BinderId;

/// The statuses that each binder grants, of its own module; a binder without any is absent.
pub type Grants = BTreeMap<BinderId, BTreeSet<Status>>;

/// Gives what the binders grant now (B3, B4).
pub fn grants(binders: &Binders) -> Grants {
    let of_binder = |binder: &crate::domain::binder::Binder| {
        (binder.id, binder.rights.granted(binder.module).collect::<BTreeSet<_>>())
    };
    binders.iter().map(of_binder).filter(|(_, granted)| !granted.is_empty()).collect()
}

/// Tells whether the documents of one source become visible to more people once this is confirmed. `confirmed` is empty
/// where the series never recorded rights.
pub fn widens(outcome: &Outcome, confirmed: &Grants, now: &Grants) -> bool {
    let Some((before, was_in)) = outcome.before else { return false };
    let (after, is_in) = match &outcome.decision {
        Some(Decision::List(listing, derived)) => (listing.id.target(), derived.binder),
        _ if !outcome.removals.is_empty() => return false,
        _ => (before, was_in),
    };
    let granted = now.get(&is_in);
    match breadth(after).cmp(&breadth(before)) {
        std::cmp::Ordering::Greater => granted.is_some(),
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal if after != before || confirmed.is_empty() => false,
        std::cmp::Ordering::Equal => granted.is_some_and(|granted| {
            confirmed.get(&was_in).is_none_or(|confirmed| !granted.is_subset(confirmed))
        }),
    }
}

/// How wide a scope is: an account is one party's, an entity everyone's.
fn breadth(target: Target) -> u8 {
    match target {
        Target::Account(_) => 0,
        Target::Unit(_) => 1,
        Target::Building(_) => 2,
        Target::Entity(_) => 3,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::document::{DocumentId, DocumentSource};
    use super::super::due::{Derived, DueOptions, Recorded, Verdict, decide};
    use super::*;
    use crate::domain::binder::{Binder, Rights};
    use crate::domain::digest::Digest;
    use crate::domain::ids::{AccountId, BuildingId, EntityId, EventId, UnitId};
    use crate::domain::options::Module;

    const SOURCE: DocumentSource = DocumentSource::Body(EventId(7));

    fn derived(target: Target, binder: i64) -> Derived {
        Derived {
            target,
            binder: BinderId(binder),
            published_on: None,
            publish_request: 0,
            content_digest: Digest([0; 32]),
            // The binder stands in the listing.
            listing_digest: Digest([u8::try_from(binder).unwrap(); 32]),
            notify_allowed: true,
        }
    }

    fn recorded(target: Target, binder: i64) -> Recorded {
        let Derived { binder, published_on, publish_request, content_digest, listing_digest, .. } =
            derived(target, binder);
        let id = DocumentId::new(SOURCE, target).unwrap();
        Recorded { id, live: true, binder, published_on, publish_request, content_digest, listing_digest }
    }

    fn move_to(before: (Target, i64), after: Option<(Target, i64)>) -> Outcome {
        let verdict = after.map(|(target, binder)| Verdict::Publish(derived(target, binder)));
        let record = recorded(before.0, before.1);
        decide(SOURCE, verdict.as_ref(), &[record], &DueOptions::default()).unwrap()
    }

    fn some_grants(of: &[(i64, &[Status])]) -> Grants {
        of.iter().map(|(id, granted)| (BinderId(*id), granted.iter().copied().collect())).collect()
    }

    const CO_OWNERS: &[Status] = &[Status::CoOwner, Status::CouncilMember];
    const COUNCIL: &[Status] = &[Status::CouncilMember];
    const BUILDING: Target = Target::Building(BuildingId(1));
    const ACCOUNT: Target = Target::Account(AccountId(1));

    #[test]
    fn a_binder_that_gains_a_right_shows_its_documents_to_more_people() {
        let stays = move_to((BUILDING, 1), Some((BUILDING, 1)));
        assert!(widens(&stays, &some_grants(&[(1, COUNCIL)]), &some_grants(&[(1, CO_OWNERS)])));
        assert!(!widens(&stays, &some_grants(&[(1, CO_OWNERS)]), &some_grants(&[(1, COUNCIL)])), "fewer");
        assert!(widens(&stays, &some_grants(&[(2, COUNCIL)]), &some_grants(&[(1, COUNCIL)])), "from nobody");
        let gone = move_to((BUILDING, 1), None);
        assert!(!widens(&gone, &some_grants(&[(1, COUNCIL)]), &some_grants(&[(1, CO_OWNERS)])), "it leaves");
        assert!(!widens(&stays, &Grants::new(), &some_grants(&[(1, COUNCIL)])), "nothing was recorded");
    }

    #[test]
    fn a_document_that_moves_to_a_binder_with_more_rights_is_seen_by_more() {
        let moved = move_to((BUILDING, 1), Some((BUILDING, 2)));
        let rights = some_grants(&[(1, COUNCIL), (2, CO_OWNERS)]);
        assert!(widens(&moved, &rights, &rights));
        let back = move_to((BUILDING, 2), Some((BUILDING, 1)));
        assert!(!widens(&back, &rights, &rights));
    }

    #[test]
    fn a_wider_scope_is_seen_by_more_and_another_of_the_same_width_by_others_c19() {
        let rights = some_grants(&[(1, CO_OWNERS)]);
        assert!(widens(&move_to((ACCOUNT, 1), Some((BUILDING, 1))), &rights, &rights));
        assert!(!widens(&move_to((BUILDING, 1), Some((ACCOUNT, 1))), &rights, &rights));
        let other = Target::Account(AccountId(2));
        assert!(!widens(&move_to((ACCOUNT, 1), Some((other, 1))), &rights, &rights));
        assert!(
            !widens(&move_to((ACCOUNT, 1), Some((BUILDING, 9))), &rights, &rights),
            "nobody may read there"
        );
    }

    fn some_target() -> impl Strategy<Value = Target> {
        prop_oneof![
            (1..3_i64).prop_map(|id| Target::Account(AccountId(id))),
            (1..3_i64).prop_map(|id| Target::Unit(UnitId(id))),
            (1..3_i64).prop_map(|id| Target::Building(BuildingId(id))),
            (1..3_i64).prop_map(|id| Target::Entity(EntityId(id))),
        ]
    }

    fn any_grants() -> impl Strategy<Value = Grants> {
        let statuses = proptest::collection::btree_set(proptest::sample::select(Status::ALL.to_vec()), 1..4);
        proptest::collection::btree_map((1..4_i64).prop_map(BinderId), statuses, 0..4)
    }

    /// B1, B3, B4: the other module's boxes count for nothing.
    #[test]
    fn a_binder_grants_what_is_ticked_of_its_own_module_and_one_without_rights_is_absent() {
        let binder = |id, module, rights| Binder {
            id: BinderId(id),
            code: format!("B{id}"),
            module,
            name: format!("Classeur {id}"),
            parent: None,
            fed_on_site: false,
            rights,
        };
        let ticked = Rights { tenant: true, council_member: true, ..Rights::default() };
        let binders = Binders::new(
            [
                binder(1, Module::Condo, ticked),
                binder(2, Module::Rental, ticked),
                binder(3, Module::Condo, Rights::default()),
                binder(4, Module::Condo, Rights { landlord: true, ..Rights::default() }),
            ],
            false,
        );
        assert_eq!(grants(&binders), some_grants(&[(1, COUNCIL), (2, &[Status::Tenant])]));
    }

    proptest! {
        /// Rights never widen unseen: where nothing is told, whoever may read afterwards could before, in the same place.
        #[test]
        fn what_is_not_told_as_widened_grants_no_new_status_in_the_same_place(
            before in (some_target(), 1..4_i64), after in (some_target(), 1..4_i64),
            confirmed in any_grants(), now in any_grants(),
        ) {
            let outcome = move_to(before, Some(after));
            if after.0 == before.0 && !confirmed.is_empty() {
                let none = BTreeSet::new();
                let had = confirmed.get(&BinderId(before.1)).unwrap_or(&none);
                let has = now.get(&BinderId(after.1)).unwrap_or(&none);
                prop_assert_eq!(widens(&outcome, &confirmed, &now), !has.is_subset(had));
            }
            if widens(&outcome, &confirmed, &now) {
                prop_assert!(breadth(after.0) >= breadth(before.0));
            }
        }
    }
}
