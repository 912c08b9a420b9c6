//! The bodies of events: restricted HTML, sanitised by an explicit allow-list, read into a model.
//!
//! Format: a fragment as word processors and back offices export it: paragraphs, headings, bold, italics and their
//! like, links to the network, a mailbox or a telephone, lists, tables with `colspan` and `rowspan`, rules, pictures by stored id or
//! `data:` address, a `style` limited to alignment, colour, size, weight, slant, decoration, border, width and page breaks.
//!
//! Promises: what the body hides (`display:none`, `hidden`) stays hidden and is told: it may be a note that is nobody else's. Text
//! in a colour that can't be read on white is drawn in black: the dark cell that it stood on is not drawn, and a reader
//! who lacks a word is worse off than one who has one too many. What is not on the list is dropped and counted; scripts and their like go with their content, other
//! unknown elements leave their text, and so do the parts of a table outside one, each as a paragraph; the lines and spaces of a
//! `pre` are kept. No address is ever fetched. Refuses RTF and DOCX by their first bytes.

mod dom;
mod links;
mod read;
mod stray;
mod style;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use markup5ever_rcdom::{Handle, NodeData};

use crate::render::display::Link;
use crate::render::model::{Block, TextStyle};
use crate::render::pictures::{Pictures, short_name};
use crate::render::{Dropped, DroppedKind, Limits, RenderError};

/// The elements that are kept. The second line holds wrappers without a look of their own.
const ELEMENTS: [&str; 58] = [
    "a",
    "p",
    "br",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "strike",
    "del",
    "ins",
    "sup",
    "sub",
    "h1",
    "h2",
    "h3",
    "ul",
    "ol",
    "li",
    "table",
    "caption",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "th",
    "td",
    "hr",
    "img",
    "span",
    "q",
    "div",
    "blockquote",
    "center",
    "address",
    "h4",
    "h5",
    "h6",
    "font",
    "pre",
    "dl",
    "dt",
    "dd",
    "section",
    "article",
    "aside",
    "main",
    "header",
    "footer",
    "figure",
    "figcaption",
    "details",
    "summary",
    "fieldset",
    "legend",
    "form",
    "nav",
];

/// The elements that go with all that they hold: it was never meant to be read.
const UNREAD: [&str; 14] = [
    "script", "style", "title", "head", "template", "object", "iframe", "applet", "noscript", "svg", "math",
    "select", "textarea", "xml",
];

/// The attributes that are kept, by element.
const ATTRIBUTES: [(&str, &[&str]); 9] = [
    ("a", &["href"]),
    ("table", &["border", "width"]),
    ("td", &["colspan", "rowspan", "width"]),
    ("th", &["colspan", "rowspan", "width"]),
    ("img", &["src", "alt", "width", "height"]),
    ("ol", &["start", "type"]),
    ("hr", &[]),
    ("font", &["color", "size"]),
    ("br", &[]),
];

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(ELEMENTS))
        .clean_content_tags(HashSet::from(UNREAD))
        .tag_attributes(HashMap::from(ATTRIBUTES.map(|(tag, names)| (tag, names.iter().copied().collect()))))
        .generic_attributes(HashSet::from(["style", "align", "hidden"]))
        .url_schemes(links::SCHEMES.into_iter().chain(["data"]).collect())
        .url_relative(UrlRelative::PassThrough)
        .attribute_filter(kept_value)
        .link_rel(None)
        .strip_comments(true);
    builder
});

/// Gives the value of an attribute that is kept: a link leads to what [`links`] allows, a picture comes from no network, a style
/// holds what [`style`] reads.
fn kept_value<'v>(element: &str, attribute: &str, value: &'v str) -> Option<Cow<'v, str>> {
    match (element, attribute) {
        (_, "style") => Some(style::kept(value)).filter(|style| !style.is_empty()).map(Cow::Owned),
        ("a", "href") => links::address(value).map(Cow::Owned),
        ("img", "src") if links::address(value).is_some() => None,
        _ => Some(Cow::Borrowed(value)),
    }
}

/// A body that holds only what is allowed, and what it lost.
pub struct Sanitised {
    /// The body, as HTML in one canonical form.
    pub html: String,
    /// What was dropped, in a stable order.
    pub dropped: Vec<Dropped>,
    /// The same as a tree.
    tree: dom::Tree,
}

impl std::fmt::Debug for Sanitised {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sanitised").field("dropped", &self.dropped).finish_non_exhaustive()
    }
}

/// Keeps of a body what is allowed.
///
/// # Errors
/// When the body is RTF or DOCX, or passes a limit.
pub fn sanitise(body: &str, limits: &Limits) -> Result<Sanitised, RenderError> {
    refuse_other_formats(body)?;
    if body.len() > limits.max_body_bytes {
        return Err(RenderError::BodyTooLarge { bytes: body.len(), limit: limits.max_body_bytes });
    }
    let body = &*stray::in_blocks(body);
    let before = Census::of(&dom::parse(body, limits)?.root());
    if before.chars > limits.max_text_chars {
        return Err(RenderError::TextTooLong { chars: before.chars, limit: limits.max_text_chars });
    }
    // By blocks: the tokenizer looks through all that it holds at each `&`.
    let clean = SANITISER.clean_from_reader(body.as_bytes()).unwrap_or_else(|_| SANITISER.clean(body));
    let html = clean.to_string();
    let tree = dom::parse(&html, limits)?;
    let dropped = before.less(&Census::of(&tree.root()));
    Ok(Sanitised { html, dropped, tree })
}

