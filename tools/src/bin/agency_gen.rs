//! Makes the database of an invented agency: `agency-gen --size medium --seed 1 --out agency.db --files files`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use publier_tools::agency::{Order, Size, generate};

/// Makes the database of an invented agency.
#[derive(Debug, Parser)]
#[command(name = "agency-gen")]
struct Line {
    /// tiny, small, medium or large.
    #[arg(long, value_parser = size)]
    size: Size,
    /// What the records come from: the same seed gives the same agency.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The database to make.
    #[arg(long)]
    out: PathBuf,
    /// The folder to make the files in that the records name; without it, none are made.
    #[arg(long)]
    files: Option<PathBuf>,
}

fn size(name: &str) -> Result<Size, String> {
    Size::named(name).ok_or_else(|| "a size is tiny, small, medium or large".to_owned())
}

#[expect(clippy::print_stderr, reason = "a developer's tool")]
fn main() -> ExitCode {
    let Line { size, seed, out, files } = Line::parse();
    match generate(&out, &Order { size, seed, files }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("agency-gen: {error:#}");
            ExitCode::FAILURE
        }
    }
}
