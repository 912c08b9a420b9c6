//! The one catalogue of reasons: why a transfer failed, a record was refused, held or removed, a change not made.
//!
//! A reason is one of a closed set with a stable code (kebab-case, English, never renamed once released). A
//! code is unique in its set only: `expired` is a refusal and a removal, and the two say different things. So
//! the sentence that a person reads stands in the locale files under `reason-SET-CODE`, and what to do next,
//! beginning with whose move it is, under `remedy-SET-CODE`. docs/contracts.md lists every code by set; tests
//! compare the list and the locale files with these enums.

use serde::{Deserialize, Serialize};

/// Declares a closed set of reasons with its codes, `SET`, `ALL`, `code()`, `from_code()`, the keys of its
/// sentences and `Display`.
macro_rules! catalogue {
    ($(#[$doc:meta])* $name:ident of $set:literal { $($(#[$vdoc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $code)] $variant,)+ }

        impl $name {
            /// The name of this set, in the keys of the sentences and in docs/contracts.md.
            pub const SET: &'static str = $set;

            /// Every reason of this set, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Gives the stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// Finds the reason that bears a code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }

            /// Gives the locale key of the sentence that tells this reason.
            pub fn reason_key(self) -> &'static str {
                match self { $(Self::$variant => concat!("reason-", $set, "-", $code),)+ }
            }

            /// Gives the locale key of the sentence that tells what to do, and whose move it is.
            pub fn remedy_key(self) -> &'static str {
                match self { $(Self::$variant => concat!("remedy-", $set, "-", $code),)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

catalogue! {
    /// Why a transfer failed, classified from protocol codes and never from free text (rule A9).
    TransferReason of "transfer" {
        /// The server's port answered by a refusal.
        ConnectionRefused = "connection-refused",
        /// The server's name has no address.
        HostNotFound = "host-not-found",
        /// No network leads to the server.
        NoRoute = "no-route",
        /// The server did not answer in time.
        TimedOut = "timed-out",
        /// The connection broke.
        ConnectionLost = "connection-lost",
        /// The login was refused (FTP 530, SSH authentication).
        AuthenticationRefused = "authentication-refused",
        /// The login was refused twice within an hour: none is tried for now, so that the account isn't locked.
        LoginPaused = "login-paused",
        /// The private key or the SSH agent can't be used: nothing was said to the server.
        KeyUnusable = "key-unusable",
        /// The SSH host key is not the pinned one.
        HostKeyChanged = "host-key-changed",
        /// The SSH host key was never seen and none is pinned.
        HostKeyUnknown = "host-key-unknown",
        /// The TLS certificate is not trusted, not the pinned one, expired or for another name.
        CertificateRefused = "certificate-refused",
        /// The TLS certificate is not the pinned one.
        CertificateChanged = "certificate-changed",
        /// The TLS handshake failed, or the server refuses AUTH TLS.
        TlsFailed = "tls-failed",
        /// The server forbids the operation.
        PermissionDenied = "permission-denied",
        /// The remote folder does not exist.
        FolderMissing = "folder-missing",
        /// The remote file exists and may not be replaced.
        FileExists = "file-exists",
        /// The server's disk or the account's quota is full (FTP 452, 552).
        DiskFull = "disk-full",
        /// The server could not write what it received (FTP 451): most often a full disk or quota that it doesn't name.
        WriteFailed = "write-failed",
        /// The remote file is locked.
        FileLocked = "file-locked",
        /// The server refuses the file's name (FTP 553).
        NameRefused = "name-refused",
        /// The temporary file could not be renamed.
        RenameFailed = "rename-failed",
        /// The size on the server is not that of the file sent.
        SizeMismatch = "size-mismatch",
        /// The data connection was refused (FTP 425, 426: passive port, firewall).
        DataChannelRefused = "data-channel-refused",
        /// Another error of the server; its code is in its own words.
        ServerError = "server-error",
        /// The local file does not exist.
        LocalFileMissing = "local-file-missing",
        /// The local file can't be read.
        LocalFileUnreadable = "local-file-unreadable",
        /// The local file changed while it was read.
        LocalFileChanged = "local-file-changed",
        /// The local disk is full.
        LocalDiskFull = "local-disk-full",
        /// A person or the system stopped the transfer.
        Interrupted = "interrupted",
    }
}

impl TransferReason {
    /// Tells whether trying again later can help without anyone's doing anything.
    pub fn is_transient(self) -> bool {
        use TransferReason as R;
        matches!(
            self,
            R::ConnectionRefused
                | R::HostNotFound
                | R::NoRoute
                | R::TimedOut
                | R::ConnectionLost
                | R::DataChannelRefused
                | R::FileLocked
                | R::SizeMismatch
                | R::LocalFileChanged
                | R::Interrupted
        )
    }

    /// Tells whether the failure concerns this file alone, so that the others can go on.
    pub fn is_about_the_file(self) -> bool {
        use TransferReason as R;
        matches!(
            self,
            R::NameRefused
                | R::FileExists
                | R::FileLocked
                | R::LocalFileMissing
                | R::LocalFileUnreadable
                | R::LocalFileChanged
        )
    }
}

catalogue! {
    /// Why a selected record is not in the publication (PUBLICATION.md 13).
    RefusalReason of "refused" {
        /// The event's template has no binder (C2).
        NoBinder = "no-binder",
        /// The template's binder is fed on the extranet and is never our target (B9).
        BinderFedOnSite = "binder-fed-on-site",
        /// The binder's module is not the event's or account's (C22).
        ModuleMismatch = "module-mismatch",
        /// The event has no scope at all (C15).
        NoScope = "no-scope",
        /// The narrowest target names a record that does not exist (C20).
        DanglingTarget = "dangling-target",
        /// The narrowest target is an account that is not published (C20).
        TargetNotPublished = "target-not-published",
        /// The event concerns a unit and has no date: nobody can tell whose the unit was (C21).
        NoDocumentDate = "no-document-date",
        /// The event has neither body nor attachment (C1).
        BlankEvent = "blank-event",
        /// The event's duration is over (C6).
        Expired = "expired",
        /// The attached file does not exist.
        FileMissing = "file-missing",
        /// The attached file is empty.
        FileEmpty = "file-empty",
        /// The attached file is over the size limit.
        FileTooLarge = "file-too-large",
        /// The attached file can't be read, or is not a regular file inside the files' folder.
        FileUnreadable = "file-unreadable",
        /// The file's type is not one of those that are sent, or it bears macros.
        FileType = "file-type",
        /// The photo is neither a JPEG nor a PNG.
        PhotoType = "photo-type",
        /// The PDF or the photo is cut short or isn't one.
        FileDamaged = "file-damaged",
        /// The PDF asks for a password.
        FileProtected = "file-protected",
        /// The body's format is not read (RTF, DOCX).
        BodyFormat = "body-format",
        /// The body has too many bytes, pictures included.
        BodyTooLarge = "body-too-large",
        /// The body would fill too many pages, or has too much text or too many elements.
        BodyTooLong = "body-too-long",
        /// The body's elements nest too deep.
        BodyTooDeep = "body-too-deep",
        /// The body's pictures have too many pixels together.
        PictureTooLarge = "picture-too-large",
        /// A table of the body has more columns than its page has room for.
        TableTooWide = "table-too-wide",
        /// A statement or list that the agent makes has too many pages.
        PaperTooLong = "paper-too-long",
        /// The body could not be rendered.
        RenderFailed = "render-failed",
        /// The server refuses the document for good.
        TransferRefused = "transfer-refused",
        /// The account has no party (D2).
        AccountWithoutParty = "account-without-party",
        /// A value is out of its range or unreadable.
        BadValue = "bad-value",
        /// Something that decides who sees the record can't be read, or its key is another record's too.
        Unreadable = "unreadable",
        /// The works fund or expense refers to a record that does not exist.
        DanglingReference = "dangling-reference",
        /// No condo binder has the code INVOICES (E2).
        NoInvoicesBinder = "no-invoices-binder",
        /// The list's binder grants plain co-owners (G7).
        CouncilOnly = "council-only",
    }
}

impl RefusalReason {
    /// Tells whether the refusal is only worth a look: the agency may have meant it so. The others are to be corrected,
    /// and make the publication a partial one.
    pub fn is_warning(self) -> bool {
        matches!(self, Self::BlankEvent | Self::TargetNotPublished | Self::Expired)
    }
}

catalogue! {
    /// Why a selected record waits (PUBLICATION.md 13).
    WaitReason of "waits" {
        /// The publication date is in the future (C4).
        FutureDate = "future-date",
        /// The template has a duration and the event no processing date: an error, never "for ever" (C27).
        NoProcessingDate = "no-processing-date",
        /// The event's template was linked to a binder after a publication had left the event out: it waits until
        /// someone publishes it (C3, C4).
        BinderLinkedLater = "binder-linked-later",
        /// A temporary password waits for an encrypted transport (D5).
        PlainTransport = "plain-transport",
        /// The whole publication is held.
        PublicationHeld = "publication-held",
    }
}

catalogue! {
    /// Why a live document, account or section is withdrawn (PUBLICATION.md 8).
    RemovalReason of "removed" {
        /// A person withdrew it: the date is 00/00/00 or the flag is off (C5, D7).
        Manual = "manual",
        /// Its duration is over (C6).
        Expired = "expired",
        /// A newer document replaces it (G6).
        Superseded = "superseded",
        /// Its publication date moved to the future (C4).
        Postponed = "postponed",
        /// The record no longer exists (C18).
        Gone = "gone",
        /// Its template lost its binder, or the binder is gone (C18).
        Binder = "binder",
        /// Its target changed or is no longer published (C19, C20).
        Scope = "scope",
        /// The account left: notice, departure or sale under the options D9-D11, or the account was closed.
        Account = "account",
        /// The option that sent it is off (E6).
        Option = "option",
        /// The fiscal year closed (E6).
        YearClosed = "year-closed",
        /// Only a newer version is refused and its audience changed (PUBLICATION.md 8).
        Refused = "refused",
    }
}

catalogue! {
    /// Why a whole publication waits for a person (PUBLICATION.md 14).
    HoldReason of "hold" {
        /// The first publication of a series.
        FirstOfSeries = "first-of-series",
        /// No account at all is published.
        NoAccount = "no-account",
        /// At least 20 and more than half of the live accounts or documents are gone from the database.
        Collapse = "collapse",
        /// The clock is more than 5 minutes before the last confirmed publication.
        ClockBack = "clock-back",
        /// The clock is more than 45 days after the last confirmed publication.
        ClockForward = "clock-forward",
        /// The confirmed plan and the current one differ by more removals.
        PlanChanged = "plan-changed",
        /// No plan that waited bears the digest that was given.
        UnknownPlan = "unknown-plan",
    }
}

catalogue! {
    /// Why a change that staff asked for is not made.
    StaffReason of "staff" {
        /// No record bears this number or code.
        NotFound = "not-found",
        /// The binder's name is locked (B2).
        NameLocked = "name-locked",
        /// The binder is fed on the extranet and is never ours (B9).
        FedOnSite = "fed-on-site",
        /// A name or a code is blank.
        NoName = "no-name",
        /// A name or a code holds a character that can't be shown.
        IllegalCharacter = "illegal-character",
        /// Another binder bears this code (B2).
        CodeTaken = "code-taken",
        /// The right or the parent is of the other module (B1, B3, B4).
        WrongModule = "wrong-module",
        /// The party's name gives no login: staff must choose one (D4).
        NoLogin = "no-login",
        /// No account of the party is ticked: it needs no credentials (D3).
        NoTickedAccount = "no-ticked-account",
        /// The event archives a Statissimmo run and is never published (I7).
        ArchiveOnly = "archive-only",
        /// The party has no login or no temporary password to hand over (D5).
        NoCredentials = "no-credentials",
        /// A setting of the co-owner list is missing (G1).
        ListSettingMissing = "list-setting-missing",
        /// The building has no co-owner who holds a unit today (G4).
        NobodyListed = "nobody-listed",
        /// The event template of the account statements isn't set (C16).
        NoStatementTemplate = "no-statement-template",
        /// Another file than a PDF to look at stands under the name asked for: it is not replaced.
        FileStands = "file-stands",
        /// The folder asked for is one that others read: the agency's files, or what a target serves.
        FolderShared = "folder-shared",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_finds_its_reason_again_and_is_what_json_carries() {
        for &reason in TransferReason::ALL {
            assert_eq!(TransferReason::from_code(reason.code()), Some(reason));
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("\"{}\"", reason.code()));
        }
        assert_eq!(TransferReason::from_code("no-such-code"), None);
    }

    #[test]
    fn two_sets_that_share_a_code_have_different_sentences() {
        assert_eq!(RefusalReason::Expired.code(), RemovalReason::Expired.code());
        assert_eq!(RefusalReason::Expired.reason_key(), "reason-refused-expired");
        assert_eq!(RemovalReason::Expired.reason_key(), "reason-removed-expired");
        assert_eq!(RemovalReason::Expired.remedy_key(), "remedy-removed-expired");
    }

    /// Whatever isn't about one file ends the run: the others would fail alike.
    #[test]
    fn the_failures_of_one_file_alone_are_these_six() {
        let about_the_file: Vec<_> = TransferReason::ALL
            .iter()
            .filter(|reason| reason.is_about_the_file())
            .map(|r| r.code())
            .collect();
        assert_eq!(
            about_the_file,
            [
                "file-exists",
                "file-locked",
                "name-refused",
                "local-file-missing",
                "local-file-unreadable",
                "local-file-changed"
            ]
        );
    }

    /// C1, C6, C20: all else is to be corrected, and makes the publication a partial one.
    #[test]
    fn the_refusals_that_are_only_worth_a_look_are_these_three() {
        let warnings: Vec<_> = RefusalReason::ALL
            .iter()
            .filter(|reason| reason.is_warning())
            .map(|reason| reason.code())
            .collect();
        assert_eq!(warnings, ["target-not-published", "blank-event", "expired"]);
    }
}
