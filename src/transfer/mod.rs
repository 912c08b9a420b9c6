//! All network to the server.
