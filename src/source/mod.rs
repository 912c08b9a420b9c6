//! The back office's database: one snapshot to read, one door to write.
