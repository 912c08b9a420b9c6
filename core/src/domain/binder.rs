//! Binders (classeurs) and their rights: what is ticked is what is sent (B1-B12).

use std::collections::{BTreeMap, BTreeSet};

use super::ids::BinderId;
use super::options::Module;

/// How a party stands towards a building's or an account's documents: one status per building (B5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Propriétaire bailleur (rental).
    Landlord,
    /// Locataire (rental).
    Tenant,
    /// Copropriétaire (condo).
    CoOwner,
    /// Membre du conseil syndical (condo).
    CouncilMember,
    /// Président du conseil syndical (condo).
    CouncilPresident,
}

impl Status {
    /// Every status, in the order of the columns.
    pub const ALL: &'static [Self] =
        &[Self::Landlord, Self::Tenant, Self::CoOwner, Self::CouncilMember, Self::CouncilPresident];

    /// Gives its stable code: that of the rights in the publication.
    pub fn code(self) -> &'static str {
        match self {
            Self::Landlord => "landlord",
            Self::Tenant => "tenant",
            Self::CoOwner => "co_owner",
            Self::CouncilMember => "council_member",
            Self::CouncilPresident => "council_president",
        }
    }

    /// Finds the status that bears a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|status| status.code() == code)
    }

    /// Gives the status of the council flags of one record: president, else member, else co-owner (B5).
    pub fn of_council(member: bool, president: bool) -> Self {
        match (president, member) {
            (true, _) => Self::CouncilPresident,
            (false, true) => Self::CouncilMember,
            (false, false) => Self::CoOwner,
        }
    }

    /// Gives the module this status belongs to.
    pub fn module(self) -> Module {
        match self {
            Self::Landlord | Self::Tenant => Module::Rental,
            Self::CoOwner | Self::CouncilMember | Self::CouncilPresident => Module::Condo,
        }
    }
}

/// The boxes of one binder, as ticked (B3, B4). « Prestataire » is kept by the back office and ignored here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rights {
    /// Propriétaire.
    pub landlord: bool,
    /// Locataire.
    pub tenant: bool,
    /// Copropriétaire.
    pub co_owner: bool,
    /// Membre du conseil syndical.
    pub council_member: bool,
    /// Président du conseil syndical.
    pub council_president: bool,
}

impl Rights {
    /// Tells whether that very column is ticked (B5): a hole is not mended.
    pub fn grants(self, status: Status) -> bool {
        match status {
            Status::Landlord => self.landlord,
            Status::Tenant => self.tenant,
            Status::CoOwner => self.co_owner,
            Status::CouncilMember => self.council_member,
            Status::CouncilPresident => self.council_president,
        }
    }

    /// Ticks or clears the column of a status.
    pub fn set(&mut self, status: Status, ticked: bool) {
        let column = match status {
            Status::Landlord => &mut self.landlord,
            Status::Tenant => &mut self.tenant,
            Status::CoOwner => &mut self.co_owner,
            Status::CouncilMember => &mut self.council_member,
            Status::CouncilPresident => &mut self.council_president,
        };
        *column = ticked;
    }

    /// Closes condo rights to the right (option `normalize_rights`, B5): whoever is more privileged than a
    /// ticked column sees too. Never widens to a less privileged group.
    #[must_use]
    pub fn normalized(self) -> Self {
        let council_member = self.council_member || self.co_owner;
        Self { council_member, council_president: self.council_president || council_member, ..self }
    }

    /// Tells whether a condo right is ticked without every one to its right (B5, for `check`).
    pub fn has_hole(self) -> bool {
        self != self.normalized()
    }

    /// Gives the granted statuses of a module, in the order of the columns.
    pub fn granted(self, module: Module) -> impl Iterator<Item = Status> {
        let granted = move |status: &Status| status.module() == module && self.grants(*status);
        Status::ALL.iter().copied().filter(granted)
    }
}

