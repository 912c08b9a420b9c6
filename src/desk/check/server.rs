//! A server as a publication will find it: who it is, whether it lets us in, whether the deposit folder takes a file
//! and confirms its size, and what stands there that is nobody's (`check --server`).
//!
//! Promises: one connection at a time, since a server may grant no more; the identity that the server showed on it is told,
//! trusted or not; what is written is one small file under a temporary name,
//! renamed as a publication is, and removed again, in the deposit folder and in `documents/` where it is there, and one folder, where a publication will make some; nothing else is
//! touched. Every wait is bounded by the target's
//! deadlines. Limits: files are looked for in `documents/` and parts there and in the deposit folder, one level deep; a folder that may
//! not be listed is told, unless the server shows it as an empty one, as vsftpd does where the rights of the disk forbid it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use publier_core::publication::reason::TransferReason;

use super::{Code, Finding, Kind, Record};
use crate::channels::extranet::receipt::LONGEST_BYTES;
use crate::ledger::series::Series;
use crate::ledger::{Ledger, LedgerError};
use crate::ports::{Abilities, BadRemotePath, Connector, RemoteEntry, RemotePath, Session, TransferError};
use crate::settings::target::{Protocol, Target, Trust};
use crate::transfer::courier::{Pause as _, RealPause};
use crate::transfer::reason::offered_fingerprint;

/// What the file that is tried holds.
const TRIED: &[u8] = b"publier check --server: this file is removed at once.\n";

/// How long a server has to forget a connection that was closed.
const NEXT_TURN: Duration = Duration::from_secs(1);

/// The folder of the documents, below the deposit folder.
const DOCUMENTS: &str = "documents";

/// The folder that is tried: one name for every check, so that a server that removes no folder is left with one at most. It is
/// told as a part where it stays.
const TRIED_FOLDER: &str = ".publier-check.part";

/// How many folders the documents are spread over: 00 to 99.
const NUMBERED: u8 = 100;

/// Makes the connector of a target.
pub type Connect<'c> = dyn Fn(&Target) -> Result<Arc<dyn Connector>, TransferError> + Sync + 'c;

/// What a server showed of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFacts {
    /// The target's name in the configuration.
    pub target: String,
    /// `user@host`, as the transfer log names it.
    pub session: String,
    /// How files travel.
    pub protocol: Protocol,
    /// How the server proves who it is.
    pub trust: Trust,
    /// The fingerprint of the host key or certificate that the server shows.
    pub fingerprint: Option<String>,
    /// The line of `agent.toml` that would pin it.
    pub setting: Option<String>,
    /// The deposit folder.
    pub deposit: RemotePath,
    /// Whether a file was written there, renamed and removed.
    pub takes_files: bool,
    /// The command by which the size was confirmed.
    pub size_command: Option<&'static str>,
    /// What else it can do, once it let us in.
    pub abilities: Option<Abilities>,
}

/// Checks one target. `ledger` tells which files are ours, if there is one yet; `nonce` makes the tried file's name its
/// own.
///
/// # Errors
/// Only when our own ledger can't be read.
pub async fn check(
    target: &Target,
    connect: &Connect<'_>,
    ledger: Option<&Ledger>,
    nonce: &str,
    each: &mut (dyn FnMut(Finding) + Send),
) -> Result<ServerFacts, LedgerError> {
    let mut facts = ServerFacts {
        target: target.name.clone(),
        session: format!("{}@{}", target.user, target.host),
        protocol: target.protocol,
        trust: target.trust.clone(),
        fingerprint: None,
        setting: None,
        deposit: target.deposit.clone(),
        takes_files: false,
        size_command: None,
        abilities: None,
    };
    let connector = match connect(target) {
        Ok(connector) => connector,
        Err(error) => {
            each(refused_session(target, &facts, &error));
            return Ok(facts);
        }
    };
    let session = connect_in_turn(connector.as_ref()).await;
    // A refused key may be one of several: the refusal names the one that counts.
    let refused = session.as_ref().err().and_then(offered_fingerprint).map(str::to_owned);
    facts.fingerprint = refused.or_else(|| connector.shown_identity());
    facts.setting = facts.fingerprint.as_deref().and_then(|print| pinning_line(target.protocol, print));
    let mut session = match session {
        Ok(session) => session,
        Err(error) => {
            each(refused_session(target, &facts, &error));
            return Ok(facts);
        }
    };
    facts.abilities = Some(session.abilities());
    let mut has_deposit = true;
    match try_deposit(session.as_mut(), target, nonce).await {
        Ok(()) => {
            facts.takes_files = true;
            facts.size_command = Some(session.size_command());
            if let Err(finding) = try_making(session.as_mut(), target).await {
                each(finding);
            }
        }
        Err((code, error)) => {
            has_deposit = code != Code::DepositMissing;
            let operation = Asked::Folder.operation(target.protocol);
            each(failed(code, target, &error).with("operation", operation));
        }
    }
    if has_deposit && session.in_sync() {
        let series = match ledger {
            Some(ledger) => ledger.find_series(target.channel.code(), &target.name)?,
            None => None,
        };
        look_for_strangers(session.as_mut(), target, ledger.zip(series.as_ref()), each).await?;
    }
    session.close().await;
    Ok(facts)
}

