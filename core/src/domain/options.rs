//! The options of the extranet, as values: one field a column of `extranet_settings`.
//!
//! # Promises
//! - [`ExtranetOptions::default`] is the schema's own default, column by column (a test reads both).
//! - An account number is matched by the beginning of its text and never by a closed list ([`Roots`]).
//!
//! # Refusals
//! - A list of roots that holds no root, or anything but letters and digits: matching nothing would silently
//!   withdraw what is published by obligation (F1), and matching everything would show every account.

use chrono::Weekday;
use serde::{Deserialize, Serialize};

use super::ids::TemplateId;

/// Declares a closed set whose members have a stable code, the one the back office's database holds.
macro_rules! coded {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $code)] $variant,)+ }

        impl $name {
            /// Every member, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Gives the stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// Finds the member that bears a code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    )+};
}
pub(crate) use coded;

coded! {
    /// The two trades of an agency; an entity, a binder and a client's space belong to one of them (B1, H3).
    Module {
        /// Rental management (gérance).
        Rental = "rental",
        /// Condominium management (syndic).
        Condo = "condo",
    }

    /// What an account's party is to the agency.
    Role {
        /// A landlord (propriétaire bailleur).
        Landlord = "landlord",
        /// A tenant (locataire).
        Tenant = "tenant",
        /// A co-owner (copropriétaire).
        CoOwner = "co_owner",
        /// Anyone else: sent like the others, under no option of its own.
        Other = "other",
    }

    /// What an attachment is called when its own name is not used (C7).
    AttachmentTitle {
        /// The template's label and the date: names nobody.
        Neutral = "neutral",
        /// A number.
        Number = "number",
        /// The event's subject.
        Subject = "subject",
    }
}

/// Beginnings of account numbers, such as `6` and `472`: an account is chosen when its number starts with one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Roots(Vec<String>);

/// A list of roots that was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a comma-separated list of account roots (letters and digits): {0:?}")]
pub struct BadRoots(pub String);

impl Roots {
    /// Tells whether an account number starts with one of the roots.
    pub fn matches(&self, account_number: &str) -> bool {
        self.0.iter().any(|root| account_number.starts_with(root.as_str()))
    }

    /// Gives the length of the longest root that begins the number, in bytes; `None` when none does.
    pub fn longest_match(&self, account_number: &str) -> Option<usize> {
        self.0.iter().filter(|root| account_number.starts_with(root.as_str())).map(String::len).max()
    }
}

