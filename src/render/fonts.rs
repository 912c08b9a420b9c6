//! The shipped faces and the shaping of text with them.
//!
//! Promises: a character is shown by the wanted face, else by Publier Signs, else by a white square (U+25A1) and
//! told to the caller; the text behind a glyph is always the original one; digits are all as wide, so that the amounts of
//! a column stand under one another. Limits: left to right only, kerning and no ligature.
//!
//! What a French letter is written with needs no more of the shaper than the kerning of two neighbours, which is asked
//! once and remembered: the same glyphs at a tenth of the cost, as a test says of random texts.

use std::borrow::Cow;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI16, Ordering};

use rustybuzz::ttf_parser::{self, GlyphId, Tag};
use rustybuzz::{Direction, Feature, ShapePlan, UnicodeBuffer, script};

/// One of the shipped faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Face {
    /// Publier Sans.
    Regular,
    /// Publier Sans Bold.
    Bold,
    /// Publier Sans Italic.
    Italic,
    /// Publier Sans Bold Italic.
    BoldItalic,
    /// Publier Signs: the fallback.
    Signs,
}

impl Face {
    /// Every face.
    pub const ALL: [Self; 5] = [Self::Regular, Self::Bold, Self::Italic, Self::BoldItalic, Self::Signs];

    /// Gives the text face of a weight and slant.
    pub fn of(bold: bool, italic: bool) -> Self {
        match (bold, italic) {
            (false, false) => Self::Regular,
            (true, false) => Self::Bold,
            (false, true) => Self::Italic,
            (true, true) => Self::BoldItalic,
        }
    }

    /// Gives the font file.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::Regular => include_bytes!("../../assets/fonts/PublierSans-Regular.ttf"),
            Self::Bold => include_bytes!("../../assets/fonts/PublierSans-Bold.ttf"),
            Self::Italic => include_bytes!("../../assets/fonts/PublierSans-Italic.ttf"),
            Self::BoldItalic => include_bytes!("../../assets/fonts/PublierSans-BoldItalic.ttf"),
            Self::Signs => include_bytes!("../../assets/fonts/PublierSigns-Regular.ttf"),
        }
    }

    fn loaded(self) -> &'static Loaded {
        static REGULAR: LazyLock<Loaded> = LazyLock::new(|| Loaded::new(Face::Regular));
        static BOLD: LazyLock<Loaded> = LazyLock::new(|| Loaded::new(Face::Bold));
        static ITALIC: LazyLock<Loaded> = LazyLock::new(|| Loaded::new(Face::Italic));
        static BOLD_ITALIC: LazyLock<Loaded> = LazyLock::new(|| Loaded::new(Face::BoldItalic));
        static SIGNS: LazyLock<Loaded> = LazyLock::new(|| Loaded::new(Face::Signs));
        match self {
            Self::Regular => &REGULAR,
            Self::Bold => &BOLD,
            Self::Italic => &ITALIC,
            Self::BoldItalic => &BOLD_ITALIC,
            Self::Signs => &SIGNS,
        }
    }

    fn has(self, c: char) -> bool {
        let loaded = self.loaded();
        loaded.simple.glyph(c).is_some() || loaded.shaper.glyph_index(c).is_some()
    }
}

/// How far the letters of every text face rise above the baseline, in ems (Liberation Sans: 1854/2048).
pub const ASCENT_EM: f32 = 0.905;
/// How far they fall below it, in ems (434/2048).
pub const DESCENT_EM: f32 = 0.212;
/// What a character that no font has looks like.
const MISSING: char = '\u{25a1}';

struct Loaded {
    shaper: rustybuzz::Face<'static>,
    plan: ShapePlan,
    units_per_em: f32,
    simple: Simple,
}

/// Tells whether a character is a glyph of its own, that its neighbours move but never change.
fn is_simple(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{ac}' | '\u{ae}'..='\u{17f}' | '\u{2010}'..='\u{2027}')
        || matches!(c, '\u{202f}'..='\u{203a}' | '\u{20ac}' | '\u{2212}')
}

/// Tells whether two neighbours are digits: « 11 » is kerned by the face, and would leave its column.
fn is_column(first: char, second: char) -> bool {
    first.is_ascii_digit() && second.is_ascii_digit()
}

