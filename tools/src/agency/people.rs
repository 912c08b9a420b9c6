//! Parties, one after the other, each with a name that nobody bears.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::words::{CITIES, FIRST_NAMES, STREETS, SURNAME_FIRST, SURNAME_LAST, SURNAME_MIDDLE, TITLES};
use crate::random::Random;

/// Makes parties.
pub(super) struct People<'a> {
    db: &'a Connection,
    random: Random,
    known: HashMap<String, i64>,
    last: i64,
}

/// A party as its accounts need it.
#[derive(Debug, Clone)]
pub(super) struct Party {
    pub id: i64,
    pub surname: String,
    pub display: String,
}

impl<'a> People<'a> {
    pub(super) fn new(db: &'a Connection, seed: u64) -> Self {
        Self { db, random: Random::new(seed, "people"), known: HashMap::new(), last: 0 }
    }

    /// Inserts one more party.
    pub(super) fn add(&mut self) -> anyhow::Result<Party> {
        self.last += 1;
        let (id, random) = (self.last, &mut self.random);
        let middle = if random.percent(40) { random.pick(SURNAME_MIDDLE) } else { "" };
        let surname = format!("{}{middle}{}", random.pick(SURNAME_FIRST), random.pick(SURNAME_LAST));
        let first_name = random.pick(FIRST_NAMES);
        let display = format!("{surname} {first_name}");
        let mut code = capitals(&format!("{surname}{first_name}"));
        let times = self.known.entry(code.clone()).and_modify(|times| *times += 1).or_insert(1);
        if *times > 1 {
            code.push_str(&times.to_string());
        }
        let (postcode, city) = address(random);
        let street = format!("{}, {}", random.between(1, 120), random.pick(STREETS));
        let password: Option<String> = random.percent(30).then(|| {
            (0..10)
                .map(|_| {
                    char::from(b"BCDFGHJKLMNPQRSTVWXZ"[..].get(at(random.below(20))).copied().unwrap_or(b'B'))
                })
                .collect()
        });
        self.db
            .prepare_cached(
                "INSERT INTO party (id, code, title, surname, first_name, display_name, address_1, postcode, city, login,
                     temporary_password, temporary_password_issue, temporary_password_set_on)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?2, ?10, 1, '2026-01-05')",
            )?
            .execute(params![
                id,
                code,
                random.pick(TITLES),
                surname,
                first_name,
                display,
                street,
                postcode,
                city,
                password
            ])?;
        if random.percent(80) {
            self.db
                .prepare_cached("INSERT INTO party_email (party_id, position, email) VALUES (?1, 1, ?2)")?
                .execute(params![id, format!("{}@example.org", code.to_lowercase())])?;
        }
        if random.percent(60) {
            self.db
                .prepare_cached("INSERT INTO party_mobile (party_id, position, mobile) VALUES (?1, 1, ?2)")?
                .execute(params![id, format!("06 39 98 {:02} {:02}", id / 100 % 100, id % 100)])?;
        }
        Ok(Party { id, surname, display })
    }
}

fn at(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

/// Picks a town with its postcode.
pub(super) fn address(random: &mut Random) -> (&'static str, &'static str) {
    let towns = i64::try_from(CITIES.len()).unwrap_or_default();
    CITIES.get(at(random.below(towns))).copied().unwrap_or_default()
}

/// Gives the capitals of a name, without accents.
fn capitals(name: &str) -> String {
    let plain = |c: char| match c {
        'à' | 'â' | 'À' => 'A',
        'ç' => 'C',
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' => 'E',
        'ï' | 'î' => 'I',
        'ô' | 'ö' => 'O',
        'ù' | 'û' | 'ü' => 'U',
        other => other.to_ascii_uppercase(),
    };
    name.chars().map(plain).filter(char::is_ascii_uppercase).collect()
}
