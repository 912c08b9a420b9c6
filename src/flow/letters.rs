//! Event bodies as letters: who writes, to whom, where and when.
//!
//! Promise: a letter depends on the event and the records it names alone, never on the clock (rule 11).

use chrono::{Datelike, NaiveDate};
use publier_core::domain::records::Agency;

use crate::render::{Letter, Letterhead};

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

    #[test]
    fn a_letter_is_dated_in_french() {
        assert_eq!(french_date(NaiveDate::from_ymd_opt(2024, 8, 1).unwrap()), "1er août 2024");
        assert_eq!(french_date(NaiveDate::from_ymd_opt(2026, 12, 31).unwrap()), "31 décembre 2026");
    }
}
