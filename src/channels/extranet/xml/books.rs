//! Accounts with their entries, binders, expenses, works funds.

use std::io::{self, Write};

use chrono::NaiveDate;
use publier_core::domain::binder::Binder;
use publier_core::domain::expenses::{AllocationKey, Amounts, FiscalYear};
use publier_core::domain::ids::{AccountId, BinderId, BuildingId, CoOwnerRecordId, PartyId};
use publier_core::domain::money::Cents;

use super::{Xml, module_name, status_name};

/// An account as its element opens.
#[derive(Debug, Clone, Copy)]
pub struct AccountHead<'a> {
    /// Key.
    pub id: AccountId,
    /// Entité.
    pub entity: i64,
    /// Numéro comptable.
    pub number: &'a str,
    /// Libellé.
    pub label: &'a str,
    /// Tiers principal.
    pub party: PartyId,
    /// Role, as in the contract.
    pub role: &'static str,
    /// Fiche copropriétaire.
    pub record: Option<CoOwnerRecordId>,
    /// « Recherche disponible à partir du ».
    pub available_from: Option<NaiveDate>,
}

impl<W: Write> Xml<W> {
    /// Opens an account with its opening balance; then come the entries, then [`Xml::end_account`] (D12).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn begin_account(&mut self, head: &AccountHead<'_>, opening: Cents) -> io::Result<()> {
        self.xml
            .start("account")?
            .attr_display("id", head.id)
            .attr_display("entity", head.entity)
            .attr("number", head.number)
            .attr("label", head.label)
            .attr_display("party", head.party)
            .attr("role", head.role);
        if let Some(record) = head.record {
            self.xml.attr_display("record", record);
        }
        if let Some(from) = head.available_from {
            self.xml.attr_display("availableFrom", from);
        }
        self.balance("opening", opening)?;
        self.xml.start("entries").map(|_| ())
    }

    /// Writes one entry: debit and credit apart and unsigned, with the running balance (D12, D13).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn entry(
        &mut self,
        date: NaiveDate,
        label: &str,
        debit: Cents,
        credit: Cents,
        balance: Cents,
    ) -> io::Result<()> {
        self.xml.start("entry")?.attr_date("date", date).attr("label", label);
        if !debit.is_zero() {
            self.xml.attr_cents("debit", debit);
        }
        if !credit.is_zero() {
            self.xml.attr_cents("credit", credit);
        }
        self.xml.attr_cents("balance", balance);
        self.xml.end()
    }

    /// Closes an account with its closing balance.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn end_account(&mut self, closing: Cents) -> io::Result<()> {
        self.xml.end()?;
        self.balance("closing", closing)?;
        self.xml.end()
    }

    fn balance(&mut self, name: &'static str, balance: Cents) -> io::Result<()> {
        self.xml.start(name)?.attr_display("balance", balance);
        self.xml.end()
    }

    /// Writes a binder with the columns that are ticked (B5, B7).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn binder(&mut self, binder: &Binder, parent: Option<BinderId>) -> io::Result<()> {
        self.xml
            .start("binder")?
            .attr_display("id", binder.id)
            .attr("code", &binder.code)
            .attr("module", module_name(binder.module))
            .attr("name", &binder.name);
        if let Some(parent) = parent {
            self.xml.attr_display("parent", parent);
        }
        for status in binder.rights.granted(binder.module) {
            self.xml.start("right")?.attr("status", status_name(status));
            self.xml.end()?;
        }
        self.xml.end()
    }

    /// Opens a fiscal year of the expenses, which is its building's (E1).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn begin_year(&mut self, year: &FiscalYear<'_>, from: NaiveDate, to: NaiveDate) -> io::Result<()> {
        self.xml
            .start("year")?
            .attr_display("id", year.id)
            .attr("label", year.label)
            .attr_display("from", from)
            .attr_display("to", to)
            .attr_display("building", year.building);
        Ok(())
    }

    /// Opens an allocation key.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn begin_key(&mut self, key: &AllocationKey<'_>) -> io::Result<()> {
        self.xml.start("key")?.attr("code", key.code).attr("name", key.name);
        Ok(())
    }

    /// Opens an account of charges.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn begin_expense_account(&mut self, number: &str, label: &str) -> io::Result<()> {
        self.xml.start("account")?.attr("number", number).attr("label", label);
        Ok(())
    }

    /// Writes an expense line with the documents of its vouchers (E3, E5).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn expense_line<'v>(
        &mut self,
        id: i64,
        date: NaiveDate,
        label: &str,
        amounts: &Amounts,
        vouchers: impl IntoIterator<Item = &'v str>,
    ) -> io::Result<()> {
        self.xml.start("line")?.attr_display("id", id).attr_display("date", date).attr("label", label);
        self.amounts(amounts);
        for document in vouchers {
            self.xml.start("voucher")?.attr("document", document);
            self.xml.end()?;
        }
        self.xml.end()
    }

    /// Closes an account of charges, a key or a year with its sub-total (E3).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn end_with_total(&mut self, total: &Amounts) -> io::Result<()> {
        self.xml.start("total")?;
        self.amounts(total);
        self.xml.end()?;
        self.xml.end()
    }

    fn amounts(&mut self, amounts: &Amounts) {
        self.xml
            .attr_display("amount", amounts.amount)
            .attr_display("vat", amounts.vat)
            .attr_display("deductible", amounts.deductible)
            .attr_display("recoverable", amounts.recoverable);
    }

    /// Opens the funds of one record in one building, with the total of its own units (F4).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn begin_fund_record(
        &mut self,
        record: CoOwnerRecordId,
        party: PartyId,
        building: BuildingId,
        total: Cents,
    ) -> io::Result<()> {
        self.xml
            .start("record")?
            .attr_display("id", record)
            .attr_display("party", party)
            .attr_display("building", building)
            .attr_display("total", total);
        Ok(())
    }

    /// Writes the funds of one unit.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn fund_unit<'f>(
        &mut self,
        unit: i64,
        funds: impl IntoIterator<Item = (&'f str, &'f str, Cents)>,
    ) -> io::Result<()> {
        self.xml.start("unit")?.attr_display("id", unit);
        for (account, label, amount) in funds {
            self.xml
                .start("fund")?
                .attr("account", account)
                .attr("label", label)
                .attr_display("amount", amount);
            self.xml.end()?;
        }
        self.xml.end()
    }
}
