//! The suite of package.
