//! What each channel writes: the XML of floor 4. A new channel is one folder here and one in `publier_core`.

pub mod extranet;
