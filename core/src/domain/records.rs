//! The back office's records as the agent reads them: plain values, no rule.
//!
//! What the publication never sends (birth dates, a client's own IBAN, income, notes) is not read at all.

use chrono::NaiveDate;

use super::account::{Account, OpeningMode};
use super::ids::{
    AccountId, AllocationKeyId, BuildingId, CaseFileId, CoOwnerRecordId, EntityId, FiscalYearId, PartyId,
    UnitId, UserId,
};
use super::money::Cents;
use super::options::{Module, Role};

/// A postal address, its lines without blanks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// Street lines, in order.
    pub lines: Vec<String>,
    /// Postcode, text.
    pub postcode: Option<String>,
    /// City.
    pub city: Option<String>,
}

impl Address {
    /// Gives the last line of the address: postcode and city.
    fn city_line(&self) -> Option<String> {
        let parts: Vec<&str> =
            [&self.postcode, &self.city].into_iter().flatten().map(String::as_str).collect();
        if parts.is_empty() { None } else { Some(parts.join(" ")) }
    }

    /// Gives every line as it stands on an envelope.
    pub fn envelope_lines(&self) -> Vec<String> {
        self.lines.iter().cloned().chain(self.city_line()).collect()
    }
}

/// The agency (cabinet), its licence and its domain (A1, A2).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Agency {
    /// Its name, as it signs.
    pub name: String,
    /// Its reference at the vendor's.
    pub agency_ref: Option<String>,
    /// One DNS label: `https://{domain}.crypto-extranet.com` (A2).
    pub domain_name: Option<String>,
    /// Whether the extranet's licence is valid (A1).
    pub licence_valid: bool,
    /// Where it is.
    pub address: Address,
    /// Its telephone number.
    pub phone: Option<String>,
    /// Its professional e-mail address.
    pub email: Option<String>,
}

/// A user of the back office who may receive the report (A6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its key.
    pub id: UserId,
    /// Its login, for the agency's staff to recognise.
    pub login: String,
}

/// An entity: one module, one set of books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Its key.
    pub id: EntityId,
    /// Its code, e.g. G001.
    pub code: String,
    /// Its module.
    pub module: Module,
    /// Its name.
    pub name: String,
    /// The bank account of the entity's record (D16).
    pub iban: Option<String>,
    /// Its bank's code (D16).
    pub bic: Option<String>,
}

/// A member of the agency's staff: professional contacts only (H2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Its key.
    pub id: i64,
    /// Name as shown.
    pub name: String,
    /// What it does.
    pub job: Option<String>,
    /// Professional e-mail address.
    pub email: Option<String>,
    /// Professional telephone number.
    pub phone: Option<String>,
    /// The entity it works for.
    pub entity: Option<EntityId>,
}

/// A supplier that the agency publishes (H2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplier {
    /// Its key.
    pub id: i64,
    /// Name as shown.
    pub name: String,
    /// Its trade.
    pub trade: Option<String>,
    /// Professional e-mail address.
    pub email: Option<String>,
    /// Professional telephone number.
    pub phone: Option<String>,
    /// Where it is.
    pub address: Address,
}

/// A party (tiers): what the extranet needs of it (section 8).
#[derive(Debug, Clone, PartialEq)]
pub struct Party {
    /// Its key.
    pub id: PartyId,
    /// Its code in the back office.
    pub code: String,
    /// Its name as shown.
    pub display_name: String,
    /// Its postal address.
    pub address: Address,
    /// Latitude and longitude in degrees, both finite and in range.
    pub position: Option<(f64, f64)>,
    /// Its login (code accès), once given.
    pub login: Option<String>,
    /// The issue number of its temporary password: 0 = none was ever made.
    pub password_issue: i64,
}

/// A building (immeuble).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Building {
    /// Its key.
    pub id: BuildingId,
    /// Its code, e.g. GILBERT.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How it is shown: « Bâtiment 8 - GILBERT ».
    pub label: String,
    /// The entity that manages it.
    pub entity: EntityId,
    /// Where it stands.
    pub address: Address,
    /// The building's own bank account (D16).
    pub iban: Option<String>,
    /// Its bank's code (D16).
    pub bic: Option<String>,
}

/// A unit (lot).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its key.
    pub id: UnitId,
    /// The building it is in.
    pub building: BuildingId,
    /// Its number, text: `069`.
    pub number: String,
    /// What it is: « Appartement ».
    pub kind: String,
    /// Whether it is a main unit.
    pub is_main: bool,
}

