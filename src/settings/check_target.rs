//! Checks the `[[target]]` tables: how to reach each server, prove who it is and who we are.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::ops::Range;
use std::time::Duration;

use publier_core::channels::Channel;
use publier_core::domain::digest::Digest;
use publier_core::schedule::{BandwidthLimit, Hours};
use toml::Spanned;

use super::checked::Data;
use super::places::Places;
use super::problem::ProblemKind;
use super::raw::{RawBandwidth, RawTarget, Text};
use super::reader::{Reader, span};
use super::same_place;
use super::secret_file;
use super::target::{DEFAULT_CONNECTIONS, Deadlines, Login, Protocol, Target, Trust};
use crate::remote_path::RemotePath;

/// The longest name of a target, in characters.
const LONGEST_NAME: usize = 32;

/// The bounds of a limit on what leaves, in KiB a second: below, a connection would look dead to the server.
const SLOWEST_KIB: u64 = 16;
const FASTEST_KIB: u64 = 10_000_000;

/// Checks every target, their names and who receives temporary passwords.
pub(super) fn check_targets(
    reader: &mut Reader<'_>,
    raws: &[Spanned<RawTarget>],
    data: &Data,
    places: &Places,
) -> Vec<Target> {
    if raws.is_empty() {
        reader.problem(ProblemKind::NoTarget, "target", None, &[]);
    }
    let mut names = BTreeSet::new();
    let mut targets = Vec::new();
    for (index, raw) in raws.iter().enumerate() {
        let section = raw.span();
        let target = Checker::new(reader, raw.get_ref(), section, index).check(data, places);
        let name = raw.get_ref().name.as_ref().map(Spanned::get_ref);
        if name.is_some_and(|name| !names.insert(name.clone())) {
            let value = name.map_or("", String::as_str);
            let at = span(raw.get_ref().name.as_ref());
            reader.problem(ProblemKind::NameTwice, "target.name", at, &[("value", value)]);
        }
        if let Some(target) = &target {
            refuse_one_place(reader, &targets, target, raw.get_ref());
        }
        targets.extend(target);
    }
    give_credentials(reader, raws, &mut targets);
    targets
}

/// Notes a target that would write over what another one of its channel sends.
fn refuse_one_place(reader: &mut Reader<'_>, before: &[Target], target: &Target, raw: &RawTarget) {
    let Some(first) = same_place::at_one_place(before, target).filter(|first| first.name != target.name)
    else {
        return;
    };
    let at = span(raw.deposit.as_ref().or(raw.folder.as_ref()));
    let place = same_place::words(target);
    let values = [("first", first.name.as_str()), ("second", target.name.as_str()), ("place", &place)];
    reader.problem(ProblemKind::SamePlace, &format!("target.{}.deposit", target.name), at, &values);
}

/// Settles who receives temporary passwords: the target that says so, else the first, unless it refuses (D5).
fn give_credentials(reader: &mut Reader<'_>, raws: &[Spanned<RawTarget>], targets: &mut [Target]) {
    let said =
        |raw: &Spanned<RawTarget>| raw.get_ref().receives_credentials.as_ref().map(|flag| *flag.get_ref());
    let mut yes = raws.iter().filter(|raw| said(raw) == Some(true));
    if let (Some(_), Some(second)) = (yes.next(), yes.next()) {
        let at = span(second.get_ref().receives_credentials.as_ref());
        reader.problem(ProblemKind::TwoReceivers, "target.receives_credentials", at, &[]);
    }
    let nobody_says = raws.iter().all(|raw| said(raw) != Some(true));
    let first_is_silent = raws.first().is_some_and(|raw| said(raw).is_none());
    if let Some(first) = targets.first_mut().filter(|_| nobody_says && first_is_silent) {
        first.receives_credentials = true;
    }
    for target in targets {
        let value = if target.receives_credentials { "true" } else { "false" };
        let key = format!("target.{}.receives_credentials", target.name);
        if let Some(shown) = reader.shown.iter_mut().find(|shown| shown.key == key) {
            value.clone_into(&mut shown.value);
        }
    }
}

/// One table being checked.
struct Checker<'r, 'a, 't> {
    reader: &'r mut Reader<'a>,
    raw: &'t RawTarget,
    section: Range<usize>,
    prefix: String,
}