/// Connects, and once more where the server grants no further connection (421): it may still count the one before, of another
/// target or of a publication, which was closed a moment ago.
async fn connect_in_turn(connector: &dyn Connector) -> Result<Box<dyn Session>, TransferError> {
    match connector.connect().await {
        Err(error) if error.words.as_deref().is_some_and(|words| words.starts_with("421 ")) => {
            RealPause.pause(NEXT_TURN).await;
            connector.connect().await
        }
        connected => connected,
    }
}

/// Gives the line of `agent.toml` that pins a fingerprint.
fn pinning_line(protocol: Protocol, fingerprint: &str) -> Option<String> {
    match protocol {
        Protocol::Folder => None,
        Protocol::Sftp => Some(format!("host_key = \"{fingerprint}\"")),
        Protocol::Ftp | Protocol::FtpsExplicit | Protocol::FtpsImplicit => {
            let digits = fingerprint.strip_prefix("SHA256:").unwrap_or(fingerprint);
            Some(format!("certificate_fingerprint = \"{digits}\""))
        }
    }
}

fn refused_session(target: &Target, facts: &ServerFacts, error: &TransferError) -> Finding {
    use TransferReason as R;
    let code = match error.reason {
        R::HostKeyChanged | R::HostKeyUnknown | R::CertificateRefused | R::CertificateChanged => {
            Code::ServerUnknown
        }
        R::AuthenticationRefused | R::LoginPaused | R::KeyUnusable => Code::LoginRefused,
        _ => Code::ServerUnreachable,
    };
    failed(code, target, error).with("setting", facts.setting.as_deref().unwrap_or("–"))
}

/// Tells a failure by its reason, with the server's own words.
fn failed(code: Code, target: &Target, error: &TransferError) -> Finding {
    Finding::new(code, Record::new(Kind::Target, &target.name))
        .saying("reason", error.reason.reason_key())
        .saying("advice", error.reason.remedy_key())
        .with("words", error.words.as_deref().unwrap_or("–"))
        .with("deposit", target.deposit.as_str())
}

/// What is asked of a server besides a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Whether a folder is there.
    Folder,
    /// What a folder holds.
    Names,
    /// That a folder be made.
    Making,
}

impl Asked {
    /// Names what the server's administrator allows or denies.
    fn operation(self, protocol: Protocol) -> &'static str {
        match (self, protocol) {
            (Self::Folder, Protocol::Sftp | Protocol::Folder) => "stat",
            (Self::Folder, _) => "CWD",
            (Self::Names, Protocol::Sftp | Protocol::Folder) => "opendir, readdir",
            (Self::Names, _) => "LIST, MLSD",
            (Self::Making, Protocol::Sftp | Protocol::Folder) => "mkdir",
            (Self::Making, _) => "MKD",
        }
    }
}

/// Tells whether the server said no, rather than nothing.
fn is_refusal(error: &TransferError) -> bool {
    use TransferReason as R;
    !matches!(
        error.reason,
        R::ConnectionRefused | R::HostNotFound | R::NoRoute | R::TimedOut | R::ConnectionLost | R::TlsFailed
    )
}

/// The code of a failed look at a folder.
fn unseen(error: TransferError) -> (Code, TransferError) {
    (if is_refusal(&error) { Code::OperationRefused } else { Code::ServerUnreachable }, error)
}

