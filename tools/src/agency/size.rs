//! How much of everything.

/// Volumes of an agency: those of its entries, lines and documents come out exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Its name.
    pub name: &'static str,
    /// Buildings.
    pub buildings: i64,
    /// Units.
    pub units: i64,
    /// Accounts that are published; some more are not.
    pub accounts: i64,
    /// Ledger entries of the published accounts.
    pub entries: i64,
    /// Expense lines of open years.
    pub expense_lines: i64,
    /// Rows of works funds.
    pub funds: i64,
    /// Documents that can be published: bodies, attachments, photos, vouchers.
    pub documents: i64,
}

impl Size {
    /// Every size, the smallest first. `tiny` serves tests; the others are the volumes of the field.
    pub const ALL: [Self; 4] = [
        Self {
            name: "tiny",
            buildings: 4,
            units: 60,
            accounts: 42,
            entries: 900,
            expense_lines: 120,
            funds: 60,
            documents: 260,
        },
        Self {
            name: "small",
            buildings: 15,
            units: 700,
            accounts: 485,
            entries: 140_000,
            expense_lines: 4_000,
            funds: 700,
            documents: 35_000,
        },
        Self {
            name: "medium",
            buildings: 65,
            units: 4_800,
            accounts: 3_230,
            entries: 1_100_000,
            expense_lines: 18_000,
            funds: 4_800,
            documents: 250_000,
        },
        Self {
            name: "large",
            buildings: 400,
            units: 33_000,
            accounts: 21_400,
            entries: 7_500_000,
            expense_lines: 120_000,
            funds: 33_000,
            documents: 1_600_000,
        },
    ];

    /// Finds a size by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.name == name)
    }
}