impl<'r, 'a, 't> Checker<'r, 'a, 't> {
    fn new(reader: &'r mut Reader<'a>, raw: &'t RawTarget, section: Range<usize>, index: usize) -> Self {
        let name = raw.name.as_ref().map_or_else(|| (index + 1).to_string(), |name| name.get_ref().clone());
        // The span of a table covers all of it: its first line is what is shown.
        Self { reader, raw, section, prefix: format!("target.{name}") }
    }

    fn key(&self, name: &str) -> String {
        format!("{}.{name}", self.prefix)
    }

    fn check(mut self, data: &Data, places: &Places) -> Option<Target> {
        let raw = self.raw;
        let name = self.name();
        let channels: Vec<_> = Channel::ALL.iter().map(|channel| (channel.code(), *channel)).collect();
        let channel = self.reader.choice(&self.key("channel"), &raw.channel, Channel::Extranet, &channels);
        let protocol = self.protocol();
        if protocol == Protocol::Folder {
            return self.local(name, channel);
        }
        if raw.folder.is_some() {
            self.not_for(protocol, "folder", span(raw.folder.as_ref()));
        }
        let host = self.host();
        let port = self.reader.whole(&self.key("port"), &raw.port, protocol.default_port(), 1..=u16::MAX);
        let user = self.user();
        let login = self.login(protocol, places);
        let trust = self.trust(protocol, data);
        let deposit = self.deposit();
        let receives_credentials =
            self.reader.flag(&self.key("receives_credentials"), &raw.receives_credentials, false);
        let receipts = self.receipts();
        let removes_files = self.removes_files(receipts.is_some());
        let deadlines = self.deadlines();
        let connections =
            self.reader.whole(&self.key("connections"), &raw.connections, DEFAULT_CONNECTIONS, 1..=16);
        let bandwidth = self.bandwidth();
        Some(Target {
            name: name?,
            channel,
            protocol,
            host: host?,
            port,
            user: user?,
            login: login?,
            trust: trust?,
            deposit: deposit?,
            receives_credentials,
            receipts,
            removes_files,
            deadlines,
            connections,
            bandwidth,
        })
    }

    /// A local folder: nothing of a server's has a meaning.
    fn local(mut self, name: Option<String>, channel: Channel) -> Option<Target> {
        let raw = self.raw;
        let texts = [
            ("host", &raw.host),
            ("user", &raw.user),
            ("password_file", &raw.password_file),
            ("credential", &raw.credential),
            ("key_file", &raw.key_file),
            ("key_passphrase_file", &raw.key_passphrase_file),
            ("key_agent", &raw.key_agent),
            ("ca_file", &raw.ca_file),
            ("certificate_fingerprint", &raw.certificate_fingerprint),
            ("host_key", &raw.host_key),
            ("known_hosts", &raw.known_hosts),
        ];
        let places = texts.into_iter().map(|(name, value)| (name, span(value.as_ref())));
        let numbers = [("port", &raw.port), ("connections", &raw.connections)];
        for (name, place) in places.chain(numbers.map(|(name, value)| (name, span(value.as_ref())))) {
            if place.is_some() {
                self.not_for(Protocol::Folder, name, place);
            }
        }
        if raw.bandwidth.is_some() {
            self.not_for(Protocol::Folder, "bandwidth", span(raw.bandwidth.as_ref()));
        }
        let key = self.key("folder");
        if raw.folder.is_none() {
            self.reader.problem(ProblemKind::Missing, &key, Some(self.section.clone()), &[]);
        }
        let folder = raw.folder.as_ref().map(|raw| self.reader.folder(&key, raw));
        let deposit = if raw.deposit.is_some() { self.deposit() } else { RemotePath::new("/").ok() };
        let receives_credentials =
            self.reader.flag(&self.key("receives_credentials"), &raw.receives_credentials, false);
        let receipts = self.receipts();
        let removes_files = self.removes_files(receipts.is_some());
        let deadlines = self.deadlines();
        let folder = folder?;
        Some(Target {
            name: name?,
            channel,
            protocol: Protocol::Folder,
            host: folder.display().to_string(),
            port: Protocol::Folder.default_port(),
            user: "local".to_owned(),
            login: Login::Folder(folder),
            trust: Trust::None,
            deposit: deposit?,
            receives_credentials,
            receipts,
            removes_files,
            deadlines,
            connections: 1,
            bandwidth: Vec::new(),
        })
    }

