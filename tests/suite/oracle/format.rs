//! The grammar and its paper say the same of every name that a publication bears.

use crate::support::flow::repository;
use crate::support::reader::Element;

fn read(path: &str) -> String {
    std::fs::read_to_string(repository(path)).unwrap()
}

/// What the grammar says of an element, an attribute or a type.
fn documentation(node: &Element) -> Option<&str> {
    let annotation = node.children.iter().find(|child| child.name == "xs:annotation")?;
    annotation.child("xs:documentation").map(|documentation| documentation.text.trim())
}

/// The sections of the paper's « Element by element »: the text under the heading, and the rows of the table.
fn sections() -> Vec<(String, Vec<String>)> {
    let paper = read("docs/publication-format.md");
    let part = paper.split("## Element by element").nth(1).expect("the part");
    part.split("\n### ")
        .skip(1)
        .map(|section| {
            let mut lines = section.lines().skip(1).map(str::trim).filter(|line| !line.is_empty());
            let text = lines.next().unwrap_or_default().to_owned();
            (text, lines.filter(|line| line.starts_with('|')).map(str::to_owned).collect())
        })
        .collect()
}

#[test]
fn every_element_and_attribute_of_the_grammar_stands_in_the_paper_with_the_same_words() {
    let grammar = Element::parse(&read("schemas/publication.xsd"));
    let sections = sections();
    let mut names = 0;
    for kind in grammar.children.iter().filter(|child| child.name == "xs:complexType") {
        let name = kind.get("name");
        let told = documentation(kind).unwrap_or_else(|| panic!("{name} is not explained"));
        let found: Vec<_> = sections.iter().filter(|(text, _)| text == told).collect();
        assert_eq!(found.len(), 1, "{name} in docs/publication-format.md: {told}");
        let rows = &found[0].1;
        let mut row = |shown: &str, told: Option<&str>| {
            names += 1;
            let rows: Vec<_> = rows.iter().filter(|row| row.starts_with(&format!("| `{shown}`"))).collect();
            assert_eq!(rows.len(), 1, "{name} {shown} in docs/publication-format.md");
            if let Some(told) = told {
                assert!(rows[0].ends_with(&format!("| {told} |")), "{name} {shown}: {told}\n{}", rows[0]);
            }
        };
        for attribute in kind.all("xs:attribute") {
            let told = documentation(attribute)
                .unwrap_or_else(|| panic!("{name} {} is not explained", attribute.get("name")));
            row(&format!("@{}", attribute.get("name")), Some(told));
        }
        for element in kind.all("xs:element") {
            row(element.get("name"), documentation(element));
        }
    }
    assert!(names > 150, "{names}");
}

/// The French term comes first, then what it means.
#[test]
fn every_explanation_of_the_grammar_begins_with_the_french_term() {
    let grammar = Element::parse(&read("schemas/publication.xsd"));
    let types = grammar.children.iter().filter(|child| child.name == "xs:complexType");
    for kind in types {
        for node in std::iter::once(kind).chain(kind.all("xs:attribute")) {
            let told = documentation(node).unwrap_or_default();
            let (term, meaning) = told.split_once(": ").unwrap_or_default();
            assert!(
                !term.is_empty() && !meaning.is_empty() && told.ends_with('.'),
                "{}: {told}",
                kind.get("name")
            );
        }
    }
}

#[test]
fn every_value_of_the_grammar_stands_in_the_paper() {
    let grammar = Element::parse(&read("schemas/publication.xsd"));
    let values = sections().pop().expect("the values").1;
    for value in grammar.all("xs:enumeration") {
        let cell = format!("| `{}` |", value.get("value"));
        assert!(values.iter().any(|row| row.contains(&cell)), "{cell}");
    }
}
