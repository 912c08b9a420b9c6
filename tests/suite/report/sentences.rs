//! Every code has its sentence, its remedy and its place in the documents of names.

use super::*;

#[test]
fn every_code_has_its_sentence_and_its_remedy_in_both_languages() {
    let owners = [
        (Lang::Fr, ["Agence\u{a0}: ", "Administrateur\u{a0}: ", "Hébergeur\u{a0}: ", "Éditeur\u{a0}: "]),
        (Lang::En, ["Agency: ", "Administrator: ", "Host: ", "Vendor: "]),
    ];
    for (lang, owners) in owners {
        let messages = Messages::new(lang);
        for (_, _, reason, remedy) in catalogue() {
            assert!(messages.has(reason) && messages.has(remedy), "{lang:?}: {reason}, {remedy}");
            assert!(messages.text(reason).ends_with('.') && messages.text(remedy).ends_with('.'), "{reason}");
            let remedy_text = messages.text(remedy);
            assert!(owners.iter().any(|owner| remedy_text.starts_with(owner)), "whose move? {remedy_text}");
        }
    }
}

#[test]
fn no_sentence_stands_for_a_code_that_does_not_exist() {
    let known: BTreeSet<_> =
        catalogue().iter().flat_map(|(_, _, reason, remedy)| [*reason, *remedy]).collect();
    for text in
        [include_str!("../../../locales/fr/reasons.ftl"), include_str!("../../../locales/en/reasons.ftl")]
    {
        let keys = text.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key);
        assert_eq!(keys.collect::<BTreeSet<_>>(), known);
    }
}

#[test]
fn two_reasons_of_one_set_are_never_told_by_the_same_sentence() {
    let messages = Messages::new(Lang::Fr);
    let mut seen = BTreeSet::new();
    for (set, code, reason, _) in catalogue() {
        assert!(seen.insert((set, messages.text(reason))), "{set} {code}");
    }
}

#[test]
fn every_name_that_a_report_can_bear_has_its_word_in_both_languages() {
    let mut keys: Vec<String> = Vec::new();
    keys.extend(Section::ALL.iter().map(|section| format!("report-section-{}", section.code())));
    keys.extend(RecordKind::ALL.iter().map(|kind| format!("report-kind-{}", kind.name())));
    keys.extend(Mode::ALL.iter().map(|mode| format!("report-mode-{}", mode.code())));
    keys.extend(Outcome::ALL.iter().map(|outcome| format!("report-headline-{}", outcome.name())));
    for status in ExitStatus::ALL {
        keys.extend([format!("report-cause-{status}"), format!("report-remedy-{status}")]);
    }
    for lang in [Lang::Fr, Lang::En] {
        let messages = Messages::new(lang);
        for key in &keys {
            assert!(messages.has(key), "{lang:?}: {key}");
        }
    }
}

#[test]
fn every_kind_of_record_is_in_the_contracts() {
    let contracts = include_str!("../../../docs/contracts.md");
    for kind in RecordKind::ALL {
        assert!(contracts.contains(&format!("`{}`", kind.name())), "{}", kind.name());
    }
}

/// A7, A11: what support may receive names records by kind and id, wherever the report lists them.
#[test]
fn a_report_without_labels_holds_no_title_anywhere() {
    let mut report = partial();
    let titled = || record(RecordKind::Event, "12", "Impayé de Mme Durand");
    report.held.add(WaitReason::FutureDate, titled());
    report.refused.add(RefusalReason::NoScope, titled());
    report.audiences.empty.add(titled());
    let wide = WideDocument { record: titled(), scope: "building".to_owned(), readers: 3 };
    report.audiences.wide.add(wide);
    let json = |report: &RunReport| serde_json::to_string(report).unwrap();
    assert_eq!(json(&report).matches("Durand").count(), 4);
    assert!(!json(&report.without_labels()).contains("Durand"), "{}", json(&report.without_labels()));
}

#[test]
fn names_in_json_are_those_of_the_code() {
    for section in Section::ALL {
        assert_eq!(serde_json::to_string(&section).unwrap(), format!("\"{}\"", section.code()));
    }
    for kind in RecordKind::ALL {
        assert_eq!(serde_json::to_string(kind).unwrap(), format!("\"{}\"", kind.name()));
    }
    for mode in Mode::ALL {
        assert_eq!(serde_json::to_string(&mode).unwrap(), format!("\"{}\"", mode.code()));
    }
    for outcome in Outcome::ALL {
        assert_eq!(serde_json::to_string(outcome).unwrap(), format!("\"{}\"", outcome.name()));
    }
}

#[test]
fn french_sentences_have_a_no_break_space_before_double_marks_and_inside_quotes() {
    let texts = [
        include_str!("../../../locales/fr/reasons.ftl"),
        include_str!("../../../locales/fr/report.ftl"),
        &told(&partial(), Lang::Fr),
    ];
    for text in texts {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            for bad in [" :", " ;", " !", " ?", "« ", " »", "'"] {
                assert!(!line.contains(bad), "{bad:?} in {line}");
            }
        }
    }
}
