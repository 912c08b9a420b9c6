//! Findings as people and programs read them: grouped by module, counts first; or one JSON object each.
//!
//! Promises: the errors come before the warnings and those before the advice; records of one sentence stand together; what
//! is not shown is counted. Limits: for people, [`SENTENCES`] sentences a code and [`RECORDS`] records a sentence are shown;
//! JSON shows them all.

use std::collections::BTreeMap;

use publier_core::publication::exit::ExitStatus;
use serde_json::{Value, json};

use super::code::{Code, Level, Module};
use super::elan::{Condominium, Row, Standing};
use super::finding::{Finding, Record};
use super::server::ServerFacts;
use crate::i18n::Messages;
use crate::ports::Abilities;
use crate::settings::target::{Protocol, Trust};

/// How many different sentences of one code are shown to people.
pub const SENTENCES: usize = 20;
/// How many records of one sentence are shown to people.
pub const RECORDS: usize = 20;

/// How many findings there are of each level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Errors.
    pub errors: u64,
    /// Warnings.
    pub warnings: u64,
    /// Advice.
    pub advice: u64,
}

impl Counts {
    fn add(&mut self, level: Level) {
        match level {
            Level::Error => self.errors += 1,
            Level::Warning => self.warnings += 1,
            Level::Advice => self.advice += 1,
        }
    }

    fn words(self, messages: &Messages) -> String {
        let counted = [
            ("check-count-error", self.errors),
            ("check-count-warning", self.warnings),
            ("check-count-advice", self.advice),
        ];
        let said = counted.iter().filter(|(_, count)| *count > 0);
        let said: Vec<_> =
            said.map(|(key, count)| messages.format(key, &[("count", (*count).into())])).collect();
        said.join(", ")
    }

    fn json(self) -> Value {
        json!({"error": self.errors, "warning": self.warnings, "advice": self.advice})
    }
}

/// What a check adds up to.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    modules: BTreeMap<Module, Counts>,
    statuses: Vec<ExitStatus>,
}

impl Summary {
    /// Counts a finding.
    pub fn count(&mut self, finding: &Finding) {
        let code = finding.code;
        self.modules.entry(code.module()).or_default().add(code.level());
        if !self.statuses.contains(&code.status()) {
            self.statuses.push(code.status());
        }
    }

    /// Gives the counts of all modules together.
    pub fn total(&self) -> Counts {
        let add = |sum: Counts, counts: &Counts| Counts {
            errors: sum.errors + counts.errors,
            warnings: sum.warnings + counts.warnings,
            advice: sum.advice + counts.advice,
        };
        self.modules.values().fold(Counts::default(), add)
    }

    /// Gives the status that the check ends with: what stands in the way first wins, done without an error.
    pub fn status(&self) -> ExitStatus {
        let order =
            [ExitStatus::Configuration, ExitStatus::Database, ExitStatus::Connection, ExitStatus::Partial];
        order.into_iter().find(|status| self.statuses.contains(status)).unwrap_or(ExitStatus::Done)
    }

    /// Gives the fields of the summary line.
    pub fn json(&self) -> Value {
        let modules = self.modules.iter().map(|(module, counts)| (module.name().to_owned(), counts.json()));
        json!({
            "exit_code": self.status().code(),
            "status": self.status(),
            "findings": self.total().json(),
            "modules": modules.collect::<serde_json::Map<_, _>>(),
        })
    }
}

/// Gives the fields of a finding's line.
pub fn finding_json(finding: &Finding, messages: &Messages) -> Value {
    let code = finding.code;
    json!({
        "module": code.module(),
        "level": code.level(),
        "code": code.code(),
        "rule": code.rule(),
        "record": record_json(&finding.record),
        "sentence": finding.sentence(messages),
        "remedy": finding.remedy(messages),
    })
}

fn record_json(record: &Record) -> Value {
    json!({"kind": record.kind, "key": record.key, "name": record.name})
}