/// Writes a small file, confirms its size, renames it, confirms it again and removes it.
async fn try_deposit(
    session: &mut dyn Session,
    target: &Target,
    nonce: &str,
) -> Result<(), (Code, TransferError)> {
    let unwritable = |error: TransferError| (Code::DepositUnwritable, error);
    match session.folder_exists(&target.deposit).await {
        Ok(true) => {}
        Ok(false) => {
            let missing = TransferError::new(TransferReason::FolderMissing, target.deposit.as_str());
            return Err((Code::DepositMissing, missing));
        }
        Err(error) => return Err(unseen(error)),
    }
    try_folder(session, &target.deposit, nonce, target.receipts.is_some()).await?;
    let documents = below(&target.deposit, DOCUMENTS)?;
    // Where it isn't there yet the first publication makes it.
    match session.folder_exists(&documents).await {
        Ok(true) => try_folder(session, &documents, nonce, false).await,
        Ok(false) if matches!(session.size(&documents).await, Ok(Some(_))) => {
            Err(unwritable(TransferError::new(TransferReason::FileExists, documents.as_str())))
        }
        Ok(false) => Ok(()),
        Err(error) => Err(unseen(error)),
    }
}

/// Tries whether the folders that publications still need can be made: `documents/`, or its numbered ones.
async fn try_making(session: &mut dyn Session, target: &Target) -> Result<(), Finding> {
    let told = |(code, error): (Code, TransferError)| failed(code, target, &error);
    let documents = below(&target.deposit, DOCUMENTS).map_err(told)?;
    let found = session.folder_exists(&documents).await;
    let folder = match found.map_err(|error| told(unseen(error)))? {
        true if has_all_numbered(session, &documents).await => return Ok(()),
        true => documents,
        false => target.deposit.clone(),
    };
    let Err(error) = try_folder_in(session, &folder).await else { return Ok(()) };
    let code = if is_refusal(&error) { Code::FoldersRefused } else { Code::ServerUnreachable };
    let operation = Asked::Making.operation(target.protocol);
    Err(failed(code, target, &error).with("folder", folder.as_str()).with("operation", operation))
}

/// Tells whether no publication will need another folder; one that can't be listed may lack some.
async fn has_all_numbered(session: &mut dyn Session, documents: &RemotePath) -> bool {
    let Ok(entries) = session.list(documents).await else { return false };
    let folders: BTreeSet<_> =
        entries.into_iter().filter(|entry| entry.is_folder).map(|entry| entry.name).collect();
    (0..NUMBERED).all(|number| folders.contains(&format!("{number:02}")))
}

/// Makes a folder and removes it.
async fn try_folder_in(session: &mut dyn Session, folder: &RemotePath) -> Result<(), TransferError> {
    let refused = |error: BadRemotePath| TransferError::new(TransferReason::NameRefused, error.to_string());
    let tried = folder.join(TRIED_FOLDER).map_err(refused)?;
    if !session.make_folder(&tried).await? {
        // An earlier check was let make it. Where it could not be removed, and still can't, nothing more is known.
        if session.remove_folder(&tried).await.is_err() {
            return Ok(());
        }
        session.make_folder(&tried).await?;
    }
    // No publication needs to: what stays is told as a part that was left over.
    drop(session.remove_folder(&tried).await);
    Ok(())
}

fn below(folder: &RemotePath, name: &str) -> Result<RemotePath, (Code, TransferError)> {
    folder.join(name).map_err(|error| {
        (Code::DepositUnwritable, TransferError::new(TransferReason::NameRefused, error.to_string()))
    })
}

/// Tries a file in a folder, and leaves the folder as it was.
async fn try_folder(
    session: &mut dyn Session,
    folder: &RemotePath,
    nonce: &str,
    reads_receipts: bool,
) -> Result<(), (Code, TransferError)> {
    let part = below(folder, &format!(".publier-check-{nonce}.part"))?;
    let whole = below(folder, &format!("publier-check-{nonce}.tmp"))?;
    let tried = try_file(session, &part, &whole, reads_receipts).await;
    for path in [&part, &whole] {
        if session.in_sync() {
            // What is left after a failure is told as a part that was left over.
            drop(session.remove(path).await);
        }
    }
    tried
}

async fn try_file(
    session: &mut dyn Session,
    part: &RemotePath,
    whole: &RemotePath,
    reads_receipts: bool,
) -> Result<(), (Code, TransferError)> {
    let unwritable = |error: TransferError| (Code::DepositUnwritable, error);
    let mut content = TRIED;
    session.write(part, 0, &mut content, &|_| {}).await.map_err(unwritable)?;
    confirm(session, part).await?;
    session.rename(part, whole).await.map_err(unwritable)?;
    confirm(session, whole).await?;
    if reads_receipts {
        read_back(session, whole).await.map_err(|error| (Code::ReceiptsUnread, error))?;
    }
    session.remove(whole).await.map_err(unwritable)
}

