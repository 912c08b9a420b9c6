//! Dirt: an agency's database with the same names but none of the schema's guards, as a back office that maps its tables by
//! views may have it, and values that no column should hold.

use rusqlite::Connection;
use rusqlite::types::Value;

use super::random_agency::Dice;
use super::truth::all;

/// The schema without what guards its values: every column takes anything, and no key has to be one.
pub fn unguarded(schema: &str) -> String {
    let mut out = String::new();
    let mut constraint = false;
    for line in schema.lines() {
        let code = line.split("--").next().unwrap_or_default().trim_end();
        let trimmed = code.trim();
        if trimmed.starts_with("CREATE INDEX") {
            continue;
        }
        if trimmed.starts_with("UNIQUE") || trimmed.starts_with("CHECK") || trimmed.starts_with("PRIMARY KEY")
        {
            continue;
        }
        if trimmed.starts_with(')') {
            constraint = false;
            while out.trim_end().ends_with(',') {
                out.truncate(out.trim_end().len() - 1);
            }
            out.push_str("\n);\n");
            continue;
        }
        if constraint {
            // The lines of a list of words: the column ends with the list.
            if trimmed.ends_with("))") || trimmed.ends_with(")),") {
                constraint = false;
            }
            continue;
        }
        if trimmed.starts_with("CREATE TABLE") {
            out.push_str(trimmed);
            out.push('\n');
            continue;
        }
        let mut words = trimmed.split_whitespace();
        if let (Some(column), Some(kind)) = (words.next(), words.next()) {
            let kind = kind.trim_end_matches(',');
            let default = trimmed.split(" DEFAULT ").nth(1).map(|rest| {
                let end = match rest.strip_prefix('\'') {
                    Some(word) => word.find('\'').unwrap() + 2,
                    None => rest.find([' ', ',']).unwrap_or(rest.len()),
                };
                format!(" DEFAULT {}", &rest[..end])
            });
            out.push_str(&format!("  {column} {kind}{},\n", default.unwrap_or_default()));
            constraint = trimmed.matches('(').count() > trimmed.matches(')').count();
        }
    }
    out
}

/// The tables that a publication reads, with the columns that decide something. Not among them are the four that say whom a
/// record is about (a lease's tenant, a sale's seller, a holding's or a record's holder): what a record that names nobody
/// would have taken from somebody can't be known.
const TABLES: &[(&str, &[&str])] = &[
    ("entity", &["id", "code", "module", "name", "iban"]),
    ("party", &["id", "code", "display_name", "latitude", "longitude", "temporary_password_issue", "city"]),
    ("building", &["id", "code", "entity_id", "label"]),
    ("unit", &["id", "building_id", "number", "is_main"]),
    ("co_owner_record", &["id", "building_id", "council_member", "council_president"]),
    (
        "account",
        &[
            "id",
            "entity_id",
            "number",
            "label",
            "party_id",
            "role",
            "co_owner_record_id",
            "published",
            "available_from",
            "opening_mode",
            "stored_balance_cents",
        ],
    ),
    ("holding", &["id", "landlord_account_id", "account_id", "unit_id", "held_from", "held_to"]),
    (
        "lease",
        &[
            "id",
            "unit_id",
            "landlord_account_id",
            "starts_on",
            "ends_on",
            "notice_recorded_on",
            "move_out_recorded_on",
        ],
    ),
    ("ownership_transfer", &["id", "unit_id", "buyer_record_id", "recorded_on", "effective_on"]),
    ("journal", &["code", "is_bank"]),
    ("analytic_account", &["code", "not_remitted"]),
    (
        "ledger_entry",
        &[
            "id",
            "account_id",
            "entry_date",
            "label",
            "debit_cents",
            "credit_cents",
            "journal_code",
            "analytic_code",
            "kind",
            "tenant_account_id",
        ],
    ),
    ("fiscal_year", &["id", "building_id", "label", "starts_on", "ends_on", "closed"]),
    ("allocation_key", &["id", "building_id", "code", "name"]),
    (
        "expense_line",
        &[
            "id",
            "building_id",
            "fiscal_year_id",
            "allocation_key_id",
            "account_number",
            "entry_date",
            "label",
            "amount_cents",
            "vat_cents",
            "deductible_cents",
            "private_record_id",
        ],
    ),
    ("voucher", &["id", "path"]),
    ("expense_line_voucher", &["expense_line_id", "voucher_id"]),
    (
        "works_fund",
        &[
            "id",
            "co_owner_record_id",
            "building_id",
            "unit_id",
            "account_number",
            "account_label",
            "amount_cents",
            "as_of",
        ],
    ),
    (
        "binder",
        &[
            "id",
            "code",
            "module",
            "name",
            "parent_id",
            "fed_on_site",
            "right_landlord",
            "right_tenant",
            "right_co_owner",
            "right_council_member",
            "right_council_president",
        ],
    ),
    ("event_template", &["id", "name", "binder_id", "duration_months", "group_by_case_type"]),
    ("case_file", &["id", "reference", "case_type"]),
    (
        "event",
        &[
            "id",
            "template_id",
            "entity_id",
            "subject",
            "body",
            "body_format",
            "event_date",
            "processed_on",
            "published_on",
            "publish_request",
            "account_id",
            "unit_id",
            "building_id",
            "entity_scope",
            "case_file_id",
            "supersedes_event_id",
        ],
    ),
    ("attachment", &["id", "event_id", "position", "original_name", "path"]),
    ("photo", &["id", "building_id", "binder_id", "path", "title", "taken_on", "published_on"]),
    ("staff_member", &["id", "name", "email"]),
    ("supplier", &["id", "name", "published"]),
    (
        "extranet_settings",
        &[
            "group_bank_landlord",
            "exclude_not_remitted",
            "withhold_bank_details",
            "inactivate_sellers",
            "expense_roots",
        ],
    ),
];

