//! What is paper: expenses with their vouchers, works funds, photos, events with their attachments.

use std::fmt::Write as _;

use rusqlite::params;

use super::Maker;
use super::files::Kind;
use super::places::{Building, Places, RENTAL_ENTITY, Role};
use super::setup::{TEMPLATES, binder};
use super::words::{EXPENSES, SENTENCES, SUBJECTS};
use crate::random::Random;

/// Allocation keys of a building.
const KEYS: i64 = 5;
/// Photos of a building.
const PHOTOS: i64 = 4;

/// Makes papers, and counts the documents that they give.
pub(super) struct Papers<'m> {
    maker: &'m Maker<'m>,
    random: Random,
    documents: i64,
    last_voucher: i64,
    last_attachment: i64,
}

/// Whom an event is for.
#[derive(Default)]
struct Target {
    condo: bool,
    entity: i64,
    account: Option<i64>,
    unit: Option<i64>,
    building: Option<i64>,
}

impl<'m> Papers<'m> {
    pub(super) fn new(maker: &'m Maker<'m>) -> Self {
        let random = Random::new(maker.seed, "papers");
        Self { maker, random, documents: 0, last_voucher: 0, last_attachment: 0 }
    }

    /// Inserts years, keys and expense lines of the condominiums: two open years, and a closed one with half as many.
    pub(super) fn expenses(&mut self, places: &Places) -> anyhow::Result<()> {
        let condos: Vec<&Building> = places.buildings.iter().filter(|building| building.condo).collect();
        let count = i64::try_from(condos.len())?;
        let lines = self.maker.size.expense_lines;
        for (index, building) in (0..count).zip(condos) {
            let of_building = lines * (index + 1) / count - lines * index / count;
            for key in 0..KEYS {
                let name = ["CHARGES COMMUNES GENERALES", "ASCENSEUR", "CHAUFFAGE", "EAU", "PARKINGS"];
                let name =
                    usize::try_from(key).ok().and_then(|key| name.get(key)).copied().unwrap_or_default();
                let id = index * KEYS + key + 1;
                self.maker
                    .db
                    .prepare_cached(
                        "INSERT INTO allocation_key (id, building_id, code, name) VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![id, building.id, format!("{:03}", (key + 1) * 10), name])?;
            }
            let open = of_building / 2;
            for (at, year, lines) in
                [(1, 2024, of_building / 2), (2, 2025, open), (3, 2026, of_building - open)]
            {
                let id = index * 3 + at;
                self.maker
                    .db
                    .prepare_cached(
                        "INSERT INTO fiscal_year (id, building_id, label, starts_on, ends_on, closed)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    )?
                    .execute(params![
                        id,
                        building.id,
                        format!("Exercice {year}"),
                        format!("{year}-01-01"),
                        format!("{year}-12-31"),
                        year == 2024
                    ])?;
                for _ in 0..lines {
                    self.expense(building.id, (id, year), index * KEYS)?;
                }
            }
        }
        Ok(())
    }

    fn expense(&mut self, building: i64, (year, number): (i64, i64), keys: i64) -> anyhow::Result<()> {
        let random = &mut self.random;
        let kinds = i64::try_from(EXPENSES.len())?;
        let kind = usize::try_from(random.below(kinds))?;
        let (account, label, words) = EXPENSES.get(kind).copied().unwrap_or_default();
        let amount = random.between(1_500, 900_000);
        let recoverable = if random.percent(50) { amount } else { 0 };
        self.maker
            .db
            .prepare_cached(
                "INSERT INTO expense_line (building_id, fiscal_year_id, allocation_key_id, account_number, account_label,
                     entry_date, label, amount_cents, vat_cents, deductible_cents, recoverable_cents)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10)",
            )?
            .execute(params![
                building,
                year,
                keys + 1 + random.below(KEYS),
                account,
                label,
                format!("{number}-{:02}-{:02}", random.between(1, 12), random.between(1, 28)),
                format!("{words} no {}", random.between(1_000, 99_999)),
                amount,
                amount / 6,
                recoverable
            ])?;
        let line = self.maker.db.last_insert_rowid();
        // Every second line has a voucher, and now and then two lines share one.
        if random.percent(50) {
            let shared = self.last_voucher > 0 && random.percent(10);
            if !shared {
                self.last_voucher += 1;
                let path = self.maker.files.file("vouchers", self.last_voucher, Kind::Pdf)?;
                self.maker
                    .db
                    .prepare_cached("INSERT INTO voucher (id, path, original_name) VALUES (?1, ?2, ?3)")?
                    .execute(params![
                        self.last_voucher,
                        path,
                        format!("facture_{}.pdf", self.last_voucher)
                    ])?;
            }
            self.maker
                .db
                .prepare_cached(
                    "INSERT INTO expense_line_voucher (expense_line_id, voucher_id) VALUES (?1, ?2)",
                )?
                .execute(params![line, self.last_voucher])?;
            self.documents += i64::from(number != 2024);
        }
        Ok(())
    }

    /// Inserts a 105 for each unit of a condominium, and a 102 for as many as are still asked for.
    pub(super) fn works_funds(&mut self, places: &Places) -> anyhow::Result<()> {
        let units: i64 =
            places.records.iter().map(|record| i64::try_from(record.units.len()).unwrap_or_default()).sum();
        let mut voted = self.maker.size.funds - units;
        let mut insert = self.maker.db.prepare(
            "INSERT INTO works_fund (co_owner_record_id, building_id, unit_id, account_number, account_label, amount_cents, as_of)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, '2026-06-30')",
        )?;
        for record in &places.records {
            for (account, label) in
                [("102001", "Provisions pour travaux décidés"), ("105999", "Fonds de travaux")]
            {
                for unit in &record.units {
                    if account == "102001" {
                        if voted <= 0 {
                            continue;
                        }
                        voted -= 1;
                    }
                    let amount = self.random.between(1, 90_000);
                    insert.execute(params![record.id, record.building, unit, account, label, amount])?;
                }
            }
        }
        Ok(())
    }

