//! The command line of publier: parse, run, exit code.

fn main() {}
