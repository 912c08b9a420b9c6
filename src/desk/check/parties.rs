//! Parties with a published account: what their access and their letters lack (D3, D5, D20, H1).

use publier_core::domain::credentials::Credentials;

use super::{Books, Code, Finding, Kind, Record, Sink};
use crate::source::SourceError;

/// Checks the parties that are sent.
pub(super) fn check(books: &Books, each: &mut Sink<'_>) -> Result<(), SourceError> {
    let sent = &books.selection.parties;
    books.snapshot.each_party_access(
        |id| sent.contains_key(&id),
        |party| {
            let mut find =
                |code| each(Finding::new(code, Record::new(Kind::Party, party.id).called(&party.code)));
            let credentials = Credentials {
                login: party.login.as_deref(),
                has_password: party.has_password,
                issue: party.issue,
                set_on: party.set_on,
            };
            let missing = credentials.missing();
            if missing.login {
                find(Code::LoginMissing);
            } else if missing.password {
                find(Code::PasswordMissing);
            }
            if credentials.is_stale(books.today) {
                find(Code::StalePassword);
            }
            if !party.has_address {
                find(Code::NoAddress);
            }
        },
    )
}