/// A binder (classeur).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binder {
    /// Its key.
    pub id: BinderId,
    /// Its stable code: renaming never moves its documents (B2).
    pub code: String,
    /// Its module (B1).
    pub module: Module,
    /// Its name as shown.
    pub name: String,
    /// The binder it stands in; rights are never inherited from it (B8, B12).
    pub parent: Option<BinderId>,
    /// Fed on the extranet: never our target, never sent (B9).
    pub fed_on_site: bool,
    /// Its boxes.
    pub rights: Rights,
}

/// Every binder of the agency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Binders(BTreeMap<BinderId, Binder>);

impl Binders {
    /// Takes the binders, with rights closed to the right where the option says so (B5).
    pub fn new(binders: impl IntoIterator<Item = Binder>, normalize_rights: bool) -> Self {
        let close = |mut binder: Binder| {
            if normalize_rights && binder.module == Module::Condo {
                binder.rights = binder.rights.normalized();
            }
            (binder.id, binder)
        };
        Self(binders.into_iter().map(close).collect())
    }

    /// Finds a binder.
    pub fn get(&self, id: BinderId) -> Option<&Binder> {
        self.0.get(&id)
    }

    /// Gives the binders that are sent, empty ones included (B7), parents before children, then by key. Binders
    /// fed on the site are left out (B9). A parent that is missing, fed on the site, of the other module or
    /// part of a cycle counts as none, so that a binder never disappears with it.
    pub fn sent(&self) -> Vec<(&Binder, Option<BinderId>)> {
        let mut sent: Vec<_> = self
            .0
            .values()
            .filter(|binder| !binder.fed_on_site)
            .map(|binder| (self.depth(binder), binder, self.parent_sent(binder)))
            .collect();
        sent.sort_by_key(|(depth, binder, _)| (*depth, binder.id));
        sent.into_iter().map(|(_, binder, parent)| (binder, parent)).collect()
    }

    /// Gives every binder, by key.
    pub fn iter(&self) -> impl Iterator<Item = &Binder> {
        self.0.values()
    }

    /// Tells whether a binder is its own ancestor.
    pub fn is_in_cycle(&self, id: BinderId) -> bool {
        let mut seen = BTreeSet::new();
        let mut next = self.get(id).and_then(|binder| binder.parent);
        while let Some(at) = next {
            if at == id {
                return true;
            }
            if !seen.insert(at) {
                return false;
            }
            next = self.get(at).and_then(|binder| binder.parent);
        }
        false
    }

    fn parent_sent(&self, binder: &Binder) -> Option<BinderId> {
        let parent = self.get(binder.parent?)?;
        let usable = !parent.fed_on_site && parent.module == binder.module && !self.is_in_cycle(binder.id);
        usable.then_some(parent.id)
    }

