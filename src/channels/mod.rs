//! What each channel writes: the XML of floor 4.
