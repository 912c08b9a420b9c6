//! Real servers on free loopback ports: vsftpd in three forms and OpenSSH, each serving a folder of its own; proftpd and
//! pure-ftpd are in `servers_unpacked`.
//!
//! They need root (vsftpd and sshd change users) and Debian's vsftpd, openssh-server and openssl: what is
//! missing is a failure that says so. The user of both is made for the time of the tests, without a home or
//! a shell, and removed with the last server: vsftpd reaps children itself, so PAM can't ask a script.

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use publier::ports::{Connector, RemotePath};
use publier::settings::secret::Secret;
use publier::settings::target::{Deadlines, Login, Protocol, Target, Trust};
use publier_core::domain::digest::Digest;

/// The password that every real server accepts.
pub const PASSWORD: &str = "canari-é$7 xyz";

/// Whose server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    Vsftpd,
    Sshd,
    Proftpd,
    PureFtpd,
}

/// The forms of FTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Explicit,
    /// Explicit, with a certificate that no authority signed.
    ExplicitSelfSigned,
    Implicit,
}

impl Kind {
    /// How files travel to it.
    pub fn protocol(self) -> Protocol {
        match self {
            Self::Plain => Protocol::Ftp,
            Self::Explicit | Self::ExplicitSelfSigned => Protocol::FtpsExplicit,
            Self::Implicit => Protocol::FtpsImplicit,
        }
    }
}

/// A running server, stopped on drop.
pub struct RealServer {
    child: Child,
    identities: Arc<Identities>,
    folder: tempfile::TempDir,
    pam: PathBuf,
    program: Program,
    protocol: Protocol,
    port: u16,
    self_signed: bool,
}

impl RealServer {
    /// Starts vsftpd.
    pub fn vsftpd(kind: Kind) -> Self {
        Self::start_vsftpd(kind, "", "max_per_ip=100\n")
    }

    /// Starts vsftpd, which grants one address so many connections.
    pub fn vsftpd_granting(kind: Kind, connections: u16) -> Self {
        Self::start_vsftpd(kind, "", &format!("max_per_ip={connections}\n"))
    }

    /// Starts vsftpd, whose data connections take these ports.
    pub fn vsftpd_passive(kind: Kind, ports: &std::ops::RangeInclusive<u16>) -> Self {
        let (first, last) = (ports.start(), ports.end());
        Self::start_vsftpd(kind, "", &format!("pasv_min_port={first}\npasv_max_port={last}\n"))
    }

    /// Starts vsftpd with more settings.
    pub fn vsftpd_with(kind: Kind, settings: &str) -> Self {
        Self::start_vsftpd(kind, "", &format!("max_per_ip=100\n{settings}"))
    }

    /// Starts vsftpd over an OpenSSL that is set otherwise: lines of `openssl.cnf`, system defaults.
    pub fn vsftpd_over_openssl(kind: Kind, openssl: &str) -> Self {
        Self::start_vsftpd(kind, openssl, "max_per_ip=100\n")
    }

    /// Starts OpenSSH's server.
    pub fn sshd() -> Self {
        Self::sshd_with("")
    }

    /// Starts OpenSSH's server with more settings.
    pub fn sshd_with(settings: &str) -> Self {
        start(Program::Sshd, Protocol::Sftp, false, |identities, folder, pam, port| {
            // sshd takes its PAM service from the name it is started under.
            let program = folder.join(pam);
            std::os::unix::fs::symlink("/usr/sbin/sshd", &program).unwrap();
            fs::create_dir_all("/run/sshd").unwrap();
            let file = folder.join("sshd_config");
            // A second subsystem would be added to the first.
            let first = sshd_settings(identities, folder, port);
            let first = if settings.contains("Subsystem") { first.replace(SFTP, "") } else { first };
            write(&file, &(first + settings));
            let mut command = Command::new(&program);
            command.args(["-D", "-e", "-f"]).arg(&file);
            command
        })
    }

    fn start_vsftpd(kind: Kind, openssl: &str, more: &str) -> Self {
        start(
            Program::Vsftpd,
            kind.protocol(),
            kind == Kind::ExplicitSelfSigned,
            |identities, folder, pam, port| {
                let file = folder.join("vsftpd.conf");
                write(&file, &(vsftpd_settings(kind, identities, folder, pam, port) + more));
                let mut command = Command::new("/usr/sbin/vsftpd");
                command.arg(&file);
                let defaults =
                    "openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = defaults\n";
                let openssl_file = folder.join("openssl.cnf");
                write(&openssl_file, &format!("{defaults}[defaults]\n{openssl}\n"));
                command.env("OPENSSL_CONF", openssl_file);
                command
            },
        )
    }

