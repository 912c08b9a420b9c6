//! What each party may see, from the agency's database itself: the rules a second time, in SQL over the schema, without
//! anything of the program.

mod statement;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rusqlite::{Connection, Row};

use super::reader::{Account, Expense, View};

/// The rules of who is published and who stays where (D1, D2, D9-D11, H1, H4, C21), as tables of the connection's own.
const PEOPLE: &str = "
CREATE TEMP TABLE settings AS SELECT * FROM main.extranet_settings WHERE id = 1;
-- A lease that a later one of the same tenant on the same unit follows says nothing any more (D9, D10).
CREATE TEMP TABLE running AS
  SELECT lease.* FROM lease WHERE NOT EXISTS (
    SELECT 1 FROM lease AS later WHERE later.tenant_account_id = lease.tenant_account_id
       AND later.unit_id = lease.unit_id AND later.starts_on > lease.starts_on);
-- The holdings that count for an account of a record: its own where any says whose it is, else all (D11).
CREATE TEMP TABLE own AS
  SELECT account.id AS account, holding.* FROM account JOIN holding ON holding.co_owner_record_id = account.co_owner_record_id
   WHERE account.role = 'co_owner' AND (holding.account_id IS NULL OR holding.account_id = account.id OR NOT EXISTS (
         SELECT 1 FROM holding AS other WHERE other.co_owner_record_id = account.co_owner_record_id
            AND other.account_id = account.id));
CREATE TEMP TABLE sold AS
  SELECT account.id AS account FROM account WHERE account.role = 'co_owner'
     AND EXISTS (SELECT 1 FROM ownership_transfer AS sale WHERE sale.seller_record_id = account.co_owner_record_id AND (
           EXISTS (SELECT 1 FROM own WHERE own.account = account.id AND own.unit_id = sale.unit_id)
           OR NOT EXISTS (SELECT 1 FROM holding WHERE holding.co_owner_record_id = account.co_owner_record_id)))
     AND NOT EXISTS (SELECT 1 FROM own WHERE own.account = account.id
           AND (own.held_to IS NULL OR own.held_to >= (SELECT today FROM day))
           AND NOT EXISTS (SELECT 1 FROM ownership_transfer AS sale WHERE sale.seller_record_id = account.co_owner_record_id
                 AND sale.unit_id = own.unit_id AND sale.effective_on >= own.held_from));
CREATE TEMP TABLE published AS
  SELECT account.id AS account, account.party_id AS party, account.role AS role, account.co_owner_record_id AS record,
         account.entity_id AS entity, entity.module AS module
    FROM account JOIN entity ON entity.id = account.entity_id JOIN party ON party.id = account.party_id
   WHERE account.published = 1
     AND NOT (account.role = 'tenant' AND (SELECT inactivate_on_move_out FROM settings) = 1
          AND EXISTS (SELECT 1 FROM running WHERE tenant_account_id = account.id)
          AND NOT EXISTS (SELECT 1 FROM running WHERE tenant_account_id = account.id AND move_out_recorded_on IS NULL))
     AND NOT (account.role = 'tenant' AND (SELECT inactivate_on_notice FROM settings) = 1
          AND EXISTS (SELECT 1 FROM running WHERE tenant_account_id = account.id)
          AND NOT EXISTS (SELECT 1 FROM running WHERE tenant_account_id = account.id
                AND move_out_recorded_on IS NULL AND notice_recorded_on IS NULL))
     AND NOT ((SELECT inactivate_sellers FROM settings) = 1 AND account.id IN (SELECT account FROM sold));
CREATE TEMP TABLE record AS
  SELECT DISTINCT record.id AS id, record.party_id AS party, record.building_id AS building,
         CASE WHEN record.council_president = 1 THEN 3 WHEN record.council_member = 1 THEN 2 ELSE 1 END AS rank
    FROM published JOIN co_owner_record AS record ON record.id = published.record AND record.party_id = published.party;
-- One status a party and building: the highest of its records (B5).
CREATE TEMP TABLE status AS
  SELECT party, building, CASE max(rank) WHEN 3 THEN 'council_president' WHEN 2 THEN 'council_member' ELSE 'co_owner' END
         AS status FROM record GROUP BY party, building;
