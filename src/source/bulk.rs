//! The bulk, streamed row by row without copies.