    fn name(&mut self) -> Option<String> {
        let name = self.reader.required(&self.key("name"), &self.raw.name, Some(self.section.clone()))?;
        let fits = name.len() <= LONGEST_NAME
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !fits {
            let at = span(self.raw.name.as_ref());
            self.reader.problem(ProblemKind::Name, &self.key("name"), at, &[("value", &name)]);
        }
        Some(name)
    }

    fn protocol(&mut self) -> Protocol {
        let words = [
            ("ftps", Protocol::FtpsExplicit),
            ("ftps-implicit", Protocol::FtpsImplicit),
            ("sftp", Protocol::Sftp),
            ("ftp", Protocol::Ftp),
            ("folder", Protocol::Folder),
        ];
        let (key, raw) = (self.key("protocol"), self.raw);
        let protocol = self.reader.choice(&key, &raw.protocol, Protocol::FtpsExplicit, &words);
        let allowed = self.reader.flag(&self.key("allow_plain"), &raw.allow_plain, false);
        if protocol == Protocol::Ftp && !allowed {
            self.reader.problem(ProblemKind::PlainFtp, &key, span(raw.protocol.as_ref()), &[]);
        }
        if protocol != Protocol::Ftp && allowed {
            self.not_for(protocol, "allow_plain", span(raw.allow_plain.as_ref()));
        }
        protocol
    }

    fn host(&mut self) -> Option<String> {
        let key = self.key("host");
        let host = self.reader.required(&key, &self.raw.host, Some(self.section.clone()))?;
        if !is_host(&host) {
            self.reader.problem(ProblemKind::Host, &key, span(self.raw.host.as_ref()), &[("value", &host)]);
        }
        Some(host)
    }

    fn user(&mut self) -> Option<String> {
        let key = self.key("user");
        let user = self.reader.required(&key, &self.raw.user, Some(self.section.clone()))?;
        if user.contains(char::is_control) {
            self.reader.problem(ProblemKind::User, &key, span(self.raw.user.as_ref()), &[]);
        }
        Some(user)
    }

    fn deposit(&mut self) -> Option<RemotePath> {
        let key = self.key("deposit");
        let text = self.reader.required(&key, &self.raw.deposit, Some(self.section.clone()))?;
        let path = RemotePath::new(text.as_str()).ok();
        if path.is_none() {
            self.reader.problem(
                ProblemKind::Deposit,
                &key,
                span(self.raw.deposit.as_ref()),
                &[("value", &text)],
            );
        }
        path
    }

    fn login(&mut self, protocol: Protocol, places: &Places) -> Option<Login> {
        let raw = self.raw;
        self.exclusive(&[
            ("password_file", &raw.password_file),
            ("credential", &raw.credential),
            ("key_file", &raw.key_file),
            ("key_agent", &raw.key_agent),
        ]);
        let password = secret_file::private_file(self.reader, &self.key("password_file"), &raw.password_file);
        let credential =
            secret_file::credential(self.reader, &self.key("credential"), &raw.credential, places);
        let key = self.reader.file(&self.key("key_file"), &raw.key_file);
        let passphrase = secret_file::private_file(
            self.reader,
            &self.key("key_passphrase_file"),
            &raw.key_passphrase_file,
        );
        if protocol != Protocol::Sftp && raw.key_file.is_some() {
            self.not_for(protocol, "key_file", span(raw.key_file.as_ref()));
        }
        if protocol != Protocol::Sftp && raw.key_agent.is_some() {
            self.not_for(protocol, "key_agent", span(raw.key_agent.as_ref()));
        }
        // The socket may come later than the configuration: the login says whether it is there.
        if let Some(socket) = self.reader.text(&self.key("key_agent"), &raw.key_agent) {
            return Some(Login::Agent { socket: self.reader.path(&socket) });
        }
        if raw.key_passphrase_file.is_some() && raw.key_file.is_none() {
            let at = span(raw.key_passphrase_file.as_ref());
            self.reader.problem(ProblemKind::PassphraseAlone, &self.key("key_passphrase_file"), at, &[]);
        }
        if let Some(file) = key {
            if file.is_file() {
                secret_file::is_private(
                    self.reader,
                    &self.key("key_file"),
                    &file,
                    span(raw.key_file.as_ref()),
                );
            }
            return Some(Login::Key { file, passphrase });
        }
        if raw.password_file.is_none() && raw.credential.is_none() {
            self.reader.problem(ProblemKind::NoLogin, &self.prefix, Some(self.section.clone()), &[]);
        }
        password.or(credential).map(Login::Password)
    }

