//! The suite of flow.
