//! What staff may change in the back office's records, and what each change comes to (B2, B9, B11, C4, C5, I7).
//!
//! # Promises
//! - A change is judged from the record as it stands: asked twice, it is made once ([`Change::Already`]).
//! - A refusal names its rule and leaves the record as it is.
//!
//! Ticking an account's box is judged by [`super::account::marking`], credentials by
//! [`super::credentials::assignment`].

use chrono::NaiveDate;

use super::binder::{Rights, Status};
use super::options::Module;
use crate::publication::reason::StaffReason;

/// What a change that isn't refused comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The record changes.
    Done,
    /// It is already so.
    Already,
}

impl Change {
    fn when(differs: bool) -> Self {
        if differs { Self::Done } else { Self::Already }
    }
}

/// A binder as staff change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BinderState<'a> {
    /// Its module.
    pub module: Module,
    /// Its name.
    pub name: &'a str,
    /// The code of the binder it stands in.
    pub parent: Option<&'a str>,
    /// Its name may not change (B2).
    pub name_locked: bool,
    /// Fed on the extranet: never ours (B9).
    pub fed_on_site: bool,
    /// Its boxes as ticked.
    pub rights: Rights,
}

/// Judges a new name: documents don't move with it, and locked names refuse it (B2).
///
/// # Errors
/// [`StaffReason::NoName`], [`StaffReason::IllegalCharacter`], [`StaffReason::NameLocked`].
pub fn renaming(binder: &BinderState<'_>, name: &str) -> Result<Change, StaffReason> {
    if name.trim().is_empty() {
        Err(StaffReason::NoName)
    } else if name.contains(char::is_control) {
        Err(StaffReason::IllegalCharacter)
    } else if binder.name == name {
        Ok(Change::Already)
    } else if binder.name_locked {
        Err(StaffReason::NameLocked)
    } else {
        Ok(Change::Done)
    }
}

/// A binder that staff ask for: no right is ticked at first (B11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewBinder<'a> {
    /// Its stable code.
    pub code: &'a str,
    /// Its module.
    pub module: Module,
    /// Its name.
    pub name: &'a str,
    /// The code of the binder it is to stand in.
    pub parent: Option<&'a str>,
}

/// Judges a new binder; `find` gives the binder of a code (B8, B9, B11).
///
/// # Errors
/// [`StaffReason::NoName`]; [`StaffReason::IllegalCharacter`]; [`StaffReason::CodeTaken`] by another binder; for the parent:
/// [`StaffReason::NotFound`], [`StaffReason::FedOnSite`], [`StaffReason::WrongModule`].
pub fn creation<'a>(
    new: &NewBinder<'_>,
    find: impl Fn(&str) -> Option<BinderState<'a>>,
) -> Result<Change, StaffReason> {
    if new.name.trim().is_empty() || new.code.trim().is_empty() {
        return Err(StaffReason::NoName);
    }
    if [new.name, new.code].iter().any(|text| text.contains(char::is_control)) {
        return Err(StaffReason::IllegalCharacter);
    }
    if let Some(there) = find(new.code) {
        let same = (there.module, there.name, there.parent) == (new.module, new.name, new.parent);
        return if same { Ok(Change::Already) } else { Err(StaffReason::CodeTaken) };
    }
    let Some(parent) = new.parent else { return Ok(Change::Done) };
    let parent = find(parent).ok_or(StaffReason::NotFound)?;
    if parent.fed_on_site {
        Err(StaffReason::FedOnSite)
    } else if parent.module == new.module {
        Ok(Change::Done)
    } else {
        Err(StaffReason::WrongModule)
    }
}

/// What to do with a binder's boxes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RightsChange {
    /// Boxes to clear first: all of them when true.
    pub clear: bool,
    /// Boxes to tick.
    pub tick: Vec<Status>,
    /// Boxes to clear.
    pub untick: Vec<Status>,
}

/// Judges a change of rights and gives the boxes it leads to: what is ticked is what is sent (B5), holes included.
///
/// # Errors
/// [`StaffReason::FedOnSite`] (B9); [`StaffReason::WrongModule`] for a box that the binder's module has not (B3, B4).
pub fn rights_change(
    binder: &BinderState<'_>,
    change: &RightsChange,
) -> Result<(Change, Rights), StaffReason> {
    if binder.fed_on_site {
        return Err(StaffReason::FedOnSite);
    }
    if change.tick.iter().chain(&change.untick).any(|status| status.module() != binder.module) {
        return Err(StaffReason::WrongModule);
    }
    let mut rights = if change.clear { Rights::default() } else { binder.rights };
    for status in &change.tick {
        rights.set(*status, true);
    }
    for status in &change.untick {
        rights.set(*status, false);
    }
    Ok((Change::when(rights != binder.rights), rights))
}

/// An event as « Publier en date du jour » finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventState {
    /// Its publication date.
    pub published_on: Option<NaiveDate>,
    /// The archive of a Statissimmo run: never published, whatever its template's binder (I7).
    pub is_archive: bool,
}

