//! The reference file and the messages of `agent.toml`, from the text to what a person reads.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use publier_core::channels::Channel;

use super::target::{Deadlines, Login, Protocol, Target, Trust};
use super::*;
use crate::files;
use crate::i18n::{Lang, Messages};

const EXAMPLE: &str = include_str!("../../agent.toml.example");

/// What must be written: everything else has a default.
const LEAST: &str = r#"
agency = { database = "agency.db", files = ["files"] }
[[target]]
name = "extranet"
host = "ftp.example.org"
user = "agence605"
password_file = "secrets/extranet.password"
deposit = "/depot"
"#;

/// A folder with what the reference names.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        files::make_private_folder(&home.path("files")).unwrap();
        files::make_private_folder(&home.path("secrets")).unwrap();
        home.write("secrets/extranet.password", "s3cret\n");
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        files::write_whole(&self.path(name), text.as_bytes()).unwrap();
    }

    fn places(&self) -> Places {
        Places { system_file: self.path("etc/agent.toml"), credentials: Some(self.path("secrets")) }
    }

    fn parse(&self, text: &str) -> Result<Settings, ConfigError> {
        Settings::parse(text, &self.path("agent.toml"), &self.places())
    }

    fn problems(&self, text: &str) -> Vec<(ProblemKind, String)> {
        match self.parse(text) {
            Err(ConfigError::Invalid { problems, .. }) => {
                problems.into_iter().map(|problem| (problem.kind, problem.key)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    /// The problems of one target, of which some lines are added and others dropped.
    fn of_target(&self, drop: &[&str], add: &str) -> Vec<(ProblemKind, String)> {
        let kept = |line: &&str| !drop.iter().any(|key| line.starts_with(key));
        let text = LEAST.lines().filter(kept).collect::<Vec<_>>().join("\n");
        self.problems(&format!("{text}\n{add}\n"))
            .into_iter()
            .map(|(kind, key)| (kind, key.replace("target.extranet.", "")))
            .collect()
    }

    fn target(&self, drop: &[&str], add: &str) -> Target {
        let kept = |line: &&str| !drop.iter().any(|key| line.starts_with(key));
        let text = LEAST.lines().filter(kept).collect::<Vec<_>>().join("\n");
        self.parse(&format!("{text}\n{add}\n")).unwrap().targets.remove(0)
    }
}

fn one(kind: ProblemKind, key: &str) -> Vec<(ProblemKind, String)> {
    vec![(kind, key.to_owned())]
}

#[test]
fn the_reference_says_the_defaults() {
    let home = Home::new();
    let (example, least) = (home.parse(EXAMPLE).unwrap(), home.parse(LEAST).unwrap());
    assert_eq!(example.lang, least.lang);
    assert_eq!(example.agency, least.agency);
    assert_eq!(example.data, least.data);
    assert_eq!(example.targets, least.targets);
    assert_eq!(example.letters, least.letters);
    assert_eq!(example.publication, least.publication);
    assert_eq!(example.winscp_log, least.winscp_log);
    assert_eq!(example.log, least.log);
    assert_eq!(example.service, least.service);
}

#[test]
fn the_reference_has_every_key_and_says_of_each_its_default_or_that_it_is_required() {
    let home = Home::new();
    for shown in home.parse(LEAST).unwrap().shown() {
        let key = shown.key.rsplit('.').next().unwrap();
        let (at, _) = EXAMPLE
            .lines()
            .enumerate()
            .find(|(_, line)| line.trim_start_matches("# ").starts_with(&format!("{key} = ")))
            .unwrap_or_else(|| panic!("{} is not in the reference", shown.key));
        let above: Vec<_> = EXAMPLE.lines().take(at).collect();
        let words = above.iter().rev().take_while(|line| line.starts_with("# ")).copied().collect::<String>();
        let commented = EXAMPLE.lines().nth(at).unwrap().starts_with('#');
        assert!(!words.is_empty(), "{key} is not explained");
        assert!(
            commented || key == "password_file" || words.contains("Default:") || words.contains("Required"),
            "{key}: no default"
        );
    }
}

#[test]
fn the_least_file_gives_typed_settings() {
    let home = Home::new();
    let settings = home.parse(LEAST).unwrap();
    assert_eq!(settings.agency.database, home.path("agency.db"));
    assert_eq!(settings.data.winscp_log(), home.path("data/resources/win/GedSynchro/winscp.xml"));
    assert_eq!(settings.log.dir, home.path("data/logs"));
    assert_eq!(settings.publication.catch_up, Duration::from_hours(72));
    assert_eq!(settings.publication.spool_quota_bytes, 10 << 30);
    assert_eq!(settings.service.heartbeat, Duration::from_secs(5));
    let expected = Target {
        name: "extranet".to_owned(),
        channel: Channel::Extranet,
        protocol: Protocol::FtpsExplicit,
        host: "ftp.example.org".to_owned(),
        port: 21,
        user: "agence605".to_owned(),
        login: Login::Password(secret::Secret::new("s3cret".to_owned())),
        trust: Trust::SystemAuthorities,
        deposit: crate::remote_path::RemotePath::new("/depot").unwrap(),
        receives_credentials: true,
        receipts: None,
        removes_files: false,
        bandwidth: Vec::new(),
        deadlines: Deadlines::default(),
        connections: 16,
    };
    assert_eq!(settings.targets, [expected]);
}

#[test]
fn every_problem_is_told_at_once_with_its_line_and_a_remedy() {
    let home = Home::new();
    let text = r#"
lang = "de"
agency = { database = "agency.db", files = ["nowhere"] }
[[target]]
name = "extranet"
host = "ftp://ftp.example.org"
user = "agence605"
password_file = "secrets/extranet.password"
[publication]
catch_up = "3 jours"
[service]
heartbeat = "10m"
"#;
    let error = home.parse(text).unwrap_err();
    let explained =
        error.explain(&Messages::new(Lang::Fr)).replace(&home.0.path().display().to_string(), "DIR");
    let expected = "La configuration DIR/agent.toml ne convient pas\u{a0}: 6 problèmes.

  |
2 | lang = \"de\"
  |        ^^^^
«\u{a0}de\u{a0}» n’est pas une valeur possible de «\u{a0}lang\u{a0}».
→ Valeurs possibles\u{a0}: fr, en.

  |
3 | agency = { database = \"agency.db\", files = [\"nowhere\"] }
  |                                             ^^^^^^^^^
Le dossier DIR/nowhere n’existe pas («\u{a0}agency.files\u{a0}»).";
    assert!(explained.starts_with(expected), "{explained}");
    let kinds: Vec<_> = home.problems(text).into_iter().map(|(kind, _)| kind.code()).collect();
    assert_eq!(kinds, ["choice", "no-folder", "missing", "host", "duration", "range"]);
    assert!(!explained.contains("{$"), "a variable is missing: {explained}");
}

#[test]
fn an_unknown_key_is_shown_with_those_expected() {
    let home = Home::new();
    let error = home.parse(&LEAST.replace("host =", "hots =")).unwrap_err();
    let explained = error.explain(&Messages::new(Lang::Fr));
    assert!(explained.contains("5 | hots = \"ftp.example.org\"\n  | ^^^^\n"), "{explained}");
    assert!(
        explained.contains("«\u{a0}hots\u{a0}» n’existe pas.\n→ Clés possibles ici\u{a0}: name, channel,")
    );
}

#[test]
fn a_password_in_the_file_is_refused_and_never_shown() {
    let home = Home::new();
    for line in ["password = \"s3cret\"", "passwd = \"s3cret\"", "pass = 's3cret'"] {
        let error = home.parse(&format!("{LEAST}\n{line}\n")).unwrap_err();
        let explained = error.explain(&Messages::new(Lang::Fr));
        assert!(explained.contains("password_file"), "{explained}");
        assert!(!format!("{explained} {error} {error:?}").contains("s3cret"), "{explained}");
    }
}

#[test]
fn broken_toml_and_wrong_types_are_told_with_their_line() {
    let home = Home::new();
    for (text, code, line) in [
        ("lang = fr\n", "not-toml", 1),
        ("lang = \"fr\n", "not-toml", 1),
        ("\n[agency\n", "not-toml", 2),
        ("lang = 3\n", "wrong-type", 1),
        ("[[target]]\nport = \"21\"\n", "wrong-type", 2),
        ("agency = 1\n", "wrong-type", 1),
        ("lang = \"fr\"\nlang = \"en\"\n", "not-toml", 2),
    ] {
        let Err(ConfigError::Invalid { problems, .. }) = home.parse(text) else { panic!("{text}") };
        assert_eq!(
            (problems[0].kind.code(), problems[0].place.as_ref().unwrap().line),
            (code, line),
            "{text}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_secret_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let mode = |mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(home.path("secrets/extranet.password"), permissions).unwrap();
    };
    for wider in [0o640, 0o604, 0o644, 0o660] {
        mode(wider);
        assert_eq!(home.of_target(&[], ""), one(ProblemKind::FileMode, "password_file"));
    }
    for narrow in [0o600, 0o400] {
        mode(narrow);
        home.parse(LEAST).unwrap();
    }
}

#[test]
fn a_missing_or_empty_secret_is_refused() {
    let home = Home::new();
    home.write("secrets/extranet.password", "\r\n");
    assert_eq!(home.of_target(&[], ""), one(ProblemKind::SecretEmpty, "password_file"));
    std::fs::remove_file(home.path("secrets/extranet.password")).unwrap();
    assert_eq!(home.of_target(&[], ""), one(ProblemKind::NoFile, "password_file"));
}

#[test]
fn a_secret_is_one_line_whatever_the_editor_puts_around_it() {
    let home = Home::new();
    let password = |written: &str| {
        home.write("secrets/extranet.password", written);
        home.target(&[], "").login
    };
    let expected = Login::Password(secret::Secret::new("s3cret é".to_owned()));
    for written in ["s3cret é", "s3cret é\n", "s3cret é\r\n", "\u{feff}s3cret é\r\n"] {
        assert_eq!(password(written), expected, "{written:?}");
    }
    for refused in ["s3cret\nother\n", "s3cret\r\nother", "\ns3cret\n", "s3\tcret", "s\0e\0c\0"] {
        home.write("secrets/extranet.password", refused);
        for (drop, add, key) in [
            (&[][..], "", "password_file"),
            (&["password_file"], "credential = 'extranet.password'", "credential"),
            (
                &["password_file"],
                "protocol = 'sftp'\nkey_file = 'files/key'\nkey_passphrase_file = 'secrets/extranet.password'",
                "key_passphrase_file",
            ),
        ] {
            home.write("files/key", "-----BEGIN");
            assert_eq!(home.of_target(drop, add), one(ProblemKind::SecretLines, key), "{refused:?}");
        }
    }
    home.write("secrets/extranet.password", &"x".repeat(5_000));
    assert_eq!(
        home.of_target(&[], ""),
        one(ProblemKind::SecretLines, "password_file"),
        "a part of one is none"
    );
    home.write("secrets/extranet.password", "\u{feff}\r\n");
    assert_eq!(home.of_target(&[], ""), one(ProblemKind::SecretEmpty, "password_file"));
    home.write("secrets/extranet.password", "s3cret");
    let user = r#"user = "agence\n605""#;
    assert_eq!(home.of_target(&["user"], user), one(ProblemKind::User, "user"));
}

#[test]
fn a_login_is_a_password_file_a_credential_or_a_key() {
    let home = Home::new();
    home.write("secrets/key", "-----BEGIN");
    let drop = ["password_file"];
    let by_credential = home.target(&drop, "credential = 'extranet.password'");
    assert_eq!(by_credential.login, Login::Password(secret::Secret::new("s3cret".to_owned())));
    let by_key = home.target(
        &drop,
        "protocol = 'sftp'\nkey_file = 'secrets/key'\nkey_passphrase_file = 'secrets/extranet.password'",
    );
    assert!(
        matches!(by_key.login, Login::Key { passphrase: Some(_), file } if file == home.path("secrets/key"))
    );
    let by_agent = home.target(&drop, "protocol = 'sftp'\nkey_agent = '/run/agent.sock'");
    assert_eq!(by_agent.login, Login::Agent { socket: "/run/agent.sock".into() });
    assert_eq!(
        home.of_target(&drop, "key_agent = '/run/agent.sock'"),
        one(ProblemKind::NotForProtocol, "key_agent")
    );
    assert_eq!(home.of_target(&drop, "")[0].0, ProblemKind::NoLogin);
    assert_eq!(home.of_target(&drop, "credential = '../x'"), one(ProblemKind::NoCredential, "credential"));
    assert_eq!(
        home.of_target(&[], "credential = 'extranet.password'"),
        one(ProblemKind::OnlyOne, "credential")
    );
    assert_eq!(
        home.of_target(&drop, "key_file = 'secrets/key'"),
        one(ProblemKind::NotForProtocol, "key_file")
    );
    assert_eq!(
        home.of_target(&[], "key_passphrase_file = 'secrets/extranet.password'"),
        one(ProblemKind::PassphraseAlone, "key_passphrase_file")
    );
}

#[test]
fn plain_ftp_needs_the_word_that_allows_it() {
    let home = Home::new();
    assert_eq!(home.of_target(&[], "protocol = 'ftp'"), one(ProblemKind::PlainFtp, "protocol"));
    let plain = home.target(&[], "protocol = 'ftp'\nallow_plain = true");
    assert_eq!((plain.protocol, plain.trust), (Protocol::Ftp, Trust::None));
    assert_eq!(home.of_target(&[], "allow_plain = true"), one(ProblemKind::NotForProtocol, "allow_plain"));
}

#[test]
fn a_local_folder_takes_a_folder_and_nothing_of_a_servers() {
    let home = Home::new();
    let bare = ["host", "user", "password_file", "deposit"];
    let local = home.target(&bare, "protocol = 'folder'\nfolder = 'files'");
    assert_eq!((local.protocol, local.deposit.as_str()), (Protocol::Folder, "/"));
    assert!(matches!(&local.login, Login::Folder(folder) if folder.ends_with("files")));
    assert!(local.protocol.is_encrypted(), "nothing travels");
    assert_eq!(home.of_target(&bare, "protocol = 'folder'"), one(ProblemKind::Missing, "folder"));
    assert_eq!(
        home.of_target(&bare, "protocol = 'folder'\nfolder = 'absent'"),
        one(ProblemKind::NoFolder, "folder")
    );
    assert_eq!(
        home.of_target(&bare, "protocol = 'folder'\nfolder = 'files'\nport = 21"),
        one(ProblemKind::NotForProtocol, "port")
    );
    assert_eq!(home.of_target(&[], "folder = 'files'"), one(ProblemKind::NotForProtocol, "folder"));
}

#[test]
fn a_server_proves_itself_by_what_its_protocol_knows() {
    let home = Home::new();
    let hex = "9f".repeat(32);
    let colons = vec!["9F"; 32].join(":");
    for print in [&hex, &colons] {
        let pinned = home.target(&[], &format!("certificate_fingerprint = '{print}'"));
        assert_eq!(pinned.trust, Trust::CertificateFingerprint([0x9f; 32]));
    }
    let print = format!("SHA256:{}", "a".repeat(43));
    let pinned = home.target(&[], &format!("protocol = 'sftp'\nhost_key = '{print}='"));
    assert_eq!((pinned.trust, pinned.port), (Trust::HostKeyFingerprint(print.clone()), 22));
    let unpinned = home.target(&[], "protocol = 'sftp'");
    assert_eq!(unpinned.trust, Trust::KnownHosts(home.path("data/known_hosts")));

    let wrong = |add: &str| home.of_target(&[], add)[0].0;
    assert_eq!(wrong("certificate_fingerprint = '9f'"), ProblemKind::Fingerprint);
    assert_eq!(wrong("protocol = 'sftp'\nhost_key = 'MD5:aa'"), ProblemKind::HostKey);
    assert_eq!(wrong("ca_file = 'nowhere.pem'"), ProblemKind::NoFile);
    assert_eq!(wrong(&format!("host_key = '{print}'")), ProblemKind::NotForProtocol);
    assert_eq!(
        wrong(&format!("protocol = 'sftp'\ncertificate_fingerprint = '{hex}'")),
        ProblemKind::NotForProtocol
    );
    home.write("ca.pem", "-");
    assert_eq!(
        wrong(&format!("ca_file = 'ca.pem'\ncertificate_fingerprint = '{hex}'")),
        ProblemKind::OnlyOne
    );
}

#[test]
fn hosts_names_ports_and_folders_are_checked() {
    let home = Home::new();
    for host in ["ftp.example.org", "10.0.0.1", "::1", "localhost", "srv_ftp1"] {
        assert_eq!(home.target(&["host"], &format!("host = '{host}'")).host, host);
    }
    for host in ["a b", "ftp.example.org:21", "sftp://x", "x/y", "-x", "a..b", "é.fr"] {
        assert_eq!(home.of_target(&["host"], &format!("host = '{host}'")), one(ProblemKind::Host, "host"));
    }
    assert_eq!(home.of_target(&["deposit"], "deposit = '../x'"), one(ProblemKind::Deposit, "deposit"));
    assert_eq!(home.of_target(&[], "port = 0"), one(ProblemKind::Range, "port"));
    assert_eq!(home.of_target(&[], "port = 65536"), one(ProblemKind::Range, "port"));
    assert_eq!(home.of_target(&["name"], "name = 'É t'")[0].0, ProblemKind::Name);
    assert_eq!(home.of_target(&["user"], "user = ' '"), one(ProblemKind::Empty, "user"));
}

#[test]
fn one_target_at_most_receives_temporary_passwords_by_default_the_first() {
    let home = Home::new();
    let second = |first: &str, more: &str| {
        let table = LEAST.split_once("[[target]]").unwrap().1.replace("\"extranet\"", "\"other\"");
        let table = table.replace("\"/depot\"", "\"/other\"");
        home.parse(&format!("{LEAST}{first}\n[[target]]{table}{more}\n"))
    };
    let receive = |first, more| {
        second(first, more)
            .unwrap()
            .targets
            .iter()
            .map(|target| target.receives_credentials)
            .collect::<Vec<_>>()
    };
    let (yes, no) = ("receives_credentials = true", "receives_credentials = false");
    assert_eq!(receive("", ""), [true, false]);
    assert_eq!(receive("", yes), [false, true]);
    assert_eq!(receive(no, ""), [false, false]);
    let Err(ConfigError::Invalid { problems, .. }) = second(yes, yes) else { panic!() };
    assert_eq!(problems[0].kind, ProblemKind::TwoReceivers);
    let Err(ConfigError::Invalid { problems, .. }) =
        home.parse(&format!("{LEAST}[[target]]{}", LEAST.split_once("[[target]]").unwrap().1))
    else {
        panic!()
    };
    assert_eq!(problems[0].kind, ProblemKind::NameTwice);
}

#[test]
fn two_targets_of_a_channel_never_write_to_one_place() {
    let home = Home::new();
    let second = |change: (&str, &str), more: &str| {
        let table = LEAST.split_once("[[target]]").unwrap().1.replace("\"extranet\"", "\"mirror\"");
        assert!(table.contains(change.0));
        home.parse(&format!("{LEAST}[[target]]{}{more}\n", table.replace(change.0, change.1)))
    };
    let told = |parsed: Result<Settings, ConfigError>| match parsed {
        Err(ConfigError::Invalid { problems, .. }) => {
            assert_eq!(problems.iter().map(|p| p.kind).collect::<Vec<_>>(), [ProblemKind::SamePlace]);
            problems[0].explain(&Messages::new(Lang::Fr))
        }
        other => panic!("{other:?}"),
    };
    for same in [("/depot", "/depot"), ("/depot", "/./depot/"), ("ftp.example.org", "FTP.Example.org")] {
        let said = told(second(same, ""));
        assert!(said.contains("extranet") && said.contains("mirror"), "{said}");
        assert!(said.contains("agence605@ftp.example.org:21 /depot") && said.contains("deposit"), "{said}");
    }
    // The protocol makes no other place of it.
    told(second(("/depot", "/depot"), "protocol = 'sftp'\nport = 21"));
    for other in [("/depot", "/depot2"), ("agence605", "agence606"), ("ftp.example", "sftp.example")] {
        second(other, "").unwrap();
    }
    second(("/depot", "/depot"), "port = 2121").unwrap();

    files::make_private_folder(&home.path("files/in")).unwrap();
    let local = |name: &str, folder: &str, deposit: &str| {
        format!(
            "[[target]]\nname = '{name}'\nprotocol = 'folder'\nfolder = '{folder}'\ndeposit = '{deposit}'\n"
        )
    };
    let head = LEAST.split_once("[[target]]").unwrap().0;
    let two = |folder: &str, deposit: &str| {
        home.parse(&format!("{head}{}{}", local("a", "files", "/in"), local("b", folder, deposit)))
    };
    told(two("files/in", "/"));
    told(two("./files", "/in/"));
    two("files", "/").unwrap();
}

#[test]
fn a_limit_on_what_leaves_has_hours_days_and_a_rate() {
    let home = Home::new();
    let limits = home
        .target(
            &[],
            "bandwidth = [{ hours = '08:00-19:00', days = 'mon, fri', kib_per_second = 500 }, \
                                   { hours = '22:00-06:00', kib_per_second = 16 }]",
        )
        .bandwidth;
    let told: Vec<_> = limits.iter().map(|limit| (limit.days.clone(), limit.bytes_per_second)).collect();
    assert_eq!(told, [(vec![1, 5], 512_000), (vec![1, 2, 3, 4, 5, 6, 7], 16_384)]);
    assert!(home.target(&[], "").bandwidth.is_empty());
    let wrong = |limit: &str| home.of_target(&[], &format!("bandwidth = [{{ {limit} }}]"));
    let rate = "kib_per_second = 500";
    assert_eq!(wrong(&format!("hours = '8h-19h', {rate}")), one(ProblemKind::Hours, "bandwidth.1.hours"));
    assert_eq!(wrong(rate), one(ProblemKind::Missing, "bandwidth.1.hours"));
    assert_eq!(wrong("hours = '08:00-19:00'"), one(ProblemKind::Missing, "bandwidth.1.kib_per_second"));
    let slow = wrong("hours = '08:00-19:00', kib_per_second = 15");
    assert_eq!(slow, one(ProblemKind::Range, "bandwidth.1.kib_per_second"));
    let day = wrong(&format!("hours = '08:00-19:00', days = 'lundi', {rate}"));
    assert_eq!(day, one(ProblemKind::Choice, "bandwidth.1.days"));
    for none in ["", " ", ","] {
        let days = wrong(&format!("hours = '08:00-19:00', days = '{none}', {rate}"));
        assert_eq!(days, one(ProblemKind::NoDays, "bandwidth.1.days"), "it would never hold");
    }
}

#[test]
fn a_receipt_is_waited_for_only_where_one_is_required() {
    let home = Home::new();
    let receipts = |add: &str| home.target(&[], add).receipts;
    assert_eq!((receipts(""), receipts("receipt_within = '1h'")), (None, None));
    assert_eq!(receipts("receipts = 'required'"), Some(Duration::from_mins(5)));
    assert_eq!(receipts("receipts = 'required'\nreceipt_within = '0s'"), Some(Duration::ZERO));
    let removes = |add: &str| home.target(&[], add).removes_files;
    assert!(!removes("receipts = 'required'") && removes("receipts = 'required'\nremove_files = true"));
    assert_eq!(home.of_target(&[], "remove_files = true"), one(ProblemKind::RemovesBlindly, "remove_files"));
    assert_eq!(home.of_target(&[], "receipts = 'read'"), one(ProblemKind::Choice, "receipts"));
    assert_eq!(home.of_target(&[], "receipt_within = '7h'"), one(ProblemKind::Range, "receipt_within"));
}

#[test]
fn config_show_tells_where_each_value_comes_from_and_hides_secrets() {
    let home = Home::new();
    let settings = home.parse(LEAST).unwrap();
    let find = |key: &str| settings.shown().iter().find(|shown| shown.key == key).unwrap();
    assert_eq!(find("target.extranet.host").origin, Origin::Line(5));
    assert_eq!(find("agency.database").origin, Origin::Line(2));
    let french = Messages::new(Lang::Fr);
    assert_eq!(find("agency.database").origin.words(&french), "ligne 2");
    assert_eq!(find("service.heartbeat").origin.words(&french), "valeur par défaut");
    assert_eq!(
        (find("publication.catch_up").value.as_str(), find("publication.catch_up").origin),
        ("72h", Origin::Default)
    );
    assert_eq!(find("target.extranet.receives_credentials").value, "true");
    assert!(!format!("{settings:?}").contains("s3cret"));
    let keys: BTreeSet<_> = settings.shown().iter().map(|shown| &shown.key).collect();
    assert_eq!(keys.len(), settings.shown().len(), "a key is shown twice");
}

#[test]
fn the_file_is_looked_for_where_the_system_keeps_it() {
    let home = Home::new();
    let places = home.places();
    let error = Settings::load(Some(&home.path("nowhere.toml")), &places).unwrap_err();
    assert!(matches!(error, ConfigError::Unreadable { .. }));
    let error = Settings::load(None, &places).unwrap_err();
    let ConfigError::NotFound { tried } = &error else { panic!("{error}") };
    assert_eq!(*tried, [PathBuf::from("agent.toml"), places.system_file.clone()]);
    assert!(error.explain(&Messages::new(Lang::Fr)).contains("agent.toml.example"));
    files::make_private_folder(&home.path("etc")).unwrap();
    home.write(
        "etc/agent.toml",
        &LEAST.replace("\"files\"", "\"../files\"").replace("secrets/", "../secrets/"),
    );
    assert_eq!(Settings::load(None, &places).unwrap().file, places.system_file);
}

#[test]
fn no_text_is_a_panic() {
    let home = Home::new();
    for text in [
        "",
        "\u{feff}",
        "[",
        "=",
        "[[target]]",
        "target = 3",
        "target = [1]",
        "é = \"",
        "\0",
        "lang = \"\\u00e9",
    ] {
        home.parse(text).unwrap_err().explain(&Messages::new(Lang::En));
    }
}

#[test]
fn an_empty_list_of_file_types_is_refused() {
    let home = Home::new();
    let none = format!("{LEAST}\n[publication]\nfile_types = \" \"\n");
    assert_eq!(home.problems(&none), one(ProblemKind::Empty, "publication.file_types"));
}