/// The records of one sentence, up to [`RECORDS`].
#[derive(Debug, Default)]
struct Group {
    remedy: String,
    records: Vec<String>,
    others: u64,
}

/// The findings as people read them, gathered within bounds.
#[derive(Debug, Default)]
pub struct Text {
    summary: Summary,
    codes: BTreeMap<(Module, Level, Code), Vec<(String, Group)>>,
    untold: BTreeMap<Code, u64>,
}

impl Text {
    /// Takes a finding.
    pub fn take(&mut self, finding: &Finding, messages: &Messages) {
        self.summary.count(finding);
        let code = finding.code;
        let groups = self.codes.entry((code.module(), code.level(), code)).or_default();
        let sentence = finding.sentence(messages);
        let at = groups.iter().position(|(known, _)| *known == sentence);
        let at = at.or_else(|| {
            (groups.len() < SENTENCES).then(|| {
                groups.push((sentence, Group { remedy: finding.remedy(messages), ..Group::default() }));
                groups.len() - 1
            })
        });
        let Some((_, group)) = at.and_then(|at| groups.get_mut(at)) else {
            *self.untold.entry(code).or_default() += 1;
            return;
        };
        if group.records.len() < RECORDS {
            group.records.push(finding.record.words(messages));
        } else {
            group.others += 1;
        }
    }

    /// Gives what the findings add up to.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Gives the whole text: the counts, then module by module.
    pub fn render(&self, messages: &Messages) -> String {
        let total = self.summary.total();
        let mut lines = vec![if total == Counts::default() {
            messages.text("check-nothing")
        } else {
            messages.format("check-total", &[("counts", total.words(messages).into())])
        }];
        let mut module = None;
        for ((of, level, code), groups) in &self.codes {
            if module.replace(*of) != Some(*of) {
                let counts = self.summary.modules.get(of).copied().unwrap_or_default();
                let values = [
                    ("module", messages.text(&format!("check-module-{}", of.name())).into()),
                    ("counts", counts.words(messages).into()),
                ];
                lines.extend([String::new(), messages.format("check-module", &values)]);
            }
            let level = messages.text(&format!("check-level-{}", level.name()));
            let rule = code.rule().map(|rule| format!(" {rule}")).unwrap_or_default();
            lines.push(format!("  {level}{rule} [{code}]"));
            for (sentence, group) in groups {
                lines.extend(group.lines(sentence, messages));
            }
            if let Some(count) = self.untold.get(code) {
                let more = messages.format("check-more", &[("count", (*count).into())]);
                lines.push(format!("    {more}"));
            }
        }
        lines.join("\n")
    }
}

impl Group {
    fn lines(&self, sentence: &str, messages: &Messages) -> Vec<String> {
        let mut records = self.records.join(", ");
        if self.others > 0 {
            records.push(' ');
            records.push_str(&messages.format("check-others", &[("count", self.others.into())]));
        }
        vec![format!("    {records}"), format!("      {sentence}"), format!("      → {}", self.remedy)]
    }
}

/// Says how a server proves who it is.
fn trust_words(trust: &Trust, messages: &Messages) -> String {
    let key = match trust {
        Trust::None => "check-trust-none",
        Trust::SystemAuthorities => "check-trust-system",
        Trust::Authorities(_) => "check-trust-authorities",
        Trust::CertificateFingerprint(_) | Trust::HostKeyFingerprint(_) => "check-trust-pinned",
        Trust::KnownHosts(_) => "check-trust-known-hosts",
    };
    messages.text(key)
}

fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Ftp => "FTP",
        Protocol::FtpsExplicit => "FTPS (AUTH TLS)",
        Protocol::FtpsImplicit => "FTPS (TLS)",
        Protocol::Sftp => "SFTP (SSH)",
        Protocol::Folder => "local",
    }
}

