//! The receiver's receipt of one publication: `receipt-NAME.xml` beside `NAME.zip` (schemas/receipt.xsd).
//!
//! Promises: only a receipt that names this publication by its series, its number and the SHA-256 of its zip says
//! anything of it; one of another publication, an old one, or one that can't be read says nothing, and never that it was
//! accepted. What the receiver writes is data: it is bounded, and told as words.
//!
//! Refuses: another encoding than UTF-8, a document type, an entity that XML doesn't know, more than [`LONGEST_BYTES`].
//! Unknown elements and attributes are skipped: a later receiver may say more.

use publier_core::domain::digest::Digest;
use quick_xml::NsReader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

/// The namespace.
const NAMESPACE: &str = "urn:publier:receipt:1";

/// The longest receipt that is read, in bytes.
pub const LONGEST_BYTES: usize = 64 * 1024;

/// How many reasons are told.
const MOST_REASONS: usize = 20;

/// How many characters of one reason are told.
const LONGEST_REASON: usize = 300;

/// How deep elements may stand.
const DEEPEST: usize = 16;

/// What a receipt must name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected<'a> {
    /// The id of the series.
    pub series: &'a str,
    /// The publication's number in it.
    pub sequence: u64,
    /// The SHA-256 of the zip.
    pub sha256: Digest,
}

/// What the receiver says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It applied the publication.
    Accepted,
    /// It applied nothing of it, and these are its words.
    Refused(Vec<String>),
}

/// Why a receipt says nothing of the publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It can't be read: half written, too long, or no receipt at all.
    Unreadable,
    /// It is another publication's.
    Other,
}

/// Gives the name of the receipt of a zip.
pub fn name_of(zip: &str) -> String {
    format!("receipt-{}.xml", zip.strip_suffix(".zip").unwrap_or(zip))
}

/// Reads a receipt.
///
/// # Errors
/// [`Unfit`] where it says nothing of this publication.
pub fn read(bytes: &[u8], expected: &Expected<'_>) -> Result<Verdict, Unfit> {
    if bytes.len() > LONGEST_BYTES {
        return Err(Unfit::Unreadable);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Unfit::Unreadable)?;
    let receipt = parse(text.strip_prefix('\u{feff}').unwrap_or(text)).ok_or(Unfit::Unreadable)?;
    let is_ours = receipt.series == expected.series
        && receipt.sequence == expected.sequence
        && receipt.sha256 == expected.sha256;
    if !is_ours {
        return Err(Unfit::Other);
    }
    Ok(if receipt.accepted { Verdict::Accepted } else { Verdict::Refused(receipt.reasons) })
}

/// A receipt as it is written.
struct Receipt {
    series: String,
    sequence: u64,
    sha256: Digest,
    accepted: bool,
    reasons: Vec<String>,
}

