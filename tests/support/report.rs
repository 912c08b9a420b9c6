//! Readers of transfer logs that are not ours, and events to write them with.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use publier::i18n::{Lang, Messages};
use publier::ports::{Event, Listener, RemotePath, TransferError};
use publier::report::winscp_log::{Output, WinscpLog};
use publier_core::publication::reason::TransferReason;

/// 2026-03-04T05:06:07.089Z and `seconds` more.
pub fn at(seconds: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-03-04T05:06:07.089Z".parse().unwrap();
    start + chrono::TimeDelta::seconds(seconds)
}

pub fn remote(path: &str) -> RemotePath {
    RemotePath::new(path).unwrap()
}

pub fn started() -> Event {
    Event::TransferStarted {
        target: "extranet".into(),
        session: "agence605@ftp.example.org".into(),
        at: at(0),
    }
}

pub fn ended() -> Event {
    Event::TransferEnded { target: "extranet".into(), at: at(60) }
}

pub fn uploaded(local: impl Into<PathBuf>, path: &str, size_bytes: u64) -> Event {
    Event::Uploaded { local: local.into(), remote: remote(path), size_bytes, at: at(2) }
}

pub fn failed(local: &str, path: Option<&str>, reason: TransferReason, words: &str) -> Event {
    let error = TransferError::new(reason, words);
    Event::UploadFailed { local: local.into(), remote: path.map(remote), error, at: at(3) }
}

/// One run with every element that events lead to.
pub fn small_run() -> Vec<Event> {
    let lost = TransferError::new(TransferReason::ConnectionLost, "reset by peer");
    let refused = TransferReason::NameRefused;
    vec![
        started(),
        Event::FolderMade { path: remote("/depot/documents/12"), at: at(1) },
        Event::Progress { remote: remote("/depot/documents/12/1204500017.pdf"), bytes: 40_000 },
        Event::Retrying {
            remote: Some(remote("/depot/documents/12/1204500017.pdf")),
            error: lost,
            attempt: 1,
        },
        Event::Resumed {
            remote: remote("/depot/documents/12/1204500017.pdf"),
            offset_bytes: 32_768,
            size_bytes: 48_213,
        },
        uploaded("/srv/publier/spool/17/1204500017.pdf", "/depot/documents/12/1204500017.pdf", 48_213),
        failed(
            "/srv/publier/spool/17/1299100342.pdf",
            Some("/depot/documents/12/1299100342.pdf"),
            refused,
            "553 Could not create file.",
        ),
        Event::Removed { path: remote("/depot/documents/07/0730011199.pdf.part"), error: None, at: at(4) },
        uploaded("/srv/publier/spool/17/publication-000017.zip", "/depot/publication-000017.zip", 1_204_877),
        ended(),
    ]
}

/// A `Write` whose content the test keeps.
#[derive(Clone, Default)]
pub struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).expect("UTF-8")
    }

    /// An output of the log that empties this at each session.
    pub fn output(&self) -> Output {
        let kept = self.clone();
        Output::new("kept", move |_| {
            kept.0.lock().unwrap().clear();
            Ok(Box::new(kept.clone()) as Box<dyn Write + Send>)
        })
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub fn new_log(groups: bool) -> WinscpLog {
    WinscpLog::new(Arc::new(Messages::new(Lang::Fr)), groups)
}

/// The log of a few events.
pub fn log_of(groups: bool, events: &[Event]) -> String {
    let kept = Kept::default();
    let log = new_log(groups).with(kept.output());
    events.iter().for_each(|event| log.hear(event));
    assert_eq!(log.problem(), None);
    kept.text()
}

/// An element as a standard parser reads it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
    pub text: String,
}

impl Node {
    pub fn names(&self) -> Vec<&str> {
        self.children.iter().map(|child| child.name.as_str()).collect()
    }

    pub fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value of a child: `""` when it has none.
    pub fn value(&self, child: &str) -> Option<&str> {
        self.child(child).map(|child| child.attribute("value").unwrap_or_default())
    }

    pub fn succeeded(&self) -> bool {
        self.child("result").and_then(|result| result.attribute("success")) == Some("true")
    }

