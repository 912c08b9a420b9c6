//! Small agencies at random, valid for schemas/agency.sql, with every kind of scope, right, sale, lease and flag; and what
//! their staff change between two publications. A seed gives the same agency.

use rusqlite::Connection;
use rusqlite::types::Value;

/// SplitMix64: enough to draw records, and the same everywhere.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 on, below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// A number of a range, both ends included.
    pub fn within(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from + 1) as usize) as i64
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    fn bit(&mut self, chance: usize) -> i64 {
        i64::from(self.percent(chance))
    }

    fn opt<T>(&mut self, chance: usize, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.percent(chance) { Some(value(self)) } else { None }
    }

    /// A day between the beginning of 2024 and the summer of 2026, around the demo's first publication.
    pub fn day(&mut self) -> String {
        format!(
            "{}-{:02}-{:02}",
            self.pick(&[2024, 2024, 2025, 2025, 2025, 2026]),
            self.within(1, 12),
            self.within(1, 28)
        )
    }

    fn past(&mut self) -> String {
        format!(
            "{}-{:02}-{:02}",
            self.pick(&[2021, 2023, 2024, 2025]),
            self.within(1, 10),
            self.pick(&[1, 15, 28])
        )
    }
}

/// How many records of each kind an agency has.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub parties: i64,
    pub accounts: i64,
    pub units: i64,
    pub events: i64,
    pub entries: i64,
}

/// Enough for every rule to be met by something.
pub const SMALL: Size = Size { parties: 7, accounts: 11, units: 9, events: 14, entries: 40 };

const BUILDINGS: i64 = 3;
const ENTITIES: i64 = 3;
const BINDERS: i64 = 9;
const TEMPLATES: i64 = 8;
const INVOICES: i64 = 5;

const FILES: [&str; 6] = [
    "courriers/compteur.pdf",
    "courriers/devis_toiture.pdf",
    "courriers/pouvoir.pdf",
    "courriers/plafond.jpg",
    "courriers/compteur_vide.pdf",
    "courriers/nulle_part.pdf",
];

struct Writer<'c> {
    db: &'c Connection,
    dice: Dice,
    size: Size,
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn int(value: i64) -> Value {
    Value::Integer(value)
}

fn opt_int(value: Option<i64>) -> Value {
    value.map_or(Value::Null, Value::Integer)
}

fn opt_text(value: Option<String>) -> Value {
    value.map_or(Value::Null, Value::Text)
}

fn insert(db: &Connection, table: &str, columns: &str, values: Vec<Value>) {
    let marks = vec!["?"; values.len()].join(", ");
    let sql = format!("INSERT INTO {table} ({columns}) VALUES ({marks})");
    db.prepare_cached(&sql)
        .and_then(|mut insert| insert.execute(rusqlite::params_from_iter(values)))
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
}

/// Fills an empty database of the schema.
pub fn fill(db: &Connection, seed: u64, size: Size) {
    let mut writer = Writer { db, dice: Dice::new(seed), size };
    db.execute_batch("BEGIN; PRAGMA defer_foreign_keys = ON;").unwrap();
    writer.agency();
    writer.people();
    writer.accounts();
    writer.stays();
    writer.books();
    writer.binders();
    writer.events();
    db.execute_batch("COMMIT").unwrap();
}

