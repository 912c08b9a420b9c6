//! The bulk, streamed row by row in index order, without copies: ledger entries, expense lines, works funds.
//!
//! A row that can't be read as what it is (a date outside the calendar, an amount that is no integer) is handed
//! on as such, so that what it belongs to is refused with a reason and the run goes on.

use chrono::NaiveDate;
use publier_core::domain::ids::{
    AccountId, AllocationKeyId, BuildingId, CoOwnerRecordId, EntryId, ExpenseLineId, FiscalYearId, UnitId,
    VoucherId,
};
use publier_core::domain::money::Cents;
use publier_core::domain::statement::{EntryKind, EntryRow};
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::types::ValueRef;
use rusqlite::{Row, Rows, Statement};

use super::error::SourceError;
use super::fields::{date, day, is_about_a_value, key, opt_date, opt_int, opt_key, text, text_of, wrong};
use super::reference::rows;
use super::snapshot::Snapshot;
use super::unreadable::doubled;

/// A row that can't be read as what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRow {
    /// Its key; `None` when that can't be read either.
    pub id: Option<i64>,
}

/// An expense line as it is read (E1-E9).
#[derive(Debug, Clone)]
pub struct ExpenseRow {
    /// Its key.
    pub id: ExpenseLineId,
    /// The building.
    pub building: BuildingId,
    /// The fiscal year.
    pub year: FiscalYearId,
    /// The allocation key.
    pub key: Option<AllocationKeyId>,
    /// The account's number.
    pub account_number: String,
    /// The account's label.
    pub account_label: String,
    /// The date.
    pub date: NaiveDate,
    /// The label.
    pub label: String,
    /// Montant TTC.
    pub amount: Cents,
    /// T.V.A.
    pub vat: Cents,
    /// Déductible.
    pub deductible: Cents,
    /// Récupérable.
    pub recoverable: Cents,
    /// The record that a private charge is for (E9).
    pub private_record: Option<CoOwnerRecordId>,
    /// Its vouchers, by key (E5).
    pub vouchers: Vec<VoucherRow>,
}

/// A works-fund amount of one unit as it is read (F1-F5).
#[derive(Debug, Clone)]
pub struct FundRow {
    /// The co-owner record.
    pub record: CoOwnerRecordId,
    /// The building.
    pub building: BuildingId,
    /// The unit.
    pub unit: UnitId,
    /// The unit's place in the back office's order.
    pub unit_position: i64,
    /// The account's number.
    pub account_number: String,
    /// The account's label.
    pub account_label: String,
    /// The amount; a credit balance is positive.
    pub amount: Cents,
    /// The day it is stated for.
    pub as_of: NaiveDate,
}

/// A voucher of an expense line (E5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoucherRow {
    /// Its key.
    pub voucher: VoucherId,
    /// The line it belongs to.
    pub line: ExpenseLineId,
    /// Its file, relative to the files' folder.
    pub path: String,
}

/// What reads entries: the one prepared statement and the codes that it looks up.
#[derive(Debug)]
pub struct EntryReading<'s> {
    statement: Statement<'s>,
    /// Whether an index gives one account's entries; without one they are all sorted once.
    by_account: bool,
    meaning: Meaning,
}

/// What the codes of an entry mean.
#[derive(Debug)]
struct Meaning {
    bank_journals: Codes,
    not_remitted: Codes,
}

/// Reads the entries of one account after the other, in the order of the accounts.
pub struct Entries<'r> {
    way: Way<'r>,
    meaning: &'r Meaning,
}

/// How the entries of an account are found.
enum Way<'r> {
    /// They are asked for.
    Asked(&'r mut dyn Ask),
    /// They come by, sorted, with those of every other account; the account of the row at hand, if there is one.
    Sorted(Rows<'r>, Option<i64>),
}

/// A statement that asks for the entries of one account.
trait Ask {
    fn ask(&mut self, account: AccountId) -> rusqlite::Result<Rows<'_>>;
}

impl Ask for Statement<'_> {
    fn ask(&mut self, account: AccountId) -> rusqlite::Result<Rows<'_>> {
        self.query([account.0])
    }
}

