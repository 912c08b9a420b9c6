//! The lists and statements as other programs read them: text, positions, structure, fonts (G3, G4, C16, E3, F4).

use publier::render::papers::{ExpenseRow, Sheet, StatementLine};
use publier::render::{Limits, RenderError, Rendered, render_sheet};
use publier_core::domain::expenses::Amounts;
use publier_core::domain::money::Cents;
use publier_core::publication::reason::RefusalReason;

use crate::support::papers::{co_owners, expenses, long_expenses, statement, works_fund};
use crate::support::render::{File, collisions, places, text_of, tool, words_of};

fn rendered(sheet: &dyn Sheet) -> Rendered {
    render_sheet(sheet, &Limits::default()).expect("the sheet is rendered")
}

/// Each kind, short enough to be read and long enough to turn a page.
fn kinds() -> Vec<(&'static str, Box<dyn Sheet>)> {
    vec![
        ("co_owners", Box::new(co_owners(1))),
        ("co_owners_long", Box::new(co_owners(10))),
        ("statement", Box::new(statement(4))),
        ("statement_carried", Box::new(statement(30))),
        ("statement_long", Box::new(statement(90))),
        ("expenses", Box::new(expenses())),
        ("expenses_long", Box::new(long_expenses(6))),
        ("works_fund", Box::new(works_fund())),
    ]
}

#[test]
fn each_kind_reads_as_written() {
    for (name, sheet) in kinds() {
        let rendered = rendered(sheet.as_ref());
        assert_eq!(rendered.dropped, [], "{name}");
        insta::assert_snapshot!(format!("paper_{name}"), text_of(&rendered.pdf));
    }
}

#[test]
fn each_word_stands_where_it_stood() {
    for (name, sheet) in kinds().into_iter().filter(|(name, _)| !name.ends_with("_long")) {
        insta::assert_snapshot!(format!("places_{name}"), places(&rendered(sheet.as_ref()).pdf));
    }
}

#[test]
fn the_head_and_the_page_number_stand_on_every_page_of_a_landscape_list_g3() {
    let rendered = rendered(&co_owners(10));
    assert!(rendered.pages > 2, "{}", rendered.pages);
    let file = File::of(&rendered.pdf);
    let info = tool("pdfinfo", &[], &file.path, &[]);
    assert!(info.contains("841.89 x 595.276 pts (A4)"), "{info}");
    for page in 1..=rendered.pages {
        let number = page.to_string();
        let text = tool("pdftotext", &["-f", &number, "-l", &number, "-layout"], &file.path, &["-"]);
        let text = text.replace('\u{a0}', " ");
        for expected in [
            "Liste des copropriétaires : GILBERT",
            "4, rue Gilbert",
            "50, rue de la Colline",
            "TESTS 605 le 07/07/2020 LG à 11:05",
            &format!("-{page}-"),
            "Lots concernés",
            "Résidant",
        ] {
            assert!(text.contains(expected), "page {page} lacks {expected}: {text}");
        }
    }
}

#[test]
fn a_reader_by_ear_hears_the_head_once_and_finds_a_table_with_headings() {
    let pdf = rendered(&co_owners(10)).pdf;
    let structure = tool("pdfinfo", &["-struct-text"], &File::of(&pdf).path, &[]);
    assert_eq!(structure.matches("50, rue de la Colline").count(), 1, "{structure}");
    let roles =
        |role: &str| structure.lines().filter(|line| line.trim().trim_end_matches(':') == role).count();
    assert_eq!((roles("TH"), roles("TR"), roles("TD")), (7, 41, 280));
    assert!(structure.contains("H1 "));
}

#[test]
fn a_zero_prints_blank_and_marks_are_an_x_g4() {
    let text = words_of(&rendered(&co_owners(1)).pdf);
    assert!(text.contains("GILBERT/907 (Parking) 4 fiches"), "{text}");
    assert!(text.contains("GILBERT/122 (Appartement) 165,70 X X BROUILLY"), "{text}");
}