CREATE TEMP TABLE stay AS
  SELECT record.party AS party, unit.id AS unit, unit.building_id AS building, status.status AS status,
         holding.held_from AS since, holding.held_to AS until
    FROM holding JOIN record ON record.id = holding.co_owner_record_id JOIN unit ON unit.id = holding.unit_id
         LEFT JOIN status ON status.party = record.party AND status.building = unit.building_id
  UNION ALL
  SELECT published.party, unit.id, unit.building_id, 'landlord', holding.held_from, holding.held_to
    FROM holding JOIN published ON published.account = holding.landlord_account_id JOIN unit ON unit.id = holding.unit_id
   WHERE holding.co_owner_record_id IS NULL
  UNION ALL
  SELECT published.party, unit.id, unit.building_id, 'tenant', lease.starts_on, lease.ends_on
    FROM lease JOIN published ON published.account = lease.tenant_account_id JOIN unit ON unit.id = lease.unit_id;
CREATE TEMP TABLE present AS
  SELECT DISTINCT party, building, status FROM stay
   WHERE since <= (SELECT today FROM day) AND (until IS NULL OR until >= (SELECT today FROM day));
CREATE TEMP TABLE sent_building AS
  SELECT building AS id FROM stay UNION SELECT building FROM record;
-- Rights as ticked, each column for itself, of the binder's own module (B3-B5, B12); closed to the right by the option.
CREATE TEMP TABLE box AS
  SELECT id AS binder, 'landlord' AS status FROM binder WHERE module = 'rental' AND right_landlord = 1 AND fed_on_site = 0
  UNION SELECT id, 'tenant' FROM binder WHERE module = 'rental' AND right_tenant = 1 AND fed_on_site = 0
  UNION SELECT id, 'co_owner' FROM binder WHERE module = 'condo' AND right_co_owner = 1 AND fed_on_site = 0
  UNION SELECT id, 'council_member' FROM binder WHERE module = 'condo' AND fed_on_site = 0 AND (right_council_member = 1
        OR ((SELECT normalize_rights FROM settings) = 1 AND right_co_owner = 1))
  UNION SELECT id, 'council_president' FROM binder WHERE module = 'condo' AND fed_on_site = 0 AND (right_council_president = 1
        OR ((SELECT normalize_rights FROM settings) = 1 AND (right_co_owner = 1 OR right_council_member = 1)));
";

/// What may be published, and whom it concerns (C2, C4-C6, C15, C20, C22, C24, C27, G6).
const DOCUMENTS: &str = "
CREATE TEMP TABLE aimed AS
  SELECT event.id AS event, event.template_id AS template, template.binder_id AS binder, event.entity_id AS entity,
         CASE WHEN event.account_id IS NOT NULL THEN 'a' WHEN event.unit_id IS NOT NULL THEN 'u'
              WHEN event.building_id IS NOT NULL THEN 'b' WHEN event.entity_scope = 1 AND event.entity_id IS NOT NULL THEN 'e'
         END AS scope,
         coalesce(event.account_id, event.unit_id, event.building_id, event.entity_id) AS ref,
         coalesce(event.event_date, event.published_on) AS date, event.event_date IS NOT NULL AS dated,
         event.supersedes_event_id AS supersedes,
         (coalesce(template.duration_months, 0) > 0 AND event.processed_on IS NULL) AS waits
    FROM event JOIN event_template AS template ON template.id = event.template_id
   WHERE event.published_on <= (SELECT today FROM day)
     AND (coalesce(template.duration_months, 0) = 0 OR event.processed_on IS NULL
          OR (date(event.processed_on, '+' || template.duration_months || ' months', 'floor') >= (SELECT today FROM day)));
