//! html5ever under bounds: a tree that grows too large or too deep stops the parse.
//!
//! The parser's work for one tag grows with the open elements and with the formatting elements that it opens
//! again, so that a small body can ask for millions of nodes. Elements and depth are counted as they are made,
//! and looked at after each block of [`BLOCK_BYTES`]: what one block can cost is small.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ExpandedName, ParseOpts, QualName, local_name, ns, parse_fragment};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

use crate::render::{Limits, RenderError};

/// How much is read between two looks at the bounds.
const BLOCK_BYTES: usize = 2048;

/// The most attributes of one tag: the parser compares each with all before it.
const MOST_ATTRIBUTES: usize = 1_000;

/// Counts the attributes of the tag that has the most, by the states of HTML's tokenizer (HTML 13.2.5.32 and after): a quote is one
/// only where a value begins.
fn most_attributes(html: &str) -> usize {
    #[derive(PartialEq)]
    enum State {
        Text,
        TagOpen,
        Between,
        Name,
        Value,
        Unquoted,
        Quoted(u8),
    }
    let (mut state, mut attributes, mut most) = (State::Text, 0_usize, 0);
    for byte in html.bytes() {
        let is_space = byte.is_ascii_whitespace();
        state = match (state, byte) {
            (State::Text, b'<') => State::TagOpen,
            (State::TagOpen, b'/') => State::TagOpen,
            (State::TagOpen, byte) if byte.is_ascii_alphabetic() => {
                attributes = 0;
                State::Unquoted
            }
            (State::Text, _) => State::Text,
            (State::TagOpen, b'<') => State::TagOpen,
            (State::TagOpen, _) => State::Text,
            (State::Quoted(quote), byte) => {
                if byte == quote {
                    State::Between
                } else {
                    State::Quoted(quote)
                }
            }
            (_, b'>') => State::Text,
            (State::Value, b'"' | b'\'') => State::Quoted(byte),
            (State::Value, _) => {
                if is_space {
                    State::Value
                } else {
                    State::Unquoted
                }
            }
            (State::Unquoted, _) => {
                if is_space {
                    State::Between
                } else {
                    State::Unquoted
                }
            }
            (State::Name | State::Between, b'=') if attributes > 0 => State::Value,
            (State::Between, _) if is_space || byte == b'/' => State::Between,
            (State::Between, _) => {
                attributes += 1;
                most = most.max(attributes);
                State::Name
            }
            (State::Name, _) => {
                if is_space || byte == b'/' {
                    State::Between
                } else {
                    State::Name
                }
            }
        };
    }
    most
}

/// A parsed fragment. The nodes live as long as it: a dropped document empties all that it held.
pub(super) struct Tree(RcDom);

impl Tree {
    /// Gives the node that holds the fragment.
    pub(super) fn root(&self) -> Handle {
        let root = self.0.document.children.borrow().first().cloned();
        root.unwrap_or_else(|| Rc::clone(&self.0.document))
    }
}

/// Parses a fragment, as if in a `div`.
pub(super) fn parse(html: &str, limits: &Limits) -> Result<Tree, RenderError> {
    if most_attributes(html) > MOST_ATTRIBUTES {
        return Err(RenderError::TooManyAttributes { limit: MOST_ATTRIBUTES });
    }
    let sink = Bounded {
        dom: RcDom::default(),
        elements: Cell::new(0),
        max_depth: limits.max_depth,
        is_too_deep: Cell::new(false),
    };
    let context = QualName::new(None, ns!(html), local_name!("div"));
    let mut parser = parse_fragment(sink, ParseOpts::default(), context, vec![], false);
    let mut rest = html;
    while !rest.is_empty() {
        let (block, after) = rest.split_at(rest.ceil_char_boundary(BLOCK_BYTES));
        parser.process(StrTendril::from_slice(block));
        parser.tokenizer.sink.sink.check(limits)?;
        rest = after;
    }
    let sink = parser.finish();
    sink.check(limits)?;
    Ok(Tree(sink.dom))
}

/// Gives the name of an element, in lower case.
pub(super) fn element_name(node: &Handle) -> Option<&str> {
    match &node.data {
        NodeData::Element { name, .. } => Some(&name.local),
        _ => None,
    }
}

/// Gives the value of an attribute.
pub(super) fn attribute(node: &Handle, wanted: &str) -> Option<String> {
    let NodeData::Element { attrs, .. } = &node.data else { return None };
    let attrs = attrs.borrow();
    attrs.iter().find(|attr| &*attr.name.local == wanted).map(|attr| attr.value.to_string())
}

