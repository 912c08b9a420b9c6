//! Binders, their rights and their parents (B1, B5, B8, B9), and the binder of the co-owner list (G1, G7).

use publier_core::domain::binder::{Binder, Status};
use publier_core::domain::co_owner_list::{ListSettings, MissingListSetting, binder_refusal};
use publier_core::domain::options::Module;

use super::{Books, Code, Finding, Kind, Record, Sink};

/// Checks every binder.
pub(super) fn check(books: &Books, each: &mut Sink<'_>) {
    for binder in books.reference.binders.iter() {
        let find = |code| Finding::new(code, record(binder));
        if binder.module == Module::Condo && binder.rights.has_hole() {
            each(find(Code::RightsHole));
        }
        if binder.name.trim().is_empty() && !binder.fed_on_site {
            each(find(Code::BinderWithoutName));
        }
        if let Some(code) = parent_fault(books, binder) {
            each(find(code));
        }
    }
}

/// Names a binder by its key and its code.
pub(super) fn record(binder: &Binder) -> Record {
    Record::new(Kind::Binder, binder.id).called(&binder.code)
}

/// Says why a binder is sent as a root although it has a parent.
fn parent_fault(books: &Books, binder: &Binder) -> Option<Code> {
    let binders = &books.reference.binders;
    let Some(parent) = binders.get(binder.parent?) else { return Some(Code::ParentMissing) };
    if binders.is_in_cycle(binder.id) {
        Some(Code::BinderCycle)
    } else if parent.module != binder.module {
        Some(Code::ParentOfOtherModule)
    } else {
        parent.fed_on_site.then_some(Code::ParentFedOnSite)
    }
}

/// Checks the two settings of the co-owner list, and who would see it. Both unset: the agency makes none.
pub(super) fn check_list(books: &Books, each: &mut Sink<'_>) {
    let options = &books.reference.options;
    let template = match ListSettings::of(options) {
        Ok(settings) => settings.template,
        Err(missing) => {
            let other_is_set =
                options.co_owner_list_number.is_some() || options.co_owner_list_template.is_some();
            if other_is_set {
                let column = match missing {
                    MissingListSetting::Number => "co_owner_list_number",
                    MissingListSetting::Template => "co_owner_list_template_id",
                };
                let record = Record::new(Kind::Table, format!("extranet_settings.{column}"));
                each(Finding::new(Code::ListHalfSet, record));
            }
            return;
        }
    };
    let found = books.reference.templates.get(&template);
    let binder = found.and_then(|found| found.binder).and_then(|id| books.reference.binders.get(id));
    match binder.filter(|binder| !binder.fed_on_site && binder.module == Module::Condo) {
        None => {
            let record = Record::new(Kind::Template, template).called(found.map_or("", |found| &found.name));
            each(Finding::new(Code::ListWithoutBinder, record));
        }
        Some(binder) => {
            if binder_refusal(binder.rights.grants(Status::CoOwner)).is_some() {
                each(Finding::new(Code::CouncilOnly, record(binder)));
            }
        }
    }
}
