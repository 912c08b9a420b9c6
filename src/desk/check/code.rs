//! The catalogue of findings: one closed set, each with its module, level, rule and stable code.
//!
//! A finding that a publication would also make bears the code of its reason ([`publier_core::publication::reason`]). The
//! sentence stands in the locale files under `check-CODE`, what to do under `check-CODE-remedy`; docs/check.fr.md lists them all.

use publier_core::publication::exit::ExitStatus;
use serde::Serialize;

/// Declares a closed set with the names that JSON and the locale keys bear.
macro_rules! named {
    ($($(#[$doc:meta])* $set:ident { $($(#[$vdoc:meta])* $variant:ident = $name:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum $set { $($(#[$vdoc])* #[serde(rename = $name)] $variant,)+ }

        impl $set {
            /// Every member, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Gives the stable name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    )+};
}

named! {
    /// The part of the agency's work that a finding belongs to.
    Module {
        /// `agent.toml`, our own folder, the licence and the domain.
        Configuration = "configuration",
        /// The back office's database as such.
        Database = "database",
        /// Accounts, statements and bank details.
        Accounts = "accounts",
        /// Binders and their rights.
        Binders = "binders",
        /// Events and their templates.
        Events = "events",
        /// Attached files and photos.
        Documents = "documents",
        /// Parties and their access.
        Parties = "parties",
        /// The expense list.
        Expenses = "expenses",
        /// Works funds.
        WorksFunds = "works-funds",
        /// Co-owner lists.
        CoOwnerLists = "co-owner-lists",
        /// The days and hours of publication.
        Schedule = "schedule",
        /// The scheduled service and the readers of its report.
        Service = "service",
        /// The servers that receive.
        Server = "server",
    }

    /// How much a finding matters.
    Level {
        /// Something is not published, or nothing can be.
        Error = "error",
        /// It is published, and something in it is doubtful.
        Warning = "warning",
        /// It would be better otherwise.
        Advice = "advice",
    }

    /// What a finding names.
    Kind {
        /// A key of `agent.toml`.
        Setting = "setting",
        /// A file or folder of this machine.
        File = "file",
        /// A table of the database, or one of its columns.
        Table = "table",
        /// A record of a table that has no name of its own here.
        Row = "row",
        /// The agency itself.
        Agency = "agency",
        /// An entity.
        Entity = "entity",
        /// A building.
        Building = "building",
        /// An account.
        Account = "account",
        /// A party.
        Party = "party",
        /// A binder.
        Binder = "binder",
        /// An event template.
        Template = "template",
        /// An event.
        Event = "event",
        /// An attachment.
        Attachment = "attachment",
        /// A photo.
        Photo = "photo",
        /// A voucher.
        Voucher = "voucher",
        /// An expense line.
        ExpenseLine = "expense-line",
        /// A co-owner's record.
        Record = "record",
        /// A slot of the schedule.
        Slot = "slot",
        /// A scheduled service.
        Service = "service",
        /// A server of the configuration.
        Target = "target",
        /// A file on a server.
        RemoteFile = "remote-file",
    }
}

/// Declares the findings.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $module:ident, $level:ident, $rule:literal;)+) => {
        /// What was found.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $variant,)+ }

        impl Code {
            /// Every code, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Gives the stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// Gives its module.
            pub fn module(self) -> Module {
                match self { $(Self::$variant => Module::$module,)+ }
            }

            /// Gives its level.
            pub fn level(self) -> Level {
                match self { $(Self::$variant => Level::$level,)+ }
            }

            /// Gives the number of the rule; none where no rule of the trade is concerned.
            pub fn rule(self) -> Option<&'static str> {
                let rule = match self { $(Self::$variant => $rule,)+ };
                (!rule.is_empty()).then_some(rule)
            }

            /// Gives the locale key of its sentence.
            pub fn sentence_key(self) -> &'static str {
                match self { $(Self::$variant => concat!("check-", $code),)+ }
            }

            /// Gives the locale key of what to do.
            pub fn remedy_key(self) -> &'static str {
                match self { $(Self::$variant => concat!("check-", $code, "-remedy"),)+ }
            }
        }
    };
}

