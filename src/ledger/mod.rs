//! Facts and state: all SQL on our own database.