/// A holding of a unit: by a co-owner's record or by a landlord's account, dated, both ends included (C21).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// Its key.
    pub id: i64,
    /// The co-owner's record that holds the unit.
    pub record: Option<CoOwnerRecordId>,
    /// The landlord's account that holds the unit.
    pub landlord_account: Option<AccountId>,
    /// The account that bears the unit's charges.
    pub account: Option<AccountId>,
    /// The unit.
    pub unit: UnitId,
    /// First day.
    pub from: NaiveDate,
    /// Last day; `None` while it is held.
    pub to: Option<NaiveDate>,
}

/// A lease: landlord, unit, tenant, dated, both ends included (C21, C25).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Its key.
    pub id: i64,
    /// The unit let.
    pub unit: UnitId,
    /// The landlord's account.
    pub landlord: AccountId,
    /// The tenant's account.
    pub tenant: AccountId,
    /// First day.
    pub from: NaiveDate,
    /// Last day; `None` while it runs.
    pub to: Option<NaiveDate>,
    /// When a notice was recorded (D9).
    pub notice_recorded_on: Option<NaiveDate>,
    /// When the departure was recorded (D10).
    pub move_out_recorded_on: Option<NaiveDate>,
}

/// A co-owner's record in one building (fiche copropriétaire); council flags belong to it (G9, H4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoOwnerRecord {
    /// Its key.
    pub id: CoOwnerRecordId,
    /// The party.
    pub party: PartyId,
    /// The building.
    pub building: BuildingId,
    /// Member of the council.
    pub council_member: bool,
    /// President of the council.
    pub council_president: bool,
}

/// A recorded transfer of one unit from a seller's record to a buyer's (D11, F5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnershipTransfer {
    /// The unit sold.
    pub unit: UnitId,
    /// The seller's record.
    pub seller: CoOwnerRecordId,
    /// The buyer's record.
    pub buyer: CoOwnerRecordId,
    /// The day the buyer enjoys it from.
    pub effective_on: NaiveDate,
}

/// An account as it is kept in memory: [`AccountRecord::view`] is what the rules take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRecord {
    /// Its key.
    pub id: AccountId,
    /// The entity whose books hold it.
    pub entity: EntityId,
    /// That entity's module.
    pub module: Module,
    /// The accounting number.
    pub number: String,
    /// The accounting label.
    pub label: String,
    /// The main party (D17).
    pub party: Option<PartyId>,
    /// What that party is to the agency.
    pub role: Role,
    /// The co-owner record it is a sub-account of (D23).
    pub record: Option<CoOwnerRecordId>,
    /// The box « Service client » (D1).
    pub published: bool,
    /// « Compte validé » (D25).
    pub validated: bool,
    /// « Recherche disponible à partir du » (D12, D21).
    pub available_from: Option<NaiveDate>,
    /// How its years follow each other (D22).
    pub opening_mode: OpeningMode,
    /// The balance the back office keeps (D18).
    pub stored_balance: Option<Cents>,
}

impl AccountRecord {
    /// Gives what the rules take.
    pub fn view(&self) -> Account<'_> {
        Account {
            id: self.id,
            entity: self.entity,
            module: self.module,
            number: &self.number,
            label: &self.label,
            party: self.party,
            role: self.role,
            record: self.record,
            published: self.published,
            validated: self.validated,
            available_from: self.available_from,
            opening_mode: self.opening_mode,
            stored_balance: self.stored_balance,
        }
    }
}

/// A case file (dossier): its type names a folder, its reference a prefix (C10, C11, C26).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFile {
    /// Its key.
    pub id: CaseFileId,
    /// Its reference, text.
    pub reference: Option<String>,
    /// Its type: « Sinistre ».
    pub case_type: String,
}

/// A fiscal year of a building.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiscalYear {
    /// Its key.
    pub id: FiscalYearId,
    /// The building.
    pub building: BuildingId,
    /// Its label: `2015`.
    pub label: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Whether it is closed: then nothing of it is sent (E1).
    pub closed: bool,
}

/// An allocation key of a building.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocationKey {
    /// Its key.
    pub id: AllocationKeyId,
    /// The building that it divides.
    pub building: BuildingId,
    /// Its code: `010`.
    pub code: String,
    /// Its name: « CHARGES COMMUNES GENERALES ».
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_bears_the_street_then_the_postcode_and_city_on_one_line() {
        let text = |text: &str| Some(text.to_owned());
        let address = |postcode, city| Address { lines: vec!["12, rue des cépages".into()], postcode, city };
        for (postcode, city, last) in [
            (text("33120"), text("SAUTERNES"), Some("33120 SAUTERNES")),
            (text("33120"), None, Some("33120")),
            (None, text("SAUTERNES"), Some("SAUTERNES")),
            (None, None, None),
        ] {
            let expected: Vec<_> = ["12, rue des cépages"].into_iter().chain(last).collect();
            assert_eq!(address(postcode, city).envelope_lines(), expected);
        }
        assert_eq!(Address::default().envelope_lines(), Vec::<String>::new(), "no blank line");
    }
}