/// A value that is none of its column's: never one that could be meant.
fn rubbish(dice: &mut Dice) -> Value {
    match dice.below(14) {
        // Windows-1252, not UTF-8: « Château ».
        0 => Value::Blob(b"Ch\xe2teau \x80".to_vec()),
        1 => Value::Text("a\u{0}b\u{1}\u{b}\u{ffff}c".to_owned()),
        2 => Value::Real(f64::INFINITY),
        3 => Value::Real(f64::NEG_INFINITY),
        4 => Value::Real(1.5),
        5 => Value::Real(1e300),
        6 => Value::Integer(i64::MAX),
        7 => Value::Integer(i64::MIN),
        8 => Value::Text("2024-02-31".to_owned()),
        9 => Value::Text("12/03/2024".to_owned()),
        10 => Value::Text("n'importe quoi".to_owned()),
        11 => Value::Text(String::new()),
        12 => Value::Blob(vec![0xff, 0xfe, 0x00]),
        _ => Value::Null,
    }
}

/// Values whose loss is no loss: NULL and a blank mean « none » in these columns, so that a wider target or a longer stay
/// would really be meant.
fn may_be_none(table: &str, column: &str) -> bool {
    matches!(
        (table, column),
        (
            "event",
            "account_id" | "unit_id" | "building_id" | "event_date" | "entity_id" | "supersedes_event_id"
        ) | ("holding", "held_to" | "account_id" | "co_owner_record_id" | "landlord_account_id")
            | ("lease", "ends_on" | "notice_recorded_on" | "move_out_recorded_on")
            | ("event_template", "duration_months")
            | ("account", "available_from" | "co_owner_record_id")
            | ("expense_line", "private_record_id")
            | ("ledger_entry", "analytic_code")
            | ("photo", "taken_on")
            | ("extranet_settings", _)
            | ("binder", "code")
    )
}

/// Texts that say which kind of thing a record is, or whom it names: another word there is another meaning.
fn is_meant(table: &str, column: &str, value: &Value) -> bool {
    let none = matches!(value, Value::Null) || matches!(value, Value::Text(text) if text.is_empty());
    none && may_be_none(table, column)
}

/// Dirties some values; what was changed, for the record.
pub fn dirty(db: &Connection, dice: &mut Dice, times: usize) -> Vec<String> {
    let mut done = Vec::new();
    for _ in 0..times {
        let (table, columns) = dice.pick(TABLES);
        let column = dice.pick(columns);
        let rows: Vec<i64> = all(db, &format!("SELECT rowid FROM {table}"), |row| row.get(0));
        if rows.is_empty() {
            continue;
        }
        let row = dice.pick(&rows);
        let value = rubbish(dice);
        if is_meant(table, column, &value) {
            continue;
        }
        // A text in a body that showed nothing is a letter that is really there.
        let unless = if column == "body" { "AND body LIKE '%courrier%'" } else { "" };
        db.execute(&format!("UPDATE {table} SET {column} = ?1 WHERE rowid = ?2 {unless}"), (&value, row))
            .unwrap();
        done.push(format!("{table}.{column} of row {row} = {value:?}"));
    }
    done
}

/// Contradictions among records that are each well formed.
pub fn contradict(db: &Connection, dice: &mut Dice) -> String {
    let change = match dice.below(11) {
        0 => "UPDATE binder SET parent_id = CASE id WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE parent_id END",
        1 => "UPDATE account SET party_id = 999 WHERE id = 3",
        2 => "INSERT INTO event SELECT * FROM event WHERE id = 2",
        3 => "INSERT INTO party SELECT * FROM party WHERE id = 2",
        4 => "INSERT INTO expense_line SELECT * FROM expense_line WHERE id = 1",
        5 => "INSERT INTO attachment SELECT * FROM attachment WHERE event_id = 1",
        6 => "UPDATE event SET supersedes_event_id = id WHERE id = 3",
        7 => "UPDATE ledger_entry SET debit_cents = 9223372036854775807 WHERE id < 4",
        8 => "UPDATE holding SET unit_id = 999 WHERE id = 1",
        9 => "UPDATE party SET login = (SELECT login FROM party WHERE id = 1) WHERE id = 2",
        _ => "INSERT INTO account SELECT * FROM account WHERE id = 4",
    };
    db.execute_batch(change).unwrap();
    change.to_owned()
}
