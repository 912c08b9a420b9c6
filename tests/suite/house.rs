//! The suite of house.
