//! The ids of documents, and their names on the server.
//!
//! An id is a text, canonical and sortable, built from what the document comes from and from whom it is for; so a
//! document whose target changes is another document (C19, rule 10). Byte order of the texts is the order of the
//! values: kind, then record, then part, then target.
//!
//! | kind | form | rule |
//! |---|---|---|
//! | an event's body | `e000000000012.000000000000@a000000000007` | C1 |
//! | an event's attachment | `e000000000012.000000000034@b000000000002` | C1 |
//! | a photo | `p000000000005.000000000000@b000000000002` | C24 |
//! | a voucher, per line and building | `v000000000009.000000000081@b000000000002` | E8 |
//!
//! After `@`: `a` account, `b` building, `e` entity, `u` unit. Record ids run from 1 to 999 999 999 999; others are
//! refused, since they would break the order.

use crate::domain::audience::Target;
use crate::domain::digest::Digest;
use crate::domain::ids::{
    AccountId, AttachmentId, BuildingId, EntityId, EventId, ExpenseLineId, PhotoId, UnitId, VoucherId,
};

/// The greatest record id that a document's id can hold.
pub const MAX_RECORD_ID: i64 = 999_999_999_999;

/// What a document comes from. Sources sort as their texts do: kind, record, part; so the body of an event and its
/// attachments stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentSource {
    /// The body of an event.
    Body(EventId),
    /// An attachment of an event.
    Attachment(EventId, AttachmentId),
    /// A photo.
    Photo(PhotoId),
    /// A voucher, as one expense line shows it.
    Voucher(VoucherId, ExpenseLineId),
}

/// The id of a document: its source and its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId {
    source: DocumentSource,
    target: Target,
}

/// A text or a record id that makes no document id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a document's id: {0:?}")]
pub struct BadDocumentId(pub String);

/// A source's place in the order: kind, record, part.
type Key = (char, i64, i64);

impl DocumentSource {
    fn key(self) -> Key {
        match self {
            Self::Body(event) => ('e', event.0, 0),
            Self::Attachment(event, attachment) => ('e', event.0, attachment.0),
            Self::Photo(photo) => ('p', photo.0, 0),
            Self::Voucher(voucher, line) => ('v', voucher.0, line.0),
        }
    }

    fn from_key((kind, record, part): Key) -> Option<Self> {
        match (kind, part) {
            ('e', 0) => Some(Self::Body(EventId(record))),
            ('e', _) => Some(Self::Attachment(EventId(record), AttachmentId(part))),
            ('p', 0) => Some(Self::Photo(PhotoId(record))),
            ('v', 1..) => Some(Self::Voucher(VoucherId(record), ExpenseLineId(part))),
            _ => None,
        }
    }

    /// Gives the event it belongs to, for a body or an attachment.
    pub fn event(self) -> Option<EventId> {
        match self {
            Self::Body(event) | Self::Attachment(event, _) => Some(event),
            Self::Photo(_) | Self::Voucher(..) => None,
        }
    }
}

impl Ord for DocumentSource {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for DocumentSource {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl std::fmt::Display for DocumentSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kind, record, part) = self.key();
        write!(f, "{kind}{record:012}.{part:012}")
    }
}

/// A target's letter and record in an id.
fn target_key(target: Target) -> (char, i64) {
    match target {
        Target::Account(account) => ('a', account.0),
        Target::Building(building) => ('b', building.0),
        Target::Entity(entity) => ('e', entity.0),
        Target::Unit(unit) => ('u', unit.0),
    }
}

fn target_from_key(kind: char, record: i64) -> Option<Target> {
    match kind {
        'a' => Some(Target::Account(AccountId(record))),
        'b' => Some(Target::Building(BuildingId(record))),
        'e' => Some(Target::Entity(EntityId(record))),
        'u' => Some(Target::Unit(UnitId(record))),
        _ => None,
    }
}

impl DocumentId {
    /// Makes an id.
    ///
    /// # Errors
    /// [`BadDocumentId`] when a record's id is not between 1 and [`MAX_RECORD_ID`].
    pub fn new(source: DocumentSource, target: Target) -> Result<Self, BadDocumentId> {
        let id = Self { source, target };
        let (_, record, part) = source.key();
        let has_part = matches!(source, DocumentSource::Attachment(..) | DocumentSource::Voucher(..));
        let whole = [(record, true), (part, has_part), (target_key(target).1, true)]
            .iter()
            .all(|(id, required)| (i64::from(*required)..=MAX_RECORD_ID).contains(id));
        if whole { Ok(id) } else { Err(BadDocumentId(id.to_string())) }
    }

    /// Gives what the document comes from.
    pub fn source(self) -> DocumentSource {
        self.source
    }

