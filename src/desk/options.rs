//! The extranet's options, shown and set: every column of `extranet_settings` with its kind, default and rule.
//!
//! Values are typed as people write them (`oui`, `lundi`, a template's code) and stored as the schema has them; one that
//! can't be read stops the whole request, with what was expected.

use std::collections::BTreeMap;

use publier_core::domain::options::{AttachmentTitle, Roots};
use publier_core::domain::staff::Change;

use super::error::{DeskError, Unknown, What};
use super::nearest::nearest;
use super::office::{Office, by_code};
use super::row::{Kind as RowKind, Outcome, Results, Row};
use crate::source::staff::TemplateRow;
use crate::source::write::staff::OptionValue;

/// What an option holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A tick box.
    Flag,
    /// How attachments are titled (C7).
    Title,
    /// A number of 1 or more, or none.
    Number,
    /// An event template, or none.
    Template,
    /// A text, or none.
    Text,
    /// Beginnings of account numbers.
    Roots,
    /// A weekday, or none.
    Weekday,
}

/// An option of the extranet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its column, which is also its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// The schema's default, as SQL holds it; `None` = NULL.
    pub default: Option<&'static str>,
    /// The number of its rule.
    pub rule: &'static str,
}

const fn flag(name: &'static str, rule: &'static str) -> Setting {
    Setting { name, kind: Kind::Flag, default: Some("0"), rule }
}

const fn setting(
    name: &'static str,
    kind: Kind,
    default: Option<&'static str>,
    rule: &'static str,
) -> Setting {
    Setting { name, kind, default, rule }
}

/// Every option, in the order of the schema.
pub const SETTINGS: &[Setting] = &[
    flag("group_bank_landlord", "D14"),
    flag("group_bank_tenant", "D14"),
    flag("group_bank_co_owner", "D14"),
    flag("group_by_tenant", "D29"),
    flag("exclude_not_remitted", "D15"),
    flag("use_attachment_names", "C8"),
    setting("attachment_title", Kind::Title, Some("neutral"), "C7"),
    flag("withhold_bank_details", "D16"),
    flag("send_expenses", "E1"),
    flag("send_102", "F2"),
    flag("inactivate_on_notice", "D9"),
    flag("inactivate_on_move_out", "D10"),
    flag("inactivate_sellers", "D11"),
    setting("resend_on_change", Kind::Flag, Some("1"), "C4"),
    flag("normalize_rights", "B5"),
    flag("write_run_log", "A7"),
    flag("write_winscp_xml", "A8"),
    setting("co_owner_list_number", Kind::Number, None, "G1"),
    setting("co_owner_list_template_id", Kind::Template, None, "G1"),
    setting("condo_statement_template_id", Kind::Template, None, "C16"),
    setting("rental_statement_template_id", Kind::Template, None, "C16"),
    setting("list_initials", Kind::Text, None, "G8"),
    setting("expense_roots", Kind::Roots, Some("6,472"), "E4"),
    setting("works_fund_roots", Kind::Roots, Some("105"), "F1"),
    setting("voted_works_roots", Kind::Roots, Some("102"), "F2"),
    setting("working_capital_roots", Kind::Roots, Some("103"), "G4"),
    setting("full_index_weekday", Kind::Weekday, None, "A5"),
    flag("landlord_sees_tenant_accounts", "D19"),
    flag("landlord_sees_tenant_documents", "C25"),
];

/// An option as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionLine {
    /// The option.
    pub setting: Setting,
    /// Its value as SQL holds it, a template by its code; `None` = none.
    pub value: Option<String>,
    /// Whether that is the schema's default.
    pub is_default: bool,
}

/// Lists every option with its value, in the order of the schema.
///
/// # Errors
/// When the database can't be read.
pub fn list(office: &Office) -> Result<Vec<OptionLine>, DeskError> {
    let values = office.snapshot.option_values()?;
    let templates = office.snapshot.template_rows()?;
    let line = |setting: &Setting| {
        let value = values.get(setting.name).cloned().flatten();
        OptionLine {
            setting: *setting,
            is_default: value.as_deref() == setting.default,
            value: if setting.kind == Kind::Template {
                value.map(|id| code_of(&templates, &id))
            } else {
                value
            },
        }
    };
    Ok(SETTINGS.iter().map(line).collect())
}

fn code_of(templates: &[TemplateRow], id: &str) -> String {
    let found = templates.iter().find(|template| template.id.to_string() == id);
    found.map_or_else(|| id.to_owned(), |template| template.code.clone())
}

/// Sets options: (name, value as typed). All of them, or none.
///
/// # Errors
/// A name that is no option's, with the nearest; a value that can't be read, with what was expected; the database.
pub fn set(office: &Office, wanted: &[(String, String)], dry_run: bool) -> Result<Results, DeskError> {
    let templates = office.snapshot.template_rows()?;
    let mut values = Vec::with_capacity(wanted.len());
    for (name, typed) in wanted {
        let setting = find(name)?;
        values.push((setting, read(setting, typed.trim(), &templates)?));
    }
    let changes = if dry_run {
        let present = office.snapshot.option_values()?;
        values.iter().map(|(setting, value)| rehearsed(&present, setting, value.as_ref())).collect()
    } else {
        let columns: Vec<_> = values.iter().map(|(setting, value)| (setting.name, value.clone())).collect();
        office.door()?.set_options(&columns)?
    };
    let row = |((setting, value), change): (&(&Setting, Option<OptionValue>), &Change)| {
        let outcome = match change {
            Change::Done => Outcome::Done,
            Change::Already => Outcome::Already,
        };
        Row::new(RowKind::Option, setting.name, value.as_ref().map(text_of).unwrap_or_default(), outcome)
    };
    Ok(Results { rows: values.iter().zip(&changes).map(row).collect(), dry_run })
}

