//! A paragraph: shaped once, then broken into lines of any width.
//!
//! Promises: lines break where [`crate::render::typography`] allows; a word is parted by a hyphen where justifying would
//! stretch the spaces of its line too far, or where it is wider than the line, and then without one where no hyphen may
//! stand; never the last word of a paragraph that is narrower, and never on three lines in a row. A hyphen that we set
//! is a soft one (U+00AD) for whoever copies or searches the text. The spaces at a line's end stay in the text but not in
//! its width; a picture is as wide as the line at most.

use std::ops::Range;

use super::slab::Slab;
use super::{MIN_WIDTH, RULE_WIDTH};
use crate::render::display::{
    Area, Artifact, Glyph, Item, LinkId, Offset, Owner, Role, RoleId, RoleTree, Run, Shape,
};
use crate::render::fonts::{ASCENT_EM, DESCENT_EM, Face, Shaped as ShapedGlyph, publishable, shape};
use crate::render::model::{Align, Inline, Level, Paragraph, PictureBox, TextStyle};
use crate::render::typography::{breaks, hyphens, is_in_amount};

/// The height of a line, in its size.
const LINE_HEIGHT_EM: f32 = 1.28;
/// The size of raised and lowered text, in the line's.
const SMALL_EM: f32 = 0.65;
/// How high raised text stands, in the line's size.
const RAISE_EM: f32 = 0.35;
/// How low lowered text stands.
const LOWER_EM: f32 = 0.12;
/// The tallest picture: what a page holds.
const MAX_PICTURE_HEIGHT: f32 = 600.0;
/// The widest gap that justifying makes of a space, in the line's size.
const MAX_SPACE_EM: f32 = 1.0;
/// What is added to each space of a justified line before the next word is parted, in the line's size: as much again.
const LOOSE_SPACE_EM: f32 = 0.28;
/// The most lines in a row that end with a hyphen.
const MAX_HYPHENS: usize = 2;
/// The longest number, and the most letters that make a word with digits one: `12,50 €HT`, `n°12`, an IBAN.
const MAX_NUMBER: (usize, usize) = (40, 4);
/// How much of a word is looked at beyond the line that it is to be parted on: as much as any word has. What staff write without
/// a space may be a hundred thousand characters, and be parted on a thousand lines.
const AHEAD: usize = 200;
/// What the text of a hyphen that the layout sets is.
const SOFT_HYPHEN: &str = "\u{ad}";
/// What stands for a picture in the text (U+FFFC, line breaking class CB).
const PICTURE: &str = "\u{fffc}";
/// What rounding may add to a width.
const TOLERANCE: f32 = 0.01;

/// The text of a paragraph with its glyphs.
#[derive(Debug)]
pub(super) struct ShapedParagraph {
    /// The level of a heading.
    pub heading: Option<u16>,
    align: Align,
    text: String,
    styles: Vec<TextStyle>,
    pictures: Vec<PictureBox>,
    atoms: Vec<Atom>,
    words: Vec<Word>,
}

/// What a line is made of, with its natural width.
#[derive(Debug, Clone, Copy)]
struct Atom {
    kind: Kind,
    width: f32,
    /// The first byte that it shows.
    start: Offset,
    is_space: bool,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// A glyph.
    Glyph(Inked),
    /// The place of a picture.
    Picture(Offset),
}

/// A glyph without what its atom says.
#[derive(Debug, Clone, Copy)]
struct Inked {
    face: Face,
    id: u16,
    advance_em: f32,
    shift_em: f32,
    /// The byte after those that it shows.
    end: Offset,
    /// The place of its style.
    style: Offset,
}

/// What stays on one line: atoms up to a place where it may end.
#[derive(Debug, Clone)]
struct Word {
    atoms: Range<usize>,
    /// Its width without the spaces at its end.
    width: f32,
    /// The width of those spaces.
    space: f32,
    /// Whether it is a picture, which can shrink.
    is_picture: bool,
    /// Whether the line must end after it.
    ends_line: bool,
}

/// The atoms of one line.
#[derive(Debug, Clone, Default)]
struct Line {
    atoms: Range<usize>,
    /// The width up to the last visible atom.
    width: f32,
    /// The width with the spaces after it.
    pen: f32,
    /// Whether it ends the paragraph or was ended by hand.
    is_last: bool,
    /// Whether it ends inside a word, with a hyphen.
    has_hyphen: bool,
}