    /// The folder that the server serves.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// Puts a file into the served folder, which the server's user may replace.
    pub fn put(&self, relative: &str, content: &[u8]) {
        let path = self.root().join(relative);
        fs::write(&path, content).unwrap();
        open_to_all(&path, 0o666);
    }

    /// The remote path of something inside the served folder.
    pub fn remote(&self, relative: &str) -> RemotePath {
        let path = match self.protocol {
            // sshd doesn't shut its users into the folder, the others do.
            Protocol::Sftp if self.program == Program::Sshd => {
                format!("{}/{relative}", self.root().display())
            }
            _ => format!("/{relative}"),
        };
        RemotePath::new(path.trim_end_matches('/')).unwrap()
    }

    /// A target that the server accepts; its deposit folder is made.
    pub fn target(&self, deposit: &str) -> Target {
        make_open_folder(&self.root().join(deposit));
        Target {
            channel: publier_core::channels::Channel::Extranet,
            receives_credentials: true,
            receipts: None,
            removes_files: false,
            bandwidth: Vec::new(),
            name: "essai".into(),
            protocol: self.protocol,
            host: "localhost".into(),
            port: self.port,
            user: self.identities.user.clone(),
            login: Login::Password(Secret::new(PASSWORD.into())),
            trust: self.trust(),
            deposit: self.remote(deposit),
            deadlines: Deadlines {
                connect: Duration::from_secs(10),
                reply: Duration::from_secs(10),
                stall: Duration::from_secs(10),
            },
            connections: 16,
        }
    }

    /// A connector of such a target.
    pub fn connector(&self, deposit: &str) -> Arc<dyn Connector> {
        publier::transfer::connector(&self.target(deposit)).expect("a target that works")
    }

    /// The trust that fits the server.
    pub fn trust(&self) -> Trust {
        match self.protocol {
            Protocol::Ftp => Trust::None,
            Protocol::Sftp => Trust::HostKeyFingerprint(self.identities.host_key_fingerprint("ed25519")),
            _ if self.self_signed => Trust::CertificateFingerprint(self.identities.sha256("self.pem")),
            _ => Trust::Authorities(self.identities.path("ca.pem")),
        }
    }

    /// The identities that the server and its clients use.
    pub fn identities(&self) -> &Identities {
        &self.identities
    }

    /// A `known_hosts` file that holds one of the host keys.
    pub fn known_hosts(&self, kind: &str) -> PathBuf {
        let key = fs::read_to_string(self.identities.path(&format!("host_{kind}.pub"))).unwrap();
        let file = self.folder.path().join(format!("known_hosts_{kind}"));
        write(&file, &format!("[localhost]:{} {key}", self.port));
        file
    }

    /// Lets a key in: makes it with ssh-keygen's arguments and gives its file.
    pub fn authorize_key(&self, name: &str, arguments: &[&str]) -> PathBuf {
        let key = self.folder.path().join(name);
        run("ssh-keygen", &[&["-q", "-f", key.to_str().unwrap()], arguments].concat());
        let public = fs::read_to_string(key.with_extension("pub")).unwrap();
        let authorized = self.folder.path().join("authorized_keys");
        let mut file = fs::OpenOptions::new().append(true).create(true).open(&authorized).unwrap();
        file.write_all(public.as_bytes()).unwrap();
        open_to_all(&authorized, 0o644);
        key
    }

    /// Whose server it is.
    pub fn program(&self) -> Program {
        self.program
    }

    /// How many times a command of FTP was heard so far; `None` where the server tells nothing.
    pub fn count(&self, verb: &str) -> Option<usize> {
        let command = match self.program {
            Program::Vsftpd => format!("FTP command: Client \"127.0.0.1\", \"{verb}"),
            Program::Proftpd => format!(" \"{verb}"),
            Program::Sshd | Program::PureFtpd => return None,
        };
        Some(self.log().matches(&command).count())
    }

    /// What the server logged so far: FTP commands, its own words; pure-ftpd tells nothing.
    pub fn log(&self) -> String {
        let bytes = ["log", "words"].map(|name| fs::read(self.folder.path().join(name)).unwrap_or_default());
        String::from_utf8_lossy(&bytes.concat()).into_owned()
    }

    /// Waits until the log holds a text.
    pub fn wait_for_log(&self, text: &str) -> String {
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            let log = self.log();
            if log.contains(text) {
                return log;
            }
            assert!(Instant::now() < until, "{text:?} never came in the log:\n{log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn answers(&mut self) -> bool {
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until {
            if self.child.try_wait().expect("the child can be asked").is_some() {
                return false;
            }
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl std::fmt::Debug for RealServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} for {:?}", self.program, self.protocol)
    }
}

impl Drop for RealServer {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
        let _gone = fs::remove_file(&self.pam);
    }
}

