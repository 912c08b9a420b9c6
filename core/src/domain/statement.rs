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

mod day;

use std::fmt::Write as _;

use chrono::{Months, NaiveDate};

use self::day::{Day, Openings, Pending, Side};
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
        let label = if row.entries > 1 {
            self.write_grouped_label(date, row);
            self.label.as_str()
        } else {
            own_label
        };
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
mod tests;