impl Line {
    fn starting_at(atom: usize) -> Self {
        Self { atoms: atom..atom, ..Self::default() }
    }

    fn take(&mut self, atoms: &Range<usize>, width: f32, space: f32) {
        self.atoms.end = atoms.end;
        self.width = self.pen + width;
        self.pen = self.width + space;
    }
}

/// How far a line reaches above and below its baseline.
#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    above: f32,
    below: f32,
}

impl ShapedParagraph {
    /// Shapes a paragraph; hears of each character that no font has.
    pub(super) fn new(paragraph: &Paragraph, missing: &mut dyn FnMut(char)) -> Self {
        let mut shaped = Self {
            heading: paragraph.heading,
            align: paragraph.align,
            text: String::new(),
            styles: Vec::with_capacity(paragraph.inlines.len()),
            pictures: Vec::new(),
            atoms: Vec::new(),
            words: Vec::new(),
        };
        for inline in &paragraph.inlines {
            match inline {
                Inline::Text(text, style) => shaped.push_text(text, *style, missing),
                Inline::Picture(picture) => shaped.push_picture(picture),
            }
        }
        shaped.find_words();
        shaped
    }

    fn push_text(&mut self, text: &str, style: TextStyle, missing: &mut dyn FnMut(char)) {
        let text = &*publishable(text, missing);
        let start = self.text.len();
        let place = self.styles.len();
        let size = drawn_size(&style);
        self.text.push_str(text);
        self.styles.push(style);
        let glyphs = shape(text, Face::of(style.bold, style.italic), missing);
        self.atoms.reserve_exact(glyphs.len());
        for glyph in glyphs {
            let shown = text.get(glyph.start..glyph.end).unwrap_or_default();
            let advance_em = if shown == "\n" { 0.0 } else { glyph.advance_em };
            let ShapedGlyph { face, id, shift_em, .. } = glyph;
            let (end, style) = (Offset::of(start + glyph.end), Offset::of(place));
            self.atoms.push(Atom {
                kind: Kind::Glyph(Inked { face, id, advance_em, shift_em, end, style }),
                width: advance_em * size,
                start: Offset::of(start + glyph.start),
                is_space: shown == "\n" || shown == " " && !is_in_amount(text, glyph.start),
            });
        }
    }

    fn push_picture(&mut self, picture: &PictureBox) {
        let shrink = (MAX_PICTURE_HEIGHT / picture.height).min(1.0);
        let (width, height) = (picture.width * shrink, picture.height * shrink);
        let place = Offset::of(self.pictures.len());
        self.pictures.push(PictureBox { width, height, ..picture.clone() });
        let start = Offset::of(self.text.len());
        self.atoms.push(Atom { kind: Kind::Picture(place), width, start, is_space: false });
        self.text.push_str(PICTURE);
    }

    fn find_words(&mut self) {
        let mut first = 0;
        let places = breaks(&self.text);
        self.words.reserve_exact(places.len());
        for place in places {
            let rest = self.atoms.get(first..).unwrap_or_default();
            let count = rest.iter().take_while(|atom| atom.start.get() < place.at).count();
            let atoms = rest.get(..count).unwrap_or_default();
            let spaces = atoms.iter().rev().take_while(|atom| atom.is_space).count();
            let visible = atoms.get(..count - spaces).unwrap_or_default();
            let width = total(visible);
            self.words.push(Word {
                atoms: first..first + count,
                width,
                space: total(atoms) - width,
                is_picture: matches!(visible, [Atom { kind: Kind::Picture(_), .. }]),
                ends_line: place.forced,
            });
            first += count;
        }
    }

