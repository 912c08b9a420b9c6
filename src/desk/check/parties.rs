//! Parties with a published account: what their access and their letters lack (D3, D5, D20, H1).

use std::collections::BTreeMap;

use publier_core::domain::credentials::Credentials;
use publier_core::domain::ids::PartyId;

use super::{Books, Code, Finding, Kind, Record, Sink};
use crate::source::SourceError;

/// Checks the parties that are sent.
///
/// `revoked` tells of each party whose access was revoked the last issue of its password then (D26).
pub(super) fn check(
    books: &Books,
    revoked: &BTreeMap<PartyId, i64>,
    each: &mut Sink<'_>,
) -> Result<(), SourceError> {
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
            } else if credentials.lacks_new_issue(revoked.get(&party.id).copied()) {
                find(Code::PasswordNotRenewed);
            }
            if credentials.is_stale(books.today) {
                find(Code::StalePassword);
            }
            if !party.has_name {
                find(Code::PartyWithoutName);
            }
            if !party.has_address {
                find(Code::NoAddress);
            }
        },
    )
}
