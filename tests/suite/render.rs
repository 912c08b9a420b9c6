//! The suite of render: what other programs see in our PDFs, and what hostile bodies do.

mod conformance;
mod exported;
mod golden;
mod hyphens;
mod links;
mod long_texts;
mod narrow;
mod pictures;
mod stationery;

use std::time::{Duration, Instant};

use proptest::prelude::*;
use publier::render::{
    DroppedKind, ImageResolver, Letter, Limits, NoImages, RenderError, input_digest, render_letter,
};

use crate::support::render::{Album, File, JPEG, PNG, letter, places, render, text_of, tool, words_of};

const FULL: &str = include_str!("../support/render/full.html");

fn failure(body: &str) -> RenderError {
    render_letter(&letter(body), &Album, &Limits::default()).expect_err("the body is refused")
}

fn dropped(body: &str) -> Vec<(DroppedKind, String, usize)> {
    render(body).dropped.into_iter().map(|lost| (lost.kind, lost.name, lost.count)).collect()
}

#[test]
fn a_whole_letter_reads_as_written() {
    let rendered = render(FULL);
    assert_eq!(rendered.dropped, []);
    insta::assert_snapshot!("letter_text", text_of(&rendered.pdf));
}

#[test]
fn a_reader_by_ear_finds_headings_lists_tables_and_descriptions() {
    let rendered = render(FULL);
    let structure = tool("pdfinfo", &["-struct"], &File::of(&rendered.pdf).path, &[]);
    // A title that isn't ASCII is shown as it is encoded: it is left out.
    let roles: Vec<_> = structure.lines().map(|line| line.split(" \"").next().unwrap_or_default()).collect();
    insta::assert_snapshot!("letter_structure", roles.join("\n"));
}

#[test]
fn the_file_says_what_it_is() {
    let info = tool("pdfinfo", &[], &File::of(&render(FULL).pdf).path, &[]);
    let value = |name: &str| {
        let line =
            info.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name} in {info}"));
        line.split_once(':').unwrap().1.trim().to_owned()
    };
    assert_eq!(value("Title"), "Appel de fonds du 2e trimestre 2024");
    assert_eq!(value("Author"), "Cabinet Kermarrec Immobilier");
    assert_eq!(value("Tagged"), "yes");
    assert_eq!(value("Page size"), "595.276 x 841.89 pts (A4)");
    assert!(value("CreationDate").contains("Mar 12") && value("CreationDate").contains("2024"));
}

#[test]
fn the_file_claims_the_standards_that_the_validator_checked() {
    let pdf = render(FULL).pdf;
    let xmp = String::from_utf8_lossy(&pdf);
    for claim in ["pdfaid:part>2<", "pdfaid:conformance>A<", "pdfuaid:part>1<", "/Lang(fr)", "/Outlines"] {
        assert!(xmp.replace("/Lang (", "/Lang(").contains(claim), "{claim}");
    }
}

#[test]
fn every_font_is_embedded_subset_and_searchable() {
    let fonts = tool("pdffonts", &[], &File::of(&render(FULL).pdf).path, &[]);
    let lines: Vec<_> = fonts.lines().skip(2).collect();
    assert!(lines.len() >= 4, "{fonts}");
    for line in lines {
        assert!(line.contains("+Publier") && line.contains("yes yes yes"), "{line}");
    }
}

#[test]
fn qpdf_finds_nothing_wrong() {
    let said = tool("qpdf", &["--check"], &File::of(&render(FULL).pdf).path, &[]);
    assert!(said.contains("No syntax or stream encoding errors found"), "{said}");
}

#[test]
fn the_same_letter_gives_the_same_bytes_on_any_thread() {
    let first = render(FULL);
    let others: Vec<_> = (0..2).map(|_| std::thread::spawn(|| render(FULL))).collect();
    for other in others {
        assert!(first == other.join().unwrap());
    }
}