/// Says what a server showed of itself.
pub fn server_text(facts: &ServerFacts, messages: &Messages) -> String {
    let yes_or_no = |yes| messages.text(if yes { "check-yes" } else { "check-no" });
    let text = |key: &str, value: String| messages.format(key, &[("value", value.into())]);
    let mut lines = vec![
        messages.format(
            "check-server-head",
            &[("target", facts.target.as_str().into()), ("session", facts.session.as_str().into())],
        ),
        text("check-server-protocol", protocol_name(facts.protocol).to_owned()),
        text("check-server-encrypted", yes_or_no(facts.protocol.is_encrypted())),
        text("check-server-trust", trust_words(&facts.trust, messages)),
    ];
    if let Some(fingerprint) = &facts.fingerprint {
        lines.push(text("check-server-fingerprint", fingerprint.clone()));
    }
    if let Some(setting) = &facts.setting {
        lines.push(text("check-server-setting", setting.clone()));
    }
    lines.push(text("check-server-deposit", facts.deposit.to_string()));
    lines.push(text("check-server-takes-files", yes_or_no(facts.takes_files)));
    if let Some(command) = facts.size_command {
        lines.push(text("check-server-size", command.to_owned()));
    }
    if let Some(Abilities { resume, times, hash }) = facts.abilities {
        let by = |command: Option<&str>| command.map_or_else(|| messages.text("check-no"), str::to_owned);
        lines.push(text("check-server-resume", by(resume)));
        lines.push(text("check-server-times", by(times)));
        lines.push(text("check-server-hash", by(hash)));
    }
    lines.join("\n  ")
}

/// Gives the fields of a server's line.
pub fn server_json(facts: &ServerFacts) -> Value {
    json!({
        "target": facts.target,
        "session": facts.session,
        "protocol": protocol_name(facts.protocol),
        "encrypted": facts.protocol.is_encrypted(),
        "fingerprint": facts.fingerprint,
        "setting": facts.setting,
        "deposit": facts.deposit,
        "takes_files": facts.takes_files,
        "size_command": facts.size_command,
        "resume_command": facts.abilities.and_then(|abilities| abilities.resume),
        "time_command": facts.abilities.and_then(|abilities| abilities.times),
        "hash_command": facts.abilities.and_then(|abilities| abilities.hash),
    })
}

/// Gives the table of a condominium.
pub fn elan_text(condominium: &Condominium, messages: &Messages) -> String {
    let head =
        messages.format("check-elan-head", &[("building", condominium.building.words(messages).into())]);
    let cells: Vec<[String; 3]> = condominium.rows.iter().map(|row| elan_cells(row, messages)).collect();
    let width = |at: usize| {
        let of_row = |cells: &[String; 3]| cells.get(at).map_or(0, |cell| cell.chars().count());
        cells.iter().map(of_row).max().unwrap_or_default()
    };
    let (first, second) = (width(0), width(1));
    let line = |[standing, kind, binder]: &[String; 3]| {
        format!("  {standing:<first$}  {kind:<second$}  {binder}").trim_end().to_owned()
    };
    std::iter::once(head).chain(cells.iter().map(line)).collect::<Vec<_>>().join("\n")
}

fn elan_cells(row: &Row, messages: &Messages) -> [String; 3] {
    let standing = messages.text(&format!("check-elan-{}", row.standing.name()));
    let standing = match row.standing {
        Standing::Incomplete => format!("{standing} ({}/{})", row.found, row.duty.wanted),
        _ => standing,
    };
    let kind = messages.text(&format!("check-legal-{}", row.duty.kind.replace('_', "-")));
    let binder = match (&row.binder, row.duty.binder) {
        (Some(name), _) => name.clone(),
        (None, Some(code)) => code.to_owned(),
        (None, None) => messages.text("check-elan-site"),
    };
    [standing, kind, binder]
}

/// Gives the fields of the line of one duty of a condominium.
pub fn elan_json(condominium: &Condominium, row: &Row) -> Value {
    json!({
        "building": record_json(&condominium.building),
        "kind": row.duty.kind,
        "for": row.duty.whom,
        "standing": row.standing,
        "found": row.found,
        "wanted": row.duty.wanted,
        "binder": row.binder.as_deref().or(row.duty.binder),
    })
}
