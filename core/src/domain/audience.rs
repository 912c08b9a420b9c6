//! Who a document concerns: the narrowest filled target, never widened (C15, C20, C22); and who sees it ([`Readers`]).

mod readers;

use std::collections::{HashMap, HashSet};

pub use readers::{AccountStanding, Holder, Readers, Standing, Stay};

use super::binder::Binder;
use super::ids::{AccountId, BuildingId, EntityId, UnitId};
use super::options::Module;
use crate::publication::reason::RefusalReason;

/// What a document concerns: with its binder's rights, this is its audience (C15). The order is that of the letters
/// in a document's id (a, b, e, u), which the ledger sorts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// One account: its party only.
    Account(AccountId),
    /// One building: its present holders and tenants.
    Building(BuildingId),
    /// One entity, chosen explicitly.
    Entity(EntityId),
    /// One unit: its holders and tenants at the document's date (C21).
    Unit(UnitId),
}

impl Target {
    /// Gives the scope's name in the XML and in document ids.
    pub fn scope(self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Unit(_) => "unit",
            Self::Building(_) => "building",
            Self::Entity(_) => "entity",
        }
    }

    /// Gives the key of the record it names.
    pub fn reference(self) -> i64 {
        match self {
            Self::Account(id) => id.0,
            Self::Unit(id) => id.0,
            Self::Building(id) => id.0,
            Self::Entity(id) => id.0,
        }
    }
}

/// The targets that an event fills, whatever they are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The event's entity: no scope by itself (C20).
    pub entity: Option<EntityId>,
    /// Whether « entity » was chosen explicitly.
    pub entity_scope: bool,
    /// The account concerned.
    pub account: Option<AccountId>,
    /// The unit concerned.
    pub unit: Option<UnitId>,
    /// The building concerned.
    pub building: Option<BuildingId>,
}

/// An account as a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountPlace {
    /// Its entity.
    pub entity: EntityId,
    /// Whether it is in this publication (flagged and not inactive).
    pub published: bool,
}

/// What exists in the agency's database, and what of it this publication sends.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Every account.
    pub accounts: HashMap<AccountId, AccountPlace>,
    /// Every unit with its building.
    pub units: HashMap<UnitId, BuildingId>,
    /// Every building with its entity.
    pub buildings: HashMap<BuildingId, EntityId>,
    /// Every entity with its module.
    pub entities: HashMap<EntityId, Module>,
    /// The units that published accounts touch, at any date (H1).
    pub sent_units: HashSet<UnitId>,
    /// The buildings that published accounts touch (H1).
    pub sent_buildings: HashSet<BuildingId>,
    /// The entities that have a published account.
    pub sent_entities: HashSet<EntityId>,
}

impl Places {
    /// Finds what an event concerns: the narrowest filled target wins; one that dangles or isn't published
    /// refuses, and is never replaced by a wider one (C20). The binder's module must be that of the account's entity
    /// and of the event's own (C22). A unit or building belongs to both trades (a flat that is let stands in a
    /// condominium), so that its manager's module counts only where the event names no entity.
    ///
    /// # Errors
    /// The reason of the refusal.
    pub fn resolve(&self, wanted: &Wanted, binder: &Binder) -> Result<Target, RefusalReason> {
        let (target, manager, sent) = self.narrowest(wanted)?;
        let of_target = match target {
            Target::Unit(_) | Target::Building(_) => wanted.entity.is_none().then_some(manager),
            Target::Account(_) | Target::Entity(_) => Some(manager),
        };
        let modules = [of_target, wanted.entity].into_iter().flatten().map(|id| self.entities.get(&id));
        for module in modules {
            match module {
                None => return Err(RefusalReason::DanglingTarget),
                Some(module) if *module != binder.module => return Err(RefusalReason::ModuleMismatch),
                Some(_) => {}
            }
        }
        if sent { Ok(target) } else { Err(RefusalReason::TargetNotPublished) }
    }