fn rehearsed(
    present: &BTreeMap<String, Option<String>>,
    setting: &Setting,
    value: Option<&OptionValue>,
) -> Change {
    let same = present.get(setting.name).cloned().flatten() == value.map(text_of);
    if same { Change::Already } else { Change::Done }
}

fn text_of(value: &OptionValue) -> String {
    match value {
        OptionValue::Number(number) => number.to_string(),
        OptionValue::Text(text) => text.clone(),
    }
}

fn find(name: &str) -> Result<&'static Setting, Unknown> {
    SETTINGS.iter().find(|setting| setting.name == name).ok_or_else(|| Unknown {
        what: What::Option,
        named: name.to_owned(),
        nearest: nearest(name, SETTINGS.iter().map(|setting| setting.name)).map(str::to_owned),
    })
}

/// Reads a value as it was typed; a blank one, `aucun` or `none`, is no value.
fn read(setting: &Setting, typed: &str, templates: &[TemplateRow]) -> Result<Option<OptionValue>, Unknown> {
    let none = matches!(typed, "" | "aucun" | "aucune" | "none");
    let bad = |expected: &str| Unknown {
        what: What::Value,
        named: format!("{}={typed}", setting.name),
        nearest: Some(expected.to_owned()),
    };
    let value = match setting.kind {
        Kind::Flag => OptionValue::Number(i64::from(read_flag(typed).ok_or_else(|| bad("oui, non"))?)),
        Kind::Title => {
            let known = AttachmentTitle::from_code(typed).ok_or_else(|| bad("neutral, number, subject"))?;
            OptionValue::Text(known.code().to_owned())
        }
        Kind::Roots => {
            let roots: Roots = typed.parse().map_err(|_| bad(setting.default.unwrap_or("6,472")))?;
            OptionValue::Text(roots.into())
        }
        Kind::Number | Kind::Template | Kind::Text | Kind::Weekday if none => return Ok(None),
        Kind::Number => {
            let number = typed.parse::<u32>().ok().filter(|number| *number > 0);
            OptionValue::Number(number.ok_or_else(|| bad("1, 2, 3…"))?.into())
        }
        Kind::Template => {
            let codes = templates.iter().map(|template| (template.code.as_str(), template.id));
            OptionValue::Number(by_code(What::Template, typed, codes)?.0)
        }
        Kind::Text => OptionValue::Text(typed.to_owned()),
        Kind::Weekday => {
            OptionValue::Number(read_weekday(typed).ok_or_else(|| bad("lundi… dimanche, aucun"))?)
        }
    };
    Ok(Some(value))
}

fn read_flag(typed: &str) -> Option<bool> {
    match typed.to_lowercase().as_str() {
        "oui" | "yes" | "on" | "true" | "vrai" | "1" => Some(true),
        "non" | "no" | "off" | "false" | "faux" | "0" => Some(false),
        _ => None,
    }
}

fn read_weekday(typed: &str) -> Option<i64> {
    let number = typed.parse::<i64>().ok().filter(|day| (1..=7).contains(day));
    number.or_else(|| super::schedule::parse_day(typed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_the_settings_is_an_option_with_its_default() {
        let schema = include_str!("../../schemas/agency.sql");
        let table = schema.split("CREATE TABLE extranet_settings (").nth(1).unwrap();
        let columns: Vec<&str> = table.lines().take_while(|line| !line.starts_with(')')).skip(2).collect();
        assert_eq!(columns.len(), SETTINGS.len());
        for (column, setting) in columns.iter().zip(SETTINGS) {
            let mut words = column.split_whitespace();
            assert_eq!(words.next(), Some(setting.name));
            let stated = words.skip_while(|word| *word != "DEFAULT").nth(1);
            let stated = stated.map(|text| text.trim_matches([',', '\'']));
            assert_eq!(stated, setting.default, "{}", setting.name);
            assert!(column.contains(setting.rule), "{}: {}", setting.name, setting.rule);
        }
    }

    fn value(name: &str, typed: &str) -> Result<Option<OptionValue>, Unknown> {
        read(find(name).unwrap(), typed, &[])
    }

    #[test]
    fn values_are_typed_as_people_write_them() {
        assert_eq!(value("send_102", "Oui"), Ok(Some(OptionValue::Number(1))));
        assert_eq!(value("send_102", "off"), Ok(Some(OptionValue::Number(0))));
        assert_eq!(value("full_index_weekday", "dimanche"), Ok(Some(OptionValue::Number(7))));
        assert_eq!(value("full_index_weekday", "aucun"), Ok(None));
        assert_eq!(value("expense_roots", " 6 , 472 "), Ok(Some(OptionValue::Text("6,472".to_owned()))));
        for (name, bad) in [
            ("send_102", ""),
            ("expense_roots", ""),
            ("co_owner_list_number", "0"),
            ("attachment_title", "x"),
        ] {
            assert_eq!(value(name, bad).unwrap_err().what, What::Value, "{name}={bad}");
        }
    }

    #[test]
    fn an_unknown_option_is_named_with_the_nearest() {
        assert_eq!(find("send_expense").unwrap_err().nearest.as_deref(), Some("send_expenses"));
    }
}