/// Reads the file as a receipt would be read.
async fn read_back(session: &mut dyn Session, path: &RemotePath) -> Result<(), TransferError> {
    match session.read(path, LONGEST_BYTES).await? {
        Some(content) if content == TRIED => Ok(()),
        Some(_) => Err(TransferError::new(TransferReason::SizeMismatch, "another content")),
        None => Err(TransferError::new(TransferReason::PermissionDenied, path.as_str())),
    }
}

async fn confirm(session: &mut dyn Session, path: &RemotePath) -> Result<(), (Code, TransferError)> {
    let expected = u64::try_from(TRIED.len()).unwrap_or_default();
    let error = match session.size(path).await {
        Ok(Some(size)) if size == expected => return Ok(()),
        Ok(size) => {
            let told = size.map_or("–".to_owned(), |size| size.to_string());
            TransferError::new(TransferReason::SizeMismatch, format!("{expected} ≠ {told}"))
        }
        Err(error) => error,
    };
    Err((Code::SizeUnconfirmed, error))
}

/// Looks for parts that were left over and for documents that no publication lists.
async fn look_for_strangers(
    session: &mut dyn Session,
    target: &Target,
    known: Option<(&Ledger, &Series)>,
    each: &mut (dyn FnMut(Finding) + Send),
) -> Result<(), LedgerError> {
    for entry in list(session, target, &target.deposit, each).await {
        tell_part(target, &entry, "", each);
    }
    let Ok(documents) = target.deposit.join(DOCUMENTS) else { return Ok(()) };
    // Before the first publication it isn't there; a server that won't say so was told above.
    if !session.in_sync() || session.folder_exists(&documents).await != Ok(true) {
        return Ok(());
    }
    let (folders, files): (Vec<_>, Vec<_>) =
        list(session, target, &documents, each).await.into_iter().partition(|entry| entry.is_folder);
    let beside = format!("{DOCUMENTS}/");
    for folder in folders {
        if tell_part(target, &folder, &beside, each) {
            continue;
        }
        let Ok(path) = documents.join(&folder.name) else { continue };
        let place = format!("{DOCUMENTS}/{}/", folder.name);
        for entry in list(session, target, &path, each).await {
            if entry.is_folder || tell_part(target, &entry, &place, each) {
                continue;
            }
            let is_known = match known {
                Some((ledger, series)) => ledger.knows_file(series.key, &entry.name)?,
                None => false,
            };
            if !is_known {
                each(stranger(target, Code::OrphanFile, &place, &entry));
            }
        }
    }
    // A publication puts its files into numbered folders: none that lies beside them is listed by one.
    for entry in files {
        if !tell_part(target, &entry, &beside, each) {
            each(stranger(target, Code::OrphanFile, &beside, &entry));
        }
    }
    Ok(())
}

/// Lists a folder that is there; one that can't be listed is told, and gives nothing.
async fn list(
    session: &mut dyn Session,
    target: &Target,
    folder: &RemotePath,
    each: &mut (dyn FnMut(Finding) + Send),
) -> Vec<RemoteEntry> {
    if !session.in_sync() {
        return Vec::new();
    }
    match session.list(folder).await {
        Ok(entries) => entries,
        Err(error) => {
            let operation = Asked::Names.operation(target.protocol);
            let finding = failed(Code::FolderUnlisted, target, &error).with("folder", folder.as_str());
            each(finding.with("operation", operation));
            Vec::new()
        }
    }
}

/// Tells an entry that is a part, and whether it is one.
fn tell_part(
    target: &Target,
    entry: &RemoteEntry,
    place: &str,
    each: &mut (dyn FnMut(Finding) + Send),
) -> bool {
    let is_named_so = entry.name.starts_with('.') && entry.name.strip_suffix(".part").is_some();
    let is_part = is_named_so && (!entry.is_folder || entry.name == TRIED_FOLDER);
    if is_part {
        each(stranger(target, Code::LeftOverPart, place, entry));
    }
    is_part
}

/// A file that is nobody's, with the name of its server.
fn stranger(target: &Target, code: Code, place: &str, entry: &RemoteEntry) -> Finding {
    let file = Record::new(Kind::RemoteFile, format!("{place}{}", entry.name));
    Finding::new(code, file.called(&target.name))
}
