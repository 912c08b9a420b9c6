//! The co-owner list of a building: its rows, what of it is visible, when it is made again (rules G1-G9).
//!
//! # Promises
//! - One row a co-owner *record* that holds a unit today, by surname: someone with two records stands twice, each
//!   with its own council marks (G4, G9).
//! - An amount of zero prints blank; amounts are those of the units held today (G4).
//! - [`visible_bytes`] tells two lists apart when, and only when, something that a reader sees differs; the date,
//!   the time and the initials are left out (G5, G8).
//! - The list is for the council: a binder that plain co-owners see refuses it, and removes those sent (G7).
//!
//! # Refusals
//! - A setting that is missing (G1), a binder open to plain co-owners (G7), a sum beyond 64 bits of cents.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::digest::Digest;
use super::ids::{CoOwnerRecordId, TemplateId};
use super::money::Cents;
use super::options::ExtranetOptions;
use super::party::PostalAddress;
use super::works_fund::FundKind;
use crate::publication::reason::RefusalReason;

/// The list's file name among the building's documents (G2).
pub const LIST_FILE_NAME: &str = "Liste_copropriétaires.pdf";

/// The first bytes of [`visible_bytes`]: a change of the encoding makes every list new.
const ENCODING: &str = "co-owner list 1";

/// Both settings that a list needs (G1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListSettings {
    /// The document's number on the building.
    pub number: u32,
    /// The template that archives it.
    pub template: TemplateId,
}

/// The setting that is missing (G1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MissingListSetting {
    /// The document's number.
    #[error("the number of the co-owner list among a building's documents is not set")]
    Number,
    /// The event template.
    #[error("the event template that archives the co-owner list is not set")]
    Template,
}

impl ListSettings {
    /// Reads both settings.
    ///
    /// # Errors
    /// Names the first that is missing.
    pub fn of(options: &ExtranetOptions) -> Result<Self, MissingListSetting> {
        Ok(Self {
            number: options.co_owner_list_number.ok_or(MissingListSetting::Number)?,
            template: options.co_owner_list_template.ok_or(MissingListSetting::Template)?,
        })
    }
}

/// Judges the list's binder: one that plain co-owners see refuses the list and removes those sent (G7).
pub fn binder_refusal(plain_co_owners_see_it: bool) -> Option<RefusalReason> {
    plain_co_owners_see_it.then_some(RefusalReason::CouncilOnly)
}

/// Tells whether a run makes a building's list again by itself: only where there is one already, and only when
/// what is visible changed (G5, G8).
pub fn is_due(last: Option<Digest>, visible: Digest) -> bool {
    last.is_some_and(|last| last != visible)
}

/// What stands above the rows, date, time, initials and page number apart (G3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListHead<'a> {
    /// The building's name.
    pub building_name: &'a str,
    /// The building's address.
    pub address: PostalAddress<'a>,
    /// The agency's name.
    pub agency: &'a str,
}

/// A unit that a record holds today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListUnit<'a> {
    /// Its building's code.
    pub building_code: &'a str,
    /// Its number.
    pub number: &'a str,
    /// Its kind: Appartement, Cave…
    pub kind: &'a str,
    /// Its place among the holder's units: the lower comes first.
    pub position: i64,
}

/// A co-owner record, as the source gives it.
#[derive(Debug, Clone, Copy)]
pub struct ListRecord<'a> {
    /// Its key.
    pub record: CoOwnerRecordId,
    /// The party's civility.
    pub title: Option<&'a str>,
    /// The party's surname: the list is sorted by it.
    pub surname: &'a str,
    /// The party's name, without the civility.
    pub display_name: &'a str,
    /// The party's address.
    pub address: PostalAddress<'a>,
    /// The units that the record holds today.
    pub units: &'a [ListUnit<'a>],
    /// The balances of those units, as (account number, amount): a credit balance is positive.
    pub funds: &'a [(&'a str, Cents)],
    /// Member of the council.
    pub council_member: bool,
    /// President of the council.
    pub council_president: bool,
    /// Lives in the building.
    pub resident: bool,
}