impl Writer<'_> {
    fn agency(&mut self) {
        insert(
            self.db,
            "agency",
            "id, name, agency_ref, domain_name, licence_valid",
            vec![int(1), text("TESTS 605"), text("605"), text("tests605"), int(1)],
        );
        let names = [
            "group_bank_landlord",
            "group_bank_tenant",
            "group_bank_co_owner",
            "group_by_tenant",
            "exclude_not_remitted",
            "use_attachment_names",
            "withhold_bank_details",
            "send_102",
            "inactivate_on_notice",
            "inactivate_on_move_out",
            "inactivate_sellers",
            "normalize_rights",
        ];
        let mut values = vec![int(1), int(self.dice.bit(80))];
        values.extend(names.iter().map(|_| int(self.dice.bit(40))));
        insert(self.db, "extranet_settings", &format!("id, send_expenses, {}", names.join(", ")), values);
        for id in 1..=ENTITIES {
            let module = if id == 1 { "rental" } else { "condo" };
            insert(
                self.db,
                "entity",
                "id, code, module, name",
                vec![int(id), text(&format!("E{id:03}")), text(module), text(&format!("Entité {id}"))],
            );
        }
        for id in 1..=BUILDINGS {
            let entity = self.dice.within(1, ENTITIES);
            insert(
                self.db,
                "building",
                "id, code, name, label, entity_id",
                vec![int(id), text(&format!("IMM{id}")), text("Immeuble"), text("Immeuble"), int(entity)],
            );
        }
        for id in 1..=self.size.units {
            let building = self.dice.within(1, BUILDINGS);
            insert(
                self.db,
                "unit",
                "id, building_id, number, kind, is_main, position",
                vec![int(id), int(building), text(&format!("{id:03}")), text("Appartement"), int(1), int(id)],
            );
        }
    }

    fn people(&mut self) {
        for id in 1..=self.size.parties {
            let login = (id == 1 || self.dice.percent(85)).then(|| format!("NOM{id}PRENOM"));
            let password = login.is_some() && self.dice.percent(50);
            insert(
                self.db,
                "party",
                "id, code, surname, display_name, city, login, temporary_password, temporary_password_issue",
                vec![
                    int(id),
                    text(&format!("TIERS{id}")),
                    text(&format!("NOM{id}")),
                    text(&format!("NOM{id} Prénom")),
                    text("NANCY"),
                    opt_text(login),
                    opt_text(password.then(|| "ABCDEFGHJK".to_owned())),
                    int(i64::from(password)),
                ],
            );
        }
        insert(
            self.db,
            "staff_member",
            "id, name, email",
            vec![int(1), text("Un collaborateur"), text("a@example.org")],
        );
        insert(
            self.db,
            "supplier",
            "id, name, published",
            vec![int(1), text("Plombier"), int(self.dice.bit(50))],
        );
        for id in 1..=self.size.parties + 2 {
            let (party, building) = (self.dice.within(1, self.size.parties), self.dice.within(1, BUILDINGS));
            let (member, president) = (self.dice.bit(25), self.dice.bit(15));
            insert(
                self.db,
                "co_owner_record",
                "id, party_id, building_id, label, council_member, council_president",
                vec![int(id), int(party), int(building), text("Fiche"), int(member), int(president)],
            );
        }
    }

    fn record(&mut self) -> i64 {
        self.dice.within(1, self.size.parties + 2)
    }

    /// The first account is never taken back, so that something is published whatever staff do.
    fn accounts(&mut self) {
        for id in 1..=self.size.accounts {
            let role = if id == 1 {
                "landlord"
            } else {
                self.dice.pick(&["landlord", "tenant", "tenant", "co_owner", "co_owner", "co_owner", "other"])
            };
            let entity = if role == "co_owner" { self.dice.within(2, ENTITIES) } else { 1 };
            let record = (role == "co_owner" && self.dice.percent(95)).then(|| self.record());
            let of_record = record.map(|record| {
                let sql = "SELECT party_id FROM co_owner_record WHERE id = ?1";
                self.db.query_row(sql, [record], |row| row.get::<_, i64>(0)).unwrap()
            });
            let party = match (id, of_record) {
                (1, _) => Some(1),
                (_, Some(party)) if self.dice.percent(90) => Some(party),
                _ => self.dice.opt(92, |dice| dice.within(1, self.size.parties)),
            };
            let published = id == 1 || self.dice.percent(75);
            let from = self.dice.opt(30, Dice::past);
            let mode = self.dice.pick(&["carry_forward", "opening_balance"]);
            insert(
                self.db,
                "account",
                "id, entity_id, number, label, party_id, role, co_owner_record_id, published, validated, available_from, opening_mode",
                vec![
                    int(id),
                    int(entity),
                    text(&format!("4{id:05}")),
                    text("Compte"),
                    opt_int(party),
                    text(role),
                    opt_int(record),
                    int(i64::from(published)),
                    int(self.dice.bit(90)),
                    opt_text(from),
                    text(mode),
                ],
            );
        }
    }

    fn account_of(&mut self, role: &str) -> Option<i64> {
        let sql = format!("SELECT id FROM account WHERE role = '{role}' ORDER BY id");
        let ids: Vec<i64> = super::truth::all(self.db, &sql, |row| row.get(0));
        (!ids.is_empty()).then(|| self.dice.pick(&ids))
    }

    fn stays(&mut self) {
        for id in 1..=self.size.units + 4 {
            let unit = self.dice.within(1, self.size.units);
            let landlord = self.dice.opt(30, |_| ()).and_then(|()| self.account_of("landlord"));
            let record = landlord.is_none().then(|| self.record());
            let account = self
                .dice
                .opt(50, |_| ())
                .and_then(|()| self.account_of("co_owner"))
                .filter(|_| record.is_some());
            let from = self.dice.past();
            let to = self.dice.opt(35, Dice::day).filter(|to| *to > from);
            insert(
                self.db,
                "holding",
                "id, co_owner_record_id, landlord_account_id, account_id, unit_id, held_from, held_to",
                vec![
                    int(id),
                    opt_int(record),
                    opt_int(landlord),
                    opt_int(account),
                    int(unit),
                    text(&from),
                    opt_text(to),
                ],
            );
        }
        for id in 1..=5 {
            let (Some(landlord), Some(tenant)) = (self.account_of("landlord"), self.account_of("tenant"))
            else {
                break;
            };
            let from = self.dice.past();
            let to = self.dice.opt(40, Dice::day).filter(|to| *to > from);
            let unit = self.dice.within(1, self.size.units);
            let (notice, left) = (self.dice.opt(20, Dice::past), self.dice.opt(15, Dice::past));
            insert(
                self.db,
                "lease",
                "id, unit_id, landlord_account_id, tenant_account_id, starts_on, ends_on, notice_recorded_on, move_out_recorded_on",
                vec![
                    int(id),
                    int(unit),
                    int(landlord),
                    int(tenant),
                    text(&from),
                    opt_text(to),
                    opt_text(notice),
                    opt_text(left),
                ],
            );
        }
        for id in 1..=2 {
            self.transfer(id);
        }
    }

    fn transfer(&mut self, id: i64) {
        let (unit, seller, buyer) = (self.dice.within(1, self.size.units), self.record(), self.record());
        let (recorded, effective) = (self.dice.past(), self.dice.day());
        insert(
            self.db,
            "ownership_transfer",
            "id, unit_id, seller_record_id, buyer_record_id, recorded_on, effective_on",
            vec![int(id), int(unit), int(seller), int(buyer), text(&recorded), text(&effective)],
        );
    }

    fn books(&mut self) {
        for (code, bank) in [("BQ", 1), ("OD", 0)] {
            insert(self.db, "journal", "code, name, is_bank", vec![text(code), text(code), int(bank)]);
        }
        for (code, not_remitted) in [("47Prov", 1), ("Autre", 0)] {
            insert(
                self.db,
                "analytic_account",
                "code, name, not_remitted",
                vec![text(code), text(code), int(not_remitted)],
            );
        }
        for id in 1..=self.size.entries {
            let account = self.dice.within(1, self.size.accounts);
            let date = self.dice.pick(&[
                "2023-01-01",
                "2023-06-01",
                "2024-01-01",
                "2024-01-01",
                "2024-06-15",
                "2025-01-01",
                "2025-03-02",
            ]);
            let amount = self.dice.pick(&[0, 100, 2_500, 310_000, -4_500]);
            let (debit, credit) = match self.dice.below(5) {
                0 | 1 => (amount, 0),
                2 | 3 => (0, amount),
                _ => (amount, self.dice.within(0, 500)),
            };
            let journal = self.dice.pick(&["BQ", "BQ", "OD"]);
            let analytic = self.dice.opt(30, |dice| dice.pick(&["47Prov", "Autre"]).to_owned());
            let kind = self.dice.pick(&["normal", "normal", "normal", "normal", "opening", "closing"]);
            let tenant = self.dice.opt(30, |_| ()).and_then(|()| self.account_of("tenant"));
            insert(
                self.db,
                "ledger_entry",
                "id, account_id, entry_date, label, debit_cents, credit_cents, journal_code, analytic_code, kind, tenant_account_id",
                vec![
                    int(id),
                    int(account),
                    text(date),
                    text(&format!("Écriture {id}")),
                    int(debit),
                    int(credit),
                    text(journal),
                    opt_text(analytic),
                    text(kind),
                    opt_int(tenant),
                ],
            );
        }
        for id in 1..=4 {
            let (building, closed) = (self.dice.within(1, BUILDINGS), self.dice.bit(30));
            insert(
                self.db,
                "fiscal_year",
                "id, building_id, label, starts_on, ends_on, closed",
                vec![
                    int(id),
                    int(building),
                    text(&format!("Exercice {id}")),
                    text(&format!("202{id}-01-01")),
                    text(&format!("202{id}-12-31")),
                    int(closed),
                ],
            );
            let building = self.dice.within(1, BUILDINGS);
            insert(
                self.db,
                "allocation_key",
                "id, building_id, code, name",
                vec![int(id), int(building), text(&format!("{id:03}")), text("Charges communes")],
            );
        }
        for (id, file) in [(1, "pieces/2015/facture_edf_2012_01.pdf"), (2, "pieces/nulle_part.pdf")] {
            insert(
                self.db,
                "voucher",
                "id, path, original_name",
                vec![int(id), text(file), text("facture.pdf")],
            );
        }
        for id in 1..=12 {
            let year = self.dice.within(1, 4);
            let building = self
                .db
                .query_row("SELECT building_id FROM fiscal_year WHERE id = ?1", [year], |row| row.get(0))
                .unwrap();
            let sql = "SELECT id FROM allocation_key WHERE building_id = ?1";
            let keys: Vec<i64> =
                super::truth::all(self.db, &sql.replace("?1", &format!("{building}")), |row| row.get(0));
            let key = if keys.is_empty() || self.dice.percent(15) {
                self.dice.opt(50, |dice| dice.within(1, 4))
            } else {
                Some(self.dice.pick(&keys))
            };
            let number = self.dice.pick(&["602001", "602001", "615000", "472999", "701000", "105000"]);
            let private = self.dice.opt(10, |_| ()).map(|()| self.record());
            insert(
                self.db,
                "expense_line",
                "id, building_id, fiscal_year_id, allocation_key_id, account_number, account_label, entry_date, label, amount_cents, vat_cents, private_record_id",
                vec![
                    int(id),
                    int(building),
                    int(year),
                    opt_int(key),
                    text(number),
                    text("Charges"),
                    text("2024-02-01"),
                    text(&format!("Dépense {id}")),
                    int(self.dice.within(-500, 9_000)),
                    int(self.dice.within(0, 90)),
                    opt_int(private),
                ],
            );
            if self.dice.percent(30) {
                let voucher = self.dice.pick(&[1, 1, 2]);
                insert(
                    self.db,
                    "expense_line_voucher",
                    "expense_line_id, voucher_id",
                    vec![int(id), int(voucher)],
                );
            }
        }
        for id in 1..=14 {
            let (record, unit) = (self.record(), self.dice.within(1, self.size.units));
            let building = self
                .db
                .query_row("SELECT building_id FROM unit WHERE id = ?1", [unit], |row| row.get(0))
                .unwrap();
            let number = self.dice.pick(&["105999", "105999", "102001", "103100"]);
            let amount = self.dice.pick(&[0, 0, 1_964, -500]);
            insert(
                self.db,
                "works_fund",
                "id, co_owner_record_id, building_id, unit_id, account_number, account_label, amount_cents, as_of",
                vec![
                    int(id),
                    int(record),
                    int(building),
                    int(unit),
                    text(number),
                    text("Fonds"),
                    int(amount),
                    text("2025-06-30"),
                ],
            );
        }
    }

    fn binders(&mut self) {
        for id in 1..=BINDERS {
            let module = if id <= 3 { "rental" } else { "condo" };
            let code = if id == INVOICES { "INVOICES".to_owned() } else { format!("C{id}") };
            let parent = self.dice.opt(30, |dice| dice.within(1, id)).filter(|parent| *parent != id);
            let mut values =
                vec![int(id), text(&code), text(module), text(&format!("Classeur {id}")), opt_int(parent)];
            values.push(int(i64::from(id == BINDERS)));
            values.extend((0..6).map(|_| int(self.dice.bit(55))));
            insert(
                self.db,
                "binder",
                "id, code, module, name, parent_id, fed_on_site, right_landlord, right_tenant, right_co_owner, right_council_member, right_council_president, right_provider",
                values,
            );
        }
        for id in 1..=TEMPLATES {
            let binder = self.dice.opt(92, |dice| dice.within(1, BINDERS));
            let months = self.dice.pick(&[None, None, Some(0), Some(1), Some(12), Some(24)]);
            let (grouped, prefixed) = (self.dice.bit(30), self.dice.bit(50));
            insert(
                self.db,
                "event_template",
                "id, code, name, binder_id, duration_months, group_by_case_type, prefix_case_reference, notify",
                vec![
                    int(id),
                    text(&format!("M{id}")),
                    text("Courrier"),
                    opt_int(binder),
                    opt_int(months),
                    int(grouped),
                    int(prefixed),
                    int(self.dice.bit(50)),
                ],
            );
        }
        insert(
            self.db,
            "case_file",
            "id, number, reference, case_type",
            vec![int(1), text("0152"), text("15"), text("Sinistre")],
        );
    }

    fn events(&mut self) {
        for id in 1..=self.size.events {
            self.event(id);
        }
        for id in 1..=3 {
            let (building, binder) =
                (self.dice.within(1, BUILDINGS), self.dice.opt(80, |dice| dice.within(1, BINDERS)));
            let (taken, published) = (self.dice.opt(50, Dice::day), self.dice.opt(85, Dice::past));
            insert(
                self.db,
                "photo",
                "id, building_id, binder_id, path, title, taken_on, published_on",
                vec![
                    int(id),
                    int(building),
                    opt_int(binder),
                    text("photos/gilbert_cave.jpg"),
                    text("Cave"),
                    opt_text(taken),
                    opt_text(published),
                ],
            );
        }
    }

    fn event(&mut self, id: i64) {
        let mut target = |chance: usize, last: i64| self.dice.opt(chance, |dice| dice.within(1, last));
        let account = target(35, self.size.accounts + 1);
        let unit = target(35, self.size.units + 1);
        let building = target(45, BUILDINGS + 1);
        let entity = self.dice.opt(35, |dice| dice.within(1, ENTITIES));
        let body = self.dice.pick(&[None, None, None, Some("<p>&nbsp;</p>"), Some("<p>Votre courrier.</p>")]);
        let supersedes = (id > 2).then(|| self.dice.opt(12, |dice| dice.within(1, id - 1))).flatten();
        let published =
            if self.dice.percent(80) { Some(self.dice.past()) } else { self.dice.opt(50, Dice::day) };
        let format = if self.dice.percent(95) { "html" } else { "rtf" };
        let values = vec![
            int(id),
            int(self.dice.within(1, TEMPLATES)),
            opt_int(entity),
            text(&format!("Objet {id}")),
            opt_text(body.map(str::to_owned)),
            text(format),
            opt_text(self.dice.opt(80, Dice::day)),
            opt_text(self.dice.opt(80, Dice::day)),
            opt_text(published),
            opt_int(account),
            opt_int(unit),
            opt_int(building),
            int(self.dice.bit(40)),
            opt_int(self.dice.opt(30, |_| 1)),
            opt_int(supersedes),
        ];
        insert(
            self.db,
            "event",
            "id, template_id, entity_id, subject, body, body_format, event_date, processed_on, published_on, account_id, unit_id, building_id, entity_scope, case_file_id, supersedes_event_id",
            values,
        );
        for position in 1..=self.dice.within(0, 2) {
            let file = self.dice.pick(&FILES);
            insert(
                self.db,
                "attachment",
                "id, event_id, position, original_name, path",
                vec![int(id * 10 + position), int(id), int(position), text("pièce jointe.pdf"), text(file)],
            );
        }
    }
}

