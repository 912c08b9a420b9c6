//! Words that the layout parts, as other programs read them.

use crate::support::render::{File, render, tool};

const TEXT: &str = "Conformément au règlement de copropriété, l’administration provisoire convoquera \
    extraordinairement l’assemblée générale des copropriétaires, immédiatement après l’approbation des comptes \
    rectificatifs de l’établissement administratif départemental.";

/// A narrow justified column.
pub(super) fn justified() -> Vec<u8> {
    let column = format!("<td width=\"30%\"><p style=\"text-align:justify\">{TEXT}</p></td>");
    render(&format!("<table><tr>{column}<td width=\"70%\">À côté</td></tr></table>")).pdf
}

#[test]
fn a_parted_word_is_copied_and_searched_whole() {
    let raw = tool("pdftotext", &["-raw"], &File::of(&justified()).path, &["-"]);
    assert!(raw.matches('\u{ad}').count() > 1, "{raw}");
    let letters =
        |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace() && *c != '\u{ad}').collect() };
    assert!(letters(&raw).contains(&letters(TEXT)), "{raw}");
}