    /// Inserts some photos a building.
    pub(super) fn photos(&mut self, places: &Places) -> anyhow::Result<()> {
        for building in &places.buildings {
            for number in 1..=PHOTOS {
                let code = if building.condo { "MISC_CONDO" } else { "MISC_RENTAL" };
                let path = self.maker.files.file("photos", (building.id - 1) * PHOTOS + number, Kind::Png)?;
                self.maker
                    .db
                    .prepare_cached(
                        "INSERT INTO photo (building_id, binder_id, path, title, taken_on, published_on)
                         VALUES (?1, ?2, ?3, ?4, '2024-05-02', '2024-05-03')",
                    )?
                    .execute(params![building.id, binder(code), path, format!("Façade {number}")])?;
                self.documents += 1;
            }
        }
        Ok(())
    }

    /// Inserts events, oldest first, until there are as many documents as asked for; one in twenty asks for nothing.
    pub(super) fn events(&mut self, places: &Places) -> anyhow::Result<()> {
        let wanted = self.maker.size.documents;
        let first = self.documents;
        let mut event = 0;
        while self.documents < wanted {
            event += 1;
            let day = (self.documents - first) * self.maker.calendar.days() / (wanted - first).max(1);
            let target = self.target(places);
            let asked = event % 20 != 0;
            let (body, attachments) = match self.random.below(10) {
                _ if self.documents + 1 == wanted => (true, 0),
                0..6 => (true, 0),
                6..9 => (false, 1),
                _ => (true, 1),
            };
            self.event(event, day, &target, (asked, body))?;
            for position in 1..=attachments {
                self.attachment(event, position)?;
            }
            if asked {
                self.documents += i64::from(body) + attachments;
            }
        }
        Ok(())
    }

    fn target(&mut self, places: &Places) -> Target {
        let random = &mut self.random;
        let any = |count: usize, random: &mut Random| {
            usize::try_from(random.below(i64::try_from(count).unwrap_or_default())).unwrap_or_default()
        };
        match random.below(100) {
            0..70 => places.accounts.get(any(places.accounts.len(), random)).map(|account| Target {
                condo: account.role == Role::CoOwner,
                entity: account.entity,
                account: Some(account.id),
                ..Target::default()
            }),
            70..80 => places.records.get(any(places.records.len(), random)).and_then(|record| {
                let building = places.buildings.iter().find(|building| building.id == record.building)?;
                let unit = record.units.get(any(record.units.len(), random)).copied();
                Some(Target {
                    condo: true,
                    entity: building.entity,
                    unit,
                    building: Some(building.id),
                    account: None,
                })
            }),
            80..97 => places.buildings.get(any(places.buildings.len(), random)).map(|building| Target {
                condo: building.condo,
                entity: building.entity,
                building: Some(building.id),
                ..Target::default()
            }),
            _ => None,
        }
        .unwrap_or(Target { entity: RENTAL_ENTITY, ..Target::default() })
    }

    fn event(
        &mut self,
        id: i64,
        day: i64,
        target: &Target,
        (asked, body): (bool, bool),
    ) -> anyhow::Result<()> {
        let random = &mut self.random;
        let [rental, condo] = TEMPLATES.map(|templates| i64::try_from(templates.len()).unwrap_or_default());
        let template = if target.condo { rental + 1 + random.below(condo) } else { 1 + random.below(rental) };
        let date = self.maker.calendar.iso(day);
        let subject = random.pick(SUBJECTS);
        let text = body.then(|| html(random, subject)).transpose()?;
        let entity_scope = target.account.is_none() && target.unit.is_none() && target.building.is_none();
        self.maker
            .db
            .prepare_cached(
                "INSERT INTO event (id, template_id, entity_id, subject, body, event_date, processed_on, published_on,
                     publish_request, account_id, unit_id, building_id, entity_scope, revision)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 1)",
            )?
            .execute(params![
                id,
                template,
                target.entity,
                subject,
                text,
                date,
                asked.then_some(date),
                i64::from(asked),
                target.account,
                target.unit,
                target.building,
                entity_scope
            ])?;
        Ok(())
    }

    fn attachment(&mut self, event: i64, position: i64) -> anyhow::Result<()> {
        self.last_attachment += 1;
        let id = self.last_attachment;
        let path = self.maker.files.file("scans", id, Kind::Pdf)?;
        self.maker
            .db
            .prepare_cached(
                "INSERT INTO attachment (id, event_id, position, original_name, path) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![id, event, position, format!("courrier_{id}.pdf"), path])?;
        Ok(())
    }
}

/// Writes a letter: a greeting, some paragraphs, sometimes a table.
fn html(random: &mut Random, subject: &str) -> Result<String, std::fmt::Error> {
    let mut text = String::from("<p>Madame, Monsieur,</p>");
    for _ in 0..random.between(3, 6) {
        text.push_str("<p>");
        for _ in 0..random.between(1, 2) {
            text.push_str(random.pick(SENTENCES));
            text.push(' ');
        }
        text.push_str("</p>");
    }
    if random.percent(20) {
        let amount = random.between(100, 9_999);
        write!(
            text,
            "<table border=\"1\"><tr><th>{subject}</th><th>Montant</th></tr><tr><td>Solde</td><td align=\"right\">{amount},00 €</td></tr></table>"
        )?;
    }
    text.push_str("<p>Veuillez agréer, Madame, Monsieur, nos <b>salutations distinguées</b>.</p>");
    Ok(text)
}
