//! From sanitised HTML to blocks: white space as HTML folds it, looks inherited, text in NFC.

use std::collections::BTreeMap;

use markup5ever_rcdom::{Handle, NodeData};
use unicode_normalization::UnicodeNormalization;

use super::dom::{attribute, element_name};
use super::{is_ignorable, links, style};
use crate::render::RenderError;
use crate::render::display::{Link, LinkId, Numbering};
use crate::render::model::{
    Align, Block, Cell, Inline, Level, List, Paragraph, PictureBox, Row, Table, TextStyle, Width,
};
use crate::render::pictures::Pictures;
use crate::render::words::say;

/// The columns that spanning cells may reach.
const MAX_COLUMNS: usize = 100;

/// The rows that a cell may span.
const MAX_ROWS: usize = 1_000;
/// The empty cells that stand under such cells, in the whole body: a few attributes could ask for millions.
const MAX_FILLERS: usize = 20_000;

/// How much of a hidden text names it.
const MAX_HIDDEN_WORDS: usize = 40;
/// How many spaces a tab of a `pre` is.
const TAB: usize = 4;

/// How much of a link's words describes it to a reader by ear.
const MAX_LINK_WORDS: usize = 200;

/// Points of a pixel of 1/96 inch.
const POINTS_PER_PIXEL: f32 = 0.75;

/// Reads one body.
pub(super) struct Reader<'a, 'b> {
    links: &'a mut Vec<Link>,
    pictures: &'a mut Pictures<'b>,
    fillers_left: usize,
    /// The texts that the body hides, by their beginning.
    pub(super) hidden: BTreeMap<String, usize>,
    /// The pictures that could not be shown, by source.
    pub(super) lost: BTreeMap<String, usize>,
}

/// What an element hands down to what it holds.
#[derive(Debug, Clone, Copy)]
struct Context {
    look: TextStyle,
    align: Option<Align>,
    /// Whether white space is kept as it is written (`pre`).
    keeps_spaces: bool,
}

/// Blocks, and the paragraph that is being filled.
#[derive(Debug, Default)]
struct Flow {
    blocks: Vec<Block>,
    open: Vec<Inline>,
}

impl Flow {
    /// Ends the open paragraph.
    fn close(&mut self, align: Option<Align>, heading: Option<u16>) {
        let mut inlines = std::mem::take(&mut self.open);
        trim(&mut inlines);
        if !inlines.is_empty() {
            let align = align.unwrap_or_default();
            self.blocks.push(Block::Paragraph(Paragraph { heading, align, inlines }));
        }
    }

    fn ends_in_space(&self) -> bool {
        match self.open.last() {
            None => true,
            Some(Inline::Text(text, _)) => text.ends_with([' ', '\n']),
            Some(Inline::Picture(_)) => false,
        }
    }

    fn push_text(&mut self, text: &str, look: TextStyle) {
        match self.open.last_mut() {
            Some(Inline::Text(before, style)) if *style == look => before.push_str(text),
            _ => self.open.push(Inline::Text(text.to_owned(), look)),
        }
    }

    fn push_break(&mut self, look: TextStyle) {
        if let Some(Inline::Text(text, _)) = self.open.last_mut() {
            text.truncate(text.trim_end_matches(' ').len());
        }
        self.push_text("\n", look);
    }
}

/// Takes the plain spaces off the end; those of the start were never put. A lone break is an empty line.
fn trim(inlines: &mut Vec<Inline>) {
    while let Some(Inline::Text(text, _)) = inlines.last_mut() {
        text.truncate(text.trim_end_matches(' ').len());
        if !text.is_empty() {
            break;
        }
        inlines.pop();
    }
    let is_lone_break = matches!(&inlines[..], [Inline::Text(text, _)] if text == "\n");
    if let (Some(Inline::Text(text, _)), false) = (inlines.last_mut(), is_lone_break) {
        text.truncate(text.strip_suffix('\n').unwrap_or(text).len());
    }
    inlines.retain(|inline| !matches!(inline, Inline::Text(text, _) if text.is_empty()));
}

impl<'a, 'b> Reader<'a, 'b> {
    pub(super) fn new(links: &'a mut Vec<Link>, pictures: &'a mut Pictures<'b>) -> Self {
        Self { links, pictures, fillers_left: MAX_FILLERS, hidden: BTreeMap::new(), lost: BTreeMap::new() }
    }

    /// Reads all that a node holds.
    pub(super) fn body(&mut self, root: &Handle, look: TextStyle) -> Result<Vec<Block>, RenderError> {
        self.blocks(root, Context { look, align: None, keeps_spaces: false })
    }

