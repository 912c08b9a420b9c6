//! A condominium's bank details: whose, valid or not, withheld or not (rule D16).
//!
//! # Promises
//! - The building's own IBAN and BIC when it has any, else its entity's; never a mixture of both.
//! - Details that are withheld, absent or invalid go out explicitly empty, so that old ones are erased.
//!
//! # Refusals
//! - A building's own details that are invalid are never replaced by the entity's: a client would pay another
//!   syndicat's account. They go out empty, with the fault for `check`.
//!
//! An IBAN is checked by its form and its key (ISO 13616, ISO 7064 mod 97-10), a BIC by its form (ISO 9362);
//! neither proves that the account exists. Their `Debug` forms hide the digits.

use std::collections::BTreeMap;

use super::ids::{BuildingId, EntityId};
use super::options::{ExtranetOptions, Module};

/// A valid IBAN, in capitals without spaces.
#[derive(Clone, PartialEq, Eq)]
pub struct Iban(String);

/// A valid BIC, in capitals.
#[derive(Clone, PartialEq, Eq)]
pub struct Bic(String);

/// The length of an IBAN of France and of Monaco.
const FRENCH_IBAN_LENGTH: usize = 27;

impl Iban {
    /// Reads an IBAN, spaces and small letters forgiven; `None` when its form or its key is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let text = compact(text);
        let (country, rest) = text.split_at_checked(2)?;
        let (key, body) = rest.split_at_checked(2)?;
        let length_is_right = match country {
            "FR" | "MC" => text.len() == FRENCH_IBAN_LENGTH,
            _ => (15..=34).contains(&text.len()),
        };
        let well_formed = length_is_right
            && country.bytes().all(|byte| byte.is_ascii_uppercase())
            && key.bytes().all(|byte| byte.is_ascii_digit())
            && ("02".."99").contains(&key)
            && body.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        (well_formed && remainder_97(body.chars().chain(country.chars()).chain(key.chars())) == Some(1))
            .then_some(Self(text))
    }

    /// Gives the IBAN without spaces.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Bic {
    /// Reads a BIC of 8 or 11 characters; `None` when its form is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let text = compact(text);
        let (letters, rest) = text.split_at_checked(6)?;
        let well_formed = matches!(text.len(), 8 | 11)
            && letters.bytes().all(|byte| byte.is_ascii_uppercase())
            && rest.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        well_formed.then_some(Self(text))
    }

    /// Gives the BIC.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Iban {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Iban(…)")
    }
}

impl std::fmt::Debug for Bic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bic(…)")
    }
}

/// Drops white space and makes capitals.
fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect()
}

/// Gives the remainder by 97 of the digits, letters counting from 10 (A) to 35 (Z).
fn remainder_97(characters: impl Iterator<Item = char>) -> Option<u32> {
    characters.into_iter().try_fold(0, |remainder: u32, character| {
        let value = character.to_digit(36)?;
        let shift = if value < 10 { 10 } else { 100 };
        Some((remainder * shift + value) % 97)
    })
}

/// Bank details as the source holds them; blank and `None` both mean nothing.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct RawBank<'a> {
    /// The IBAN.
    pub iban: Option<&'a str>,
    /// The BIC.
    pub bic: Option<&'a str>,
}

impl std::fmt::Debug for RawBank<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RawBank(…)")
    }
}

impl<'a> RawBank<'a> {
    /// Drops what is blank.
    fn filled(self) -> Self {
        let filled = |text: Option<&'a str>| text.filter(|text| !text.trim().is_empty());
        Self { iban: filled(self.iban), bic: filled(self.bic) }
    }

    fn is_empty(self) -> bool {
        self.iban.is_none() && self.bic.is_none()
    }
}

/// Whose details they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BankOwner {
    /// The building's own.
    Building,
    /// The entity's, for want of the building's.
    Entity,
}

/// What is wrong with bank details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BankFault {
    /// There is no IBAN, or its form or key is wrong.
    Iban,
    /// There is no BIC, or its form is wrong.
    Bic,
}

/// What goes out of a building's bank details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BankVerdict {
    /// Not a condominium: bank details are never a landlord's building's.
    NotCondo,
    /// The option withholds them: explicitly empty.
    Withheld,
    /// There are none: explicitly empty.
    Absent,
    /// They are wrong: explicitly empty, and told.
    Invalid {
        /// Whose.
        owner: BankOwner,
        /// What is wrong, IBAN first.
        fault: BankFault,
    },
    /// They are sent.
    Sent {
        /// Whose.
        owner: BankOwner,
        /// The IBAN.
        iban: Iban,
        /// The BIC.
        bic: Bic,
    },
}

