//! Pictures in letters: what a PDF must not tell of who took them, and how they stand.

use publier::render::{ImageResolver, Limits, render_letter};

use crate::support::package::{chunk, exif, segment, with_chunks, with_segments};
use crate::support::render::{File, JPEG, PNG, letter, tool};

/// A telephone's photo, held upright, and a drawing: both with their secrets.
struct Telephone;

impl ImageResolver for Telephone {
    fn resolve(&self, id: &str) -> Option<Vec<u8>> {
        let secrets =
            [exif(6), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0SECRET"), segment(0xFE, b"SECRET")];
        match id {
            "photo" => Some([with_segments(JPEG, &secrets), b"SECRET".to_vec()].concat()),
            "drawing" => Some(with_chunks(PNG, &[chunk(b"tEXt", b"SECRET")])),
            _ => None,
        }
    }
}

fn rendered(body: &str) -> Vec<u8> {
    let rendered = render_letter(&letter(body), &Telephone, &Limits::default()).unwrap();
    assert_eq!(rendered.dropped.iter().filter(|lost| lost.name != "signature").count(), 0);
    rendered.pdf
}

/// Width and height of each picture in the file, the masks of transparency aside.
fn sizes(pdf: &[u8]) -> Vec<(u32, u32)> {
    let listed = tool("pdfimages", &["-list"], &File::of(pdf).path, &[]);
    let pictures = listed.lines().skip(2).filter(|line| line.contains(" image "));
    let number = |line: &str, at: usize| line.split_whitespace().nth(at).unwrap().parse().unwrap();
    pictures.map(|line| (number(line, 3), number(line, 4))).collect()
}

#[test]
fn a_picture_in_a_letter_tells_nothing_of_who_took_it() {
    let pdf = rendered("<p><img src=photo><img src=drawing></p>");
    let file = File::of(&pdf);
    let plain = file.path.with_file_name("plain.pdf");
    tool("qpdf", &["--qdf", "--object-streams=disable"], &file.path, &[plain.to_str().unwrap()]);
    let bytes = std::fs::read(plain).unwrap();
    let holds = |words: &[u8]| bytes.windows(words.len()).any(|window| window == words);
    assert!(holds(b"DCTDecode"), "the photo is there");
    assert!(!holds(b"SECRET") && !holds(b"Exif"));
}

#[test]
fn a_turned_photo_stands_upright_in_a_letter() {
    let upright = render_letter(&letter("<img src=a>"), &Sensor, &Limits::default()).unwrap().pdf;
    let [(width, height)] = sizes(&upright)[..] else { panic!("one picture") };
    assert!(width != height);
    assert_eq!(sizes(&rendered("<img src=photo>")), [(height, width)]);
}

/// The same photo as its sensor saw it.
struct Sensor;

impl ImageResolver for Sensor {
    fn resolve(&self, id: &str) -> Option<Vec<u8>> {
        (id == "a").then(|| JPEG.to_vec())
    }
}
