//! The co-owner list of a building, as it would be printed today (G3, G4, G9).

use publier_core::domain::co_owner_list::{FundsOverflow, ListRecord, ListRow, ListUnit, rows};
use publier_core::domain::ids::BuildingId;
use publier_core::domain::options::ExtranetOptions;
use publier_core::domain::party::PostalAddress;
use publier_core::domain::records::Building;
use publier_core::publication::reason::RefusalReason;

use super::error::DeskError;
use super::office::{Office, building};
use crate::source::staff::ListedRecord;

/// A building's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildingList {
    /// The building's code.
    pub code: String,
    /// The building's name.
    pub name: String,
    /// Its address, the lines of an envelope.
    pub address: Vec<String>,
    /// One row a record that holds a unit today; refused when amounts leave the range of 64 bits.
    pub rows: Result<Vec<ListRow>, RefusalReason>,
}

/// Makes the list of the buildings of these codes, or of every building that has co-owner records (G4).
///
/// # Errors
/// When the database can't be read, or a code is no building's.
pub fn list(office: &Office, codes: &[String]) -> Result<Vec<BuildingList>, DeskError> {
    let reference = office.reference()?;
    let asked: Vec<BuildingId> =
        codes.iter().map(|code| building(&reference, code)).collect::<Result<_, _>>()?;
    let one = match asked.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    let records = office.snapshot.listed_records(one, office.today)?;
    let wanted = reference.buildings.values().filter(|building| {
        if asked.is_empty() {
            records.iter().any(|record| record.building == building.id)
        } else {
            asked.contains(&building.id)
        }
    });
    let made = |building: &Building| BuildingList {
        code: building.code.clone(),
        name: building.name.clone(),
        address: building.address.envelope_lines(),
        rows: rows_of(&records, building.id, &reference.options),
    };
    Ok(wanted.map(made).collect())
}

fn rows_of(
    records: &[ListedRecord],
    building: BuildingId,
    options: &ExtranetOptions,
) -> Result<Vec<ListRow>, RefusalReason> {
    let of_building: Vec<&ListedRecord> =
        records.iter().filter(|record| record.building == building).collect();
    let units: Vec<Vec<ListUnit<'_>>> = of_building.iter().map(|record| units_of(record)).collect();
    let funds: Vec<Vec<_>> = of_building
        .iter()
        .map(|record| record.funds.iter().map(|(number, amount)| (number.as_str(), *amount)).collect())
        .collect();
    let listed =
        of_building.iter().zip(units.iter().zip(&funds)).map(|(record, (units, funds))| ListRecord {
            record: record.id,
            title: record.title.as_deref(),
            surname: &record.surname,
            display_name: &record.display_name,
            address: address_of(record),
            units,
            funds,
            council_member: record.council_member,
            council_president: record.council_president,
            resident: record.resident,
        });
    rows(&listed.collect::<Vec<_>>(), options).map_err(FundsOverflow::refusal)
}

fn units_of(record: &ListedRecord) -> Vec<ListUnit<'_>> {
    let listed = record.units.iter().map(|unit| ListUnit {
        building_code: &unit.building_code,
        number: &unit.number,
        kind: &unit.kind,
        position: unit.position,
    });
    listed.collect()
}

fn address_of(record: &ListedRecord) -> PostalAddress<'_> {
    let [line_1, line_2, postcode, city] = &record.address;
    PostalAddress {
        line_1: line_1.as_deref(),
        line_2: line_2.as_deref(),
        postcode: postcode.as_deref(),
        city: city.as_deref(),
    }
}
