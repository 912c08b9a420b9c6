//! proftpd and pure-ftpd, which `scripts/ftp-servers` unpacks beside the builds: as installed packages they would conflict
//! with vsftpd. Each serves a folder of its own to a user of its own list, under the account that the other servers use.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use publier::settings::target::Protocol;

use super::servers::{Identities, Kind, PASSWORD, Program, RealServer, run, start, write};

impl RealServer {
    /// Starts proftpd for FTP in one of its forms, its default rule of session reuse included.
    pub fn proftpd(kind: Kind) -> Self {
        Self::proftpd_with(kind, "")
    }

    /// Starts proftpd for FTP with more settings.
    pub fn proftpd_with(kind: Kind, settings: &str) -> Self {
        start_proftpd(kind.protocol(), kind == Kind::ExplicitSelfSigned, settings)
    }

    /// Starts proftpd for SFTP.
    pub fn proftpd_sftp() -> Self {
        start_proftpd(Protocol::Sftp, false, "")
    }

    /// Starts pure-ftpd: it has no implicit form.
    pub fn pure_ftpd(kind: Kind) -> Self {
        assert_ne!(kind, Kind::Implicit, "pure-ftpd has no implicit form");
        let self_signed = kind == Kind::ExplicitSelfSigned;
        start(Program::PureFtpd, kind.protocol(), self_signed, |identities, folder, _, port| {
            let mut command = unpacked("usr/sbin/pure-ftpd");
            let users = pure_users(identities, folder);
            // Chrooted, no anonymous, no look-up of names, uploads opened to no other's writing.
            command.args(["-A", "-E", "-H", "-u", "1", "-U", "133:022"]);
            command.arg("-S").arg(format!("127.0.0.1,{port}"));
            command.arg("-l").arg(format!("puredb:{}", users.display()));
            command.arg("-g").arg(folder.join("pid"));
            if kind == Kind::Plain {
                command.args(["-Y", "0"]);
            } else {
                // Neither a login nor data in clear.
                command.args(["-Y", "3"]).arg("-2").arg(chain_and_key(identities, folder, self_signed));
            }
            command
        })
    }
}

fn start_proftpd(protocol: Protocol, self_signed: bool, more: &str) -> RealServer {
    start(Program::Proftpd, protocol, self_signed, |identities, folder, _, port| {
        let file = folder.join("proftpd.conf");
        let own = match protocol {
            Protocol::Sftp => sftp_settings(identities, folder),
            Protocol::Ftp => String::new(),
            _ => tls_settings(identities, folder, protocol, self_signed),
        };
        // The first of two settings counts.
        let common = proftpd_settings(identities, folder, port);
        let common = if more.contains("AllowOverwrite") { common.replace(OVERWRITING, "") } else { common };
        write(&file, &format!("{common}{own}{more}"));
        let mut command = unpacked("usr/sbin/proftpd");
        command.arg("-n").arg("-c").arg(&file);
        command
    })
}

/// A program of the folder that `scripts/ftp-servers` makes, with its libraries.
fn unpacked(program: &str) -> Command {
    let program = unpacked_folder().join(program);
    assert!(program.exists(), "{} is missing: ./scripts/ftp-servers unpacks it", program.display());
    let mut command = Command::new(program);
    command.env("LD_LIBRARY_PATH", libraries());
    command
}

fn unpacked_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("ftp-servers")
}

fn libraries() -> PathBuf {
    let folders = fs::read_dir(unpacked_folder().join("usr/lib")).unwrap();
    let mut folders = folders.map(|entry| entry.unwrap().path());
    folders.find(|path| path.to_string_lossy().ends_with("-linux-gnu")).expect("a folder of libraries")
}

/// The numbers of the account that the servers act under.
fn numbers(identities: &Identities) -> (String, String) {
    let of = |option: &str| run("id", &[option, &identities.user]).trim().to_owned();
    (of("-u"), of("-g"))
}

fn hashed_password() -> String {
    run("openssl", &["passwd", "-6", PASSWORD]).trim().to_owned()
}

