//! What the documents say is what the code does.

use super::*;

const CONTRACTS: &str = include_str!("../../../docs/contracts.md");

/// The rows of the table under a heading: their first cells without backquotes.
fn first_cells(heading: &str) -> Vec<String> {
    let section =
        CONTRACTS.split_once(&format!("{heading}\n")).unwrap_or_else(|| panic!("{heading} is missing")).1;
    let section = section.split("\n#").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.map(|row| row.split('|').nth(1).unwrap().trim().trim_matches('`').to_owned()).collect()
}

#[test]
fn the_documented_exit_codes_are_those_of_the_code() {
    let expected: Vec<_> = ExitStatus::ALL.iter().map(|status| status.code().to_string()).collect();
    assert_eq!(first_cells("## Exit codes"), expected);
    for status in ExitStatus::ALL {
        assert!(CONTRACTS.contains(&format!("| {} | `{status}` |", status.code())), "{status}");
    }
}

#[test]
fn the_documented_reasons_are_those_of_the_code_set_by_set() {
    for set in ["transfer", "refused", "waits", "removed", "hold", "staff"] {
        let codes: Vec<_> =
            catalogue().iter().filter(|(of, ..)| *of == set).map(|(_, code, ..)| *code).collect();
        assert_eq!(first_cells(&format!("### {set}")), codes, "{set}");
    }
}

#[test]
fn the_documented_json_lines_are_those_of_the_code() {
    assert_eq!(first_cells("## JSON lines"), TYPES);
    assert_eq!(first_cells("### Lines of the staff's commands"), COMMAND_TYPES);
}

#[test]
fn the_support_guide_shows_a_log_that_the_code_writes() {
    let guide = include_str!("../../../docs/guide-assistance.fr.md");
    let example = guide.split_once("```xml\n").unwrap().1.split_once("```").unwrap().0;
    assert_eq!(example, log_of(false, &small_run()));
}

#[test]
fn the_support_guide_shows_a_report_that_the_code_writes() {
    let guide = include_str!("../../../docs/guide-assistance.fr.md");
    let example = guide.split_once("```text\n").unwrap().1.split_once("```").unwrap().0;
    assert_eq!(example, failed_run().to_text(&Messages::new(Lang::Fr)));
}

#[test]
fn the_support_guide_tells_every_reason_of_a_transfer_with_whose_move_it_is() {
    let guide = include_str!("../../../docs/guide-assistance.fr.md");
    let messages = Messages::new(Lang::Fr);
    for reason in TransferReason::ALL {
        let remedy = messages.text(reason.remedy_key());
        let (owner, _) = remedy.split_once("\u{a0}: ").unwrap();
        let row = format!("| {} | {owner} | ", messages.text(reason.reason_key()));
        assert!(guide.contains(&row), "{row}");
    }
}

#[test]
fn the_support_guide_tells_every_reason_of_a_letter_or_paper_that_is_not_made() {
    use publier_core::publication::reason::RefusalReason as R;
    let guide = include_str!("../../../docs/guide-assistance.fr.md");
    let messages = Messages::new(Lang::Fr);
    for reason in [
        R::BodyFormat,
        R::BodyTooLarge,
        R::BodyTooLong,
        R::BodyTooDeep,
        R::PictureTooLarge,
        R::TableTooWide,
        R::PaperTooLong,
        R::RenderFailed,
    ] {
        let said = [reason.reason_key(), reason.remedy_key()].map(|key| messages.text(key));
        let row = format!("| `{reason}` | {} | {} |", said[0], said[1]);
        assert!(guide.contains(&row), "{row}");
    }
}
