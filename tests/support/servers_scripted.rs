//! An FTP server that misbehaves on demand, on a free loopback port: for what no real server does.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use publier::ports::RemotePath;
use publier::settings::secret::Secret;
use publier::settings::target::{Deadlines, Login, Protocol, Target, Trust};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::servers::{Identities, PASSWORD};

/// An FTP server that answers what it is told to: for what no real server does on demand.
pub struct ScriptedFtp {
    port: u16,
    identities: Arc<Identities>,
    heard: Arc<Mutex<Vec<String>>>,
    logged_in: Arc<Mutex<Vec<()>>>,
    files: Files,
}

/// How a [`ScriptedFtp`] misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Accepts and never says a word.
    NeverGreets,
    /// Refuses AUTH.
    RefusesTls,
    /// Keeps the first bytes of each file, and answers 226.
    Truncates(usize),
    /// Accepts the data and never answers the final reply.
    NeverConfirms,
    /// Never accepts the data it said it would take.
    NeverReads,
    /// Never answers a STOR of a first part, as vsftpd does while another session holds its lock. `true` where commands may be sent
    /// ahead.
    HoldsFirstParts(bool),
    /// Says this in the middle of a file.
    RunsFull(&'static str),
    /// Repeats the password in its refusal.
    RepeatsThePassword,
    /// Answers each SIZE twice.
    AnswersTwice,
    /// Takes commands sent ahead and answers them in their order, and hangs up once it has renamed a file for the first
    /// time, without a word.
    LeavesAfterRename,
    /// Takes commands sent ahead and answers them in their order.
    KeepsOrder,
    /// Likewise, and refuses its first rename.
    RefusesARename,
    /// Likewise, and throws away what came behind a rename.
    ForgetsBehindRenames,
    /// Works on several commands at once: what takes longer is answered after what came behind it.
    Disorderly,
    /// Throws away what came while it was busy with a command.
    Forgets,
    /// Refuses logins, by 530, while so many are logged in.
    Grants(usize),
    /// Answers SIZE by bytes that are no reply.
    Gibberish,
    /// Answers SIZE by a line that never ends.
    EndlessLine,
    /// Answers SIZE by lines that never end.
    EndlessLines,
    /// Says that each file is one byte longer than it is.
    LiesAboutSize,
    /// Hands each renamed file to a receiver at once: it is gone. `true` where commands may be sent ahead.
    HandsOver(bool),
    /// Agrees to AUTH, and isn't ready for TLS so many times: it answers its beginning in clear.
    StumblesIntoTls(usize),
    /// Knows neither EPSV nor SIZE nor MLST, and advertises an address that isn't its own.
    Ancient,
}

impl ScriptedFtp {
    /// Starts it; it ends with the test's process.
    pub fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let files: Files = Arc::default();
        let server = Self {
            port,
            identities: Identities::get(),
            heard: heard.clone(),
            logged_in: Arc::default(),
            files: files.clone(),
        };
        let (logged_in, identities) = (server.logged_in.clone(), server.identities.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten().take(500) {
                let (heard, files, logged_in) = (heard.clone(), files.clone(), logged_in.clone());
                let identities = identities.clone();
                std::thread::spawn(move || {
                    let session = ScriptedSession {
                        script,
                        heard,
                        identities,
                        files,
                        logged_in,
                        data: None,
                        renamed: None,
                    };
                    let _ended = session.serve(stream);
                });
            }
        });
        server
    }

    /// Gives the commands heard so far.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// Gives what stands on it, by path.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.files.lock().unwrap().clone()
    }

    /// A target of this server, with short deadlines.
    pub fn target(&self, protocol: Protocol) -> Target {
        Target {
            channel: publier_core::channels::Channel::Extranet,
            receives_credentials: true,
            receipts: None,
            removes_files: false,
            bandwidth: Vec::new(),
            name: "essai".into(),
            protocol,
            host: "127.0.0.1".into(),
            port: self.port,
            user: "agence".into(),
            login: Login::Password(Secret::new(PASSWORD.into())),
            trust: if protocol == Protocol::Ftp {
                Trust::None
            } else {
                Trust::Authorities(self.identities.path("ca.pem"))
            },
            deposit: RemotePath::new("/depot").unwrap(),
            deadlines: Deadlines {
                connect: Duration::from_millis(500),
                reply: Duration::from_millis(500),
                stall: Duration::from_millis(500),
            },
            connections: 16,
        }
    }
}

