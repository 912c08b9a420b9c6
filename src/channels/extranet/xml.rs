//! Writes `publication.xml` (schemas/publication.xsd), section by section, in the order of the contract.
//!
//! Promises: what is written in order is valid against the XSD; amounts have two decimals and a dot, dates are
//! ISO, instants UTC; the same records give the same bytes. Refuses nothing: what to send is decided before.
//! Limits: sections are opened and closed by [`Xml::section`], in the caller's order.

use std::io::{self, Write};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use publier_core::domain::audience::Target;
use publier_core::domain::binder::{Binder, Status};
use publier_core::domain::digest::Digest;
use publier_core::domain::expenses::{AllocationKey, Amounts, FiscalYear};
use publier_core::domain::ids::{AccountId, BinderId, BuildingId, CoOwnerRecordId, EventId, PartyId};
use publier_core::domain::money::Cents;
use publier_core::domain::options::Module;
use publier_core::domain::records::{
    Address, Building, Entity, Holding, Lease, Party, StaffMember, Supplier, Unit,
};
use publier_core::publication::reason::RemovalReason;

use crate::settings::secret::Secret;
use crate::xml::{Mark, Writer};

/// The namespace of the contract.
pub const NAMESPACE: &str = "urn:publier:publication:1";
/// The version of the contract.
pub const SCHEMA: &str = "1.0";
/// The name of the XML inside the zip.
pub const ENTRY_NAME: &str = "publication.xml";

/// The attributes of the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Series of the (channel, target) pair.
    pub series: String,
    /// Number of this publication in its series, from 1.
    pub sequence: u64,
    /// Number of the last delivered one.
    pub previous: Option<u64>,
    /// Id of this publication.
    pub id: String,
    /// The instant of its decisions.
    pub generated_at: DateTime<Utc>,
    /// `full`, `changes` or `removals`.
    pub mode: &'static str,
    /// Réf cabinet.
    pub agency_ref: Option<String>,
    /// Nom de domaine (A2).
    pub domain: String,
}

/// A party's access (D3-D5, D26).
#[derive(Debug)]
pub struct Access<'a> {
    /// Code accès.
    pub login: &'a str,
    /// Connexion autorisée.
    pub allowed: bool,
    /// The temporary password with its number of issue, while it is due.
    pub temporary_password: Option<(i64, &'a Secret)>,
}

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

/// A document as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentEntry<'a> {
    /// Id.
    pub id: &'a str,
    /// Événement.
    pub event: Option<EventId>,
    /// Classeur.
    pub binder: BinderId,
    /// Type de dossier.
    pub folder: Option<&'a str>,
    /// `body`, `attachment`, `photo` or `voucher`.
    pub kind: &'a str,
    /// Title as shown.
    pub title: &'a str,
    /// Path below the deposit folder.
    pub file: &'a str,
    /// MIME type.
    pub mime: &'a str,
    /// Bytes.
    pub size_bytes: u64,
    /// Digest of the file.
    pub sha256: Digest,
    /// Date of the document.
    pub date: NaiveDate,
    /// Date of publication.
    pub published_on: NaiveDate,
    /// Last day.
    pub until: Option<NaiveDate>,
    /// Whether its readers are told.
    pub notify: bool,
    /// Document it replaces.
    pub supersedes: Option<&'a str>,
    /// What it concerns.
    pub target: Target,
}

/// A writer of `publication.xml`.
#[derive(Debug)]
pub struct Xml<W: Write> {
    xml: Writer<W>,
}