    fn trust(&mut self, protocol: Protocol, data: &Data) -> Option<Trust> {
        let raw = self.raw;
        let of_tls = [("ca_file", &raw.ca_file), ("certificate_fingerprint", &raw.certificate_fingerprint)];
        let of_ssh = [("host_key", &raw.host_key), ("known_hosts", &raw.known_hosts)];
        self.exclusive(&of_tls);
        self.exclusive(&of_ssh);
        let tls = matches!(protocol, Protocol::FtpsExplicit | Protocol::FtpsImplicit);
        let useless_tls = of_tls.into_iter().filter(|_| !tls);
        let useless_ssh = of_ssh.into_iter().filter(|_| protocol != Protocol::Sftp);
        for (name, value) in useless_tls.chain(useless_ssh).filter(|(_, value)| value.is_some()) {
            self.not_for(protocol, name, span(value.as_ref()));
        }
        let authorities = self.reader.file(&self.key("ca_file"), &raw.ca_file).map(Trust::Authorities);
        let certificate = self.certificate();
        let host_key = self.host_key();
        let hosts = self.known_hosts(protocol, data);
        match protocol {
            Protocol::Ftp | Protocol::Folder => Some(Trust::None),
            Protocol::Sftp if raw.host_key.is_some() => host_key,
            Protocol::Sftp => hosts,
            _ if raw.certificate_fingerprint.is_some() => certificate,
            _ => Some(authorities.unwrap_or(Trust::SystemAuthorities)),
        }
    }

    fn certificate(&mut self) -> Option<Trust> {
        let key = self.key("certificate_fingerprint");
        let text = self.reader.text(&key, &self.raw.certificate_fingerprint)?;
        let digest: Option<Digest> = text.replace(':', "").parse().ok();
        if digest.is_none() {
            let at = span(self.raw.certificate_fingerprint.as_ref());
            self.reader.problem(ProblemKind::Fingerprint, &key, at, &[("value", &text)]);
        }
        digest.map(|digest| Trust::CertificateFingerprint(digest.0))
    }

    fn host_key(&mut self) -> Option<Trust> {
        let key = self.key("host_key");
        let text = self.reader.text(&key, &self.raw.host_key)?;
        let print = text.trim_end_matches('=');
        if is_host_key_fingerprint(print) {
            return Some(Trust::HostKeyFingerprint(print.to_owned()));
        }
        self.reader.problem(
            ProblemKind::HostKey,
            &key,
            span(self.raw.host_key.as_ref()),
            &[("value", &text)],
        );
        None
    }

    /// Without a pin the keys are looked up in `known_hosts` of our own folder: no file there is no trust, so the
    /// first contact shows the fingerprint and refuses.
    fn known_hosts(&mut self, protocol: Protocol, data: &Data) -> Option<Trust> {
        let key = self.key("known_hosts");
        if self.raw.known_hosts.is_some() || protocol != Protocol::Sftp {
            return self.reader.file(&key, &self.raw.known_hosts).map(Trust::KnownHosts);
        }
        self.reader.show(&key, "known_hosts", None);
        Some(Trust::KnownHosts(data.dir.join("known_hosts")))
    }

    /// Whether files are removed: only where a receipt tells that nobody will still take them.
    fn removes_files(&mut self, reads_receipts: bool) -> bool {
        let (key, raw) = (self.key("remove_files"), &self.raw.remove_files);
        let removes = self.reader.flag(&key, raw, false);
        if removes && !reads_receipts {
            self.reader.problem(ProblemKind::RemovesBlindly, &key, span(raw.as_ref()), &[]);
        }
        removes
    }

