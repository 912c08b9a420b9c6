//! One date of one account, held until it is over: its rows, its openings, and their grouping.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use super::{EntryRow, StatementError, add};
use crate::domain::ids::{AccountId, EntryId};
use crate::domain::money::Cents;

/// What one date holds until the date is over.
#[derive(Debug, Default)]
pub(super) struct Day {
    pub(super) rows: Vec<Pending>,
    /// The labels of `rows`, end to end.
    texts: String,
    /// The sum of what is left out of view (D15).
    pub(super) excluded: Cents,
    /// Whether the date has a normal entry, excluded ones included.
    pub(super) has_normal: bool,
    pub(super) openings: Option<Openings>,
    /// Room for grouping, used again.
    grouped: Vec<Pending>,
}

/// The openings of one date, added up.
#[derive(Debug)]
pub(super) struct Openings {
    /// The first one, as a line if it has to be.
    pub(super) id: EntryId,
    pub(super) label: Range<usize>,
    pub(super) stated: Cents,
    /// The part that isn't excluded.
    pub(super) shown: Cents,
}

/// A normal entry of the day, its amounts on their sides.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub(super) id: EntryId,
    pub(super) label: Range<usize>,
    pub(super) debit: Cents,
    pub(super) credit: Cents,
    pub(super) bank: bool,
    pub(super) tenant: Option<AccountId>,
    pub(super) entries: u64,
}

/// Where an amount stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Debit,
    Credit,
}

impl Pending {
    /// Gives the side of an entry that has exactly one.
    pub(super) fn side(&self) -> Option<Side> {
        match (self.debit.is_zero(), self.credit.is_zero()) {
            (false, true) => Some(Side::Debit),
            (true, false) => Some(Side::Credit),
            _ => None,
        }
    }

    /// Takes another entry of the same side into this line.
    fn absorb(&mut self, other: &Self) -> Result<(), StatementError> {
        self.debit = add(self.debit, other.debit, other.id)?;
        self.credit = add(self.credit, other.credit, other.id)?;
        self.entries += other.entries;
        Ok(())
    }

    /// Gives debit - credit: both are unsigned, so the difference fits.
    pub(super) fn net(&self) -> Cents {
        Cents(self.debit.0.saturating_sub(self.credit.0))
    }
}

impl Day {
    /// Forgets the day and keeps the room.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.texts.clear();
        self.excluded = Cents::ZERO;
        self.has_normal = false;
        self.openings = None;
    }

    /// Copies a label behind the others.
    pub(super) fn keep(&mut self, label: &str) -> Range<usize> {
        let start = self.texts.len();
        self.texts.push_str(label);
        start..self.texts.len()
    }

    /// Gives a label that was kept.
    pub(super) fn text(&self, label: &Range<usize>) -> &str {
        self.texts.get(label.clone()).unwrap_or_default()
    }

    /// Adds an opening to the day's.
    pub(super) fn add_opening(
        &mut self,
        row: &EntryRow<'_>,
        net: Cents,
        excluded: bool,
    ) -> Result<(), StatementError> {
        let label = if self.openings.is_none() { self.keep(row.label) } else { 0..0 };
        let openings = self.openings.get_or_insert(Openings {
            id: row.id,
            label,
            stated: Cents::ZERO,
            shown: Cents::ZERO,
        });
        openings.stated = add(openings.stated, net, row.id)?;
        if !excluded {
            openings.shown = add(openings.shown, net, row.id)?;
        }
        Ok(())
    }

    /// Groups the day's bank entries by side, and by tenant where asked (D14, D29).
    pub(super) fn group(&mut self, by_tenant: bool) -> Result<(), StatementError> {
        if self.rows.iter().filter(|row| row.bank).nth(1).is_none() {
            return Ok(());
        }
        let mut leaders: BTreeMap<(Side, Option<AccountId>), usize> = BTreeMap::new();
        self.grouped.clear();
        for row in self.rows.drain(..) {
            let side = if row.bank { row.side() } else { None };
            let place = side.map(|side| leaders.entry((side, row.tenant.filter(|_| by_tenant))));
            match place {
                Some(Entry::Occupied(leader)) => {
                    if let Some(leader) = self.grouped.get_mut(*leader.get()) {
                        leader.absorb(&row)?;
                    }
                    continue;
                }
                Some(Entry::Vacant(free)) => {
                    free.insert(self.grouped.len());
                }
                None => {}
            }
            self.grouped.push(row);
        }
        std::mem::swap(&mut self.rows, &mut self.grouped);
        Ok(())
    }
}