/// The place after the last simple character.
const SIMPLE_END: u32 = 0x2213;
/// A pair that was not asked yet.
const UNASKED: i16 = i16::MIN;
/// A pair that needs the shaper itself.
const NEEDS_SHAPER: i16 = i16::MAX;

/// The simple characters of a face.
struct Simple {
    /// The glyph of each and its advance, by the character's number.
    glyphs: Vec<Option<(u16, i32)>>,
    /// What each pair of glyphs adds to the advance of the first.
    kerns: Vec<AtomicI16>,
    count: usize,
}

impl Simple {
    fn new(face: &ttf_parser::Face<'_>) -> Self {
        let glyph = |c: char| {
            let id = face.glyph_index(c).filter(|id| id.0 != 0)?;
            Some((id.0, i32::from(face.glyph_hor_advance(id)?)))
        };
        let simple = |number| char::from_u32(number).filter(|c| is_simple(*c)).and_then(glyph);
        let count = usize::from(face.number_of_glyphs());
        let kerns = std::iter::repeat_with(|| AtomicI16::new(UNASKED)).take(count * count).collect();
        Self { glyphs: (0..SIMPLE_END).map(simple).collect(), kerns, count }
    }

    fn glyph(&self, c: char) -> Option<(u16, i32)> {
        usize::try_from(u32::from(c)).ok().and_then(|number| self.glyphs.get(number).copied().flatten())
    }
}

impl Loaded {
    fn new(face: Face) -> Self {
        let parsed = ttf_parser::Face::parse(face.bytes(), 0).expect("a test reads each shipped font");
        let units_per_em = f32::from(parsed.units_per_em());
        let simple = Simple::new(&parsed);
        let shaper = rustybuzz::Face::from_face(parsed);
        let features = [Feature::new(Tag::from_bytes(b"liga"), 0, ..)];
        let plan = ShapePlan::new(&shaper, Direction::LeftToRight, Some(script::LATIN), None, &features);
        Self { shaper, plan, units_per_em, simple }
    }

    /// Gives what a pair of simple characters adds to the advance of the first.
    fn kern(&self, first: (char, u16, i32), second: (char, u16, i32)) -> Option<i32> {
        if is_column(first.0, second.0) {
            return Some(0);
        }
        let slot = self.simple.kerns.get(usize::from(first.1) * self.simple.count + usize::from(second.1))?;
        let known = match slot.load(Ordering::Relaxed) {
            UNASKED => {
                let asked = self.asked_kern(first, second).unwrap_or(NEEDS_SHAPER);
                slot.store(asked, Ordering::Relaxed);
                asked
            }
            known => known,
        };
        (known != NEEDS_SHAPER).then_some(i32::from(known))
    }

    fn asked_kern(&self, first: (char, u16, i32), second: (char, u16, i32)) -> Option<i16> {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&String::from_iter([first.0, second.0]));
        buffer.set_direction(Direction::LeftToRight);
        buffer.set_script(script::LATIN);
        let shaped = rustybuzz::shape_with_plan(&self.shaper, &self.plan, buffer);
        let ([one, two], [one_at, two_at]) = (shaped.glyph_infos(), shaped.glyph_positions()) else {
            return None;
        };
        let is_plain = one.glyph_id == u32::from(first.1)
            && two.glyph_id == u32::from(second.1)
            && (one_at.x_offset, two_at.x_offset, two_at.x_advance) == (0, 0, second.2);
        is_plain.then(|| i16::try_from(one_at.x_advance - first.2).ok()).flatten()
    }

    fn ems(&self, units: i32) -> f32 {
        i16::try_from(units).map_or(0.0, f32::from) / self.units_per_em
    }
}

/// A shaped glyph: bytes count from the start of the text given to [`shape`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shaped {
    /// The face it is taken from.
    pub face: Face,
    /// Its number in the font.
    pub id: u16,
    /// How far the pen moves, in ems.
    pub advance_em: f32,
    /// Its shift to the right, in ems.
    pub shift_em: f32,
    /// The first byte that it shows.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

