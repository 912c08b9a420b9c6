//! A letter a party with its login and temporary password, for the agency to hand over (D5).
//!
//! Promises: each letter is a file 0600 in a folder 0700 of its own, is published by nothing and stands in no log; the
//! password is read from the party's record and written there alone. Refusals: a party without a ticked account, without
//! a login, or without a temporary password; all of them, where the folder is one that others read.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use publier_core::domain::ids::PartyId;
use publier_core::domain::records::Agency;
use publier_core::publication::reason::StaffReason;

use super::credentials::ticked_parties;
use super::error::DeskError;
use super::office::Office;
use super::preview::stands_in;
use super::row::{Kind, Notice, Outcome, Results, Row};
use crate::files;
use crate::flow::{letterhead, place_and_date};
use crate::render::access::AccessLetter;
use crate::render::{Limits, RenderError, Rendered, render_letter};
use crate::settings::secret::Secret;
use crate::source::staff::PartyLogin;
use crate::source::{PartyDetails, SourceError};

/// What a password looks like on a letter that is only looked at.
const MASKED: &str = "**********";

/// Where letters go.
#[derive(Debug)]
pub struct Place<'a> {
    /// The folder that is asked for.
    pub out: &'a Path,
    /// The folders that others read: letters go into none of them.
    pub shared: &'a [PathBuf],
}

/// Writes the letters of the parties of these codes or keys, or of every party that can have one, into a folder of today's
/// under `place`.
///
/// # Errors
/// When the database can't be read, or the folder can't be written.
pub fn write(
    office: &Office,
    named: &[String],
    place: &Place<'_>,
    dry_run: bool,
) -> Result<Results, DeskError> {
    let parties = office.snapshot.party_logins()?;
    let ticked = ticked_parties(office)?;
    let mut rows = Vec::new();
    let mut wanted: Vec<&PartyLogin> = Vec::new();
    if named.is_empty() {
        let ready = |party: &&PartyLogin| ticked.contains(&party.id) && refusal(party, &ticked).is_none();
        wanted.extend(parties.iter().filter(ready));
    } else {
        let by_name: HashMap<String, &PartyLogin> = parties
            .iter()
            .flat_map(|party| [(party.id.to_string(), party), (party.code.clone(), party)])
            .collect();
        for name in named {
            match by_name.get(name) {
                None => rows.push(refused(name, "", StaffReason::NotFound)),
                Some(party) => match refusal(party, &ticked) {
                    Some(reason) => rows.push(refused(&party.code, &party.display_name, reason)),
                    None if wanted.iter().any(|other| other.id == party.id) => {}
                    None => wanted.push(party),
                },
            }
        }
    }
    let folder = place.out.join(format!("acces-{}", office.today));
    if stands_in(&folder, place.shared) {
        let shared = StaffReason::FolderShared;
        rows.extend(wanted.drain(..).map(|party| refused(&party.code, &party.display_name, shared)));
    }
    if !dry_run && !wanted.is_empty() {
        files::make_private_folder(&folder)?;
        files::close_to_others(&folder)?;
    }
    let agency = office.snapshot.agency()?;
    let mut passwords = passwords(office, &wanted.iter().map(|party| party.id).collect())?;
    for party in wanted {
        let mut notice = None;
        let outcome = match passwords.remove(&party.id) {
            None => Outcome::Refused(StaffReason::NoCredentials.into()),
            Some(_) if dry_run => Outcome::Done,
            Some(password) => {
                let path = folder.join(file_name(party));
                let made = render(office, &agency, party, password.expose())?;
                notice = made.as_ref().ok().and_then(Notice::of);
                put(&path, &made)?
            }
        };
        let mut row = Row::new(Kind::Party, &party.code, &party.display_name, outcome);
        row.notices.extend(notice);
        rows.push(row);
    }
    Ok(Results { rows, dry_run })
}

/// Makes a party's letter with its password masked, for a look.
///
/// # Errors
/// When the database can't be read.
pub(super) fn look(office: &Office, party: &PartyLogin) -> Result<Result<Rendered, RenderError>, DeskError> {
    let agency = office.snapshot.agency()?;
    Ok(render(office, &agency, party, MASKED)?)
}

fn refused(id: &str, label: &str, reason: StaffReason) -> Row {
    Row::new(Kind::Party, id, label, Outcome::Refused(reason.into()))
}

fn refusal(party: &PartyLogin, ticked: &BTreeSet<PartyId>) -> Option<StaffReason> {
    let has_login = party.login.as_deref().is_some_and(|login| !login.trim().is_empty());
    match (ticked.contains(&party.id), has_login && party.has_password) {
        (false, _) => Some(StaffReason::NoTickedAccount),
        (true, false) => Some(StaffReason::NoCredentials),
        (true, true) => None,
    }
}

fn passwords(office: &Office, wanted: &BTreeSet<PartyId>) -> Result<BTreeMap<PartyId, Secret>, DeskError> {
    let mut found = BTreeMap::new();
    office.snapshot.each_party::<SourceError>(
        |id| wanted.contains(&id),
        |PartyDetails { party, temporary_password, .. }| {
            found.extend(temporary_password.map(|password| (party.id, password)));
            Ok(())
        },
    )?;
    Ok(found)
}

fn render(
    office: &Office,
    agency: &Agency,
    party: &PartyLogin,
    password: &str,
) -> Result<Result<Rendered, RenderError>, SourceError> {
    let domain = agency.domain_name.as_deref().unwrap_or_default();
    let letter = AccessLetter {
        agency: letterhead(agency),
        recipient: office.snapshot.address_block(party.id)?,
        place_and_date: place_and_date(agency, office.today),
        site: &format!("https://{domain}.crypto-extranet.com"),
        login: party.login.as_deref().unwrap_or_default(),
        password,
        document_id: format!("access:{}:{}", party.id, party.issue),
        made_on: office.today,
    };
    let mut letter = letter.letter();
    office.stationery.set(&mut letter);
    Ok(render_letter(&letter, &*office.stationery, &Limits::default()))
}

/// Writes a letter, unless it stands there already.
fn put(path: &PathBuf, rendered: &Result<Rendered, RenderError>) -> Result<Outcome, DeskError> {
    match rendered {
        // The error's own words could hold a piece of the letter.
        Err(error) => {
            tracing::warn!(code = error.code(), "a letter with credentials can't be rendered");
            Ok(Outcome::Refused(error.refusal().into()))
        }
        Ok(rendered) if std::fs::read(path).is_ok_and(|stands| stands == rendered.pdf) => {
            Ok(Outcome::Already)
        }
        Ok(rendered) => {
            files::write_whole(path, &rendered.pdf)?;
            Ok(Outcome::Done)
        }
    }
}

/// Gives a file name of the party's code, in letters that every file system takes.
fn file_name(party: &PartyLogin) -> String {
    let code: String = party.code.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    format!("{}-{code}.pdf", party.id)
}
