//! Letters for tests, and what other programs read in their PDFs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::NaiveDate;
use publier::render::{ImageResolver, Letter, Letterhead, Limits, Rendered, Signature, render_letter};

pub const JPEG: &[u8] = include_bytes!("render/building.jpg");
pub const PNG: &[u8] = include_bytes!("render/signature.png");

/// The pictures of the test agency.
pub struct Album;

impl ImageResolver for Album {
    fn resolve(&self, id: &str) -> Option<Vec<u8>> {
        match id {
            "building" => Some(JPEG.to_vec()),
            "signature" => Some(PNG.to_vec()),
            "huge" => Some(png_header(50_000, 50_000)),
            "cut" => Some(JPEG[..2000].to_vec()),
            "garbled" => Some(garbled(PNG)),
            _ => None,
        }
    }
}

/// The start of a PNG file that announces its size.
pub fn png_header(width: u32, height: u32) -> Vec<u8> {
    let start = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice();
    [start, &width.to_be_bytes(), &height.to_be_bytes(), &[8, 2, 0, 0, 0, 0, 0, 0, 0]].concat()
}

/// A PNG file whose pixels are no longer what its checksums say.
fn garbled(png: &[u8]) -> Vec<u8> {
    let mut bytes = png.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 40].fill(0x55);
    bytes
}

/// A letter whose frame is complete.
pub fn letter(body: &str) -> Letter {
    Letter {
        agency: Letterhead {
            name: "Cabinet Kermarrec Immobilier".to_owned(),
            address: vec!["14, quai de la Fosse".to_owned(), "44000 Nantes".to_owned()],
            phone: Some("02 40 00 00 00".to_owned()),
            email: Some("contact@kermarrec.example".to_owned()),
            logo: None,
        },
        recipient: vec![
            "Madame Hélène LE GOFF".to_owned(),
            "Résidence Les Ajoncs – Bât. B".to_owned(),
            "8, rue du Port".to_owned(),
            "35400 SAINT-MALO".to_owned(),
        ],
        place_and_date: "Nantes, le 12 mars 2024".to_owned(),
        subject: "Appel de fonds du 2e trimestre 2024".to_owned(),
        body_html: body.to_owned(),
        document_id: "event-1248559".to_owned(),
        created_on: NaiveDate::from_ymd_opt(2024, 3, 12).unwrap(),
        reference: Some("070/19051".to_owned()),
        signature: Some(Signature {
            lines: vec!["Anne Kermarrec".to_owned(), "Gestionnaire de copropriété".to_owned()],
            image: Some("signature".to_owned()),
        }),
    }
}

/// Renders a body in the complete frame.
pub fn render(body: &str) -> Rendered {
    render_letter(&letter(body), &Album, &Limits::default()).expect("the letter is rendered")
}

/// A PDF in a folder of its own.
pub struct File {
    _folder: tempfile::TempDir,
    pub path: PathBuf,
}

impl File {
    pub fn of(pdf: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter.pdf");
        fs::write(&path, pdf).unwrap();
        Self { _folder: folder, path }
    }
}

/// Runs a program on a file and gives what it says; a program that is missing or fails fails the test.
pub fn tool(program: &str, before: &[&str], file: &Path, after: &[&str]) -> String {
    let output = Command::new(program).args(before).arg(file).args(after).output().unwrap_or_else(|error| {
        panic!("{program} can't be run ({error}): apt-get install poppler-utils qpdf")
    });
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// Gives the text as pdftotext lays it out, no-break spaces made visible and ends of lines trimmed.
pub fn text_of(pdf: &[u8]) -> String {
    let text = tool("pdftotext", &["-layout"], &File::of(pdf).path, &["-"]);
    let lines =
        text.lines().map(|line| line.replace('\u{a0}', "~").replace('\u{202f}', "_").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// Gives the text in the order of the file's content.
pub fn words_of(pdf: &[u8]) -> String {
    let text = tool("pdftotext", &["-raw"], &File::of(pdf).path, &["-"]);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Gives the left edge and the top of each word, in whole points.
pub fn places(pdf: &[u8]) -> String {
    let xml = tool("pdftotext", &["-bbox"], &File::of(pdf).path, &["-"]);
    let value = |line: &str, name: &str| -> f64 {
        let rest = line.split_once(&format!("{name}=\"")).unwrap().1;
        rest.split_once('"').unwrap().0.parse().unwrap()
    };
    let word = |line: &str| {
        let text = line.split_once('>').unwrap().1.split_once('<').unwrap().0;
        format!("{:.0} {:.0} {text}", value(line, "xMin"), value(line, "yMin"))
    };
    let lines = xml.lines().map(str::trim).filter_map(|line| match line {
        line if line.starts_with("<page") => Some("page".to_owned()),
        line if line.starts_with("<word") => Some(word(line)),
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The words of a file that run over their neighbours of the same line, or over the edge of the page.
pub fn collisions(pdf: &[u8]) -> Vec<String> {
    let xml = tool("pdftotext", &["-bbox"], &File::of(pdf).path, &["-"]);
    let value = |line: &str, name: &str| -> f64 {
        let rest = line.split_once(&format!("{name}=\"")).unwrap().1;
        rest.split_once('"').unwrap().0.parse().unwrap()
    };
    let (mut found, mut edge, mut words) = (Vec::new(), 0.0, Vec::<[f64; 4]>::new());
    for line in xml.lines().map(str::trim) {
        if line.starts_with("<page") {
            edge = value(line, "width");
            words.clear();
        } else if line.starts_with("<word") {
            let [left, top, right, bottom] = ["xMin", "yMin", "xMax", "yMax"].map(|name| value(line, name));
            let height = bottom - top;
            let is_over = |other: &[f64; 4]| {
                let shared = bottom.min(other[3]) - top.max(other[1]);
                shared > height / 2.0 && left < other[2] - 0.5 && other[0] < right - 0.5
            };
            if right > edge || left < 0.0 || words.iter().rev().take(400).any(is_over) {
                found.push(line.to_owned());
            }
            words.push([left, top, right, bottom]);
        }
    }
    found
}