CREATE TEMP TABLE placed AS
  SELECT aimed.* FROM aimed JOIN binder ON binder.id = aimed.binder AND binder.fed_on_site = 0
   WHERE CASE aimed.scope
         WHEN 'a' THEN EXISTS (SELECT 1 FROM published WHERE account = aimed.ref AND module = binder.module)
         WHEN 'u' THEN aimed.dated AND aimed.ref IN (SELECT unit FROM stay) AND (aimed.entity IS NOT NULL OR EXISTS (
              SELECT 1 FROM unit JOIN building ON building.id = unit.building_id JOIN entity ON entity.id = building.entity_id
               WHERE unit.id = aimed.ref AND entity.module = binder.module))
         WHEN 'b' THEN aimed.ref IN (SELECT id FROM sent_building) AND (aimed.entity IS NOT NULL OR EXISTS (
              SELECT 1 FROM building JOIN entity ON entity.id = building.entity_id
               WHERE building.id = aimed.ref AND entity.module = binder.module))
         WHEN 'e' THEN aimed.ref IN (SELECT entity FROM published)
         ELSE 0 END
     AND (aimed.entity IS NULL OR EXISTS (SELECT 1 FROM entity WHERE entity.id = aimed.entity AND entity.module = binder.module));
-- What stands in for an event that it cancels: nobody sees both (G6).
CREATE TEMP TABLE successor AS
  SELECT supersedes AS event, event AS newer FROM placed WHERE supersedes IS NOT NULL AND waits = 0 AND event IN (
         SELECT id FROM event WHERE trim(coalesce(body, '')) <> '' OR id IN (SELECT event_id FROM attachment));
CREATE TEMP TABLE document AS
  SELECT printf('e%012d.%012d@%s%012d', event, 0, scope, ref) AS id, 'event ' || event AS record, binder, scope, ref, date,
         waits, event FROM placed
  UNION ALL
  SELECT printf('e%012d.%012d@%s%012d', event, attachment.id, scope, ref), 'attachment ' || attachment.id, binder, scope,
         ref, date, waits, event
    FROM placed JOIN attachment ON attachment.event_id = placed.event
  UNION ALL
  SELECT printf('p%012d.%012d@b%012d', photo.id, 0, photo.building_id), 'photo ' || photo.id, photo.binder_id, 'b',
         photo.building_id, coalesce(photo.taken_on, photo.published_on), 0, NULL
    FROM photo JOIN binder ON binder.id = photo.binder_id AND binder.fed_on_site = 0
         JOIN building ON building.id = photo.building_id JOIN entity ON entity.id = building.entity_id AND entity.module = binder.module
   WHERE photo.published_on <= (SELECT today FROM day) AND photo.building_id IN (SELECT id FROM sent_building);
";

/// Who sees each of them (C15, C21), and the expense list (E1, E2, E4, E9).
const READERS: &str = "
CREATE TEMP TABLE line AS
  SELECT line.*, key.code AS key_code FROM expense_line AS line
    JOIN fiscal_year AS year ON year.id = line.fiscal_year_id AND year.closed = 0 AND year.building_id = line.building_id
    JOIN allocation_key AS key ON key.id = line.allocation_key_id AND key.building_id = line.building_id
   WHERE line.private_record_id IS NULL AND (SELECT send_expenses FROM settings) = 1
     AND line.building_id IN (SELECT id FROM sent_building)
     AND EXISTS (SELECT 1 FROM root WHERE kind = 'expense' AND substr(line.account_number, 1, length(prefix)) = prefix)
     AND EXISTS (SELECT 1 FROM binder WHERE code = 'INVOICES' AND module = 'condo');
INSERT INTO document
  SELECT printf('v%012d.%012d@b%012d', link.voucher_id, line.id, line.building_id),
         'voucher ' || link.voucher_id || '/' || line.id, (SELECT id FROM binder WHERE code = 'INVOICES'), 'b',
         line.building_id, line.entry_date, 0, NULL
    FROM line JOIN expense_line_voucher AS link ON link.expense_line_id = line.id JOIN voucher ON voucher.id = link.voucher_id;