    fn depth(&self, binder: &Binder) -> usize {
        let mut seen = BTreeSet::from([binder.id]);
        let mut at = binder;
        while let Some(parent) = self.parent_sent(at).and_then(|id| self.get(id)) {
            if !seen.insert(parent.id) {
                break;
            }
            at = parent;
        }
        seen.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn binder(id: i64, parent: Option<i64>) -> Binder {
        Binder {
            id: BinderId(id),
            code: format!("B{id}"),
            module: Module::Condo,
            name: format!("Classeur {id}"),
            parent: parent.map(BinderId),
            fed_on_site: false,
            rights: Rights::default(),
        }
    }

    /// B5, B6.
    #[test]
    fn factures_is_seen_by_the_council_and_by_no_plain_co_owner() {
        let rights = Rights { council_member: true, council_president: true, ..Rights::default() };
        assert!(!rights.grants(Status::CoOwner));
        assert!(rights.grants(Status::CouncilMember) && rights.grants(Status::CouncilPresident));
    }

    /// B5.
    #[test]
    fn a_hole_in_the_rights_is_sent_as_ticked_unless_the_option_closes_it() {
        let holed = Rights { co_owner: true, ..Rights::default() };
        assert!(holed.has_hole());
        let mut with_hole = binder(1, None);
        with_hole.rights = holed;
        let as_ticked = Binders::new([with_hole.clone()], false);
        assert!(!as_ticked.get(BinderId(1)).unwrap().rights.grants(Status::CouncilMember));
        let closed = Binders::new([with_hole], true);
        assert!(closed.get(BinderId(1)).unwrap().rights.grants(Status::CouncilPresident));
    }

    /// B8, B9.
    #[test]
    fn parents_come_first_and_a_cycle_hides_no_binder() {
        let mut on_site = binder(9, None);
        on_site.fed_on_site = true;
        let binders = Binders::new(
            [
                binder(1, Some(2)),
                binder(2, None),
                binder(3, Some(4)),
                binder(4, Some(3)),
                binder(5, Some(9)),
                on_site,
            ],
            false,
        );
        let order: Vec<_> =
            binders.sent().into_iter().map(|(b, parent)| (b.id.0, parent.map(|p| p.0))).collect();
        assert_eq!(order, [(2, None), (3, None), (4, None), (5, None), (1, Some(2))]);
    }

    /// The publication's rights and the ledger's bear these words.
    #[test]
    fn a_status_is_found_again_by_the_code_that_the_ledger_keeps() {
        let codes = [
            (Status::Landlord, "landlord"),
            (Status::Tenant, "tenant"),
            (Status::CoOwner, "co_owner"),
            (Status::CouncilMember, "council_member"),
            (Status::CouncilPresident, "council_president"),
        ];
        assert_eq!(codes.map(|(status, _)| status).as_slice(), Status::ALL, "in the order of the columns");
        for (status, code) in codes {
            assert_eq!((status.code(), Status::from_code(code)), (code, Some(status)));
        }
        assert_eq!(Status::from_code("provider"), None, "« Prestataire » is ignored: B4");
    }

    /// B5.
    #[test]
    fn closing_the_rights_ticks_every_column_to_the_right_and_none_to_the_left() {
        let condo = |co_owner, council_member, council_president| Rights {
            co_owner,
            council_member,
            council_president,
            ..Rights::default()
        };
        let (ticked, all) = (true, condo(true, true, true));
        let closed = [
            (Rights::default(), Rights::default()),
            (condo(ticked, false, false), all),
            (condo(ticked, false, ticked), all),
            (condo(false, ticked, false), condo(false, true, true)),
            (condo(false, false, ticked), condo(false, false, true)),
        ];
        for (rights, expected) in closed {
            assert_eq!(rights.normalized(), expected);
            assert_eq!(rights.has_hole(), rights != expected);
        }
        let rental = Rights { landlord: true, tenant: true, ..Rights::default() };
        assert_eq!(rental.normalized(), rental, "a rental right closes nothing");
    }

    /// B8: the site makes them in that order.
    #[test]
    fn binders_nested_three_deep_are_sent_from_the_outermost_in() {
        let binders = Binders::new([binder(1, Some(2)), binder(2, Some(3)), binder(3, None)], false);
        let sent: Vec<_> = binders.sent().into_iter().map(|(binder, _)| binder.id.0).collect();
        assert_eq!(sent, [3, 2, 1]);
        let known: Vec<_> = binders.iter().map(|binder| binder.id.0).collect();
        assert_eq!(known, [1, 2, 3], "by key, whatever their parents");
    }

    proptest! {
        /// B5: normalising never widens to a less privileged group.
        #[test]
        fn rights_never_widen_to_a_less_privileged_group(c in any::<bool>(), m in any::<bool>(), p in any::<bool>()) {
            let rights = Rights { co_owner: c, council_member: m, council_president: p, ..Rights::default() };
            let closed = rights.normalized();
            prop_assert_eq!(closed.co_owner, rights.co_owner);
            prop_assert!(!closed.has_hole());
            if closed.council_member { prop_assert!(rights.council_member || rights.co_owner); }
        }
    }
}