type Files = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

struct ScriptedSession {
    script: Script,
    heard: Arc<Mutex<Vec<String>>>,
    identities: Arc<Identities>,
    files: Files,
    logged_in: Arc<Mutex<Vec<()>>>,
    data: Option<TcpListener>,
    renamed: Option<String>,
}

impl ScriptedSession {
    fn serve(mut self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?);
        if self.script == Script::NeverGreets {
            return lines.read_to_end(&mut Vec::new()).map(|_| ());
        }
        stream.write_all(b"220 scripted\r\n")?;
        let mut late = String::new();
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_owned();
            self.heard.lock().unwrap().push(line.clone());
            let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
            let first_rename = verb == "RNTO" && !self.left_once();
            let reply = self.answer(verb, argument, &mut stream)?;
            if let (Script::StumblesIntoTls(times), "AUTH") = (self.script, verb) {
                stream.write_all(format!("{reply}\r\n").as_bytes())?;
                if self.heard.lock().unwrap().iter().filter(|line| *line == "AUTH TLS").count() > times {
                    return self.hand_to_tls(stream);
                }
                lines.read_exact(&mut [0; 1])?;
                return stream.write_all(b"500 what?\r\n");
            }
            if self.script == Script::LeavesAfterRename && first_rename {
                return Ok(());
            }
            let more = !lines.buffer().is_empty();
            if self.script == Script::Disorderly && verb == "SIZE" && more {
                late = format!("{reply}\r\n");
                continue;
            }
            let forgets = self.script == Script::Forgets
                || self.script == Script::ForgetsBehindRenames && verb == "RNTO";
            if forgets && more {
                let waiting = lines.buffer().len();
                lines.consume(waiting);
            }
            stream.write_all(format!("{reply}\r\n{late}").as_bytes())?;
            late.clear();
        }
    }

    /// Goes on inside TLS up to the beginning of the login, whose first line is heard.
    fn hand_to_tls(&self, stream: TcpStream) -> std::io::Result<()> {
        let certificate = CertificateDer::from_pem_file(self.identities.path("leaf.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(self.identities.path("leaf.key")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.unwrap().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
        let session = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        let mut lines = BufReader::new(rustls::StreamOwned::new(session, stream));
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            self.heard.lock().unwrap().push(line.trim_end().to_owned());
            lines.get_mut().write_all(if line.starts_with("USER") {
                b"530 no\r\n"
            } else {
                b"200 ok\r\n"
            })?;
        }
    }

    /// Tells whether a file was renamed before.
    fn left_once(&self) -> bool {
        self.heard.lock().unwrap().iter().filter(|line| line.starts_with("RNTO")).count() > 1
    }

    fn sends_ahead(&self) -> bool {
        matches!(
            self.script,
            Script::LeavesAfterRename
                | Script::KeepsOrder
                | Script::RefusesARename
                | Script::ForgetsBehindRenames
                | Script::Disorderly
                | Script::Forgets
                | Script::HandsOver(true)
                | Script::HoldsFirstParts(true)
        )
    }

    fn answer(&mut self, verb: &str, argument: &str, control: &mut TcpStream) -> std::io::Result<String> {
        let ancient = self.script == Script::Ancient;
        Ok(match verb {
            "AUTH" if matches!(self.script, Script::StumblesIntoTls(_)) => "234 go on".into(),
            "AUTH" => "502 no TLS here".into(),
            "USER" => "331 password".into(),
            "PASS" if self.script == Script::RepeatsThePassword => format!("530 {argument} is wrong"),
            "PASS" => {
                let mut logged_in = self.logged_in.lock().unwrap();
                if matches!(self.script, Script::Grants(most) if logged_in.len() >= most) {
                    "530 too many".into()
                } else {
                    logged_in.push(());
                    "230 in".into()
                }
            }
            "FEAT" if self.sends_ahead() => "211-Features\r\n SIZE\r\n EPSV\r\n211 End".into(),
            "FEAT" => "211 none".into(),
            "NOOP" => "200 ok".into(),
            "PWD" => "257 \"/\"".into(),
            "TYPE" | "CWD" => "250 ok".into(),
            "DELE" => {
                self.files.lock().unwrap().remove(argument);
                "250 ok".into()
            }
            "MKD" => "550 exists".into(),
            "EPSV" | "SIZE" | "MLST" if ancient => "500 what?".into(),
            "EPSV" => format!("229 (|||{}|)", self.listen()?),
            "PASV" => {
                let port = self.listen()?;
                format!("227 Entering (10,9,8,7,{},{})", port / 256, port % 256)
            }
            "SIZE" if self.script == Script::Gibberish => "\u{1}\u{2}\u{3} hello".into(),
            "SIZE" if self.script == Script::EndlessLine => self.endless("2", control)?,
            "SIZE" if self.script == Script::EndlessLines => self.endless("213-more\r\n", control)?,
            "SIZE" => match self.files.lock().unwrap().get(argument).map(Vec::len) {
                Some(size) if self.script == Script::AnswersTwice => format!("213 {size}\r\n213 {size}"),
                Some(size) if self.script == Script::LiesAboutSize => format!("213 {}", size + 1),
                Some(size) => format!("213 {size}"),
                None => "550 none".into(),
            },
            "LIST" => {
                let mut data = self.open_data(control)?;
                if let Some(content) = self.files.lock().unwrap().get(argument) {
                    let size = content.len();
                    write!(data, "-rw-r--r-- 1 0 0 {size} Mar 04 05:06 {argument}\r\n")?;
                }
                "226 done".into()
            }
            "STOR" => self.store(argument, control)?,
            "RNFR" => {
                self.renamed = Some(argument.to_owned());
                "350 to?".into()
            }
            "RNTO" if self.script == Script::RefusesARename && !self.left_once() => "553 not now".into(),
            "RNTO" => {
                let mut files = self.files.lock().unwrap();
                let from = self.renamed.take().unwrap_or_default();
                match files.remove(&from) {
                    Some(_) if matches!(self.script, Script::HandsOver(_)) => "250 renamed".into(),
                    Some(content) => {
                        files.insert(argument.to_owned(), content);
                        "250 renamed".into()
                    }
                    None => "550 none".into(),
                }
            }
            _ => "500 what?".into(),
        })
    }

    /// Writes until the client leaves.
    fn endless(&self, text: &str, control: &mut TcpStream) -> std::io::Result<String> {
        let block = text.repeat(4096);
        loop {
            control.write_all(block.as_bytes())?;
        }
    }

    fn store(&mut self, path: &str, control: &mut TcpStream) -> std::io::Result<String> {
        if matches!(self.script, Script::HoldsFirstParts(_)) && !path.ends_with(".2.part") {
            self.files.lock().unwrap().insert(path.to_owned(), b"left".to_vec());
            let _left = control.read(&mut [0; 1]);
            return Ok("426 left".into());
        }
        let mut data = self.open_data(control)?;
        let mut content = Vec::new();
        match self.script {
            Script::NeverReads => {
                // Holds the connection without reading until the client leaves.
                let _left = control.read(&mut [0; 1]);
                return Ok("426 left".into());
            }
            Script::RunsFull(words) => {
                data.read_exact(&mut [0; 1000])?;
                return Ok(words.into());
            }
            _ => data.read_to_end(&mut content)?,
        };
        if self.script == Script::NeverConfirms {
            let _left = control.read(&mut [0; 1]);
        }
        if let Script::Truncates(kept) = self.script {
            content.truncate(kept);
        }
        self.files.lock().unwrap().insert(path.to_owned(), content);
        Ok("226 done".into())
    }

    fn listen(&mut self) -> std::io::Result<u16> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        self.data = Some(listener);
        Ok(port)
    }

    fn open_data(&mut self, control: &mut TcpStream) -> std::io::Result<TcpStream> {
        control.write_all(b"150 go\r\n")?;
        let listener = self.data.take().ok_or(std::io::ErrorKind::NotConnected)?;
        Ok(listener.accept()?.0)
    }
}
