//! Parties: who is sent, which spaces they open, what they are in a building (rules D26, H1-H4).
//!
//! # Promises
//! - A party is sent, and may connect, while at least one of its accounts is published and active (D26, H1):
//!   a tenant linked to a published landlord isn't, unless published itself.
//! - One login opens one space a module with a published, active account; closing one leaves the other (H3).
//! - A council role is a record's, so a building's, never the party's as such (H4); of several records of one
//!   building the highest role counts (B5).
//! - A record here has no room for a birth date, an income, a note or a client's own IBAN: they can't leave.

use std::collections::BTreeSet;

use super::account::{Account, AccountVerdict};
use super::ids::{BuildingId, CoOwnerRecordId, EntityId, PartyId};
use super::options::{Module, Role, coded};

/// A postal address as it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PostalAddress<'a> {
    /// The first line.
    pub line_1: Option<&'a str>,
    /// The second line.
    pub line_2: Option<&'a str>,
    /// The postcode.
    pub postcode: Option<&'a str>,
    /// The town.
    pub city: Option<&'a str>,
}

impl PostalAddress<'_> {
    /// Gives the lines that aren't blank, the postcode and the town on one.
    pub fn lines(&self) -> Vec<String> {
        let filled =
            |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let town: Vec<String> = [filled(self.postcode), filled(self.city)].into_iter().flatten().collect();
        [filled(self.line_1), filled(self.line_2), Some(town.join(" "))]
            .into_iter()
            .flatten()
            .filter(|line| !line.is_empty())
            .collect()
    }
}

/// A member of the agency's staff: always sent, by professional contacts only; the credentials are the site's
/// (H1, H2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffMember<'a> {
    /// The back office's key.
    pub id: i64,
    /// The name.
    pub name: &'a str,
    /// What the person does.
    pub job: Option<&'a str>,
    /// The professional e-mail address.
    pub email: Option<&'a str>,
    /// The professional telephone.
    pub phone: Option<&'a str>,
    /// The entity followed; `None` = the whole agency.
    pub entity: Option<EntityId>,
}

/// A supplier (« Nos partenaires »): sent when flagged, by professional contacts only (H2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supplier<'a> {
    /// The back office's key.
    pub id: i64,
    /// The company's name.
    pub name: &'a str,
    /// The trade.
    pub trade: Option<&'a str>,
    /// The professional e-mail address.
    pub email: Option<&'a str>,
    /// The professional telephone.
    pub phone: Option<&'a str>,
    /// The address.
    pub address: PostalAddress<'a>,
    /// The publication flag.
    pub published: bool,
}

impl Supplier<'_> {
    /// Tells whether the supplier is sent (H2).
    pub fn is_sent(&self) -> bool {
        self.published
    }
}

/// What the published, active accounts of one party add up to (D26, H1, H3).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PartyStanding {
    roles: BTreeSet<Role>,
    spaces: BTreeSet<Module>,
}

impl PartyStanding {
    /// Adds up the accounts of one party with their verdicts; those of others are passed over.
    pub fn of<'a>(
        party: PartyId,
        accounts: impl IntoIterator<Item = (&'a Account<'a>, AccountVerdict)>,
    ) -> Self {
        let mut standing = Self::default();
        accounts
            .into_iter()
            .filter(|(account, _)| account.party == Some(party))
            .for_each(|(account, verdict)| standing.add(account, verdict));
        standing
    }

    /// Adds one account of the party.
    pub fn add(&mut self, account: &Account<'_>, verdict: AccountVerdict) {
        if verdict.is_published() {
            self.roles.insert(account.role);
            self.spaces.insert(account.module);
        }
    }

    /// Tells whether the party may connect (« Connexion autorisée », D26), which is also whether it is sent (H1).
    pub fn is_allowed(&self) -> bool {
        !self.roles.is_empty()
    }

    /// Gives its roles.
    pub fn roles(&self) -> impl Iterator<Item = Role> + '_ {
        self.roles.iter().copied()
    }

    /// Gives the spaces that its login opens (H3).
    pub fn spaces(&self) -> impl Iterator<Item = Module> + '_ {
        self.spaces.iter().copied()
    }
}

/// What changes in a party's access between the series and now (D26).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessChange {
    /// Nothing: it is allowed as before, or was never sent and isn't.
    None,
    /// It is sent for the first time.
    Granted,
    /// Its last published account is gone: an explicit `revokeAccess`; the login stays.
    Revoked,
    /// It comes back: the temporary password needs a new issue.
    Restored,
}

/// Compares what the series last confirmed (`None` = never sent) with what is allowed now (D26).
pub fn access_change(confirmed: Option<bool>, allowed: bool) -> AccessChange {
    match (confirmed, allowed) {
        (None, true) => AccessChange::Granted,
        (Some(true), false) => AccessChange::Revoked,
        (Some(false), true) => AccessChange::Restored,
        _ => AccessChange::None,
    }
}

coded! {
    /// What a party is in one building, the highest last (B5, H4).
    CouncilStatus {
        /// A co-owner and no more.
        CoOwner = "co_owner",
        /// A member of the council (membre du conseil syndical).
        Member = "council_member",
        /// Its president.
        President = "council_president",
    }
}

/// A party's record in one building (fiche copropriétaire): a party may have several (G9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoOwnerRecord<'a> {
    /// Its key.
    pub id: CoOwnerRecordId,
    /// Whose it is.
    pub party: PartyId,
    /// The building.
    pub building: BuildingId,
    /// Its label.
    pub label: &'a str,
    /// Member of the council.
    pub council_member: bool,
    /// President of the council.
    pub council_president: bool,
    /// Lives in the building (G4).
    pub resident: bool,
}