    fn blocks(&mut self, node: &Handle, context: Context) -> Result<Vec<Block>, RenderError> {
        let mut flow = Flow::default();
        self.children(node, context, &mut flow)?;
        flow.close(context.align, None);
        Ok(flow.blocks)
    }

    fn children(&mut self, node: &Handle, context: Context, flow: &mut Flow) -> Result<(), RenderError> {
        for child in node.children.borrow().iter() {
            self.child(child, context, flow)?;
        }
        Ok(())
    }

    fn child(&mut self, child: &Handle, context: Context, flow: &mut Flow) -> Result<(), RenderError> {
        match &child.data {
            NodeData::Text { contents } if context.keeps_spaces => {
                add_lines(&contents.borrow(), context.look, flow);
            }
            NodeData::Text { contents } => add_text(&contents.borrow(), context.look, flow),
            NodeData::Element { .. } if self.hides(child) => {}
            NodeData::Element { .. } => self.element(child, context, flow)?,
            _ => {}
        }
        Ok(())
    }

    fn element(&mut self, node: &Handle, context: Context, flow: &mut Flow) -> Result<(), RenderError> {
        let name = element_name(node).unwrap_or_default();
        let inner = inherited(node, name, context);
        match name {
            "a" => {
                let inner = self.linked(node, inner);
                self.children(node, inner, flow)?;
            }
            "br" if page_breaks(node) == (false, false) => flow.push_break(context.look),
            "br" => {
                flow.close(context.align, None);
                flow.blocks.push(Block::PageBreak);
            }
            "q" => {
                flow.push_text("«\u{a0}", inner.look);
                self.children(node, inner, flow)?;
                flow.push_text("\u{a0}»", inner.look);
            }
            "img" => self.picture(node, context.look.link, flow)?,
            "hr" | "ul" | "ol" | "table" => {
                flow.close(context.align, None);
                let (before, after) = page_breaks(node);
                flow.blocks.extend(before.then_some(Block::PageBreak));
                match name {
                    "hr" => flow.blocks.push(Block::Rule),
                    "table" => self.table(node, inner, flow)?,
                    _ => flow.blocks.push(Block::List(self.list(node, name == "ol", inner)?)),
                }
                flow.blocks.extend(after.then_some(Block::PageBreak));
            }
            "p" | "div" | "center" | "blockquote" | "address" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
            | "li" | "caption" | "tr" | "td" | "th" | "pre" | "dl" | "dt" | "dd" | "section" | "article"
            | "aside" | "main" | "header" | "footer" | "figure" | "figcaption" | "details" | "summary"
            | "fieldset" | "legend" | "form" | "nav" => {
                flow.close(context.align, None);
                self.paragraph(node, name, inner, flow)?;
            }
            _ => self.children(node, inner, flow)?,
        }
        Ok(())
    }

    /// Tells whether the body hides an element, and notes what words it holds.
    fn hides(&mut self, node: &Handle) -> bool {
        if !is_hidden(node) {
            return false;
        }
        let mut words = String::new();
        add_words(node, &mut words);
        let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let words: String = words.chars().filter(|c| !is_ignorable(*c)).take(MAX_HIDDEN_WORDS).collect();
        if !words.is_empty() {
            *self.hidden.entry(words).or_default() += 1;
        }
        true
    }

    /// Gives what a link hands down; without an address it is plain text.
    fn linked(&mut self, node: &Handle, inner: Context) -> Context {
        let Some(address) = attribute(node, "href") else { return inner };
        let mut words = String::new();
        add_words(node, &mut words);
        let words: String = words.chars().filter(|c| !is_ignorable(*c) || c.is_whitespace()).collect();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let description = links::description(&words, &address);
        let link = LinkId(self.links.len());
        self.links.push(Link { address, description });
        Context { look: TextStyle { underline: true, link: Some(link), ..inner.look }, ..inner }
    }

    fn paragraph(
        &mut self,
        node: &Handle,
        name: &str,
        inner: Context,
        flow: &mut Flow,
    ) -> Result<(), RenderError> {
        let (before, after) = page_breaks(node);
        if before {
            flow.blocks.push(Block::PageBreak);
        }
        self.children(node, inner, flow)?;
        flow.close(inner.align, heading_level(name));
        if after {
            flow.blocks.push(Block::PageBreak);
        }
        Ok(())
    }