    /// Gives whom it is for.
    pub fn target(self) -> Target {
        self.target
    }
}

impl std::fmt::Display for DocumentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kind, record) = target_key(self.target);
        write!(f, "{}@{kind}{record:012}", self.source)
    }
}

impl std::str::FromStr for DocumentId {
    type Err = BadDocumentId;
    fn from_str(text: &str) -> Result<Self, BadDocumentId> {
        let parse = || {
            let (source, target) = text.split_once('@')?;
            let (record, part) = source.split_once('.')?;
            let (kind, record) = lettered(record)?;
            let source = DocumentSource::from_key((kind, record, twelve_digits(part)?))?;
            let (kind, record) = lettered(target)?;
            Self::new(source, target_from_key(kind, record)?).ok()
        };
        parse().ok_or_else(|| BadDocumentId(text.to_owned()))
    }
}

fn lettered(text: &str) -> Option<(char, i64)> {
    let mut chars = text.chars();
    Some((chars.next()?, twelve_digits(chars.as_str())?))
}

fn twelve_digits(text: &str) -> Option<i64> {
    let digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Gives the bounds of the texts of an event's documents: from the first on, and before the second.
pub fn texts_of_event(event: EventId) -> (String, String) {
    (format!("e{event:012}."), format!("e{event:012}/"))
}

/// Gives the text whose SHA-256 is the document's name digest (rule 12): the id and the content, so that another
/// version or another document never bears the same name. One voucher's content is uploaded once, whatever the
/// lines and buildings that show it (E5, E8), so its name comes from the content alone.
pub fn name_seed(id: DocumentId, content: &Digest) -> String {
    match id.source {
        DocumentSource::Voucher(..) => format!("voucher {content}"),
        _ => format!("{id} {content}"),
    }
}

/// Gives the neutral name of a file on the server: two groups of twelve digits from the SHA-256 of
/// [`name_seed`], then the extension (`070190514422_012485590017.pdf`; C7, rule 12). With 10^24 names, two of a
/// million documents meet with a chance of 1 in 10^12. An extension that isn't one to five ASCII letters or digits
/// is written `bin`.
pub fn remote_name(name_digest: &Digest, extension: &str) -> String {
    const HALF: u128 = 1_000_000_000_000;
    let number = name_digest.0.iter().take(16).fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
    let (high, low) = (number / HALF % HALF, number % HALF);
    let plain =
        (1..=5).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let extension = if plain { extension.to_ascii_lowercase() } else { "bin".to_owned() };
    format!("{high:012}_{low:012}.{extension}")
}

/// Gives the folder under `documents/` of a remote name: its first two digits.
pub fn remote_folder(name: &str) -> &str {
    name.get(..2).unwrap_or("00")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn any_id() -> impl Strategy<Value = DocumentId> {
        let id = || prop_oneof![1..20_i64, 1..=MAX_RECORD_ID];
        let source = (0..4, id(), id()).prop_map(|(kind, record, part)| match kind {
            0 => DocumentSource::Body(EventId(record)),
            1 => DocumentSource::Attachment(EventId(record), AttachmentId(part)),
            2 => DocumentSource::Photo(PhotoId(record)),
            _ => DocumentSource::Voucher(VoucherId(record), ExpenseLineId(part)),
        });
        let target = (0..4, id()).prop_map(|(kind, record)| match kind {
            0 => Target::Account(AccountId(record)),
            1 => Target::Building(BuildingId(record)),
            2 => Target::Entity(EntityId(record)),
            _ => Target::Unit(UnitId(record)),
        });
        (source, target).prop_map(|(source, target)| DocumentId::new(source, target).unwrap())
    }

    fn body(event: i64, account: i64) -> DocumentId {
        DocumentId::new(DocumentSource::Body(EventId(event)), Target::Account(AccountId(account))).unwrap()
    }

    #[test]
    fn an_id_has_one_text() {
        assert_eq!(body(12, 7).to_string(), "e000000000012.000000000000@a000000000007");
        let voucher = DocumentSource::Voucher(VoucherId(9), ExpenseLineId(81));
        let id = DocumentId::new(voucher, Target::Building(BuildingId(2))).unwrap();
        assert_eq!(id.to_string(), "v000000000009.000000000081@b000000000002");
    }

    #[test]
    fn a_changed_target_is_another_document_of_the_same_source() {
        assert_ne!(body(12, 7), body(12, 8), "C19");
        assert_eq!(body(12, 7).source(), body(12, 8).source());
    }

    #[test]
    fn the_texts_of_an_event_are_those_of_its_documents() {
        let (from, to) = texts_of_event(EventId(12));
        let target = Target::Account(AccountId(7));
        let part = |event, part| {
            let source = DocumentSource::Attachment(EventId(event), AttachmentId(part));
            DocumentId::new(source, target).unwrap().to_string()
        };
        for (text, inside) in [
            (body(12, 7).to_string(), true),
            (part(12, MAX_RECORD_ID), true),
            (part(11, MAX_RECORD_ID), false),
            (body(13, 7).to_string(), false),
        ] {
            assert_eq!(from <= text && text < to, inside, "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "@",
            "e1.0@a7",
            "x000000000012.000000000000@a000000000007",
            "e000000000012.000000000000@z000000000007",
            "e000000000012.000000000000@a000000000000",
            "e000000000000.000000000000@a000000000007",
            "p000000000012.000000000001@a000000000007",
            "v000000000012.000000000000@b000000000007",
            "e000000000012.000000000000@a+00000000007",
            "e000000000012.000000000000@a000000000007 ",
            "é000000000012.000000000000@a000000000007",
        ] {
            assert_eq!(text.parse::<DocumentId>(), Err(BadDocumentId(text.to_owned())));
        }
    }

    #[test]
    fn record_ids_that_would_break_the_order_are_refused() {
        let made = |event, account| {
            DocumentId::new(DocumentSource::Body(EventId(event)), Target::Account(AccountId(account)))
        };
        assert!(made(MAX_RECORD_ID, MAX_RECORD_ID).is_ok());
        for (event, account) in [(0, 1), (-1, 1), (1, 0), (MAX_RECORD_ID + 1, 1), (1, i64::MAX)] {
            assert!(made(event, account).is_err(), "{event} {account}");
        }
        let unnumbered = DocumentSource::Attachment(EventId(1), AttachmentId(0));
        assert!(DocumentId::new(unnumbered, Target::Unit(UnitId(1))).is_err(), "it would read as the body");
    }

    #[test]
    fn a_remote_name_is_two_groups_of_digits_and_an_extension() {
        let name = remote_name(&Digest([0xff; 32]), "PDF");
        assert_eq!(name, "463463374607_431768211455.pdf");
    }

    #[test]
    fn an_extension_that_could_harm_becomes_bin() {
        for extension in ["", "../x", "tar.gz", "pdf ", "é", "toolong"] {
            assert_eq!(
                remote_name(&Digest([0; 32]), extension),
                "000000000000_000000000000.bin",
                "{extension}"
            );
        }
    }

    #[test]
    fn a_vouchers_name_comes_from_its_content_alone() {
        let shown = |line, building| {
            let source = DocumentSource::Voucher(VoucherId(1), ExpenseLineId(line));
            DocumentId::new(source, Target::Building(BuildingId(building))).unwrap()
        };
        let content = Digest([3; 32]);
        assert_eq!(name_seed(shown(1, 1), &content), name_seed(shown(2, 5), &content));
        assert_ne!(name_seed(shown(1, 1), &content), name_seed(shown(1, 1), &Digest([4; 32])));
        assert_ne!(name_seed(body(1, 1), &content), name_seed(body(2, 1), &content));
    }

    #[test]
    fn the_body_and_the_attachments_of_an_event_are_its_own_and_no_other_document_is() {
        let (event, other) = (EventId(12), 9);
        for (source, expected) in [
            (DocumentSource::Body(event), Some(event)),
            (DocumentSource::Attachment(event, AttachmentId(other)), Some(event)),
            (DocumentSource::Photo(PhotoId(other)), None),
            (DocumentSource::Voucher(VoucherId(other), ExpenseLineId(other)), None),
        ] {
            assert_eq!(source.event(), expected, "{source}");
        }
    }

    proptest! {
        #[test]
        fn an_id_round_trips_through_its_text(id in any_id()) {
            prop_assert_eq!(id.to_string().parse::<DocumentId>(), Ok(id));
        }

        #[test]
        fn the_order_of_ids_is_the_byte_order_of_their_texts_and_groups_sources(a in any_id(), b in any_id()) {
            let texts = a.to_string().cmp(&b.to_string());
            prop_assert_eq!(a.cmp(&b), texts);
            if a.source() != b.source() {
                prop_assert_eq!(a.source().cmp(&b.source()), texts);
            }
        }

        #[test]
        fn a_remote_name_has_24_digits_whatever_the_digest(bytes in any::<[u8; 32]>()) {
            let name = remote_name(&Digest(bytes), "pdf");
            let groups: Vec<_> = name.trim_end_matches(".pdf").split('_').collect();
            prop_assert_eq!(groups.len(), 2);
            prop_assert!(groups.iter().all(|group| group.len() == 12 && group.bytes().all(|b| b.is_ascii_digit())));
            prop_assert!(remote_folder(&name).len() == 2 && name.starts_with(remote_folder(&name)));
        }
    }
}