impl std::fmt::Debug for Entries<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let asked = matches!(self.way, Way::Asked(_));
        f.debug_struct("Entries").field("asked", &asked).finish_non_exhaustive()
    }
}

/// A few codes, looked up for each entry.
#[derive(Debug)]
struct Codes(Vec<Vec<u8>>);

impl Codes {
    fn new(mut codes: Vec<Vec<u8>>) -> Self {
        codes.sort_unstable();
        Self(codes)
    }

    fn has(&self, code: ValueRef<'_>) -> bool {
        let Ok(code) = code.as_bytes() else { return false };
        self.0.binary_search_by(|known| known.as_slice().cmp(code)).is_ok()
    }
}

impl Snapshot {
    /// Prepares the reading of entries.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn entries(&self) -> Result<EntryReading<'_>, SourceError> {
        let failed = || SourceError::query("read the entries");
        let codes = |sql| {
            let read = rows(&self.db, "read the journals", sql, |row| {
                Ok(row.get_ref(0)?.as_bytes().ok().map(<[u8]>::to_vec))
            });
            read.map(|codes| Codes::new(codes.into_iter().flatten().collect()))
        };
        let by_account = self.entries_have_an_index()?;
        let of = if by_account { "WHERE account_id = ?1 ORDER BY" } else { "ORDER BY account_id," };
        let sql = format!("{ENTRY} {of} entry_date, id");
        Ok(EntryReading {
            statement: self.db.prepare(&sql).map_err(failed())?,
            by_account,
            meaning: Meaning {
                bank_journals: codes("SELECT code FROM journal WHERE is_bank = 1")?,
                not_remitted: codes("SELECT code FROM analytic_account WHERE not_remitted IS NOT 0")?,
            },
        })
    }

    /// Tells whether an index gives the entries of one account. Without one, asking for them account by account would
    /// read every entry as often as there are accounts.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn entries_have_an_index(&self) -> Result<bool, SourceError> {
        let sql = format!("EXPLAIN QUERY PLAN {ENTRY} WHERE account_id = 1 ORDER BY entry_date, id");
        let steps = rows(&self.db, "read the entries", &sql, |row| text(row, 3))?;
        Ok(!steps.iter().any(|step| step.starts_with("SCAN")))
    }

    /// Streams the expense lines of the years that are not closed, or not there, by building, year, key, account, date.
    ///
    /// # Errors
    /// When the database can't be read, or `each` refuses.
    pub fn each_expense<E: From<SourceError>>(
        &self,
        mut each: impl FnMut(Result<ExpenseRow, BadRow>) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = || SourceError::query("read the expenses");
        // Both streams come in the same order, so that no line asks for its own vouchers.
        let mut lines = self.db.prepare(&expenses(LINE, "")).map_err(failed())?;
        let mut vouchers = self.db.prepare(&expenses(VOUCHER, OF_LINE)).map_err(failed())?;
        let mut vouchers = Vouchers { rows: vouchers.query([]).map_err(failed())?, next: None };
        let doubled = doubled(&self.db, "expense_line")?;
        let mut found = lines.query([]).map_err(failed())?;
        while let Some(row) = found.next().map_err(failed())? {
            let of_line = match opt_int(row, 0).map_err(failed())? {
                Some(id) => vouchers.of(ExpenseLineId(id)).map_err(failed())?,
                None => Vec::new(),
            };
            let mut line = usable(row, expense_of(row)).map_err(failed())?;
            if let Ok(line) = &mut line {
                line.vouchers = of_line;
            }
            let alone = |line: &ExpenseRow| !doubled.contains(&line.id.0);
            each(
                line.and_then(
                    |line| if alone(&line) { Ok(line) } else { Err(BadRow { id: Some(line.id.0) }) },
                ),
            )?;
        }
        Ok(())
    }

    /// Gives one line with its vouchers, whatever its year, for the reason why its documents leave (E8).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn expense_line(&self, id: ExpenseLineId) -> Result<Option<Result<ExpenseRow, BadRow>>, SourceError> {
        let failed = || SourceError::query("read an expense line");
        let sql = format!("SELECT {LINE} FROM expense_line AS line WHERE line.id = ?1");
        let mut lines = self.db.prepare_cached(&sql).map_err(failed())?;
        let mut found = lines.query([id.0]).map_err(failed())?;
        let Some(row) = found.next().map_err(failed())? else { return Ok(None) };
        let mut line = usable(row, expense_of(row)).map_err(failed())?;
        if let Ok(line) = &mut line {
            let sql = format!(
                "SELECT {VOUCHER} FROM expense_line AS line {OF_LINE} WHERE line.id = ?1 ORDER BY voucher.id"
            );
            let mut of_line = self.db.prepare_cached(&sql).map_err(failed())?;
            let rows = of_line.query([id.0]).map_err(failed())?;
            line.vouchers = Vouchers { rows, next: None }.of(id).map_err(failed())?;
        }
        Ok(Some(line))
    }

    /// Gives the latest day that a works fund is stated for (F4).
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn funds_as_of(&self) -> Result<Option<NaiveDate>, SourceError> {
        let latest = rows(&self.db, "read the works funds", "SELECT max(as_of) FROM works_fund", |row| {
            opt_date(row, 0)
        })?;
        Ok(latest.into_iter().flatten().next())
    }

    /// Tells where a line that can't be read belongs: the building of an expense line; `None` when that can't be read
    /// either.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn building_of_expense(&self, bad: BadRow) -> Result<Option<BuildingId>, SourceError> {
        Ok(self.places_of("SELECT building_id, NULL FROM expense_line WHERE id = ?1", bad)?.0)
    }

    /// Tells where a works fund that can't be read belongs: its building and its record, each `None` when it can't be read
    /// either.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn place_of_fund(
        &self,
        bad: BadRow,
    ) -> Result<(Option<BuildingId>, Option<CoOwnerRecordId>), SourceError> {
        let sql = "SELECT building_id, co_owner_record_id FROM works_fund WHERE id = ?1";
        let (building, record) = self.places_of(sql, bad)?;
        Ok((building, record.map(CoOwnerRecordId)))
    }

    fn places_of(&self, sql: &str, bad: BadRow) -> Result<(Option<BuildingId>, Option<i64>), SourceError> {
        let failed = || SourceError::query("look where a row belongs");
        let mut statement = self.db.prepare_cached(sql).map_err(failed())?;
        let mut found = statement.query([bad.id]).map_err(failed())?;
        let Some(row) = found.next().map_err(failed())? else { return Ok((None, None)) };
        let building = opt_int(row, 0).map_err(failed())?.map(BuildingId);
        Ok((building, opt_int(row, 1).map_err(failed())?))
    }

    /// Streams the works funds by record, building, account, unit.
    ///
    /// # Errors
    /// When the database can't be read, or `each` refuses.
    pub fn each_fund<E: From<SourceError>>(
        &self,
        mut each: impl FnMut(Result<FundRow, BadRow>) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = || SourceError::query("read the works funds");
        let mut funds = self
            .db
            .prepare(
                "SELECT fund.id, fund.co_owner_record_id, fund.building_id, fund.unit_id, fund.account_number,
                        fund.account_label, fund.amount_cents, fund.as_of, unit.position
                   FROM works_fund AS fund LEFT JOIN unit ON unit.id = fund.unit_id
                  ORDER BY fund.co_owner_record_id, fund.building_id, fund.account_number, fund.unit_id, fund.id",
            )
            .map_err(failed())?;
        let mut found = funds.query([]).map_err(failed())?;
        while let Some(row) = found.next().map_err(failed())? {
            each(usable(row, fund_of(row)).map_err(failed())?)?;
        }
        Ok(())
    }
}