/// Gives a text without what no archived document may hold (ISO 19005-2, 6.2.11.7): characters of the private areas, which say
/// nothing without their font, and those that are none. Tabs and the like are spaces. Tabs and the like are spaces. The signs that Word puts before lists and in boxes become the common ones;
/// hears of each other.
pub fn publishable<'t>(text: &'t str, missing: &mut dyn FnMut(char)) -> Cow<'t, str> {
    let is_refused = |c: char| matches!(c, '\0' | '\t' | '\u{b}'..='\r' | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '\u{f0000}'..);
    if !text.contains(is_refused) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().map(|c| match c {
        '\t' | '\u{b}'..='\r' => ' ',
        // Symbol and Wingdings.
        '\u{f0b7}' | '\u{f0a7}' | '\u{f0d8}' | '\u{f076}' => '•',
        '\u{f0fc}' => '✓',
        '\u{f0fe}' => '☑',
        '\u{f0a8}' | '\u{f06f}' => '☐',
        c if is_refused(c) => {
            missing(c);
            MISSING
        }
        c => c,
    });
    Cow::Owned(shown.collect())
}

/// Shapes a text in a face, in order; hears of each character that no font has.
pub fn shape(text: &str, wanted: Face, missing: &mut dyn FnMut(char)) -> Vec<Shaped> {
    simply_shaped(text, wanted).unwrap_or_else(|| wholly_shaped(text, wanted, missing))
}

/// Shapes a text of simple characters; nothing where it holds another one.
fn simply_shaped(text: &str, face: Face) -> Option<Vec<Shaped>> {
    let loaded = face.loaded();
    let mut glyphs: Vec<Shaped> = Vec::with_capacity(text.len());
    let mut last = None;
    for (start, c) in text.char_indices() {
        let shown = if c == '\n' { ' ' } else { c };
        let (id, advance) = loaded.simple.glyph(shown)?;
        if let (Some(before), Some(glyph)) = (last, glyphs.last_mut()) {
            let (_, _, own): (char, u16, i32) = before;
            glyph.advance_em = loaded.ems(own + loaded.kern(before, (shown, id, advance))?);
        }
        let advance_em = loaded.ems(advance);
        glyphs.push(Shaped { face, id, advance_em, shift_em: 0.0, start, end: start + c.len_utf8() });
        last = Some((shown, id, advance));
    }
    Some(glyphs)
}

fn wholly_shaped(text: &str, wanted: Face, missing: &mut dyn FnMut(char)) -> Vec<Shaped> {
    let mut glyphs = Vec::with_capacity(text.len());
    let mut piece: Vec<(usize, char)> = Vec::new();
    let mut piece_face = wanted;
    for (position, c) in text.char_indices() {
        let (face, shown) = choose(c, wanted, missing);
        if face != piece_face {
            shape_piece(piece_face, &piece, position, &mut glyphs);
            piece.clear();
            piece_face = face;
        }
        piece.push((position, shown));
    }
    shape_piece(piece_face, &piece, text.len(), &mut glyphs);
    glyphs
}

fn choose(c: char, wanted: Face, missing: &mut dyn FnMut(char)) -> (Face, char) {
    if c == '\n' {
        (wanted, ' ')
    } else if wanted.has(c) {
        (wanted, c)
    } else if Face::Signs.has(c) {
        (Face::Signs, c)
    } else {
        missing(c);
        (Face::Signs, MISSING)
    }
}

fn shape_piece(face: Face, piece: &[(usize, char)], end: usize, glyphs: &mut Vec<Shaped>) {
    if piece.is_empty() {
        return;
    }
    let loaded = face.loaded();
    let mut buffer = UnicodeBuffer::new();
    for (position, c) in piece {
        buffer.add(*c, u32::try_from(*position).unwrap_or(u32::MAX));
    }
    buffer.set_direction(Direction::LeftToRight);
    buffer.set_script(script::LATIN);
    let shaped = rustybuzz::shape_with_plan(&loaded.shaper, &loaded.plan, buffer);
    let first = glyphs.len();
    for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
        glyphs.push(Shaped {
            face,
            id: u16::try_from(info.glyph_id).unwrap_or(0),
            advance_em: loaded.ems(position.x_advance),
            shift_em: loaded.ems(position.x_offset),
            start: usize::try_from(info.cluster).unwrap_or(end),
            end,
        });
    }
    let made = glyphs.get_mut(first..).unwrap_or_default();
    close_clusters(made, end);
    let shown = |glyph: &Shaped| {
        let place = piece.binary_search_by_key(&glyph.start, |(position, _)| *position).ok()?;
        piece.get(place).map(|(_, c)| *c)
    };
    for place in 1..made.len() {
        let Some([one, two]) = made.get_mut(place - 1..=place) else { continue };
        if shown(one).zip(shown(two)).is_some_and(|(one, two)| is_column(one, two)) {
            one.advance_em =
                loaded.ems(i32::from(loaded.shaper.glyph_hor_advance(GlyphId(one.id)).unwrap_or(0)));
        }
    }
}

