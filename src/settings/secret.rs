//! A secret that can't be printed.

use secrecy::{ExposeSecret, SecretString};

/// A password or passphrase: no `Display`, no `Serialize`, a `Debug` that shows nothing, wiped on drop.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a secret.
    pub fn new(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// Shows the secret to the one call that needs it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Gives a short digest that tells two secrets apart without revealing either (the 530 rule of the ledger).
    pub fn digest(&self) -> String {
        crate::digest::sha256(self.expose().as_bytes()).to_string().chars().take(16).collect()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}
