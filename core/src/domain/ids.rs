//! Typed ids of the back office's records: its own integer keys, stable, so that two can't be swapped.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// An entity of the agency (entité): one module, one set of books.
    EntityId,
    /// A party (tiers, identité).
    PartyId,
    /// An account (compte): the unit of publication (D1).
    AccountId,
    /// A building (immeuble).
    BuildingId,
    /// A unit (lot).
    UnitId,
    /// A co-owner's record in one building (fiche copropriétaire).
    CoOwnerRecordId,
    /// A binder (classeur).
    BinderId,
    /// An event template (modèle d'événement).
    TemplateId,
    /// An event (événement).
    EventId,
    /// An event's attachment (pièce jointe).
    AttachmentId,
    /// A photo.
    PhotoId,
    /// An accounting voucher (pièce comptable).
    VoucherId,
    /// A case file (dossier).
    CaseFileId,
    /// A fiscal year of a building (exercice).
    FiscalYearId,
    /// An allocation key (clé de répartition).
    AllocationKeyId,
    /// A ledger entry (écriture).
    EntryId,
    /// An expense line (dépense).
    ExpenseLineId,
    /// A user of the back office (utilisateur).
    UserId,
}
