//! Tables that their page is too narrow for.

use publier::render::{Limits, RenderError, render_letter};

use crate::support::render::{Album, File, collisions, letter, render, text_of, tool};

/// A table of rows of one text.
fn table(columns: usize, rows: usize, text: &str) -> String {
    let cells = format!("<td>{text}</td>").repeat(columns);
    format!("<table border=1>{}</table>", format!("<tr>{cells}</tr>").repeat(rows))
}

/// How many times a text stands on one line of a file.
fn found(pdf: &[u8], wanted: &str) -> usize {
    text_of(pdf).lines().map(|line| line.matches(wanted).count()).sum()
}

#[test]
fn amounts_that_their_page_is_too_narrow_for_are_set_smaller_and_never_parted() {
    for columns in [5, 9, 11, 12, 13] {
        let made = render(&table(columns, 4, "12 345,67 €"));
        assert_eq!(found(&made.pdf, "12 345,67 €"), 4 * columns, "{columns}");
        assert_eq!(collisions(&made.pdf), Vec::<String>::new(), "{columns}");
    }
}

/// The height of a word, which grows with its type.
fn height(pdf: &[u8], word: &str) -> f32 {
    let xml = tool("pdftotext", &["-bbox"], &File::of(pdf).path, &["-"]);
    let line = xml.lines().find(|line| line.contains(&format!(">{word}<"))).unwrap();
    let edge = |name: &str| -> f32 {
        line.split_once(&format!("{name}=\"")).unwrap().1.split_once('"').unwrap().0.parse().unwrap()
    };
    edge("yMax") - edge("yMin")
}

#[test]
fn a_table_that_has_room_keeps_its_type() {
    let wanted = height(&render("<p>345,67</p>").pdf, "345,67");
    let in_table = |columns| height(&render(&table(columns, 1, "345,67")).pdf, "345,67");
    assert!((in_table(6) - wanted).abs() < 0.01);
    assert!((in_table(11) - wanted).abs() < 0.01, "less space beside it is enough");
    assert!(in_table(15) < wanted - 1.0);
}

#[test]
fn words_part_where_small_print_is_not_enough_and_amounts_beside_them_stay_whole() {
    let row = format!("<tr><td>Anticonstitutionnellement</td>{}</tr>", "<td>-12 345,67 €</td>".repeat(11));
    let made = render(&format!("<table border=1>{}</table>", row.repeat(3)));
    assert_eq!(found(&made.pdf, "-12 345,67 €"), 33);
    assert_eq!(collisions(&made.pdf), Vec::<String>::new());
    let made = render(&table(20, 2, "copropriétaires"));
    assert_eq!(collisions(&made.pdf), Vec::<String>::new());
}

#[test]
fn a_table_of_too_many_columns_is_refused_with_its_number_of_columns() {
    for (columns, text) in [(120, "1"), (16, "12 345,67 €"), (60, "copropriétaires")] {
        let error = render_letter(&letter(&table(columns, 3, text)), &Album, &Limits::default()).unwrap_err();
        assert!(matches!(error, RenderError::TableTooWide { columns: told } if told == columns), "{error}");
    }
    let inside = format!("<ul><li>{}</li></ul>", table(120, 1, "1"));
    let error = render_letter(&letter(&inside), &Album, &Limits::default()).unwrap_err();
    assert!(matches!(error, RenderError::TableTooWide { columns: 120 }), "{error}");
}

#[test]
fn a_table_in_a_table_is_set_smaller_with_it() {
    let body =
        format!("<table border=1><tr><td>{}</td><td>à côté</td></tr></table>", table(9, 2, "12 345,67 €"));
    let made = render(&body);
    assert_eq!(found(&made.pdf, "12 345,67 €"), 18);
    assert_eq!(collisions(&made.pdf), Vec::<String>::new());
}

#[test]
fn a_width_that_the_body_asks_for_gives_way_to_amounts() {
    let cells = "<td width=\"5%\">12 345,67 €</td><td width=\"95%\">mot</td>";
    for width in ["10%", "40px", "100%"] {
        let made = render(&format!("<table border=1 width=\"{width}\"><tr>{cells}</tr></table>"));
        assert_eq!(found(&made.pdf, "12 345,67 €"), 1, "{width}");
        assert_eq!(collisions(&made.pdf), Vec::<String>::new(), "{width}");
    }
}

#[test]
fn an_address_that_no_column_holds_parts_and_leaves_the_table_its_type() {
    let address = format!("https://extranet.example/{}", "documents/".repeat(20));
    let made = render(&format!("<table border=1><tr><td>{address}</td><td>345,67</td></tr></table>"));
    let wanted = height(&render("<p>345,67</p>").pdf, "345,67");
    assert!((height(&made.pdf, "345,67") - wanted).abs() < 0.01);
    assert_eq!(collisions(&made.pdf), Vec::<String>::new());
}

#[test]
fn justifying_a_line_never_widens_an_amount() {
    let cell = "<td style='text-align:justify'>L’assemblée approuve les travaux pour - 1 234 567,89 € TTC environ</td>";
    let width = |body: &str, from: &str, to: &str| {
        let xml = tool("pdftotext", &["-bbox"], &File::of(&render(body).pdf).path, &["-"]);
        let edge = |word: &str, name: &str| -> f32 {
            let line = xml.lines().find(|line| line.contains(&format!(">{word}<"))).unwrap();
            line.split_once(&format!("{name}=\"")).unwrap().1.split_once('"').unwrap().0.parse().unwrap()
        };
        edge(to, "xMax") - edge(from, "xMin")
    };
    let wanted = width("<p>- 1 234 567,89 € TTC</p>", "-", "€");
    for columns in 2..6 {
        let body = format!("<table width='100%'><tr>{}</tr></table>", cell.repeat(columns));
        assert!((width(&body, "-", "€") - wanted).abs() < 0.05, "{columns}");
    }
}
