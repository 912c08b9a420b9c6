//! The table of docs/rules.md against the code: a rule whose test was renamed or removed is noticed.

use std::path::Path;

/// Reads every Rust file under a folder into one text.
fn sources(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).expect("the workspace's own folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&std::fs::read_to_string(&path).expect("a readable source"));
        }
    }
}

/// Gives the names between backquotes in a table's last column.
fn named_tests(row: &str) -> impl Iterator<Item = &str> {
    let last = row.trim_end_matches('|').rsplit('|').next().unwrap_or_default();
    last.split('`').skip(1).step_by(2)
}

#[test]
fn every_test_that_the_rule_table_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("core stands in the workspace");
    let mut code = String::new();
    for folder in ["core/src", "src", "tests"] {
        sources(&root.join(folder), &mut code);
    }
    let table = std::fs::read_to_string(root.join("docs/rules.md")).expect("docs/rules.md");
    let rows = || table.lines().filter(|line| line.starts_with("| "));
    let missing: Vec<&str> =
        rows().flat_map(named_tests).filter(|name| !code.contains(&format!("fn {name}("))).collect();
    assert!(rows().flat_map(named_tests).count() > 50, "the table is read");
    assert_eq!(missing, Vec::<&str>::new(), "named in docs/rules.md and nowhere in the code");
}