/// What the staff do between two publications: a handful of changes, as SQL.
pub fn changes(db: &Connection, dice: &mut Dice) -> Vec<String> {
    let ids = |table: &str| -> Vec<i64> {
        super::truth::all(db, &format!("SELECT id FROM {table} ORDER BY id"), |row| row.get(0))
    };
    let count = dice.within(1, 8);
    let mut made = Vec::new();
    for _ in 0..count {
        let mut some = |table: &str| {
            let ids = ids(table);
            if ids.is_empty() { 0 } else { dice.pick(&ids) }
        };
        let (event, account, record, binder, unit) =
            (some("event"), some("account"), some("co_owner_record"), some("binder"), some("unit"));
        let (holding, lease, template, year, photo) =
            (some("holding"), some("lease"), some("event_template"), some("fiscal_year"), some("photo"));
        let other_record = some("co_owner_record");
        let day = dice.past();
        let column = dice.pick(&[
            "right_landlord",
            "right_tenant",
            "right_co_owner",
            "right_council_member",
            "right_council_president",
        ]);
        let option = dice.pick(&[
            "group_bank_landlord",
            "group_bank_co_owner",
            "exclude_not_remitted",
            "send_expenses",
            "send_102",
            "inactivate_on_notice",
            "inactivate_on_move_out",
            "inactivate_sellers",
            "normalize_rights",
            "withhold_bank_details",
            "use_attachment_names",
        ]);
        let change = match dice.below(26) {
            0 | 1 => format!("UPDATE account SET published = 1 - published WHERE id = {account} AND id > 1 AND party_id IS NOT NULL"),
            2 => format!("UPDATE co_owner_record SET council_member = 1 - council_member WHERE id = {record}"),
            3 => format!("UPDATE co_owner_record SET council_president = 1 - council_president WHERE id = {record}"),
            4 | 5 => format!("UPDATE binder SET {column} = 1 - {column} WHERE id = {binder}"),
            6 => format!("UPDATE event SET published_on = NULL WHERE id = {event}"),
            7 | 8 => format!("UPDATE event SET published_on = '2025-11-03', publish_request = publish_request + 1 WHERE id = {event}"),
            9 => format!("UPDATE event SET published_on = '2099-01-01' WHERE id = {event}"),
            10 => format!("UPDATE event SET account_id = {account}, publish_request = publish_request + 1 WHERE id = {event}"),
            11 => format!("UPDATE event SET account_id = NULL, unit_id = {unit} WHERE id = {event}"),
            12 => format!("UPDATE event SET account_id = NULL, unit_id = NULL, building_id = {} WHERE id = {event}", dice.within(1, BUILDINGS)),
            13 => format!("DELETE FROM event WHERE id = {event}"),
            14 => format!("DELETE FROM attachment WHERE event_id = {event}"),
            15 => format!("DELETE FROM photo WHERE id = {photo}"),
            // A sale: the unit leaves one record for another.
            16 | 17 => format!(
                "UPDATE holding SET held_to = '2025-10-31' WHERE unit_id = {unit} AND co_owner_record_id IS NOT NULL AND held_to IS NULL
                    AND held_from < '2025-10-31';
                 INSERT INTO holding (co_owner_record_id, unit_id, held_from) VALUES ({record}, {unit}, '2025-11-01');
                 INSERT INTO ownership_transfer (unit_id, seller_record_id, buyer_record_id, recorded_on, effective_on)
                 VALUES ({unit}, {other_record}, {record}, '2025-11-01', '2025-11-01')"
            ),
            18 => format!("UPDATE lease SET ends_on = '2025-10-15', move_out_recorded_on = '2025-10-16' WHERE id = {lease} AND starts_on < '2025-10-15'"),
            19 => format!("UPDATE lease SET notice_recorded_on = CASE WHEN notice_recorded_on IS NULL THEN '{day}' END WHERE id = {lease}"),
            20 => format!("UPDATE extranet_settings SET {option} = 1 - {option}"),
            21 => format!("UPDATE fiscal_year SET closed = 1 - closed WHERE id = {year}"),
            // C3: a template without a binder may get one at last.
            22 => format!("UPDATE event_template SET binder_id = {binder} WHERE id = {template} OR binder_id IS NULL"),
            23 => format!("UPDATE event_template SET binder_id = NULL WHERE id = {template}"),
            24 => format!("UPDATE holding SET held_to = NULL WHERE id = {holding}"),
            _ => format!("UPDATE event SET subject = subject || ' bis', event_date = '{day}' WHERE id = {event}"),
        };
        made.push(format!("PRAGMA foreign_keys = ON; {change}"));
    }
    made
}
