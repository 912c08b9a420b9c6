//! The letter that hands a login and a temporary password over (D4, D5): on paper, for one party, never published.

use chrono::NaiveDate;

use super::letter::{Letter, Letterhead};
use super::words::say;

/// What the letter says.
#[derive(Clone)]
pub struct AccessLetter<'a> {
    /// Who writes.
    pub agency: Letterhead,
    /// The party's name and address, a line each.
    pub recipient: Vec<String>,
    /// « Nancy, le 24 novembre 2026 ».
    pub place_and_date: String,
    /// The extranet's address.
    pub site: &'a str,
    /// « Code accès ».
    pub login: &'a str,
    /// « Mot de passe », of the first connexion only.
    pub password: &'a str,
    /// The letter's stable identity.
    pub document_id: String,
    /// The day of the letter.
    pub made_on: NaiveDate,
}

/// Shows neither login nor password.
impl std::fmt::Debug for AccessLetter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessLetter").field("document_id", &self.document_id).finish_non_exhaustive()
    }
}

impl AccessLetter<'_> {
    /// Sets the letter in the agency's frame. What it gives holds the password: it is for the renderer alone.
    pub fn letter(&self) -> Letter {
        let (login, password, site) = (escaped(self.login), escaped(self.password), escaped(self.site));
        let link = format!("<a href=\"{site}\">{site}</a>");
        let body = [
            format!("<p>{}</p>", say("render-access-greeting", &[])),
            format!("<p>{}</p>", say("render-access-site", &[("site", link.as_str().into())])),
            format!(
                "<table border=\"1\"><tr><th>{}</th><td><b>{login}</b></td></tr><tr><th>{}</th><td><b>{password}</b></td></tr></table>",
                say("render-access-login", &[]),
                say("render-access-password", &[]),
            ),
            format!("<p>{}</p>", say("render-access-once", &[])),
            format!("<p>{}</p>", say("render-access-secret", &[])),
            format!("<p>{}</p>", say("render-access-closing", &[])),
        ];
        Letter {
            agency: self.agency.clone(),
            recipient: self.recipient.clone(),
            place_and_date: self.place_and_date.clone(),
            subject: say("render-access-subject", &[]),
            body_html: body.concat(),
            document_id: self.document_id.clone(),
            created_on: self.made_on,
            reference: None,
            signature: None,
        }
    }
}

/// Makes a text safe inside HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_debug_form_shows_no_password_d5() {
        let letter = AccessLetter {
            agency: Letterhead::default(),
            recipient: Vec::new(),
            place_and_date: String::new(),
            site: "https://x",
            login: "ALOXECORTONDENISE",
            password: "CNWBTGDSHW<&",
            document_id: "access:1".to_owned(),
            made_on: NaiveDate::from_ymd_opt(2020, 1, 1).unwrap(),
        };
        let shown = format!("{letter:?}");
        assert!(!shown.contains("CNWB") && !shown.contains("ALOXE"), "{shown}");
        assert!(letter.letter().body_html.contains("CNWBTGDSHW&lt;&amp;"));
    }
}