/// Judges a building's bank details (D16).
pub fn bank_verdict(
    module: Module,
    building: RawBank<'_>,
    entity: RawBank<'_>,
    options: &ExtranetOptions,
) -> BankVerdict {
    if module != Module::Condo {
        return BankVerdict::NotCondo;
    }
    if options.withhold_bank_details {
        return BankVerdict::Withheld;
    }
    let (owner, raw) = match building.filled() {
        own if own.is_empty() => (BankOwner::Entity, entity.filled()),
        own => (BankOwner::Building, own),
    };
    if raw.is_empty() {
        return BankVerdict::Absent;
    }
    match (raw.iban.and_then(Iban::parse), raw.bic.and_then(Bic::parse)) {
        (Some(iban), Some(bic)) => BankVerdict::Sent { owner, iban, bic },
        (None, _) => BankVerdict::Invalid { owner, fault: BankFault::Iban },
        (Some(_), None) => BankVerdict::Invalid { owner, fault: BankFault::Bic },
    }
}

/// Lists the entities whose own details serve several buildings, ascending, with those buildings in order: each
/// syndicat has an account of its own by law, so that `check` warns (D16).
pub fn shared_entity_accounts<'v>(
    verdicts: impl IntoIterator<Item = (EntityId, BuildingId, &'v BankVerdict)>,
) -> Vec<(EntityId, Vec<BuildingId>)> {
    let mut served: BTreeMap<EntityId, Vec<BuildingId>> = BTreeMap::new();
    for (entity, building, verdict) in verdicts {
        if matches!(verdict, BankVerdict::Sent { owner: BankOwner::Entity, .. }) {
            served.entry(entity).or_default().push(building);
        }
    }
    served.into_iter().filter(|(_, buildings)| buildings.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The specimen of ISO 13616's registry.
    const IBAN: &str = "FR14 2004 1010 0505 0001 3M02 606";
    const OTHER: &str = "DE89 3704 0044 0532 0130 00";
    const BIC: &str = "PSSTFRPPPAR";

    fn raw<'a>(iban: &'a str, bic: &'a str) -> RawBank<'a> {
        RawBank { iban: Some(iban), bic: Some(bic) }
    }

    fn verdict(building: RawBank<'_>, entity: RawBank<'_>) -> BankVerdict {
        bank_verdict(Module::Condo, building, entity, &ExtranetOptions::default())
    }

    fn sent(owner: BankOwner, iban: &str) -> BankVerdict {
        BankVerdict::Sent { owner, iban: Iban::parse(iban).unwrap(), bic: Bic::parse(BIC).unwrap() }
    }

    #[test]
    fn an_iban_is_read_by_its_form_and_key() {
        assert_eq!(Iban::parse(IBAN).unwrap().as_str(), "FR1420041010050500013M02606");
        assert!(Iban::parse("fr1420041010050500013m02606").is_some());
        assert!(Iban::parse(OTHER).is_some() && Iban::parse("GB82WEST12345698765432").is_some());
        for bad in [
            "",
            "FR",
            "FR14 2004 1010 0505 0001 3M02 607",
            "FR14 2004 1010 0505 0001 3M02",
            "1414 2004 1010 0505 0001 3M02 606",
            "FRé4 2004 1010 0505 0001 3M02 606",
            "FR14-2004-1010-0505-0001-3M02-606",
            "FR99 2004 1010 0505 0001 3M02 046",
        ] {
            assert_eq!(Iban::parse(bad), None, "{bad}");
        }
        let lowest_key = Iban::parse("FR02 2004 1010 0505 0001 3M02 046");
        assert!(lowest_key.is_some(), "99 leaves the same remainder as 02 and is no key");
    }

    #[test]
    fn a_bic_has_eight_or_eleven_characters() {
        assert_eq!(Bic::parse("psstfrpp").unwrap().as_str(), "PSSTFRPP");
        assert!(Bic::parse(BIC).is_some());
        for bad in ["", "PSSTFRP", "PSSTFRPPP", "PSST1RPP", "PSSTFRP-", "éSSTFRPP"] {
            assert_eq!(Bic::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_buildings_own_details_come_before_the_entitys_d16() {
        assert_eq!(verdict(raw(IBAN, BIC), raw(OTHER, BIC)), sent(BankOwner::Building, IBAN));
        assert_eq!(verdict(RawBank::default(), raw(OTHER, BIC)), sent(BankOwner::Entity, OTHER));
        assert_eq!(verdict(raw(" ", ""), raw(OTHER, BIC)), sent(BankOwner::Entity, OTHER), "blank is none");
        assert_eq!(verdict(RawBank::default(), RawBank::default()), BankVerdict::Absent);
    }

    #[test]
    fn a_buildings_invalid_details_are_never_replaced_by_the_entitys_d16() {
        let invalid = |fault| BankVerdict::Invalid { owner: BankOwner::Building, fault };
        assert_eq!(verdict(raw("FR76", BIC), raw(OTHER, BIC)), invalid(BankFault::Iban));
        assert_eq!(verdict(raw(IBAN, "X"), raw(OTHER, BIC)), invalid(BankFault::Bic));
        let no_bic = RawBank { iban: Some(IBAN), bic: None };
        assert_eq!(verdict(no_bic, raw(OTHER, BIC)), invalid(BankFault::Bic), "nor completed");
    }

    #[test]
    fn the_option_withholds_and_a_rental_building_has_none_d16() {
        let options = ExtranetOptions { withhold_bank_details: true, ..ExtranetOptions::default() };
        let own = raw(IBAN, BIC);
        assert_eq!(bank_verdict(Module::Condo, own, own, &options), BankVerdict::Withheld);
        let rental = bank_verdict(Module::Rental, own, own, &ExtranetOptions::default());
        assert_eq!(rental, BankVerdict::NotCondo);
    }

    #[test]
    fn one_entity_account_for_several_buildings_is_told_d16() {
        let (entity, own) = (sent(BankOwner::Entity, OTHER), sent(BankOwner::Building, IBAN));
        let at = |entity_id, building, verdict| (EntityId(entity_id), BuildingId(building), verdict);
        let shared =
            shared_entity_accounts([at(1, 1, &entity), at(1, 2, &own), at(1, 3, &entity), at(2, 4, &entity)]);
        assert_eq!(shared, [(EntityId(1), vec![BuildingId(1), BuildingId(3)])]);
    }

    #[test]
    fn no_debug_form_shows_an_iban_a10() {
        let shown = format!("{:?} {:?}", raw(IBAN, BIC), sent(BankOwner::Building, IBAN));
        assert!(!shown.contains("2004") && !shown.contains("PSST"), "{shown}");
    }

    /// Reads what some key makes valid: only a wrong length is left to refuse it.
    fn readable(country: &str, length: usize) -> bool {
        let body = "0".repeat(length - 4);
        (2..99).any(|key| Iban::parse(&format!("{country}{key:02}{body}")).is_some())
    }

    #[test]
    fn an_iban_of_france_or_monaco_has_27_characters_and_any_other_15_to_34() {
        for length in 14..=35 {
            for country in ["FR", "MC"] {
                assert_eq!(readable(country, length), length == 27, "{country}, {length}");
            }
            assert_eq!(readable("BE", length), (15..=34).contains(&length), "{length}");
        }
    }

    /// Specimens of ISO 13616's registry: an A counts as 10, which has two digits.
    #[test]
    fn the_letters_of_an_iban_count_from_ten_in_its_key() {
        for iban in ["MT84MALT011000012345MTLCAST001S", "GB82WEST12345698765432", "NL91ABNA0417164300"] {
            assert!(Iban::parse(iban).is_some(), "{iban}");
        }
    }

    #[test]
    fn a_debug_form_names_what_it_hides_a10() {
        let shown =
            format!("{:?} {:?} {:?}", Iban::parse(IBAN).unwrap(), Bic::parse(BIC).unwrap(), raw(IBAN, BIC));
        assert_eq!(shown, "Iban(…) Bic(…) RawBank(…)");
    }

    proptest! {
        #[test]
        fn one_wrong_digit_of_an_iban_is_always_seen(place in 0usize..27, digit in 0u32..10) {
            let right: Vec<char> = compact(IBAN).chars().collect();
            prop_assume!(right[place].is_ascii_digit());
            let mut wrong = right.clone();
            wrong[place] = char::from_digit(digit, 10).unwrap();
            let parsed = Iban::parse(&wrong.iter().collect::<String>());
            prop_assert_eq!(parsed.is_some(), wrong == right);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC*") {
            prop_assert!(Iban::parse(&text).is_none_or(|iban| iban.as_str().is_ascii()));
            prop_assert!(Bic::parse(&text).is_none_or(|bic| bic.as_str().is_ascii()));
        }
    }
}
