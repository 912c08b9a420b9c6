//! The suite of render.