    /// Gives its text alone, on one line.
    pub(super) fn plain_text(&self) -> String {
        self.text.replace(PICTURE, "").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Gives the width of its widest word.
    pub(super) fn narrowest(&self) -> f32 {
        let widths = self.words.iter().map(|word| if word.is_picture { MIN_WIDTH } else { word.width });
        widths.fold(0.0, f32::max)
    }

    /// Gives the width below which it would part a number, or leave less than so many ems of a word on a line.
    pub(super) fn least(&self, of_word_em: f32) -> f32 {
        let least = |word: &Word| {
            if word.is_picture {
                MIN_WIDTH
            } else if self.is_number(word) {
                word.width
            } else {
                word.width.min(of_word_em * self.size_of(word))
            }
        };
        self.words.iter().map(least).fold(0.0, f32::max)
    }

    /// Gives its text up to the end of a line, counted from 1.
    fn until_line(&self, width: f32, line: usize) -> String {
        let lines = self.broken(width.max(MIN_WIDTH));
        let next = lines.get(line).and_then(|line| self.atoms.get(line.atoms.start));
        let end = next.map_or(self.text.len(), |atom| atom.start.get());
        self.text.get(..end).unwrap_or_default().to_owned()
    }

    /// Tells whether a word is an amount, a date or another number, of which a part would be read as another one.
    fn is_number(&self, word: &Word) -> bool {
        let start = self.atoms.get(word.atoms.start).map_or(0, |atom| atom.start.get());
        let end = self.atoms.get(word.atoms.end).map_or(self.text.len(), |atom| atom.start.get());
        let text = self.text.get(start..end).unwrap_or_default().trim();
        let (length, letters) = MAX_NUMBER;
        text.chars().any(|c| c.is_ascii_digit())
            && text.chars().count() <= length
            && text.chars().filter(|c| c.is_alphabetic()).count() <= letters
    }

    fn size_of(&self, word: &Word) -> f32 {
        match self.atoms.get(word.atoms.start).map(|atom| atom.kind) {
            Some(Kind::Glyph(glyph)) => self.styles.get(glyph.style.get()).map_or(0.0, drawn_size),
            _ => 0.0,
        }
    }

    /// Makes its text smaller: every size by a factor, but none below `floor_pt` unless it was.
    pub(super) fn shrink(&mut self, factor: f32, floor_pt: f32) {
        let smaller = |style: &TextStyle| smaller(style.size_pt, factor, floor_pt) / style.size_pt;
        let factors: Vec<f32> = self.styles.iter().map(smaller).collect();
        for (style, factor) in self.styles.iter_mut().zip(&factors) {
            style.size_pt *= factor;
        }
        for atom in &mut self.atoms {
            if let Kind::Glyph(glyph) = atom.kind {
                atom.width *= factors.get(glyph.style.get()).copied().unwrap_or(1.0);
            }
        }
        for word in &mut self.words {
            let atoms = self.atoms.get(word.atoms.clone()).unwrap_or_default();
            let spaces = atoms.iter().rev().take_while(|atom| atom.is_space).count();
            word.width = total(atoms.get(..atoms.len() - spaces).unwrap_or_default());
            word.space = total(atoms) - word.width;
        }
    }

    /// Gives the width of its longest line when none is broken.
    pub(super) fn widest(&self) -> f32 {
        self.broken(f32::MAX).iter().map(|line| line.width).fold(0.0, f32::max)
    }

    /// Breaks it into lines of a column and adds their slabs.
    pub(super) fn lines(
        &self,
        x: f32,
        width: f32,
        owner: Owner,
        roles: &mut RoleTree,
        slabs: &mut Vec<Slab>,
    ) {
        let lines = self.broken(width.max(MIN_WIDTH));
        let count = lines.len();
        for (number, line) in lines.iter().enumerate() {
            let mut slab = self.slab(line, x, width, owner, roles);
            slab.stays_with_next = count > 1 && (number == 0 || number + 2 == count) || line.has_hyphen;
            slabs.push(slab);
        }
    }

    fn broken(&self, width: f32) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut line = Line::default();
        let last = self.words.len().saturating_sub(1);
        for (number, word) in self.words.iter().enumerate() {
            let ends_paragraph = number == last || word.ends_line;
            let mut word = word.clone();
            if !ends_paragraph && self.wants_hyphen(&line, &word, width, &lines) {
                self.part(&mut word, width, false, &mut line, &mut lines);
            }
            let word_width = if word.is_picture { word.width.min(width) } else { word.width };
            if !line.atoms.is_empty() && line.pen + word_width > width + TOLERANCE {
                lines.push(std::mem::replace(&mut line, Line::starting_at(word.atoms.start)));
            }
            if word_width > width + TOLERANCE {
                self.cut(word.clone(), width, &mut line, &mut lines);
            } else {
                line.take(&word.atoms, word_width, word.space);
            }
            if word.ends_line {
                line.is_last = true;
                lines.push(std::mem::replace(&mut line, Line::starting_at(word.atoms.end)));
            }
        }
        if !line.atoms.is_empty() {
            lines.push(Line { is_last: true, ..line });
        }
        lines
    }