/// Reads the whole document; `None` when it isn't a receipt from its first character to its last.
fn parse(text: &str) -> Option<Receipt> {
    let mut reader = NsReader::from_str(text);
    let mut receipt = None;
    let (mut depth, mut in_reason) = (0_usize, false);
    loop {
        let (namespace, event) = reader.read_resolved_event().ok()?;
        let is_ours = matches!(namespace, ResolveResult::Bound(bound) if bound.as_ref() == NAMESPACE);
        match event {
            Event::Start(start) => {
                in_reason = open(&start, is_ours, depth, &mut receipt)?;
                depth += 1;
            }
            Event::Empty(start) => {
                open(&start, is_ours, depth, &mut receipt)?;
                in_reason = false;
            }
            Event::End(_) => (depth, in_reason) = (depth.checked_sub(1)?, false),
            Event::Text(words) if in_reason => add(receipt.as_mut(), &words),
            Event::CData(words) if in_reason => add(receipt.as_mut(), &words),
            Event::Text(words) if depth == 0 && !words.trim().is_empty() => return None,
            Event::CData(_) | Event::GeneralRef(_) if depth == 0 => return None,
            Event::GeneralRef(reference) => {
                let words = match reference.resolve_char_ref().ok()? {
                    Some(character) => character.to_string(),
                    None => resolve_predefined_entity(&reference)?.to_owned(),
                };
                if in_reason {
                    add(receipt.as_mut(), &words);
                }
            }
            Event::DocType(_) => return None,
            Event::Eof => return receipt.filter(|_| depth == 0),
            Event::Text(_) | Event::CData(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

/// Opens an element, and tells whether it is a reason. `None` when the document is no receipt.
fn open(start: &BytesStart<'_>, is_ours: bool, depth: usize, receipt: &mut Option<Receipt>) -> Option<bool> {
    if depth == 0 {
        let is_root = is_ours && start.local_name().as_ref() == "receipt" && receipt.is_none();
        *receipt = Some(if is_root { root(start)? } else { return None });
        return Some(false);
    }
    let reasons = &mut receipt.as_mut()?.reasons;
    let is_reason = is_ours && depth == 1 && start.local_name().as_ref() == "reason";
    let is_told = is_reason && reasons.len() < MOST_REASONS;
    if is_told {
        reasons.push(String::new());
    }
    (depth < DEEPEST).then_some(is_told)
}

fn root(start: &BytesStart<'_>) -> Option<Receipt> {
    let (mut series, mut sequence, mut sha256, mut verdict) = (None, None, None, None);
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let value = unescape(&attribute.value).ok()?.trim().to_owned();
        match attribute.key.as_ref() {
            "series" => series = Some(value),
            "sequence" => sequence = Some(value.parse().ok()?),
            "sha256" => sha256 = Some(value.to_ascii_lowercase().parse().ok()?),
            "verdict" => verdict = Some(value),
            _ => {}
        }
    }
    let accepted = match verdict?.as_str() {
        "accepted" => true,
        "refused" => false,
        _ => return None,
    };
    Some(Receipt { series: series?, sequence: sequence?, sha256: sha256?, accepted, reasons: Vec::new() })
}

/// Adds words to the last reason, up to its length.
fn add(receipt: Option<&mut Receipt>, words: &str) {
    let Some(reason) = receipt.and_then(|receipt| receipt.reasons.last_mut()) else { return };
    let room = LONGEST_REASON.saturating_sub(reason.chars().count());
    reason.extend(words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(room));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DIGEST: Digest = Digest([0xab; 32]);
    const OURS: Expected<'static> = Expected { series: "0123456789abcdef", sequence: 12, sha256: DIGEST };

    fn receipt(attributes: &str, inside: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<receipt xmlns=\"{NAMESPACE}\" {attributes}>{inside}</receipt>\n"
        )
    }

    fn named(verdict: &str) -> String {
        format!("series=\"0123456789abcdef\" sequence=\"12\" sha256=\"{DIGEST}\" verdict=\"{verdict}\"")
    }

    fn verdict(text: &str) -> Result<Verdict, Unfit> {
        read(text.as_bytes(), &OURS)
    }

    #[test]
    fn a_receipt_stands_beside_its_zip() {
        assert_eq!(name_of("0701_9051.zip"), "receipt-0701_9051.xml");
    }

    #[test]
    fn a_receipt_that_names_the_publication_is_its_verdict() {
        assert_eq!(verdict(&receipt(&named("accepted"), "")), Ok(Verdict::Accepted));
        let self_closed = format!("\u{feff}<r:receipt xmlns:r=\"{NAMESPACE}\" {} />", named("accepted"));
        assert_eq!(verdict(&self_closed), Ok(Verdict::Accepted), "a prefix, a byte order mark");
        let told = "<more><deep a='1'/>x</more><reason code=\"x\">B&#233;ta &amp; co</reason><!-- c -->\
                    <reason><![CDATA[2 < 3]]></reason><reason/>";
        let words = ["Béta & co", "2 < 3", ""].map(str::to_owned).to_vec();
        assert_eq!(verdict(&receipt(&named("refused"), told)), Ok(Verdict::Refused(words)));
    }

    #[test]
    fn another_publications_receipt_says_nothing() {
        for (from, to) in [
            ("0123456789abcdef", "fedcba9876543210"),
            ("\"12\"", "\"11\""),
            (DIGEST.to_string().as_str(), Digest([0xac; 32]).to_string().as_str()),
        ] {
            let other = receipt(&named("accepted"), "").replace(from, to);
            assert_eq!(verdict(&other), Err(Unfit::Other), "{to}");
        }
    }

    #[test]
    fn what_is_no_receipt_says_nothing() {
        let whole = receipt(&named("accepted"), "<reason>x</reason>");
        for cut in 0..whole.trim_end().len() {
            let half = whole.get(..cut).unwrap();
            assert_eq!(verdict(half), Err(Unfit::Unreadable), "{half}");
        }
        let entities = "<!DOCTYPE receipt [<!ENTITY a \"accepted\">]>";
        for bad in [
            receipt(&named("perhaps"), ""),
            receipt(&named("accepted"), "&lol;"),
            receipt(&named("accepted").replace("verdict", "outcome"), ""),
            receipt(&format!("{} sequence=\"12\"", named("accepted")), ""),
            whole.replace(NAMESPACE, "urn:another"),
            whole.replace("<receipt", "<recept").replace("</receipt", "</recept"),
            format!("{entities}{}", whole.split_once('\n').unwrap().1),
            format!("{whole}{whole}"),
            format!("{whole}words"),
            receipt(&named("accepted"), &"<a>".repeat(5_000)),
            receipt(&named("accepted"), &format!("{}{}", "<a>".repeat(20), "</a>".repeat(20))),
            receipt(&named("accepted"), &" ".repeat(LONGEST_BYTES)),
            "HTTP/1.1 404 Not Found".to_owned(),
        ] {
            let shown: String = bad.chars().take(200).collect();
            assert_eq!(verdict(&bad), Err(Unfit::Unreadable), "{shown}");
        }
        let latin: Vec<u8> = receipt(&named("refused"), "<reason>é</reason>")
            .chars()
            .map(|c| u8::try_from(c).unwrap())
            .collect();
        assert_eq!(read(&latin, &OURS), Err(Unfit::Unreadable));
    }

    #[test]
    fn reasons_are_bounded_and_hold_no_control_character() {
        let many =
            format!("<reason>{}\u{85}\n</reason>", "é".repeat(LONGEST_REASON - 2)).repeat(MOST_REASONS + 5);
        let Ok(Verdict::Refused(reasons)) = verdict(&receipt(&named("refused"), &many)) else { panic!() };
        assert_eq!(reasons.len(), MOST_REASONS);
        let kept =
            |reason: &String| reason.chars().count() <= LONGEST_REASON && !reason.contains(char::is_control);
        assert!(reasons.iter().all(kept));
    }

    proptest! {
        #[test]
        fn no_bytes_are_an_acceptance_by_chance(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(read(&bytes, &OURS).is_err());
        }

        /// One byte of a receipt changed never makes a refusal an acceptance.
        #[test]
        fn no_changed_byte_turns_a_refusal_into_an_acceptance(at in any::<prop::sample::Index>(), byte: u8) {
            let mut bytes = receipt(&named("refused"), "<reason>x</reason>").into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            prop_assert_ne!(read(&bytes, &OURS), Ok(Verdict::Accepted));
        }
    }
}