/// Starts a server; another process may take the free port meanwhile, so a few ports are tried.
pub(super) fn start(
    program: Program,
    protocol: Protocol,
    self_signed: bool,
    command: impl Fn(&Identities, &Path, &str, u16) -> Command,
) -> RealServer {
    let identities = Identities::get();
    let mut last_log = String::new();
    for _ in 0..5 {
        let folder = tempfile::Builder::new().prefix("publier-server-").tempdir().unwrap();
        // The users of the servers walk through it.
        open_to_all(folder.path(), 0o755);
        make_open_folder(&folder.path().join("root"));
        let port = free_port();
        let pam = pam_service(port);
        // Several write to it: each at its end.
        let log = fs::OpenOptions::new().create(true).append(true).open(folder.path().join("log")).unwrap();
        let child = command(&identities, folder.path(), pam.file_name().unwrap().to_str().unwrap(), port)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("the servers are there: see scripts/test");
        let mut server = RealServer {
            child,
            folder,
            identities: identities.clone(),
            pam,
            program,
            protocol,
            port,
            self_signed,
        };
        if server.answers() {
            return server;
        }
        last_log = server.log();
    }
    panic!("the server never answered:\n{last_log}");
}

fn vsftpd_settings(kind: Kind, identities: &Identities, folder: &Path, pam: &str, port: u16) -> String {
    let (folder, user) = (folder.display(), &identities.user);
    let empty = PathBuf::from(format!("{folder}/empty"));
    fs::create_dir(&empty).unwrap();
    let common = format!(
        "background=NO\nlisten=YES\nlisten_ipv6=NO\nlisten_address=127.0.0.1\nlisten_port={port}\n\
         anonymous_enable=NO\nlocal_enable=YES\nwrite_enable=YES\nguest_enable=YES\nguest_username={user}\n\
         virtual_use_local_privs=YES\nlocal_root={folder}/root\nlocal_umask=022\nchroot_local_user=YES\n\
         allow_writeable_chroot=YES\npam_service_name={pam}\npasv_address=127.0.0.1\nseccomp_sandbox=NO\n\
         secure_chroot_dir={folder}/empty\nxferlog_enable=YES\nvsftpd_log_file={folder}/log\n\
         log_ftp_protocol=YES\nmdtm_write=YES\n\
         # A session whose client died before its data connection keeps the file locked so long, by default a minute.\n\
         accept_timeout=5\n"
    );
    if kind == Kind::Plain {
        return common;
    }
    let name = if kind == Kind::ExplicitSelfSigned { "self" } else { "leaf" };
    let (chain, key) = (identities.path(&format!("{name}.pem")), identities.path(&format!("{name}.key")));
    let implicit = if kind == Kind::Implicit { "implicit_ssl=YES\n" } else { "" };
    format!(
        "{common}{implicit}ssl_enable=YES\nrsa_cert_file={}\nrsa_private_key_file={}\n\
         force_local_logins_ssl=YES\nforce_local_data_ssl=YES\nssl_ciphers=HIGH\nrequire_ssl_reuse=YES\n\
         strict_ssl_read_eof=YES\n",
        chain.display(),
        key.display()
    )
}

/// What gives OpenSSH its SFTP.
const SFTP: &str = "Subsystem sftp internal-sftp\n";

fn sshd_settings(identities: &Identities, folder: &Path, port: u16) -> String {
    let folder = folder.display();
    let [ed25519, rsa] = ["host_ed25519", "host_rsa"].map(|name| identities.path(name));
    format!(
        "ListenAddress 127.0.0.1\nPort {port}\nHostKey {}\nHostKey {}\n\
         AuthorizedKeysFile {folder}/authorized_keys\nUsePAM yes\nPasswordAuthentication yes\n\
         KbdInteractiveAuthentication no\nStrictModes no\nPidFile none\nLogLevel VERBOSE\n\
         MaxStartups 100:30:200\n{SFTP}",
        ed25519.display(),
        rsa.display()
    )
}

/// A PAM service that asks the system's users' file. Gives its own file.
fn pam_service(port: u16) -> PathBuf {
    let file = Path::new("/etc/pam.d").join(format!("publier-test-{}-{port}", std::process::id()));
    let rules = "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_permit.so\n";
    write(&file, rules);
    file
}

/// The authority, the certificates and the host keys: made once, removed with the last server that uses them.
pub struct Identities {
    folder: tempfile::TempDir,
    /// The user of the system that logs in, with [`PASSWORD`].
    pub user: String,
}

