//! Accounts: the unit of publication, and the verdict on each (rules D1, D2, D6-D11, D25).
//!
//! # Promises
//! - The verdict depends on the account, its facts and the options alone, and is made again at each run:
//!   cancelling a notice or a transfer restores the account by itself (D9-D11).
//! - What triggers is the *recording* of a notice, departure or sale, never its effective date (D9-D11).
//! - An account leaves only under the option of its own role; without it, it is sent whatever its state (D8).
//!
//! # Refusals
//! - A flagged account that has no party (D2).
//!
//! # Ours, where the source is silent
//! - A tenant who has several leases on one account is under notice, or gone, when **every** lease that counts
//!   is. A lease followed by a later one of the same account on the same unit (a renewal) doesn't count.
//! - A seller who still holds a unit on the account stays active. A sub-account that never bore a unit (459)
//!   follows the whole record; a holding that names no account keeps every account of its record active.

use chrono::NaiveDate;

use super::ids::{AccountId, CoOwnerRecordId, EntityId, PartyId, UnitId};
use super::money::Cents;
use super::options::{ExtranetOptions, Module, Role, coded};
use crate::publication::reason::{RefusalReason, RemovalReason};

coded! {
    /// How an account's years follow each other (D22); what each does is said in [`super::statement`].
    OpeningMode {
        /// « Report à nouveau »: each year's opening repeats the closing of the year before.
        CarryForward = "carry_forward",
        /// « Reprise en solde »: an opening states a balance taken over from elsewhere.
        OpeningBalance = "opening_balance",
    }
}

/// An account of the back office (compte): the unit of publication (D1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account<'a> {
    /// Its key.
    pub id: AccountId,
    /// The entity whose books hold it.
    pub entity: EntityId,
    /// That entity's module.
    pub module: Module,
    /// The accounting number, e.g. `411ALOXECO`.
    pub number: &'a str,
    /// The accounting label.
    pub label: &'a str,
    /// The main party (D17); `None` = not linked to an identity (D2).
    pub party: Option<PartyId>,
    /// What that party is to the agency.
    pub role: Role,
    /// The co-owner record it is a sub-account of (D23).
    pub record: Option<CoOwnerRecordId>,
    /// The box « Service client » (D1).
    pub published: bool,
    /// « Compte validé » (D25).
    pub validated: bool,
    /// « Recherche disponible à partir du »; `None` = from the first entry (D12, D21).
    pub available_from: Option<NaiveDate>,
    /// How its years follow each other (D22).
    pub opening_mode: OpeningMode,
    /// The balance the back office keeps, debit - credit of the full ledger; `None` = not kept (D18).
    pub stored_balance: Option<Cents>,
}

/// A span of days of the agency's calendar, both ends included (C21, F5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The last day; `None` = still running.
    pub to: Option<NaiveDate>,
}

impl Period {
    /// Tells whether a day falls inside.
    pub fn covers(self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    /// Tells whether some day falls inside both.
    pub fn meets(self, other: Self) -> bool {
        self.to.is_none_or(|to| other.from <= to) && other.to.is_none_or(|to| self.from <= to)
    }
}

/// What a tenant account's lease says about leaving (D9, D10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseState {
    /// The unit let.
    pub unit: UnitId,
    /// The lease's first day.
    pub starts_on: NaiveDate,
    /// When the notice was recorded; `None` = none, or cancelled.
    pub notice_recorded_on: Option<NaiveDate>,
    /// When the departure was recorded.
    pub move_out_recorded_on: Option<NaiveDate>,
}

/// What the leases of a tenant account add up to (D9, D10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tenancy {
    /// Every lease that counts bears a notice or a departure.
    pub notice_recorded: bool,
    /// Every lease that counts bears a departure.
    pub moved_out: bool,
}

