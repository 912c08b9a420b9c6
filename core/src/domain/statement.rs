//! An account's statement, as a streaming fold: entries in, lines and totals out (rules D12-D15, D18, D21-D23,
//! D27-D29).
//!
//! # Promises
//! - One convention: balance = debit - credit, running from line to line (D13). Always
//!   `opening + debits - credits = closing`, and the last line's balance is the closing.
//! - Debit and credit are shown apart and unsigned (D12); a reversal (a negative debit) stands on the other side.
//! - Every entry since `available_from` is a line or in one; earlier ones make the opening (D21).
//! - What isn't remitted to landlords is left out first: of grouping, of the opening, of the closing (D15, D27).
//! - Grouping never nets a debit against a credit, and changes no total and no balance at a day's end (D14).
//! - The same entries give the same lines: nothing depends on a clock, a map's order or how rows were read.
//!
//! # Refusals
//! - An amount or a sum beyond 64 bits of cents, and entries that don't come by (date, id): the account is
//!   refused ([`RefusalReason::BadValue`]); lines already given must be thrown away.
//!
//! # Limits
//! One date's entries of one account are held at a time, in buffers that are used again: the memory is that of
//! an account's busiest day.
//!
//! # Grouping (D14, D28, D29)
//! The key is (date, side), and the tenant with `group_by_tenant`. Only bank journals, only the roles whose
//! option is on. A group stands where its first entry stood. Alone, an entry keeps its label; several read
//! « Règlement du JJ/MM/AAAA », and for a landlord's debits « Règlement {agence} du JJ/MM/AAAA ». An entry
//! with an amount on both sides, or on none, has no side and is never grouped.
//!
//! # Openings and closings (D22): how two years meet
//! Let a year be closed by a closing (-S) and reopened by an opening (+S), S being what its entries add up to.
//!
//! | what | carry forward (« Report à nouveau ») | opening balance (« Reprise en solde ») |
//! |---|---|---|
//! | a closing | never shown nor summed: it ends a year that the entries, or the opening after it, tell | the same |
//! | an opening before any normal entry | it is the opening; several of one date add up; a later date's replace an earlier date's, since each states the whole | the same |
//! | an opening after normal entries | repeats them: neither shown nor summed, however long the account slept, because the years are chained | the same where the twelve months before it hold an entry |
//! | an opening after a gap of twelve months or more | the same | it is the truth: the balance becomes what it states; where that differs, the difference is a line under the opening's own label (before `available_from`: in the opening) |
//! | a repeat that states another balance | a warning; the entries are believed | a warning, also for the difference above |
//!
//! A pair (-S, +S) sums to nothing, so leaving both out agrees with the back office's own sum; an opening
//! without its closing is counted once. A dormant year (nothing between two openings) changes nothing.
//! The comparisons, like D18's, are made on the full ledger, before D15.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write as _;
use std::ops::Range;

use chrono::{Months, NaiveDate};

use super::account::{Account, OpeningMode};
use super::ids::{AccountId, EntryId};
use super::money::Cents;
use super::options::{ExtranetOptions, Role, coded};
use crate::publication::reason::RefusalReason;

coded! {
    /// What a ledger entry is to its year (D22).
    EntryKind {
        /// A movement.
        Normal = "normal",
        /// An opening (à-nouveau).
        Opening = "opening",
        /// A closing (clôture).
        Closing = "closing",
    }
}

/// A ledger entry of one account, as the source gives it: amounts are signed.
#[derive(Debug, Clone, Copy)]
pub struct EntryRow<'a> {
    /// Its key.
    pub id: EntryId,
    /// Its date.
    pub date: NaiveDate,
    /// Its label.
    pub label: &'a str,
    /// The debit; negative = a reversal.
    pub debit: Cents,
    /// The credit; negative = a reversal.
    pub credit: Cents,
    /// Whether its journal is a bank's (D14).
    pub bank: bool,
    /// Whether its analytic account isn't remitted to landlords (D15).
    pub not_remitted: bool,
    /// What it is to its year (D22).
    pub kind: EntryKind,
    /// The tenant whose payment it is; `None` = not said (D29).
    pub tenant: Option<AccountId>,
}

/// One line of a statement. Amounts are unsigned, balances are debit - credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// The entry, or the first of those grouped.
    pub id: EntryId,
    /// The date.
    pub date: NaiveDate,
    /// The label.
    pub label: &'a str,
    /// The debit.
    pub debit: Cents,
    /// The credit.
    pub credit: Cents,
    /// The balance before this line: that of the first line is the statement's opening.
    pub before: Cents,
    /// The balance after this line.
    pub balance: Cents,
    /// How many entries it stands for.
    pub entries: u64,
}

/// What a statement adds up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// The balance before the first line (« solde antérieur »).
    pub opening: Cents,
    /// The balance after the last line.
    pub closing: Cents,
    /// The sum of the lines' debits.
    pub debit: Cents,
    /// The sum of the lines' credits.
    pub credit: Cents,
    /// How many entries were read.
    pub entries_in: u64,
    /// How many lines were given.
    pub lines_out: u64,
    /// How many entries the lines stand for.
    pub entries_shown: u64,
    /// How many were left out as not remitted (D15).
    pub entries_excluded: u64,
    /// What staff should look at; at most one of each kind.
    pub warnings: Vec<StatementWarning>,
}

