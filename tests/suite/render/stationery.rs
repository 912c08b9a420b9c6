//! What the agency's letters bear: its logo, its signature, who signs.

use publier::render::{Limits, NoImages, Stationery, input_digest, raw_digest, render_letter};

use crate::support::conformance::findings;
use crate::support::render::{JPEG, PNG, letter, text_of, tool};

fn stationery() -> Stationery {
    let signed = Stationery::default().signed_by(" Le service gestion \n\nCabinet Kermarrec");
    signed.with_logo(JPEG.to_vec()).unwrap().with_signature(PNG.to_vec()).unwrap()
}

#[test]
fn a_letter_bears_the_logo_the_signature_and_who_signs() {
    let mut plain = letter("<p>vu</p>");
    plain.signature = None;
    let mut set = plain.clone();
    stationery().set(&mut set);
    let made = |letter| render_letter(letter, &stationery(), &Limits::default()).unwrap();
    let (before, after) = (made(&plain), made(&set));
    assert!(after.dropped.is_empty());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.pdf");
    std::fs::write(&file, &after.pdf).unwrap();
    let pictures = tool("pdfimages", &["-list"], &file, &[]);
    assert_eq!(pictures.lines().filter(|line| line.contains(" icc ")).count(), 2, "{pictures}");
    let text = text_of(&after.pdf);
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words}: {text}"));
    assert!(
        place("vu") < place("Le service gestion")
            && place("Le service gestion") < place("Cabinet Kermarrec\n")
    );
    assert!(!text_of(&before.pdf).contains("Le service gestion"));
    assert_eq!(findings(&[file]), [""; 0], "described to who reads by ear");
}

/// PUBLICATION.md: the letterhead is part of what a letter is.
#[test]
fn another_logo_makes_another_letter_and_no_stationery_changes_none() {
    let digests = |stationery: &Stationery| {
        let mut letter = letter("<p>vu</p>");
        stationery.set(&mut letter);
        (raw_digest(&letter), input_digest(&letter, stationery, &Limits::default()).unwrap())
    };
    let none = letter("<p>vu</p>");
    assert_eq!(digests(&Stationery::default()).0, raw_digest(&none));
    assert_eq!(
        digests(&Stationery::default()).1,
        input_digest(&none, &NoImages, &Limits::default()).unwrap()
    );
    let other = stationery().with_logo(PNG.to_vec()).unwrap();
    let (one, two) = (digests(&stationery()), digests(&other));
    assert!(one.0 != two.0 && one.1 != two.1);
}

#[test]
fn a_picture_that_no_letter_could_show_is_refused_when_it_is_given() {
    let cut = &PNG[..PNG.len() / 2];
    let long = [PNG, &vec![0; 2 * 1024 * 1024]].concat();
    for bytes in [&b"GIF89a"[..], b"", cut, &long] {
        assert!(Stationery::default().with_logo(bytes.to_vec()).is_none(), "{}", bytes.len());
        assert!(Stationery::default().with_signature(bytes.to_vec()).is_none(), "{}", bytes.len());
    }
}