impl Tenancy {
    /// Adds up the leases of one tenant account; without any lease nothing was recorded.
    pub fn of(leases: &[LeaseState]) -> Self {
        let followed = |lease: &LeaseState| {
            leases.iter().any(|other| other.unit == lease.unit && other.starts_on > lease.starts_on)
        };
        let counted = || leases.iter().filter(|lease| !followed(lease));
        let left = |lease: &LeaseState| lease.move_out_recorded_on.is_some();
        Self {
            notice_recorded: !leases.is_empty()
                && counted().all(|lease| lease.notice_recorded_on.is_some() || left(lease)),
            moved_out: !leases.is_empty() && counted().all(left),
        }
    }
}

/// A unit that a co-owner record holds or held, and the account that bears its charges (D11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordHolding {
    /// The unit.
    pub unit: UnitId,
    /// The account that bears its charges; `None` = not said.
    pub account: Option<AccountId>,
    /// When it is held.
    pub period: Period,
}

/// A recorded transfer whose seller is the account's record (D11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordSale {
    /// The unit sold.
    pub unit: UnitId,
    /// The day the buyer enjoys it from: tells a unit sold from one bought back, and triggers nothing.
    pub effective_on: NaiveDate,
}

/// What the transfers and holdings of a co-owner account add up to (D11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sale {
    /// A sale is recorded and no unit of the account is left.
    pub sold_all_units: bool,
}

impl Sale {
    /// Adds up one account: `holdings` and `sales` are those of the record it belongs to.
    pub fn of(
        account: AccountId,
        holdings: &[RecordHolding],
        sales: &[RecordSale],
        today: NaiveDate,
    ) -> Self {
        let bears_units = holdings.iter().any(|holding| holding.account == Some(account));
        let own =
            |holding: &&RecordHolding| !bears_units || holding.account.is_none_or(|bearer| bearer == account);
        let mut own_holdings = holdings.iter().filter(own);
        let sold_one = sales.iter().any(|sale| {
            holdings.is_empty() || holdings.iter().filter(own).any(|holding| holding.unit == sale.unit)
        });
        Self { sold_all_units: sold_one && !own_holdings.any(|holding| is_left(holding, sales, today)) }
    }
}

/// Tells whether a unit is still held: no end reached, and no sale recorded since it was acquired. The sale's
/// recording counts from its first day, even when the holding's end is still to come (D11).
fn is_left(holding: &RecordHolding, sales: &[RecordSale], today: NaiveDate) -> bool {
    let ended = holding.period.to.is_some_and(|to| to < today);
    let sold = sales.iter().any(|sale| sale.unit == holding.unit && sale.effective_on >= holding.period.from);
    !ended && !sold
}

/// What the verdict needs to know beside the account itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccountFacts {
    /// From its leases, for a tenant.
    pub tenancy: Tenancy,
    /// From its record's transfers and holdings, for a co-owner.
    pub sale: Sale,
}

/// What becomes of an account in a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountVerdict {
    /// The box isn't ticked (D1).
    NotAsked,
    /// It is ticked and can't be sent.
    Refused(RefusalReason),
    /// It is sent.
    Published,
    /// It is ticked and an option deactivates it (D9-D11).
    Inactive(RemovalReason),
}

impl AccountVerdict {
    /// Tells whether the account is published and active.
    pub fn is_published(self) -> bool {
        self == Self::Published
    }

    /// Gives the reason of the deactivation, for an account that the series still shows (D7).
    pub fn removal(self) -> Option<RemovalReason> {
        match self {
            Self::Published => None,
            Self::NotAsked => Some(RemovalReason::Manual),
            Self::Refused(_) => Some(RemovalReason::Account),
            Self::Inactive(reason) => Some(reason),
        }
    }
}

/// Which recording deactivates an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// A tenant's notice (D9).
    Notice,
    /// A tenant's departure (D10).
    MoveOut,
    /// A co-owner's sale (D11).
    Sale,
}

/// Judges an account: D1, D2, then D9-D11 under their options.
pub fn verdict(account: &Account<'_>, facts: AccountFacts, options: &ExtranetOptions) -> AccountVerdict {
    if !account.published {
        return AccountVerdict::NotAsked;
    }
    if account.party.is_none() {
        return AccountVerdict::Refused(RefusalReason::AccountWithoutParty);
    }
    match departure(account.role, facts, options) {
        Some(_) => AccountVerdict::Inactive(RemovalReason::Account),
        None => AccountVerdict::Published,
    }
}

