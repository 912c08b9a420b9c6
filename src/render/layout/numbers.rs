//! The numbers of lists, as HTML's `type` asks for them: 1, a, A, i, I.
//!
//! Limits: a number without letters (0 and below, or too large for Roman ones) is written in digits, as browsers do.

use crate::render::display::Numbering;

/// Gives what stands before an item.
pub(super) fn label(numbering: Numbering, number: i64) -> String {
    let written = match numbering {
        Numbering::Bullet => return "•".to_owned(),
        Numbering::Decimal => None,
        Numbering::LowerLetters => letters(number),
        Numbering::UpperLetters => letters(number).map(|letters| letters.to_ascii_uppercase()),
        Numbering::LowerRoman => roman(number).map(|letters| letters.to_ascii_lowercase()),
        Numbering::UpperRoman => roman(number),
    };
    format!("{}.", written.unwrap_or_else(|| number.to_string()))
}

/// Gives a, b, …, z, aa, ab, …
fn letters(number: i64) -> Option<String> {
    let mut rest = u64::try_from(number).ok().filter(|number| *number > 0)?;
    let mut letters = Vec::new();
    while rest > 0 {
        rest -= 1;
        letters.push(u8::try_from(rest % 26).map_or('?', |letter| char::from(b'a' + letter)));
        rest /= 26;
    }
    Some(letters.iter().rev().collect())
}

fn roman(number: i64) -> Option<String> {
    const PARTS: [(u16, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut rest = u16::try_from(number).ok().filter(|number| (1..4000).contains(number))?;
    let mut written = String::new();
    for (value, part) in PARTS {
        while rest >= value {
            written.push_str(part);
            rest -= value;
        }
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_numbered_as_the_list_asks() {
        for (numbering, number, expected) in [
            (Numbering::Bullet, 3, "•"),
            (Numbering::Decimal, 3, "3."),
            (Numbering::LowerLetters, 1, "a."),
            (Numbering::LowerLetters, 26, "z."),
            (Numbering::LowerLetters, 27, "aa."),
            (Numbering::UpperLetters, 704, "AAB."),
            (Numbering::LowerRoman, 4, "iv."),
            (Numbering::UpperRoman, 1994, "MCMXCIV."),
            (Numbering::UpperRoman, 4000, "4000."),
            (Numbering::LowerLetters, 0, "0."),
            (Numbering::LowerRoman, -2, "-2."),
            (Numbering::LowerLetters, i64::MAX, "crpxnlskvljfhg."),
        ] {
            assert_eq!(label(numbering, number), expected, "{numbering:?} {number}");
        }
    }
}
