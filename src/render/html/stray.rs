//! Cells and rows that stand in no table.
//!
//! What is cut out of a table keeps its `td` and `tr`; the parser of HTML drops those outside a table, and glues their
//! words together: `<td>a</td><td>b</td>` would read « ab ». Each becomes a paragraph before it is parsed. Nothing else changes,
//! and a body without any isn't copied.
//!
//! Limits: a table that is opened and never closed goes to the end of the body, as it does for the parser.

use std::borrow::Cow;

/// The parts of a table, which mean nothing outside one.
const PARTS: [&str; 7] = ["td", "th", "tr", "caption", "thead", "tbody", "tfoot"];
/// The elements whose content is no markup.
const RAW: [&str; 7] = ["script", "style", "title", "textarea", "xmp", "iframe", "noframes"];

/// Makes paragraphs of the parts of tables that stand outside any.
pub(super) fn in_paragraphs(body: &str) -> Cow<'_, str> {
    let mut changed: Option<String> = None;
    // Up to where the body is in `changed`, and how many tables are open.
    let (mut copied, mut open, mut at) = (0, 0_usize, 0);
    while let Some(tag) = Tag::find(body, at) {
        at = tag.end;
        if tag.is("table") {
            open = if tag.closes { open.saturating_sub(1) } else { open.saturating_add(1) };
        } else if open == 0 && PARTS.iter().any(|part| tag.is(part)) {
            let out = changed.get_or_insert_with(|| String::with_capacity(body.len()));
            out.push_str(body.get(copied..tag.name_start).unwrap_or_default());
            out.push('p');
            copied = tag.name_start + tag.name.len();
        } else if !tag.closes && RAW.iter().any(|raw| tag.is(raw)) {
            at = end_of_raw(body, &tag);
        }
    }
    match changed {
        None => Cow::Borrowed(body),
        Some(mut out) => {
            out.push_str(body.get(copied..).unwrap_or_default());
            Cow::Owned(out)
        }
    }
}

/// A tag: where its name and what follows it stand.
struct Tag<'a> {
    name: &'a str,
    name_start: usize,
    closes: bool,
    end: usize,
}

impl<'a> Tag<'a> {
    /// Finds the next tag from a place on; comments are passed over.
    fn find(body: &'a str, from: usize) -> Option<Self> {
        let mut at = from;
        loop {
            at += body.get(at..)?.find('<')? + 1;
            let rest = body.get(at..)?;
            if let Some(comment) = rest.strip_prefix("!--") {
                at = body.len() - comment.len() + comment.find("-->")?;
                continue;
            }
            let closes = rest.starts_with('/');
            let name_start = at + usize::from(closes);
            let inside = body.get(name_start..)?;
            let length = inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inside.len());
            let name = inside.get(..length)?;
            if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
                return Some(Self { name, name_start, closes, end: end_of_tag(body, name_start + length)? });
            }
        }
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// Finds the end of a tag, past the signs in its values.
fn end_of_tag(body: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += body.get(at..)?.find(['>', '"', '\''])?;
        let sign = body.get(at..)?.chars().next()?;
        at += 1;
        if sign == '>' {
            return Some(at);
        }
        at += body.get(at..)?.find(sign)? + 1;
    }
}

/// Finds the closing tag of an element whose content is no markup.
fn end_of_raw(body: &str, tag: &Tag<'_>) -> usize {
    let mut at = tag.end;
    while let Some(found) = body.get(at..).and_then(|rest| rest.find("</")) {
        at += found + 2;
        let name = body.get(at..at + tag.name.len());
        if name.is_some_and(|name| tag.is(name)) {
            return at - 2;
        }
    }
    body.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stray_parts_become_paragraphs() {
        for (body, expected) in [
            ("<td>a</td><td>b</td>", "<p>a</p><p>b</p>"),
            ("<TR><Td align=right>a<th>b", "<p><p align=right>a<p>b"),
            ("<table><tr><td>a</table><tr><td>b", "<table><tr><td>a</table><p><p>b"),
            ("<tbody x='>'><td>a", "<p x='>'><p>a"),
        ] {
            assert_eq!(in_paragraphs(body), expected);
        }
    }

    #[test]
    fn what_has_its_place_is_not_copied() {
        for body in [
            "",
            "<p>a < b</p> 1 <2 & 3> <",
            "<table><tr><td><table><tr><td>a</td></tr></table></td></tr></table>",
            "<!-- <td> --><p title='<td>'>a</p>",
            "<script>'<td>'</script><style><tr></style>",
            "<tdx>a</tdx><tracked>é",
            "<!--<td>",
            "<td",
            "<p title='<td>",
            "<script><td>",
        ] {
            assert!(matches!(in_paragraphs(body), Cow::Borrowed(same) if same == body), "{body}");
        }
    }
}
