//! Logins and temporary passwords: one pair a party (rules D3-D5, D20, D26).
//!
//! # Promises
//! - A login is the surname and the first name in capitals, without accents or separators, and a number where
//!   that is taken (D4). It is computed once, for a party that has none, and never again.
//! - A temporary password is ten capitals, each of the twenty-six as likely as another (D4).
//! - It goes out until one confirmed publication carried its issue, then never again (D5): what is due depends
//!   on the issue's number alone. No password means "unchanged" (D26).
//!
//! # Refusals
//! - Over a transport that isn't encrypted the password is withheld and stays due (D5).
//! - A name without a single Latin letter or digit gives no login: staff must choose one.
//!
//! A [`TemporaryPassword`] can't be printed by accident: it has no `Display`, no serialised form, and its
//! `Debug` hides it.

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

use crate::publication::reason::WaitReason;

/// How many letters a temporary password has.
pub const PASSWORD_LENGTH: usize = 10;

/// After how many days `check` advises to hand over a temporary password anew (D5).
pub const PASSWORD_ADVICE_DAYS: u64 = 30;

/// The last number tried behind a login that is taken.
const LAST_SUFFIX: u32 = 9_999;

/// The bytes below this one are shared evenly by twenty-six letters; the others are thrown away.
const FAIR_BYTES: u8 = 234;

/// Why no login could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoLogin {
    /// The name has no Latin letter and no digit.
    #[error("the name holds no Latin letter or digit to make a login from")]
    NothingToWrite,
    /// Every number up to the last is taken.
    #[error("every login of that name is taken")]
    AllTaken,
}

/// Makes a login from a name; `taken` tells whether a login is someone's already (D4).
///
/// # Errors
/// See [`NoLogin`].
pub fn login(
    surname: &str,
    first_name: Option<&str>,
    mut taken: impl FnMut(&str) -> bool,
) -> Result<String, NoLogin> {
    let base = capitals(surname) + &capitals(first_name.unwrap_or_default());
    if base.is_empty() {
        return Err(NoLogin::NothingToWrite);
    }
    std::iter::once(base.clone())
        .chain((2..=LAST_SUFFIX).map(|number| format!("{base}{number}")))
        .find(|candidate| !taken(candidate))
        .ok_or(NoLogin::AllTaken)
}

/// Keeps the Latin letters and the digits of a text, in capitals and without accents.
fn capitals(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.nfkd() {
        match character {
            'œ' | 'Œ' => out.push_str("OE"),
            'æ' | 'Æ' => out.push_str("AE"),
            'ß' | 'ẞ' => out.push_str("SS"),
            'ø' | 'Ø' => out.push('O'),
            'ł' | 'Ł' => out.push('L'),
            'đ' | 'Đ' | 'ð' | 'Ð' => out.push('D'),
            'þ' | 'Þ' => out.push_str("TH"),
            'ı' => out.push('I'),
            _ if character.is_ascii_alphanumeric() => out.push(character.to_ascii_uppercase()),
            _ => {}
        }
    }
    out
}

/// A temporary password, of the first connexion only (D5).
#[derive(Clone, PartialEq, Eq)]
pub struct TemporaryPassword(String);

impl TemporaryPassword {
    /// Makes one from random bytes, which must come from a cryptographic generator; `None` when they end too
    /// soon. About eleven bytes are used; some are thrown away so that no letter is likelier (D4).
    pub fn from_random(bytes: impl IntoIterator<Item = u8>) -> Option<Self> {
        let letters: String = bytes
            .into_iter()
            .filter(|byte| *byte < FAIR_BYTES)
            .map(|byte| char::from(b'A' + byte % 26))
            .take(PASSWORD_LENGTH)
            .collect();
        (letters.len() == PASSWORD_LENGTH).then_some(Self(letters))
    }

    /// Takes the back office's copy, whatever its form; `None` when it is blank.
    pub fn stored(text: &str) -> Option<Self> {
        (!text.trim().is_empty()).then(|| Self(text.to_owned()))
    }

    /// Shows the password: for the publication, the party's letter and the back office's record alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for TemporaryPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TemporaryPassword(…)")
    }
}

/// What the back office holds of a party's access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credentials<'a> {
    /// The login (« Code accès »); `None` = none given yet.
    pub login: Option<&'a str>,
    /// Whether a temporary password is kept.
    pub has_password: bool,
    /// The number of the password's issue; 0 = never issued.
    pub issue: i64,
    /// When it was issued.
    pub set_on: Option<NaiveDate>,
}