impl CoOwnerRecord<'_> {
    /// Gives what this record makes of its party (G9): a president needs no other mark.
    pub fn council_status(&self) -> CouncilStatus {
        match (self.council_president, self.council_member) {
            (true, _) => CouncilStatus::President,
            (false, true) => CouncilStatus::Member,
            (false, false) => CouncilStatus::CoOwner,
        }
    }
}

/// Gives what a party is in a building: the highest of its records there, `None` without any (B5, H4). Pass the
/// records that hold a unit today: someone who sold is no longer on the council.
pub fn council_status<'r, 'a: 'r>(
    party: PartyId,
    building: BuildingId,
    records: impl IntoIterator<Item = &'r CoOwnerRecord<'a>>,
) -> Option<CouncilStatus> {
    records
        .into_iter()
        .filter(|record| record.party == party && record.building == building)
        .map(CoOwnerRecord::council_status)
        .max()
}

#[cfg(test)]
mod tests {
    use super::super::account::OpeningMode;
    use super::super::ids::AccountId;
    use super::*;
    use crate::publication::reason::RemovalReason;

    const PETRUS: PartyId = PartyId(7);

    fn account(party: i64, module: Module, role: Role) -> Account<'static> {
        Account {
            id: AccountId(1),
            entity: EntityId(1),
            module,
            number: "411",
            label: "",
            party: Some(PartyId(party)),
            role,
            record: None,
            published: true,
            validated: true,
            available_from: None,
            opening_mode: OpeningMode::CarryForward,
            stored_balance: None,
        }
    }

    fn record(party: i64, building: i64, member: bool, president: bool) -> CoOwnerRecord<'static> {
        CoOwnerRecord {
            id: CoOwnerRecordId(1),
            party: PartyId(party),
            building: BuildingId(building),
            label: "",
            council_member: member,
            council_president: president,
            resident: false,
        }
    }

    #[test]
    fn a_party_with_accounts_in_both_modules_has_two_spaces_and_keeps_one_when_the_other_closes_h3() {
        let landlord = account(7, Module::Rental, Role::Landlord);
        let co_owner = account(7, Module::Condo, Role::CoOwner);
        let published = AccountVerdict::Published;
        let both = PartyStanding::of(PETRUS, [(&landlord, published), (&co_owner, published)]);
        assert_eq!(both.spaces().collect::<Vec<_>>(), [Module::Rental, Module::Condo]);
        assert_eq!(both.roles().collect::<Vec<_>>(), [Role::Landlord, Role::CoOwner]);
        let sold = AccountVerdict::Inactive(RemovalReason::Account);
        let one = PartyStanding::of(PETRUS, [(&landlord, published), (&co_owner, sold)]);
        assert_eq!(one.spaces().collect::<Vec<_>>(), [Module::Rental]);
        assert!(one.is_allowed());
    }

    #[test]
    fn a_party_without_a_published_active_account_of_its_own_is_not_sent_d26_h1() {
        let tenant = account(8, Module::Rental, Role::Tenant);
        let landlord = account(7, Module::Rental, Role::Landlord);
        let verdicts = [(&landlord, AccountVerdict::Published), (&tenant, AccountVerdict::NotAsked)];
        assert!(!PartyStanding::of(PartyId(8), verdicts).is_allowed());
        assert!(PartyStanding::of(PETRUS, verdicts).is_allowed());
        assert!(!PartyStanding::default().is_allowed());
    }

    #[test]
    fn access_is_revoked_once_and_restored_with_a_new_issue_d26() {
        assert_eq!(access_change(None, true), AccessChange::Granted);
        assert_eq!(access_change(Some(true), false), AccessChange::Revoked);
        assert_eq!(access_change(Some(false), true), AccessChange::Restored);
        for same in [(None, false), (Some(true), true), (Some(false), false)] {
            assert_eq!(access_change(same.0, same.1), AccessChange::None);
        }
    }

    #[test]
    fn a_council_role_is_the_highest_of_the_records_of_that_building_alone_b5_g9_h4() {
        let records = [record(7, 1, false, false), record(7, 1, true, false), record(7, 2, false, true)];
        assert_eq!(council_status(PETRUS, BuildingId(1), &records), Some(CouncilStatus::Member));
        assert_eq!(council_status(PETRUS, BuildingId(2), &records), Some(CouncilStatus::President));
        assert_eq!(council_status(PETRUS, BuildingId(3), &records), None);
        assert_eq!(council_status(PartyId(8), BuildingId(2), &records), None);
        assert_eq!(record(7, 1, true, true).council_status(), CouncilStatus::President);
    }

    #[test]
    fn a_supplier_is_sent_by_its_flag_h2() {
        let supplier = Supplier {
            id: 1,
            name: "EDF",
            trade: None,
            email: None,
            phone: None,
            address: PostalAddress::default(),
            published: false,
        };
        assert!(!supplier.is_sent());
        assert!(Supplier { published: true, ..supplier }.is_sent());
    }

    #[test]
    fn an_address_prints_without_blank_lines() {
        let address = PostalAddress {
            line_1: Some("12, rue des cépages"),
            line_2: Some(" "),
            postcode: Some("33120"),
            city: Some("SAUTERNES"),
        };
        assert_eq!(address.lines(), ["12, rue des cépages", "33120 SAUTERNES"]);
        assert_eq!(PostalAddress::default().lines(), Vec::<String>::new());
        assert_eq!(PostalAddress { postcode: None, ..address }.lines()[1], "SAUTERNES");
    }
}
