//! Where a French line may break, and a French word.
//!
//! Promises: the opportunities of Unicode Annex 14, less those that French forbids: before « » : ; ! ? % € » after a
//! plain space, after an opening «, inside a number grouped by plain spaces, after n°, M., Mme and the like. The
//! text itself is never changed, so that what is copied from the PDF is what staff wrote.
//!
//! A word parts between syllables (Liang's patterns for French), three letters at least on both sides; addresses of the
//! network and whatever has a digit never do, since their hyphen would be taken for their own.

use unicode_linebreak::{BreakOpportunity, linebreaks};

/// A place where a line may or must end: the byte after its last character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Break {
    /// The byte where the next line would start.
    pub(super) at: usize,
    /// Whether the line must end here.
    pub(super) forced: bool,
}

/// Finds the places where the lines of a text may or must end; the last one is its end.
pub(super) fn breaks(text: &str) -> Vec<Break> {
    linebreaks(text)
        .map(|(at, kind)| Break { at, forced: kind == BreakOpportunity::Mandatory })
        .filter(|place| place.forced || !is_forbidden(text, place.at))
        .collect()
}

/// The fewest letters that stand before a hyphen, and after it.
const MIN_LETTERS: usize = 3;

/// Finds the places inside a word where a hyphen may part it, in order. A word that starts with a capital letter is
/// spared, for it may be a name, unless there is no other way (`is_forced`).
pub(super) fn hyphens(word: &str, is_forced: bool) -> Vec<usize> {
    if word.contains(|c: char| c.is_ascii_digit() || "@/\\_".contains(c)) {
        return Vec::new();
    }
    let mut places = Vec::new();
    let mut start = 0;
    for piece in word.split_inclusive(|c: char| !c.is_alphabetic()) {
        let letters = piece.trim_end_matches(|c: char| !c.is_alphabetic());
        if is_forced || !letters.starts_with(char::is_uppercase) {
            places.extend(syllables(letters).map(|at| start + at));
        }
        start += piece.len();
    }
    places
}

fn syllables(letters: &str) -> impl Iterator<Item = usize> {
    let parts = hypher::hyphenate_bounded(letters, hypher::Lang::French, MIN_LETTERS, MIN_LETTERS);
    let ends = parts.scan(0, |end, part| {
        *end += part.len();
        Some(*end)
    });
    ends.filter(|end| *end < letters.len())
}

fn is_forbidden(text: &str, at: usize) -> bool {
    let (Some(before), Some(after)) = (text.get(..at), text.get(at..)) else { return false };
    let Some(stem) = before.strip_suffix(' ') else { return false };
    starts_with_bound_sign(after)
        || stem.ends_with('«')
        || splits_number(stem, after)
        || parts_sign(stem, after)
        || ends_with_title(stem)
}

fn starts_with_bound_sign(after: &str) -> bool {
    after.starts_with([':', ';', '!', '?', '»', '%', '€', '°', '–', '—'])
}

/// Tells whether a space parts the groups of one number: `1 234,56`.
fn splits_number(stem: &str, after: &str) -> bool {
    let digits = after.chars().take(4).take_while(char::is_ascii_digit).count();
    digits == 3 && stem.ends_with(|c: char| c.is_ascii_digit())
}

/// Tells whether a space stands between a sign and its number: `- 1 234,56`.
fn parts_sign(stem: &str, after: &str) -> bool {
    let before = stem.strip_suffix(['-', '+', '\u{2212}']);
    let is_alone =
        before.is_some_and(|before| before.is_empty() || before.ends_with([' ', '\u{a0}', '\n', '(']));
    is_alone && after.starts_with(|c: char| c.is_ascii_digit())
}

/// Tells whether the space at a place is part of an amount, and so is never made wider: `1 234,56 €`.
pub(super) fn is_in_amount(text: &str, at: usize) -> bool {
    let (Some(before), Some(after)) = (text.get(..at), text.get(at + 1..)) else { return false };
    splits_number(before, after)
        || before.ends_with(|c: char| c.is_ascii_digit()) && after.starts_with(['€', '%'])
        || parts_sign(before, after)
}

