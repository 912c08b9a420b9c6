//! The agency's stationery: the logo at the head of its letters, the signature under them, who signs.
//!
//! Promises: a picture is known by its content, so that another one makes another letter; both are looked at when they are given,
//! and a picture that no letter could show is refused then. Limit: [`LARGEST_BYTES`] each.

use super::letter::{Letter, Signature};
use super::pictures::{ImageResolver, Pictures};
use super::{Limits, RenderError};
use crate::digest::sha256;

/// The largest picture, in bytes: each letter holds it.
pub const LARGEST_BYTES: usize = 2 * 1024 * 1024;

/// What a letter bears besides the agency's name and address.
#[derive(Debug, Clone, Default)]
pub struct Stationery {
    logo: Option<Stamp>,
    signature: Option<Stamp>,
    signed_by: Vec<String>,
}

#[derive(Clone)]
struct Stamp {
    id: String,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.id)
    }
}

impl Stamp {
    fn new(name: &str, bytes: Vec<u8>) -> Option<Self> {
        let stamp = Self { id: format!("{name}:{}", sha256(&bytes)), bytes };
        (stamp.bytes.len() <= LARGEST_BYTES && stamp.is_shown()).then_some(stamp)
    }

    fn is_shown(&self) -> bool {
        let found = |place: Result<Option<usize>, RenderError>| place.is_ok_and(|place| place.is_some());
        found(Pictures::new(self, &Limits::default()).find(&self.id))
    }
}

impl ImageResolver for Stamp {
    fn resolve(&self, id: &str) -> Option<Vec<u8>> {
        (id == self.id).then(|| self.bytes.clone())
    }
}

impl Stationery {
    /// Adds who signs, a line each.
    #[must_use]
    pub fn signed_by(self, lines: &str) -> Self {
        let lines = lines.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty());
        Self { signed_by: lines.collect(), ..self }
    }

    /// Adds the logo; nothing when no letter could show it.
    #[must_use]
    pub fn with_logo(self, bytes: Vec<u8>) -> Option<Self> {
        Some(Self { logo: Some(Stamp::new("logo", bytes)?), ..self })
    }

    /// Adds the handwritten signature; nothing when no letter could show it.
    #[must_use]
    pub fn with_signature(self, bytes: Vec<u8>) -> Option<Self> {
        Some(Self { signature: Some(Stamp::new("signature", bytes)?), ..self })
    }

    /// Sets a letter on this stationery.
    pub fn set(&self, letter: &mut Letter) {
        letter.agency.logo = self.logo.as_ref().map(|logo| logo.id.clone());
        let image = self.signature.as_ref().map(|signature| signature.id.clone());
        if image.is_some() || !self.signed_by.is_empty() {
            letter.signature = Some(Signature { lines: self.signed_by.clone(), image });
        }
    }
}

/// A letter that was set before the picture changed bears the present one.
impl ImageResolver for Stationery {
    fn resolve(&self, id: &str) -> Option<Vec<u8>> {
        let (name, _) = id.split_once(':')?;
        let stamp = match name {
            "logo" => self.logo.as_ref(),
            "signature" => self.signature.as_ref(),
            _ => None,
        };
        stamp.map(|stamp| stamp.bytes.clone())
    }
}