/// What lets proftpd replace files and go on with them.
const OVERWRITING: &str = "AllowOverwrite on\nAllowStoreRestart on\n";

fn proftpd_settings(identities: &Identities, folder: &Path, port: u16) -> String {
    let (user_number, group_number) = numbers(identities);
    let users = folder.join("users");
    let (user, root) = (&identities.user, folder.join("root"));
    let line =
        format!("{user}:{}:{user_number}:{group_number}::{}:/bin/sh\n", hashed_password(), root.display());
    write(&users, &line);
    // It refuses a list that others may read.
    fs::set_permissions(&users, fs::Permissions::from_mode(0o600)).unwrap();
    let modules: String = ["tls", "tls_shmcache", "sftp", "digest"]
        .map(|name| format!("LoadModule mod_{name}.c\n"))
        .into_iter()
        .collect();
    let (folder, unpacked) = (folder.display(), unpacked_folder());
    format!(
        "ModulePath {}/usr/lib/proftpd\n{modules}ServerType standalone\nServerName essai\n\
         DefaultAddress 127.0.0.1\nPort {port}\nUseIPv6 off\nUseReverseDNS off\nDelayEngine off\n\
         User {user}\nGroup {user}\nPidFile {folder}/pid\nScoreboardFile none\nWtmpLog off\n\
         SystemLog {folder}/words\nExtendedLog {folder}/log ALL,AUTH\nMaxInstances none\n\
         AuthOrder mod_auth_file.c\nAuthUserFile {}\nRequireValidShell off\nDefaultRoot ~\nUmask 022\n\
         {OVERWRITING}",
        unpacked.display(),
        users.display()
    )
}

fn tls_settings(identities: &Identities, folder: &Path, protocol: Protocol, self_signed: bool) -> String {
    let name = if self_signed { "self" } else { "leaf" };
    let (chain, key) = (identities.path(&format!("{name}.pem")), identities.path(&format!("{name}.key")));
    let folder = folder.display();
    let implicit = if protocol == Protocol::FtpsImplicit { "TLSOptions UseImplicitSSL\n" } else { "" };
    format!(
        "TLSEngine on\nTLSRequired on\n{implicit}TLSECCertificateFile {}\nTLSECCertificateKeyFile {}\n\
         TLSLog {folder}/tls\nTLSSessionCache shm:/file={folder}/sessions\n",
        chain.display(),
        key.display()
    )
}

fn sftp_settings(identities: &Identities, folder: &Path) -> String {
    let keys: String =
        ["ed25519", "rsa"].map(|kind| format!("SFTPHostKey {}\n", host_key(identities, kind))).concat();
    let folder = folder.display();
    format!(
        "SFTPEngine on\nSFTPLog {folder}/sftp\n{keys}SFTPAuthorizedUserKeys file:{folder}/authorized_rfc4716\n"
    )
}

fn host_key(identities: &Identities, kind: &str) -> String {
    identities.path(&format!("host_{kind}")).display().to_string()
}

/// pure-ftpd's list of users.
fn pure_users(identities: &Identities, folder: &Path) -> PathBuf {
    let (list, users) = (folder.join("users"), folder.join("users.pdb"));
    let (user_number, group_number) = numbers(identities);
    let line = format!(
        "{}:{}:{user_number}:{group_number}::{}/./::::::::::::\n",
        identities.user,
        hashed_password(),
        folder.join("root").display()
    );
    write(&list, &line);
    let mut command = unpacked("usr/bin/pure-pw");
    let done = command.arg("mkdb").arg(&users).arg("-f").arg(&list).output().unwrap();
    assert!(done.status.success(), "pure-pw: {}", String::from_utf8_lossy(&done.stderr));
    users
}

/// One file with the certificate and its key, as pure-ftpd wants it.
fn chain_and_key(identities: &Identities, folder: &Path, self_signed: bool) -> PathBuf {
    let name = if self_signed { "self" } else { "leaf" };
    let both = folder.join("both.pem");
    let parts = ["key", "pem"]
        .map(|extension| fs::read_to_string(identities.path(&format!("{name}.{extension}"))).unwrap());
    write(&both, &parts.concat());
    both
}