CREATE TEMP TABLE reader AS
  SELECT document.id AS document, published.party AS party
    FROM document JOIN published ON document.scope = 'a' AND published.account = document.ref
         LEFT JOIN co_owner_record AS own ON own.id = published.record AND own.party_id = published.party
         LEFT JOIN status ON status.party = published.party AND status.building = own.building_id
         JOIN box ON box.binder = document.binder
          AND box.status = CASE published.role WHEN 'co_owner' THEN status.status ELSE published.role END
  UNION
  SELECT document.id, stay.party FROM document JOIN stay ON document.scope = 'u' AND stay.unit = document.ref
         AND stay.since <= document.date AND (stay.until IS NULL OR stay.until >= document.date)
         JOIN box ON box.binder = document.binder AND box.status = stay.status
  UNION
  SELECT document.id, present.party FROM document JOIN present ON document.scope = 'b' AND present.building = document.ref
         JOIN box ON box.binder = document.binder AND box.status = present.status
  UNION
  SELECT document.id, present.party FROM document JOIN building ON document.scope = 'e' AND building.entity_id = document.ref
         JOIN present ON present.building = building.id
         JOIN box ON box.binder = document.binder AND box.status = present.status;
";

/// A document that the rules let out.
#[derive(Debug, Clone)]
pub struct Allowed {
    /// How the program's report names its record.
    pub record: String,
    /// It has a duration and no processing date: none is sent anew, one that is out stays (C27).
    pub waits: bool,
    pub event: Option<i64>,
    /// The events that cancel and replace its own: it stays only while none of them is out (G6).
    pub newer: BTreeSet<i64>,
    pub readers: BTreeSet<i64>,
}

/// Everything that the rules give.
#[derive(Debug)]
pub struct Truth {
    pub views: BTreeMap<i64, View>,
    pub documents: BTreeMap<String, Allowed>,
    /// Who and what is sent at all (H1, H2).
    pub parties: BTreeSet<i64>,
    pub units: BTreeSet<i64>,
    pub buildings: BTreeSet<i64>,
    pub suppliers: BTreeSet<i64>,
    /// The events that a publication made now leaves out for want of a binder, with their counter (C3).
    pub unbound: BTreeSet<(i64, i64)>,
    /// Each event's counter.
    pub requests: BTreeMap<i64, i64>,
}

impl Truth {
    /// Works the truth out on a day of the agency's calendar.
    pub fn of(db: &Connection, today: NaiveDate) -> Self {
        db.execute_batch(&format!("CREATE TEMP TABLE day AS SELECT '{today}' AS today;")).unwrap();
        db.execute_batch(PEOPLE).unwrap();
        db.execute_batch("CREATE TEMP TABLE root (kind TEXT, prefix TEXT);").unwrap();
        for (kind, column) in
            [("expense", "expense_roots"), ("works", "works_fund_roots"), ("voted", "voted_works_roots")]
        {
            let list: String =
                db.query_row(&format!("SELECT {column} FROM settings"), [], |row| row.get(0)).unwrap();
            for prefix in list.split(',').map(str::trim).filter(|prefix| !prefix.is_empty()) {
                db.execute("INSERT INTO root VALUES (?1, ?2)", (kind, prefix)).unwrap();
            }
        }
        db.execute_batch(DOCUMENTS).unwrap();
        db.execute_batch(READERS).unwrap();
        drop_empty_bodies(db);
        let documents = documents(db);
        let parties = all(db, "SELECT DISTINCT party FROM published", |row| row.get::<_, i64>(0));
        let with_login: BTreeSet<i64> =
            all(db, "SELECT id FROM party WHERE trim(coalesce(login, '')) <> ''", |row| row.get(0))
                .into_iter()
                .collect();
        let views = parties
            .into_iter()
            .filter(|party| with_login.contains(party))
            .map(|party| (party, view(db, party, &documents)))
            .collect();
        let set = |sql| all(db, sql, |row| row.get::<_, i64>(0)).into_iter().collect::<BTreeSet<_>>();
        let (units, buildings) = (set("SELECT unit FROM stay"), set("SELECT id FROM sent_building"));
        let suppliers = set("SELECT id FROM supplier WHERE published = 1");
        let sent = set("SELECT party FROM published");
        let pair = |sql| all(db, sql, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
        let unbound = pair(
            "SELECT id, publish_request FROM event WHERE id IN (SELECT event FROM aimed WHERE binder IS NULL AND waits = 0)
                AND (id IN (SELECT event_id FROM attachment) OR body LIKE '%Votre courrier%')",
        );
        let requests = pair("SELECT id, publish_request FROM event");
        let tables = all(db, "SELECT name FROM temp.sqlite_schema WHERE type = 'table'", |row| {
            row.get::<_, String>(0)
        });
        for table in tables {
            db.execute_batch(&format!("DROP TABLE temp.\"{table}\"")).unwrap();
        }
        Self {
            views,
            documents,
            parties: sent,
            units,
            buildings,
            suppliers,
            unbound: unbound.into_iter().collect(),
            requests: requests.into_iter().collect(),
        }
    }
}

impl Truth {
    /// Takes back what waits until someone publishes it: its template got its binder after a publication had left it out
    /// (C3).
    pub fn without(mut self, unbound: &BTreeSet<(i64, i64)>) -> Self {
        let requests = &self.requests;
        let waits =
            |event: i64| requests.get(&event).is_some_and(|request| unbound.contains(&(event, *request)));
        self.documents.retain(|_, allowed| !allowed.event.is_some_and(waits));
        for view in self.views.values_mut() {
            view.documents.retain(|id| self.documents.contains_key(id));
        }
        self
    }
}

/// Reads the rows of a query.
pub fn all<T>(db: &Connection, sql: &str, each: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
    let mut statement = db.prepare(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    statement.query_map([], each).unwrap().map(Result::unwrap).collect()
}

/// A text that shows nothing makes no document (C1).
fn drop_empty_bodies(db: &Connection) {
    let bodies = all(db, "SELECT id, body, body_format FROM event", |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, Option<String>>(1)?, row.get::<_, String>(2)?))
    });
    for (event, body, format) in bodies {
        let body = body.unwrap_or_default();
        let shown = if format == "html" { shows_something(&body) } else { !body.trim().is_empty() };
        if !shown {
            let first = format!("e{event:012}.{:012}@", 0);
            db.execute("DELETE FROM document WHERE substr(id, 1, length(?1)) = ?1", [&first]).unwrap();
        }
    }
}