    /// Tells whether a word that goes to the next line leaves one that justifying would tear apart.
    fn wants_hyphen(&self, line: &Line, word: &Word, width: f32, lines: &[Line]) -> bool {
        if self.align != Align::Justify || line.atoms.is_empty() || line.pen + word.width <= width + TOLERANCE
        {
            return false;
        }
        let atoms = self.atoms.get(line.atoms.clone()).unwrap_or_default();
        let size = self.styles.first().map_or(0.0, |style| style.size_pt);
        let spaces = u16::try_from(spaces_between(atoms)).map_or(f32::MAX, f32::from);
        let hyphens = lines.iter().rev().take_while(|line| line.has_hyphen).count();
        width - line.width > spaces * size * LOOSE_SPACE_EM && hyphens < MAX_HYPHENS
    }

    /// Puts what fits of a word on the line, with a hyphen, and ends the line; the word becomes what is left. Tells
    /// whether a hyphen could be set.
    fn part(
        &self,
        word: &mut Word,
        width: f32,
        is_forced: bool,
        line: &mut Line,
        lines: &mut Vec<Line>,
    ) -> bool {
        let Some((atom, head, hyphen)) = self.hyphen_within(word, width - line.pen, is_forced) else {
            return false;
        };
        line.take(&(word.atoms.start..atom), head + hyphen, 0.0);
        line.has_hyphen = true;
        lines.push(std::mem::replace(line, Line::starting_at(atom)));
        word.atoms.start = atom;
        word.width -= head;
        true
    }

    /// Finds the last place where a hyphen may part a word within some room: the atom after it, the width of what stands
    /// before and that of the hyphen.
    fn hyphen_within(&self, word: &Word, room: f32, is_forced: bool) -> Option<(usize, f32, f32)> {
        let atoms = self.atoms.get(word.atoms.clone())?;
        let widths = atoms.iter().scan(0.0, |width, atom| {
            *width += atom.width;
            Some(*width)
        });
        let fitting = widths.take_while(|width| *width <= room + TOLERANCE).count();
        let start = atoms.first()?.start.get();
        let after = word.atoms.end.min(word.atoms.start + fitting + AHEAD);
        let end = self.atoms.get(after).map_or(self.text.len(), |atom| atom.start.get());
        let places = hyphens(self.text.get(start..end)?, is_forced);
        let reached = atoms.get(..=fitting).unwrap_or(atoms);
        places.into_iter().rev().find_map(|place| {
            let count = reached.iter().position(|atom| atom.start.get() == start + place)?;
            let head = reached.get(..count)?;
            let (width, hyphen) = (total(head), self.hyphen_after(head.last()?)?.1);
            (width + hyphen <= room + TOLERANCE).then_some((word.atoms.start + count, width, hyphen))
        })
    }

    /// Gives the hyphen in the look of an atom, its width, and the place of that look.
    fn hyphen_after(&self, atom: &Atom) -> Option<(ShapedGlyph, f32, usize)> {
        let Kind::Glyph(before) = atom.kind else { return None };
        let style = before.style.get();
        let glyph = shape("-", before.face, &mut |_| ()).into_iter().next()?;
        Some((glyph, glyph.advance_em * drawn_size(self.styles.get(style)?), style))
    }

    /// Cuts a word that is wider than the line, between syllables where it may, else glyph by glyph.
    fn cut(&self, mut word: Word, width: f32, line: &mut Line, lines: &mut Vec<Line>) {
        while word.width > width + TOLERANCE && self.part(&mut word, width, true, line, lines) {}
        for place in word.atoms.clone() {
            let Some(atom) = self.atoms.get(place) else { return };
            if !atom.is_space && !line.atoms.is_empty() && line.pen + atom.width > width + TOLERANCE {
                lines.push(std::mem::replace(line, Line::starting_at(place)));
            }
            let (visible, space) = if atom.is_space { (0.0, atom.width) } else { (atom.width, 0.0) };
            line.take(&(place..place + 1), visible, space);
        }
    }