#[test]
fn a_statement_says_opening_totals_closing_and_its_convention_c16_d12_d13() {
    let text = text_of(&rendered(&statement(4)).pdf);
    for expected in [
        "Extrait du compte 411ALOXECO",
        "Période du 31/01/2020 au 03/02/2020",
        "Solde antérieur",
        "13 299,97",
        "Totaux de la période",
        "Solde débiteur",
        "Solde = débit – crédit : un solde positif est débiteur",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let empty = text_of(&rendered(&statement(0)).pdf);
    assert!(empty.contains("Aucune écriture sur la période."), "{empty}");
}

/// The amounts at the end of the one line of a page that starts with a word.
fn amounts_after(page: &str, word: &str) -> Vec<String> {
    let mut lines = page.lines().filter_map(|line| line.trim().strip_prefix(word));
    let amounts = lines.next().unwrap_or_else(|| panic!("no {word} in {page}"));
    assert_eq!(lines.next(), None, "{page}");
    amounts.trim().split("  ").filter(|part| !part.is_empty()).map(digits).collect()
}

/// An amount without the spaces between its thousands, which tools show in several ways.
fn digits(amount: &str) -> String {
    amount.chars().filter(|c| c.is_ascii_digit() || matches!(c, ',' | '-')).collect()
}

/// How many lines of entries a page shows.
fn entries_on(page: &str) -> usize {
    let starts_with_date = |line: &&str| {
        line.split_whitespace().next().is_some_and(|word| word.len() == 10 && word.ends_with("/2020"))
    };
    page.lines().filter(starts_with_date).count()
}

#[test]
fn a_long_statement_carries_its_sums_from_each_page_to_the_next() {
    let sheet = statement(90);
    let text = text_of(&rendered(&sheet).pdf);
    let pages: Vec<_> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert!(pages.len() > 2, "{}", pages.len());
    let mut shown = 0;
    for pair in pages.windows(2) {
        let [page, next] = pair else { panic!("two pages") };
        shown += entries_on(page);
        let (lines, last) = (&sheet.lines[..shown], &sheet.lines[shown - 1]);
        let sum = |side: fn(&StatementLine) -> Cents| Cents(lines.iter().map(|line| side(line).0).sum());
        let expected = [sum(|line| line.debit), sum(|line| line.credit), last.balance]
            .map(|amount| digits(&amount.to_french()));
        assert_eq!(amounts_after(page, "À reporter"), expected);
        assert_eq!(amounts_after(next, "Report "), expected);
    }
    let last = pages.last().unwrap();
    assert!(!last.contains("À reporter") && last.contains("Totaux de la période"), "{last}");
}

#[test]
fn a_statement_of_one_page_carries_nothing_and_totals_never_stand_without_a_line() {
    for count in 0..60 {
        let text = text_of(&rendered(&statement(count)).pdf);
        let pages: Vec<_> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
        assert_eq!(text.matches("À reporter").count(), pages.len() - 1, "{count}");
        let last = pages.last().unwrap();
        assert!(last.contains("Totaux") && (count == 0 || entries_on(last) > 0), "{count}: {last}");
    }
}

#[test]
fn carried_sums_are_not_read_aloud() {
    let pdf = rendered(&statement(90)).pdf;
    let structure = tool("pdfinfo", &["-struct-text"], &File::of(&pdf).path, &[]);
    assert!(structure.contains("Totaux") && !structure.contains("reporter"), "{structure}");
}

#[test]
fn a_long_list_of_expenses_carries_the_sum_of_its_lines_so_far_and_no_sub_total_stands_without_a_line() {
    for accounts in 1..12 {
        let sheet = long_expenses(accounts);
        let text = text_of(&rendered(&sheet).pdf);
        let pages: Vec<_> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
        assert_eq!(text.matches("À reporter").count(), pages.len() - 1, "{accounts}");
        let mut shown: i64 = 0;
        for pair in pages.windows(2) {
            let [page, next] = pair else { panic!("two pages") };
            shown += i64::try_from(page.matches("Facture EDF").count()).unwrap();
            let expected = [1_500, 78, 0, 1_500].map(|each| digits(&Cents(shown * each).to_french()));
            assert_eq!(amounts_after(page, "À reporter"), expected, "{accounts}");
            assert_eq!(amounts_after(next, "Report "), expected, "{accounts}");
        }
        for page in &pages {
            let lines: Vec<_> = page.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            let report = lines.iter().position(|line| line.starts_with("Report "));
            let first = report.and_then(|at| lines.get(at + 1));
            assert!(first.is_none_or(|line| !line.contains("Total")), "{accounts}: {page}");
        }
    }
}

#[test]
fn qpdf_finds_nothing_wrong_and_every_font_is_embedded_subset_and_searchable() {
    for (name, sheet) in kinds() {
        let file = File::of(&rendered(sheet.as_ref()).pdf);
        let said = tool("qpdf", &["--check"], &file.path, &[]);
        assert!(said.contains("No syntax or stream encoding errors found"), "{name}: {said}");
        let fonts = tool("pdffonts", &[], &file.path, &[]);
        assert!(fonts.lines().count() > 2, "{name}: {fonts}");
        for line in fonts.lines().skip(2) {
            assert!(line.contains("+Publier") && line.contains("yes yes yes"), "{name}: {line}");
        }
    }
}

#[test]
fn the_same_model_gives_the_same_bytes_on_any_thread() {
    for (name, sheet) in kinds() {
        let first = rendered(sheet.as_ref());
        assert!(first == rendered(sheet.as_ref()), "{name}");
    }
    let here = rendered(&co_owners(10));
    let there = std::thread::spawn(|| rendered(&co_owners(10))).join().unwrap();
    assert!(here == there);
}

#[test]
fn every_kind_claims_the_standards_that_the_validator_checked() {
    for (name, sheet) in kinds() {
        let pdf = rendered(sheet.as_ref()).pdf;
        let xmp = String::from_utf8_lossy(&pdf).replace("/Lang (", "/Lang(");
        for claim in ["pdfaid:part>2<", "pdfaid:conformance>A<", "pdfuaid:part>1<", "/Lang(fr)", "/Outlines"]
        {
            assert!(xmp.contains(claim), "{name}: {claim}");
        }
    }
}

#[test]
fn a_paper_past_its_pages_limit_fails_alone_and_is_named() {
    let error = render_sheet(&statement(300), &Limits { max_pages: 2, ..Limits::of_papers() }).unwrap_err();
    let RenderError::PaperTooLong { title, limit: 2 } = &error else { panic!("{error}") };
    assert_eq!(title, "Extrait du compte 411ALOXECO");
    assert_eq!(error.refusal(), RefusalReason::PaperTooLong);
}

/// A statement's line with the largest amounts that there are, and the lowest.
fn vast(position: usize, line: &mut StatementLine) {
    (line.debit, line.credit) = (Cents(i64::MAX), Cents(i64::MAX));
    line.balance = Cents(if position.is_multiple_of(2) { i64::MAX } else { i64::MIN });
}

#[test]
fn the_largest_amounts_stay_whole_and_run_over_nothing() {
    let mut sheet = statement(90);
    sheet.lines.iter_mut().enumerate().for_each(|(position, line)| vast(position, line));
    (sheet.debit, sheet.credit, sheet.closing) = (Cents(i64::MAX), Cents(i64::MAX), Cents(i64::MIN));
    let pdf = rendered(&sheet).pdf;
    let text = text_of(&pdf);
    let count = |amount: Cents| text.matches(&amount.to_french().replace('\u{202f}', " ")).count();
    assert!(count(Cents(i64::MAX)) >= 2 * 90 + 45 + 2, "{text}");
    assert!(count(Cents(i64::MIN)) > 45, "{text}");
    assert_eq!(collisions(&pdf), Vec::<String>::new());
}

#[test]
fn the_largest_amounts_of_expenses_and_funds_run_over_nothing() {
    let vast = Amounts {
        amount: Cents(i64::MIN),
        vat: Cents(i64::MAX),
        deductible: Cents(i64::MIN),
        recoverable: Cents(i64::MAX),
    };
    let mut sheet = long_expenses(6);
    for row in &mut sheet.rows {
        if let ExpenseRow::Line(_, _, amounts)
        | ExpenseRow::AccountTotal(_, amounts)
        | ExpenseRow::KeyTotal(_, amounts) = row
        {
            *amounts = vast;
        }
    }
    sheet.total = vast;
    let mut fund = works_fund();
    fund.total = Cents(i64::MIN);
    let mut list = co_owners(3);
    for row in &mut list.rows {
        (row.works_fund, row.working_capital) = (Cents(i64::MIN).to_french(), Cents(i64::MAX).to_french());
    }
    let sheets: [(&str, &dyn Sheet); 3] = [("expenses", &sheet), ("fund", &fund), ("list", &list)];
    for (name, sheet) in sheets {
        let pdf = rendered(sheet).pdf;
        assert_eq!(collisions(&pdf), Vec::<String>::new(), "{name}");
        let whole = Cents(i64::MIN).to_french().replace('\u{202f}', " ");
        assert!(text_of(&pdf).contains(&whole), "{name}");
    }
}

#[cfg(feature = "printpdf")]
#[test]
fn the_second_engine_draws_the_same_pages() {
    use publier::render::{Backend, render_sheet_with};
    for (name, sheet) in kinds() {
        let second = render_sheet_with(Backend::Printpdf, sheet.as_ref(), &Limits::default()).unwrap();
        let first = rendered(sheet.as_ref());
        assert_eq!(second.pages, first.pages, "{name}");
        assert_eq!(words_of(&second.pdf), words_of(&first.pdf), "{name}");
    }
}
