//! Models in, PDF bytes out.
