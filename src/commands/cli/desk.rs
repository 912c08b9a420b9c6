//! The types of the staff's commands.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use publier_core::domain::binder::Status;
use publier_core::domain::ids::{AccountId, EventId};
use publier_core::domain::options;

use crate::desk::accounts::AccountFilter;
use crate::desk::events::Selected;

/// Reads a text that names something: a blank one, of a shell's variable that is not set, names nothing and must never
/// stand for everything.
fn filled() -> clap::builder::NonEmptyStringValueParser {
    clap::builder::NonEmptyStringValueParser::new()
}

/// A module, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Module {
    /// Rental (gérance).
    #[value(aliases = ["gerance", "gérance"])]
    Rental,
    /// Condo (syndic).
    #[value(alias = "syndic")]
    Condo,
}

impl From<Module> for options::Module {
    fn from(module: Module) -> Self {
        match module {
            Module::Rental => Self::Rental,
            Module::Condo => Self::Condo,
        }
    }
}

/// A role, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// A landlord.
    #[value(alias = "bailleur")]
    Landlord,
    /// A tenant.
    #[value(alias = "locataire")]
    Tenant,
    /// A co-owner.
    #[value(name = "co-owner", aliases = ["co_owner", "coproprietaire", "copropriétaire"])]
    CoOwner,
    /// Anyone else.
    #[value(alias = "autre")]
    Other,
}

impl From<Role> for options::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Landlord => Self::Landlord,
            Role::Tenant => Self::Tenant,
            Role::CoOwner => Self::CoOwner,
            Role::Other => Self::Other,
        }
    }
}

/// A column of a binder's rights, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Right {
    /// Landlords.
    #[value(alias = "bailleur")]
    Landlord,
    /// Tenants.
    #[value(alias = "locataire")]
    Tenant,
    /// Co-owners.
    #[value(name = "co-owner", aliases = ["co_owner", "coproprietaire", "copropriétaire"])]
    CoOwner,
    /// Members of the council.
    #[value(name = "member", aliases = ["council_member", "membre"])]
    Member,
    /// The president of the council.
    #[value(name = "president", aliases = ["council_president", "président"])]
    President,
}

impl From<Right> for Status {
    fn from(right: Right) -> Self {
        match right {
            Right::Landlord => Self::Landlord,
            Right::Tenant => Self::Tenant,
            Right::CoOwner => Self::CoOwner,
            Right::Member => Self::CouncilMember,
            Right::President => Self::CouncilPresident,
        }
    }
}

/// `publier accounts`.
#[derive(Debug, Clone, Args)]
pub struct Accounts {
    /// What to do.
    #[command(subcommand)]
    pub verb: AccountsVerb,
}

/// The verbs of `publier accounts`.
#[derive(Debug, Clone, Subcommand)]
#[non_exhaustive]
pub enum AccountsVerb {
    /// Lists accounts.
    List(AccountSelection),
    /// Ticks « Service client ».
    Mark(Mark),
    /// Clears it.
    Unmark(Unmark),
    /// Archives account statements.
    Statements(Mark),
}

/// Which accounts.
#[derive(Debug, Clone, Args)]
pub struct AccountSelection {
    /// These accounts, by their keys.
    #[arg(value_name = "ID")]
    pub ids: Vec<i64>,
    /// Of this entity.
    #[arg(long, value_name = "CODE", value_parser = filled())]
    pub entity: Option<String>,
    /// Of this role.
    #[arg(long, value_enum, value_name = "ROLE", hide_possible_values = true)]
    pub role: Option<Role>,
    /// Whose number follows this pattern.
    #[arg(long, value_name = "PATTERN", value_parser = filled())]
    pub number: Option<String>,
    /// Of this building.
    #[arg(long, value_name = "CODE", value_parser = filled())]
    pub building: Option<String>,
    /// Ticked.
    #[arg(long, conflicts_with = "unpublished")]
    pub published: bool,
    /// Not ticked.
    #[arg(long)]
    pub unpublished: bool,
}