#[test]
fn the_address_stands_in_the_window_of_the_envelope_and_nothing_else_does() {
    const MM: f32 = 72.0 / 25.4;
    // Places are written to a hundredth of a point.
    const ROUNDED: f32 = 0.01;
    let boxes = tool("pdftotext", &["-bbox"], &File::of(&render(FULL).pdf).path, &["-"]);
    let mut in_window = Vec::new();
    for line in boxes.lines().filter(|line| line.contains("<word")).take(60) {
        let edge = |name: &str| -> f32 {
            let value = line.split_once(&format!("{name}=\"")).unwrap().1;
            value.split_once('"').unwrap().0.parse().unwrap()
        };
        let word = line.split_once('>').unwrap().1.split_once('<').unwrap().0;
        if edge("yMax") > 48.0 * MM && edge("yMin") < 86.0 * MM && edge("xMax") > 105.0 * MM {
            assert!(edge("xMin") >= 110.0 * MM - ROUNDED && edge("xMax") <= 190.0 * MM, "{line}");
            assert!(edge("yMin") >= 49.0 * MM && edge("yMax") <= 85.0 * MM, "{line}");
            in_window.push(word.to_owned());
        }
    }
    assert_eq!(
        in_window.join(" "),
        "Madame Hélène LE GOFF Résidence Les Ajoncs – Bât. B 8, rue du Port 35400 SAINT-MALO"
    );
}

#[test]
fn a_long_table_keeps_its_rows_whole_and_its_head_on_every_page() {
    let mut body = "<table><tr><th>Date</th><th>Libellé de l’écriture</th><th>Débit</th></tr>".to_owned();
    for row in 0..150 {
        body += &format!(
            "<tr><td>12/03/2024</td><td>début{row}<br>milieu<br>fin{row}</td><td>{row},00</td></tr>"
        );
    }
    let rendered = render(&(body + "</table>"));
    let text = text_of(&rendered.pdf);
    let pages: Vec<_> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert_eq!(pages.len(), rendered.pages);
    assert!(pages.len() > 5);
    for (number, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("Page {} / {}", number + 1, pages.len())), "{page}");
        assert_eq!(
            page.matches("Libellé de l’écriture").count(),
            usize::from(page.contains("début")),
            "{page}"
        );
    }
    for row in 0..150 {
        let whole = pages.iter().filter(|page| {
            let holds = |word: String| page.split_whitespace().any(|found| found == word);
            holds(format!("début{row}")) && holds(format!("fin{row}"))
        });
        assert_eq!(whole.count(), 1, "row {row}");
    }
}

#[test]
fn a_head_of_a_hundred_rows_fills_its_pages_and_comes_back_on_none() {
    let head: String = (0..100).map(|row| format!("<tr><th>titre{row}</th><th>Montant</th></tr>")).collect();
    let rows: String = (0..100).map(|row| format!("<tr><td>ligne{row}</td><td>{row},00</td></tr>")).collect();
    let made = |body: String| {
        let rendered = render(&format!("<p>avant</p><table border=1>{body}</table><p>après</p>"));
        (rendered.pages, words_of(&rendered.pdf))
    };
    let (pages, words) = made(format!("<thead>{head}</thead><tbody>{rows}</tbody>"));
    let (plain, _) = made(format!("{head}{rows}").replace("th>", "td>").replace("titre", "<b>titre</b>"));
    assert_eq!(pages, plain, "no page is wasted");
    for row in 0..100 {
        let count = |word: String| words.split(' ').filter(|found| *found == word).count();
        assert_eq!((count(format!("titre{row}")), count(format!("ligne{row}"))), (1, 1), "{row}");
    }
}

#[test]
fn a_cell_higher_than_a_page_goes_on_over_pages() {
    let lines: String = (0..200).map(|line| format!("<p>ligne{line}</p>")).collect();
    let rendered = render(&format!("<table border=1><tr><td>{lines}</td><td>à côté</td></tr></table>"));
    let words = words_of(&rendered.pdf);
    assert!(rendered.pages > 3);
    for line in 0..200 {
        assert_eq!(words.split(' ').filter(|word| *word == format!("ligne{line}")).count(), 1, "{line}");
    }
}

#[test]
fn what_is_not_shown_is_told() {
    use DroppedKind::{Attribute, Element, Glyph, Image};
    let lost = dropped("<p onclick=x>漢a漢<script>alert(1)</script><img src=nowhere><img src=cut></p>");
    let expected = [
        (Element, "script".to_owned(), 1),
        (Attribute, "onclick".to_owned(), 1),
        (Image, "cut".to_owned(), 1),
        (Image, "nowhere".to_owned(), 1),
        (Glyph, "U+6F22".to_owned(), 2),
    ];
    assert_eq!(lost, expected);
}

#[test]
fn a_character_without_a_glyph_can_still_be_copied() {
    assert!(words_of(&render("<p>a漢b</p>").pdf).contains("a漢b"));
}