fn shows_something(html: &str) -> bool {
    let mut text = String::new();
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' => inside = false,
            other if !inside => text.push(other),
            _ => {}
        }
    }
    html.contains("<img") || !text.replace("&nbsp;", " ").replace('\u{a0}', " ").trim().is_empty()
}

fn documents(db: &Connection) -> BTreeMap<String, Allowed> {
    let rows = all(db, "SELECT id, record, waits, event FROM document", |row| {
        let allowed = Allowed {
            record: row.get(1)?,
            waits: row.get(2)?,
            event: row.get(3)?,
            newer: BTreeSet::new(),
            readers: BTreeSet::new(),
        };
        Ok((row.get::<_, String>(0)?, allowed))
    });
    let mut documents: BTreeMap<String, Allowed> = rows.into_iter().collect();
    let newer = "SELECT document.id, newer FROM document JOIN successor ON successor.event = document.event";
    for (document, newer) in all(db, newer, |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))) {
        if let Some(allowed) = documents.get_mut(&document) {
            allowed.newer.insert(newer);
        }
    }
    let readers = all(db, "SELECT document, party FROM reader", |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
    });
    for (document, party) in readers {
        if let Some(allowed) = documents.get_mut(&document) {
            allowed.readers.insert(party);
        }
    }
    documents
}

