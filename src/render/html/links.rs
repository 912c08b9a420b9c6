//! The addresses that a link of a letter may lead to: the network by http and https, a mailbox, a telephone.
//!
//! Promises: an address is written as RFC 3986 wants it, in ASCII, whatever the body's spelling (`https://Été.example/à`);
//! nothing is ever fetched. Refuses every other scheme, addresses relative to a page that doesn't exist on paper, and
//! those longer than [`MAX_BYTES`].

use url::Url;

use crate::render::words::say;

/// The schemes that are kept.
pub(super) const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// The longest address. Browsers and servers take no longer ones for granted either.
const MAX_BYTES: usize = 2_000;

/// Gives an address in its one spelling, if a link may lead to it.
pub(super) fn address(href: &str) -> Option<String> {
    if href.len() > MAX_BYTES {
        return None;
    }
    let url = Url::parse(href).ok().filter(|url| SCHEMES.contains(&url.scheme()))?;
    // A mailbox or a number is opaque to the parser, which keeps its spaces and the like.
    let address: String = url.as_str().chars().filter(|c| !c.is_whitespace()).collect();
    let leads_somewhere = address.len() > url.scheme().len() + 1;
    (leads_somewhere && address.is_ascii() && address.len() <= MAX_BYTES).then_some(address)
}

/// Gives the scheme of an address as reports name it: « # » for a place in the same text, « / » for another relative address.
pub(super) fn scheme(address: &str) -> String {
    let address: String =
        address.chars().filter(|c| !c.is_whitespace() && !c.is_control()).take(60).collect();
    if address.starts_with('#') {
        return "#".to_owned();
    }
    let scheme = address.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    let is_scheme = |scheme: &String| scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    scheme.filter(is_scheme).unwrap_or_else(|| "/".to_owned())
}

/// Says where a link leads to whoever doesn't see it.
pub(super) fn description(words: &str, address: &str) -> String {
    let bare = |text: &str| text.trim_end_matches('/').to_lowercase();
    let shown = ["mailto:", "tel:"].iter().find_map(|scheme| address.strip_prefix(scheme)).unwrap_or(address);
    let without_scheme = shown.split_once("://").map_or(shown, |(_, rest)| rest);
    if words.is_empty() || [shown, without_scheme].iter().any(|spelling| bare(spelling) == bare(words)) {
        return say("render-link-bare", &[("address", shown.into())]);
    }
    say("render-link", &[("text", words.into()), ("address", shown.into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_mailboxes_and_telephones_are_kept_in_one_spelling() {
        for (href, expected) in [
            ("https://extranet.example/a?b=c#d", "https://extranet.example/a?b=c#d"),
            (" HTTP://Extranet.Example\n", "http://extranet.example/"),
            ("https://été.example/réunion du 12", "https://xn--t-9fab.example/r%C3%A9union%20du%2012"),
            (
                "mailto:syndic@agence.example?subject=Bâtiment",
                "mailto:syndic@agence.example?subject=B%C3%A2timent",
            ),
            ("tel:+33 2 40 00 00 00", "tel:+33240000000"),
        ] {
            assert_eq!(address(href).as_deref(), Some(expected), "{href}");
        }
    }

    #[test]
    fn no_other_address_is_kept() {
        let long = format!("https://x.example/{}", "a".repeat(MAX_BYTES));
        for href in [
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "ftp://x",
            "page.html",
            "#haut",
            "//x.example/a",
            "http:",
            "https://",
            "mailto:",
            "tel: ",
            "",
            "vbscript:x",
            &long,
        ] {
            assert_eq!(address(href), None, "{href}");
        }
    }

    #[test]
    fn a_link_is_described_by_its_words_and_its_address() {
        let told = |words, address| description(words, address).replace('\u{a0}', " ");
        assert_eq!(told("le site", "https://x.example/"), "le site (lien : https://x.example/)");
        assert_eq!(told("X.example", "https://x.example/"), "Lien : https://x.example/");
        assert_eq!(told("", "mailto:a@x.example"), "Lien : a@x.example");
        assert_eq!(told("a@x.example", "mailto:a@x.example"), "Lien : a@x.example");
    }
}