    /// The limits on what leaves, each with its hours.
    fn bandwidth(&mut self) -> Vec<BandwidthLimit> {
        let key = self.key("bandwidth");
        let Some(raw) = &self.raw.bandwidth else {
            self.reader.show(&key, "", None);
            return Vec::new();
        };
        let limits = raw.get_ref().iter().zip(1..);
        limits.filter_map(|(one, rank)| self.bandwidth_limit(&format!("{key}.{rank}"), one)).collect()
    }

    fn bandwidth_limit(&mut self, key: &str, raw: &Spanned<RawBandwidth>) -> Option<BandwidthLimit> {
        const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let (at, raw) = (raw.span(), raw.get_ref());
        let of_hours = format!("{key}.hours");
        let text = self.reader.required(&of_hours, &raw.hours, Some(at.clone()));
        let hours = text.as_deref().and_then(Hours::read);
        if let Some(text) = text.as_deref().filter(|_| hours.is_none()) {
            let place = span(raw.hours.as_ref());
            self.reader.problem(ProblemKind::Hours, &of_hours, place, &[("value", text)]);
        }
        let of_days = format!("{key}.days");
        let words = self.reader.words(&of_days, &raw.days, &DAYS.join(" "), &DAYS);
        if words.is_empty() {
            self.reader.problem(ProblemKind::NoDays, &of_days, span(raw.days.as_ref()), &[]);
        }
        let days = (1..).zip(DAYS).filter(|(_, day)| words.iter().any(|word| word == day));
        let days = days.map(|(number, _)| number).collect();
        let of_rate = format!("{key}.kib_per_second");
        if raw.kib_per_second.is_none() {
            self.reader.problem(ProblemKind::Missing, &of_rate, Some(at), &[]);
            return None;
        }
        let kib = self.reader.whole(&of_rate, &raw.kib_per_second, SLOWEST_KIB, SLOWEST_KIB..=FASTEST_KIB);
        Some(BandwidthLimit { hours: hours?, days, bytes_per_second: kib.saturating_mul(1024) })
    }

    /// Whether a receipt confirms, and how long a run waits for one.
    fn receipts(&mut self) -> Option<Duration> {
        let raw = self.raw;
        let words = [("none", false), ("required", true)];
        let required = self.reader.choice(&self.key("receipts"), &raw.receipts, false, &words);
        let key = self.key("receipt_within");
        let within = self.reader.duration(&key, &raw.receipt_within, "5m", ("0s", "6h"));
        required.then_some(within)
    }

    fn deadlines(&mut self) -> Deadlines {
        let bounds = ("1s", "10m");
        let raw = self.raw;
        Deadlines {
            connect: self.reader.duration(&self.key("connect_timeout"), &raw.connect_timeout, "20s", bounds),
            reply: self.reader.duration(&self.key("reply_timeout"), &raw.reply_timeout, "30s", bounds),
            stall: self.reader.duration(&self.key("stall_timeout"), &raw.stall_timeout, "1m", bounds),
        }
    }

    /// Notes the second of several keys of which one at most may be written.
    fn exclusive(&mut self, keys: &[(&str, &Text)]) {
        let names = keys.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        if let Some((name, value)) = keys.iter().filter(|(_, value)| value.is_some()).nth(1) {
            self.reader.problem(
                ProblemKind::OnlyOne,
                &self.key(name),
                span(value.as_ref()),
                &[("names", &names)],
            );
        }
    }

    fn not_for(&mut self, protocol: Protocol, name: &str, at: Option<Range<usize>>) {
        let word = match protocol {
            Protocol::Ftp => "ftp",
            Protocol::FtpsExplicit => "ftps",
            Protocol::FtpsImplicit => "ftps-implicit",
            Protocol::Sftp => "sftp",
            Protocol::Folder => "folder",
        };
        self.reader.problem(ProblemKind::NotForProtocol, &self.key(name), at, &[("protocol", word)]);
    }
}

/// Tells whether a text is a host name (RFC 1123) or an address: no scheme, no port, no folder.
fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.parse::<IpAddr>().is_ok() || (text.len() <= 253 && text.split('.').all(label))
}

/// Tells whether a text is `SHA256:` and the 43 characters of 32 bytes in base64 without padding, as `ssh-keygen
/// -l` prints it.
fn is_host_key_fingerprint(text: &str) -> bool {
    text.strip_prefix("SHA256:").is_some_and(|print| {
        print.len() == 43
            && print.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
    })
}
