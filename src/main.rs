//! The command line of publier: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(publier::commands::run(std::env::args_os()).code())
}