/// What staff should look at in an account that is sent all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementWarning {
    /// The balance that the back office keeps isn't that of the full ledger (D18).
    StoredBalance {
        /// What is kept.
        stored: Cents,
        /// What the entries add up to, before D15.
        computed: Cents,
    },
    /// An opening states another balance than the entries before it (D22): the first such.
    OpeningDiffers {
        /// The opening's date.
        date: NaiveDate,
        /// What it states.
        stated: Cents,
        /// What the entries add up to, before D15.
        computed: Cents,
        /// Whether the opening was believed (« Reprise en solde » after a gap) and not the entries.
        restated: bool,
        /// How many openings of the account differ.
        times: u32,
    },
}

/// Why an account's statement can't be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// An amount or a sum left the range of 64 bits.
    #[error("the amounts leave the range of 64 bits of cents at entry {0}")]
    Overflow(EntryId),
    /// The entries don't come by (date, id).
    #[error("entry {0} does not follow the one before it by date and id")]
    OutOfOrder(EntryId),
}

impl StatementError {
    /// Gives the reason under which the account is refused.
    pub fn refusal(self) -> RefusalReason {
        RefusalReason::BadValue
    }
}

/// How one account's statement is made.
#[derive(Debug, Clone, Copy)]
pub struct StatementRules<'r> {
    /// Whose account it is.
    pub role: Role,
    /// How its years follow each other (D22).
    pub opening_mode: OpeningMode,
    /// The first date shown; `None` = from the first entry (D21).
    pub available_from: Option<NaiveDate>,
    /// The balance that the back office keeps; `None` = not kept (D18).
    pub stored_balance: Option<Cents>,
    /// The agency's name, for grouped landlord debits (D28).
    pub agency: &'r str,
    /// The agency's options.
    pub options: &'r ExtranetOptions,
}

impl<'r> StatementRules<'r> {
    /// Takes what an account says of itself.
    pub fn of(account: &Account<'_>, agency: &'r str, options: &'r ExtranetOptions) -> Self {
        Self {
            role: account.role,
            opening_mode: account.opening_mode,
            available_from: account.available_from,
            stored_balance: account.stored_balance,
            agency,
            options,
        }
    }
}

/// A statement being made: [`Statement::push`] each entry by (date, id), then [`Statement::finish`].
#[derive(Debug)]
pub struct Statement<'r> {
    rules: StatementRules<'r>,
    last: Option<(NaiveDate, EntryId)>,
    day: Day,
    /// The date of the last day that had a normal entry, excluded ones included.
    last_normal: Option<NaiveDate>,
    /// The balance of the full ledger (D18).
    full: Cents,
    /// The balance of what is shown.
    shown: Cents,
    /// The balance before the first line, once there is one.
    opening: Option<Cents>,
    debit: Cents,
    credit: Cents,
    counts: Counts,
    opening_differs: Option<StatementWarning>,
    label: String,
}

#[derive(Debug, Default)]
struct Counts {
    entries_in: u64,
    lines_out: u64,
    entries_shown: u64,
    entries_excluded: u64,
}

/// What one date holds until the date is over.
#[derive(Debug, Default)]
struct Day {
    rows: Vec<Pending>,
    /// The labels of `rows`, end to end.
    texts: String,
    /// The sum of what is left out of view (D15).
    excluded: Cents,
    has_normal: bool,
    openings: Option<Openings>,
    /// Room for grouping, used again.
    grouped: Vec<Pending>,
}

/// The openings of one date, added up.
#[derive(Debug)]
struct Openings {
    /// The first one, as a line if it has to be.
    id: EntryId,
    label: Range<usize>,
    stated: Cents,
    /// The part that isn't excluded.
    shown: Cents,
}

/// A normal entry of the day, its amounts on their sides.
#[derive(Debug, Clone)]
struct Pending {
    id: EntryId,
    label: Range<usize>,
    debit: Cents,
    credit: Cents,
    bank: bool,
    tenant: Option<AccountId>,
    entries: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Debit,
    Credit,
}

impl Pending {
    /// Gives the side of an entry that has exactly one.
    fn side(&self) -> Option<Side> {
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
    fn net(&self) -> Cents {
        Cents(self.debit.0.saturating_sub(self.credit.0))
    }
}

impl Day {
    /// Forgets the day and keeps the room.
    fn clear(&mut self) {
        self.rows.clear();
        self.texts.clear();
        self.excluded = Cents::ZERO;
        self.has_normal = false;
        self.openings = None;
    }

    /// Copies a label behind the others.
    fn keep(&mut self, label: &str) -> Range<usize> {
        let start = self.texts.len();
        self.texts.push_str(label);
        start..self.texts.len()
    }

    fn text(&self, label: &Range<usize>) -> &str {
        self.texts.get(label.clone()).unwrap_or_default()
    }

