//! Links, as other programs find them: where they lead, where they stand, what is read aloud.

use publier::render::DroppedKind;

use crate::support::render::{File, render, tool};

pub(super) const LINKS: &str = include_str!("../../support/render/links.html");

/// The page and the address of each link, as poppler finds them.
fn links_of(pdf: &[u8]) -> Vec<(usize, String)> {
    let said = tool("pdfinfo", &["-url"], &File::of(pdf).path, &[]);
    let lines = said.lines().skip(1).map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        let &[page, "Annotation", address] = &words[..] else { panic!("{line}") };
        (page.parse().unwrap(), address.to_owned())
    });
    lines.collect()
}

/// The role tree with its text, and what is left of the words that poppler shows as they are encoded.
fn structure_of(pdf: &[u8]) -> String {
    let said = tool("pdfinfo", &["-struct-text"], &File::of(pdf).path, &[]);
    said.lines().map(|line| line.trim().split(" (").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// A page's places in points: left, top, right, bottom.
type Place = [f32; 4];

/// The places of each link on the first page, each line of it apart.
fn places_of_links(pdf: &[u8]) -> Vec<Vec<Place>> {
    const PAGE_HEIGHT: f32 = 841.89;
    let file = File::of(pdf);
    let plain = file.path.with_file_name("plain.pdf");
    tool("qpdf", &["--qdf", "--object-streams=disable"], &file.path, &[plain.to_str().unwrap()]);
    let text = String::from_utf8_lossy(&std::fs::read(plain).unwrap()).into_owned();
    let quads = text.split("/QuadPoints [").skip(1).map(|rest| rest.split_once(']').unwrap().0);
    let numbers = |quads: &str| quads.split_whitespace().map(|n| n.parse().unwrap()).collect::<Vec<f32>>();
    let place = |quad: &[f32]| match quad {
        &[left, bottom, right, _, _, top, ..] => [left, PAGE_HEIGHT - top, right, PAGE_HEIGHT - bottom],
        _ => panic!("{quad:?}"),
    };
    quads.map(|quads| numbers(quads).chunks(8).map(place).collect()).collect()
}

/// The words of the first page with their places.
fn words_of_page(pdf: &[u8]) -> Vec<(String, Place)> {
    let boxes = tool("pdftotext", &["-bbox", "-l", "1"], &File::of(pdf).path, &["-"]);
    let word = |line: &str| {
        let edge = |name: &str| {
            let value = line.split_once(&format!("{name}=\"")).unwrap().1;
            value.split_once('"').unwrap().0.parse().unwrap()
        };
        let text = line.split_once('>').unwrap().1.split_once('<').unwrap().0;
        (text.to_owned(), [edge("xMin"), edge("yMin"), edge("xMax"), edge("yMax")])
    };
    boxes.lines().filter(|line| line.contains("<word")).map(word).collect()
}

/// The words of which the middle stands in a place.
fn words_within(place: &Place, words: &[(String, Place)]) -> String {
    let is_within = |[left, top, right, bottom]: &Place| {
        let (x, y) = (f32::midpoint(*left, *right), f32::midpoint(*top, *bottom));
        place[0] < x && x < place[2] && place[1] < y && y < place[3]
    };
    let within = words.iter().filter(|(_, word)| is_within(word)).map(|(text, _)| text.as_str());
    within.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_link_leads_where_the_body_says_and_nowhere_else() {
    let rendered = render(LINKS);
    let expected = [
        "https://extranet.example/immeubles/carnet?immeuble=GILBERT#2024",
        "https://www.legifrance.gouv.fr/loda/id/JORFTEXT000000849259",
        "mailto:syndic@agence.example?subject=B%C3%A2timent",
        "tel:+33240000000",
        "https://extranet.example/",
        "https://extranet.example/a",
        "https://extranet.example/b",
        "https://extranet.example/lots",
        "https://extranet.example/plan",
        "https://extranet.example/facade",
    ];
    let found = links_of(&rendered.pdf);
    assert_eq!(found.iter().map(|(_, address)| address.as_str()).collect::<Vec<_>>(), expected);
    let lost: Vec<_> = rendered.dropped.into_iter().map(|lost| (lost.kind, lost.name, lost.count)).collect();
    assert_eq!(lost, [(DroppedKind::Link, "javascript".to_owned(), 1)]);
}

#[test]
fn a_link_is_followed_on_its_own_words_and_on_no_others() {
    let pdf = render(LINKS).pdf;
    let words = words_of_page(&pdf);
    let covered: Vec<String> = places_of_links(&pdf)
        .iter()
        .map(|link| link.iter().map(|place| words_within(place, &words)).collect::<Vec<_>>().join(" | "))
        .collect();
    // A sign that touches a word belongs to it for poppler.
    assert_eq!(
        covered,
        [
            "votre espace personnel, à la page de l’immeuble,",
            "www.legifrance.gouv.fr/loda/id/JORFTEXT000000849259.",
            "syndic@agence.example",
            "02 40 00 00 00.",
            "l’extranet",
            "Règlement",
            "état daté.",
            "Lot",
            "Plan",
            "",
        ]
    );
}

#[test]
fn a_reader_by_ear_hears_a_link_as_one_with_its_words_or_its_picture() {
    let structure = structure_of(&render(LINKS).pdf);
    let expected = "Link\n\"syndic@agence.example\"\nObject";
    assert!(structure.contains(expected), "{structure}");
    assert!(structure.contains("TH:\n/Scope /Column\nLink\n\"Lot\"\nObject"), "{structure}");
    assert!(structure.contains("Link\nFigure\n\"\"\nObject"), "{structure}");
    assert_eq!(structure.matches("\nLink").count(), structure.matches("\nObject").count(), "{structure}");
}

#[test]
fn a_link_over_two_lines_is_one_link_with_two_places() {
    let words = "le règlement de copropriété de la résidence et ses modificatifs ".repeat(3);
    let pdf =
        render(&format!("<p>Lisez donc bien <a href='https://x.example/'>{words}</a> ce soir.</p>")).pdf;
    assert_eq!(links_of(&pdf), [(1, "https://x.example/".to_owned())]);
    let places = places_of_links(&pdf);
    let lines = &places[0];
    assert_eq!((places.len(), lines.len()), (1, 3));
    let page = words_of_page(&pdf);
    assert!(words_within(&lines[0], &page).starts_with("le règlement"));
    assert!(words_within(&lines[2], &page).ends_with("modificatifs"));
    assert_eq!(structure_of(&pdf).matches("\nLink").count(), 1);
}

#[test]
fn a_link_over_two_pages_is_followed_on_both_and_read_as_one() {
    let before: String = (0..20).map(|line| format!("<p>ligne {line}</p>")).collect();
    let long = "le règlement de copropriété de la résidence ".repeat(40);
    let rendered = render(&format!("{before}<p><a href='https://x.example/'>{long}</a></p>"));
    assert_eq!(rendered.pages, 2);
    let address = "https://x.example/".to_owned();
    assert_eq!(links_of(&rendered.pdf), [(1, address.clone()), (2, address)]);
    let structure = structure_of(&rendered.pdf);
    assert_eq!((structure.matches("\nLink").count(), structure.matches("\nObject").count()), (1, 2));
}

#[test]
fn a_link_in_a_head_that_comes_back_is_followed_where_it_is_read() {
    let rows: String = (0..80).map(|row| format!("<tr><td>{row}</td></tr>")).collect();
    let head = "<tr><th><a href='https://x.example/'>Lot</a></th></tr>";
    let rendered = render(&format!("<table border=1>{head}{rows}</table>"));
    assert!(rendered.pages > 1);
    assert_eq!(links_of(&rendered.pdf), [(1, "https://x.example/".to_owned())]);
}

#[test]
fn a_link_without_words_or_across_blocks_stays_whole() {
    let body = "<p>a<a href='https://empty.example/'> </a>b</p>\
        <a href='https://blocks.example/'><p>un</p><p><br></p><ul><li>deux</li></ul></a>";
    let pdf = render(body).pdf;
    let blocks = "https://blocks.example/".to_owned();
    assert_eq!(links_of(&pdf), [(1, blocks.clone()), (1, blocks)]);
    let structure = structure_of(&pdf);
    assert_eq!((structure.matches("\nLink").count(), structure.matches("\nObject").count()), (2, 2));
}

#[test]
fn many_links_in_one_paragraph_cost_no_more_than_their_words() {
    let body = "<a href='https://x.example/'>mot</a> ".repeat(20_000);
    let started = std::time::Instant::now();
    assert_eq!(links_of(&render(&body).pdf).len(), 20_000);
    assert!(started.elapsed() < std::time::Duration::from_secs(60), "{:?}", started.elapsed());
}

#[cfg(feature = "printpdf")]
#[test]
fn the_second_engine_has_the_same_links() {
    use crate::support::render::{Album, letter};
    use publier::render::{Backend, Limits, render_letter_with};
    let second = render_letter_with(Backend::Printpdf, &letter(LINKS), &Album, &Limits::default()).unwrap();
    assert_eq!(links_of(&second.pdf), links_of(&render(LINKS).pdf));
}
