//! The `style` attribute and its older cousins: the few properties that letters keep.

use std::collections::BTreeMap;

use crate::render::display::{Colour, Numbering};
use crate::render::model::{Align, TextStyle, Width};

/// The properties that are read; the sanitiser drops the others.
const PROPERTIES: [&str; 16] = [
    "text-align",
    "color",
    "font-size",
    "font-weight",
    "font-style",
    "text-decoration",
    "border",
    "width",
    "page-break-before",
    "page-break-after",
    "display",
    "visibility",
    "opacity",
    "mso-hide",
    "white-space",
    "list-style-type",
];

/// The smallest and largest size of text, in points.
const SIZES_PT: (f32, f32) = (6.0, 36.0);

/// Gives the declarations of a `style` attribute that win (the last of each name, before it the last `!important` one), in the
/// order of their names. Names and values are in lower case, without comments and escapes.
pub(super) fn declarations(style: &str) -> BTreeMap<String, String> {
    let mut winners: BTreeMap<String, (bool, String)> = BTreeMap::new();
    let style = plain(style);
    for (name, value) in style.split(';').filter_map(|declaration| declaration.split_once(':')) {
        let (value, is_important) = match value.rsplit_once('!') {
            Some((value, word)) if word.trim() == "important" => (value, true),
            _ => (value, false),
        };
        let (name, value) = (name.trim(), value.trim());
        let stands = winners.get(name).is_some_and(|(before, _)| *before && !is_important);
        if !name.is_empty() && !stands {
            winners.insert(name.to_owned(), (is_important, value.to_owned()));
        }
    }
    winners.into_iter().map(|(name, (_, value))| (name, value)).collect()
}

/// Gives the declarations of a `style` attribute that are kept, as one in its canonical form.
pub(super) fn kept(style: &str) -> String {
    let declarations = declarations(style).into_iter();
    let kept = declarations.filter(|(name, _)| PROPERTIES.contains(&name.as_str()));
    kept.map(|(name, value)| format!("{name}:{value}")).collect::<Vec<_>>().join(";")
}

/// Reads a style that [`kept`] wrote.
pub(super) fn read(canonical: &str) -> impl Iterator<Item = (&str, &str)> {
    canonical.split(';').filter_map(|declaration| declaration.split_once(':'))
}

/// Gives a style in lower case, without comments, its escapes resolved (CSS Syntax 3, 4.3.7): `d\69splay` is `display`.
fn plain(style: &str) -> String {
    let mut plain = String::with_capacity(style.len());
    let mut rest = style;
    while let Some(at) = rest.find(['\\', '/']) {
        let (before, sign) = rest.split_at(at);
        plain.push_str(before);
        rest = if let Some(comment) = sign.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, after)| after)
        } else if let Some(escaped) = sign.strip_prefix('\\') {
            let digits = escaped.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
            let (code, after) = escaped.split_at(digits);
            plain.extend(u32::from_str_radix(code, 16).ok().and_then(char::from_u32));
            if digits > 0 { after.strip_prefix([' ', '\t', '\n']).unwrap_or(after) } else { after }
        } else {
            plain.push('/');
            sign.get(1..).unwrap_or_default()
        };
    }
    plain.push_str(rest);
    plain.to_lowercase()
}

/// Changes a look by one declaration.
pub(super) fn apply(style: &mut TextStyle, name: &str, value: &str) {
    match name {
        "color" => style.colour = colour(value).map_or(style.colour, readable),
        "font-size" => style.size_pt = font_size(value, style.size_pt).unwrap_or(style.size_pt),
        "font-weight" => {
            style.bold = matches!(value, "bold" | "bolder") || value.parse::<u16>().is_ok_and(|w| w >= 600);
        }
        "font-style" => style.italic = matches!(value, "italic" | "oblique"),
        "text-decoration" => {
            style.underline |= value.contains("underline");
            style.strike |= value.contains("line-through");
        }
        _ => {}
    }
}

/// Tells whether a declaration hides what its element holds.
pub(super) fn hides(name: &str, value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    matches!(
        (name, &*value),
        ("opacity", "0" | "0.0" | "0%")
            | ("display", "none")
            | ("visibility", "hidden" | "collapse")
            | ("mso-hide", "all" | "screen")
    )
}

/// Tells whether white space is kept as it is written.
pub(super) fn keeps_spaces(value: &str) -> bool {
    matches!(&*value.to_ascii_lowercase(), "pre" | "pre-wrap" | "pre-line" | "break-spaces")
}