    fn slab(&self, line: &Line, x: f32, width: f32, owner: Owner, roles: &mut RoleTree) -> Slab {
        let atoms = self.atoms.get(line.atoms.clone()).unwrap_or_default();
        let extent = self.extent(atoms, width);
        let mut pen = Pen {
            x: x + shift(self.align, width - line.width),
            baseline: extent.above,
            column: width,
            stretch: self.stretch(line, atoms, width),
            owner,
            items: Vec::with_capacity(1),
            follow: Vec::new(),
        };
        for group in atoms.chunk_by(Atom::continues) {
            match group {
                [Atom { kind: Kind::Picture(place), .. }] => self.draw_picture(place.get(), &mut pen, roles),
                [Atom { kind: Kind::Glyph(glyph), .. }, ..] => {
                    self.draw_run(group, glyph.face, glyph.style.get(), &mut pen, roles);
                }
                _ => {}
            }
        }
        if let Some(last) = atoms.last().filter(|_| line.has_hyphen) {
            self.draw_hyphen(last, &mut pen, roles);
        }
        pen.end_links();
        Slab { baseline: Some(extent.above), ..Slab::of(pen.items, extent.above + extent.below) }
    }

    fn extent(&self, atoms: &[Atom], width: f32) -> Extent {
        let leading = (LINE_HEIGHT_EM - ASCENT_EM - DESCENT_EM) / 2.0;
        atoms.iter().fold(Extent::default(), |extent, atom| {
            let (above, below) = match atom.kind {
                Kind::Glyph(glyph) => {
                    let size = self.styles.get(glyph.style.get()).map_or(0.0, |style| style.size_pt);
                    (size * (ASCENT_EM + leading), size * (DESCENT_EM + leading))
                }
                Kind::Picture(place) => {
                    let (_, height) = self.picture_size(place.get(), width);
                    (height + 2.0, 2.0)
                }
            };
            Extent { above: extent.above.max(above), below: extent.below.max(below) }
        })
    }

    /// Gives what is added to each space to fill the line.
    fn stretch(&self, line: &Line, atoms: &[Atom], width: f32) -> f32 {
        let spaces = spaces_between(atoms);
        let size = self.styles.first().map_or(0.0, |style| style.size_pt);
        match u16::try_from(spaces) {
            Ok(spaces @ 1..) if self.align == Align::Justify && !line.is_last => {
                let each = (width - line.width) / f32::from(spaces);
                if each <= size * MAX_SPACE_EM { each } else { 0.0 }
            }
            _ => 0.0,
        }
    }

    fn draw_hyphen(&self, last: &Atom, pen: &mut Pen, roles: &mut RoleTree) {
        let Some((glyph, width, style)) = self.hyphen_after(last) else { return };
        let Some(style) = self.styles.get(style) else { return };
        let (x, baseline, text) = (pen.x, pen.baseline - raise(style), SOFT_HYPHEN.to_owned());
        let ShapedGlyph { id, advance_em, shift_em, face, .. } = glyph;
        let glyphs =
            vec![Glyph { id, advance_em, shift_em, start: Offset::of(0), end: Offset::of(text.len()) }];
        let run = Run { x, baseline, face, size_pt: drawn_size(style), colour: style.colour, text, glyphs };
        let owner = pen.follow(style.link, text_area(style, pen, width), roles);
        pen.items.push(Item { owner, shape: Shape::Run(run) });
        pen.decorate(style, width);
        pen.x += width;
    }

    fn picture_size(&self, place: usize, column: f32) -> (f32, f32) {
        self.pictures.get(place).map_or((0.0, 0.0), |picture| {
            let shrink = (column / picture.width).min(1.0);
            (picture.width * shrink, picture.height * shrink)
        })
    }

