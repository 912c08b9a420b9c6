//! Which event cancels and replaces which (« annule et remplace », G6).
//!
//! Promises: what replaces itself, alone or in a circle, replaces nothing, and every event of a circle stays. Limits: whether a
//! successor may be published at all is asked elsewhere.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::ids::EventId;

/// The events that others cancel and replace (G6).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Successions {
    newer: HashMap<EventId, Vec<EventId>>,
    circles: BTreeSet<EventId>,
}

impl Successions {
    /// Reads which event replaces which, as (older, newer). An event that replaces itself, and those that replace each
    /// other in a circle, replace nothing: one can't tell which is to stay, and none is lost.
    pub fn new(pairs: impl IntoIterator<Item = (EventId, EventId)>) -> Self {
        let pairs: Vec<_> = pairs.into_iter().collect();
        let older_of: HashMap<EventId, EventId> =
            pairs.iter().map(|(older, newer)| (*newer, *older)).collect();
        let circles = circles(&older_of);
        let mut newer: HashMap<EventId, Vec<EventId>> = HashMap::new();
        for (old, new) in pairs.into_iter().filter(|(_, new)| !circles.contains(new)) {
            newer.entry(old).or_default().push(new);
        }
        Self { newer, circles }
    }

    /// Gives the events that replace this one, in the order in which they were given.
    pub fn of(&self, event: EventId) -> &[EventId] {
        self.newer.get(&event).map(Vec::as_slice).unwrap_or_default()
    }

    /// Tells whether one event replaces another.
    pub fn replaces(&self, newer: EventId, older: EventId) -> bool {
        self.of(older).contains(&newer)
    }

    /// Gives the events that replace each other in a circle.
    pub fn circles(&self) -> &BTreeSet<EventId> {
        &self.circles
    }
}

/// Finds what replaces itself in the end, where each event replaces one at most: every path is walked once.
fn circles(older_of: &HashMap<EventId, EventId>) -> BTreeSet<EventId> {
    let (mut walked, mut circles) = (HashSet::new(), BTreeSet::new());
    for start in older_of.keys() {
        let (mut path, mut next) = (Vec::new(), Some(*start));
        while let Some(event) = next.filter(|event| walked.insert(*event)) {
            path.push(event);
            next = older_of.get(&event).copied();
        }
        let entry = next.and_then(|event| path.iter().position(|walked| *walked == event));
        circles.extend(entry.and_then(|entry| path.get(entry..)).unwrap_or_default());
    }
    circles
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(i64, i64)]) -> Successions {
        Successions::new(pairs.iter().map(|(older, newer)| (EventId(*older), EventId(*newer))))
    }

    fn circles(successions: &Successions) -> Vec<i64> {
        successions.circles().iter().map(|event| event.0).collect()
    }

    #[test]
    fn an_event_is_replaced_by_those_that_name_it_in_their_order_g6() {
        let known = of(&[(1, 3), (1, 2), (2, 4)]);
        assert_eq!(known.of(EventId(1)), [EventId(3), EventId(2)]);
        assert_eq!((known.of(EventId(2)), known.of(EventId(4))), (&[EventId(4)][..], &[][..]));
        assert!(known.replaces(EventId(2), EventId(1)) && known.replaces(EventId(4), EventId(2)));
        assert!(!known.replaces(EventId(1), EventId(2)), "the older replaces nothing");
        assert!(!known.replaces(EventId(4), EventId(1)), "only what it names");
        assert!(circles(&known).is_empty());
    }

    #[test]
    fn what_replaces_itself_in_a_circle_replaces_nothing_and_all_of_it_stays_g6() {
        let known = of(&[(1, 2), (2, 3), (3, 1), (5, 5)]);
        assert_eq!(circles(&known), [1, 2, 3, 5]);
        for event in [1, 2, 3, 5] {
            assert!(known.of(EventId(event)).is_empty());
        }
    }

    #[test]
    fn a_chain_that_leads_into_a_circle_is_no_part_of_it_g6() {
        // 8 replaces 7, which replaces 1; 1 and 2 replace each other.
        let known = of(&[(2, 1), (1, 2), (1, 7), (7, 8)]);
        let walked = circles(&known);
        assert_eq!(walked, [1, 2]);
        assert_eq!(known.of(EventId(7)), [EventId(8)]);
        assert_eq!(known.of(EventId(1)), [EventId(7)], "but for the circle itself");
    }
}
