//! What `scripts/bench transfer` measures: every file of a folder to a real server, through the pool of a publication.
//!
//! Each file takes the agent's own way: temporary name, size confirmed, rename, over the same pool of connections. What fails ends
//! the measure.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use publier::clock::SystemClock;
use publier::digest::sha256;
use publier::ports::{Listeners, RemotePath};
use publier::settings::secret::Secret;
use publier::settings::target::{Deadlines, Login, Protocol, Target, Trust};
use publier::transfer::connector;
use publier::transfer::courier::pool::Pool;
use publier::transfer::courier::{Dispatch, Parcel};
use publier_core::channels::Channel;
use publier_core::domain::digest::Digest;
use publier_core::publication::retry::RetryPolicy;

use crate::proxy::{Proxy, Weather};

/// How files travel.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum By {
    /// FTP with AUTH TLS, a password and a pinned certificate.
    Ftps,
    /// SFTP with a key and a pinned host key.
    Sftp,
}

/// A folder to send and the server that takes it.
#[derive(Debug, Args)]
pub struct Errand {
    /// How files travel.
    #[arg(long)]
    by: By,
    /// The server's address.
    #[arg(long)]
    host: String,
    /// Its port.
    #[arg(long)]
    port: u16,
    /// The account.
    #[arg(long)]
    user: String,
    /// The file of the password, or of the private key.
    #[arg(long)]
    secret: PathBuf,
    /// The fingerprint of the certificate or of the host key.
    #[arg(long)]
    pin: String,
    /// The folder that receives the files.
    #[arg(long)]
    deposit: String,
    /// The folder whose files are sent.
    #[arg(long)]
    files: PathBuf,
    /// How many connections.
    #[arg(long)]
    connections: u16,
}

/// A line before a server, until the standard input ends.
#[derive(Debug, Args)]
pub struct Line {
    /// Where clients connect.
    #[arg(long)]
    listen: IpAddr,
    /// Where the server listens.
    #[arg(long)]
    server: IpAddr,
    /// Ports and ranges of ports, separated by commas: `2121,40000-40099`.
    #[arg(long)]
    ports: String,
    /// How long a byte travels, each way, in milliseconds.
    #[arg(long)]
    delay_ms: u64,
}

/// Sends every file of the folder.
///
/// # Errors
/// When a file can't be read or delivered.
pub fn send(errand: &Errand) -> anyhow::Result<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let target = target(errand)?;
    let parcels = parcels(&errand.files, &target.deposit)?;
    let (files, bytes) = (parcels.len(), parcels.iter().map(|parcel| parcel.size_bytes).sum::<u64>());
    let dispatch = Dispatch::new(
        connector(&target)?,
        target.deposit.clone(),
        RetryPolicy::once(),
        Arc::new(SystemClock),
        Arc::new(Listeners::default()),
    );
    runtime.block_on(deliver(Pool::new(dispatch, target.connections), parcels))?;
    Ok(format!("files={files} bytes={bytes}"))
}

async fn deliver(mut pool: Pool, parcels: Vec<Parcel>) -> anyhow::Result<()> {
    let mut parcels = (0..).zip(parcels);
    loop {
        while pool.has_room()
            && let Some((ticket, parcel)) = parcels.next()
        {
            pool.submit(ticket, parcel);
        }
        let Some((_, end)) = pool.next().await else { break };
        if end?.already {
            bail!("a file stood there already");
        }
    }
    pool.close().await;
    Ok(())
}

fn target(errand: &Errand) -> anyhow::Result<Target> {
    let (protocol, login, trust) = match errand.by {
        By::Ftps => {
            let password = std::fs::read_to_string(&errand.secret)?.trim_end().to_owned();
            let pin: Digest =
                errand.pin.replace(':', "").to_lowercase().parse().ok().context("a fingerprint")?;
            let login = Login::Password(Secret::new(password));
            (Protocol::FtpsExplicit, login, Trust::CertificateFingerprint(pin.0))
        }
        By::Sftp => {
            let login = Login::Key { file: errand.secret.clone(), passphrase: None };
            (Protocol::Sftp, login, Trust::HostKeyFingerprint(errand.pin.clone()))
        }
    };
    Ok(Target {
        name: "bench".into(),
        channel: Channel::Extranet,
        protocol,
        host: errand.host.clone(),
        port: errand.port,
        user: errand.user.clone(),
        login,
        trust,
        deposit: RemotePath::new(errand.deposit.as_str())?,
        receives_credentials: false,
        receipts: None,
        removes_files: false,
        bandwidth: Vec::new(),
        connections: errand.connections,
        deadlines: Deadlines::default(),
    })
}

/// The files of a folder, the largest first. Their digest only names their parts: a publication knows it beforehand.
fn parcels(folder: &Path, deposit: &RemotePath) -> anyhow::Result<Vec<Parcel>> {
    let mut parcels = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string().ok().context("a plain name")?;
        parcels.push(Parcel {
            local: entry.path(),
            remote: deposit.join(&name)?,
            size_bytes: entry.metadata()?.len(),
            digest: sha256(name.as_bytes()),
        });
    }
    parcels.sort_by(|one, other| other.size_bytes.cmp(&one.size_bytes).then(one.remote.cmp(&other.remote)));
    Ok(parcels)
}

/// Stands before a server until the standard input ends; says so first.
///
/// # Errors
/// When a port is taken or isn't one.
#[expect(clippy::print_stdout, reason = "whoever started it waits for the word")]
pub fn line(line: &Line) -> anyhow::Result<String> {
    let mut ports = Vec::new();
    for range in line.ports.split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        ports.extend(first.parse::<u16>()?..=last.parse::<u16>()?);
    }
    let weather = Weather { delay: Duration::from_millis(line.delay_ms), rate: None };
    let proxy = Proxy::start(line.listen, line.server, ports, weather)?;
    println!("ready");
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(format!("connections={}", proxy.connections()))
}