fn module_name(module: Module) -> &'static str {
    match module {
        Module::Rental => "rental",
        Module::Condo => "condo",
    }
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Landlord => "landlord",
        Status::Tenant => "tenant",
        Status::CoOwner => "co_owner",
        Status::CouncilMember => "council_member",
        Status::CouncilPresident => "council_president",
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl<W: Write> Xml<W> {
    /// Opens the publication.
    ///
    /// # Errors
    /// When the output refuses; so do all the others.
    pub fn begin(out: W, header: &Header) -> io::Result<Self> {
        let mut xml = Writer::new(out);
        xml.start("publication")?
            .attr("xmlns", NAMESPACE)
            .attr("schema", SCHEMA)
            .attr("series", &header.series)
            .attr_display("sequence", header.sequence);
        if let Some(previous) = header.previous {
            xml.attr_display("previous", previous);
        }
        xml.attr("id", &header.id)
            .attr("generatedAt", &instant(header.generated_at))
            .attr("mode", header.mode)
            .attr_opt("agencyRef", header.agency_ref.as_deref())
            .attr("domain", &header.domain)
            .attr("balanceConvention", "debit-credit");
        Ok(Self { xml })
    }

    /// Opens a section; [`Xml::end`] closes it.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn section(&mut self, name: &'static str) -> io::Result<()> {
        self.xml.start(name).map(|_| ())
    }

    /// Opens the expenses, with the binder whose rights they take (E2).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn expenses_section(&mut self, rights_from: BinderId) -> io::Result<()> {
        self.xml.start("expenses")?.attr_display("rightsFrom", rights_from);
        Ok(())
    }

    /// Opens the works funds, with the day they are stated for (F4).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn works_funds_section(&mut self, as_of: Option<NaiveDate>) -> io::Result<()> {
        self.xml.start("worksFunds")?;
        if let Some(as_of) = as_of {
            self.xml.attr_display("asOf", as_of);
        }
        Ok(())
    }

    /// Writes every section before the documents, empty: in a publication of removals alone they mean nothing.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn empty_bulk(&mut self) -> io::Result<()> {
        for name in [
            "entities",
            "staff",
            "suppliers",
            "parties",
            "buildings",
            "holdings",
            "leases",
            "accounts",
            "binders",
        ] {
            self.section(name)?;
            self.end()?;
        }
        self.works_funds_section(None)?;
        self.end()
    }

    /// Holds what follows back, so that it can be taken back: an account whose entries turn out to be unreadable.
    pub fn mark(&mut self) -> Mark {
        self.xml.mark()
    }

    /// Keeps what was written since a mark.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn keep(&mut self, mark: Mark) -> io::Result<()> {
        self.xml.keep(mark)
    }

    /// Takes back what was written since a mark.
    pub fn take_back(&mut self, mark: &Mark) {
        self.xml.take_back(mark);
    }

    /// Closes what was opened last.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn end(&mut self) -> io::Result<()> {
        self.xml.end()
    }

    /// Writes an entity.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn entity(&mut self, entity: &Entity) -> io::Result<()> {
        self.xml
            .start("entity")?
            .attr_display("id", entity.id)
            .attr("code", &entity.code)
            .attr("module", module_name(entity.module))
            .attr("name", &entity.name);
        self.xml.end()
    }

    /// Writes a member of the staff (H2).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn staff_member(&mut self, member: &StaffMember) -> io::Result<()> {
        self.xml
            .start("member")?
            .attr_display("id", member.id)
            .attr("name", &member.name)
            .attr_opt("job", member.job.as_deref())
            .attr_opt("email", member.email.as_deref())
            .attr_opt("phone", member.phone.as_deref());
        if let Some(entity) = member.entity {
            self.xml.attr_display("entity", entity);
        }
        self.xml.end()
    }

    /// Writes a supplier (H2).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn supplier(&mut self, supplier: &Supplier) -> io::Result<()> {
        self.xml
            .start("supplier")?
            .attr_display("id", supplier.id)
            .attr("name", &supplier.name)
            .attr_opt("trade", supplier.trade.as_deref())
            .attr_opt("email", supplier.email.as_deref())
            .attr_opt("phone", supplier.phone.as_deref());
        self.address(&supplier.address)?;
        self.xml.end()
    }

    fn address(&mut self, address: &Address) -> io::Result<()> {
        if *address == Address::default() {
            return Ok(());
        }
        self.xml
            .start("postalAddress")?
            .attr_opt("postcode", address.postcode.as_deref())
            .attr_opt("city", address.city.as_deref());
        for line in &address.lines {
            self.xml.leaf("line", line)?;
        }
        self.xml.end()
    }

    /// Writes a party with its contacts, access and council records (section 8 of the rules).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn party(
        &mut self,
        party: &Party,
        emails: &[String],
        mobiles: &[String],
        access: Option<&Access<'_>>,
        records: &[(CoOwnerRecordId, BuildingId, Status)],
    ) -> io::Result<()> {
        self.xml
            .start("party")?
            .attr_display("id", party.id)
            .attr("code", &party.code)
            .attr("name", &party.display_name);
        self.address(&party.address)?;
        if let Some((latitude, longitude)) = party.position {
            self.xml.start("geo")?.attr_display("latitude", latitude).attr_display("longitude", longitude);
            self.xml.end()?;
        }
        for email in emails {
            self.xml.leaf("email", email)?;
        }
        for mobile in mobiles {
            self.xml.leaf("mobile", mobile)?;
        }
        if let Some(access) = access {
            self.access(access)?;
        }
        for (record, building, status) in records {
            self.xml
                .start("record")?
                .attr_display("id", record)
                .attr_display("building", building)
                .attr("status", status_name(*status));
            self.xml.end()?;
        }
        self.xml.end()
    }

    fn access(&mut self, access: &Access<'_>) -> io::Result<()> {
        self.xml.start("access")?.attr("login", access.login).attr_display("allowed", access.allowed);
        if let Some((issue, password)) = access.temporary_password {
            self.xml
                .start("temporaryPassword")?
                .attr_display("issue", issue)
                .attr("mustChange", "true")
                .text(password.expose());
            self.xml.end()?;
        }
        self.xml.end()
    }

    /// Writes a building with its bank account and units. `bank` is `None` when there is none to send, two empty
    /// texts to erase the former one (D16).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn building<'u>(
        &mut self,
        building: &Building,
        bank: Option<(&str, &str)>,
        units: impl IntoIterator<Item = &'u Unit>,
    ) -> io::Result<()> {
        self.xml
            .start("building")?
            .attr_display("id", building.id)
            .attr("code", &building.code)
            .attr("name", &building.name)
            .attr("label", &building.label)
            .attr_display("entity", building.entity);
        self.address(&building.address)?;
        if let Some((iban, bic)) = bank {
            self.xml.start("bank")?.attr("iban", iban).attr("bic", bic);
            self.xml.end()?;
        }
        for unit in units {
            self.xml
                .start("unit")?
                .attr_display("id", unit.id)
                .attr("number", &unit.number)
                .attr("kind", &unit.kind)
                .attr_display("main", unit.is_main);
            self.xml.end()?;
        }
        self.xml.end()
    }

    /// Writes a holding (C21).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn holding(
        &mut self,
        holding: &Holding,
        party: PartyId,
        account: Option<AccountId>,
    ) -> io::Result<()> {
        self.xml.start("holding")?.attr_display("party", party);
        if let Some(record) = holding.record {
            self.xml.attr_display("record", record);
        }
        if let Some(account) = account {
            self.xml.attr_display("account", account);
        }
        self.xml.attr_display("unit", holding.unit).attr_display("from", holding.from);
        if let Some(to) = holding.to {
            self.xml.attr_display("to", to);
        }
        self.xml.end()
    }

    /// Writes a lease between published accounts (C25).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn lease(&mut self, lease: &Lease, landlord: Option<AccountId>) -> io::Result<()> {
        self.xml.start("lease")?.attr_display("unit", lease.unit);
        if let Some(landlord) = landlord {
            self.xml.attr_display("landlord", landlord);
        }
        self.xml.attr_display("tenant", lease.tenant).attr_display("from", lease.from);
        if let Some(to) = lease.to {
            self.xml.attr_display("to", to);
        }
        self.xml.end()
    }

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

    /// Writes a document.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn document(&mut self, document: &DocumentEntry<'_>) -> io::Result<()> {
        self.xml.start("document")?.attr("id", document.id);
        if let Some(event) = document.event {
            self.xml.attr_display("event", event);
        }
        self.xml
            .attr_display("binder", document.binder)
            .attr_opt("folder", document.folder)
            .attr("kind", document.kind)
            .attr("title", document.title)
            .attr("file", document.file)
            .attr("mime", document.mime)
            .attr_display("size", document.size_bytes)
            .attr_display("sha256", document.sha256)
            .attr_display("date", document.date)
            .attr_display("publishedOn", document.published_on);
        if let Some(until) = document.until {
            self.xml.attr_display("publishUntil", until);
        }
        self.xml.attr_display("notify", document.notify).attr_opt("supersedes", document.supersedes);
        self.xml
            .start("concerns")?
            .attr("scope", document.target.scope())
            .attr_display("ref", document.target.reference());
        self.xml.end()?;
        self.xml.end()
    }

    /// Withdraws a document.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn unpublish(&mut self, document: &str, reason: RemovalReason) -> io::Result<()> {
        self.xml.start("unpublish")?.attr("document", document).attr("reason", reason.code());
        self.xml.end()
    }

    /// Closes an account (D7).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn deactivate(&mut self, account: AccountId, reason: RemovalReason) -> io::Result<()> {
        self.xml.start("deactivate")?.attr_display("account", account).attr("reason", reason.code());
        self.xml.end()
    }

    /// Closes a party's access (D26).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn revoke_access(&mut self, party: PartyId) -> io::Result<()> {
        self.xml.start("revokeAccess")?.attr_display("party", party);
        self.xml.end()
    }

    /// Erases a section that is no longer sent (E6).
    ///
    /// # Errors
    /// When the output refuses.
    pub fn withdraw(
        &mut self,
        section: &str,
        reference: Option<i64>,
        reason: RemovalReason,
    ) -> io::Result<()> {
        self.xml.start("withdraw")?.attr("section", section);
        if let Some(reference) = reference {
            self.xml.attr_display("ref", reference);
        }
        self.xml.attr("reason", reason.code());
        self.xml.end()
    }

    /// Closes the publication. Returns the output and how many characters that XML forbids were replaced.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn finish(self) -> io::Result<(W, usize)> {
        self.xml.finish()
    }
}
