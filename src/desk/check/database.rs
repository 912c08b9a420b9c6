//! The back office's database as such: its file, its form, its values.

use std::path::Path;

use super::{Books, Code, Finding, Ground, Kind, Record, Sink};
use crate::i18n::system_key;
use crate::source::inspect::{BadValue, Dangling, ValueFault};
use crate::source::{SourceError, may_write_database};

/// Says why the database, or the rest of it, can't be looked at.
pub(super) fn refused(database: &Path, error: &SourceError, each: &mut Sink<'_>) {
    let file = || Record::new(Kind::File, database.display());
    match error {
        SourceError::Missing(_) => each(Finding::new(Code::DatabaseMissing, file())),
        SourceError::Busy => each(Finding::new(Code::DatabaseBusy, file())),
        SourceError::Schema(differences) => {
            for difference in differences {
                let record = Record::new(Kind::Table, difference.place());
                let finding = Finding::new(Code::SchemaDiffers, record);
                each(match (&difference.types, &difference.column) {
                    (Some((found, expected)), _) => finding
                        .saying("what", "check-schema-type")
                        .with("types", &format!("{found} ≠ {expected}")),
                    (None, Some(_)) => finding.saying("what", "check-schema-column").with("types", ""),
                    (None, None) => finding.saying("what", "check-schema-table").with("types", ""),
                });
            }
        }
        SourceError::NoRow(table) => {
            each(Finding::new(Code::RowMissing, Record::new(Kind::Table, table)));
        }
        SourceError::Open { .. }
        | SourceError::Query { .. }
        | SourceError::Sink(_)
        | SourceError::Unwritable { .. } => {
            each(Finding::new(Code::DatabaseUnreadable, file()).explained_by("words", error));
        }
    }
}

/// Checks how the database is kept, and every value of it.
pub(super) fn check(ground: &Ground<'_>, books: &Books, each: &mut Sink<'_>) -> Result<(), SourceError> {
    let snapshot = &books.snapshot;
    if snapshot.was_copied() {
        let file = Record::new(Kind::File, ground.settings.agency.database.display());
        each(Finding::new(Code::NotWal, file));
    }
    if !snapshot.entries_have_an_index()? {
        each(Finding::new(Code::NoEntryIndex, Record::new(Kind::Table, "ledger_entry")));
    }
    if let Err(error) = may_write_database(&ground.settings.agency.database) {
        let file = Record::new(Kind::File, ground.settings.agency.database.display());
        let finding = Finding::new(Code::DatabaseReadOnly, file);
        each(match system_key(&error) {
            Some(key) => finding.saying("words", key),
            None => finding.with("words", &error.to_string()),
        });
    }
    for (function, table) in snapshot.unavailable_functions() {
        let finding = Finding::new(Code::FunctionUnavailable, Record::new(Kind::Table, table));
        each(finding.saying("function", format!("check-function-{}", function.name())));
    }
    snapshot.each_dangling(|dangling| each(dangling_key(&dangling)))?;
    snapshot.each_bad_value(|value| each(bad_value(&value)))
}

fn dangling_key(dangling: &Dangling) -> Finding {
    let record = match dangling.key {
        Some(key) => Record::new(Kind::Row, format!("{} {key}", dangling.table)),
        None => Record::new(Kind::Table, &dangling.table),
    };
    Finding::new(Code::DanglingKey, record).with("parent", &dangling.parent)
}

fn bad_value(value: &BadValue) -> Finding {
    let code = match value.fault {
        ValueFault::NotUtf8 => Code::NotUtf8,
        ValueFault::Illegal => Code::IllegalCharacter,
        ValueFault::NotADate => Code::BadDate,
        ValueFault::WrongType => Code::WrongType,
    };
    let record = Record::new(Kind::Row, format!("{} {}", value.table, value.key));
    Finding::new(code, record).with("column", &value.column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_stayed_locked_is_told_as_such() {
        let mut found = Vec::new();
        refused(Path::new("agency.db"), &SourceError::Busy, &mut |finding| found.push(finding));
        let codes: Vec<Code> = found.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [Code::DatabaseBusy]);
        assert_eq!(found.first().map(|finding| finding.record.key.as_str()), Some("agency.db"));
    }
}