    fn draw_picture(&self, place: usize, pen: &mut Pen, roles: &mut RoleTree) {
        let Some(picture) = self.pictures.get(place) else { return };
        let (width, height) = self.picture_size(place, pen.column);
        let area = Area { x: pen.x, y: pen.baseline - height, width, height };
        let owner = match pen.follow(picture.link, area, roles) {
            Owner::Role(role) => {
                Owner::Role(roles.add(Role::Figure(picture.description.clone()), Some(role)))
            }
            artifact @ Owner::Artifact(_) => artifact,
        };
        pen.items.push(Item { owner, shape: Shape::Picture(area, picture.index) });
        pen.x += width;
    }

    fn draw_run(&self, atoms: &[Atom], face: Face, style: usize, pen: &mut Pen, roles: &mut RoleTree) {
        let Some(style) = self.styles.get(style) else { return };
        let start = atoms.first().map_or(0, |atom| atom.start.get());
        let size_pt = drawn_size(style);
        let mut glyphs = Vec::with_capacity(atoms.len());
        let (mut width, mut end) = (0.0, start);
        for atom in atoms {
            let Kind::Glyph(glyph) = atom.kind else { continue };
            let stretch = if atom.is_space { pen.stretch } else { 0.0 };
            glyphs.push(Glyph {
                id: glyph.id,
                advance_em: glyph.advance_em + stretch / size_pt,
                shift_em: glyph.shift_em,
                start: Offset::of(atom.start.get() - start),
                end: Offset::of(glyph.end.get() - start),
            });
            width += atom.width + stretch;
            end = glyph.end.get();
        }
        let text = self.text.get(start..end).unwrap_or_default().replace('\n', " ");
        let (x, baseline, colour) = (pen.x, pen.baseline - raise(style), style.colour);
        let run = Run { x, baseline, face, size_pt, colour, text, glyphs };
        let visible = width - trailing_width(atoms, pen.stretch);
        let owner = pen.follow(style.link, text_area(style, pen, visible), roles);
        pen.items.push(Item { owner, shape: Shape::Run(run) });
        pen.decorate(style, visible);
        pen.x += width;
    }
}

impl Atom {
    /// Tells whether two neighbours are drawn together.
    fn continues(&self, other: &Self) -> bool {
        match (self.kind, other.kind) {
            (Kind::Glyph(one), Kind::Glyph(other)) => (one.face, one.style) == (other.face, other.style),
            _ => false,
        }
    }
}

/// Draws one line, from left to right.
struct Pen {
    x: f32,
    baseline: f32,
    column: f32,
    stretch: f32,
    owner: Owner,
    items: Vec<Item>,
    /// Where a pointer follows the links of the line.
    follow: Vec<(RoleId, Area)>,
}

impl Pen {
    /// Gives the owner of what is drawn over an area: the link that it is part of, if any.
    fn follow(&mut self, link: Option<LinkId>, area: Area, roles: &mut RoleTree) -> Owner {
        let (Some(link), Owner::Role(parent)) = (link, self.owner) else { return self.owner };
        if area.width <= 0.0 {
            return self.owner;
        }
        let role = roles.link(link, parent);
        match self.follow.last_mut() {
            Some((last, before)) if *last == role => *before = before.with(area),
            _ => self.follow.push((role, area)),
        }
        Owner::Role(role)
    }

    fn end_links(&mut self) {
        let areas = self.follow.drain(..);
        let items = areas.map(|(role, area)| Item { owner: Owner::Role(role), shape: Shape::Follow(area) });
        self.items.extend(items);
    }

    fn decorate(&mut self, style: &TextStyle, width: f32) {
        let lines = [(style.underline, 0.12), (style.strike, -0.27)];
        for (_, below_em) in lines.into_iter().filter(|(is_wanted, _)| *is_wanted && width > 0.0) {
            let y = self.baseline - raise(style) + below_em * drawn_size(style);
            let height = RULE_WIDTH.max(style.size_pt * 0.055);
            let area = Area { x: self.x, y, width, height };
            let owner = Owner::Artifact(Artifact::Layout);
            self.items.push(Item { owner, shape: Shape::Fill(area, style.colour) });
        }
    }
}

/// Gives the place of some text that comes next.
fn text_area(style: &TextStyle, pen: &Pen, width: f32) -> Area {
    let (baseline, size) = (pen.baseline - raise(style), drawn_size(style));
    let height = (ASCENT_EM + DESCENT_EM) * size;
    Area { x: pen.x, y: baseline - ASCENT_EM * size, width, height }
}