/// Ends each glyph's text where the next cluster starts.
fn close_clusters(glyphs: &mut [Shaped], end: usize) {
    let mut cluster = (end, end);
    for glyph in glyphs.iter_mut().rev() {
        if glyph.start != cluster.0 {
            cluster = (glyph.start, cluster.0);
        }
        glyph.end = cluster.1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_remembered_of_the_shaper_is_what_it_says(text in "[ -~\u{a0}-\u{ac}\u{ae}-\u{17f}‐-‧\u{202f}-›€\u{2212}\n]{0,40}") {
            for face in [Face::Regular, Face::Bold, Face::Italic, Face::BoldItalic] {
                let shown: String = text.chars().filter(|c| face.has(*c) || *c == '\n').collect();
                let simple = simply_shaped(&shown, face);
                prop_assert_eq!(simple, Some(wholly_shaped(&shown, face, &mut |_| ())));
            }
        }
    }

    #[test]
    fn every_shipped_font_is_read_and_may_be_embedded() {
        for face in Face::ALL {
            let parsed = ttf_parser::Face::parse(face.bytes(), 0).unwrap();
            assert_eq!(parsed.permissions(), Some(ttf_parser::Permissions::Installable), "{face:?}");
            assert!(
                !parsed
                    .names()
                    .into_iter()
                    .filter_map(|name| name.to_string())
                    .any(|name| { name.contains("Liberation Sans") && !name.contains("ubset") })
            );
        }
    }

    #[test]
    fn french_text_needs_the_text_face_alone() {
        let french = "Àâæçéèêëîïôœùûüÿ « 1\u{202f}234,56 € » – — … ’ n° 5\u{a0}%";
        for face in [Face::Regular, Face::Bold, Face::Italic, Face::BoldItalic] {
            let glyphs = shape(french, face, &mut |c| panic!("{c} is missing in {face:?}"));
            assert!(glyphs.iter().all(|glyph| glyph.face == face && glyph.id != 0));
        }
    }

    #[test]
    fn the_digits_of_a_column_are_all_as_wide() {
        for (text, face) in [("1111", Face::Regular), ("7401", Face::Bold), ("\u{2122}1171", Face::Italic)] {
            let glyphs = shape(text, face, &mut |_| ());
            let digits = glyphs.iter().filter(|glyph| glyph.end - glyph.start == 1);
            let widths: Vec<f32> = digits.map(|glyph| glyph.advance_em).collect();
            assert_eq!(widths.len(), 4);
            assert!(widths.iter().all(|width| (width - 0.556).abs() < 0.001), "{text}: {widths:?}");
        }
    }

    #[test]
    fn boxes_check_marks_and_the_no_break_hyphen_come_from_the_signs() {
        let glyphs = shape("☐☑✓\u{2011}", Face::Bold, &mut |c| panic!("{c} is missing"));
        assert!(glyphs.iter().all(|glyph| glyph.face == Face::Signs && glyph.id != 0));
    }

    #[test]
    fn a_character_that_no_font_has_is_told_and_keeps_its_text() {
        let mut missing = Vec::new();
        let of_word = publishable("\u{f0b7} a \u{f0fc} \u{e001}\u{10ffff}", &mut |c| missing.push(c));
        assert_eq!(of_word, "• a ✓ □□");
        assert_eq!(std::mem::take(&mut missing), ['\u{e001}', '\u{10ffff}']);
        assert!(matches!(publishable("plain", &mut |_| ()), Cow::Borrowed(_)));
        let glyphs = shape("a漢b", Face::Regular, &mut |c| missing.push(c));
        assert_eq!(missing, ['漢']);
        assert_eq!(
            glyphs.iter().map(|glyph| (glyph.start, glyph.end)).collect::<Vec<_>>(),
            [(0, 1), (1, 4), (4, 5)]
        );
    }
}
