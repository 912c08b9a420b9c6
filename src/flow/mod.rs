//! One publication from plan to settlement, and each that is due.
