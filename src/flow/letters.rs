//! Event bodies as letters: who writes, to whom, where and when.
//!
//! Promise: a letter depends on the event and the records it names alone, never on the clock (rule 11).
//!
//! The letters of a publication wait in one file of the spool, one after the other, until each is rendered: on a day of
//! fund calls there are thirty thousand.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};

use chrono::{Datelike, NaiveDate};
use publier_core::domain::records::Agency;

use serde::{Deserialize, Serialize};

use super::error::FlowError;
use crate::files::create_private;
use crate::package::spool::Folder;
use crate::render::{Letter, Letterhead};

/// The name of the letters' file in the spool.
const LETTERS: &str = "letters.json";

/// Where a letter stands in the letters' file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct LetterPlace {
    at: u64,
    bytes: u64,
}

/// The letters' file, being written.
#[derive(Debug)]
pub(super) struct LetterFile {
    out: BufWriter<File>,
    at: u64,
}

impl LetterFile {
    /// Begins the file, in place of that of an interrupted plan.
    pub(super) fn create(spool: &Folder) -> Result<Self, FlowError> {
        Ok(Self { out: BufWriter::new(create_private(&spool.file(LETTERS)?)?), at: 0 })
    }

    /// Keeps a letter, and tells where.
    pub(super) fn keep(&mut self, letter: &Letter) -> Result<LetterPlace, FlowError> {
        let text = serde_json::to_vec(letter)?;
        self.out.write_all(&text)?;
        let place = LetterPlace { at: self.at, bytes: u64::try_from(text.len()).unwrap_or(u64::MAX) };
        self.at += place.bytes;
        Ok(place)
    }

    /// Hands the last letters to the system.
    pub(super) fn finish(mut self) -> Result<(), FlowError> {
        Ok(self.out.flush()?)
    }
}

/// Reads a letter that was kept.
pub(super) fn kept_letter(spool: &Folder, place: LetterPlace) -> Result<Letter, FlowError> {
    let mut file = File::open(spool.file(LETTERS)?)?;
    file.seek(SeekFrom::Start(place.at))?;
    let mut text = Vec::new();
    file.take(place.bytes).read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

/// Gives « 12 mars 2024 », « 1er mars 2024 ».
pub(super) fn french_date(date: NaiveDate) -> String {
    const MONTHS: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    let month =
        usize::try_from(date.month0()).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
    let day = if date.day() == 1 { "1er".to_owned() } else { date.day().to_string() };
    format!("{day} {month} {}", date.year())
}

/// Gives the agency as it heads its letters.
pub(crate) fn letterhead(agency: &Agency) -> Letterhead {
    Letterhead {
        name: agency.name.clone(),
        address: agency.address.envelope_lines(),
        phone: agency.phone.clone(),
        email: agency.email.clone(),
        logo: None,
    }
}

/// Gives « Rennes, le 12 mars 2024 ».
pub(crate) fn place_and_date(agency: &Agency, date: NaiveDate) -> String {
    let place =
        agency.address.city.as_deref().map_or_else(|| "Le ".to_owned(), |city| format!("{city}, le "));
    format!("{place}{}", french_date(date))
}

/// Makes the letter of an event's body.
pub(super) fn letter(
    agency: &Agency,
    recipient: Vec<String>,
    subject: &str,
    body: &str,
    document_id: String,
    date: NaiveDate,
) -> Letter {
    Letter {
        agency: letterhead(agency),
        recipient,
        place_and_date: place_and_date(agency, date),
        subject: subject.trim().to_owned(),
        body_html: body.to_owned(),
        document_id,
        created_on: date,
        reference: None,
        signature: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::spool::Spool;

    #[test]
    fn letters_are_read_back_from_where_they_were_kept() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(&folder.path().join("spool"), u64::MAX).unwrap().folder("7").unwrap();
        let date = NaiveDate::from_ymd_opt(2024, 3, 1).unwrap();
        let made = ["<p>é</p>", "", "<p>2</p>"]
            .map(|body| letter(&Agency::default(), vec!["A".into()], "Objet", body, body.to_owned(), date));
        let mut file = LetterFile::create(&spool).unwrap();
        let places = made.clone().map(|letter| file.keep(&letter).unwrap());
        file.finish().unwrap();
        for (letter, place) in made.iter().zip(places).rev() {
            assert_eq!(kept_letter(&spool, place).unwrap(), *letter);
        }
        assert!(kept_letter(&spool, LetterPlace { at: 1, bytes: 3 }).is_err());
    }

    #[test]
    fn a_letter_is_dated_in_french() {
        assert_eq!(french_date(NaiveDate::from_ymd_opt(2024, 8, 1).unwrap()), "1er août 2024");
        assert_eq!(french_date(NaiveDate::from_ymd_opt(2026, 12, 31).unwrap()), "31 décembre 2026");
    }
}