/// What a party lacks (D3, D20).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// It has no login.
    pub login: bool,
    /// It has no password and never had one issued.
    pub password: bool,
}

impl Missing {
    /// Tells whether anything is missing: the list of D20.
    pub fn any(self) -> bool {
        self.login || self.password
    }
}

impl Credentials<'_> {
    /// Tells what is to be given when an account of the party is flagged (D3, D20). A password that was issued
    /// and is no longer kept isn't missing: the party has its own by now.
    pub fn missing(&self) -> Missing {
        Missing {
            login: self.login.is_none_or(|login| login.trim().is_empty()),
            password: !self.has_password && self.issue <= 0,
        }
    }

    /// Tells whether the party's access was revoked and no new password was issued since: one that comes back needs one
    /// (D26). `revoked_issue` is the last issue that had been confirmed when it was revoked; `None` = never revoked.
    pub fn lacks_new_issue(&self, revoked_issue: Option<i64>) -> bool {
        revoked_issue.is_some_and(|revoked| self.issue <= revoked)
    }

    /// Tells what is to be given to a party that may connect, its access revoked meanwhile included (D20, D26).
    pub fn missing_since(&self, revoked_issue: Option<i64>) -> Missing {
        let missing = self.missing();
        Missing { password: missing.password || self.lacks_new_issue(revoked_issue), ..missing }
    }

    /// Gives the number of the next issue: for a first password, a reissue, and an access that comes back (D26);
    /// `None` when the numbers are used up.
    pub fn next_issue(&self) -> Option<i64> {
        self.issue.max(0).checked_add(1)
    }

    /// Tells whether the password is older than thirty days, so that `check` advises (D5).
    pub fn is_stale(&self, today: NaiveDate) -> bool {
        let limit = |set_on: NaiveDate| set_on.checked_add_days(chrono::Days::new(PASSWORD_ADVICE_DAYS));
        self.has_password && self.set_on.and_then(limit).is_some_and(|limit| limit < today)
    }
}

/// What a party is given: a login where it has none, a new issue of the password where it is due one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assignment {
    /// The login to write.
    pub login: Option<String>,
    /// The number of the password's issue to write.
    pub issue: Option<i64>,
}

impl Assignment {
    /// Tells whether nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.login.is_none() && self.issue.is_none()
    }
}

/// Tells what a party is given (D3, D20): what it lacks, and with `reissue` the next issue of the password whatever it
/// has (D26). A login that it has is never touched (D4).
///
/// # Errors
/// See [`NoLogin`]: then nothing is given.
pub fn assignment(
    (surname, first_name): (&str, Option<&str>),
    credentials: &Credentials<'_>,
    reissue: bool,
    taken: impl FnMut(&str) -> bool,
) -> Result<Assignment, NoLogin> {
    let missing = credentials.missing();
    let login = missing.login.then(|| login(surname, first_name, taken)).transpose()?;
    let issue = (missing.password || reissue).then(|| credentials.next_issue()).flatten();
    Ok(Assignment { login, issue })
}

/// What a target offers to passwords (PUBLICATION.md 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetTrust {
    /// Its transport is encrypted.
    pub encrypted: bool,
    /// It is the one target that receives credentials.
    pub receives_credentials: bool,
}

/// What becomes of a party's temporary password in a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordVerdict {
    /// Nothing to send: the site keeps what it has.
    Unchanged,
    /// It is sent, with the number of its issue; it must be changed at the first connexion.
    Due {
        /// The issue's number.
        issue: i64,
    },
    /// It is due and waits.
    Withheld(WaitReason),
}