/// Reads a sanitised body into blocks of a base look; links go to `links`, pictures to `pictures`, losses to `dropped`.
///
/// # Errors
/// When its pictures pass a limit.
pub fn read(
    sanitised: &Sanitised,
    look: TextStyle,
    links: &mut Vec<Link>,
    pictures: &mut Pictures<'_>,
    dropped: &mut Vec<Dropped>,
) -> Result<Vec<Block>, RenderError> {
    let mut reader = read::Reader::new(links, pictures);
    let blocks = reader.body(&sanitised.tree.root(), look)?;
    for (source, count) in reader.lost {
        dropped.push(Dropped { kind: DroppedKind::Image, name: short_name(&source), count });
    }
    for (name, count) in reader.hidden {
        dropped.push(Dropped { kind: DroppedKind::Hidden, name, count });
    }
    Ok(blocks)
}

/// Tells whether a body shows nothing at all: markup without any visible text or picture (rule C1). A body that
/// can't be read (too large, another format) is not blank: its rendering will say why.
pub fn is_blank(body: &str) -> bool {
    if begins_visibly(body) {
        return false;
    }
    let limits = Limits::default();
    let is_other = refuse_other_formats(body).is_err() || body.len() > limits.max_body_bytes;
    !is_other && dom::parse(body, &limits).is_ok_and(|tree| shows_nothing(&tree.root()))
}

/// Tells whether a body surely shows something: a letter begins by words, perhaps inside elements that are kept, and
/// then it needn't be parsed. `false` says nothing.
fn begins_visibly(body: &str) -> bool {
    let mut rest = body;
    loop {
        rest = rest.trim_start_matches(is_invisible);
        match rest.chars().next() {
            None | Some('&') => return false,
            Some('<') => match after_kept_tag(rest) {
                Some(after) => rest = after,
                None => return false,
            },
            Some(_) => return true,
        }
    }
}

/// Gives what follows the tag at the beginning of a text, if it is that of an element which is kept.
fn after_kept_tag(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('<')?;
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric())?;
    let (name, mut rest) = inside.split_at_checked(end)?;
    if !ELEMENTS.iter().any(|kept| kept.eq_ignore_ascii_case(name)) {
        return None;
    }
    loop {
        let at = rest.find(['>', '"', '\''])?;
        let (sign, after) = rest.get(at..)?.split_at_checked(1)?;
        if sign == ">" {
            return Some(after);
        }
        rest = after.split_once(sign)?.1;
    }
}

fn shows_nothing(node: &Handle) -> bool {
    match &node.data {
        NodeData::Text { contents } => contents.borrow().chars().all(is_invisible),
        NodeData::Element { name, .. } if UNREAD.contains(&&*name.local) => true,
        NodeData::Element { name, .. } if &*name.local == "img" => dom::attribute(node, "src").is_none(),
        _ => node.children.borrow().iter().all(shows_nothing),
    }
}

/// Tells whether a character leaves no trace on paper: spaces, controls, zero-width characters.
fn is_invisible(c: char) -> bool {
    c.is_whitespace() || is_ignorable(c)
}

/// Tells whether a character is only an instruction to a layout engine.
fn is_ignorable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

fn refuse_other_formats(body: &str) -> Result<(), RenderError> {
    let start = body.trim_start_matches(is_invisible);
    if start.starts_with("{\\rtf") {
        return Err(RenderError::BodyFormat { format: "RTF" });
    }
    if start.starts_with("PK\u{3}\u{4}") {
        return Err(RenderError::BodyFormat { format: "DOCX" });
    }
    Ok(())
}

/// How many elements, attributes and style properties of each name a tree holds, and how much text.
#[derive(Debug, Default)]
struct Census {
    names: BTreeMap<(DroppedKind, String), usize>,
    chars: usize,
}

impl Census {
    fn of(root: &Handle) -> Self {
        let mut census = Self::default();
        let mut nodes = root.children.borrow().clone();
        while let Some(node) = nodes.pop() {
            census.count(&node);
            nodes.extend(node.children.borrow().iter().cloned());
        }
        census
    }