    fn list(&mut self, node: &Handle, is_numbered: bool, inner: Context) -> Result<List, RenderError> {
        let start = attribute(node, "start").and_then(|start| start.trim().parse::<i32>().ok());
        let numbering = numbering(node, is_numbered);
        let (mut items, mut breaks_page) = (Vec::new(), false);
        // What stands beside the items: text, or a list that belongs to the item above it.
        let mut between = Flow::default();
        for child in node.children.borrow().iter() {
            if self.hides(child) {
                continue;
            }
            if element_name(child) != Some("li") {
                self.child(child, inner, &mut between)?;
                continue;
            }
            add_between(&mut items, &mut between, inner.align);
            let (before, after) = page_breaks(child);
            let breaks = std::mem::replace(&mut breaks_page, after) || before;
            let item = self.blocks(child, inherited(child, "li", inner))?;
            // An empty item of a numbered list counts all the same.
            if !item.is_empty() || is_numbered {
                items.push(breaks.then_some(Block::PageBreak).into_iter().chain(item).collect());
            }
        }
        add_between(&mut items, &mut between, inner.align);
        Ok(List { numbering, first: i64::from(start.unwrap_or(1)), items })
    }

    fn table(&mut self, node: &Handle, inner: Context, flow: &mut Flow) -> Result<(), RenderError> {
        let mut table = Table {
            head: Vec::new(),
            body: Vec::new(),
            has_borders: has_borders(node),
            carry: None,
            width: declared(node, "width").and_then(|width| style::width(&width)),
        };
        let inner = Context { align: None, ..inner };
        self.rows(node, inner, false, &mut table, flow)?;
        move_heading_rows(&mut table);
        if table.columns() > 0 {
            flow.blocks.push(Block::Table(table));
        }
        Ok(())
    }

    fn rows(
        &mut self,
        node: &Handle,
        context: Context,
        is_head: bool,
        table: &mut Table,
        flow: &mut Flow,
    ) -> Result<(), RenderError> {
        let mut under = Under::default();
        // A table's foot ends it, wherever it is written: HTML 4 wanted it before the body.
        let mut foot = Vec::new();
        for child in node.children.borrow().iter() {
            let name = element_name(child).unwrap_or_default();
            if self.hides(child) {
                continue;
            }
            let inner = inherited(child, name, context);
            match name {
                "thead" | "tbody" => self.rows(child, inner, name == "thead", table, flow)?,
                "tfoot" => {
                    let first = table.body.len();
                    self.rows(child, inner, false, table, flow)?;
                    foot.extend(table.body.drain(first..));
                }
                "tr" => {
                    let row = self.row(child, inner, is_head, table, &mut under)?;
                    let rows = if is_head { &mut table.head } else { &mut table.body };
                    rows.push(row);
                }
                "caption" => self.paragraph(child, name, inner, flow)?,
                _ => {}
            }
        }
        table.body.append(&mut foot);
        Ok(())
    }

    fn row(
        &mut self,
        node: &Handle,
        context: Context,
        in_head: bool,
        table: &mut Table,
        under: &mut Under,
    ) -> Result<Row, RenderError> {
        let mut row = Row::default();
        let mut column = 0;
        let mut spanning = Vec::new();
        for child in node.children.borrow().iter() {
            let Some(name @ ("td" | "th")) = element_name(child) else { continue };
            if self.hides(child) {
                continue;
            }
            let inner = inherited(child, name, context);
            table.has_borders |= declared(child, "border").is_some_and(|border| style::has_border(&border));
            self.fill(&mut row, &mut column, under);
            let heads = in_head || name == "th";
            let span = span(child).min(MAX_COLUMNS.saturating_sub(row.cells.len()).max(1));
            spanning.push((column, span, rows_of(child), heads));
            column += span;
            row.cells.push(Cell {
                is_head: heads,
                span,
                align: inner.align,
                width: declared(child, "width").and_then(|width| style::width(&width)),
                blocks: self.blocks(child, inner)?,
            });
        }
        self.fill(&mut row, &mut column, under);
        under.next_row(spanning);
        Ok(row)
    }

    /// Puts an empty cell where one of the rows above goes on.
    fn fill(&mut self, row: &mut Row, column: &mut usize, under: &Under) {
        while let Some((_, is_head)) = under.0.get(column).filter(|_| self.fillers_left > 0) {
            self.fillers_left -= 1;
            *column += 1;
            row.cells.push(Cell { is_head: *is_head, span: 1, align: None, width: None, blocks: Vec::new() });
        }
    }