/// Judges a party's temporary password (D5, D26). `confirmed_issue` is the last issue that a confirmed publication
/// of the series carried, 0 = none.
pub fn password_verdict(
    credentials: &Credentials<'_>,
    allowed: bool,
    confirmed_issue: i64,
    target: TargetTrust,
) -> PasswordVerdict {
    let due = credentials.has_password && credentials.issue > confirmed_issue.max(0);
    if !(due && allowed && target.receives_credentials) {
        PasswordVerdict::Unchanged
    } else if target.encrypted {
        PasswordVerdict::Due { issue: credentials.issue }
    } else {
        PasswordVerdict::Withheld(WaitReason::PlainTransport)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAFE: TargetTrust = TargetTrust { encrypted: true, receives_credentials: true };

    fn issued(issue: i64) -> Credentials<'static> {
        Credentials { login: Some("ALOXECORTONDENISE"), has_password: true, issue, set_on: None }
    }

    fn free(surname: &str, first_name: &str) -> String {
        login(surname, Some(first_name), |_| false).unwrap()
    }

    #[test]
    fn a_login_is_the_name_in_capitals_without_accents_or_separators_d4() {
        assert_eq!(free("ALOXE CORTON", "Denise"), "ALOXECORTONDENISE");
        assert_eq!(free("de L'Hérault-Noël", "Zoé Ève"), "DELHERAULTNOELZOEEVE");
        assert_eq!(free("Œuvrard", "Łukasz"), "OEUVRARDLUKASZ");
        assert_eq!(login("SCI des 3 Vallées", None, |_| false).unwrap(), "SCIDES3VALLEES");
    }

    #[test]
    fn a_login_that_is_taken_gets_a_number_d4() {
        let taken = ["BROUILLYALFRED", "BROUILLYALFRED2"];
        let made = login("BROUILLY", Some("Alfred"), |login| taken.contains(&login));
        assert_eq!(made.unwrap(), "BROUILLYALFRED3");
        assert_eq!(login("BROUILLY", None, |_| true), Err(NoLogin::AllTaken), "the search ends");
    }

    #[test]
    fn a_party_is_given_what_it_lacks_and_a_reissue_never_touches_the_login_d3_d20_d26() {
        let name = ("MORGON", Some("Émile"));
        let none = Credentials { login: None, has_password: false, issue: 0, set_on: None };
        let first = assignment(name, &none, false, |_| false).unwrap();
        assert_eq!(first, Assignment { login: Some("MORGONEMILE".to_owned()), issue: Some(1) });
        assert!(assignment(name, &issued(1), false, |_| false).unwrap().is_empty());
        let again = assignment(name, &issued(1), true, |_| false).unwrap();
        assert_eq!(again, Assignment { login: None, issue: Some(2) });
        assert!(assignment(("Ждан", None), &none, false, |_| false).is_err());
    }

    #[test]
    fn a_name_without_a_latin_letter_gives_no_login_d4() {
        assert_eq!(login("Ждан", Some(" - "), |_| false), Err(NoLogin::NothingToWrite));
    }

    #[test]
    fn a_password_is_ten_capitals_and_every_letter_is_as_likely_d4() {
        let password = TemporaryPassword::from_random(0..=9).unwrap();
        assert_eq!(password.expose(), "ABCDEFGHIJ");
        assert_eq!(TemporaryPassword::from_random(250..=255), None, "unfair bytes are thrown away");
        let mut counts = [0u32; 26];
        for byte in (0..=255).filter(|byte| *byte < FAIR_BYTES) {
            counts[usize::from(byte % 26)] += 1;
        }
        assert!(counts.iter().all(|count| *count == 9), "{counts:?}");
    }

    #[test]
    fn a_password_never_shows_in_a_debug_form_d5() {
        let password = TemporaryPassword::stored("CNWBTGDSHW").unwrap();
        assert_eq!(format!("{password:?}"), "TemporaryPassword(…)");
        assert_eq!(TemporaryPassword::stored(" "), None);
    }

    #[test]
    fn one_login_and_password_a_party_given_only_where_missing_d3_d20() {
        let nothing = Credentials { login: None, has_password: false, issue: 0, set_on: None };
        assert_eq!(nothing.missing(), Missing { login: true, password: true });
        assert_eq!(nothing.next_issue(), Some(1));
        assert!(!issued(1).missing().any(), "a second account changes nothing");
        let used = Credentials { has_password: false, ..issued(3) };
        assert!(!used.missing().any(), "a password that was used isn't missing");
        assert!(Credentials { login: Some(" "), ..issued(1) }.missing().login);
    }

    #[test]
    fn a_password_goes_out_until_its_issue_is_confirmed_then_never_again_d5() {
        let due = PasswordVerdict::Due { issue: 1 };
        assert_eq!(password_verdict(&issued(1), true, 0, SAFE), due);
        assert_eq!(password_verdict(&issued(1), true, 1, SAFE), PasswordVerdict::Unchanged);
        let again = PasswordVerdict::Due { issue: 2 };
        assert_eq!(password_verdict(&issued(2), true, 1, SAFE), again, "a reissue (D26)");
    }

    #[test]
    fn no_password_means_unchanged_d26() {
        let none = Credentials { has_password: false, ..issued(2) };
        assert_eq!(password_verdict(&none, true, 0, SAFE), PasswordVerdict::Unchanged);
        assert_eq!(password_verdict(&issued(1), false, 0, SAFE), PasswordVerdict::Unchanged, "not allowed");
        assert_eq!(password_verdict(&issued(0), true, 0, SAFE), PasswordVerdict::Unchanged, "never issued");
    }

    #[test]
    fn an_access_that_was_revoked_lacks_a_password_until_a_new_issue_is_made_d26() {
        assert!(!issued(1).missing_since(None).any(), "never revoked");
        let lacks = Missing { login: false, password: true };
        assert_eq!(issued(1).missing_since(Some(1)), lacks);
        let used = Credentials { has_password: false, ..issued(1) };
        assert_eq!(used.missing_since(Some(1)), lacks, "its own password of before doesn't count");
        assert!(!issued(2).missing_since(Some(1)).any(), "the new issue");
        assert!(!issued(1).missing_since(Some(0)).any(), "an issue that never went out is new");
    }

    #[test]
    fn over_a_plain_transport_a_password_is_withheld_and_stays_due_d5() {
        let plain = TargetTrust { encrypted: false, ..SAFE };
        let withheld = PasswordVerdict::Withheld(WaitReason::PlainTransport);
        assert_eq!(password_verdict(&issued(1), true, 0, plain), withheld);
        assert_eq!(password_verdict(&issued(1), true, 1, plain), PasswordVerdict::Unchanged);
        let other = TargetTrust { receives_credentials: false, ..SAFE };
        assert_eq!(password_verdict(&issued(1), true, 0, other), PasswordVerdict::Unchanged);
    }

    #[test]
    fn a_password_older_than_thirty_days_calls_for_advice_d5() {
        let today: NaiveDate = "2024-03-31".parse().unwrap();
        let set = |text: &str| Credentials { set_on: Some(text.parse().unwrap()), ..issued(1) };
        assert!(!set("2024-03-01").is_stale(today));
        assert!(set("2024-02-29").is_stale(today));
        assert!(!Credentials { has_password: false, ..set("2020-01-01") }.is_stale(today));
    }

    /// Letters that no decomposition takes apart.
    #[test]
    fn a_login_writes_ligatures_and_northern_letters_in_plain_capitals_d4() {
        let spelt = [
            ("œŒ", "OEOE"),
            ("æÆ", "AEAE"),
            ("ßẞ", "SSSS"),
            ("øØ", "OO"),
            ("łŁ", "LL"),
            ("đĐðÐ", "DDDD"),
            ("þÞ", "THTH"),
            ("ı", "I"),
        ];
        for (letters, capitals) in spelt {
            assert_eq!(login(letters, None, |_| false).as_deref(), Ok(capitals), "{letters}");
        }
    }

    #[test]
    fn a_byte_that_would_make_a_letter_likelier_is_thrown_away_d4() {
        assert_eq!(TemporaryPassword::from_random([234; 20]), None);
        let last = TemporaryPassword::from_random([233; 10]).unwrap();
        assert_eq!(last.expose(), "ZZZZZZZZZZ");
    }

    /// The list of parties without credentials, and what is written for them.
    #[test]
    fn one_thing_that_lacks_or_is_given_is_enough_to_tell_d20() {
        for (login, password) in [(false, false), (true, false), (false, true), (true, true)] {
            assert_eq!(Missing { login, password }.any(), login || password);
            let given = Assignment { login: login.then(|| "X".to_owned()), issue: password.then_some(1) };
            assert_eq!(given.is_empty(), !(login || password), "{given:?}");
        }
    }

    proptest! {
        #[test]
        fn a_login_is_never_one_that_is_taken_and_holds_capitals_and_digits_only_d4(
            surname in "\\PC{0,12}", first_name in "\\PC{0,8}", others in 0usize..5
        ) {
            let mut given: Vec<String> = Vec::new();
            for _ in 0..=others {
                match login(&surname, Some(&first_name), |login| given.iter().any(|other| other == login)) {
                    Ok(login) => {
                        prop_assert!(!given.contains(&login));
                        prop_assert!(login.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
                        given.push(login);
                    }
                    Err(error) => prop_assert_eq!(error, NoLogin::NothingToWrite),
                }
            }
        }
    }
}
