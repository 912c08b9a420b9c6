//! The suite of dirt: whatever stands in the agency's database, a run is never lost for one record, nothing panics, the
//! accounting has no gap, and nobody sees more than they did when it was clean.

mod random;
mod shown;
