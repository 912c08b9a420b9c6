//! The few words that a letter itself says: French, whatever the language of the commands.

use std::sync::LazyLock;

use crate::i18n::{Lang, Messages, Value};

static FRENCH: LazyLock<Messages> = LazyLock::new(|| Messages::new(Lang::Fr));

/// Gives the words of a key.
pub(crate) fn say(key: &str, values: &[(&str, Value<'_>)]) -> String {
    FRENCH.format(key, values)
}