    fn picture(&mut self, node: &Handle, link: Option<LinkId>, flow: &mut Flow) -> Result<(), RenderError> {
        let Some(source) = attribute(node, "src") else { return Ok(()) };
        let Some(index) = self.pictures.find(&source)? else {
            *self.lost.entry(source).or_default() += 1;
            return Ok(());
        };
        let Some(picture) = self.pictures.list.get(index) else { return Ok(()) };
        let (width, height) = picture_size(node, picture.width_px, picture.height_px);
        let description =
            attribute(node, "alt").map(|alt| alt.trim().to_owned()).filter(|alt| !alt.is_empty());
        let description = description.unwrap_or_else(|| say("render-figure", &[]));
        flow.open.push(Inline::Picture(PictureBox { index, width, height, description, link }));
        Ok(())
    }
}

/// Adds what stands between two items to the one above it; at the top of a list, as an item of its own.
fn add_between(items: &mut Vec<Vec<Block>>, between: &mut Flow, align: Option<Align>) {
    between.close(align, None);
    let blocks = std::mem::take(&mut between.blocks);
    match items.last_mut() {
        _ if blocks.is_empty() => {}
        Some(item) => item.extend(blocks),
        None => items.push(blocks),
    }
}

/// Adds text, its white space folded, without what only instructs layout engines.
fn add_text(text: &str, look: TextStyle, flow: &mut Flow) {
    let mut folded = String::with_capacity(text.len());
    let mut after_space = flow.ends_in_space();
    for c in text.nfc() {
        if matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}') {
            if !after_space {
                folded.push(' ');
            }
            after_space = true;
        } else if !is_ignorable(c) {
            folded.push(c);
            after_space = false;
        }
    }
    if !folded.is_empty() {
        flow.push_text(&folded, look);
    }
}

/// Adds text as it is written: each line feed ends a line, and spaces side by side stay, as those do that begin a line.
fn add_lines(text: &str, look: TextStyle, flow: &mut Flow) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            flow.push_break(look);
        }
        let mut kept = String::with_capacity(line.len());
        let mut after_space = flow.ends_in_space();
        for c in line.nfc().flat_map(|c| std::iter::repeat_n(c, if c == '\t' { TAB } else { 1 })) {
            let is_space = matches!(c, ' ' | '\t' | '\u{c}');
            if is_space {
                kept.push(if after_space { '\u{a0}' } else { ' ' });
            } else if !is_ignorable(c) {
                kept.push(c);
            }
            after_space = is_space;
        }
        if !kept.is_empty() {
            flow.push_text(&kept, look);
        }
    }
}

/// The columns that cells of the rows above go on in: for how many rows, and whether as heads.
#[derive(Debug, Default)]
struct Under(BTreeMap<usize, (usize, bool)>);

impl Under {
    /// Passes to the next row, under these cells as well: column, columns, rows, head.
    fn next_row(&mut self, spanning: Vec<(usize, usize, usize, bool)>) {
        self.0.retain(|_, (rows, _)| {
            *rows -= 1;
            *rows > 0
        });
        for (column, columns, rows, is_head) in spanning.into_iter().filter(|(_, _, rows, _)| *rows > 1) {
            let columns = column..(column + columns).min(MAX_COLUMNS);
            self.0.extend(columns.map(|column| (column, (rows - 1, is_head))));
        }
    }
}

/// Gives how a list asks for its numbers.
fn numbering(node: &Handle, is_numbered: bool) -> Numbering {
    if let Some(numbering) = declared(node, "list-style-type").as_deref().and_then(style::numbering) {
        return numbering;
    }
    if !is_numbered {
        return Numbering::Bullet;
    }
    match attribute(node, "type").as_deref().map(str::trim) {
        Some("a") => Numbering::LowerLetters,
        Some("A") => Numbering::UpperLetters,
        Some("i") => Numbering::LowerRoman,
        Some("I") => Numbering::UpperRoman,
        _ => Numbering::Decimal,
    }
}

/// Adds the first words that a node shows, those for its pictures included.
fn add_words(node: &Handle, words: &mut String) {
    for child in node.children.borrow().iter() {
        let room = MAX_LINK_WORDS.saturating_sub(words.chars().count());
        match &child.data {
            _ if room == 0 => return,
            NodeData::Text { contents } => words.extend(contents.borrow().chars().take(room)),
            NodeData::Element { .. } if is_hidden(child) => {}
            NodeData::Element { .. } => {
                words.extend(attribute(child, "alt").unwrap_or_default().chars().take(room));
                add_words(child, words);
            }
            _ => {}
        }
    }
}

