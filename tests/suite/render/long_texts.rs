//! Names and subjects that are too long for their place.

use publier::render::papers::Sheet;
use publier::render::{DroppedKind, Letter, Limits, NoImages, Rendered, render_letter, render_sheet};

use crate::support::papers::{co_owners, expenses, statement, works_fund};
use crate::support::render::{collisions, letter, places, render};

/// A name as a broken import leaves it.
fn vast() -> String {
    "INDIVISION Kermarrec-Le Goff anticonstitutionnellement ".repeat(50)
}

fn shortened(rendered: &Rendered) -> Vec<&str> {
    let lost = rendered.dropped.iter().filter(|lost| lost.kind == DroppedKind::Shortened);
    lost.map(|lost| lost.name.as_str()).collect()
}

/// The words of the first page that stand between two heights, with their left edges, in points.
fn between(pdf: &[u8], top: f32, bottom: f32) -> Vec<(f32, String)> {
    let all = places(pdf);
    let first = all.split("page\n").nth(1).unwrap_or_default();
    let word = |line: &str| {
        let mut parts = line.splitn(3, ' ');
        let mut number = || parts.next().unwrap().parse::<f32>().unwrap();
        let (left, y) = (number(), number());
        (top..bottom).contains(&y).then(|| (left, parts.next().unwrap_or_default().to_owned()))
    };
    first.lines().filter_map(word).collect()
}

const MM: f32 = 72.0 / 25.4;

#[test]
fn an_address_stays_in_the_window_whatever_its_lines_are_and_keeps_its_town() {
    let recipient = vec![vast(), vast(), "8, rue du Port".to_owned(), "35400 SAINT-MALO".to_owned()];
    let rendered =
        render_letter(&Letter { recipient, ..letter("<p>corps</p>") }, &NoImages, &Limits::default())
            .unwrap();
    let under: Vec<_> = between(&rendered.pdf, 85.0 * MM, 87.0 * MM);
    assert_eq!(under, [], "nothing under the window");
    let window = between(&rendered.pdf, 49.0 * MM, 85.0 * MM);
    assert!(window.iter().all(|(left, _)| *left >= 110.0 * MM - 1.0), "{window:?}");
    let words: Vec<_> = window.iter().map(|(_, word)| word.as_str()).collect();
    assert_eq!(words.iter().filter(|word| word.ends_with('…')).count(), 2, "{words:?}");
    assert!(words.ends_with(&["8,", "rue", "du", "Port", "35400", "SAINT-MALO"]), "{words:?}");
    assert_eq!(shortened(&rendered).len(), 2);
    assert!(shortened(&rendered)[0].starts_with("INDIVISION Kermarrec"));
    assert_eq!(collisions(&rendered.pdf), Vec::<String>::new());
}

#[test]
fn every_part_of_a_letters_frame_is_bounded() {
    let mut long = letter("<p>corps</p>");
    (long.subject, long.place_and_date, long.reference) = (vast().repeat(40), vast(), Some(vast()));
    (long.agency.name, long.agency.address) = (vast(), vec![vast(), vast(), vast()]);
    let rendered = render_letter(&long, &NoImages, &Limits::default()).unwrap();
    assert_eq!(rendered.pages, 1);
    assert_eq!(collisions(&rendered.pdf), Vec::<String>::new());
    let head: Vec<_> = between(&rendered.pdf, 46.0 * MM, 49.0 * MM);
    assert_eq!(head, [], "the letterhead ends above the window");
    assert!(places(&rendered.pdf).contains(" corps"), "the body is on the first page");
    assert!(shortened(&rendered).len() >= 5, "{:?}", rendered.dropped);
}

#[test]
fn a_papers_head_stays_at_the_top_of_every_page_whatever_the_names_are() {
    let (mut list, mut extract, mut year, mut fund) =
        (co_owners(10), statement(90), expenses(), works_fund());
    (list.building, list.agency, list.addresses) = (vast(), vast(), vec![vast(); 12]);
    (extract.holder, extract.label, extract.number) = (vast(), vast(), vast());
    (extract.entity, extract.agency) = (vast(), vast());
    (year.building, year.agency, year.addresses) = (vast(), vast(), vec![vast(); 12]);
    (fund.building, fund.agency, fund.holder) = (vast(), vast(), vast());
    let sheets: [(&str, &dyn Sheet); 4] =
        [("list", &list), ("statement", &extract), ("expenses", &year), ("fund", &fund)];
    for (name, sheet) in sheets {
        let rendered = render_sheet(sheet, &Limits::of_papers()).unwrap();
        assert!(!shortened(&rendered).is_empty(), "{name}");
        assert_eq!(collisions(&rendered.pdf), Vec::<String>::new(), "{name}");
        assert!(rendered.pages < 12, "{name}: {} pages", rendered.pages);
    }
}

#[test]
fn names_of_ordinary_length_are_whole_and_nothing_is_told() {
    let rendered = render_letter(&letter("<p>corps</p>"), &NoImages, &Limits::default()).unwrap();
    assert_eq!(shortened(&rendered), Vec::<&str>::new());
    let sheet = render_sheet(&co_owners(10), &Limits::of_papers()).unwrap();
    assert_eq!(shortened(&sheet), Vec::<&str>::new());
}

#[test]
fn headings_and_descriptions_as_long_as_a_book_are_no_reason_to_fail() {
    let long = "mot ".repeat(20_000);
    let body = format!("<h1>{long}</h1><p><img src=\"building\" alt=\"{long}\"></p>");
    let rendered = render(&body);
    assert!(rendered.pages > 10);
}