/// The columns of a line, in the order that [`expense_of`] reads them.
const LINE: &str = "line.id, line.building_id, line.fiscal_year_id, line.allocation_key_id, line.account_number,
        line.account_label, line.entry_date, line.label, line.amount_cents, line.vat_cents, line.deductible_cents,
        line.recoverable_cents, line.private_record_id";
/// The columns of a line's voucher.
const VOUCHER: &str = "line.id, voucher.id, voucher.path";
/// What joins a line with its vouchers.
const OF_LINE: &str = "JOIN expense_line_voucher AS link ON link.expense_line_id = line.id
        JOIN voucher ON voucher.id = link.voucher_id";

/// Selects columns of the lines of the years that are not closed, or not there, by building, year, key, account, date.
fn expenses(columns: &str, joined: &str) -> String {
    let last = if joined.is_empty() { "" } else { ", voucher.id" };
    format!(
        "SELECT {columns} FROM expense_line AS line LEFT JOIN fiscal_year AS year ON year.id = line.fiscal_year_id
                LEFT JOIN allocation_key AS key ON key.id = line.allocation_key_id {joined}
          WHERE year.closed IS NOT 1
          ORDER BY line.building_id, year.starts_on, line.fiscal_year_id, key.code, line.allocation_key_id,
                   line.account_number, line.entry_date, line.id{last}"
    )
}