/// Counts the spaces of a line but for those at its end.
fn spaces_between(atoms: &[Atom]) -> usize {
    let visible = atoms.iter().rposition(|atom| !atom.is_space).map_or(0, |last| last + 1);
    atoms.iter().take(visible).filter(|atom| atom.is_space).count()
}

fn total(atoms: &[Atom]) -> f32 {
    atoms.iter().map(|atom| atom.width).sum()
}

/// Gives the width of the spaces at the end of a run that ends its line; decorations stop before them.
fn trailing_width(atoms: &[Atom], stretch: f32) -> f32 {
    atoms.iter().rev().take_while(|atom| atom.is_space).map(|atom| atom.width + stretch).sum()
}

fn shift(align: Align, room: f32) -> f32 {
    match align {
        Align::Left | Align::Justify => 0.0,
        Align::Centre => room.max(0.0) / 2.0,
        Align::Right => room.max(0.0),
    }
}

/// Gives a paragraph cut so as to have so many lines at most, with an ellipsis at its end.
pub(super) fn shortened(paragraph: &Paragraph, width: f32, most: usize) -> Paragraph {
    let Some(Inline::Text(text, style)) = paragraph.inlines.first() else { return paragraph.clone() };
    let shaped = |text: &str| {
        let inlines = vec![Inline::Text(text.to_owned(), *style)];
        ShapedParagraph::new(&Paragraph { inlines, ..paragraph.clone() }, &mut |_| ())
    };
    let mut kept = shaped(text).until_line(width, most);
    loop {
        let with_ellipsis = format!("{}…", kept.trim_end());
        if kept.pop().is_none() || shaped(&with_ellipsis).broken(width.max(MIN_WIDTH)).len() <= most {
            let inlines = vec![Inline::Text(with_ellipsis, *style)];
            return Paragraph { inlines, ..paragraph.clone() };
        }
    }
}

/// Gives a size made smaller by a factor, not below a floor unless it was.
pub(super) fn smaller(size_pt: f32, factor: f32, floor_pt: f32) -> f32 {
    (size_pt * factor).max(floor_pt.min(size_pt))
}

fn drawn_size(style: &TextStyle) -> f32 {
    match style.level {
        Level::Line => style.size_pt,
        Level::Superscript | Level::Subscript => style.size_pt * SMALL_EM,
    }
}