struct Bounded {
    dom: RcDom,
    elements: Cell<usize>,
    max_depth: usize,
    is_too_deep: Cell<bool>,
}

impl Bounded {
    fn check(&self, limits: &Limits) -> Result<(), RenderError> {
        if self.is_too_deep.get() {
            return Err(RenderError::NestedTooDeep { limit: limits.max_depth });
        }
        if self.elements.get() > limits.max_elements {
            return Err(RenderError::TooManyElements { limit: limits.max_elements });
        }
        Ok(())
    }

    /// Looks how deep a new child of `parent` stands, no further than the limit.
    fn measure(&self, parent: &Handle) {
        let mut node = Rc::clone(parent);
        for _ in 0..=self.max_depth {
            let above = node.parent.take();
            node.parent.set(above.clone());
            match above.and_then(|above| above.upgrade()) {
                Some(above) => node = above,
                None => return,
            }
        }
        self.is_too_deep.set(true);
    }
}

impl TreeSink for Bounded {
    type Handle = Handle;
    type Output = Self;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Self {
        self
    }

    /// Errors of real bodies are countless and of no use: they are not kept.
    fn parse_error(&self, _words: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        self.dom.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        self.dom.elem_name(target)
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Handle {
        self.elements.set(self.elements.get().saturating_add(1));
        self.dom.create_element(name, attrs, flags)
    }

    fn create_comment(&self, text: StrTendril) -> Handle {
        self.dom.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Handle {
        self.dom.create_pi(target, data)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.measure(parent);
        self.dom.append(parent, child);
    }

    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        self.measure(previous);
        self.dom.append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public_id: StrTendril, system_id: StrTendril) {
        self.dom.append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &Handle) -> Handle {
        self.dom.get_template_contents(target)
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        self.dom.same_node(one, other)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.dom.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        self.measure(sibling);
        self.dom.append_before_sibling(sibling, child);
    }

    fn add_attrs_if_missing(&self, target: &Handle, attrs: Vec<Attribute>) {
        self.dom.add_attrs_if_missing(target, attrs);
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.dom.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        self.measure(new_parent);
        self.dom.reparent_children(node, new_parent);
    }

    fn is_mathml_annotation_xml_integration_point(&self, target: &Handle) -> bool {
        self.dom.is_mathml_annotation_xml_integration_point(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_and_depth_are_bounded() {
        let limits = Limits { max_elements: 50, max_depth: 20, ..Limits::default() };
        assert!(parse(&"<p>a</p>".repeat(40), &limits).is_ok());
        assert!(matches!(
            parse(&"<p>a</p>".repeat(60), &limits),
            Err(RenderError::TooManyElements { limit: 50 })
        ));
        assert!(matches!(parse(&"<div>".repeat(30), &limits), Err(RenderError::NestedTooDeep { limit: 20 })));
        let fostered = format!("<table>{}", "<b>".repeat(30));
        assert!(matches!(parse(&fostered, &limits), Err(RenderError::NestedTooDeep { limit: 20 })));
    }

    #[test]
    fn the_attributes_of_a_tag_are_bounded() {
        for (html, most) in [
            ("a < b = c d", 0),
            ("<p>", 0),
            ("<p a b=c d = 'e f=g' h=\"i>j\"k/l>m n", 6),
            ("<p a'b c d'>", 3),
            ("</p a b><!-- <p> -->", 2),
            ("<img src='data:a b c'/>", 1),
            ("<br/>", 0),
        ] {
            assert_eq!(most_attributes(html), most, "{html}");
        }
        let many = |count: usize| {
            let attributes: Vec<_> = (0..count).map(|i| format!("a{i}=1")).collect();
            format!("<p {}>", attributes.join(" "))
        };
        assert!(parse(&many(MOST_ATTRIBUTES), &Limits::default()).is_ok());
        let error = parse(&many(MOST_ATTRIBUTES + 1), &Limits::default()).map(|_| ()).unwrap_err();
        assert!(matches!(error, RenderError::TooManyAttributes { limit: MOST_ATTRIBUTES }));
    }

    #[test]
    fn formatting_elements_opened_again_and_again_are_bounded() {
        let open: Vec<_> = (0..90).map(|i| format!("<b id={i}>")).collect();
        let hostile = open.concat() + &"<p>a".repeat(500_000);
        assert!(matches!(
            parse(&hostile, &Limits::default()),
            Err(RenderError::TooManyElements { .. } | RenderError::NestedTooDeep { .. })
        ));
    }
}
