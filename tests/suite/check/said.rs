//! What findings say: in both languages, without secrets, within bounds.

use publier::desk::check::elan::{DUTIES, Standing};
use publier::desk::check::report::{Text, finding_json};
use publier::desk::check::{Code, Kind, Level, Module};
use publier::i18n::{Lang, Messages};
use publier_core::publication::exit::ExitStatus;

use super::rules::CASES;
use crate::support::check::Copy;

#[test]
fn the_demo_agencys_own_findings_read_so() {
    let messages = Messages::new(Lang::Fr);
    let mut text = Text::default();
    for finding in Copy::new().findings() {
        text.take(&finding, &messages);
    }
    assert_eq!(text.summary().status(), ExitStatus::Partial);
    insta::assert_snapshot!(text.render(&messages));
}

#[test]
fn every_finding_is_said_in_both_languages_without_a_hole() {
    for lang in [Lang::Fr, Lang::En] {
        let messages = Messages::new(lang);
        for code in Code::ALL {
            assert!(messages.has(code.sentence_key()) && messages.has(code.remedy_key()), "{lang:?} {code}");
        }
        let names = Kind::ALL.iter().map(|kind| format!("check-kind-{}", kind.name()));
        let names = names.chain(Module::ALL.iter().map(|module| format!("check-module-{}", module.name())));
        let names = names.chain(Level::ALL.iter().map(|level| format!("check-level-{}", level.name())));
        let names =
            names.chain(Standing::ALL.iter().map(|standing| format!("check-elan-{}", standing.name())));
        let legal = DUTIES.iter().map(|duty| format!("check-legal-{}", duty.kind.replace('_', "-")));
        for key in names.chain(legal) {
            assert!(messages.has(&key), "{lang:?} {key}");
        }
        for (sql, ..) in CASES.iter().step_by(7) {
            for finding in Copy::broken(sql).findings() {
                let said = format!("{} {}", finding.sentence(&messages), finding.remedy(&messages));
                assert!(!said.contains('{'), "{said}");
            }
        }
    }
}

/// A10: nothing of the sort leaves, in text or JSON, in either language, whatever is broken.
#[test]
fn no_finding_shows_an_email_a_telephone_an_iban_or_a_password() {
    let secrets = [
        "@",
        "06 39 98",
        "0639",
        "FR76",
        "DEMOFRP1",
        "CNWBTGDSHW",
        "KDMWPLXQTB",
        "HTZVDGBKLC",
        "s3cr3t-of-the-server",
    ];
    let broken = "UPDATE account SET number = 'jean@example.org 06 39 98 01 02' WHERE id = 39;
         UPDATE building SET code = 'FR7699999000010000060500179' WHERE id = 1;
         UPDATE building SET iban = 'FR76 0000' WHERE id = 1;
         UPDATE party SET code = 'denise@example.org' WHERE id = 1;
         UPDATE event_template SET name = '06 39 98 01 02' WHERE id = 15;
         UPDATE party_email SET email = CAST(x'E96A65616E406578616D706C652E6F7267' AS TEXT) WHERE id = 1;
         UPDATE agency SET domain_name = 'jean@example.org'";
    for copy in [Copy::new(), Copy::broken(broken)] {
        for lang in [Lang::Fr, Lang::En] {
            let messages = Messages::new(lang);
            let mut text = Text::default();
            let mut shown = String::new();
            for finding in copy.findings() {
                text.take(&finding, &messages);
                shown.push_str(&finding_json(&finding, &messages).to_string());
                shown.push_str(&format!("{finding:?}"));
            }
            shown.push_str(&text.render(&messages));
            for secret in secrets {
                assert!(!shown.contains(secret), "{secret}");
            }
        }
    }
}

#[test]
fn many_findings_of_one_kind_are_shown_within_bounds_and_counted() {
    let copy = Copy::broken(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
         INSERT INTO event (id, template_id, entity_id, subject, body, published_on)
         SELECT 5000 + i, 1, 2, 'x', '<p>x</p>', '2025-01-01' FROM n",
    );
    let messages = Messages::new(Lang::Fr);
    let mut text = Text::default();
    copy.findings().iter().for_each(|finding| text.take(finding, &messages));
    let shown = text.render(&messages);
    assert!(shown.contains("événement 5019 et 41 autres"), "{shown}");
    assert_eq!(text.summary().total().errors, 70);
}

#[test]
fn the_paper_lists_every_finding_with_its_module_level_rule_and_meaning() {
    let messages = Messages::new(Lang::Fr);
    let paper = include_str!("../../../docs/check.fr.md");
    let rows: Vec<&str> = paper.lines().filter(|line| line.starts_with("| `")).collect();
    let written = |code: &Code| {
        let rule = code.rule().unwrap_or("–");
        let level = messages.text(&format!("check-level-{}", code.level().name()));
        format!("| `{code}` | {level} | {rule} | ")
    };
    assert_eq!(rows.len(), Code::ALL.len());
    for (row, code) in rows.iter().zip(Code::ALL) {
        assert!(row.starts_with(&written(code)), "{row}\n{}", written(code));
    }
    for module in Module::ALL {
        assert!(
            paper.contains(&format!("\n### {}\n", messages.text(&format!("check-module-{}", module.name()))))
        );
    }
}

#[test]
fn the_contracts_list_the_codes_of_findings() {
    let paper = include_str!("../../../docs/contracts.md");
    let section = paper.split_once("### check\n").unwrap().1.split("\n#").next().unwrap();
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(rows.len(), Code::ALL.len());
    for (row, code) in rows.iter().zip(Code::ALL) {
        let start = format!("| `{code}` | {} | {} | ", code.module().name(), code.level().name());
        assert!(row.starts_with(&start), "{row}\n{start}");
    }
}