/// Tells which recording deactivates an account of this role, if its option is on (D8-D11).
pub fn departure(role: Role, facts: AccountFacts, options: &ExtranetOptions) -> Option<Departure> {
    match role {
        Role::Tenant if options.inactivate_on_move_out && facts.tenancy.moved_out => Some(Departure::MoveOut),
        Role::Tenant if options.inactivate_on_notice && facts.tenancy.notice_recorded => {
            Some(Departure::Notice)
        }
        Role::CoOwner if options.inactivate_sellers && facts.sale.sold_all_units => Some(Departure::Sale),
        _ => None,
    }
}

/// What ticking or clearing the box of one account does (D2, D6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marking {
    /// The box changes.
    Changed,
    /// The box is already so: nothing to do.
    Unchanged,
    /// The box can't be ticked.
    Refused(RefusalReason),
}

/// Tells what ticking (`wanted`) or clearing the box does to an account. Clearing is never refused (D6).
pub fn marking(account: &Account<'_>, wanted: bool) -> Marking {
    if wanted && account.party.is_none() {
        Marking::Refused(RefusalReason::AccountWithoutParty)
    } else if account.published == wanted {
        Marking::Unchanged
    } else {
        Marking::Changed
    }
}

/// Tells whether an account is flagged and not validated: sent, with a warning (D25).
pub fn lacks_validation(account: &Account<'_>) -> bool {
    account.published && !account.validated
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn account(role: Role) -> Account<'static> {
        Account {
            id: AccountId(1),
            entity: EntityId(1),
            module: Module::Rental,
            number: "411ALOXECO",
            label: "ALOXE CORTON Denise",
            party: Some(PartyId(1)),
            role,
            record: None,
            published: true,
            validated: true,
            available_from: None,
            opening_mode: OpeningMode::CarryForward,
            stored_balance: None,
        }
    }

    fn lease(unit: i64, starts_on: &str, notice: Option<&str>, left: Option<&str>) -> LeaseState {
        LeaseState {
            unit: UnitId(unit),
            starts_on: day(starts_on),
            notice_recorded_on: notice.map(day),
            move_out_recorded_on: left.map(day),
        }
    }

    fn holding(unit: i64, account: Option<i64>, from: &str, to: Option<&str>) -> RecordHolding {
        RecordHolding {
            unit: UnitId(unit),
            account: account.map(AccountId),
            period: Period { from: day(from), to: to.map(day) },
        }
    }

    fn sale(unit: i64, effective_on: &str) -> RecordSale {
        RecordSale { unit: UnitId(unit), effective_on: day(effective_on) }
    }

    const TODAY: &str = "2024-06-15";

    fn sold(holdings: &[RecordHolding], sales: &[RecordSale]) -> bool {
        Sale::of(AccountId(1), holdings, sales, day(TODAY)).sold_all_units
    }

    fn every_departure() -> AccountFacts {
        AccountFacts {
            tenancy: Tenancy { notice_recorded: true, moved_out: true },
            sale: Sale { sold_all_units: true },
        }
    }

    #[test]
    fn an_account_that_is_not_ticked_is_not_asked_for_d1() {
        let account = Account { published: false, ..account(Role::Landlord) };
        let verdict = verdict(&account, AccountFacts::default(), &ExtranetOptions::default());
        assert_eq!(verdict, AccountVerdict::NotAsked);
        assert_eq!(verdict.removal(), Some(RemovalReason::Manual), "D7: a live one leaves at the next run");
    }

    #[test]
    fn a_ticked_account_without_a_party_is_refused_d2() {
        let account = Account { party: None, ..account(Role::Other) };
        let refused = RefusalReason::AccountWithoutParty;
        assert_eq!(
            verdict(&account, AccountFacts::default(), &ExtranetOptions::default()),
            AccountVerdict::Refused(refused)
        );
        assert_eq!(AccountVerdict::Refused(refused).removal(), Some(RemovalReason::Account));
        assert_eq!(marking(&account, true), Marking::Refused(refused));
    }

    #[test]
    fn marking_is_idempotent_and_clearing_is_never_refused_d6() {
        let ticked = account(Role::Tenant);
        assert_eq!(marking(&ticked, true), Marking::Unchanged);
        assert_eq!(marking(&ticked, false), Marking::Changed);
        assert_eq!(marking(&Account { party: None, ..ticked }, false), Marking::Changed);
        assert_eq!(marking(&Account { published: false, ..ticked }, true), Marking::Changed);
    }

    #[test]
    fn without_an_option_an_account_is_sent_whatever_its_state_d8() {
        for &role in Role::ALL {
            let verdict = verdict(&account(role), every_departure(), &ExtranetOptions::default());
            assert_eq!(verdict, AccountVerdict::Published, "{role:?}");
        }
    }

    #[test]
    fn each_option_touches_its_own_role_and_fact_alone_d9_d10_d11() {
        let off = ExtranetOptions::default();
        let notice = ExtranetOptions { inactivate_on_notice: true, ..off.clone() };
        let move_out = ExtranetOptions { inactivate_on_move_out: true, ..off.clone() };
        let sellers = ExtranetOptions { inactivate_sellers: true, ..off };
        let left = |role, options: &ExtranetOptions| departure(role, every_departure(), options);
        for (options, role, expected) in [
            (&notice, Role::Tenant, Departure::Notice),
            (&move_out, Role::Tenant, Departure::MoveOut),
            (&sellers, Role::CoOwner, Departure::Sale),
        ] {
            for &other in Role::ALL {
                assert_eq!(left(other, options), (other == role).then_some(expected), "{other:?}");
            }
            assert_eq!(departure(role, AccountFacts::default(), options), None);
            assert_eq!(
                verdict(&account(role), every_departure(), options),
                AccountVerdict::Inactive(RemovalReason::Account)
            );
        }
        let only_notice = AccountFacts {
            tenancy: Tenancy { notice_recorded: true, moved_out: false },
            ..AccountFacts::default()
        };
        assert_eq!(departure(Role::Tenant, only_notice, &move_out), None, "a notice is no departure");
    }

    #[test]
    fn the_recording_triggers_before_the_tenant_has_left_d9() {
        let tenancy = Tenancy::of(&[lease(1, "2020-01-01", Some(TODAY), None)]);
        assert_eq!(tenancy, Tenancy { notice_recorded: true, moved_out: false });
    }

    #[test]
    fn cancelling_the_notice_restores_the_account_d9() {
        let options = ExtranetOptions { inactivate_on_notice: true, ..ExtranetOptions::default() };
        let facts = AccountFacts {
            tenancy: Tenancy::of(&[lease(1, "2020-01-01", None, None)]),
            ..AccountFacts::default()
        };
        assert_eq!(verdict(&account(Role::Tenant), facts, &options), AccountVerdict::Published);
        assert_eq!(Tenancy::of(&[]), Tenancy::default(), "no lease records nothing");
    }

    #[test]
    fn a_tenant_who_keeps_another_unit_has_not_left_d9_d10() {
        let left = Some("2024-01-01");
        let flat_left = lease(1, "2020-01-01", left, left);
        assert_eq!(Tenancy::of(&[flat_left, lease(2, "2021-01-01", None, None)]), Tenancy::default());
        let garage_too = lease(2, "2021-01-01", left, None);
        assert_eq!(
            Tenancy::of(&[flat_left, garage_too]),
            Tenancy { notice_recorded: true, moved_out: false }
        );
    }

    #[test]
    fn a_renewed_lease_hides_the_one_before_it_on_the_same_unit_d9() {
        let renewed = [lease(1, "2015-01-01", None, None), lease(1, "2021-01-01", Some(TODAY), None)];
        assert!(Tenancy::of(&renewed).notice_recorded);
    }

    #[test]
    fn a_seller_leaves_when_the_last_unit_is_sold_even_before_the_day_of_enjoyment_d11() {
        let before = [holding(1, Some(1), "2010-01-01", None), holding(2, Some(1), "2010-01-01", None)];
        assert!(sold(&before, &[sale(1, "2024-09-01"), sale(2, "2024-09-01")]));
        assert!(!sold(&before, &[sale(1, "2024-09-01")]), "a partial sale keeps the account");
        assert!(!sold(&before, &[]), "without a recorded transfer nobody sold");
    }

    #[test]
    fn a_past_holding_without_a_transfer_is_no_sale_d11() {
        let ended = [holding(1, Some(1), "2010-01-01", Some("2020-01-01"))];
        assert!(!sold(&ended, &[]));
        assert!(sold(&ended, &[sale(1, "2020-01-02")]));
        assert!(sold(&[], &[sale(1, "2020-01-02")]), "the back office dropped the holding");
    }

    #[test]
    fn a_unit_bought_back_keeps_the_account_d11() {
        let back =
            [holding(1, Some(1), "2010-01-01", Some("2015-01-01")), holding(1, Some(1), "2020-01-01", None)];
        assert!(!sold(&back, &[sale(1, "2015-01-01")]));
    }

    #[test]
    fn a_unit_is_held_through_its_last_day_and_one_resold_at_once_is_sold_d11() {
        let last_day = [
            holding(1, Some(1), "2010-01-01", Some("2024-01-01")),
            holding(2, Some(1), "2010-01-01", Some(TODAY)),
        ];
        assert!(!sold(&last_day, &[sale(1, "2024-01-01")]));
        assert!(sold(&[holding(1, Some(1), "2024-01-01", None)], &[sale(1, "2024-01-01")]));
    }

    #[test]
    fn a_unit_on_another_account_of_the_record_does_not_keep_this_one_d11() {
        let split = [holding(1, Some(1), "2010-01-01", None), holding(2, Some(9), "2010-01-01", None)];
        assert!(sold(&split, &[sale(1, "2024-06-01")]));
        assert!(!sold(&split, &[sale(2, "2024-06-01")]), "the sale of another account's unit");
    }

    #[test]
    fn a_sub_account_without_units_follows_its_record_d11_d23() {
        let elsewhere = [holding(1, Some(9), "2010-01-01", None), holding(2, Some(9), "2010-01-01", None)];
        assert!(!sold(&elsewhere, &[sale(1, "2024-06-01")]));
        assert!(sold(&elsewhere, &[sale(1, "2024-06-01"), sale(2, "2024-06-01")]));
        let unsaid = [holding(1, Some(1), "2010-01-01", None), holding(2, None, "2010-01-01", None)];
        assert!(!sold(&unsaid, &[sale(1, "2024-06-01")]), "a holding that names no account");
    }

    #[test]
    fn a_flagged_account_that_is_not_validated_is_sent_with_a_warning_d25() {
        let doubtful = Account { validated: false, ..account(Role::Landlord) };
        assert!(lacks_validation(&doubtful));
        assert!(!lacks_validation(&Account { published: false, ..doubtful }));
        let verdict = verdict(&doubtful, AccountFacts::default(), &ExtranetOptions::default());
        assert!(verdict.is_published());
    }

    #[test]
    fn a_period_includes_both_of_its_days_c21() {
        let period = Period { from: day("2020-01-01"), to: Some(day("2020-12-31")) };
        assert!(period.covers(day("2020-01-01")) && period.covers(day("2020-12-31")));
        assert!(!period.covers(day("2019-12-31")) && !period.covers(day("2021-01-01")));
        assert!(Period { to: None, ..period }.covers(day("2999-01-01")));
    }

    /// A holding's end counts from the day after it, without any sale of that unit.
    #[test]
    fn beside_a_sold_unit_one_whose_holding_ended_is_no_longer_left_and_one_that_ends_later_is_d11() {
        for (end, gone) in [("2020-01-01", true), ("2024-06-14", true), (TODAY, false), ("2024-12-31", false)]
        {
            let two = [holding(1, Some(1), "2010-01-01", None), holding(2, Some(1), "2010-01-01", Some(end))];
            assert_eq!(sold(&two, &[sale(1, "2024-06-01")]), gone, "{end}");
        }
    }
}