impl AccountSelection {
    /// Gives the filter.
    pub fn filter(&self) -> AccountFilter {
        AccountFilter {
            ids: self.ids.iter().copied().map(AccountId).collect(),
            entity: self.entity.clone(),
            role: self.role.map(Into::into),
            number: self.number.clone(),
            building: self.building.clone(),
            published: one_of(self.published, self.unpublished),
        }
    }
}

/// `publier accounts mark`.
#[derive(Debug, Clone, Args)]
pub struct Mark {
    /// Which ones.
    #[command(flatten)]
    pub selection: AccountSelection,
    /// Judges without writing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `publier accounts unmark`.
#[derive(Debug, Clone, Args)]
pub struct Unmark {
    /// Which ones.
    #[command(flatten)]
    pub selection: AccountSelection,
    /// Judges without writing.
    #[arg(long)]
    pub dry_run: bool,
    /// Doesn't ask.
    #[arg(long)]
    pub yes: bool,
}

/// `publier credentials`.
#[derive(Debug, Clone, Args)]
pub struct Credentials {
    /// What to do.
    #[command(subcommand)]
    pub verb: CredentialsVerb,
}

/// The verbs of `publier credentials`.
#[derive(Debug, Clone, Subcommand)]
#[non_exhaustive]
pub enum CredentialsVerb {
    /// Who lacks a login or a password.
    Missing,
    /// Gives them.
    Assign(Assign),
    /// A letter a party.
    Letters(Letters),
}

/// `publier credentials letters`.
#[derive(Debug, Clone, Args)]
pub struct Letters {
    /// These parties, by code or key.
    #[arg(value_name = "PARTY", value_parser = filled())]
    pub parties: Vec<String>,
    /// The folder of the letters.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Judges without writing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `publier render`.
#[derive(Debug, Clone, Args)]
pub struct Render {
    /// What to look at.
    #[command(subcommand)]
    pub verb: RenderVerb,
}

/// The verbs of `publier render`.
#[derive(Debug, Clone, Subcommand)]
#[non_exhaustive]
pub enum RenderVerb {
    /// A building's co-owner list.
    CoOwners(RenderBuilding),
    /// An account's statement.
    Statement(RenderStatement),
    /// A building's expenses of a year.
    Expenses(RenderExpenses),
    /// A co-owner's works funds.
    WorksFund(RenderWorksFund),
    /// A party's credential letter.
    Letter(RenderLetter),
}

/// `publier render co-owners`.
#[derive(Debug, Clone, Args)]
pub struct RenderBuilding {
    /// The building.
    #[arg(value_name = "BUILDING", value_parser = filled())]
    pub building: String,
    /// The file.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `publier render statement`.
#[derive(Debug, Clone, Args)]
pub struct RenderStatement {
    /// The account.
    #[arg(value_name = "ACCOUNT", value_parser = filled())]
    pub account: String,
    /// The file.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `publier render expenses`.
#[derive(Debug, Clone, Args)]
pub struct RenderExpenses {
    /// The building.
    #[arg(value_name = "BUILDING", value_parser = filled())]
    pub building: String,
    /// The year.
    #[arg(long, value_name = "YEAR", value_parser = filled())]
    pub year: String,
    /// The file.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `publier render works-fund`.
#[derive(Debug, Clone, Args)]
pub struct RenderWorksFund {
    /// The building.
    #[arg(value_name = "BUILDING", value_parser = filled())]
    pub building: String,
    /// The co-owner record, or the party.
    #[arg(value_name = "CO-OWNER", value_parser = filled())]
    pub holder: String,
    /// The file.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `publier render letter`.
#[derive(Debug, Clone, Args)]
pub struct RenderLetter {
    /// The party.
    #[arg(value_name = "PARTY", value_parser = filled())]
    pub party: String,
    /// The file.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `publier credentials assign`.
#[derive(Debug, Clone, Args)]
pub struct Assign {
    /// These parties, by code or key.
    #[arg(value_name = "PARTY", value_parser = filled())]
    pub parties: Vec<String>,
    /// A new password, whatever they have.
    #[arg(long, requires = "parties")]
    pub reissue: bool,
    /// Judges without writing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `publier events`.
#[derive(Debug, Clone, Args)]
pub struct Events {
    /// What to do.
    #[command(subcommand)]
    pub verb: EventsVerb,
}

/// The verbs of `publier events`.
#[derive(Debug, Clone, Subcommand)]
#[non_exhaustive]
pub enum EventsVerb {
    /// Lists events.
    List(EventSelection),
    /// « Publier en date du jour ».
    Publish(PublishEvents),
    /// « Dépublier ».
    Unpublish(UnpublishEvents),
}

/// Which events.
#[derive(Debug, Clone, Args)]
pub struct EventSelection {
    /// These events, by their numbers.
    #[arg(value_name = "ID")]
    pub ids: Vec<i64>,
    /// Of this template.
    #[arg(long, value_name = "CODE", value_parser = filled())]
    pub template: Option<String>,
    /// Dated this day or later.
    #[arg(long, value_name = "DATE")]
    pub from: Option<NaiveDate>,
    /// Dated this day or earlier.
    #[arg(long, value_name = "DATE")]
    pub to: Option<NaiveDate>,
    /// About this building.
    #[arg(long, value_name = "CODE", value_parser = filled())]
    pub building: Option<String>,
    /// About this account.
    #[arg(long, value_name = "NUMBER", value_parser = filled())]
    pub account: Option<String>,
    /// With a publication date.
    #[arg(long, conflicts_with = "unpublished")]
    pub published: bool,
    /// Without one.
    #[arg(long)]
    pub unpublished: bool,
}

impl EventSelection {
    /// Gives the selection.
    pub fn selected(&self) -> Selected {
        Selected {
            ids: self.ids.iter().copied().map(EventId).collect(),
            template: self.template.clone(),
            from: self.from,
            to: self.to,
            building: self.building.clone(),
            account: self.account.clone(),
            published: one_of(self.published, self.unpublished),
        }
    }
}

/// `publier events publish`.
#[derive(Debug, Clone, Args)]
pub struct PublishEvents {
    /// Which ones.
    #[command(flatten)]
    pub selection: EventSelection,
    /// Even those published today already.
    #[arg(long)]
    pub again: bool,
    /// Judges without writing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `publier events unpublish`.
#[derive(Debug, Clone, Args)]
pub struct UnpublishEvents {
    /// Which ones.
    #[command(flatten)]
    pub selection: EventSelection,
    /// Withdraws them from the site at once, and says who could see them.
    #[arg(long)]
    pub now: bool,
    /// Judges without writing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `publier binders`.
#[derive(Debug, Clone, Args)]
pub struct Binders {
    /// What to do.
    #[command(subcommand)]
    pub verb: BindersVerb,
}

/// The verbs of `publier binders`.
#[derive(Debug, Clone, Subcommand)]
#[non_exhaustive]
pub enum BindersVerb {
    /// Lists the binders.
    List,
    /// Makes binders.
    Create(CreateBinders),
    /// Renames binders.
    Rename(RenameBinders),
    /// Changes rights.
    Rights(BinderRights),
}

/// `publier binders create`.
#[derive(Debug, Clone, Args)]
pub struct CreateBinders {
    /// Each one's code and name.
    #[arg(value_name = "CODE=NAME", required = true, value_parser = pair)]
    pub binders: Vec<(String, String)>,
    /// Their module.
    #[arg(long, value_enum, value_name = "MODULE", hide_possible_values = true)]
    pub module: Module,
    /// The binder that they stand in.
    #[arg(long, value_name = "CODE", value_parser = filled())]
    pub parent: Option<String>,
    /// Judges without writing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `publier binders rename`.
#[derive(Debug, Clone, Args)]
pub struct RenameBinders {
    /// Each one's code and new name.
    #[arg(value_name = "CODE=NAME", required = true, value_parser = pair)]
    pub binders: Vec<(String, String)>,
    /// Judges without writing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `publier binders rights`.
#[derive(Debug, Clone, Args)]
pub struct BinderRights {
    /// Their codes.
    #[arg(value_name = "CODE", required = true, value_parser = filled())]
    pub codes: Vec<String>,
    /// Exactly these boxes.
    #[arg(long, value_enum, value_name = "RIGHTS", value_delimiter = ',', hide_possible_values = true)]
    pub set: Vec<Right>,
    /// No box.
    #[arg(long, conflicts_with_all = ["set", "tick", "untick"])]
    pub none: bool,
    /// These boxes too.
    #[arg(
        long,
        value_enum,
        value_name = "RIGHTS",
        value_delimiter = ',',
        hide_possible_values = true,
        conflicts_with = "set"
    )]
    pub tick: Vec<Right>,
    /// Not these boxes.
    #[arg(
        long,
        value_enum,
        value_name = "RIGHTS",
        value_delimiter = ',',
        hide_possible_values = true,
        conflicts_with = "set"
    )]
    pub untick: Vec<Right>,
    /// Judges without writing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `publier co-owners`.
#[derive(Debug, Clone, Args)]
pub struct CoOwners {
    /// What to do.
    #[command(subcommand)]
    pub verb: CoOwnersVerb,
}

/// The verbs of `publier co-owners`.
#[derive(Debug, Clone, Subcommand)]
#[non_exhaustive]
pub enum CoOwnersVerb {
    /// The co-owner list as it stands today.
    List(CoOwnerList),
    /// « Générer la liste des copropriétaires ».
    Generate(GenerateLists),
}

/// `publier co-owners generate`.
#[derive(Debug, Clone, Args)]
pub struct GenerateLists {
    /// These buildings.
    #[arg(long = "building", value_name = "CODE", num_args = 1.., value_parser = filled())]
    pub buildings: Vec<String>,
    /// Whose initials are printed.
    #[arg(long, value_name = "INITIALS", value_parser = filled())]
    pub initials: Option<String>,
    /// Judges without writing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `publier co-owners list`.
#[derive(Debug, Clone, Args)]
pub struct CoOwnerList {
    /// These buildings.
    #[arg(value_name = "BUILDING", value_parser = filled())]
    pub buildings: Vec<String>,
}

/// `publier options`.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// What to do.
    #[command(subcommand)]
    pub verb: OptionsVerb,
}

/// The verbs of `publier options`.
#[derive(Debug, Clone, Subcommand)]
#[non_exhaustive]
pub enum OptionsVerb {
    /// Lists the options.
    List,
    /// Sets options.
    Set(SetOptions),
}

/// `publier options set`.
#[derive(Debug, Clone, Args)]
pub struct SetOptions {
    /// Each one's name and value.
    #[arg(value_name = "NAME=VALUE", required = true, value_parser = pair)]
    pub options: Vec<(String, String)>,
    /// Judges without writing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `publier schedule set`.
#[derive(Debug, Clone, Args)]
pub struct ScheduleSet {
    /// Days and hours, in place of those that stand.
    #[arg(value_name = "DAYS=TIMES", value_parser = filled())]
    pub slots: Vec<String>,
    /// Switches the service on.
    #[arg(long, conflicts_with = "off")]
    pub on: bool,
    /// Switches it off.
    #[arg(long)]
    pub off: bool,
    /// Judges without writing.
    #[arg(long)]
    pub dry_run: bool,
}

impl ScheduleSet {
    /// Tells whether the service is to be active; `None` = as it stands.
    pub fn active(&self) -> Option<bool> {
        one_of(self.on, self.off)
    }
}

/// `publier why`.
#[derive(Debug, Clone, Args)]
pub struct Why {
    /// What is asked about.
    #[command(subcommand)]
    pub verb: WhyVerb,
}

/// The verbs of `publier why`.
#[derive(Debug, Clone, Subcommand)]
pub enum WhyVerb {
    /// A document.
    Document(WhyWhat),
    /// An account.
    Account(WhyWhat),
    /// A party.
    Party(WhyWhat),
}

/// What is asked about.
#[derive(Debug, Clone, Args)]
pub struct WhyWhat {
    /// Its number or code.
    #[arg(value_name = "ID", value_parser = filled())]
    pub id: String,
}

fn one_of(yes: bool, no: bool) -> Option<bool> {
    (yes || no).then_some(yes)
}

/// Reads `NAME=VALUE`.
fn pair(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("NAME=VALUE")?;
    let name = name.trim();
    if name.is_empty() { Err("NAME=VALUE") } else { Ok((name.to_owned(), value.trim().to_owned())) }
}
