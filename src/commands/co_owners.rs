//! `publier co-owners`: the co-owner list of a building as it would be printed today (G3, G4), and archived (G2).

use publier_core::domain::co_owner_list::ListRow;
use publier_core::publication::exit::ExitStatus;
use serde_json::json;

use super::cli::CoOwnersVerb;
use super::output::Screen;
use super::rows::{self, listed};
use crate::app::{App, AppError};
use crate::desk::co_owners;

/// Obeys `publier co-owners`.
pub(super) fn run(app: &App, verb: &CoOwnersVerb, screen: Screen) -> Result<ExitStatus, AppError> {
    let arguments = match verb {
        CoOwnersVerb::List(arguments) => arguments,
        CoOwnersVerb::Generate(wanted) => {
            let initials = wanted.initials.as_deref();
            let results = co_owners::generate(&app.office()?, &wanted.buildings, initials, wanted.dry_run)?;
            return Ok(rows::show(app, &results, screen));
        }
    };
    let mut status = ExitStatus::Done;
    for list in co_owners::list(&app.office()?, &arguments.buildings)? {
        let head = [("building", list.name.as_str().into()), ("address", list.address.join(", ").into())];
        screen.say(&app.messages.format("desk-co-owners-head", &head));
        match &list.rows {
            Ok(rows) => show(app, &list.code, rows, screen),
            Err(reason) => {
                let (reason, remedy) =
                    (app.messages.text(reason.reason_key()), app.messages.text(reason.remedy_key()));
                screen.say(&format!("{reason} {remedy}"));
                status = ExitStatus::Partial;
            }
        }
        screen.say("");
    }
    Ok(screen.close(status))
}

fn show(app: &App, building: &str, rows: &[ListRow], screen: Screen) {
    for row in rows {
        screen.line(
            "record",
            json!({
                "kind": "co-owner", "id": row.record, "building": building, "identity": row.identity,
                "address": row.address, "units": row.units, "working_capital": row.working_capital,
                "works_fund": row.works_fund, "council_member": !row.council_member.is_empty(),
                "council_president": !row.council_president.is_empty(), "resident": !row.resident.is_empty(),
            }),
        );
    }
    let cells = |row: &ListRow| {
        let identity = std::iter::once(row.identity.as_str()).chain(row.address.iter().map(String::as_str));
        vec![
            identity.collect::<Vec<_>>().join("\n"),
            row.units.join("\n"),
            row.working_capital.clone(),
            row.works_fund.clone(),
            row.council_member.to_owned(),
            row.council_president.to_owned(),
            row.resident.to_owned(),
        ]
    };
    let headings = [
        "desk-head-identity",
        "desk-head-units",
        "desk-head-working-capital",
        "desk-head-works-fund",
        "desk-head-council-member",
        "desk-head-council-president",
        "desk-head-resident",
    ];
    listed(app, &headings, &rows.iter().map(cells).collect::<Vec<_>>(), screen);
}
