//! An element of a publication, as small as it can be.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use quick_xml::events::{BytesStart, Event};

use super::Cents;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub children: Vec<Element>,
    pub text: String,
}

impl Element {
    pub fn parse(text: &str) -> Self {
        let mut reader = quick_xml::Reader::from_str(text);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().expect("well-formed") {
                Event::Start(start) => open.push(Self::begun(&start)),
                Event::Empty(start) => open.last_mut().unwrap().children.push(Self::begun(&start)),
                Event::End(_) => {
                    let done = open.pop().unwrap();
                    open.last_mut().unwrap().children.push(done);
                }
                Event::Text(text) => open.last_mut().unwrap().text.push_str(text.as_ref()),
                Event::GeneralRef(name) => {
                    let name: &str = name.as_ref();
                    let character = quick_xml::escape::unescape(&format!("&{name};")).unwrap().into_owned();
                    open.last_mut().unwrap().text.push_str(&character);
                }
                Event::Decl(_) | Event::Comment(_) => {}
                Event::Eof => break,
                other => panic!("unexpected in a publication: {other:?}"),
            }
        }
        let mut root = open.pop().expect("a root");
        assert!(open.is_empty(), "every element is closed");
        root.children.pop().expect("one root")
    }

    fn begun(start: &BytesStart<'_>) -> Self {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).unwrap();
            (attribute.key.0.to_owned(), value.into_owned())
        });
        Self { name: start.name().0.to_owned(), attributes: attributes.collect(), ..Self::default() }
    }

    pub fn opt(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    #[track_caller]
    pub fn get(&self, name: &str) -> &str {
        self.opt(name).unwrap_or_else(|| panic!("{} has no {name}", self.name))
    }

    #[track_caller]
    pub fn number(&self, name: &str) -> i64 {
        self.get(name).parse().expect("a number")
    }

    #[track_caller]
    pub fn date(&self, name: &str) -> NaiveDate {
        self.get(name).parse().expect("a date")
    }

    pub fn opt_date(&self, name: &str) -> Option<NaiveDate> {
        self.opt(name).map(|text| text.parse().expect("a date"))
    }

    #[track_caller]
    pub fn cents(&self, name: &str) -> Cents {
        cents(self.get(name))
    }

    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Every element of a name below this one.
    pub fn all(&self, name: &str) -> Vec<&Self> {
        let mut found = Vec::new();
        for child in &self.children {
            if child.name == name {
                found.push(child);
            }
            found.extend(child.all(name));
        }
        found
    }
}

/// Reads `-12.34`.
pub fn cents(text: &str) -> Cents {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').expect("two decimals");
    assert_eq!(part.len(), 2, "{text}");
    sign * (whole.parse::<Cents>().unwrap() * 100 + part.parse::<Cents>().unwrap())
}