fn ends_with_title(stem: &str) -> bool {
    let word = stem.rsplit([' ', '\n', '\u{a0}', '(']).next().unwrap_or_default();
    matches!(word, "n°" | "N°" | "M." | "MM." | "Mme" | "Mmes" | "Mlle" | "Me" | "Dr" | "art." | "p.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let mut start = 0;
        breaks(text)
            .into_iter()
            .map(|place| {
                let word = text.get(start..place.at).unwrap();
                start = place.at;
                word
            })
            .collect()
    }

    #[test]
    fn no_line_starts_with_a_high_punctuation_mark() {
        assert_eq!(
            words("Quoi ? Non ! Oui : « ici » ; là"),
            ["Quoi ? ", "Non ! ", "Oui : ", "« ici » ; ", "là"]
        );
    }

    #[test]
    fn an_amount_stays_on_one_line() {
        assert_eq!(words("soit 1 234 567,89 € TTC"), ["soit ", "1 234 567,89 € ", "TTC"]);
        assert_eq!(words("-9\u{202f}985,56\u{a0}€ dû"), ["-9\u{202f}985,56\u{a0}€ ", "dû"]);
    }

    #[test]
    fn a_sign_stays_with_its_amount() {
        assert_eq!(words("solde - 1 234,56 € dû"), ["solde ", "- 1 234,56 € ", "dû"]);
        assert_eq!(words("Nantes - 44000"), ["Nantes ", "- 44000"]);
        assert_eq!(words("lot-12 a - b"), ["lot-12 ", "a ", "- ", "b"]);
    }

    #[test]
    fn the_spaces_of_an_amount_are_known() {
        let text = "le 5 mars, - 1 234,56 € et 5 %";
        let inside: Vec<_> =
            text.match_indices(' ').map(|(at, _)| at).filter(|at| is_in_amount(text, *at)).collect();
        assert_eq!(inside, [12, 14, 21, 30]);
    }

    #[test]
    fn a_title_stays_with_its_name_and_a_number_with_its_sign() {
        assert_eq!(words("de Mme Le Goff, lot n° 12"), ["de ", "Mme Le ", "Goff, ", "lot ", "n° 12"]);
    }

    #[test]
    fn two_neighbouring_numbers_may_part() {
        assert_eq!(words("lots 12 14"), ["lots ", "12 ", "14"]);
    }

    fn parted(word: &str, is_forced: bool) -> String {
        let mut parted = word.to_owned();
        for at in hyphens(word, is_forced).into_iter().rev() {
            parted.insert(at, '-');
        }
        parted
    }

    #[test]
    fn a_word_parts_between_syllables_and_never_after_or_before_two_letters() {
        for (word, expected) in [
            ("copropriétaires", "copro-prié-taires"),
            ("l’assemblée,", "l’assem-blée,"),
            ("«\u{a0}administration\u{a0}»", "«\u{a0}admi-nis-tra-tion\u{a0}»"),
            ("année", "année"),
            ("aujourd’hui", "aujourd’hui"),
        ] {
            assert_eq!(parted(word, false), expected);
        }
    }

    #[test]
    fn names_part_only_where_nothing_else_helps_and_addresses_and_numbers_never() {
        assert_eq!(parted("Kermarrec", false), "Kermarrec");
        assert_eq!(parted("Kermarrec", true), "Ker-mar-rec");
        for word in
            ["gestion@kermarrec.example", "https://extranet.example/documents", "FR7630006000011234567890189"]
        {
            assert_eq!(parted(word, true), word);
        }
    }

    #[test]
    fn a_line_feed_ends_the_line() {
        assert!(breaks("a\nb").first().is_some_and(|place| place.forced && place.at == 2));
    }
}
