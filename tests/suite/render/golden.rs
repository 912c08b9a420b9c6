//! Letters as they read and where each word stands: the letter that hands an access over (D4, D5), and one with
//! everything that a body may hold.

use chrono::NaiveDate;
use publier::render::access::AccessLetter;
use publier::render::{Letterhead, Limits, NoImages, Rendered, render_letter};

use crate::support::render::{places, render, text_of};

pub(super) const RICH: &str = include_str!("../../support/render/rich.html");

/// A party that got its first access.
pub(super) fn access_letter() -> Rendered {
    let access = AccessLetter {
        agency: Letterhead {
            name: "TESTS 605".to_owned(),
            address: vec!["1, place du Pressoir".to_owned(), "54000 NANCY".to_owned()],
            phone: Some("03 53 01 06 05".to_owned()),
            email: Some("contact@tests605.example.org".to_owned()),
            logo: None,
        },
        recipient: vec![
            "Madame YALOXE CORTON Denise".to_owned(),
            "Chez M. & Mme <Absent>".to_owned(),
            "4, rue Gilbert".to_owned(),
            "54000 NANCY".to_owned(),
        ],
        place_and_date: "NANCY, le 7 juillet 2020".to_owned(),
        site: "https://tests605.crypto-extranet.com",
        login: "ALOXECORTONDENISE",
        password: "CNWBTGDSHW",
        document_id: "access:1:1".to_owned(),
        made_on: NaiveDate::from_ymd_opt(2020, 7, 7).unwrap(),
    };
    render_letter(&access.letter(), &NoImages, &Limits::default()).expect("the letter is rendered")
}

#[test]
fn the_access_letter_reads_as_written_and_stands_where_it_stood_d4_d5() {
    let rendered = access_letter();
    assert_eq!((rendered.pages, rendered.dropped), (1, Vec::new()));
    insta::assert_snapshot!("access_letter_text", text_of(&rendered.pdf));
    insta::assert_snapshot!("access_letter_places", places(&rendered.pdf));
}

#[test]
fn a_letter_with_everything_reads_as_written_and_stands_where_it_stood() {
    let rendered = render(RICH);
    assert_eq!((rendered.pages, rendered.dropped), (2, Vec::new()));
    let text = text_of(&rendered.pdf);
    assert!(text.contains("copro\u{ad}"), "a word is parted: {text}");
    insta::assert_snapshot!("rich_letter_text", text);
    insta::assert_snapshot!("rich_letter_places", places(&rendered.pdf));
}