impl std::str::FromStr for Roots {
    type Err = BadRoots;
    fn from_str(text: &str) -> Result<Self, BadRoots> {
        let roots: Vec<String> =
            text.split(',').map(str::trim).filter(|root| !root.is_empty()).map(str::to_owned).collect();
        // The number of an account begins with its class: a root of letters alone would match none, and empty a section.
        let is_root = |root: &String| {
            root.starts_with(|first: char| first.is_ascii_digit())
                && root.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let readable = roots.iter().all(is_root);
        if roots.is_empty() || !readable { Err(BadRoots(text.to_owned())) } else { Ok(Self(roots)) }
    }
}

impl TryFrom<String> for Roots {
    type Error = BadRoots;
    fn try_from(text: String) -> Result<Self, BadRoots> {
        text.parse()
    }
}

impl From<Roots> for String {
    fn from(roots: Roots) -> Self {
        roots.0.join(",")
    }
}

/// The options of the client extranet: the one row of `extranet_settings`.
#[expect(clippy::struct_excessive_bools, reason = "one field a tick box of the back office's settings")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtranetOptions {
    /// Groups a landlord's bank entries by date (D14, D28).
    pub group_bank_landlord: bool,
    /// Groups a tenant's bank entries by date (D14).
    pub group_bank_tenant: bool,
    /// Groups a co-owner's bank entries by date (D14).
    pub group_bank_co_owner: bool,
    /// Keeps two tenants' payments of one day apart when grouping (D29).
    pub group_by_tenant: bool,
    /// Drops what isn't remitted to landlords from their accounts (D15, D27).
    pub exclude_not_remitted: bool,
    /// Titles attachments by their own names, whatever the template says (C8, C9).
    pub use_attachment_names: bool,
    /// What an attachment is called otherwise (C7).
    pub attachment_title: AttachmentTitle,
    /// Sends the condominiums' bank details explicitly empty (D16).
    pub withhold_bank_details: bool,
    /// Sends the expense list (E1, E6).
    pub send_expenses: bool,
    /// Sends the provisions for voted works (102) with the works funds (F2).
    pub send_102: bool,
    /// Deactivates tenants when their notice is recorded (D9).
    pub inactivate_on_notice: bool,
    /// Deactivates tenants when their departure is recorded (D10).
    pub inactivate_on_move_out: bool,
    /// Deactivates co-owners who sold, when the transfer is recorded (D11).
    pub inactivate_sellers: bool,
    /// Sends a document again when its content changed (C4).
    pub resend_on_change: bool,
    /// Completes binder rights to the right: towards the president only (B5).
    pub normalize_rights: bool,
    /// Writes one log file a run, for the support desk (A7).
    pub write_run_log: bool,
    /// Writes the transfers as WinSCP-style XML (A8).
    pub write_winscp_xml: bool,
    /// The number of the co-owner list among a building's documents; `None` = not set (G1).
    pub co_owner_list_number: Option<u32>,
    /// The event template that archives the co-owner list; `None` = not set (G1, G7).
    pub co_owner_list_template: Option<TemplateId>,
    /// The event template of the statements of condo accounts; `None` = not set (C16).
    pub condo_statement_template: Option<TemplateId>,
    /// The event template of the statements of rental accounts; `None` = not set (C16).
    pub rental_statement_template: Option<TemplateId>,
    /// The initials printed on lists that the agent makes again (G3, G8).
    pub list_initials: Option<String>,
    /// Which accounts are expenses (E4).
    pub expense_roots: Roots,
    /// Which accounts are works funds (F1).
    pub works_fund_roots: Roots,
    /// Which accounts are provisions for voted works (F2).
    pub voted_works_roots: Roots,
    /// Which accounts are working capital (G4).
    pub working_capital_roots: Roots,
    /// The day of the weekly full index; `None` = never (A5).
    pub full_index_weekday: Option<Weekday>,
    /// The site lets landlords see their tenants' accounts: read by the preview only (D19, C25).
    pub landlord_sees_tenant_accounts: bool,
    /// The site lets landlords see their tenants' documents: read by the preview only (C25).
    pub landlord_sees_tenant_documents: bool,
}

impl Default for ExtranetOptions {
    fn default() -> Self {
        let roots = |list: &[&str]| Roots(list.iter().map(|&root| root.to_owned()).collect());
        Self {
            group_bank_landlord: false,
            group_bank_tenant: false,
            group_bank_co_owner: false,
            group_by_tenant: false,
            exclude_not_remitted: false,
            use_attachment_names: false,
            attachment_title: AttachmentTitle::Neutral,
            withhold_bank_details: false,
            send_expenses: false,
            send_102: false,
            inactivate_on_notice: false,
            inactivate_on_move_out: false,
            inactivate_sellers: false,
            resend_on_change: true,
            normalize_rights: false,
            write_run_log: false,
            write_winscp_xml: false,
            co_owner_list_number: None,
            co_owner_list_template: None,
            condo_statement_template: None,
            rental_statement_template: None,
            list_initials: None,
            expense_roots: roots(&["6", "472"]),
            works_fund_roots: roots(&["105"]),
            voted_works_roots: roots(&["102"]),
            working_capital_roots: roots(&["103"]),
            full_index_weekday: None,
            landlord_sees_tenant_accounts: false,
            landlord_sees_tenant_documents: false,
        }
    }
}

impl ExtranetOptions {
    /// Tells whether bank entries of an account of this role are grouped (D14).
    pub fn groups_bank(&self, role: Role) -> bool {
        match role {
            Role::Landlord => self.group_bank_landlord,
            Role::Tenant => self.group_bank_tenant,
            Role::CoOwner => self.group_bank_co_owner,
            Role::Other => false,
        }
    }