/// The vouchers of all lines, in the order of the lines: each line takes its own as it comes.
struct Vouchers<'s> {
    rows: Rows<'s>,
    next: Option<VoucherRow>,
}

impl Vouchers<'_> {
    /// Takes those of a line, which comes after every line asked for before.
    fn of(&mut self, line: ExpenseLineId) -> rusqlite::Result<Vec<VoucherRow>> {
        let mut found = Vec::new();
        loop {
            if self.next.is_none() {
                let Some(row) = self.rows.next()? else { break };
                // A line whose key can't be read is refused: nobody asks for its vouchers.
                let Some(line) = opt_int(row, 0)?.map(ExpenseLineId) else { continue };
                // A voucher's key that can't be read stands as 0, which no document can bear.
                let voucher = VoucherId(opt_int(row, 1)?.unwrap_or_default());
                self.next = Some(VoucherRow { voucher, line, path: text(row, 2)? });
            }
            match self.next.take_if(|next| next.line == line) {
                Some(next) => found.push(next),
                None => break,
            }
        }
        found.dedup_by_key(|row| row.voucher);
        Ok(found)
    }
}

/// The columns of an entry, in the order that [`Meaning::give`] reads them.
const ENTRY: &str =
    "SELECT id, entry_date, label, debit_cents, credit_cents, journal_code, analytic_code, kind,
        tenant_account_id, account_id FROM ledger_entry";

impl EntryReading<'_> {
    /// Begins the reading, from the first account.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn begin(&mut self) -> Result<Entries<'_>, SourceError> {
        let way = if self.by_account {
            Way::Asked(&mut self.statement)
        } else {
            let mut rows = self.statement.query([]).map_err(SourceError::query("sort the entries"))?;
            let first = account_of(rows.next().map_err(SourceError::query("sort the entries"))?);
            Way::Sorted(rows, first)
        };
        Ok(Entries { way, meaning: &self.meaning })
    }
}

/// Gives the account of an entry; one without a number sorts before them all and belongs to none.
fn account_of(row: Option<&Row<'_>>) -> Option<i64> {
    row.map(|row| row.get_ref(9).ok().and_then(|value| value.as_i64().ok()).unwrap_or(i64::MIN))
}