/// A row of the list, as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// Whose row it is; not printed.
    pub record: CoOwnerRecordId,
    /// The civility and the name.
    pub identity: String,
    /// The lines of the address, under the name.
    pub address: Vec<String>,
    /// The units, as `GILBERT/248 (Appartement)`.
    pub units: Vec<String>,
    /// « Fonds de roulement »: blank for zero.
    pub working_capital: String,
    /// « Fonds travaux »: blank for zero.
    pub works_fund: String,
    /// « Membre CS »: an X or blank.
    pub council_member: &'static str,
    /// « Président CS ».
    pub council_president: &'static str,
    /// « Résidant ».
    pub resident: &'static str,
}

/// A record whose amounts leave the range of 64 bits of cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the funds of co-owner record {0} leave the range of 64 bits of cents")]
pub struct FundsOverflow(pub CoOwnerRecordId);

impl FundsOverflow {
    /// Gives the reason under which the list is refused.
    pub fn refusal(self) -> RefusalReason {
        RefusalReason::BadValue
    }
}

/// Makes the rows of one building's list (G4, G9): those of records that hold a unit, by surname without regard to
/// accents and case, then by name, then by record.
///
/// # Errors
/// When a record's amounts leave the range of 64 bits: the list is refused.
pub fn rows(records: &[ListRecord<'_>], options: &ExtranetOptions) -> Result<Vec<ListRow>, FundsOverflow> {
    let mut holders: Vec<&ListRecord<'_>> =
        records.iter().filter(|record| !record.units.is_empty()).collect();
    holders.sort_by_cached_key(|record| {
        (sort_form(record.surname), sort_form(record.display_name), record.record)
    });
    holders.into_iter().map(|record| row(record, options)).collect()
}

fn row(record: &ListRecord<'_>, options: &ExtranetOptions) -> Result<ListRow, FundsOverflow> {
    let sum = |kind| fund_sum(record, kind, options).map(printed);
    let mut units: Vec<&ListUnit<'_>> = record.units.iter().collect();
    units.sort_by_key(|unit| (unit.position, unit.building_code, unit.number));
    let title = record.title.map(str::trim).filter(|title| !title.is_empty());
    Ok(ListRow {
        record: record.record,
        identity: title.into_iter().chain([record.display_name]).collect::<Vec<_>>().join(" "),
        address: record.address.lines(),
        units: units.into_iter().map(unit_label).collect(),
        working_capital: sum(FundKind::WorkingCapital)?,
        works_fund: sum(FundKind::WorksFund)?,
        council_member: mark(record.council_member),
        council_president: mark(record.council_president),
        resident: mark(record.resident),
    })
}

/// Adds up the record's funds of one kind.
fn fund_sum(
    record: &ListRecord<'_>,
    kind: FundKind,
    options: &ExtranetOptions,
) -> Result<Cents, FundsOverflow> {
    record
        .funds
        .iter()
        .filter(|(account_number, _)| FundKind::of(account_number, options) == Some(kind))
        .try_fold(Cents::ZERO, |sum, (_, amount)| sum.checked_add(*amount))
        .ok_or(FundsOverflow(record.record))
}

/// Gives `GILBERT/248 (Appartement)` (G4).
fn unit_label(unit: &ListUnit<'_>) -> String {
    format!("{}/{} ({})", unit.building_code, unit.number, unit.kind)
}

/// Prints an amount in French, zero as a blank (G4).
fn printed(amount: Cents) -> String {
    if amount.is_zero() { String::new() } else { amount.to_french() }
}

fn mark(set: bool) -> &'static str {
    if set { "X" } else { "" }
}

/// Gives a name as it sorts: without accents or case.
fn sort_form(name: &str) -> String {
    name.nfd().filter(|character| !is_combining_mark(*character)).flat_map(char::to_uppercase).collect()
}

/// Gives the canonical bytes of what a reader sees of a list (G5, G8), to be digested at the edge. Each text comes
/// after its length in bytes and each list after its count, so that no two lists share their bytes.
pub fn visible_bytes(head: &ListHead<'_>, rows: &[ListRow]) -> Vec<u8> {
    let mut out = Vec::new();
    text(&mut out, ENCODING);
    text(&mut out, head.building_name);
    texts(&mut out, &head.address.lines());
    text(&mut out, head.agency);
    count(&mut out, rows.len());
    for row in rows {
        text(&mut out, &row.identity);
        texts(&mut out, &row.address);
        texts(&mut out, &row.units);
        for cell in [&row.working_capital, &row.works_fund] {
            text(&mut out, cell);
        }
        for cell in [row.council_member, row.council_president, row.resident] {
            text(&mut out, cell);
        }
    }
    out
}

