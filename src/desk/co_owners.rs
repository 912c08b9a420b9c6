//! The co-owner list of a building: as it would be printed today, and archived for the council (G1-G7, G9).

use publier_core::domain::ids::BuildingId;

use super::error::DeskError;
use super::office::{Office, building};
use super::row::{Kind, Notice, Outcome, Refusal, Results, Row};
use crate::flow::lists::{self, Archivist, ListError, ListOutcome, ListRefusal};
use crate::source::Reference;

pub use crate::flow::lists::BuildingList;

impl From<ListRefusal> for Refusal {
    fn from(refusal: ListRefusal) -> Self {
        match refusal {
            ListRefusal::Rule(reason) => reason.into(),
            ListRefusal::Staff(reason) => reason.into(),
        }
    }
}

/// Makes the list of the buildings of these codes, or of every building that has co-owner records (G4).
///
/// # Errors
/// When the database can't be read, or a code is no building's.
pub fn list(office: &Office, codes: &[String]) -> Result<Vec<BuildingList>, DeskError> {
    let reference = office.reference()?;
    Ok(lists::lists(&office.snapshot, &reference, &named(&reference, codes)?, office.today)?)
}

/// « Générer la liste des copropriétaires » (G2) for the buildings of these codes, or for every building that has
/// co-owner records: the PDF in the building's documents, and an event that the next publication takes. `initials` are
/// printed on it (G3); none = those of the service.
///
/// # Errors
/// When the database can't be read or written, the agency's files can't be written, or a code is no building's.
pub fn generate(
    office: &Office,
    codes: &[String],
    initials: Option<&str>,
    dry_run: bool,
) -> Result<Results, DeskError> {
    let reference = office.reference()?;
    let lists = lists::lists(&office.snapshot, &reference, &named(&reference, codes)?, office.today)?;
    let places = (office.database(), office.files());
    let mut archivist = Archivist::open(&office.snapshot, &reference, places, office.now)?;
    if let Some(initials) = initials {
        initials.clone_into(&mut archivist.initials);
    }
    let one = |list: &BuildingList| -> Result<Row, DeskError> {
        let outcome = if dry_run { Ok(archivist.judge(list)) } else { archivist.archive(list) };
        let mut notice = None;
        let outcome = match outcome {
            Ok(ListOutcome::Archived(dropped)) => {
                notice = Notice::of_lost(dropped);
                Outcome::Done
            }
            Ok(ListOutcome::Already) => Outcome::Already,
            Ok(ListOutcome::Refused(refusal)) => Outcome::Refused(refusal.into()),
            // One list that can't be made is no reason to leave the others.
            Err(ListError::Render(error)) => {
                tracing::warn!(building = %list.building, %error, "the co-owner list can't be rendered");
                Outcome::Refused(error.refusal().into())
            }
            Err(ListError::Source(error)) => return Err(error.into()),
            Err(ListError::File(error)) => return Err(error.into()),
        };
        let mut row = Row::new(Kind::Building, &list.code, &list.name, outcome);
        row.notices.extend(notice);
        Ok(row)
    };
    let rows = lists.iter().map(one).collect::<Result<_, _>>()?;
    Ok(Results { rows, dry_run })
}

/// Finds the buildings of some codes.
pub(super) fn named(reference: &Reference, codes: &[String]) -> Result<Vec<BuildingId>, DeskError> {
    codes.iter().map(|code| Ok(building(reference, code)?)).collect()
}