/// Gives a picture's size in points: as asked, its shape kept when one side alone is given.
fn picture_size(node: &Handle, width_px: u32, height_px: u32) -> (f32, f32) {
    let side = |pixels: u32| u16::try_from(pixels).map_or(f32::from(u16::MAX), f32::from);
    let (natural_width, natural_height) = (side(width_px), side(height_px));
    let points = |name: &str| match declared(node, name).and_then(|value| style::width(&value)) {
        Some(Width::Points(points)) => Some(points),
        _ => None,
    };
    match (points("width"), points("height")) {
        (Some(width), Some(height)) => (width, height),
        (Some(width), None) => (width, width * natural_height / natural_width),
        (None, Some(height)) => (height * natural_width / natural_height, height),
        (None, None) => (natural_width * POINTS_PER_PIXEL, natural_height * POINTS_PER_PIXEL),
    }
}

/// Gives the value of a style property, else of the attribute of that name.
fn declared(node: &Handle, name: &str) -> Option<String> {
    let styled = attribute(node, "style").and_then(|style| {
        let found = style::read(&style).find(|(declared, _)| *declared == name);
        found.map(|(_, value)| value.to_owned())
    });
    styled.or_else(|| attribute(node, name))
}

/// Tells whether an element hides what it holds.
fn is_hidden(node: &Handle) -> bool {
    let NodeData::Element { attrs, .. } = &node.data else { return false };
    attrs.borrow().iter().any(|attr| match &*attr.name.local {
        "hidden" => true,
        "style" => style::read(&attr.value).any(|(name, value)| style::hides(name, value)),
        _ => false,
    })
}

fn has_borders(node: &Handle) -> bool {
    declared(node, "border").is_some_and(|border| style::has_border(&border))
}

fn span(node: &Handle) -> usize {
    let wanted = attribute(node, "colspan").and_then(|span| span.trim().parse::<usize>().ok());
    wanted.unwrap_or(1).clamp(1, MAX_COLUMNS)
}

/// Gives the rows that a cell spans; 0 is those of its group, of which the rest is more than enough.
fn rows_of(node: &Handle) -> usize {
    match attribute(node, "rowspan").and_then(|span| span.trim().parse::<usize>().ok()) {
        Some(0) => MAX_ROWS,
        rows => rows.unwrap_or(1).min(MAX_ROWS),
    }
}

fn page_breaks(node: &Handle) -> (bool, bool) {
    let breaks = |name: &str| declared(node, name).is_some_and(|value| style::breaks_page(&value));
    (breaks("page-break-before"), breaks("page-break-after"))
}

/// Rows of heading cells alone, at the top of a table without `thead`, are its head.
fn move_heading_rows(table: &mut Table) {
    let is_heading = |row: &Row| !row.cells.is_empty() && row.cells.iter().all(|cell| cell.is_head);
    let headings = table.body.iter().take_while(|row| is_heading(row)).count();
    if table.head.is_empty() && headings < table.body.len() {
        table.head = table.body.drain(..headings).collect();
    }
}

/// Gives the level of a heading under the letter's subject, which is the first.
fn heading_level(name: &str) -> Option<u16> {
    match name {
        "h1" => Some(2),
        "h2" => Some(3),
        "h3" | "h4" | "h5" | "h6" => Some(4),
        _ => None,
    }
}

/// Gives what an element hands down: its own look over its parent's.
fn inherited(node: &Handle, name: &str, context: Context) -> Context {
    let Context { mut look, mut align, mut keeps_spaces } = context;
    keeps_spaces |= name == "pre";
    match name {
        "b" | "strong" | "th" => look.bold = true,
        "i" | "em" | "address" => look.italic = true,
        "u" | "ins" => look.underline = true,
        "s" | "strike" | "del" => look.strike = true,
        "sup" => look.level = Level::Superscript,
        "sub" => look.level = Level::Subscript,
        "center" => align = Some(Align::Centre),
        "h1" => look = TextStyle { size_pt: look.size_pt * 1.3, ..look.bold() },
        "h2" => look = TextStyle { size_pt: look.size_pt * 1.15, ..look.bold() },
        "h3" | "h4" | "h5" | "h6" => look = look.bold(),
        _ => {}
    }
    if let (Some(size), "font") = (attribute(node, "size"), name) {
        look.size_pt = style::font_step(&size).unwrap_or(look.size_pt);
    }
    if let Some(colour) = attribute(node, "color") {
        style::apply(&mut look, "color", &colour);
    }
    align = attribute(node, "align").as_deref().and_then(style::align).or(align);
    for (property, value) in style::read(&attribute(node, "style").unwrap_or_default()) {
        match property {
            "text-align" => align = style::align(value).or(align),
            "white-space" => keeps_spaces = style::keeps_spaces(value),
            property => style::apply(&mut look, property, value),
        }
    }
    Context { look, align, keeps_spaces }
}