impl Identities {
    /// Gives those in use, or makes new ones.
    pub fn get() -> Arc<Self> {
        static IN_USE: Mutex<Weak<Identities>> = Mutex::new(Weak::new());
        let mut in_use = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
        in_use.upgrade().unwrap_or_else(|| {
            let made = Arc::new(Self::make());
            *in_use = Arc::downgrade(&made);
            made
        })
    }

    /// Gives `ca.pem`, `other-ca.pem`, `leaf.pem`, `self.pem`, `leaf.key`, `self.key`, `host_ed25519`, `host_rsa`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The SHA-256 of a certificate, as openssl computes it.
    pub fn sha256(&self, name: &str) -> [u8; 32] {
        let path = self.path(name);
        let arguments = ["x509", "-noout", "-fingerprint", "-sha256", "-in", path.to_str().unwrap()];
        let line = run("openssl", &arguments);
        let digits: String =
            line.split_once('=').unwrap().1.chars().filter(char::is_ascii_hexdigit).collect();
        digits.to_lowercase().parse::<Digest>().unwrap().0
    }

    /// The fingerprint of a host key, as OpenSSH writes it.
    pub fn host_key_fingerprint(&self, kind: &str) -> String {
        let key = self.path(&format!("host_{kind}.pub"));
        let line = run("ssh-keygen", &["-l", "-E", "sha256", "-f", key.to_str().unwrap()]);
        line.split_whitespace().nth(1).expect("a fingerprint").to_owned()
    }

    fn make() -> Self {
        let folder = tempfile::Builder::new().prefix("publier-keys-").tempdir().unwrap();
        let made = Self { folder, user: format!("publier-{}", std::process::id()) };
        made.add_user();
        for name in ["ca", "other-ca", "self"] {
            let subject = if name == "self" { "/CN=localhost" } else { &format!("/CN=publier {name}") };
            made.request(name, &["-x509", "-days", "30", "-subj", subject], "pem");
        }
        made.request("leaf", &["-subj", "/CN=localhost"], "csr");
        made.sign_leaf();
        for (kind, bits) in [("ed25519", "256"), ("rsa", "2048")] {
            let key = made.path(&format!("host_{kind}"));
            run("ssh-keygen", &["-q", "-t", kind, "-b", bits, "-N", "", "-f", key.to_str().unwrap()]);
        }
        made
    }

    fn add_user(&self) {
        assert_eq!(run("id", &["-u"]).trim(), "0", "the real servers need root: they change users");
        let hash = run("openssl", &["passwd", "-6", PASSWORD]);
        let shell = "/usr/sbin/nologin";
        let arguments =
            ["--no-create-home", "--home-dir", "/", "--shell", shell, "--password", hash.trim(), &self.user];
        // Another process may hold the lock of the users' file for a moment.
        for _ in 0..50 {
            let done = Command::new("useradd").args(arguments).stderr(Stdio::null()).status();
            if done.expect("useradd is needed").success() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the user {} could not be made", self.user);
    }

    fn request(&self, name: &str, arguments: &[&str], extension: &str) {
        let (key, out) = (self.path(&format!("{name}.key")), self.path(&format!("{name}.{extension}")));
        let curve = "ec_paramgen_curve:prime256v1";
        let common = ["req", "-newkey", "ec", "-pkeyopt", curve, "-nodes", "-sha256"];
        let files = ["-keyout", key.to_str().unwrap(), "-out", out.to_str().unwrap()];
        run("openssl", &[&common[..], arguments, &files].concat());
    }

    fn sign_leaf(&self) {
        let path = |name: &str| self.path(name).to_str().unwrap().to_owned();
        let extensions = "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n";
        write(&self.path("leaf.ext"), extensions);
        let (csr, ca, ca_key) = (path("leaf.csr"), path("ca.pem"), path("ca.key"));
        let (ext, out) = (path("leaf.ext"), path("leaf.pem"));
        let files = ["-in", &csr, "-CA", &ca, "-CAkey", &ca_key, "-extfile", &ext, "-out", &out];
        run("openssl", &[&["x509", "-req", "-days", "30", "-CAcreateserial"][..], &files].concat());
    }
}

impl Drop for Identities {
    fn drop(&mut self) {
        for _ in 0..50 {
            let done = Command::new("userdel").args(["--force", &self.user]).stderr(Stdio::null()).status();
            if done.is_ok_and(|status| status.success()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// A port that nothing listens on just now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub(super) fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{program} is needed: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(super) fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

fn make_open_folder(path: &Path) {
    fs::create_dir_all(path).unwrap();
    open_to_all(path, 0o777);
}

fn open_to_all(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
