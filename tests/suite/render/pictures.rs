//! Pictures in letters: what a PDF must not tell of who took them, and how they stand.

use publier::render::{DroppedKind, ImageResolver, Limits, render_letter};

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

/// A JPEG in inks as Adobe's programs write it: on the left 200 of cyan, 40 of magenta and 20 of black, on the right 220 of
/// magenta, 200 of yellow and 60 of black.
const INKS: &[u8] = include_bytes!("../../support/render/inks.jpg");

struct Printer;

impl ImageResolver for Printer {
    fn resolve(&self, id: &str) -> Option<Vec<u8>> {
        let adobe = INKS.windows(5).position(|window| window == b"Adobe").unwrap();
        match id {
            "adobe" => Some(INKS.to_vec()),
            "turned" => Some([&INKS[..2], &exif(6), &INKS[2..]].concat()),
            // The same without the mark: what stood for the paper's white is ink.
            "standard" => Some([&INKS[..adobe - 4], &INKS[adobe + 12..]].concat()),
            "cut" => Some(INKS[..300].to_vec()),
            _ => None,
        }
    }
}

/// Red, green and blue of a pixel of the only picture in the file.
fn colours(id: &str, places: [(usize, usize); 2]) -> [[u8; 3]; 2] {
    let rendered = render_letter(&letter(&format!("<img src={id}>")), &Printer, &Limits::default()).unwrap();
    assert_eq!(rendered.dropped.iter().filter(|lost| lost.name != "signature").count(), 0);
    let file = File::of(&rendered.pdf);
    let root = file.path.with_file_name("picture");
    tool("pdfimages", &[], &file.path, &[root.to_str().unwrap()]);
    let ppm = std::fs::read(file.path.with_file_name("picture-000.ppm")).unwrap();
    let mut parts = ppm.splitn(4, |byte| byte.is_ascii_whitespace());
    let mut number = |_: &str| String::from_utf8_lossy(parts.next().unwrap()).parse::<usize>().unwrap_or(0);
    let (_, width, _) = (number("P6"), number("width"), number("height"));
    let pixels = parts.next().unwrap().strip_prefix(b"255\n").unwrap();
    places.map(|(x, y)| *pixels[(y * width + x) * 3..].first_chunk().unwrap())
}

fn near(found: [u8; 3], wanted: [u8; 3]) -> bool {
    found.iter().zip(wanted).all(|(found, wanted)| found.abs_diff(wanted) <= 6)
}

#[test]
fn a_picture_in_inks_is_shown_in_the_colours_of_the_screen() {
    let [left, right] = colours("adobe", [(4, 4), (28, 20)]);
    assert!(near(left, [51, 198, 235]) && near(right, [195, 27, 42]), "{left:?} {right:?}");
    let [top, bottom] = colours("turned", [(4, 4), (20, 28)]);
    assert!(near(top, [51, 198, 235]) && near(bottom, [195, 27, 42]), "{top:?} {bottom:?}");
    let [left, right] = colours("standard", [(4, 4), (28, 20)]);
    assert!(near(left, [16, 3, 0]) && near(right, [0, 52, 47]), "{left:?} {right:?}");
}

#[test]
fn a_picture_in_inks_that_is_cut_short_is_told() {
    let rendered = render_letter(&letter("<p>a<img src=cut></p>"), &Printer, &Limits::default()).unwrap();
    assert!(rendered.dropped.iter().any(|lost| lost.name == "cut"), "{:?}", rendered.dropped);
}

/// Drawings of which the picture itself is spoilt, or stops before its last row.
struct Spoilt;

impl ImageResolver for Spoilt {
    fn resolve(&self, id: &str) -> Option<Vec<u8>> {
        let content = PNG.windows(4).position(|window| window == b"IDAT").unwrap() + 4;
        let end = PNG.windows(4).position(|window| window == b"IEND").unwrap() - 4;
        match id {
            "spoilt" => {
                let mut png = PNG.to_vec();
                for byte in &mut png[content + 20..content + 40] {
                    *byte = !*byte;
                }
                Some(png)
            }
            "short" => Some([&PNG[..content - 8], &PNG[end..]].concat()),
            "whole" => Some(PNG.to_vec()),
            _ => None,
        }
    }
}

#[test]
fn a_damaged_drawing_is_left_out_and_told_and_the_letter_is_made() {
    let body = "<p>avant<img src=spoilt><img src=short><img src=whole>apr\u{e8}s</p>";
    let rendered = render_letter(&letter(body), &Spoilt, &Limits::default()).unwrap();
    let lost = rendered.dropped.iter().filter(|lost| lost.kind == DroppedKind::Image);
    let names: Vec<_> = lost.map(|lost| lost.name.as_str()).filter(|name| *name != "signature").collect();
    assert_eq!(names, ["short", "spoilt"]);
    assert_eq!(sizes(&rendered.pdf), [(220, 70); 2], "the picture and its transparency");
}