fn count(out: &mut Vec<u8>, count: usize) {
    out.extend_from_slice(count.to_string().as_bytes());
    out.push(b':');
}

fn text(out: &mut Vec<u8>, text: &str) {
    count(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

fn texts(out: &mut Vec<u8>, list: &[String]) {
    count(out, list.len());
    for item in list {
        text(out, item);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unit(number: &'static str, kind: &'static str, position: i64) -> ListUnit<'static> {
        ListUnit { building_code: "GILBERT", number, kind, position }
    }

    const UNITS: &[ListUnit<'static>] =
        &[ListUnit { building_code: "GILBERT", number: "142", kind: "Appartement", position: 0 }];

    fn record(id: i64, surname: &'static str) -> ListRecord<'static> {
        ListRecord {
            record: CoOwnerRecordId(id),
            title: None,
            surname,
            display_name: surname,
            address: PostalAddress::default(),
            units: UNITS,
            funds: &[],
            council_member: false,
            council_president: false,
            resident: false,
        }
    }

    fn made(records: &[ListRecord<'_>]) -> Vec<ListRow> {
        rows(records, &ExtranetOptions::default()).unwrap()
    }

    const HEAD: ListHead<'static> = ListHead {
        building_name: "GILBERT",
        address: PostalAddress { line_1: Some("4, rue Gilbert"), line_2: None, postcode: None, city: None },
        agency: "TESTS 605",
    };

    fn visible(records: &[ListRecord<'_>]) -> Vec<u8> {
        visible_bytes(&HEAD, &made(records))
    }

    #[test]
    fn both_settings_are_needed_g1() {
        let none = ExtranetOptions::default();
        assert_eq!(ListSettings::of(&none), Err(MissingListSetting::Number));
        let number = ExtranetOptions { co_owner_list_number: Some(7), ..none };
        assert_eq!(ListSettings::of(&number), Err(MissingListSetting::Template));
        let both = ExtranetOptions { co_owner_list_template: Some(TemplateId(3)), ..number };
        assert_eq!(ListSettings::of(&both), Ok(ListSettings { number: 7, template: TemplateId(3) }));
    }

    #[test]
    fn a_row_reads_as_on_the_sources_own_list_g4() {
        let units = [unit("910", "Parking", 3), unit("248", "Appartement", 1), unit("012", "Cave", 2)];
        let atrillon = ListRecord {
            title: Some("Monsieur"),
            display_name: "ATRILLON Bernard",
            address: PostalAddress {
                line_1: Some("12, rue des cépages"),
                line_2: None,
                postcode: Some("33120"),
                city: Some("SAUTERNES"),
            },
            units: &units,
            funds: &[
                ("105999", Cents(2_000)),
                ("105999", Cents(389)),
                ("103100", Cents(0)),
                ("450", Cents(7)),
            ],
            resident: true,
            ..record(1, "ATRILLON")
        };
        assert_eq!(
            made(&[atrillon]),
            [ListRow {
                record: CoOwnerRecordId(1),
                identity: "Monsieur ATRILLON Bernard".to_owned(),
                address: vec!["12, rue des cépages".to_owned(), "33120 SAUTERNES".to_owned()],
                units: ["GILBERT/248 (Appartement)", "GILBERT/012 (Cave)", "GILBERT/910 (Parking)"]
                    .map(str::to_owned)
                    .to_vec(),
                working_capital: String::new(),
                works_fund: "23,89".to_owned(),
                council_member: "",
                council_president: "",
                resident: "X",
            }]
        );
    }

    #[test]
    fn one_row_a_record_and_the_council_mark_is_the_records_g4_g9() {
        let first = ListRecord { council_member: true, ..record(1, "BROUILLY") };
        let rows = made(&[record(2, "BROUILLY"), first]);
        let marks: Vec<_> = rows.iter().map(|row| (row.record.0, row.council_member)).collect();
        assert_eq!(marks, [(1, "X"), (2, "")]);
    }

    #[test]
    fn rows_come_by_surname_without_regard_to_accents_or_case_g4() {
        let rows = made(&[record(1, "ZOLA"), record(2, "étienne"), record(3, "Eluard"), record(4, "FORT")]);
        let order: Vec<i64> = rows.iter().map(|row| row.record.0).collect();
        assert_eq!(order, [3, 2, 4, 1]);
    }

    #[test]
    fn a_record_that_holds_nothing_today_has_no_row_g4() {
        assert_eq!(made(&[ListRecord { units: &[], ..record(1, "VENDEUR") }]), []);
    }

    #[test]
    fn amounts_beyond_64_bits_refuse_the_list() {
        let funds = [("105999", Cents(i64::MAX)), ("105999", Cents(1))];
        let error = rows(&[ListRecord { funds: &funds, ..record(4, "A") }], &ExtranetOptions::default());
        assert_eq!(error, Err(FundsOverflow(CoOwnerRecordId(4))));
        assert_eq!(FundsOverflow(CoOwnerRecordId(4)).refusal(), RefusalReason::BadValue);
    }

    #[test]
    fn every_visible_change_changes_the_bytes_and_nothing_else_does_g5_g8() {
        let base = record(1, "CLIQUOT");
        let moved = PostalAddress { line_1: Some("1, place Stanislas"), ..PostalAddress::default() };
        let sold = [unit("142", "Cave", 0)];
        let changes = [
            ListRecord { title: Some("Madame"), ..base },
            ListRecord { display_name: "CLIQUOT Mathilde", ..base },
            ListRecord { address: moved, ..base },
            ListRecord { units: &sold, ..base },
            ListRecord { funds: &[("105999", Cents(1))], ..base },
            ListRecord { funds: &[("103999", Cents(1))], ..base },
            ListRecord { council_member: true, ..base },
            ListRecord { council_president: true, ..base },
            ListRecord { resident: true, ..base },
        ];
        let mut seen = vec![visible(&[base])];
        for change in changes {
            let bytes = visible(&[change]);
            assert!(!seen.contains(&bytes), "{change:?}");
            seen.push(bytes);
        }
        let unseen = ListRecord { funds: &[("450000", Cents(9))], record: CoOwnerRecordId(8), ..base };
        assert_eq!(visible(&[unseen]), visible(&[base]), "a balance that the list doesn't show");
        let renamed = ListHead { building_name: "COLLINE", ..HEAD };
        assert_ne!(visible_bytes(&renamed, &made(&[base])), visible(&[base]));
    }

    #[test]
    fn a_list_is_remade_by_itself_only_where_there_is_one_and_it_changed_g5_g8() {
        let (old, new) = (Digest([1; 32]), Digest([2; 32]));
        assert!(is_due(Some(old), new));
        assert!(!is_due(Some(new), new));
        assert!(!is_due(None, new), "nobody asked for a first one");
    }

    #[test]
    fn a_binder_that_plain_co_owners_see_refuses_the_list_g7() {
        assert_eq!(binder_refusal(true), Some(RefusalReason::CouncilOnly));
        assert_eq!(binder_refusal(false), None);
    }

    fn cell() -> impl Strategy<Value = String> {
        "[0-9:a]{0,3}"
    }

    fn row_of_cells() -> impl Strategy<Value = ListRow> {
        let list = || proptest::collection::vec(cell(), 0..3);
        (cell(), list(), list(), cell(), cell()).prop_map(|(identity, address, units, capital, fund)| {
            ListRow {
                record: CoOwnerRecordId(0),
                identity,
                address,
                units,
                working_capital: capital,
                works_fund: fund,
                council_member: "",
                council_president: "X",
                resident: "",
            }
        })
    }

    proptest! {
        #[test]
        fn two_lists_share_their_bytes_only_when_they_are_the_same_g5(
            one in proptest::collection::vec(row_of_cells(), 0..3),
            other in proptest::collection::vec(row_of_cells(), 0..3),
        ) {
            let same = visible_bytes(&HEAD, &one) == visible_bytes(&HEAD, &other);
            prop_assert_eq!(same, one == other);
        }

        #[test]
        fn the_order_of_the_records_does_not_matter_g4(seed in proptest::collection::vec(0usize..4, 0..8)) {
            let records: Vec<_> = (1..).zip(seed).map(|(id, name)| record(id, ["É", "e", "F", "Z"][name])).collect();
            let mut turned = records.clone();
            turned.reverse();
            prop_assert_eq!(made(&records), made(&turned));
        }
    }
}
