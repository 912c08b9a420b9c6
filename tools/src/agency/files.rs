//! The files that records name: few contents, many names, so that a large agency takes little room.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// How many contents there are: a file system bounds the names of one.
const CONTENTS: i64 = 64;
/// Names in one folder.
const IN_FOLDER: i64 = 1_000;

/// A PNG of one grey point.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3A, 0x7E, 0x9B, 0x55, 0x00,
    0x00, 0x00, 0x0A, 0x49, 0x44, 0x41, 0x54, 0x78, 0xDA, 0x63, 0x68, 0x00, 0x00, 0x00, 0x82, 0x00, 0x81,
    0xDA, 0x45, 0x08, 0x3B, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
];

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A scanned paper.
    Pdf,
    /// A photo.
    Png,
}

/// The files' folder; without one, names alone are given.
pub(super) struct Files {
    root: Option<PathBuf>,
}

impl Files {
    /// Prepares the folder, which should be empty.
    pub(super) fn new(root: Option<&Path>) -> anyhow::Result<Self> {
        let files = Self { root: root.map(Path::to_owned) };
        if let Some(root) = &files.root {
            fs::create_dir_all(root.join("contents")).with_context(|| format!("make {}", root.display()))?;
            for content in 0..CONTENTS {
                put(&root.join(format!("contents/{content}.pdf")), pdf(content)?.as_bytes())?;
            }
            put(&root.join("contents/0.png"), PNG)?;
        }
        Ok(files)
    }

    /// Gives the path of the file of this number, below the root.
    pub(super) fn file(&self, folder: &str, number: i64, kind: Kind) -> anyhow::Result<String> {
        let (extension, content) = match kind {
            Kind::Pdf => ("pdf", number % CONTENTS),
            Kind::Png => ("png", 0),
        };
        let folder = format!("{folder}/{}", number / IN_FOLDER);
        let path = format!("{folder}/{number}.{extension}");
        if let Some(root) = &self.root {
            if number % IN_FOLDER == 0 || number == 1 {
                fs::create_dir_all(root.join(&folder))?;
            }
            let named = root.join(&path);
            fs::hard_link(root.join(format!("contents/{content}.{extension}")), &named)
                .with_context(|| format!("make {}", named.display()))?;
        }
        Ok(path)
    }
}

#[expect(clippy::disallowed_methods, reason = "a tool that makes files which are nobody's")]
fn put(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    fs::write(path, bytes).with_context(|| format!("make {}", path.display()))
}

/// A PDF of one empty page, told from the others by a comment.
fn pdf(content: i64) -> Result<String, std::fmt::Error> {
    let mut text = format!("%PDF-1.4\n% paper {content:03}\n");
    let mut places = Vec::new();
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ];
    for (number, object) in (1..).zip(objects) {
        places.push(text.len());
        write!(text, "{number} 0 obj\n{object}\nendobj\n")?;
    }
    let table = text.len();
    text += "xref\n0 4\n0000000000 65535 f \n";
    for place in places {
        writeln!(text, "{place:010} 00000 n ")?;
    }
    write!(text, "trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n")?;
    Ok(text)
}
