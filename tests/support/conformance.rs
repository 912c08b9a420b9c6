//! What the checkers of PDF/A and PDF/UA find in our files. `scripts/test` installs them, as wheels of fixed versions.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The interpreter of the virtual environment with the checkers, beside the builds.
fn python() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("pdf-checkers").join("bin/python")
}

/// Gives each finding of pdf_oxide (PDF/A-2a, PDF/UA) and pdfua in some files, a line each.
pub fn findings(files: &[PathBuf]) -> Vec<String> {
    assert!(!files.is_empty());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/conformance/check.py");
    let python = python();
    let output = Command::new(&python).arg(script).args(files).output().unwrap_or_else(|error| {
        panic!("{} can't be run ({error}): ./scripts/test installs it", python.display())
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the checkers broke down: {errors}");
    let said = String::from_utf8(output.stdout).unwrap();
    let mut lines: Vec<_> = said.lines().map(str::to_owned).collect();
    assert_eq!(lines.pop(), Some(format!("{} read", files.len())), "{said}");
    lines
}
