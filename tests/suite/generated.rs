//! Agencies that the generator makes (tools/): the same for the same seed, of the volumes asked for, and clean enough
//! to be published whole.

use std::path::Path;

use publier::flow::alone::write_structured;
use publier::package::zip::{Level, verify};
use publier_core::publication::facts::Section;
use publier_tools::agency::{Order, Size, digest, generate};
use publier_tools::known;
use rusqlite::Connection;

fn tiny() -> Size {
    Size::named("tiny").unwrap()
}

fn make(folder: &Path, name: &str, seed: u64) -> std::path::PathBuf {
    let path = folder.join(name);
    generate(&path, &Order { size: tiny(), seed, files: Some(folder.join(format!("{name}-files"))) })
        .unwrap();
    path
}

#[test]
fn the_same_seed_gives_the_same_agency_and_another_seed_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let [first, again, other] =
        [("a", 7), ("b", 7), ("c", 8)].map(|(name, seed)| digest(&make(folder.path(), name, seed)).unwrap());
    assert_eq!(first, again);
    assert_ne!(first, other);
}

#[test]
fn a_generated_agency_has_the_volumes_asked_for_and_no_dangling_reference() {
    let folder = tempfile::tempdir().unwrap();
    let db = Connection::open(make(folder.path(), "a", 1)).unwrap();
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let size = tiny();
    let figures = [
        ("SELECT count(*) FROM building", size.buildings),
        ("SELECT count(*) FROM unit", size.units),
        ("SELECT count(*) FROM account WHERE published", size.accounts),
        (
            "SELECT count(*) FROM ledger_entry JOIN account ON account.id = account_id WHERE published",
            size.entries,
        ),
        (
            "SELECT count(*) FROM expense_line JOIN fiscal_year ON fiscal_year.id = fiscal_year_id WHERE NOT closed",
            size.expense_lines,
        ),
        ("SELECT count(*) FROM works_fund", size.funds),
    ];
    for (sql, expected) in figures {
        assert_eq!(count(sql), expected, "{sql}");
    }
    assert_eq!(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    let files: Vec<String> = db
        .prepare(
            "SELECT path FROM attachment UNION ALL SELECT path FROM voucher UNION ALL SELECT path FROM photo",
        )
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(!files.is_empty());
    for file in files {
        assert!(folder.path().join("a-files").join(&file).is_file(), "{file}");
    }
}

#[test]
fn the_structured_data_of_a_generated_agency_is_written_whole() {
    let folder = tempfile::tempdir().unwrap();
    let database = make(folder.path(), "a", 1);
    let zip = folder.path().join("alone.zip");
    let written =
        write_structured(&database, folder.path(), &zip, Level::Normal, known::now().unwrap()).unwrap();
    let size = tiny();
    let published = |wanted| {
        let (_, counts) = written.counts.iter().find(|(section, _)| *section == wanted).unwrap();
        i64::try_from(counts.published).unwrap()
    };
    assert_eq!(written.refused, 0);
    assert_eq!(published(Section::Accounts), size.accounts);
    assert_eq!(published(Section::Expenses), size.expense_lines);
    verify(&zip, "publication.xml", written.zip.content_bytes).unwrap();
}

#[test]
fn a_database_without_its_indexes_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let database = make(folder.path(), "a", 1);
    let write = |name: &str| {
        let zip = folder.path().join(name);
        write_structured(&database, folder.path(), &zip, Level::Normal, known::now().unwrap())
            .unwrap()
            .zip
            .digest
    };
    let before = write("with.zip");
    let db = Connection::open(&database).unwrap();
    let indexes: Vec<String> = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(indexes.iter().any(|index| index == "ledger_entry_stream"));
    for index in indexes {
        db.execute_batch(&format!("DROP INDEX {index}")).unwrap();
    }
    assert_eq!(write("without.zip"), before);
}

#[test]
fn a_run_over_a_ledger_in_which_all_is_known_finds_nothing_new() {
    let folder = tempfile::tempdir().unwrap();
    let files = Some(folder.path().join("files"));
    generate(&folder.path().join("agency.db"), &Order { size: tiny(), seed: 1, files }).unwrap();
    let known = known::know(folder.path()).unwrap();
    assert_eq!(known, format!("known={}", tiny().documents));
    for _ in 0..2 {
        known::nothing_new(folder.path()).unwrap();
    }
}