    pub fn messages(&self) -> Vec<&str> {
        self.children
            .iter()
            .filter(|child| child.name == "message")
            .map(|child| child.text.as_str())
            .collect()
    }

    /// This element and all those below it that bear a name.
    pub fn all(&self, name: &str) -> Vec<&Node> {
        let mut found: Vec<_> = (self.name == name).then_some(self).into_iter().collect();
        found.extend(self.children.iter().flat_map(|child| child.all(name)));
        found
    }
}

/// Reads a whole log with quick-xml, attributes normalised as XML 1.0 asks; refuses all but elements and text.
pub fn parse(xml: &str) -> Node {
    use quick_xml::events::{BytesStart, Event as Xml};
    fn node(start: &BytesStart<'_>) -> Node {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).unwrap();
            (attribute.key.0.to_owned(), value.into_owned())
        });
        let name = start.name().0.to_owned();
        Node { name, attributes: attributes.collect(), ..Node::default() }
    }
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut open = vec![Node::default()];
    loop {
        match reader.read_event().expect("well-formed") {
            Xml::Start(start) => open.push(node(&start)),
            Xml::Empty(start) => open.last_mut().unwrap().children.push(node(&start)),
            Xml::End(_) => {
                let mut done = open.pop().unwrap();
                done.text = quick_xml::escape::unescape(&done.text).unwrap().into_owned();
                open.last_mut().unwrap().children.push(done);
            }
            Xml::Text(text) => open.last_mut().unwrap().text.push_str(text.as_ref()),
            Xml::GeneralRef(name) => {
                let name: &str = name.as_ref();
                open.last_mut().unwrap().text.push_str(&format!("&{name};"));
            }
            Xml::Decl(_) => {}
            Xml::Eof => break,
            other => panic!("unexpected in a log: {other:?}"),
        }
    }
    assert_eq!(open.len(), 1, "every element is closed");
    let mut roots = open.pop().unwrap().children;
    assert_eq!(roots.len(), 1, "one root");
    roots.pop().unwrap()
}

/// Runs a tool of the system and gives its output; a missing tool or a failure is a failed test.
pub fn run(tool: &str, arguments: &[&str]) -> String {
    let output =
        Command::new(tool).args(arguments).output().unwrap_or_else(|error| panic!("{tool}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool} {arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

pub fn schema() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/winscp-log.xsd")
}

/// What xmllint says of a log against the project's schema.
pub fn validate(xml: &str) -> Result<(), String> {
    let file = write_temporary(xml.as_bytes());
    let path = file.path().to_str().unwrap();
    let output =
        Command::new("xmllint").args(["--noout", "--schema", schema(), path]).output().expect("xmllint");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

pub fn write_temporary(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// The local names of the uploads that succeeded, as Python's ElementTree reads a whole log.
pub fn element_tree_uploads(path: &Path) -> Vec<String> {
    let script = r"
import json, sys, xml.etree.ElementTree as E
n = '{http://winscp.net/schema/session/1.0}'
root = E.parse(sys.argv[1]).getroot()
ok = [u for u in root.iter(n + 'upload') if u.find(n + 'result').get('success') == 'true']
print(json.dumps([u.find(n + 'filename').get('value', '') for u in ok]))
";
    serde_json::from_str(&run("python3", &["-c", script, path.to_str().unwrap()])).unwrap()
}

/// The final names of the finished uploads, as a streaming parser reads a log that may lack its end.
pub fn streamed_uploads(path: &Path) -> Vec<String> {
    let script = r"
import json, sys, xml.etree.ElementTree as E
n = '{http://winscp.net/schema/session/1.0}'
found = []
try:
    for _, e in E.iterparse(sys.argv[1]):
        if e.tag == n + 'upload':
            found.append(e.find(n + 'destination').get('value', ''))
except E.ParseError:
    pass
print(json.dumps(found))
";
    serde_json::from_str(&run("python3", &["-c", script, path.to_str().unwrap()])).unwrap()
}

/// The variable that tells a test that it is the child of itself; its value is the child's folder.
pub const CHILD: &str = "PUBLIER_TEST_CHILD";

/// Starts the named test again in a process of its own, as the child.
pub fn spawn_child(test: &str, folder: &Path, environment: &[(&str, &str)]) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, folder)
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}