/// Judges « Publier en date du jour »: the date becomes today and the counter moves (C4), once a day unless `again`.
///
/// # Errors
/// [`StaffReason::ArchiveOnly`] (I7).
pub fn publishing(event: EventState, today: NaiveDate, again: bool) -> Result<Change, StaffReason> {
    if event.is_archive {
        return Err(StaffReason::ArchiveOnly);
    }
    Ok(Change::when(again || event.published_on != Some(today)))
}

/// Judges « Dépublier »: the date becomes 00/00/00; it is never refused (C5).
pub fn unpublishing(event: EventState) -> Change {
    Change::when(event.published_on.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binder() -> BinderState<'static> {
        BinderState {
            module: Module::Condo,
            name: "Divers",
            parent: None,
            name_locked: false,
            fed_on_site: false,
            rights: Rights::default(),
        }
    }

    #[test]
    fn a_locked_name_refuses_another_and_accepts_its_own_b2() {
        assert_eq!(renaming(&binder(), "Divers et autres"), Ok(Change::Done));
        let locked = BinderState { name_locked: true, ..binder() };
        assert_eq!(renaming(&locked, "Factures 2025"), Err(StaffReason::NameLocked));
        assert_eq!(renaming(&locked, "Divers"), Ok(Change::Already));
        assert_eq!(renaming(&binder(), " \u{a0}"), Err(StaffReason::NoName));
        assert_eq!(renaming(&binder(), "a\nb"), Err(StaffReason::IllegalCharacter));
    }

    #[test]
    fn a_new_binder_stands_in_one_of_its_module_that_is_ours_b8_b9() {
        let find = |code: &str| match code {
            "A" => Some(binder()),
            "SITE" => Some(BinderState { fed_on_site: true, ..binder() }),
            "RENT" => Some(BinderState { module: Module::Rental, ..binder() }),
            _ => None,
        };
        let new = |code, parent| NewBinder { code, module: Module::Condo, name: "Divers", parent };
        assert_eq!(creation(&new("B", Some("A")), find), Ok(Change::Done));
        assert_eq!(creation(&new("B", Some("SITE")), find), Err(StaffReason::FedOnSite));
        assert_eq!(creation(&new("B", Some("RENT")), find), Err(StaffReason::WrongModule));
        assert_eq!(creation(&new("B", Some("Z")), find), Err(StaffReason::NotFound));
        assert_eq!(creation(&new("A", None), find), Ok(Change::Already), "asked twice");
        assert_eq!(
            creation(&NewBinder { name: "Autre", ..new("A", None) }, find),
            Err(StaffReason::CodeTaken)
        );
        assert_eq!(creation(&NewBinder { name: "", ..new("B", None) }, find), Err(StaffReason::NoName));
        let broken = creation(&new("B\u{1}", None), find);
        assert_eq!(broken, Err(StaffReason::IllegalCharacter), "check would call it an illegal character");
    }

    #[test]
    fn rights_are_set_as_ticked_holes_included_and_never_of_the_other_module_b3_b4_b5() {
        let tick = |tick: &[Status]| RightsChange { tick: tick.to_vec(), ..RightsChange::default() };
        let (change, rights) = rights_change(&binder(), &tick(&[Status::CoOwner])).unwrap();
        assert_eq!((change, rights.co_owner, rights.has_hole()), (Change::Done, true, true));
        let ticked = BinderState { rights, ..binder() };
        assert_eq!(rights_change(&ticked, &tick(&[Status::CoOwner])), Ok((Change::Already, rights)));
        let clear = RightsChange { clear: true, ..tick(&[Status::CouncilMember]) };
        let (_, exact) = rights_change(&ticked, &clear).unwrap();
        assert_eq!(exact, Rights { council_member: true, ..Rights::default() });
        assert_eq!(rights_change(&binder(), &tick(&[Status::Tenant])), Err(StaffReason::WrongModule));
        let site = BinderState { fed_on_site: true, ..binder() };
        assert_eq!(rights_change(&site, &tick(&[Status::CoOwner])), Err(StaffReason::FedOnSite), "B9");
    }

    #[test]
    fn an_event_is_published_once_a_day_unless_asked_again_c4() {
        let today: NaiveDate = "2025-11-03".parse().unwrap();
        let event = |published_on| EventState { published_on, is_archive: false };
        assert_eq!(publishing(event(None), today, false), Ok(Change::Done));
        assert_eq!(publishing(event(today.pred_opt()), today, false), Ok(Change::Done));
        assert_eq!(publishing(event(Some(today)), today, false), Ok(Change::Already));
        assert_eq!(publishing(event(Some(today)), today, true), Ok(Change::Done));
    }

    #[test]
    fn the_archive_of_a_statissimmo_run_is_never_published_i7() {
        let archive = EventState { published_on: None, is_archive: true };
        assert_eq!(publishing(archive, "2025-11-03".parse().unwrap(), true), Err(StaffReason::ArchiveOnly));
    }

    #[test]
    fn an_event_without_a_date_is_unpublished_already_c5() {
        let today = "2025-11-03".parse().ok();
        assert_eq!(unpublishing(EventState { published_on: today, is_archive: false }), Change::Done);
        assert_eq!(unpublishing(EventState { published_on: None, is_archive: false }), Change::Already);
    }
}
