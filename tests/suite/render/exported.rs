//! Bodies as word processors export them: where pages turn, which column a cell stands in, how lists are numbered.

use publier::render::{Limits, RenderError, render_letter};

use crate::support::render::{Album, collisions, letter, places, render, text_of, words_of};

/// Cells that span rows, as heads and as the names of what stands beside them.
pub(super) const TABLE: &str = "<table border=1><tr><th rowspan=2>Immeuble</th><th colspan=2>Exercice</th></tr>\
    <tr><th>Budget</th><th>Réel</th></tr>\
    <tr><td rowspan=3>Gilbert</td><td>Ascenseur</td><td>trois</td></tr>\
    <tr><td>Assurance</td><td>quatre</td></tr><tr><td>Eau</td><td>cinq</td></tr>\
    <tr><td>Vignes</td><td>Toiture</td><td>six</td></tr></table>";

fn pages_of(body: &str) -> Vec<String> {
    let text = text_of(&render(body).pdf);
    text.split('\u{c}').filter(|page| !page.trim().is_empty()).map(str::to_owned).collect()
}

#[test]
fn a_page_turns_wherever_the_body_says_so() {
    const BREAK: &str = "style=\"page-break-before:always\"";
    for body in [
        "<p>avant<br clear=all BREAK>après</p>",
        "<p>avant</p><span><br BREAK></span><p>après</p>",
        "<p>avant</p><p BREAK>après</p>",
        "<p>avant</p><table border=1 BREAK><tr><td>après</td></tr></table>",
        "<p>avant</p><ul BREAK><li>après</li></ul>",
        "<ul><li>avant</li><li BREAK>après</li></ul>",
        "<ul><li style=\"page-break-after:always\">avant</li><li>après</li></ul>",
        "<p>avant</p><hr BREAK><p>après</p>",
        "<p>avant</p><h2 BREAK>après</h2>",
        "<p style=\"page-break-after:always\">avant</p><p>après</p>",
        "<table border=1 style=\"page-break-after:always\"><tr><td>avant</td></tr></table><p>après</p>",
    ] {
        let body = body.replace("BREAK", BREAK);
        let pages = pages_of(&body);
        assert_eq!(pages.len(), 2, "{body}");
        assert!(pages[0].contains("avant") && !pages[0].contains("après"), "{body}: {pages:?}");
        assert!(pages[1].contains("après") && !pages[1].contains("avant"), "{body}: {pages:?}");
    }
}

#[test]
fn a_body_that_ends_with_a_page_break_has_no_empty_page() {
    assert_eq!(render("<p>fin<br style=\"page-break-before:always\"></p>").pages, 1);
}

/// The left edge of each of these words, which stand once in the letter.
fn lefts(body: &str, words: &[&str]) -> Vec<f32> {
    let places = places(&render(body).pdf);
    let left = |word: &&str| {
        let line = places.lines().find(|line| line.split(' ').nth(2) == Some(*word));
        line.unwrap_or_else(|| panic!("{word} in {places}")).split(' ').next().unwrap().parse().unwrap()
    };
    words.iter().map(left).collect()
}

#[test]
fn under_a_cell_that_spans_rows_the_others_keep_their_columns() {
    let found = lefts(TABLE, &["Immeuble", "Gilbert", "Vignes"]);
    assert!(found.iter().all(|left| (left - found[0]).abs() < 1.0), "{found:?}");
    let found = lefts(TABLE, &["Budget", "Ascenseur", "Assurance", "Eau", "Toiture"]);
    assert!(found.iter().all(|left| (left - found[0]).abs() < 1.0), "{found:?}");
    let found = lefts(TABLE, &["Réel", "trois", "quatre", "cinq", "six"]);
    assert!(found.iter().all(|left| (left - found[0]).abs() < 1.0), "{found:?}");
    assert_eq!(render(TABLE).dropped, []);
}

#[test]
fn cells_that_span_rows_without_end_stay_bounded() {
    let row = "<tr>".to_owned() + &"<td rowspan=999999999>a<td>b".repeat(60);
    let error =
        render_letter(&letter(&format!("<table>{}</table>", row.repeat(200))), &Album, &Limits::default());
    assert!(matches!(error, Err(RenderError::TableTooWide { .. })));
    let row = "<tr><td>a".to_owned() + &"<td rowspan=999999999>".repeat(60);
    let rendered = render(&format!("<table>{}</table>", row.repeat(200)));
    assert!(rendered.pages < 100);
}

#[test]
fn a_list_is_numbered_as_it_asks() {
    let body = "<ol type=a><li>un<ol type=i start=4><li>deux</li></ol></li><li>trois</li></ol>\
        <ol type=A><li>quatre</li></ol><ol type=I><li>cinq</li></ol><ol><li>six</li></ol>";
    let rendered = render(body);
    assert_eq!(rendered.dropped, []);
    let words = words_of(&rendered.pdf);
    assert!(words.contains("a. un iv. deux b. trois A. quatre I. cinq 1. six"), "{words}");
}

#[test]
fn the_number_of_an_item_never_runs_over_its_text() {
    for list in ["<ol start=98>", "<ol start=2147483646>", "<ol type=I start=87>", "<ol type=i start=4999>"] {
        let items = "<li>Un mot<li>Deux mots<li>Trois mots";
        let made = render(&format!(
            "{list}{items}</ol><table border=1><tr><td>{list}{items}</ol></td></tr></table>"
        ));
        assert_eq!(collisions(&made.pdf), Vec::<String>::new(), "{list}");
        let words = words_of(&made.pdf);
        assert!(words.contains(". Un mot "), "{words}");
    }
}

#[test]
fn the_foot_of_a_table_ends_it_wherever_it_is_written() {
    let body = "<table border=1><thead><tr><th>Poste</th></tr></thead><tfoot><tr><td>Total</td></tr></tfoot>\
                <tbody><tr><td>Eau</td></tr><tr><td>Gaz</td></tr></tbody></table>";
    assert!(words_of(&render(body).pdf).contains("Poste Eau Gaz Total"));
}

#[test]
fn the_parts_of_a_form_keep_their_words_apart() {
    let body = "<form>un</form><form>deux</form><fieldset><legend>trois</legend>quatre</fieldset>\
                <details><summary>cinq</summary>six</details><nav>sept</nav>";
    let made = render(body);
    assert!(words_of(&made.pdf).contains("un deux trois quatre cinq six sept"));
    assert_eq!(made.dropped, []);
}