/// Reads how a list is numbered.
pub(super) fn numbering(value: &str) -> Option<Numbering> {
    match &*value.to_ascii_lowercase() {
        "decimal" | "decimal-leading-zero" => Some(Numbering::Decimal),
        "lower-alpha" | "lower-latin" => Some(Numbering::LowerLetters),
        "upper-alpha" | "upper-latin" => Some(Numbering::UpperLetters),
        "lower-roman" => Some(Numbering::LowerRoman),
        "upper-roman" => Some(Numbering::UpperRoman),
        "disc" | "circle" | "square" => Some(Numbering::Bullet),
        _ => None,
    }
}

/// Gives a colour that can be read on white: black where it has less than 1.6 times its brightness (WCAG 2, contrast ratio).
fn readable(colour: Colour) -> Colour {
    const BRIGHTEST: u32 = 394_000_000; // of 650,250,000: 1.05 / (L + 0.05) = 1.6, the curve of sRGB taken as a square
    let part = |value: u8, weight: u32| u32::from(value).pow(2) * weight;
    let brightness = part(colour.red, 2126) + part(colour.green, 7152) + part(colour.blue, 722);
    if brightness > BRIGHTEST { Colour::BLACK } else { colour }
}

/// Reads an alignment.
pub(super) fn align(value: &str) -> Option<Align> {
    match value.trim().to_ascii_lowercase().as_str() {
        "left" | "start" => Some(Align::Left),
        "center" | "middle" => Some(Align::Centre),
        "right" | "end" => Some(Align::Right),
        "justify" => Some(Align::Justify),
        _ => None,
    }
}

/// Reads a width; a number alone is in pixels of 1/96 inch.
pub(super) fn width(value: &str) -> Option<Width> {
    if let Some(share) = value.trim().strip_suffix('%') {
        return positive(share).map(|share| Width::Share((share / 100.0).min(1.0)));
    }
    length(value).filter(|points| *points > 0.0).map(Width::Points)
}

/// Tells whether a `border` draws a line.
pub(super) fn has_border(value: &str) -> bool {
    let mut words = value.split_whitespace();
    !words.any(|word| matches!(word, "none" | "hidden") || length(word) == Some(0.0))
        && !value.trim().is_empty()
}

/// Tells whether a page break is asked for.
pub(super) fn breaks_page(value: &str) -> bool {
    matches!(value, "always" | "page" | "left" | "right")
}

/// Reads a length in points.
fn length(value: &str) -> Option<f32> {
    let value = value.trim();
    let units =
        [("pt", 1.0), ("px", 0.75), ("cm", 28.346), ("mm", 2.8346), ("in", 72.0), ("em", 10.5), ("", 0.75)];
    let (number, unit) = units.iter().find_map(|(suffix, unit)| Some((value.strip_suffix(suffix)?, unit)))?;
    positive(number).map(|number| number * unit)
}

/// Reads a decimal number of a sane size, 0 included.
fn positive(number: &str) -> Option<f32> {
    number.trim().parse::<f32>().ok().filter(|number| (0.0..=100_000.0).contains(number))
}

fn font_size(value: &str, now: f32) -> Option<f32> {
    let relative =
        |suffix: &str, unit: f32| value.strip_suffix(suffix).and_then(positive).map(|n| n * unit * now);
    let size = match value {
        "smaller" | "small" => Some(now * 0.85),
        "x-small" | "xx-small" => Some(now * 0.7),
        "medium" => Some(10.5),
        "larger" | "large" => Some(now * 1.2),
        "x-large" | "xx-large" => Some(now * 1.5),
        _ => relative("%", 0.01).or_else(|| relative("rem", 1.0)).or_else(|| relative("em", 1.0)),
    };
    size.or_else(|| length(value)).filter(|size| *size > 0.0).map(|size| size.clamp(SIZES_PT.0, SIZES_PT.1))
}

/// Reads the size of a `font` element: 1 to 7, where 3 is the text's own, or so many steps from it (HTML 15.3.4).
pub(super) fn font_step(value: &str) -> Option<f32> {
    const STEPS_PT: [f32; 7] = [6.5, 8.5, 10.5, 12.0, 15.0, 20.0, 30.0];
    let value = value.trim();
    let number: i32 = value.parse().ok()?;
    let step = if value.starts_with(['+', '-']) { number.saturating_add(3) } else { number };
    STEPS_PT.get(usize::try_from(step.clamp(1, 7) - 1).ok()?).copied()
}