fn view(db: &Connection, party: i64, documents: &BTreeMap<String, Allowed>) -> View {
    let set = |sql: &str| -> BTreeSet<i64> {
        all(db, &sql.replace("?", &party.to_string()), |row| row.get(0)).into_iter().collect()
    };
    View {
        spaces: all(db, &format!("SELECT DISTINCT module FROM published WHERE party = {party}"), |row| row.get(0))
            .into_iter()
            .collect(),
        accounts: accounts(db, party),
        units: set("SELECT unit FROM stay WHERE party = ? AND since <= (SELECT today FROM day)
                      AND (until IS NULL OR until >= (SELECT today FROM day))"),
        binders: set("SELECT binder FROM box WHERE status IN (SELECT role FROM published WHERE party = ? AND role <> 'co_owner'
                      UNION SELECT status FROM status WHERE party = ?)"),
        documents: documents
            .iter()
            .filter(|(_, allowed)| allowed.newer.is_empty() && allowed.readers.contains(&party))
            .map(|(id, _)| id.clone())
            .collect(),
        expenses: expenses(db, party),
        funds: funds(db, party),
    }
}

fn accounts(db: &Connection, party: i64) -> BTreeMap<i64, Account> {
    let sql = format!(
        "SELECT account.id, account.entity_id, account.number, account.role, account.co_owner_record_id, account.available_from,
                account.opening_mode
           FROM account JOIN published ON published.account = account.id WHERE published.party = {party}"
    );
    let found = all(db, &sql, |row| {
        let role: String = row.get(3)?;
        let from: Option<String> = row.get(5)?;
        let account = Account {
            entity: row.get(1)?,
            number: row.get(2)?,
            party,
            role,
            record: row.get(4)?,
            available_from: from.map(|text| text.parse().unwrap()),
            opening: 0,
            closing: 0,
            entries: Vec::new(),
        };
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(6)?, account))
    });
    found.into_iter().map(|(id, mode, account)| (id, statement::filled(db, id, &mode, account))).collect()
}

fn expenses(db: &Connection, party: i64) -> BTreeMap<i64, Expense> {
    let sql = format!(
        "SELECT id, fiscal_year_id, building_id, key_code, account_number, entry_date, label, amount_cents, vat_cents,
                deductible_cents, recoverable_cents FROM line WHERE EXISTS (
            SELECT 1 FROM present JOIN box ON box.status = present.status
             WHERE present.party = {party} AND present.building = line.building_id
               AND box.binder = (SELECT id FROM binder WHERE code = 'INVOICES'))"
    );
    let lines = all(db, &sql, |row| {
        let cents = |at| row.get::<_, i64>(at).map(i128::from);
        let line = Expense {
            year: row.get(1)?,
            building: row.get(2)?,
            key: row.get(3)?,
            account: row.get(4)?,
            date: row.get::<_, String>(5)?.parse().unwrap(),
            label: row.get(6)?,
            amounts: [cents(7)?, cents(8)?, cents(9)?, cents(10)?],
            vouchers: Vec::new(),
        };
        Ok((row.get::<_, i64>(0)?, line))
    });
    let mut lines: BTreeMap<i64, Expense> = lines.into_iter().collect();
    for (id, line) in &mut lines {
        let sql = format!(
            "SELECT voucher_id FROM expense_line_voucher WHERE expense_line_id = {id} ORDER BY voucher_id"
        );
        let vouchers = all(db, &sql, |row| row.get::<_, i64>(0));
        line.vouchers = vouchers
            .iter()
            .map(|voucher| format!("v{voucher:012}.{id:012}@b{:012}", line.building))
            .collect();
    }
    lines
}

/// The works funds of a party's own records: all units of an account of which one isn't zero (F1-F5).
fn funds(db: &Connection, party: i64) -> BTreeMap<(i64, i64, i64, String), i128> {
    let sql = format!(
        "WITH held AS (
           SELECT fund.* FROM works_fund AS fund JOIN record ON record.id = fund.co_owner_record_id AND record.party = {party}
            WHERE EXISTS (SELECT 1 FROM root WHERE substr(fund.account_number, 1, length(prefix)) = prefix
                    AND (kind = 'works' OR (kind = 'voted' AND (SELECT send_102 FROM settings) = 1)))
              AND EXISTS (SELECT 1 FROM holding WHERE holding.co_owner_record_id = fund.co_owner_record_id
                    AND holding.unit_id = fund.unit_id AND holding.held_from <= (SELECT today FROM day)
                    AND (holding.held_to IS NULL OR holding.held_to >= (SELECT today FROM day))))
         SELECT co_owner_record_id, building_id, unit_id, account_number, sum(amount_cents) FROM held
          WHERE EXISTS (SELECT 1 FROM held AS other WHERE other.co_owner_record_id = held.co_owner_record_id
                AND other.building_id = held.building_id AND other.account_number = held.account_number
                AND other.amount_cents <> 0)
          GROUP BY 1, 2, 3, 4"
    );
    let rows = all(db, &sql, |row| {
        Ok(((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?), i128::from(row.get::<_, i64>(4)?)))
    });
    rows.into_iter().collect()
}