    /// Gives the narrowest target, its entity, and whether this publication sends it.
    fn narrowest(&self, wanted: &Wanted) -> Result<(Target, EntityId, bool), RefusalReason> {
        let dangling = RefusalReason::DanglingTarget;
        if let Some(id) = wanted.account {
            let account = self.accounts.get(&id).ok_or(dangling)?;
            return Ok((Target::Account(id), account.entity, account.published));
        }
        if let Some(id) = wanted.unit {
            let entity =
                self.units.get(&id).and_then(|building| self.buildings.get(building)).ok_or(dangling)?;
            return Ok((Target::Unit(id), *entity, self.sent_units.contains(&id)));
        }
        if let Some(id) = wanted.building {
            let entity = self.buildings.get(&id).ok_or(dangling)?;
            return Ok((Target::Building(id), *entity, self.sent_buildings.contains(&id)));
        }
        match wanted.entity.filter(|_| wanted.entity_scope) {
            Some(id) => Ok((Target::Entity(id), id, self.sent_entities.contains(&id))),
            None => Err(RefusalReason::NoScope),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::binder::Rights;
    use crate::domain::ids::BinderId;
    use proptest::prelude::*;

    fn places() -> Places {
        let mut places = Places::default();
        places.entities.insert(EntityId(1), Module::Rental);
        places.entities.insert(EntityId(2), Module::Condo);
        places.accounts.insert(AccountId(10), AccountPlace { entity: EntityId(2), published: true });
        places.accounts.insert(AccountId(11), AccountPlace { entity: EntityId(2), published: false });
        places.buildings.insert(BuildingId(20), EntityId(2));
        places.units.insert(UnitId(30), BuildingId(20));
        places.units.insert(UnitId(31), BuildingId(20));
        places.sent_units.insert(UnitId(30));
        places.sent_buildings.insert(BuildingId(20));
        places.sent_entities.insert(EntityId(2));
        places
    }

    fn binder(module: Module) -> Binder {
        Binder {
            id: BinderId(1),
            code: "X".into(),
            module,
            name: "X".into(),
            parent: None,
            fed_on_site: false,
            rights: Rights::default(),
        }
    }

    fn resolve(wanted: Wanted) -> Result<Target, RefusalReason> {
        places().resolve(&wanted, &binder(Module::Condo))
    }

    /// C20.
    #[test]
    fn the_narrowest_filled_target_wins() {
        let all = Wanted {
            entity: Some(EntityId(2)),
            entity_scope: true,
            account: Some(AccountId(10)),
            unit: Some(UnitId(30)),
            building: Some(BuildingId(20)),
        };
        assert_eq!(resolve(all), Ok(Target::Account(AccountId(10))));
        assert_eq!(resolve(Wanted { account: None, ..all }), Ok(Target::Unit(UnitId(30))));
        assert_eq!(
            resolve(Wanted { account: None, unit: None, ..all }),
            Ok(Target::Building(BuildingId(20)))
        );
        let entity = Wanted { account: None, unit: None, building: None, ..all };
        assert_eq!(resolve(entity), Ok(Target::Entity(EntityId(2))));
    }

    /// C15, C20.
    #[test]
    fn an_entity_code_alone_is_no_scope() {
        let wanted = Wanted { entity: Some(EntityId(2)), ..Wanted::default() };
        assert_eq!(resolve(wanted), Err(RefusalReason::NoScope));
    }

    /// C20: an event on a deleted account with its building filled.
    #[test]
    fn a_dangling_or_unpublished_account_refuses_and_never_widens_to_its_building() {
        let building = Some(BuildingId(20));
        let gone = Wanted { account: Some(AccountId(99)), building, ..Wanted::default() };
        assert_eq!(resolve(gone), Err(RefusalReason::DanglingTarget));
        let unpublished = Wanted { account: Some(AccountId(11)), building, ..Wanted::default() };
        assert_eq!(resolve(unpublished), Err(RefusalReason::TargetNotPublished));
        let unit = Wanted { unit: Some(UnitId(31)), building, ..Wanted::default() };
        assert_eq!(resolve(unit), Err(RefusalReason::TargetNotPublished));
    }

    /// C22.
    #[test]
    fn a_binder_of_the_other_module_refuses() {
        let wanted = Wanted { account: Some(AccountId(10)), ..Wanted::default() };
        assert_eq!(places().resolve(&wanted, &binder(Module::Rental)), Err(RefusalReason::ModuleMismatch));
        let other = Wanted { entity: Some(EntityId(1)), ..wanted };
        assert_eq!(resolve(other), Err(RefusalReason::ModuleMismatch));
    }

    /// C22: the letter to the tenant of a flat that stands in a condominium.
    #[test]
    fn a_unit_of_a_condominium_takes_rental_documents_of_a_rental_entity() {
        let wanted = Wanted { entity: Some(EntityId(1)), unit: Some(UnitId(30)), ..Wanted::default() };
        assert_eq!(places().resolve(&wanted, &binder(Module::Rental)), Ok(Target::Unit(UnitId(30))));
        let unsaid = Wanted { entity: None, ..wanted };
        assert_eq!(places().resolve(&unsaid, &binder(Module::Rental)), Err(RefusalReason::ModuleMismatch));
    }

    /// The publication's XML and the messages' keys bear these words.
    #[test]
    fn a_target_is_written_by_its_scope_and_the_key_of_its_record() {
        let written = [
            (Target::Account(AccountId(10)), "account", 10),
            (Target::Building(BuildingId(20)), "building", 20),
            (Target::Entity(EntityId(2)), "entity", 2),
            (Target::Unit(UnitId(30)), "unit", 30),
        ];
        for (target, scope, key) in written {
            assert_eq!((target.scope(), target.reference()), (scope, key));
        }
    }

    proptest! {
        /// C20: whatever is filled, the answer is the narrowest filled target or a refusal.
        #[test]
        fn an_audience_is_never_wider_than_the_narrowest_filled_target(
            account in proptest::option::of(9..12_i64), unit in proptest::option::of(29..32_i64),
            building in proptest::option::of(19..22_i64), entity in proptest::option::of(1..4_i64), explicit in any::<bool>(),
        ) {
            let wanted = Wanted {
                entity: entity.map(EntityId), entity_scope: explicit, account: account.map(AccountId),
                unit: unit.map(UnitId), building: building.map(BuildingId),
            };
            if let Ok(target) = resolve(wanted) {
                let narrowest = match (account, unit, building) {
                    (Some(id), _, _) => Target::Account(AccountId(id)),
                    (None, Some(id), _) => Target::Unit(UnitId(id)),
                    (None, None, Some(id)) => Target::Building(BuildingId(id)),
                    (None, None, None) => Target::Entity(EntityId(entity.unwrap())),
                };
                prop_assert_eq!(target, narrowest);
                prop_assert!(account.is_some() || unit.is_some() || building.is_some() || explicit);
            }
        }
    }
}