impl Entries<'_> {
    /// Streams the entries of an account, by date and key. Accounts are asked for in the order of their keys.
    ///
    /// # Errors
    /// When the database can't be read, or `each` refuses.
    pub fn of<E: From<SourceError>>(
        &mut self,
        account: AccountId,
        mut each: impl FnMut(Result<EntryRow<'_>, BadRow>) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = || SourceError::query("read the entries");
        match &mut self.way {
            Way::Asked(statement) => {
                let mut found = statement.ask(account).map_err(failed())?;
                while let Some(row) = found.next().map_err(failed())? {
                    self.meaning.give(row, &mut each)?;
                }
            }
            Way::Sorted(rows, at_hand) => {
                while let Some(of) = at_hand.filter(|of| *of <= account.0) {
                    if let Some(row) = rows.get().filter(|_| of == account.0) {
                        self.meaning.give(row, &mut each)?;
                    }
                    *at_hand = account_of(rows.next().map_err(failed())?);
                }
            }
        }
        Ok(())
    }
}

impl Meaning {
    fn give<E: From<SourceError>>(
        &self,
        row: &Row<'_>,
        each: &mut impl FnMut(Result<EntryRow<'_>, BadRow>) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = || SourceError::query("read the entries");
        let id = opt_int(row, 0).map_err(failed())?;
        let label = text_of(row.get_ref(2).map_err(failed())?).unwrap_or_default();
        let parts = (|| {
            let debit = cents(row.get_ref(3).ok()?)?;
            let credit = cents(row.get_ref(4).ok()?)?;
            let kind = text_of(row.get_ref(7).ok()?)?;
            let date = date(row.get_ref(1).ok()?.as_bytes().ok()?)?;
            Some((id?, date, debit, credit, EntryKind::from_code(&kind)?))
        })();
        let Some((entry, date, debit, credit, kind)) = parts else {
            return each(Err(BadRow { id }));
        };
        let is_in = |codes: &Codes, at| row.get_ref(at).is_ok_and(|code| codes.has(code));
        each(Ok(EntryRow {
            id: EntryId(entry),
            date,
            label: &label,
            debit,
            credit,
            bank: is_in(&self.bank_journals, 5),
            not_remitted: is_in(&self.not_remitted, 6),
            kind,
            tenant: opt_int(row, 8).map_err(failed())?.map(AccountId),
        }))
    }
}

fn cents(value: ValueRef<'_>) -> Option<Cents> {
    value.as_i64().ok().map(Cents)
}

/// Tells a row that can't be read as what it is from a database that can't be read.
fn usable<T>(row: &Row<'_>, read: rusqlite::Result<T>) -> rusqlite::Result<Result<T, BadRow>> {
    match read {
        Ok(record) => Ok(Ok(record)),
        Err(error) if is_about_a_value(&error) => Ok(Err(BadRow { id: opt_int(row, 0)? })),
        Err(error) => Err(error),
    }
}

fn amount(row: &Row<'_>, at: usize) -> rusqlite::Result<Cents> {
    opt_int(row, at)?.map(Cents).ok_or_else(|| wrong(row, at))
}

fn expense_of(row: &Row<'_>) -> rusqlite::Result<ExpenseRow> {
    Ok(ExpenseRow {
        id: ExpenseLineId(key(row, 0)?),
        building: BuildingId(key(row, 1)?),
        year: FiscalYearId(key(row, 2)?),
        key: opt_key(row, 3)?.map(AllocationKeyId),
        account_number: text(row, 4)?,
        account_label: text(row, 5)?,
        date: day(row, 6)?,
        label: text(row, 7)?,
        amount: amount(row, 8)?,
        vat: amount(row, 9)?,
        deductible: amount(row, 10)?,
        recoverable: amount(row, 11)?,
        private_record: opt_key(row, 12)?.map(CoOwnerRecordId),
        vouchers: Vec::new(),
    })
}

fn fund_of(row: &Row<'_>) -> rusqlite::Result<FundRow> {
    Ok(FundRow {
        record: CoOwnerRecordId(key(row, 1)?),
        building: BuildingId(key(row, 2)?),
        unit: UnitId(key(row, 3)?),
        unit_position: opt_int(row, 8)?.unwrap_or_default(),
        account_number: text(row, 4)?,
        account_label: text(row, 5)?,
        amount: amount(row, 6)?,
        as_of: day(row, 7)?,
    })
}
