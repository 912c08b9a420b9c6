//! `publier render`: a document of the agent as a file, for a look before it is sent.

use publier_core::publication::exit::ExitStatus;

use super::cli::RenderVerb;
use super::output::Screen;
use super::rows::show;
use crate::app::{App, AppError};
use crate::desk::preview::{self, Wanted};

/// Obeys `publier render`.
pub(super) fn run(app: &App, verb: &RenderVerb, screen: Screen) -> Result<ExitStatus, AppError> {
    let (wanted, out) = match verb {
        RenderVerb::CoOwners(of) => (Wanted::CoOwners(of.building.clone()), &of.out),
        RenderVerb::Statement(of) => (Wanted::Statement(of.account.clone()), &of.out),
        RenderVerb::Expenses(of) => (Wanted::Expenses(of.building.clone(), of.year.clone()), &of.out),
        RenderVerb::WorksFund(of) => (Wanted::WorksFund(of.building.clone(), of.holder.clone()), &of.out),
        RenderVerb::Letter(of) => (Wanted::Letter(of.party.clone()), &of.out),
    };
    Ok(show(app, &preview::write(&app.office()?, &wanted, out, &app.settings.shared_folders())?, screen))
}
