//! The bulk of a publication: every section up to the works funds, streamed from the snapshot into the XML.
//!
//! Promises: records go through the pure rules one by one and are only counted; what one record can't say refuses
//! that record, with its reason. Limits: one account's lines are held back until its last entry is read.

use std::collections::BTreeMap;
use std::io::Write;

use chrono::NaiveDate;
use publier_core::channels::extranet::Selection;
use publier_core::domain::account::{AccountVerdict, Period, lacks_validation};
use publier_core::domain::bank::BankVerdict;
use publier_core::domain::expenses::{ExpenseList, ExpensePart, ExpenseRow, ExpenseSection, ExpenseVerdict};
use publier_core::domain::ids::{
    AccountId, BuildingId, CoOwnerRecordId, ExpenseLineId, PartyId, UnitId, VoucherId,
};
use publier_core::domain::records::AccountRecord;
use publier_core::domain::statement::{Line, Statement, StatementError, StatementRules, StatementWarning};
use publier_core::domain::works_fund::{FundRow, RecordFunds, RefusedFunds, WorksFunds, held_on};
use publier_core::publication::document::{DocumentId, DocumentSource};
use publier_core::publication::facts::{Counts, Section};
use publier_core::publication::reason::RefusalReason;

use super::error::FlowError;
use crate::channels::extranet::xml::{Access, AccountHead, Xml};
use crate::report::run_report::RecordKind;
use crate::source::{self, LeftOut, PartyDetails, Reference, Snapshot};

/// What the bulk was made from, besides the snapshot itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Books<'a> {
    /// The back office's database.
    pub snapshot: &'a Snapshot,
    /// Its reference records.
    pub reference: &'a Reference,
    /// What is sent.
    pub selection: &'a Selection,
    /// The agency's present day.
    pub today: NaiveDate,
}

/// Something that staff should look at, in a record that is sent all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Remark {
    /// A stored balance isn't that of the entries (D18).
    StoredBalance(AccountId),
    /// An opening states another balance than the entries before it (D22).
    OpeningDiffers(AccountId),
    /// The account is flagged and not validated (D25).
    NotValidated(AccountId),
    /// A building's bank details are wrong and go out empty (D16).
    InvalidBank(BuildingId),
    /// Works funds stand on records of former holders (F5).
    FormerHolders(u64),
}

/// What the bulk counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// The accounting, by section.
    pub counts: BTreeMap<Section, Counts>,
    /// Records left out, each by its kind and key, with their reasons.
    pub refused: Vec<(Section, String, RefusalReason)>,
    /// What staff should look at.
    pub remarks: Vec<Remark>,
    /// Accounts that were selected and could not be written.
    pub unwritten_accounts: Vec<AccountId>,
    /// The fiscal years that the expenses hold.
    pub years: Vec<i64>,
    /// Staff and suppliers that can't be read.
    pub left_out: LeftOut,
}

impl Tally {
    /// Counts records of which all that are known are sent or not asked for.
    fn whole(&mut self, section: Section, known: usize, sent: usize) {
        let (known, sent) = (count(known), count(sent));
        let counts = Counts {
            known,
            not_asked: known.saturating_sub(sent),
            selected: sent,
            published: sent,
            ..Counts::default()
        };
        self.counts.insert(section, counts);
    }

