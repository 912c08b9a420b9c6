//! Measures one thing and prints its figures as `name=value` words; `scripts/bench` calls it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use publier::flow::alone::write_structured;
use publier::package::zip::{Level, verify};
use publier_tools::pages::{self, Kind};
use publier_tools::{known, transfer};

/// Measures one thing.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Line {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The structured data of an agency, from its database to the closed archive.
    Snapshot {
        /// The agency's database.
        #[arg(long)]
        database: PathBuf,
        /// The archive to write.
        #[arg(long)]
        zip: PathBuf,
    },
    /// Reopens an archive and checks it, as each publication's is.
    Verify {
        /// The archive.
        #[arg(long)]
        zip: PathBuf,
        /// The size of its content in bytes.
        #[arg(long)]
        content_bytes: u64,
    },
    /// Makes a ledger in which every document of an agency is known.
    Know {
        /// The agency's folder: `agency.db` and `files/`.
        #[arg(long)]
        agency: PathBuf,
    },
    /// A document, again and again.
    Render {
        /// Which one.
        #[arg(long)]
        what: Kind,
        /// The folder of its data.
        #[arg(long)]
        folder: PathBuf,
        /// How many times, on each worker.
        #[arg(long)]
        count: u32,
        /// How many workers at a time.
        #[arg(long, default_value_t = 1)]
        workers: u32,
    },
    /// A first publication of an agency that makes each letter and sends nothing.
    Letters {
        /// The agency's folder: `agency.db` and `files/`.
        #[arg(long)]
        agency: PathBuf,
    },
    /// A run with nothing new, from its plan to its seal.
    NothingNew {
        /// The agency's folder, prepared by `know`.
        #[arg(long)]
        agency: PathBuf,
    },
    /// Every file of a folder, to a real server.
    Transfer(transfer::Errand),
    /// A slow line before a server, until the standard input ends.
    Line(transfer::Line),
}

#[expect(clippy::print_stderr, reason = "a developer's tool")]
fn main() -> ExitCode {
    match run(Line::parse().what) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "a developer's tool")]
fn run(what: What) -> anyhow::Result<()> {
    let began = Instant::now();
    let words = match what {
        What::Snapshot { database, zip } => snapshot(&database, &zip)?,
        What::Verify { zip, content_bytes } => {
            let checked = verify(&zip, publier::channels::extranet::xml::ENTRY_NAME, content_bytes)?;
            format!("elements={}", checked.elements)
        }
        What::Know { agency } => known::know(&agency)?,
        What::Render { what, folder, count, workers } => pages::render(what, &folder, count, workers)?,
        What::Letters { agency } => known::letters(&agency)?,
        What::NothingNew { agency } => known::nothing_new(&agency)?,
        What::Transfer(errand) => transfer::send(&errand)?,
        What::Line(line) => transfer::line(&line)?,
    };
    println!("{words} seconds={:.3} peak_kib={}", began.elapsed().as_secs_f64(), peak_kib()?);
    Ok(())
}

fn snapshot(database: &Path, zip: &Path) -> anyhow::Result<String> {
    if zip.exists() {
        std::fs::remove_file(zip)?;
    }
    let spool = zip.parent().context("a folder")?;
    let written = write_structured(database, spool, zip, Level::Normal, known::now()?)?;
    let count = |name| {
        let section = written.counts.iter().find(|(section, _)| section.code() == name);
        section.map_or(0, |(_, counts)| counts.published)
    };
    Ok(format!(
        "accounts={} expenses={} works_funds={} refused={} zip_bytes={} content_bytes={}",
        count("accounts"),
        count("expenses"),
        count("works-funds"),
        written.refused,
        written.zip.size_bytes,
        written.zip.content_bytes
    ))
}

/// Gives the most memory that this process held, in KiB, as Linux counts it.
fn peak_kib() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}