#[test]
fn an_empty_frame_still_makes_a_letter() {
    let empty = Letter {
        agency: publier::render::Letterhead::default(),
        recipient: Vec::new(),
        place_and_date: String::new(),
        subject: String::new(),
        document_id: String::new(),
        reference: None,
        signature: None,
        ..letter("")
    };
    assert_eq!(render_letter(&empty, &NoImages, &Limits::default()).unwrap().pages, 1);
}

#[test]
fn a_hostile_body_fails_alone_and_quickly() {
    let started = Instant::now();
    let deep_tables = "<table><tr><td>".repeat(10_000);
    assert!(matches!(failure(&deep_tables), RenderError::NestedTooDeep { .. }));
    assert!(matches!(failure(&"<div>".repeat(10_000)), RenderError::NestedTooDeep { .. }));
    assert!(matches!(failure(&"<ul><li>".repeat(10_000)), RenderError::NestedTooDeep { .. }));
    assert!(matches!(failure(&"<p>a".repeat(200_000)), RenderError::TooManyElements { .. }));
    assert!(matches!(failure(&"mot ".repeat(25_000_000)), RenderError::BodyTooLarge { .. }));
    assert!(matches!(failure(&"mot ".repeat(500_000)), RenderError::TextTooLong { .. }));
    assert!(matches!(failure(&"<p><br></p>".repeat(40_000)), RenderError::TooManyPages { .. }));
    let uneven =
        format!("<table><tr>{}</tr>{}</table>", "<td colspan=100>".repeat(5_000), "<tr><td>a".repeat(20_000));
    assert!(matches!(failure(&uneven), RenderError::TooManyPages { .. } | RenderError::TableTooWide { .. }));
    let wide_head =
        format!("<table><tr>{}</tr>{}</table>", "<th>".repeat(20_000), "<tr><td>a".repeat(20_000));
    assert!(matches!(failure(&wide_head), RenderError::TooManyPages { .. }));
    assert!(matches!(failure("<img src=huge>"), RenderError::ImageTooLarge { width_px: 50_000, .. }));
    assert_eq!(dropped("<p>a<img src=garbled></p>"), [(DroppedKind::Image, "garbled".to_owned(), 1)]);
    assert!(matches!(failure("{\\rtf1\\ansi Bonjour}"), RenderError::BodyFormat { format: "RTF" }));
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    assert_eq!(render("<p>La suite</p>").pages, 1);
}