fn raise(style: &TextStyle) -> f32 {
    match style.level {
        Level::Line => 0.0,
        Level::Superscript => style.size_pt * RAISE_EM,
        Level::Subscript => -style.size_pt * LOWER_EM,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shaped(text: &str, align: Align) -> ShapedParagraph {
        ShapedParagraph::new(&Paragraph { align, ..Paragraph::of(text, TextStyle::plain(10.0)) }, &mut |_| ())
    }

    fn texts(paragraph: &ShapedParagraph, width: f32) -> Vec<String> {
        let lines = paragraph.broken(width);
        let text = |line: &Line| {
            let atoms = &paragraph.atoms[line.atoms.clone()];
            let end = match atoms.last().unwrap().kind {
                Kind::Glyph(glyph) => glyph.end.get(),
                Kind::Picture(_) => atoms.last().unwrap().start.get() + PICTURE.len(),
            };
            paragraph.text.get(atoms[0].start.get()..end).unwrap().to_owned()
        };
        lines.iter().map(text).collect()
    }

    #[test]
    fn lines_break_between_words_and_inside_a_word_that_is_too_wide() {
        let paragraph = shaped("un mot anticonstitutionnellement long", Align::Left);
        assert_eq!(marked(&paragraph, 60.0), ["un mot ", "anticonstitu-", "tionnellement ", "long"]);
        assert_eq!(marked(&paragraph, 1000.0), ["un mot anticonstitutionnellement long"]);
        let account = shaped("compte FR7630006000011234567890189", Align::Left);
        assert_eq!(marked(&account, 60.0), ["compte ", "FR76300060", "0001123456", "7890189"]);
    }

    /// The lines, with the hyphens that the layout set.
    fn marked(paragraph: &ShapedParagraph, width: f32) -> Vec<String> {
        let lines = paragraph.broken(width);
        let mark = |(text, line): (String, &Line)| if line.has_hyphen { text + "-" } else { text };
        texts(paragraph, width).into_iter().zip(&lines).map(mark).collect()
    }

    #[test]
    fn a_hyphen_parts_a_word_where_justifying_would_tear_the_line_apart() {
        let text = "le règlement de copropriété prévoit une convocation extraordinaire du syndicat";
        let loose = marked(&shaped(text, Align::Left), 110.0);
        assert!(loose.iter().all(|line| !line.ends_with('-')), "{loose:?}");
        assert_eq!(loose.first().map(String::as_str), Some("le règlement de "));
        let filled = marked(&shaped(text, Align::Justify), 110.0);
        assert_eq!(filled.first().map(String::as_str), Some("le règlement de copro-"), "{filled:?}");
    }

    #[test]
    fn no_more_than_two_lines_in_a_row_end_with_a_hyphen_and_the_last_word_stays_whole() {
        let text = "extraordinairement ".repeat(30);
        let mut found = 0;
        for width in [90.0, 100.0, 110.0, 120.0, 130.0, 150.0, 200.0] {
            let paragraph = shaped(text.trim_end(), Align::Justify);
            let lines = paragraph.broken(width);
            found += lines.iter().filter(|line| line.has_hyphen).count();
            let most = lines.split(|line| !line.has_hyphen).map(<[Line]>::len).max();
            assert!(most <= Some(MAX_HYPHENS), "{width}: {most:?}");
            assert!(texts(&paragraph, width).last().unwrap().ends_with("extraordinairement"), "{width}");
            assert!(lines.iter().all(|line| line.width <= width + TOLERANCE), "{width}");
        }
        assert!(found > 20, "{found}");
    }

    #[test]
    fn a_hyphen_is_drawn_after_its_line_and_is_a_soft_one_in_the_text() {
        let mut slabs = Vec::new();
        let owner = Owner::Artifact(Artifact::Layout);
        let paragraph = shaped("anticonstitutionnellement", Align::Left);
        paragraph.lines(0.0, 60.0, owner, &mut RoleTree::default(), &mut slabs);
        assert!(slabs.first().unwrap().stays_with_next);
        let texts: Vec<Vec<String>> = slabs
            .into_iter()
            .map(|slab| {
                let runs = slab.into_items(0.0).into_iter().filter_map(|item| match item.shape {
                    Shape::Run(run) => Some(run.text),
                    _ => None,
                });
                runs.collect()
            })
            .collect();
        assert_eq!(texts, [vec!["anticonstitu", "\u{ad}"], vec!["tionnellement"]]);
    }

    #[test]
    fn a_line_feed_ends_a_line_and_two_leave_an_empty_one() {
        assert_eq!(texts(&shaped("a\n\nb", Align::Left), 100.0), ["a\n", "\n", "b"]);
    }

    #[test]
    fn a_justified_line_fills_its_column_and_the_last_one_does_not() {
        let paragraph = shaped("des mots pour remplir deux lignes entières ou presque", Align::Justify);
        let mut slabs = Vec::new();
        paragraph.lines(0.0, 130.0, Owner::Artifact(Artifact::Layout), &mut RoleTree::default(), &mut slabs);
        let ends: Vec<f32> = slabs
            .into_iter()
            .map(|slab| match &slab.into_items(0.0)[0].shape {
                Shape::Run(run) => {
                    let visible = run.text.trim_end().chars().count();
                    run.x + run.glyphs[..visible].iter().map(|glyph| glyph.advance_em * 10.0).sum::<f32>()
                }
                _ => panic!("a line of text"),
            })
            .collect();
        assert!(ends.len() > 1);
        assert!(ends[..ends.len() - 1].iter().all(|end| (end - 130.0).abs() < 0.1), "{ends:?}");
        assert!(*ends.last().unwrap() < 120.0, "{ends:?}");
    }

    proptest! {
        #[test]
        fn the_lines_hold_all_the_text_in_order(text in "[a-zé «»:!?€0-9\u{a0}\n漢-]{0,80}", width in 1.0..300.0_f32) {
            let paragraph = shaped(&text, Align::Left);
            prop_assert_eq!(texts(&paragraph, width).concat(), text);
        }
    }
}