    fn count(&mut self, node: &Handle) {
        let (name, attrs) = match &node.data {
            NodeData::Element { name, attrs, .. } => (name, attrs),
            NodeData::Text { contents } => return self.chars += contents.borrow().chars().count(),
            _ => return,
        };
        self.add(DroppedKind::Element, &name.local);
        for attr in attrs.borrow().iter() {
            match (&*name.local, &*attr.name.local) {
                (_, "style") => {
                    for name in style::declarations(&attr.value).keys() {
                        self.add(DroppedKind::Property, name);
                    }
                }
                ("a" | "area", "href") => self.add(DroppedKind::Link, &links::scheme(&attr.value)),
                ("img", "src") => self.add(DroppedKind::NetworkImage, &links::scheme(&attr.value)),
                ("li", "value") => self.add(DroppedKind::Attribute, "li value"),
                ("ol", "reversed") => self.add(DroppedKind::Attribute, "ol reversed"),
                (_, attribute) => self.add(DroppedKind::Attribute, attribute),
            }
        }
    }

    fn add(&mut self, kind: DroppedKind, name: &str) {
        let name = name.chars().filter(|c| !c.is_control()).take(60).collect();
        *self.names.entry((kind, name)).or_default() += 1;
    }

    fn less(self, after: &Self) -> Vec<Dropped> {
        let lost = self.names.into_iter().filter_map(|((kind, name), count)| {
            let key = (kind, name);
            let kept = after.names.get(&key).copied().unwrap_or(0);
            let count = count.checked_sub(kept).filter(|count| *count > 0)?;
            Some(Dropped { kind: key.0, name: key.1, count })
        });
        lost.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dropped(body: &str) -> Vec<(DroppedKind, String, usize)> {
        let sanitised = sanitise(body, &Limits::default()).unwrap();
        sanitised.dropped.into_iter().map(|d| (d.kind, d.name, d.count)).collect()
    }

    #[test]
    fn what_is_not_allowed_is_dropped_and_counted() {
        let body = "<p onclick='x()' style='color:red;font-family:Arial'>a<script>alert(1)</script>\
                    <a href='javascript:x()'>b</a><a href='http://x' target=_blank>c</a></p>";
        let expected = [
            (DroppedKind::Element, "script".to_owned(), 1),
            (DroppedKind::Attribute, "onclick".to_owned(), 1),
            (DroppedKind::Attribute, "target".to_owned(), 1),
            (DroppedKind::Property, "font-family".to_owned(), 1),
            (DroppedKind::Link, "javascript".to_owned(), 1),
        ];
        assert_eq!(dropped(body), expected);
        let html = sanitise(body, &Limits::default()).unwrap().html;
        assert_eq!(html, "<p style=\"color:red\">a<a>b</a><a href=\"http://x/\">c</a></p>");
    }

    #[test]
    fn a_plain_letter_loses_nothing() {
        let body = "<h1>T</h1><p align=right>a<b>b</b><br></p><ul><li>c</li></ul><table border=1><tr><td colspan=2>\
                    d</td></tr></table><hr><img src=logo alt=Logo><img src='data:image/png;base64,AAAA'>";
        assert_eq!(dropped(body), []);
    }

    #[test]
    fn a_picture_of_the_network_is_dropped_and_counted() {
        for source in ["https://x/y.png", "http://x/y.png", "mailto:a@x", "ftp://x/y.png"] {
            let body = format!("<img src='{source}'>");
            let scheme = source.split(':').next().unwrap().to_owned();
            assert_eq!(dropped(&body), [(DroppedKind::NetworkImage, scheme, 1)], "{source}");
        }
    }

    #[test]
    fn a_body_that_begins_by_words_shows_something_and_others_are_parsed() {
        let parsed =
            |body: &str| dom::parse(body, &Limits::default()).is_ok_and(|tree| shows_nothing(&tree.root()));
        for body in
            ["a", " \u{a0}a", "<p>a</p>", "<P CLASS='>x'>a", "<table><tr>a", "</p>a", "<p title=\"<\">\n a"]
        {
            assert!(begins_visibly(body) && !parsed(body), "{body:?}");
        }
        for body in [
            "",
            "<p> </p>",
            "<p",
            "<script>a</script>",
            "<title>a",
            "&nbsp;",
            "&amp;",
            "<p a='>a",
            "<!-- a -->",
            "<x>a",
        ] {
            assert!(!begins_visibly(body), "{body:?}");
        }
    }

    #[test]
    fn markup_without_visible_content_is_blank() {
        for body in [
            "",
            " \n\t",
            "<p>&nbsp;</p><p><br></p>",
            "<!-- x --><style>p{}</style><div>\u{200b}\u{feff}</div>",
            "<table><tr><td></td></tr></table>",
            "<img alt=x>",
            "<script>a</script><hr>",
        ] {
            assert!(is_blank(body), "{body:?}");
        }
        for body in ["a", "<p>.</p>", "<img src=logo>", "{\\rtf1}", "&#9745;", "<x-y>z</x-y>"] {
            assert!(!is_blank(body), "{body:?}");
        }
    }

    #[test]
    fn the_files_of_word_processors_are_refused() {
        for (body, wanted) in
            [("{\\rtf1\\ansi}", "RTF"), ("\u{feff} {\\rtf1}", "RTF"), (" PK\u{3}\u{4}xyz", "DOCX")]
        {
            let error = sanitise(body, &Limits::default()).unwrap_err();
            assert!(matches!(error, RenderError::BodyFormat { format } if format == wanted));
        }
    }
}
