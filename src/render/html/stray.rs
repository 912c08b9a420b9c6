//! Cells and rows that stand in no table.
//!
//! What is cut out of a table keeps its `td` and `tr`; the parser of HTML drops those outside a table, and glues their
//! words together: `<td>a</td><td>b</td>` would read « ab ». Each becomes a `div` before it is parsed, with its attributes (one may hide
//! it). Nothing else changes, and a body without any isn't copied.
//!
//! Limits: a table that is opened and never closed goes to the end of the body, as it does for the parser.

use std::borrow::Cow;

/// The parts of a table, which mean nothing outside one: a later one stands inside an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Group,
    Row,
    Cell,
}

impl Rank {
    fn of(tag: &Tag<'_>) -> Option<Self> {
        let is_one = |names: &[&str]| names.iter().any(|name| tag.is(name));
        if is_one(&["td", "th"]) {
            Some(Self::Cell)
        } else if tag.is("tr") {
            Some(Self::Row)
        } else {
            is_one(&["thead", "tbody", "tfoot", "caption"]).then_some(Self::Group)
        }
    }
}

/// The elements whose content is no markup.
const RAW: [&str; 7] = ["script", "style", "title", "textarea", "xmp", "iframe", "noframes"];

/// Makes blocks of the parts of tables that stand outside any.
pub(super) fn in_blocks(body: &str) -> Cow<'_, str> {
    let mut changed: Option<String> = None;
    // Up to where the body is in `changed`, how many tables are open, and which parts that were made.
    let (mut copied, mut open, mut at) = (0, 0_usize, 0);
    let mut made: Vec<Rank> = Vec::new();
    while let Some(tag) = Tag::find(body, at) {
        at = tag.end;
        if tag.is("table") {
            open = if tag.closes { open.saturating_sub(1) } else { open.saturating_add(1) };
        } else if let Some(rank) = Rank::of(&tag).filter(|_| open == 0) {
            let out = changed.get_or_insert_with(|| String::with_capacity(body.len()));
            out.push_str(body.get(copied..tag.start).unwrap_or_default());
            // A closing tag ends its part and what is open inside; an opening one ends the parts that can't hold it.
            let ends = if tag.closes {
                made.iter().rposition(|made| *made == rank)
            } else {
                made.iter().position(|made| *made >= rank)
            };
            let ended = made.drain(ends.unwrap_or(made.len())..).count();
            (0..ended).for_each(|_| out.push_str("</div>"));
            if tag.closes && ended == 0 {
                // It ends nothing, and its words stay apart all the same.
                out.push_str("</p>");
            }
            copied = tag.end;
            if !tag.closes {
                made.push(rank);
                out.push_str("<div");
                copied = tag.name_start + tag.name.len();
            }
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
    start: usize,
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
                let end = end_of_tag(body, name_start + length)?;
                return Some(Self { name, start: at - 1, name_start, closes, end });
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
    fn stray_parts_become_blocks_that_hold_what_they_held() {
        for (body, expected) in [
            ("<td>a</td><td>b</td>", "<div>a</div><div>b</div>"),
            ("<TR><Td align=right>a<th>b", "<div><div align=right>a</div><div>b"),
            ("<tr hidden><td>a</tr>b</td>c", "<div hidden><div>a</div></div>b</p>c"),
            ("<table><tr><td>a</table><tr><td>b", "<table><tr><td>a</table><div><div>b"),
            ("<tbody x='>'><td>a<tr>b", "<div x='>'><div>a</div><div>b"),
        ] {
            assert_eq!(in_blocks(body), expected);
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
            assert!(matches!(in_blocks(body), Cow::Borrowed(same) if same == body), "{body}");
        }
    }
}