codes! {
    /// There is no configuration file.
    ConfigMissing = "config-missing", Configuration, Error, "";
    /// The configuration file can't be read.
    ConfigUnreadable = "config-unreadable", Configuration, Error, "";
    /// A setting is wrong.
    ConfigInvalid = "config-invalid", Configuration, Error, "";
    /// Our own folder can't be written.
    DataFolderUnwritable = "data-folder-unwritable", Configuration, Error, "";
    /// Our own folder is open to others.
    DataFolderOpen = "data-folder-open", Configuration, Warning, "A11";
    /// Our own ledger can't be used.
    LedgerUnusable = "ledger-unusable", Configuration, Error, "";
    /// A server is reached in clear.
    PlainFtp = "plain-ftp", Configuration, Warning, "D5";
    /// The machine's clock is behind the last publication.
    ClockBack = "clock-back", Configuration, Error, "A4";
    /// The machine's clock is far ahead of the last publication.
    ClockForward = "clock-forward", Configuration, Warning, "A4";
    /// The extranet's licence isn't valid.
    NoLicence = "no-licence", Configuration, Error, "A1";
    /// The domain name is missing or is none.
    BadDomain = "bad-domain", Configuration, Error, "A2";

    /// The database's file does not exist.
    DatabaseMissing = "database-missing", Database, Error, "";
    /// The database can't be read.
    DatabaseUnreadable = "database-unreadable", Database, Error, "";
    /// The database stayed locked.
    DatabaseBusy = "database-busy", Database, Error, "";
    /// A table or column is missing or of another type.
    SchemaDiffers = "schema-differs", Database, Error, "";
    /// A row that must be there isn't.
    RowMissing = "row-missing", Database, Error, "";
    /// The database isn't in WAL mode.
    NotWal = "not-wal", Database, Warning, "";
    /// No index gives the entries of one account: all are sorted at each publication.
    NoEntryIndex = "no-entry-index", Database, Advice, "";
    /// A view can't be written: a function is unavailable.
    FunctionUnavailable = "function-unavailable", Database, Warning, "";
    /// The file or its folder can't be written by this account: no report in the messages, no command of staff.
    DatabaseReadOnly = "database-read-only", Database, Warning, "A6";
    /// A row names a record that does not exist.
    DanglingKey = "dangling-key", Database, Error, "";
    /// A text isn't UTF-8.
    NotUtf8 = "not-utf8", Database, Warning, "";
    /// A text holds a character that XML forbids.
    IllegalCharacter = "illegal-character", Database, Advice, "";
    /// A date isn't in the calendar.
    BadDate = "bad-date", Database, Error, "";
    /// A value has another type than its column's.
    WrongType = "wrong-type", Database, Error, "";

    /// No account at all is published.
    NoAccount = "no-account", Accounts, Error, "D1";
    /// A flagged account has no party.
    AccountWithoutParty = "account-without-party", Accounts, Error, "D2";
    /// A published account's entries can't be read or added up.
    AccountUnreadable = "account-unreadable", Accounts, Error, "D12";
    /// A co-owner's account and its record are of two parties.
    RecordOfAnotherParty = "record-of-another-party", Accounts, Warning, "C15";
    /// A flagged account isn't validated.
    NotValidated = "not-validated", Accounts, Warning, "D25";
    /// The stored balance isn't the sum of the entries.
    StoredBalance = "stored-balance", Accounts, Warning, "D18";
    /// An opening states another balance than the entries before it.
    OpeningDiffers = "opening-differs", Accounts, Warning, "D22";
    /// A building's bank details are wrong.
    InvalidBank = "invalid-bank", Accounts, Warning, "D16";
    /// One entity's bank account serves several buildings.
    SharedBank = "shared-bank", Accounts, Warning, "D16";

    /// A right is ticked without every one to its right.
    RightsHole = "rights-hole", Binders, Warning, "B5";
    /// A binder without a name.
    BinderWithoutName = "binder-without-name", Binders, Warning, "B2";
    /// A binder is its own ancestor.
    BinderCycle = "binder-cycle", Binders, Warning, "B8";
    /// A binder's parent does not exist.
    ParentMissing = "parent-missing", Binders, Warning, "B8";
    /// A binder's parent is of the other module.
    ParentOfOtherModule = "parent-of-other-module", Binders, Warning, "B1";
    /// A binder's parent is fed on the site.
    ParentFedOnSite = "parent-fed-on-site", Binders, Warning, "B9";

    /// Events ask to be published and their template has no binder.
    NoBinder = "no-binder", Events, Error, "C2";
    /// A template got its binder after a publication had left its events out.
    BinderLinkedLater = "binder-linked-later", Events, Warning, "C3";
    /// A template stands on a binder that is fed on the site.
    BinderFedOnSite = "binder-fed-on-site", Events, Error, "B9";
    /// An event's template does not exist.
    TemplateMissing = "template-missing", Events, Error, "C2";
    /// Texts are in a format that isn't read.
    BodyFormat = "body-format", Events, Error, "C1";
    /// A text is too large to be read.
    BodyTooLarge = "body-too-large", Events, Error, "C1";
    /// An event has neither text nor attachment.
    BlankEvent = "blank-event", Events, Warning, "C1";
    /// An event concerns nobody.
    NoScope = "no-scope", Events, Error, "C15";
    /// An event's target does not exist.
    DanglingTarget = "dangling-target", Events, Error, "C20";
    /// An event's target isn't published.
    TargetNotPublished = "target-not-published", Events, Warning, "C20";
    /// An event concerns a unit and has no date.
    NoDocumentDate = "no-document-date", Events, Error, "C21";
    /// An event's binder is of the other module.
    ModuleMismatch = "module-mismatch", Events, Error, "C22";
    /// An event has a duration and no processing date.
    NoProcessingDate = "no-processing-date", Events, Error, "C27";
    /// Events replace each other in a circle, or one replaces itself.
    SupersedesCircle = "supersedes-circle", Events, Error, "G6";
    /// An event was published again after its end.
    ExpiredRepublished = "expired-republished", Events, Warning, "C6";
    /// Nobody would see an event.
    EmptyAudience = "empty-audience", Events, Warning, "C23";
    /// How many read what is a building's or an entity's.
    Readers = "readers", Events, Advice, "C23";
    /// A record's key is out of range.
    IdOutOfRange = "id-out-of-range", Events, Error, "C18";

    /// An attached file does not exist.
    FileMissing = "file-missing", Documents, Error, "C1";
    /// An attached file is empty.
    FileEmpty = "file-empty", Documents, Error, "C1";
    /// An attached file is over the limit.
    FileTooLarge = "file-too-large", Documents, Error, "C1";
    /// An attached file is of a type that isn't sent, or bears macros.
    FileType = "file-type", Documents, Error, "C1";
    /// A photo is neither a JPEG nor a PNG.
    PhotoType = "photo-type", Documents, Error, "C24";
    /// An attached PDF or a photo is cut short or isn't one.
    FileDamaged = "file-damaged", Documents, Error, "C1";
    /// An attached PDF asks for a password.
    FileProtected = "file-protected", Documents, Error, "C1";
    /// An attached file can't be read, or is outside the files' folders.
    FileUnreadable = "file-unreadable", Documents, Error, "C1";
    /// A photo asks to be published and has no binder.
    PhotoWithoutBinder = "photo-without-binder", Documents, Advice, "C24";

    /// A party with a published account has no login.
    LoginMissing = "login-missing", Parties, Warning, "D20";
    /// A party with a login was never given a password.
    PasswordMissing = "password-missing", Parties, Warning, "D3";
    /// A temporary password is older than thirty days.
    StalePassword = "stale-password", Parties, Advice, "D5";
    /// An access that was revoked comes back, and no new password was issued.
    PasswordNotRenewed = "password-not-renewed", Parties, Warning, "D26";
    /// A party without a name.
    PartyWithoutName = "party-without-name", Parties, Warning, "H1";
    /// A party has no postal address.
    NoAddress = "no-address", Parties, Advice, "H1";

    /// The expense list is asked for and no binder gives its rights.
    NoInvoicesBinder = "no-invoices-binder", Expenses, Error, "E2";
    /// A line's amounts can't be read or added up.
    ExpenseUnreadable = "expense-unreadable", Expenses, Error, "E4";
    /// A line's year or key is missing or another building's.
    ExpenseDangling = "expense-dangling", Expenses, Error, "E3";
    /// The deductible and recoverable parts exceed the amount.
    SharesExceedAmount = "shares-exceed-amount", Expenses, Warning, "E3";
    /// A part hasn't the amount's sign.
    ShareOfOtherSign = "share-of-other-sign", Expenses, Warning, "E3";
    /// The VAT hasn't the amount's sign.
    VatOfOtherSign = "vat-of-other-sign", Expenses, Warning, "E3";
    /// A line's event is of another building.
    EventOfOtherBuilding = "event-of-other-building", Expenses, Warning, "E8";
    /// A private charge is another building's co-owner's.
    PrivateOfOtherBuilding = "private-of-other-building", Expenses, Warning, "E9";

    /// An amount stands on the record of someone who sold.
    FormerHolder = "former-holder", WorksFunds, Warning, "F5";
    /// A record's funds can't be read or added up.
    FundUnreadable = "fund-unreadable", WorksFunds, Error, "F4";

    /// One of the list's two settings is missing.
    ListHalfSet = "list-half-set", CoOwnerLists, Warning, "G1";
    /// The list's template has no binder that it can stand in.
    ListWithoutBinder = "list-without-binder", CoOwnerLists, Warning, "G1";
    /// The list's binder is open to plain co-owners.
    CouncilOnly = "council-only", CoOwnerLists, Error, "G7";

    /// The service is on and no day and hour is ticked.
    NoSlot = "no-slot", Schedule, Warning, "A4";
    /// A slot is none.
    BadSlot = "bad-slot", Schedule, Error, "A4";

    /// The scheduled service doesn't exist.
    ServiceMissing = "service-missing", Service, Warning, "A3";
    /// The scheduled service is off.
    ServiceInactive = "service-inactive", Service, Warning, "A3";
    /// The scheduled service bears the dotted name.
    ServiceDotted = "service-dotted", Service, Advice, "A3";
    /// Nobody receives the report.
    NoReader = "no-reader", Service, Warning, "A6";

    /// A server can't be reached, or refuses.
    ServerUnreachable = "server-unreachable", Server, Error, "A9";
    /// A server's identity is not the known one.
    ServerUnknown = "server-unknown", Server, Error, "A9";
    /// A server refuses the login.
    LoginRefused = "login-refused", Server, Error, "A9";
    /// A server forbids an operation that a publication needs.
    OperationRefused = "operation-refused", Server, Error, "A9";
    /// The deposit folder doesn't exist.
    DepositMissing = "deposit-missing", Server, Error, "A9";
    /// The deposit folder can't be written.
    DepositUnwritable = "deposit-unwritable", Server, Error, "A9";
    /// A server makes no folder where a publication will need some.
    FoldersRefused = "folders-refused", Server, Error, "A9";
    /// A server doesn't confirm a file's size.
    SizeUnconfirmed = "size-unconfirmed", Server, Error, "A9";
    /// A file that was written can't be read back, and the target asks for receipts.
    ReceiptsUnread = "receipts-unread", Server, Error, "A9";
    /// A folder on the server may not be listed: what stands in it isn't known.
    FolderUnlisted = "folder-unlisted", Server, Warning, "A9";
    /// A file on the server is in nobody's list.
    OrphanFile = "orphan-file", Server, Advice, "A9";
    /// A part of a transfer was left on the server.
    LeftOverPart = "left-over-part", Server, Advice, "A9";
}

impl Code {
    /// Gives the status that a check ends with when this is its only error: done for what isn't one.
    pub fn status(self) -> ExitStatus {
        match (self.level(), self.module()) {
            (Level::Warning | Level::Advice, _) => ExitStatus::Done,
            (Level::Error, Module::Configuration) => ExitStatus::Configuration,
            (Level::Error, Module::Server) => ExitStatus::Connection,
            (Level::Error, Module::Database) if self.stops_the_check() => ExitStatus::Database,
            (Level::Error, _) => ExitStatus::Partial,
        }
    }

    /// Tells whether nothing of the database can be looked at after it.
    fn stops_the_check(self) -> bool {
        matches!(
            self,
            Self::DatabaseMissing
                | Self::DatabaseUnreadable
                | Self::DatabaseBusy
                | Self::SchemaDiffers
                | Self::RowMissing
        )
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}