    fn refuse(&mut self, section: Section, kind: RecordKind, key: &str, reason: RefusalReason) {
        self.refused.push((section, format!("{} {key}", kind.name()), reason));
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Writes every section of the bulk, in the order of the contract. `password_due` tells whether a party's temporary
/// password of that issue goes out (D5).
pub(super) fn write_bulk<W: Write>(
    xml: &mut Xml<W>,
    books: Books<'_>,
    password_due: &dyn Fn(PartyId, i64) -> bool,
) -> Result<Tally, FlowError> {
    let mut tally = Tally::default();
    entities(xml, books, &mut tally)?;
    people(xml, books, &mut tally)?;
    parties(xml, books, password_due, &mut tally)?;
    buildings(xml, books, &mut tally)?;
    holdings_and_leases(xml, books, &mut tally)?;
    accounts(xml, books, &mut tally)?;
    binders(xml, books, &mut tally)?;
    expenses(xml, books, &mut tally)?;
    works_funds(xml, books, &mut tally)?;
    Ok(tally)
}

fn entities<W: Write>(xml: &mut Xml<W>, books: Books<'_>, tally: &mut Tally) -> Result<(), FlowError> {
    xml.section("entities")?;
    let all = &books.reference.entities;
    let sent = all.values().filter(|entity| books.selection.places.sent_entities.contains(&entity.id));
    let mut written = 0;
    for entity in sent {
        xml.entity(entity)?;
        written += 1;
    }
    xml.end()?;
    tally.whole(Section::Entities, all.len(), written);
    Ok(())
}

fn people<W: Write>(xml: &mut Xml<W>, books: Books<'_>, tally: &mut Tally) -> Result<(), FlowError> {
    let staff = books.snapshot.staff(&mut tally.left_out)?;
    xml.section("staff")?;
    staff.iter().try_for_each(|member| xml.staff_member(member))?;
    xml.end()?;
    tally.whole(Section::Staff, staff.len(), staff.len());
    let suppliers = books.snapshot.suppliers(&mut tally.left_out)?;
    xml.section("suppliers")?;
    suppliers.iter().try_for_each(|supplier| xml.supplier(supplier))?;
    xml.end()?;
    tally.whole(Section::Suppliers, suppliers.len(), suppliers.len());
    Ok(())
}

fn parties<W: Write>(
    xml: &mut Xml<W>,
    books: Books<'_>,
    password_due: &dyn Fn(PartyId, i64) -> bool,
    tally: &mut Tally,
) -> Result<(), FlowError> {
    xml.section("parties")?;
    let sent = &books.selection.parties;
    let shared = books.snapshot.shared_logins()?;
    let mut written = 0;
    let mut doubtful = 0;
    books.snapshot.each_party::<FlowError>(
        |id| sent.contains_key(&id),
        |mut details| {
            written += 1;
            if details.party.login.as_ref().is_some_and(|login| shared.contains(&login.to_uppercase())) {
                // Two parties behind one door would see each other's papers: the party is sent without its access.
                details.party.login = None;
                doubtful += 1;
                let key = details.party.id.to_string();
                tally.refuse(Section::Parties, RecordKind::Access, &key, RefusalReason::Unreadable);
            }
            party(xml, books, &details, password_due).map_err(FlowError::from)
        },
    )?;
    xml.end()?;
    tally.whole(Section::Parties, sent.len(), written);
    // Each refusal has its row (rule 13); the report tells the party as sent and its access as refused.
    let counts = tally.counts.entry(Section::Parties).or_default();
    counts.published = counts.published.saturating_sub(doubtful);
    counts.refused += doubtful;
    Ok(())
}

fn party<W: Write>(
    xml: &mut Xml<W>,
    books: Books<'_>,
    details: &PartyDetails,
    password_due: &dyn Fn(PartyId, i64) -> bool,
) -> std::io::Result<()> {
    let party = &details.party;
    let password = details
        .temporary_password
        .as_ref()
        .filter(|_| password_due(party.id, party.password_issue))
        .map(|password| (party.password_issue, password));
    let access =
        party.login.as_deref().map(|login| Access { login, allowed: true, temporary_password: password });
    let records = books.selection.parties.get(&party.id).map_or(&[][..], Vec::as_slice);
    xml.party(party, &details.emails, &details.mobiles, access.as_ref(), records)
}

fn buildings<W: Write>(xml: &mut Xml<W>, books: Books<'_>, tally: &mut Tally) -> Result<(), FlowError> {
    let places = &books.selection.places;
    let mut units: BTreeMap<BuildingId, Vec<_>> = BTreeMap::new();
    for unit in books.reference.units.values().filter(|unit| places.sent_units.contains(&unit.id)) {
        units.entry(unit.building).or_default().push(unit);
    }
    xml.section("buildings")?;
    let mut written = 0;
    for building in books.reference.buildings.values() {
        if places.sent_buildings.contains(&building.id) {
            let verdict = books.reference.bank_of(building);
            let bank = match &verdict {
                BankVerdict::NotCondo => None,
                BankVerdict::Withheld | BankVerdict::Absent | BankVerdict::Invalid { .. } => Some(("", "")),
                BankVerdict::Sent { iban, bic, .. } => Some((iban.as_str(), bic.as_str())),
            };
            if matches!(verdict, BankVerdict::Invalid { .. }) {
                tally.remarks.push(Remark::InvalidBank(building.id));
            }
            xml.building(building, bank, units.remove(&building.id).unwrap_or_default())?;
            written += 1;
        }
    }
    xml.end()?;
    tally.whole(Section::Buildings, books.reference.buildings.len(), written);
    Ok(())
}

fn holdings_and_leases<W: Write>(
    xml: &mut Xml<W>,
    books: Books<'_>,
    tally: &mut Tally,
) -> Result<(), FlowError> {
    xml.section("holdings")?;
    for sent in &books.selection.holdings {
        xml.holding(&sent.holding, sent.party, sent.account)?;
    }
    xml.end()?;
    tally.whole(Section::Holdings, books.reference.holdings.len(), books.selection.holdings.len());
    xml.section("leases")?;
    for sent in &books.selection.leases {
        xml.lease(&sent.lease, sent.landlord)?;
    }
    xml.end()?;
    tally.whole(Section::Leases, books.reference.leases.len(), books.selection.leases.len());
    Ok(())
}

fn accounts<W: Write>(xml: &mut Xml<W>, books: Books<'_>, tally: &mut Tally) -> Result<(), FlowError> {
    xml.section("accounts")?;
    let mut reading = books.snapshot.entries()?;
    let mut entries = reading.begin()?;
    let mut counts = Counts { known: count(books.reference.accounts.len()), ..Counts::default() };
    for account in books.reference.accounts.values() {
        match books.selection.accounts.get(&account.id) {
            None | Some(AccountVerdict::NotAsked | AccountVerdict::Inactive(_)) => counts.not_asked += 1,
            Some(AccountVerdict::Refused(reason)) => {
                counts.selected += 1;
                counts.refused += 1;
                tally.refuse(Section::Accounts, RecordKind::Account, &account.id.to_string(), *reason);
            }
            Some(AccountVerdict::Published) => {
                counts.selected += 1;
                if account_lines(xml, books, account, &mut entries, tally)? {
                    counts.published += 1;
                } else {
                    counts.refused += 1;
                    tally.unwritten_accounts.push(account.id);
                    tally.refuse(
                        Section::Accounts,
                        RecordKind::Account,
                        &account.id.to_string(),
                        RefusalReason::BadValue,
                    );
                }
            }
        }
    }
    xml.end()?;
    tally.counts.insert(Section::Accounts, counts);
    Ok(())
}

/// Writes one account with its lines; `false` when its entries can't be read or added up: nothing of it is written.
fn account_lines<W: Write>(
    xml: &mut Xml<W>,
    books: Books<'_>,
    account: &AccountRecord,
    entries: &mut source::Entries<'_>,
    tally: &mut Tally,
) -> Result<bool, FlowError> {
    let Some(party) = account.party else { return Ok(false) };
    let head = AccountHead {
        id: account.id,
        entity: account.entity.0,
        number: &account.number,
        label: &account.label,
        party,
        role: account.role.code(),
        record: account.record,
        available_from: account.available_from,
    };
    let mark = xml.mark();
    let mut begun = false;
    let mut written = Ok(());
    let mut write = |line: Line<'_>| {
        if written.is_ok() {
            written = (|| {
                if !begun {
                    begun = true;
                    xml.begin_account(&head, line.before)?;
                }
                xml.entry(line.date, line.label, line.debit, line.credit, line.balance)
            })();
        }
    };
    let rules = StatementRules::of(&account.view(), &books.reference.agency.name, &books.reference.options);
    let mut statement = Statement::new(rules);
    let mut readable = true;
    entries.of::<FlowError>(account.id, |row| {
        let pushed = row
            .map_err(|_| ())
            .and_then(|row| statement.push(row, &mut write).map_err(|_: StatementError| ()));
        readable &= pushed.is_ok();
        Ok(())
    })?;
    let totals = if readable { statement.finish(&mut write).ok() } else { None };
    written?;
    let Some(totals) = totals else {
        xml.take_back(&mark);
        return Ok(false);
    };
    if !begun {
        xml.begin_account(&head, totals.opening)?;
    }
    xml.end_account(totals.closing)?;
    xml.keep(mark)?;
    tally.remarks.extend(totals.warnings.iter().map(|warning| match warning {
        StatementWarning::StoredBalance { .. } => Remark::StoredBalance(account.id),
        StatementWarning::OpeningDiffers { .. } => Remark::OpeningDiffers(account.id),
    }));
    if lacks_validation(&account.view()) {
        tally.remarks.push(Remark::NotValidated(account.id));
    }
    Ok(true)
}

fn binders<W: Write>(xml: &mut Xml<W>, books: Books<'_>, tally: &mut Tally) -> Result<(), FlowError> {
    let sent = books.reference.binders.sent();
    xml.section("binders")?;
    for (binder, parent) in &sent {
        xml.binder(binder, *parent)?;
    }
    xml.end()?;
    tally.whole(Section::Binders, books.reference.binders.iter().count(), sent.len());
    Ok(())
}

/// Streams the expense lines of the buildings that are sent, each with its vouchers, as the rules take them.
pub(super) fn each_expense(
    books: Books<'_>,
    mut each: impl FnMut(Result<&ExpenseRow<'_>, source::BadRow>, &[source::VoucherRow]) -> Result<(), FlowError>,
) -> Result<(), FlowError> {
    let reference = books.reference;
    books.snapshot.each_expense::<FlowError>(|row| {
        let row = match row {
            Ok(row) if books.selection.places.sent_buildings.contains(&row.building) => row,
            Ok(_) => return Ok(()),
            Err(bad) => return each(Err(bad), &[]),
        };
        let ids: Vec<VoucherId> = row.vouchers.iter().map(|voucher| voucher.voucher).collect();
        let line = reference.expense_row(&row, &ids);
        each(Ok(&line), &row.vouchers)
    })
}

/// Names a row that can't be read: by its key, else by its place among the rows left out.
fn name_of(bad: source::BadRow, place: usize) -> String {
    bad.id.map_or_else(|| format!("?{}", place + 1), |id| id.to_string())
}

/// Gives the id of the document that shows a voucher beside one line (E8).
pub(super) fn voucher_document(
    voucher: VoucherId,
    line: ExpenseLineId,
    building: BuildingId,
) -> Option<DocumentId> {
    use publier_core::domain::audience::Target;
    DocumentId::new(DocumentSource::Voucher(voucher, line), Target::Building(building)).ok()
}

fn expenses<W: Write>(xml: &mut Xml<W>, books: Books<'_>, tally: &mut Tally) -> Result<(), FlowError> {
    let rights_from = match books.reference.expense_section() {
        ExpenseSection::Off => {
            tally.counts.insert(Section::Expenses, Counts::default());
            return Ok(());
        }
        ExpenseSection::Refused(reason) => {
            let counts = Counts { known: 1, selected: 1, refused: 1, ..Counts::default() };
            tally.counts.insert(Section::Expenses, counts);
            tally.refuse(Section::Expenses, RecordKind::Expense, "section", reason);
            return Ok(());
        }
        ExpenseSection::Sent { rights_from } => rights_from,
    };
    xml.expenses_section(rights_from)?;
    let mut list = ExpenseList::new(&books.reference.options);
    let mut counts = Counts::default();
    let mut years = Vec::new();
    let mut written = Ok(());
    let mut write = |part: ExpensePart<'_>| {
        if written.is_ok() {
            written = expense_part(xml, books, &part, &mut years);
        }
    };
    let mut refused = Vec::new();
    each_expense(books, |row, _| {
        counts.known += 1;
        let verdict = match row {
            Err(bad) => {
                refused.push((name_of(bad, refused.len()), RefusalReason::Unreadable));
                ExpenseVerdict::Refused(RefusalReason::Unreadable)
            }
            Ok(row) => {
                // A text that isn't what its column says sorts elsewhere for the database than for us: that line alone
                // is left out.
                let verdict =
                    list.push(row, &mut write).unwrap_or(ExpenseVerdict::Refused(RefusalReason::BadValue));
                if let ExpenseVerdict::Refused(reason) = verdict {
                    refused.push((row.id.to_string(), reason));
                }
                verdict
            }
        };
        match verdict {
            ExpenseVerdict::Sent => {
                counts.selected += 1;
                counts.published += 1;
            }
            ExpenseVerdict::LeftOut(_) => counts.not_asked += 1,
            ExpenseVerdict::Refused(_) => {
                counts.selected += 1;
                counts.refused += 1;
            }
        }
        Ok(())
    })?;
    list.finish(&mut write);
    written?;
    xml.end()?;
    tally.years = years;
    for (record, reason) in refused {
        tally.refuse(Section::Expenses, RecordKind::Expense, &record, reason);
    }
    tally.counts.insert(Section::Expenses, counts);
    Ok(())
}

fn expense_part<W: Write>(
    xml: &mut Xml<W>,
    books: Books<'_>,
    part: &ExpensePart<'_>,
    years: &mut Vec<i64>,
) -> std::io::Result<()> {
    match part {
        ExpensePart::Year(year) => {
            years.push(year.id.0);
            let dates = books
                .reference
                .years
                .get(&year.id)
                .map_or((books.today, books.today), |year| (year.from, year.to));
            xml.begin_year(year, dates.0, dates.1)
        }
        ExpensePart::Key(key) => xml.begin_key(key),
        ExpensePart::Account { number, label } => xml.begin_expense_account(number, label),
        ExpensePart::Line(line) => {
            let documents: Vec<String> = line
                .vouchers
                .iter()
                .filter_map(|voucher| voucher_document(*voucher, line.id, line.building))
                .map(|document| document.to_string())
                .collect();
            let documents = documents.iter().map(String::as_str);
            xml.expense_line(line.id.0, line.date, line.label, &line.amounts, documents)
        }
        ExpensePart::AccountEnd(total) | ExpensePart::KeyEnd(total) | ExpensePart::YearEnd(total) => {
            xml.end_with_total(total)
        }
        ExpensePart::Building(_) | ExpensePart::BuildingEnd(_) => Ok(()),
    }
}

fn works_funds<W: Write>(xml: &mut Xml<W>, books: Books<'_>, tally: &mut Tally) -> Result<(), FlowError> {
    let mut periods: BTreeMap<(CoOwnerRecordId, UnitId), Vec<Period>> = BTreeMap::new();
    for holding in &books.reference.holdings {
        if let Some(record) = holding.record {
            let period = Period { from: holding.from, to: holding.to };
            periods.entry((record, holding.unit)).or_default().push(period);
        }
    }
    let as_of = books.snapshot.funds_as_of()?;
    xml.works_funds_section(as_of)?;
    let mut fold = WorksFunds::new(&books.reference.options);
    let mut counts = Counts::default();
    let mut refused = Vec::new();
    let mut written = Ok(());
    let mut write = |funds: Result<RecordFunds, RefusedFunds>| match funds {
        Ok(funds) if written.is_ok() => {
            counts.selected += 1;
            counts.published += 1;
            written = record_funds(xml, books, &funds);
        }
        Ok(_) => {}
        Err(funds) => {
            counts.selected += 1;
            counts.refused += 1;
            refused.push((format!("{}/{}", funds.record, funds.building), funds.reason));
        }
    };
    let mut bad = Vec::new();
    books.snapshot.each_fund::<FlowError>(|row| {
        let row = match row {
            Ok(row) if books.selection.records.contains(&row.record) => row,
            Ok(_) => return Ok(()),
            Err(row) => {
                bad.push((name_of(row, bad.len()), RefusalReason::Unreadable));
                return Ok(());
            }
        };
        let held = periods.get(&(row.record, row.unit)).is_some_and(|periods| held_on(periods, books.today));
        let fund = FundRow {
            record: row.record,
            building: row.building,
            account_number: &row.account_number,
            account_label: &row.account_label,
            unit: row.unit,
            unit_position: row.unit_position,
            unit_exists: books.reference.has_unit(row.unit, row.building),
            held,
            amount: row.amount,
            as_of: row.as_of,
        };
        // As for the expenses: what sorts elsewhere for the database than for us is left out alone.
        if fold.push(&fund, &mut write).is_err() {
            bad.push((
                format!("{}/{} {}", row.record, row.building, row.account_number),
                RefusalReason::BadValue,
            ));
        }
        Ok(())
    })?;
    let totals = fold.finish(&mut write);
    written?;
    xml.end()?;
    counts.refused += count(bad.len());
    counts.selected += count(bad.len());
    refused.extend(bad);
    counts.known = counts.selected;
    for (record, reason) in refused {
        tally.refuse(Section::WorksFunds, RecordKind::WorksFund, &record, reason);
    }
    tally.counts.insert(Section::WorksFunds, counts);
    if totals.on_former_holders > 0 {
        tally.remarks.push(Remark::FormerHolders(totals.on_former_holders));
    }
    Ok(())
}

fn record_funds<W: Write>(xml: &mut Xml<W>, books: Books<'_>, funds: &RecordFunds) -> std::io::Result<()> {
    let Some(record) = books.reference.records.get(&funds.record) else { return Ok(()) };
    xml.begin_fund_record(funds.record, record.party, funds.building, funds.total)?;
    for unit in &funds.units {
        let lines = unit
            .funds
            .iter()
            .map(|fund| (fund.account_number.as_str(), fund.account_label.as_str(), fund.amount));
        xml.fund_unit(unit.unit.0, lines)?;
    }
    xml.end()
}