/// A word as long as a book was parted by a search through all of it, for each of its lines.
#[test]
fn a_word_of_a_hundred_thousand_letters_is_parted_like_any_other() {
    let started = Instant::now();
    for (word, align) in
        [("anticonstitutionnellement", "left"), ("anticonstitutionnellement", "justify"), ("1 111", "left")]
    {
        let body = format!("<p style=\"text-align:{align}\">{}</p>", word.repeat(100_000 / word.len()));
        let made = render(&body);
        assert!(made.pages > 10, "{} pages", made.pages);
        let text = words_of(&made.pdf).replace(['\u{ad}', ' ', '-'], "");
        let wanted = word.repeat(100);
        assert!(text.contains(&wanted) || word.contains(' '), "{align}");
    }
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

#[test]
fn a_resolver_that_breaks_down_fails_its_letter_alone() {
    struct Broken;
    impl ImageResolver for Broken {
        fn resolve(&self, _id: &str) -> Option<Vec<u8>> {
            panic!("the disk is gone")
        }
    }
    let error = render_letter(&letter("<img src=a>"), &Broken, &Limits::default()).unwrap_err();
    assert!(matches!(error, RenderError::Engine { reason } if reason == "the disk is gone"));
}

#[test]
fn cells_outside_a_table_keep_their_words_apart() {
    let rendered = render("<p>avant</p><td>un</td><td>deux</td><tr><td>trois<td>quatre</tr>");
    let words = words_of(&rendered.pdf);
    assert!(words.contains("avant un deux trois quatre"), "{words}");
    assert_eq!(rendered.dropped, []);
    assert_eq!(render(&"<td>a".repeat(500)).dropped, [], "they don't nest");
}

#[test]
fn the_lines_and_columns_of_a_pre_are_kept() {
    let rendered = render("<pre>\nLot   1\n    Lot 2\r\n\n<b>Lot 3\n</b>Lot\t4</pre>");
    let all = places(&rendered.pdf);
    let lefts = |wanted: &str| -> Vec<f32> {
        let words = all.lines().filter_map(|line| line.rsplit_once(' '));
        let found = words.filter(|(_, word)| *word == wanted).map(|(place, _)| place);
        found.map(|place| place.split(' ').next().unwrap().parse().unwrap()).collect()
    };
    let [first, second, third, fourth] = lefts("Lot")[..] else { panic!("four lines: {all}") };
    assert!(second > first + 8.0 && first == third && first == fourth, "the second stands apart");
    assert!(lefts("1")[0] < lefts("4")[0], "a tab is wider than three spaces: {all}");
}

#[test]
fn a_link_that_is_not_followed_and_a_picture_of_the_network_are_told_as_content() {
    let body = "<a href='javascript:x()'>un</a><a href='file:///c:/plan.pdf'>deux</a><a href='plan.pdf'>trois</a>\
                <a href='#haut'>quatre</a><a href='https://x.example/'>cinq</a><img src='https://x.example/a.png'>\
                <li value=7>six</li><a name=x>sept</a>";
    let rendered = render(body);
    assert!(words_of(&rendered.pdf).contains("undeuxtroisquatrecinq"), "the words stay");
    let content: Vec<_> = rendered.dropped.iter().filter(|lost| lost.is_content()).collect();
    let told: Vec<_> = content.iter().map(|lost| (lost.kind.code(), lost.name.as_str())).collect();
    assert_eq!(
        told,
        [
            ("attribute", "li value"),
            ("link", "/"),
            ("link", "file"),
            ("link", "javascript"),
            ("network-image", "https")
        ]
    );
    assert!(rendered.dropped.iter().any(|lost| lost.name == "#" && !lost.is_content()));
}

#[test]
fn what_a_body_hides_stays_hidden_and_is_told() {
    let body = "<p>vu</p><p style='display:none'>note interne</p><div style='mso-hide:all'>note interne</div>\
                <span style='visibility:hidden'>secret</span><p hidden>autre</p><ul><li style='display:none'>puce</li></ul>\
                <table border=1><tr><td>a</td><td style='display:none'>b</td></tr><tr style='display:none'><td>c</td></tr></table>\
                <p style='display:none'> </p><p style='display:block'>fin</p>";
    let rendered = render(body);
    let words = words_of(&rendered.pdf);
    assert!(words.contains("vu a fin"), "{words}");
    let told: Vec<_> =
        rendered.dropped.iter().map(|lost| (lost.kind, lost.name.as_str(), lost.count)).collect();
    use DroppedKind::Hidden;
    assert_eq!(
        told,
        [
            (Hidden, "autre", 1),
            (Hidden, "b", 1),
            (Hidden, "c", 1),
            (Hidden, "note interne", 2),
            (Hidden, "puce", 1),
            (Hidden, "secret", 1)
        ]
    );
    assert!(rendered.dropped.iter().all(publier::render::Dropped::is_content));
}

/// As the editors of old browsers write it, and as mail programs do.
#[test]
fn what_a_body_hides_stays_hidden_however_it_is_written() {
    for hidden in [
        "<P STYLE='DISPLAY: none'>secret</P>",
        "<p style='display:none !important'>secret</p>",
        "<p style='display:none!important;display:block'>secret</p>",
        "<p style='Visibility:Hidden'>secret</p>",
        "<p style='MSO-HIDE:ALL'>secret</p>",
        "<p style='display/**/:no\\6e e'>secret</p>",
        "<p style='opacity:0'>secret</p>",
        "<tr hidden><td>secret</td></tr>",
        "<td style='display:none'><div>secret</div></td>",
    ] {
        let rendered = render(&format!("<p>vu</p>{hidden}<p>fin</p>"));
        assert!(words_of(&rendered.pdf).contains("vu fin"), "{hidden}: {}", words_of(&rendered.pdf));
        let told: Vec<_> = rendered.dropped.iter().map(|lost| (lost.kind, lost.name.as_str())).collect();
        assert_eq!(told, [(DroppedKind::Hidden, "secret")], "{hidden}");
    }
    // Nor is it read aloud with a link.
    let link = "<a href='https://x.fr/'>vu<span hidden>secret</span><img style='display:none' alt='secret' src=x></a>";
    let (rendered, plain) = (render(link), render("<a href='https://x.fr/'>vu</a>"));
    assert!(rendered.pdf == plain.pdf, "the description of the link differs");
    let shown = render("<P STYLE='FONT-WEIGHT: BOLD; TEXT-ALIGN: RIGHT; COLOR: #C00'>vu</P>");
    assert!(
        shown.dropped.is_empty()
            && shown.pdf == render("<p style='font-weight:bold;text-align:right;color:#c00'>vu</p>").pdf
    );
}

#[test]
fn what_stands_between_the_items_of_a_list_is_shown() {
    let rendered =
        render("<ul>avant<li>un</li>entre <b>deux</b><ul><li>dessous</li></ul><li>trois</li></ul><ol> </ol>");
    let words = words_of(&rendered.pdf);
    assert!(words.contains("• avant • un entre deux • dessous • trois"), "{words}");
    assert!(rendered.dropped.is_empty());
}

/// PDF/A forbids characters of the private areas, which Word writes before its lists.
#[test]
fn a_character_without_meaning_is_told_and_never_refuses_a_letter() {
    let rendered = render("<p>\u{f0b7} un \u{e123} \u{100000}</p><p><a href='https://x' >\u{e123}</a></p>");
    let words = words_of(&rendered.pdf);
    assert!(words.contains("• un □ □ □"), "{words}");
    let told: Vec<_> =
        rendered.dropped.iter().map(|lost| (lost.kind, lost.name.as_str(), lost.count)).collect();
    assert_eq!(told, [(DroppedKind::Glyph, "U+100000", 1), (DroppedKind::Glyph, "U+E123", 2)]);
}

#[test]
fn text_that_is_as_pale_as_the_page_is_drawn_in_black() {
    let body = "<table border=1><tr><th style='background-color:navy;color:white'>Exercice</th></tr><tr><td>a</td></tr></table>";
    assert!(render(body).pdf == render(&body.replace("color:white", "color:black")).pdf);
    assert!(render("<p><font color='#ffffff'>a</font></p>").pdf == render("<p>a</p>").pdf);
}

#[test]
fn lists_and_white_space_follow_their_style() {
    let body = "<ol style='list-style-type:upper-roman'><li>un<li>deux</ol><ul style='list-style-type:lower-alpha'><li>trois</ul>\
                <p style='white-space:pre-wrap'>quatre\ncinq</p>";
    let rendered = render(body);
    assert_eq!(rendered.dropped, []);
    let text = text_of(&rendered.pdf);
    for line in ["I. un", "II. deux", "a. trois", "quatre", "cinq"] {
        let found = text.lines().any(|found| found.split_whitespace().collect::<Vec<_>>().join(" ") == line);
        assert!(found, "{line}: {text}");
    }
}

#[test]
fn unclosed_tags_lose_no_text() {
    let words = words_of(&render("<p>un <b>deux <i>trois<table><tr><td>quatre<ul><li>cinq<p>six").pdf);
    for word in ["un", "deux", "trois", "quatre", "cinq", "six"] {
        assert!(words.split(' ').any(|found| found == word), "{word} in {words}");
    }
}

/// What stands under one another in a back office's body was glued together: « TermeDéfinition ».
#[test]
fn elements_that_stand_apart_keep_their_words_apart() {
    let body = "<pre>Poste A 100,00</pre><dl><dt>Terme</dt><dd>sens</dd></dl><section>un</section><footer>deux</footer>";
    let words = words_of(&render(body).pdf);
    assert!(words.contains("Poste A 100,00 Terme sens un deux"), "{words}");
}

#[test]
fn the_digest_follows_what_is_shown_and_nothing_else() {
    let digest = |letter: &Letter| input_digest(letter, &Album, &Limits::default()).unwrap();
    let base = letter("<p>a<img src=building></p>");
    assert_eq!(digest(&base), digest(&letter("<p onclick=x>a<img src=building><!-- note --></p>")));
    assert_ne!(digest(&base), digest(&letter("<p>b<img src=building></p>")));
    let moved = Letter { recipient: vec!["a".to_owned(), "b".to_owned()], ..base.clone() };
    let joined = Letter { recipient: vec!["ab".to_owned()], ..base.clone() };
    assert_ne!(digest(&moved), digest(&joined));
    struct Other;
    impl ImageResolver for Other {
        fn resolve(&self, id: &str) -> Option<Vec<u8>> {
            if id == "building" { Some(PNG.to_vec()) } else { Album.resolve(id) }
        }
    }
    assert_ne!(digest(&base), input_digest(&base, &Other, &Limits::default()).unwrap());
    struct Trailing;
    impl ImageResolver for Trailing {
        fn resolve(&self, id: &str) -> Option<Vec<u8>> {
            if id == "building" { Some([JPEG, b"after its end"].concat()) } else { Album.resolve(id) }
        }
    }
    assert!(JPEG.ends_with(b"\xff\xd9"));
    assert_eq!(digest(&base), input_digest(&base, &Trailing, &Limits::default()).unwrap());
}

/// Bodies like those of word processors, and unlike.
fn bodies() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<p>".to_owned()),
        Just("</p>".to_owned()),
        Just("<b>".to_owned()),
        Just("<table border=1>".to_owned()),
        Just("<tr>".to_owned()),
        Just("<td colspan=3 width=40%>".to_owned()),
        Just("<th>".to_owned()),
        Just("</table>".to_owned()),
        Just("<a href='https://x.example/'>".to_owned()),
        Just("</a>".to_owned()),
        Just("<ul>".to_owned()),
        Just("<ol start=-5>".to_owned()),
        Just("<li>".to_owned()),
        Just("<h3>".to_owned()),
        Just("<h1>".to_owned()),
        Just("<br>".to_owned()),
        Just("<hr>".to_owned()),
        Just("<img src=building width=9999>".to_owned()),
        Just("<img src=signature height=1>".to_owned()),
        Just("<p style='page-break-before:always;text-align:justify;font-size:300%'>".to_owned()),
        Just("<sup><u><s>".to_owned()),
        Just("<select><option>".to_owned()),
        Just("<svg><math><p>".to_owned()),
        Just("<template><td>".to_owned()),
        "[ -~]{0,12}",
        "\\PC{0,12}",
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_body_gives_a_valid_file_or_a_limit(body in bodies()) {
        match render_letter(&letter(&body), &Album, &Limits::default()) {
            Ok(rendered) => prop_assert!(rendered.pdf.starts_with(b"%PDF-")),
            Err(error) => prop_assert!(!matches!(error, RenderError::Engine { .. }), "{error}: {body:?}"),
        }
    }
}