    /// Adds an opening to the day's.
    fn add_opening(&mut self, row: &EntryRow<'_>, net: Cents, excluded: bool) -> Result<(), StatementError> {
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
    fn group(&mut self, by_tenant: bool) -> Result<(), StatementError> {
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

impl<'r> Statement<'r> {
    /// Begins the statement of one account.
    pub fn new(rules: StatementRules<'r>) -> Self {
        Self {
            rules,
            last: None,
            day: Day::default(),
            last_normal: None,
            full: Cents::ZERO,
            shown: Cents::ZERO,
            opening: None,
            debit: Cents::ZERO,
            credit: Cents::ZERO,
            counts: Counts::default(),
            opening_differs: None,
            label: String::new(),
        }
    }

    /// Takes the next entry; `sink` hears the lines of the day before when a new day begins.
    ///
    /// # Errors
    /// See [`StatementError`]: the account is refused, and the statement is of no further use.
    pub fn push(&mut self, row: EntryRow<'_>, sink: &mut dyn FnMut(Line<'_>)) -> Result<(), StatementError> {
        match self.last {
            Some(last) if last >= (row.date, row.id) => return Err(StatementError::OutOfOrder(row.id)),
            Some((date, _)) if date != row.date => self.end_day(date, sink)?,
            _ => {}
        }
        self.last = Some((row.date, row.id));
        self.counts.entries_in += 1;
        self.keep(&row)
    }

    /// Ends the statement; `sink` hears its last lines.
    ///
    /// # Errors
    /// See [`StatementError`].
    pub fn finish(mut self, sink: &mut dyn FnMut(Line<'_>)) -> Result<Totals, StatementError> {
        if let Some((date, _)) = self.last {
            self.end_day(date, sink)?;
        }
        let stored = self
            .rules
            .stored_balance
            .filter(|stored| *stored != self.full)
            .map(|stored| StatementWarning::StoredBalance { stored, computed: self.full });
        Ok(Totals {
            opening: self.opening.unwrap_or(self.shown),
            closing: self.shown,
            debit: self.debit,
            credit: self.credit,
            entries_in: self.counts.entries_in,
            lines_out: self.counts.lines_out,
            entries_shown: self.counts.entries_shown,
            entries_excluded: self.counts.entries_excluded,
            warnings: stored.into_iter().chain(self.opening_differs).collect(),
        })
    }

    /// Keeps an entry until its day is over.
    fn keep(&mut self, row: &EntryRow<'_>) -> Result<(), StatementError> {
        let (debit, credit) = sides(row)?;
        let net = Cents(debit.0.saturating_sub(credit.0));
        let excluded = row.not_remitted && self.rules.options.drops_not_remitted(self.rules.role);
        self.counts.entries_excluded += u64::from(excluded);
        match row.kind {
            EntryKind::Closing => return Ok(()),
            EntryKind::Opening => return self.day.add_opening(row, net, excluded),
            EntryKind::Normal => self.day.has_normal = true,
        }
        if excluded {
            self.day.excluded = add(self.day.excluded, net, row.id)?;
            return Ok(());
        }
        let label = self.day.keep(row.label);
        let (bank, tenant) = (row.bank, row.tenant);
        self.day.rows.push(Pending { id: row.id, label, debit, credit, bank, tenant, entries: 1 });
        Ok(())
    }

    /// Gives the lines of a day that is over, openings first.
    fn end_day(&mut self, date: NaiveDate, sink: &mut dyn FnMut(Line<'_>)) -> Result<(), StatementError> {
        let mut day = std::mem::take(&mut self.day);
        if let Some(openings) = &day.openings {
            self.open(date, openings, day.text(&openings.label), sink)?;
        }
        if self.rules.options.groups_bank(self.rules.role) {
            day.group(self.rules.options.group_by_tenant)?;
        }
        for row in &day.rows {
            self.settle(date, row, day.text(&row.label), sink)?;
        }
        if let Some((_, id)) = self.last {
            self.full = add(self.full, day.excluded, id)?;
        }
        if day.has_normal {
            self.last_normal = Some(date);
        }
        day.clear();
        self.day = day;
        Ok(())
    }

    /// Judges the openings of a date by the table of this module's head (D22).
    fn open(
        &mut self,
        date: NaiveDate,
        openings: &Openings,
        label: &str,
        sink: &mut dyn FnMut(Line<'_>),
    ) -> Result<(), StatementError> {
        let Some(last_normal) = self.last_normal else {
            self.full = openings.stated;
            self.shown = openings.shown;
            return Ok(());
        };
        let missing = openings.stated.checked_sub(self.full).ok_or(StatementError::Overflow(openings.id))?;
        if missing.is_zero() {
            return Ok(());
        }
        let restated =
            self.rules.opening_mode == OpeningMode::OpeningBalance && !in_year_before(last_normal, date);
        self.warn_opening(date, openings.stated, restated);
        if !restated {
            return Ok(());
        }
        let (debit, credit) = unsigned(missing, Cents::ZERO).ok_or(StatementError::Overflow(openings.id))?;
        let difference = Pending {
            id: openings.id,
            label: openings.label.clone(),
            debit,
            credit,
            bank: false,
            tenant: None,
            entries: 1,
        };
        self.settle(date, &difference, label, sink)
    }

    /// Keeps the first opening that differs, and counts them.
    fn warn_opening(&mut self, date: NaiveDate, stated: Cents, restated: bool) {
        match &mut self.opening_differs {
            Some(StatementWarning::OpeningDiffers { times, .. }) => *times = times.saturating_add(1),
            slot => {
                let computed = self.full;
                *slot = Some(StatementWarning::OpeningDiffers { date, stated, computed, restated, times: 1 });
            }
        }
    }

    /// Sums a row, and gives it as a line from `available_from` on.
    fn settle(
        &mut self,
        date: NaiveDate,
        row: &Pending,
        own_label: &str,
        sink: &mut dyn FnMut(Line<'_>),
    ) -> Result<(), StatementError> {
        let before = self.shown;
        self.full = add(self.full, row.net(), row.id)?;
        self.shown = add(self.shown, row.net(), row.id)?;
        if self.rules.available_from.is_some_and(|from| date < from) {
            return Ok(());
        }
        self.opening.get_or_insert(before);
        self.debit = add(self.debit, row.debit, row.id)?;
        self.credit = add(self.credit, row.credit, row.id)?;
        self.counts.lines_out += 1;
        self.counts.entries_shown += row.entries;
        if row.entries > 1 {
            self.write_grouped_label(date, row);
        }
        let label = if row.entries > 1 { self.label.as_str() } else { own_label };
        let (debit, credit, balance) = (row.debit, row.credit, self.shown);
        sink(Line { id: row.id, date, label, debit, credit, before, balance, entries: row.entries });
        Ok(())
    }

    /// Writes « Règlement du … », with the agency's name for a landlord's debits (D14, D28).
    fn write_grouped_label(&mut self, date: NaiveDate, row: &Pending) {
        let date = date.format("%d/%m/%Y");
        self.label.clear();
        let paid_out = self.rules.role == Role::Landlord && row.side() == Some(Side::Debit);
        let written = if paid_out && !self.rules.agency.is_empty() {
            write!(self.label, "Règlement {} du {date}", self.rules.agency)
        } else {
            write!(self.label, "Règlement du {date}")
        };
        debug_assert!(written.is_ok(), "a String takes everything");
    }
}

/// Tells whether a date falls in the twelve months before another.
fn in_year_before(date: NaiveDate, opening: NaiveDate) -> bool {
    opening.checked_sub_months(Months::new(12)).is_none_or(|start| date >= start)
}

/// Puts an entry's amounts on their sides: a negative one moves to the other (D12).
fn sides(row: &EntryRow<'_>) -> Result<(Cents, Cents), StatementError> {
    unsigned(row.debit, row.credit).ok_or(StatementError::Overflow(row.id))
}

/// Gives (debit, credit) without a sign; `None` beyond 64 bits.
fn unsigned(debit: Cents, credit: Cents) -> Option<(Cents, Cents)> {
    let reversed = |amount: Cents| amount.0.min(0).checked_neg().map(Cents);
    let kept = |amount: Cents| Cents(amount.0.max(0));
    Some((kept(debit).checked_add(reversed(credit)?)?, kept(credit).checked_add(reversed(debit)?)?))
}

fn add(sum: Cents, amount: Cents, at: EntryId) -> Result<Cents, StatementError> {
    sum.checked_add(amount).ok_or(StatementError::Overflow(at))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A line that outlives its entry.
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
    struct Shown {
        date: NaiveDate,
        label: String,
        debit: i64,
        credit: i64,
        balance: i64,
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn row(id: i64, date: &str, label: &'static str, debit: i64, credit: i64) -> EntryRow<'static> {
        EntryRow {
            id: EntryId(id),
            date: day(date),
            label,
            debit: Cents(debit),
            credit: Cents(credit),
            bank: false,
            not_remitted: false,
            kind: EntryKind::Normal,
            tenant: None,
        }
    }

    fn bank(id: i64, date: &str, label: &'static str, debit: i64, credit: i64) -> EntryRow<'static> {
        EntryRow { bank: true, ..row(id, date, label, debit, credit) }
    }

    fn of_kind(kind: EntryKind, id: i64, date: &str, net: i64) -> EntryRow<'static> {
        EntryRow { kind, ..row(id, date, "À nouveau", net.max(0), (-net).max(0)) }
    }

    fn opening(id: i64, date: &str, net: i64) -> EntryRow<'static> {
        of_kind(EntryKind::Opening, id, date, net)
    }

    fn closing(id: i64, date: &str, net: i64) -> EntryRow<'static> {
        of_kind(EntryKind::Closing, id, date, net)
    }

    fn grouping() -> ExtranetOptions {
        ExtranetOptions {
            group_bank_landlord: true,
            group_bank_tenant: true,
            group_bank_co_owner: true,
            ..ExtranetOptions::default()
        }
    }

    fn rules(options: &ExtranetOptions) -> StatementRules<'_> {
        StatementRules {
            role: Role::Landlord,
            opening_mode: OpeningMode::CarryForward,
            available_from: None,
            stored_balance: None,
            agency: "TESTS 605",
            options,
        }
    }

    fn run(rules: StatementRules<'_>, rows: &[EntryRow<'_>]) -> Result<(Vec<Shown>, Totals), StatementError> {
        let mut lines = Vec::new();
        let mut before = None;
        let mut sink = |line: Line<'_>| {
            let previous = before.replace(line.balance);
            assert!(previous.is_none_or(|balance| balance == line.before), "balances follow each other");
            lines.push(Shown {
                date: line.date,
                label: line.label.to_owned(),
                debit: line.debit.0,
                credit: line.credit.0,
                balance: line.balance.0,
            });
        };
        let mut statement = Statement::new(rules);
        for row in rows {
            statement.push(*row, &mut sink)?;
        }
        let totals = statement.finish(&mut sink)?;
        Ok((lines, totals))
    }

    fn made(rules: StatementRules<'_>, rows: &[EntryRow<'_>]) -> (Vec<Shown>, Totals) {
        run(rules, rows).unwrap()
    }

    fn labels(lines: &[Shown]) -> Vec<&str> {
        lines.iter().map(|line| line.label.as_str()).collect()
    }

    /// The account of the source's own screens, in our convention.
    fn aloxeco() -> Vec<EntryRow<'static>> {
        vec![
            row(1, "2012-07-25", "Solde de gérance", 1_250_000, 0),
            row(2, "2015-03-31", "Loyers", 0, 320_003),
            row(3, "2019-12-31", "Travaux", 100_000, 0),
            bank(4, "2020-01-30", "Virement 1", 200_000, 0),
            bank(5, "2020-01-30", "Virement 2", 100_000, 0),
            bank(6, "2020-02-11", "Loyer", 0, 300_000),
            bank(7, "2020-02-11", "Charges", 0, 31_441),
        ]
    }

    #[test]
    fn the_demo_account_comes_out_with_the_sources_own_figures_d12_d13_d14_d28() {
        let options = grouping();
        let rules = StatementRules { available_from: Some(day("2012-07-25")), ..rules(&options) };
        let (lines, totals) = made(rules, &aloxeco());
        assert_eq!(totals.opening, Cents::ZERO);
        assert_eq!(lines[2].balance, 1_029_997);
        assert_eq!(
            lines[3..],
            [
                Shown {
                    date: day("2020-01-30"),
                    label: "Règlement TESTS 605 du 30/01/2020".to_owned(),
                    debit: 300_000,
                    credit: 0,
                    balance: 1_329_997
                },
                Shown {
                    date: day("2020-02-11"),
                    label: "Règlement du 11/02/2020".to_owned(),
                    debit: 0,
                    credit: 331_441,
                    balance: 998_556
                },
            ]
        );
        assert_eq!(totals.closing, Cents(998_556));
        assert_eq!((totals.entries_in, totals.entries_shown, totals.lines_out), (7, 7, 5));
        assert_eq!(totals.warnings, []);
    }

    #[test]
    fn entries_before_the_first_date_shown_make_the_opening_d21() {
        let options = ExtranetOptions::default();
        let rules = StatementRules { available_from: Some(day("2020-01-01")), ..rules(&options) };
        let (lines, totals) = made(rules, &aloxeco());
        assert_eq!(totals.opening, Cents(1_029_997), "the site's « solde antérieur »");
        assert_eq!(lines.len(), 4);
        let (lines, totals) =
            made(StatementRules { available_from: Some(day("2021-01-01")), ..rules }, &aloxeco());
        assert_eq!((lines.len(), totals.opening, totals.closing), (0, Cents(998_556), Cents(998_556)));
    }

    #[test]
    fn an_empty_account_is_a_statement_of_nothing() {
        let options = ExtranetOptions::default();
        let (lines, totals) = made(rules(&options), &[]);
        assert_eq!((lines.len(), totals.opening, totals.closing), (0, Cents::ZERO, Cents::ZERO));
    }

    #[test]
    fn a_reversal_moves_to_the_other_side_d12() {
        let options = ExtranetOptions::default();
        let (lines, totals) = made(
            rules(&options),
            &[row(1, "2020-01-01", "Extourne", -500, 0), row(2, "2020-01-01", "Extourne", 0, -700)],
        );
        assert_eq!((lines[0].debit, lines[0].credit), (0, 500));
        assert_eq!((lines[1].debit, lines[1].credit), (700, 0));
        assert_eq!(totals.closing, Cents(200));
    }

    #[test]
    fn two_bank_entries_of_one_day_on_opposite_sides_are_never_netted_d14() {
        let options = grouping();
        let (lines, _) = made(
            rules(&options),
            &[bank(1, "2020-01-01", "Encaissement", 0, 900), bank(2, "2020-01-01", "Reversement", 400, 0)],
        );
        assert_eq!(labels(&lines), ["Encaissement", "Reversement"], "each alone on its side keeps its label");
        assert_eq!((lines[0].credit, lines[1].debit), (900, 400));
    }

    #[test]
    fn only_bank_entries_of_the_same_date_are_grouped_where_the_first_stood_d14() {
        let options = grouping();
        let rows = [
            bank(1, "2020-01-01", "Loyer", 0, 100),
            row(2, "2020-01-01", "Honoraires", 30, 0),
            bank(3, "2020-01-01", "Charges", 0, 20),
            bank(4, "2020-01-02", "Loyer", 0, 7),
        ];
        let (lines, _) = made(rules(&options), &rows);
        assert_eq!(labels(&lines), ["Règlement du 01/01/2020", "Honoraires", "Loyer"]);
        let off = ExtranetOptions::default();
        assert_eq!(made(rules(&off), &rows).0.len(), 4);
    }

    #[test]
    fn a_reversed_bank_debit_is_grouped_with_the_credits_d14() {
        let options = grouping();
        let (lines, _) = made(
            rules(&options),
            &[bank(1, "2020-01-01", "Extourne", -50, 0), bank(2, "2020-01-01", "Loyer", 0, 100)],
        );
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].debit, lines[0].credit), (0, 150));
    }

    #[test]
    fn an_entry_with_both_sides_or_none_is_never_grouped_d14() {
        let options = grouping();
        let rows = [
            bank(1, "2020-01-01", "Deux", 10, 20),
            bank(2, "2020-01-01", "Aucun", 0, 0),
            bank(3, "2020-01-01", "Débit", 10, 0),
        ];
        assert_eq!(labels(&made(rules(&options), &rows).0), ["Deux", "Aucun", "Débit"]);
    }

    #[test]
    fn only_a_landlords_grouped_debit_bears_the_agencys_name_d28() {
        let options = grouping();
        let debits = [bank(1, "2020-01-01", "a", 10, 0), bank(2, "2020-01-01", "b", 5, 0)];
        for (role, agency, label) in [
            (Role::Landlord, "TESTS 605", "Règlement TESTS 605 du 01/01/2020"),
            (Role::Landlord, "", "Règlement du 01/01/2020"),
            (Role::Tenant, "TESTS 605", "Règlement du 01/01/2020"),
            (Role::CoOwner, "TESTS 605", "Règlement du 01/01/2020"),
        ] {
            let rules = StatementRules { role, agency, ..rules(&options) };
            assert_eq!(labels(&made(rules, &debits).0), [label]);
        }
    }

    #[test]
    fn two_tenants_of_one_day_stay_apart_only_with_the_option_d29() {
        let paid = |id, tenant| EntryRow {
            tenant: Some(AccountId(tenant)),
            ..bank(id, "2020-01-01", "Loyer", 0, 10)
        };
        let rows = [paid(1, 7), paid(2, 8), paid(3, 7)];
        let apart = ExtranetOptions { group_by_tenant: true, ..grouping() };
        let (lines, _) = made(rules(&apart), &rows);
        assert_eq!(lines.iter().map(|line| line.credit).collect::<Vec<_>>(), [20, 10]);
        assert_eq!(labels(&lines), ["Règlement du 01/01/2020", "Loyer"]);
        let together = grouping();
        assert_eq!(made(rules(&together), &rows).0.len(), 1);
    }

    #[test]
    fn what_is_not_remitted_leaves_a_landlords_lines_opening_and_closing_d15_d27() {
        let kept_back = |id, date| EntryRow { not_remitted: true, ..bank(id, date, "Provision", 0, 40) };
        let rows = [
            kept_back(1, "2019-01-01"),
            row(2, "2019-01-01", "Loyer", 0, 100),
            kept_back(3, "2020-01-01"),
            bank(4, "2020-01-01", "Loyer", 0, 100),
        ];
        let options = ExtranetOptions { exclude_not_remitted: true, ..grouping() };
        let rules = StatementRules { available_from: Some(day("2020-01-01")), ..rules(&options) };
        let (lines, totals) = made(rules, &rows);
        assert_eq!(labels(&lines), ["Loyer"], "excluded before grouping: the other is alone");
        assert_eq!((totals.opening, totals.closing), (Cents(-100), Cents(-200)));
        assert_eq!(totals.entries_excluded, 2);
        let (_, co_owner) = made(StatementRules { role: Role::CoOwner, ..rules }, &rows);
        assert_eq!(co_owner.closing, Cents(-280), "landlords only");
    }

    #[test]
    fn the_stored_balance_is_compared_with_the_full_ledger_before_exclusion_d18() {
        let options = ExtranetOptions { exclude_not_remitted: true, ..ExtranetOptions::default() };
        let rows = [
            EntryRow { not_remitted: true, ..row(1, "2020-01-01", "Provision", 0, 40) },
            row(2, "2020-01-01", "Loyer", 0, 100),
        ];
        let right = StatementRules { stored_balance: Some(Cents(-140)), ..rules(&options) };
        assert_eq!(made(right, &rows).1.warnings, []);
        let wrong = StatementRules { stored_balance: Some(Cents(-100)), ..right };
        let (_, totals) = made(wrong, &rows);
        assert_eq!(
            totals.warnings,
            [StatementWarning::StoredBalance { stored: Cents(-100), computed: Cents(-140) }]
        );
        assert_eq!(totals.closing, Cents(-100), "the recomputed balance of what is shown is published");
    }

    #[test]
    fn a_closing_and_the_opening_that_repeats_it_are_neither_shown_nor_summed_d22() {
        let rows = [
            row(1, "2018-05-01", "Loyer", 0, 100),
            closing(2, "2018-12-31", 100),
            opening(3, "2019-01-01", -100),
            row(4, "2019-05-01", "Loyer", 0, 50),
        ];
        let options = ExtranetOptions::default();
        for opening_mode in [OpeningMode::CarryForward, OpeningMode::OpeningBalance] {
            let rules = StatementRules { opening_mode, stored_balance: Some(Cents(-150)), ..rules(&options) };
            let (lines, totals) = made(rules, &rows);
            assert_eq!(labels(&lines), ["Loyer", "Loyer"]);
            assert_eq!((totals.opening, totals.closing), (Cents::ZERO, Cents(-150)));
            assert_eq!(totals.warnings, []);
        }
    }

    #[test]
    fn an_opening_whose_year_before_is_not_in_the_snapshot_is_the_opening_d22() {
        let options = ExtranetOptions::default();
        let rows = [
            row(1, "2019-01-01", "Loyer", 0, 50),
            opening(2, "2019-01-01", -100),
            opening(3, "2019-01-01", 30),
            closing(4, "2019-12-31", 120),
        ];
        for opening_mode in [OpeningMode::CarryForward, OpeningMode::OpeningBalance] {
            let (lines, totals) = made(StatementRules { opening_mode, ..rules(&options) }, &rows);
            assert_eq!(totals.opening, Cents(-70), "of one date they add up, whatever their ids");
            assert_eq!((lines.len(), lines[0].balance), (1, -120));
        }
    }

    #[test]
    fn before_any_entry_a_later_opening_replaces_an_earlier_one_d22() {
        let options = ExtranetOptions::default();
        let rows = [
            opening(1, "2018-01-01", 100),
            closing(2, "2018-12-31", -80),
            opening(3, "2019-01-01", 80),
            row(4, "2019-02-01", "Loyer", 20, 0),
        ];
        let (_, totals) = made(rules(&options), &rows);
        assert_eq!((totals.opening, totals.closing), (Cents(80), Cents(100)));
    }

    /// 2015's entries, then archives lost until an opening of 2019.
    fn gap() -> [EntryRow<'static>; 3] {
        [
            row(1, "2015-05-01", "Loyer", 0, 100),
            opening(2, "2019-01-01", -300),
            row(3, "2019-05-01", "Loyer", 0, 50),
        ]
    }

    fn differs(restated: bool) -> StatementWarning {
        StatementWarning::OpeningDiffers {
            date: day("2019-01-01"),
            stated: Cents(-300),
            computed: Cents(-100),
            restated,
            times: 1,
        }
    }

    #[test]
    fn carrying_forward_believes_the_entries_and_warns_where_an_opening_differs_d22() {
        let options = ExtranetOptions::default();
        let (lines, totals) = made(rules(&options), &gap());
        assert_eq!((lines.len(), totals.closing), (2, Cents(-150)));
        assert_eq!(totals.warnings, [differs(false)]);
    }

    #[test]
    fn an_opening_balance_after_a_gap_is_believed_and_shown_as_its_difference_d22() {
        let options = ExtranetOptions::default();
        let rules = StatementRules { opening_mode: OpeningMode::OpeningBalance, ..rules(&options) };
        let (lines, totals) = made(rules, &gap());
        assert_eq!(labels(&lines), ["Loyer", "À nouveau", "Loyer"]);
        assert_eq!((lines[1].debit, lines[1].credit, lines[1].balance), (0, 200, -300));
        assert_eq!(totals.closing, Cents(-350));
        assert_eq!(totals.warnings, [differs(true)]);
        let late = StatementRules { available_from: Some(day("2019-02-01")), ..rules };
        assert_eq!(made(late, &gap()).1.opening, Cents(-300));
    }

    #[test]
    fn an_opening_balance_after_a_present_year_is_a_repeat_even_when_it_differs_d22() {
        let options = ExtranetOptions::default();
        let rules = StatementRules { opening_mode: OpeningMode::OpeningBalance, ..rules(&options) };
        let rows = [row(1, "2018-01-01", "Loyer", 0, 100), opening(2, "2019-01-01", -300)];
        let (lines, totals) = made(rules, &rows);
        assert_eq!((lines.len(), totals.closing), (1, Cents(-100)));
        assert_eq!(totals.warnings, [differs(false)]);
    }

    #[test]
    fn a_dormant_year_changes_nothing_in_either_mode_d22() {
        let rows = [
            row(1, "2015-05-01", "Loyer", 0, 100),
            opening(2, "2016-01-01", -100),
            opening(3, "2017-01-01", -100),
            opening(4, "2018-01-01", -100),
        ];
        let options = ExtranetOptions::default();
        for opening_mode in [OpeningMode::CarryForward, OpeningMode::OpeningBalance] {
            let (lines, totals) = made(StatementRules { opening_mode, ..rules(&options) }, &rows);
            assert_eq!((lines.len(), totals.closing), (1, Cents(-100)));
            assert_eq!(totals.warnings, []);
        }
    }

    #[test]
    fn openings_are_compared_before_exclusion_d15_d22() {
        let options = ExtranetOptions { exclude_not_remitted: true, ..ExtranetOptions::default() };
        let rows = [
            EntryRow { not_remitted: true, ..row(1, "2018-05-01", "Provision", 0, 40) },
            row(2, "2018-05-01", "Loyer", 0, 100),
            opening(3, "2019-01-01", -140),
        ];
        let (_, totals) = made(rules(&options), &rows);
        assert_eq!((totals.closing, totals.warnings), (Cents(-100), vec![]));
    }

    #[test]
    fn amounts_beyond_64_bits_refuse_the_account_without_a_panic() {
        let options = grouping();
        let worst = [
            vec![row(1, "2020-01-01", "a", i64::MIN, 0)],
            vec![row(1, "2020-01-01", "a", i64::MAX, i64::MIN + 1)],
            vec![bank(1, "2020-01-01", "a", i64::MAX, 0), bank(2, "2020-01-01", "b", i64::MAX, 0)],
            vec![row(1, "2020-01-01", "a", i64::MAX, 0), row(2, "2020-01-02", "b", 1, 0)],
            vec![row(1, "2020-01-01", "a", 0, i64::MAX), row(2, "2020-01-02", "b", 0, 2)],
            vec![opening(1, "2020-01-01", i64::MAX), opening(2, "2020-01-01", 1)],
            vec![row(1, "2020-01-01", "a", 0, i64::MAX), opening(2, "2020-01-02", i64::MAX)],
        ];
        for rows in worst {
            let error = run(rules(&options), &rows).unwrap_err();
            assert!(matches!(error, StatementError::Overflow(_)), "{rows:?}");
            assert_eq!(error.refusal(), RefusalReason::BadValue);
        }
    }

    #[test]
    fn entries_out_of_order_refuse_the_account() {
        let options = ExtranetOptions::default();
        for second in [row(1, "2020-01-02", "b", 1, 0), row(2, "2020-01-01", "b", 1, 0)] {
            let rows = [row(2, "2020-01-02", "a", 1, 0), second];
            assert_eq!(run(rules(&options), &rows).unwrap_err(), StatementError::OutOfOrder(second.id));
        }
    }

    /// Some entries by (date, id): few dates and small amounts, so that they meet.
    fn entries() -> impl Strategy<Value = Vec<EntryRow<'static>>> {
        let kind = prop_oneof![
            8 => Just(EntryKind::Normal), 1 => Just(EntryKind::Opening), 1 => Just(EntryKind::Closing)
        ];
        let one = (0u64..900, -50i64..50, -50i64..50, 0u8..4, any::<bool>(), any::<bool>(), kind, 0i64..3);
        proptest::collection::vec(one, 0..40).prop_map(|raw| {
            let mut rows: Vec<_> = raw
                .into_iter()
                .map(|(days, debit, credit, shape, bank, not_remitted, kind, tenant)| EntryRow {
                    bank,
                    not_remitted,
                    kind,
                    tenant: (tenant > 0).then_some(AccountId(tenant)),
                    date: day("2018-01-01") + chrono::Days::new(days / 90 * 90),
                    debit: Cents(if shape == 0 { 0 } else { debit }),
                    credit: Cents(if shape == 1 { credit } else { 0 }),
                    ..row(0, "2018-01-01", "Écriture", 0, 0)
                })
                .collect();
            rows.sort_by_key(|row| row.date);
            for (id, row) in (1..).zip(&mut rows) {
                row.id = EntryId(id);
            }
            rows
        })
    }

    fn modes() -> impl Strategy<Value = (OpeningMode, Option<NaiveDate>, bool)> {
        let mode = prop_oneof![Just(OpeningMode::CarryForward), Just(OpeningMode::OpeningBalance)];
        let from = prop_oneof![Just(None), Just(Some(day("2019-01-15")))];
        (mode, from, any::<bool>())
    }

    /// The last balance of each date.
    fn evenings(lines: &[Shown]) -> BTreeMap<NaiveDate, i64> {
        lines.iter().map(|line| (line.date, line.balance)).collect()
    }

    /// The sums of each date, debits and credits apart.
    fn by_side(lines: &[Shown]) -> BTreeMap<NaiveDate, (i64, i64)> {
        let mut sums = BTreeMap::new();
        for line in lines {
            let (debit, credit) = sums.entry(line.date).or_insert((0, 0));
            *debit += line.debit;
            *credit += line.credit;
        }
        sums
    }

    proptest! {
        #[test]
        fn a_statement_always_balances_d12_d13(
            rows in entries(), (opening_mode, available_from, exclude_not_remitted) in modes()
        ) {
            let options = ExtranetOptions { exclude_not_remitted, ..grouping() };
            let rules = StatementRules { opening_mode, available_from, ..rules(&options) };
            let (lines, totals) = made(rules, &rows);
            prop_assert_eq!(totals.opening.0 + totals.debit.0 - totals.credit.0, totals.closing.0);
            prop_assert_eq!(lines.last().map_or(totals.opening.0, |line| line.balance), totals.closing.0);
            prop_assert!(lines.iter().all(|line| line.debit >= 0 && line.credit >= 0));
            prop_assert_eq!(lines.iter().map(|line| line.debit).sum::<i64>(), totals.debit.0);
            prop_assert_eq!(lines.iter().map(|line| line.credit).sum::<i64>(), totals.credit.0);
        }

        #[test]
        fn grouping_keeps_totals_sides_and_each_evenings_balance_d14(
            rows in entries(), (opening_mode, available_from, group_by_tenant) in modes()
        ) {
            let (on, off) = (ExtranetOptions { group_by_tenant, ..grouping() }, ExtranetOptions::default());
            let (grouped, totals) =
                made(StatementRules { opening_mode, available_from, ..rules(&on) }, &rows);
            let (single, expected) =
                made(StatementRules { opening_mode, available_from, ..rules(&off) }, &rows);
            prop_assert_eq!(evenings(&grouped), evenings(&single));
            prop_assert_eq!(by_side(&grouped), by_side(&single), "no side is netted");
            prop_assert_eq!(Totals { lines_out: expected.lines_out, ..totals }, expected);
        }

        #[test]
        fn excluding_is_reading_a_ledger_without_those_entries_d15_d27(rows in entries(), from in modes()) {
            let options = ExtranetOptions { exclude_not_remitted: true, ..grouping() };
            let normal: Vec<_> = rows.into_iter().filter(|row| row.kind == EntryKind::Normal).collect();
            let kept: Vec<_> = normal.iter().copied().filter(|row| !row.not_remitted).collect();
            let rules = StatementRules { available_from: from.1, ..rules(&options) };
            let (with, without) = (made(rules, &normal), made(rules, &kept));
            prop_assert_eq!(with.0, without.0);
            prop_assert_eq!(with.1.closing, without.1.closing);
            prop_assert_eq!(with.1.opening, without.1.opening);
        }

        #[test]
        fn the_lines_of_a_date_do_not_depend_on_the_order_of_its_ids_d14(
            rows in entries(), (opening_mode, available_from, _) in modes()
        ) {
            let options = grouping();
            let rules = StatementRules { opening_mode, available_from, ..rules(&options) };
            let mut turned = rows.clone();
            turned.reverse();
            turned.sort_by_key(|row| row.date);
            for (row, id) in turned.iter_mut().zip(1..) {
                row.id = EntryId(id);
            }
            let sorted = |rows: &[EntryRow<'_>]| {
                let (mut lines, totals) = made(rules, rows);
                lines.iter_mut().for_each(|line| line.balance = 0);
                lines.sort();
                (lines, totals)
            };
            prop_assert_eq!(sorted(&rows), sorted(&turned));
        }

        #[test]
        fn any_amount_is_a_statement_or_a_refusal_and_never_a_panic(
            debits in proptest::collection::vec(any::<i64>(), 0..6), grouped: bool
        ) {
            let options = if grouped { grouping() } else { ExtranetOptions::default() };
            let rows: Vec<_> = (1..).zip(debits).map(|(id, d)| bank(id, "2020-01-01", "a", d, 0)).collect();
            match run(rules(&options), &rows) {
                Ok((_, totals)) => prop_assert_eq!(totals.entries_shown, totals.entries_in),
                Err(error) => prop_assert!(matches!(error, StatementError::Overflow(_))),
            }
        }
    }
}