fn colour(value: &str) -> Option<Colour> {
    let value = value.trim().to_ascii_lowercase();
    if let Some(digits) = value.strip_prefix('#') {
        return hexadecimal(digits);
    }
    if let Some(parts) = value.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')) {
        let mut parts = parts.split([',', ' ']).filter(|part| !part.is_empty()).map(|part| part.parse().ok());
        return Some(Colour { red: parts.next()??, green: parts.next()??, blue: parts.next()?? });
    }
    named(&value)
}

fn hexadecimal(digits: &str) -> Option<Colour> {
    let long: String = match digits.len() {
        3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        6 => digits.to_owned(),
        _ => return None,
    };
    let part = |at: usize| u8::from_str_radix(long.get(at..at + 2)?, 16).ok();
    Some(Colour { red: part(0)?, green: part(2)?, blue: part(4)? })
}

fn named(name: &str) -> Option<Colour> {
    let (red, green, blue) = match name {
        "black" => (0, 0, 0),
        "red" => (0xff, 0, 0),
        "darkred" | "maroon" => (0x80, 0, 0),
        "green" => (0, 0x80, 0),
        "darkgreen" => (0, 0x64, 0),
        "blue" => (0, 0, 0xff),
        "navy" | "darkblue" => (0, 0, 0x80),
        "orange" => (0xff, 0xa5, 0),
        "purple" => (0x80, 0, 0x80),
        "gray" | "grey" => (0x80, 0x80, 0x80),
        "white" => (0xff, 0xff, 0xff),
        _ => return None,
    };
    Some(Colour { red, green, blue })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wins_is_kept_whatever_its_letters_comments_and_escapes() {
        for (style, expected) in [
            ("DISPLAY: None; FONT-FAMILY: Arial", "display:none"),
            ("display:none !important; display:block", "display:none"),
            ("display:none; display: block ! IMPORTANT", "display:block"),
            ("color:red;COLOR:blue", "color:blue"),
            ("dis/* x */play:no/**/ne", "display:none"),
            ("d\\69splay:n\\00006f ne", "display:none"),
            ("a/b; color : #C00 ;;:x", "color:#c00"),
            ("color:red/* unended", "color:red"),
            ("\\", ""),
        ] {
            assert_eq!(kept(style), expected, "{style}");
        }
    }

    fn styled(style: &str) -> TextStyle {
        let mut look = TextStyle::plain(10.0);
        for (name, value) in declarations(style) {
            apply(&mut look, &name, &value);
        }
        look
    }

    #[test]
    fn the_looks_of_word_processors_are_read() {
        let look =
            styled("FONT-SIZE: 12.0pt; font-weight:700;color:#c00; text-decoration: underline line-through");
        assert_eq!(look, TextStyle { size_pt: 12.0, ..look });
        assert!(look.bold && look.underline && look.strike);
        assert_eq!(look.colour, Colour { red: 0xcc, green: 0, blue: 0 });
        assert_eq!(styled("color: rgb(1, 2, 3) !important").colour, Colour { red: 1, green: 2, blue: 3 });
        assert_eq!(styled("font-size:200%"), TextStyle::plain(20.0));
    }

    #[test]
    fn nonsense_changes_nothing() {
        let nonsense =
            "color:#zz0;color:#éé;font-size:-3pt;font-size:1e99pt;color;:;font-size:NaN;color:rgb(1,2)";
        assert_eq!(styled(nonsense), TextStyle::plain(10.0));
        assert_eq!(styled("font-size: 4000pt"), TextStyle::plain(SIZES_PT.1));
    }

    #[test]
    fn a_colour_that_cant_be_read_on_white_is_black_and_others_stay() {
        for pale in
            ["white", "#fff", "#ffffff", "rgb(255, 255, 255)", "#ffff00", "#eeeeee", "#cccccc", "#0f0"]
        {
            assert_eq!(styled(&format!("color:{pale}")).colour, Colour::BLACK, "{pale}");
        }
        for seen in ["red", "orange", "#999999", "green", "blue", "#bbbbbb", "navy"] {
            let found = styled(&format!("color:{seen}")).colour;
            assert_ne!(found, Colour::BLACK, "{seen}");
            assert_eq!(Some(found), colour(seen));
        }
    }

    #[test]
    fn widths_and_borders_are_read() {
        assert_eq!(width("50%"), Some(Width::Share(0.5)));
        assert_eq!(width("96"), Some(Width::Points(72.0)));
        assert_eq!(width("auto"), None);
        assert!(has_border("1px solid black") && has_border("1"));
        assert!(!has_border("0") && !has_border("none") && !has_border("0px solid") && !has_border(""));
    }
}
