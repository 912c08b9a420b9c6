//! Every kind of page before the checkers of archives and of readers by ear: pdf_oxide and pdfua, qpdf and poppler.

use std::fs;
use std::path::PathBuf;

use publier::render::{Limits, render_sheet};

use super::FULL;
use crate::support::conformance::findings;
use crate::support::papers::{co_owners, statement};
use crate::support::render::{render, tool};

/// Checks files with the ordinary programs.
fn check_syntax_and_fonts(files: &[PathBuf]) {
    for file in files {
        let name = file.display();
        let said = tool("qpdf", &["--check"], file, &[]);
        assert!(said.contains("No syntax or stream encoding errors found"), "{name}: {said}");
        let fonts = tool("pdffonts", &[], file, &[]);
        assert!(fonts.lines().count() > 2, "{name}: {fonts}");
        for line in fonts.lines().skip(2) {
            assert!(line.contains("+Publier") && line.contains("yes yes yes"), "{name}: {line}");
        }
        assert!(!tool("pdftotext", &[], file, &["-"]).trim().is_empty(), "{name}");
    }
}

#[cfg(feature = "demo")]
#[test]
fn every_page_of_the_gallery_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/gallery");
    crate::support::tools::stdout_of(
        std::process::Command::new(script).arg(folder.path()).env("PUBLIER", env!("CARGO_BIN_EXE_publier")),
    );
    let paths = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "pdf")).collect();
    files.sort();
    let names: Vec<_> = files.iter().map(|path| path.file_stem().unwrap().to_str().unwrap()).collect();
    for kind in
        ["access-letter", "co-owners", "expenses", "letter-01", "letter-34", "statement", "works-fund"]
    {
        assert!(names.contains(&kind), "{kind} in {names:?}");
    }
    assert_eq!(findings(&files), [""; 0]);
    check_syntax_and_fonts(&files);
}

/// What the demo agency is too small for: pages that turn, every element of a body, characters without a glyph.
#[test]
fn long_documents_and_whole_bodies_conform() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..150).map(|row| format!("<tr><td>{row}</td><td>{row},00</td></tr>")).collect();
    let long_table = format!("<table border=1><tr><th>Numéro</th><th>Montant</th></tr>{rows}</table>");
    let sheet =
        |sheet: &dyn publier::render::papers::Sheet| render_sheet(sheet, &Limits::default()).unwrap().pdf;
    let documents = [
        ("full", render(FULL).pdf),
        ("links", render(super::links::LINKS).pdf),
        ("rich", render(super::golden::RICH).pdf),
        ("exported", render(super::exported::TABLE).pdf),
        ("access", super::golden::access_letter().pdf),
        ("empty", render("").pdf),
        ("no-glyph", render("<p>a漢b</p>").pdf),
        ("long-table", render(&long_table).pdf),
        ("hyphens", super::hyphens::justified()),
        ("bare-table", render("<table><tr><td>à gauche</td><td>à droite</td></tr></table>").pdf),
        ("co-owners", sheet(&co_owners(10))),
        ("statement", sheet(&statement(90))),
    ];
    let files: Vec<_> = documents
        .into_iter()
        .map(|(name, pdf)| {
            let path = folder.path().join(name).with_extension("pdf");
            fs::write(&path, pdf).unwrap();
            path
        })
        .collect();
    assert_eq!(findings(&files), [""; 0]);
    check_syntax_and_fonts(&files);
}

/// Breaks a file by words of one length, in a form in which qpdf shows every object.
fn findings_of_broken(pdf: &[u8], old: &str, new: &str) -> Vec<String> {
    assert_eq!(old.len(), new.len());
    let folder = tempfile::tempdir().unwrap();
    let (whole, plain) = (folder.path().join("whole.pdf"), folder.path().join("plain.pdf"));
    fs::write(&whole, pdf).unwrap();
    tool("qpdf", &["--qdf", "--object-streams=disable"], &whole, &[plain.to_str().unwrap()]);
    let mut bytes = fs::read(&plain).unwrap();
    let places: Vec<_> =
        (0..bytes.len()).filter(|place| bytes[*place..].starts_with(old.as_bytes())).collect();
    assert!(!places.is_empty(), "{old}");
    for place in places {
        bytes[place..place + old.len()].copy_from_slice(new.as_bytes());
    }
    fs::write(&plain, bytes).unwrap();
    findings(&[plain])
}

#[test]
fn the_checkers_see_what_is_broken() {
    let pdf = render(FULL).pdf;
    let untagged = findings_of_broken(&pdf, "/Marked true", "/Marked null").join("\n");
    for finding in
        ["pdf_oxide PDF/A-2a: [STRUCT-001]", "pdf_oxide PDF/UA: [UA-DOC-001]", "pdfua UA-01-002 ERROR"]
    {
        assert!(untagged.contains(finding), "{finding} in {untagged}");
    }
    for (old, new, finding) in [
        ("/S /TH", "/S /TD", "pdfua UA-15-003 ERROR"),
        ("/Alt", "/Alu", "pdfua UA-13-004 ERROR"),
        ("/OutputIntents", "/OutputIntentz", "pdf_oxide PDF/A-2a: ["),
    ] {
        let found = findings_of_broken(&pdf, old, new).join("\n");
        assert!(found.contains(finding), "{finding} in {found}");
    }
}
