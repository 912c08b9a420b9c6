//! Money as integer cents of a euro: no float ever touches an amount.

use serde::{Deserialize, Serialize};

/// An amount in cents of a euro, signed. The convention of every balance is debit - credit (D13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cents(pub i64);

impl Cents {
    /// Nothing owed either way.
    pub const ZERO: Self = Self(0);

    /// Adds two amounts; `None` when the sum leaves the range of 64 bits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// Subtracts an amount; `None` when the difference leaves the range of 64 bits.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// Tells whether the amount is nothing.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Gives the French form that people read: `-9 985,56`, with a narrow no-break space (U+202F).
    pub fn to_french(self) -> String {
        let whole = (self.0.unsigned_abs() / 100).to_string();
        let sign = if self.0 < 0 { "-" } else { "" };
        format!("{sign}{},{:02}", grouped(&whole), self.0.unsigned_abs() % 100)
    }
}

/// Groups the digits of a whole number by three with U+202F.
fn grouped(digits: &str) -> String {
    let first = digits.len() % 3;
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (position, digit) in digits.chars().enumerate() {
        if position != 0 && position % 3 == first {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// The dot-decimal form of XML: `-9985.56`.
impl std::fmt::Display for Cents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_reads_in_french_and_in_xml() {
        assert_eq!(Cents(-998_556).to_french(), "-9\u{202f}985,56");
        assert_eq!(Cents(-998_556).to_string(), "-9985.56");
        assert_eq!(Cents(5).to_string(), "0.05");
        assert_eq!(Cents(-5).to_french(), "-0,05");
        assert_eq!(Cents(123_456_789).to_french(), "1\u{202f}234\u{202f}567,89");
        assert_eq!(Cents(i64::MIN).to_string(), "-92233720368547758.08");
    }

    #[test]
    fn nothing_bears_no_sign() {
        assert_eq!((Cents::ZERO.to_french().as_str(), Cents::ZERO.to_string().as_str()), ("0,00", "0.00"));
    }
}