#[cfg(feature = "printpdf")]
mod second_engine {
    use publier::render::{Backend, render_letter_with};

    use super::*;

    #[test]
    fn printpdf_draws_the_same_pages() {
        let first = render(FULL);
        let second =
            render_letter_with(Backend::Printpdf, &letter(FULL), &Album, &Limits::default()).unwrap();
        assert_eq!(second.pages, first.pages);
        assert_eq!(text_of(&second.pdf), text_of(&first.pdf));
        assert!(tool("qpdf", &["--check"], &File::of(&second.pdf).path, &[]).contains("No syntax or stream"));
        let fonts = tool("pdffonts", &[], &File::of(&second.pdf).path, &[]);
        assert!(
            fonts.lines().skip(2).all(|line| line.contains("yes") && line.contains("Publier")),
            "{fonts}"
        );
    }
}

#[test]
fn quotations_sizes_and_empty_items_are_as_they_were_meant() {
    let rendered = render("<p>Il dit <q>oui</q>.</p><ol><li>un</li><li></li><li>trois</li></ol>");
    let words = words_of(&rendered.pdf);
    assert!(words.contains("Il dit « oui »."), "{words}");
    assert!(words.contains("1. un 2. 3. trois"), "{words}");
    assert!(rendered.dropped.is_empty());
    let sized = |attribute: &str| render(&format!("<p><font {attribute}>grand</font></p>")).pdf;
    assert!(sized("size=5") == sized("style='font-size:15pt'") && sized("size='+2'") == sized("size=5"));
    assert!(sized("size=3") == sized("") && sized("size=x") == sized(""));
}

#[test]
fn a_picture_in_an_address_is_shown_however_its_address_is_written() {
    use base64::Engine as _;
    let content = base64::engine::general_purpose::STANDARD.encode(PNG);
    let with = |start: &str| render(&format!("<img alt=a src='{start}{content}'>"));
    let usual = with("data:image/png;base64,");
    assert!(usual.dropped.is_empty());
    for start in ["DATA:image/png;BASE64,", " data:image/png;base64,\n", "data:;base64,"] {
        assert!(with(start).pdf == usual.pdf, "{start:?}: {:?}", with(start).dropped);
    }
}

/// A name or an address comes from fields that people paste into.
#[test]
fn a_tab_in_a_subject_is_a_space() {
    let render_of = |subject: &str| {
        let letter = Letter { subject: subject.to_owned(), ..letter("a") };
        render_letter(&letter, &Album, &Limits::default()).unwrap()
    };
    let (tabbed, spaced) = (render_of("Appel\tdu 1er\u{b}mars"), render_of("Appel du 1er mars"));
    assert!(tabbed.dropped.is_empty());
    assert_eq!(words_of(&tabbed.pdf), words_of(&spaced.pdf));
}