    /// Tells whether what isn't remitted is dropped from an account of this role (D15).
    pub fn drops_not_remitted(&self, role: Role) -> bool {
        self.exclude_not_remitted && role == Role::Landlord
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each column's default reads as in SQL; `None` for a column that may be NULL.
    fn in_sql(options: &ExtranetOptions) -> Vec<(&'static str, Option<String>)> {
        let flag = |on: bool| Some(u8::from(on).to_string());
        let text = |text: &str| Some(format!("'{text}'"));
        let roots = |roots: &Roots| text(&String::from(roots.clone()));
        vec![
            ("group_bank_landlord", flag(options.group_bank_landlord)),
            ("group_bank_tenant", flag(options.group_bank_tenant)),
            ("group_bank_co_owner", flag(options.group_bank_co_owner)),
            ("group_by_tenant", flag(options.group_by_tenant)),
            ("exclude_not_remitted", flag(options.exclude_not_remitted)),
            ("use_attachment_names", flag(options.use_attachment_names)),
            ("attachment_title", text(options.attachment_title.code())),
            ("withhold_bank_details", flag(options.withhold_bank_details)),
            ("send_expenses", flag(options.send_expenses)),
            ("send_102", flag(options.send_102)),
            ("inactivate_on_notice", flag(options.inactivate_on_notice)),
            ("inactivate_on_move_out", flag(options.inactivate_on_move_out)),
            ("inactivate_sellers", flag(options.inactivate_sellers)),
            ("resend_on_change", flag(options.resend_on_change)),
            ("normalize_rights", flag(options.normalize_rights)),
            ("write_run_log", flag(options.write_run_log)),
            ("write_winscp_xml", flag(options.write_winscp_xml)),
            ("co_owner_list_number", options.co_owner_list_number.map(|n| n.to_string())),
            ("co_owner_list_template_id", options.co_owner_list_template.map(|id| id.to_string())),
            ("condo_statement_template_id", options.condo_statement_template.map(|id| id.to_string())),
            ("rental_statement_template_id", options.rental_statement_template.map(|id| id.to_string())),
            ("list_initials", options.list_initials.clone()),
            ("expense_roots", roots(&options.expense_roots)),
            ("works_fund_roots", roots(&options.works_fund_roots)),
            ("voted_works_roots", roots(&options.voted_works_roots)),
            ("working_capital_roots", roots(&options.working_capital_roots)),
            ("full_index_weekday", options.full_index_weekday.map(|day| day.to_string())),
            ("landlord_sees_tenant_accounts", flag(options.landlord_sees_tenant_accounts)),
            ("landlord_sees_tenant_documents", flag(options.landlord_sees_tenant_documents)),
        ]
    }

    #[test]
    fn every_option_starts_at_the_schemas_own_default() {
        let schema = include_str!("../../../schemas/agency.sql");
        let table = schema.split("CREATE TABLE extranet_settings (").nth(1).unwrap();
        let columns: Vec<&str> = table.lines().take_while(|line| !line.starts_with(')')).skip(2).collect();
        let ours = in_sql(&ExtranetOptions::default());
        assert_eq!(columns.len(), ours.len(), "one field a column");
        for (column, (name, default)) in columns.iter().zip(ours) {
            let mut words = column.split_whitespace();
            assert_eq!(words.next(), Some(name));
            let stated = words.skip_while(|word| *word != "DEFAULT").nth(1);
            let stated = stated.map(|text| text.trim_end_matches(',').to_owned());
            assert_eq!(stated, default, "{name}");
        }
    }

    #[test]
    fn roots_match_by_prefix_and_forgive_spaces() {
        let roots: Roots = " 6, 472 ,".parse().unwrap();
        assert!(roots.matches("602001") && roots.matches("472999"));
        assert!(!roots.matches("473000") && !roots.matches("46") && !roots.matches(""));
        assert_eq!(String::from(roots), "6,472");
    }

    #[test]
    fn a_list_without_a_root_is_refused_rather_than_matching_nothing_or_everything() {
        for bad in ["", " ", ",", "6;472", "10*", "é", "abc", "6,abc"] {
            assert_eq!(bad.parse::<Roots>(), Err(BadRoots(bad.to_owned())));
        }
    }

    #[test]
    fn grouping_follows_the_role_and_never_touches_another_d14() {
        let options = ExtranetOptions { group_bank_tenant: true, ..ExtranetOptions::default() };
        let grouped: Vec<Role> =
            Role::ALL.iter().copied().filter(|role| options.groups_bank(*role)).collect();
        assert_eq!(grouped, [Role::Tenant]);
    }

    #[test]
    fn codes_are_those_of_the_database_and_round_trip() {
        assert_eq!(Role::from_code("co_owner"), Some(Role::CoOwner));
        assert_eq!(Role::from_code("owner"), None);
        assert_eq!(serde_json::to_string(&Module::Condo).unwrap(), "\"condo\"");
    }
}
