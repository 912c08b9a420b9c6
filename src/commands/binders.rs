//! `publier binders`: binders and their rights (B1-B12).

use publier_core::domain::binder::Status;
use publier_core::domain::staff::RightsChange;
use publier_core::publication::exit::ExitStatus;
use serde_json::json;

use super::cli::{BinderRights, BindersVerb, CreateBinders, RenameBinders, Right};
use super::output::Screen;
use super::rows::{given_twice, listed, show};
use crate::app::{App, AppError};
use crate::desk::binders;
use crate::i18n::Messages;
use crate::source::staff::BinderRow;

/// Obeys `publier binders`.
pub(super) fn run(app: &App, verb: &BindersVerb, screen: Screen) -> Result<ExitStatus, AppError> {
    if let BindersVerb::Create(CreateBinders { binders: pairs, .. })
    | BindersVerb::Rename(RenameBinders { binders: pairs, .. }) = verb
        && let Some(refused) = given_twice(app, pairs, screen)
    {
        return Ok(refused);
    }
    let office = app.office()?;
    let results = match verb {
        BindersVerb::List => return list(app, screen),
        BindersVerb::Create(arguments) => {
            let (module, parent) = (arguments.module.into(), arguments.parent.as_deref());
            binders::create(&office, module, parent, &arguments.binders, arguments.dry_run)?
        }
        BindersVerb::Rename(arguments) => binders::rename(&office, &arguments.binders, arguments.dry_run)?,
        BindersVerb::Rights(arguments) => {
            let Some(change) = change(arguments) else {
                screen.error(ExitStatus::Usage, &app.messages.text("desk-no-rights"));
                return Ok(ExitStatus::Usage);
            };
            binders::rights(&office, &arguments.codes, &change, arguments.dry_run)?
        }
    };
    Ok(show(app, &results, screen))
}

/// Gives what is to be done with the boxes; `None` when nothing was asked.
fn change(arguments: &BinderRights) -> Option<RightsChange> {
    let statuses = |rights: &[Right]| rights.iter().copied().map(Status::from).collect::<Vec<_>>();
    let exact = arguments.none || !arguments.set.is_empty();
    let tick = if arguments.set.is_empty() { statuses(&arguments.tick) } else { statuses(&arguments.set) };
    let change = RightsChange { clear: exact, tick, untick: statuses(&arguments.untick) };
    (change != RightsChange::default()).then_some(change)
}

fn list(app: &App, screen: Screen) -> Result<ExitStatus, AppError> {
    let rows = binders::list(&app.office()?)?;
    for row in &rows {
        let BinderRow { binder, parent_code, name_locked } = row;
        let rights: Vec<&str> = binders::granted(row).into_iter().map(Status::code).collect();
        screen.line(
            "record",
            json!({
                "kind": "binder", "id": binder.id, "code": binder.code, "module": binder.module, "name": binder.name,
                "parent": parent_code, "rights": rights, "name_locked": name_locked,
                "fed_on_site": binder.fed_on_site, "hole": binders::has_hole(binder.module, binder.rights),
            }),
        );
    }
    let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(row, &app.messages)).collect();
    let headings = [
        "desk-head-code",
        "desk-head-module",
        "desk-head-name",
        "desk-head-parent",
        "desk-head-rights",
        "desk-head-remarks",
    ];
    listed(app, &headings, &cells, screen);
    Ok(screen.close(ExitStatus::Done))
}

fn cells(row: &BinderRow, messages: &Messages) -> Vec<String> {
    let BinderRow { binder, parent_code, name_locked } = row;
    let rights: Vec<String> =
        binders::granted(row).into_iter().map(|status| right(status, messages)).collect();
    let remarks = [
        ("desk-binder-locked", *name_locked),
        ("desk-binder-site", binder.fed_on_site),
        ("desk-binder-hole", binders::has_hole(binder.module, binder.rights)),
    ];
    let remarks: Vec<String> =
        remarks.iter().filter(|(_, said)| *said).map(|(key, _)| messages.text(key)).collect();
    vec![
        binder.code.clone(),
        messages.text(&format!("desk-module-{}", binder.module.code())),
        binder.name.clone(),
        parent_code.clone().unwrap_or_default(),
        rights.join(", "),
        remarks.join(", "),
    ]
}

/// Says a right.
pub(super) fn right(status: Status, messages: &Messages) -> String {
    messages.text(&format!("desk-right-{}", status.code().replace('_', "-")))
}
