//! The daemon: heartbeat, lock, stop.
