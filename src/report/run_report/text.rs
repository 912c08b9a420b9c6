//! The report as people read it: the result first, then what to do, then the detail.

use std::collections::BTreeMap;

use publier_core::publication::exit::ExitStatus;
use publier_core::publication::reason::TransferReason;

use crate::i18n::{Messages, Value, number};

use super::super::counts::FileFailure;
use super::super::words;
use super::{Cause, Group, Outcome, Record, RunReport, Section, SectionCounts};

/// How many records of one reason the text names; JSON has more.
const NAMED_MAX: usize = 10;

impl RunReport {
    /// Gives the subject of the message: the result, then its most telling figure or cause.
    pub fn to_subject(&self, messages: &Messages) -> String {
        Teller { messages, report: self }.subject()
    }

    /// Gives the body of the message.
    pub fn to_text(&self, messages: &Messages) -> String {
        Teller { messages, report: self }.text()
    }
}

struct Teller<'a> {
    messages: &'a Messages,
    report: &'a RunReport,
}

impl Teller<'_> {
    fn subject(&self) -> String {
        let target = ("target", Value::from(self.report.target.as_str()));
        self.messages.format("report-subject", &[("result", self.headline().into()), target])
    }

    /// The result in one line.
    fn headline(&self) -> String {
        let report = self.report;
        match report.outcome {
            Outcome::Done => self.done(),
            Outcome::Partial => self.count("report-headline-partial", report.to_correct()),
            Outcome::Held if report.withdrawn_at_once > 0 => {
                self.count("report-headline-held-but-removals", report.withdrawn_at_once)
            }
            Outcome::Held => self.say("report-headline-held"),
            Outcome::Failed if report.exit_status() == ExitStatus::Interrupted => {
                self.say("report-headline-stopped")
            }
            Outcome::Failed => {
                let cause = clause(&self.cause());
                self.messages.format("report-headline-failed", &[("cause", cause.into())])
            }
        }
    }

    fn done(&self) -> String {
        let documents = self.report.published(Section::Documents);
        let withdrawn = self.withdrawn();
        if documents == 0 && withdrawn > 0 {
            return self.count("report-headline-removals", withdrawn);
        }
        self.count("report-headline-done", documents)
    }

    fn withdrawn(&self) -> u64 {
        self.report.withdrawn.values().sum()
    }

    fn cause(&self) -> String {
        match &self.report.cause {
            Some(Cause::Transfer { reason, .. }) => self.say(reason.reason_key()),
            Some(Cause::Run { status, .. }) => self.say(&format!("report-cause-{status}")),
            Some(Cause::Unconfirmed { .. }) => self.say("report-cause-unconfirmed"),
            None => self.say("report-cause-other"),
        }
    }

    fn text(&self) -> String {
        let blocks = [
            self.head(),
            self.to_do(),
            self.block(self.title_of_sections(), self.sections()),
            self.block("report-title-left-out", self.left_out()),
            self.block("report-title-waiting", self.waiting()),
            self.block("report-title-withdrawn", self.withdrawals()),
            self.block("report-title-audiences", self.audiences()),
            self.block("report-title-warnings", self.warnings()),
            self.block("report-title-next", self.next()),
            vec![self.reference()],
        ];
        let blocks: Vec<String> =
            blocks.iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect();
        blocks.join("\n\n") + "\n"
    }

    fn head(&self) -> Vec<String> {
        let report = self.report;
        let lang = self.messages.lang();
        let when = [
            ("moment", Value::from(words::moment(report.started_at, lang))),
            ("duration", words::duration(report.ended_at - report.started_at).into()),
        ];
        let place = [
            ("agency", Value::from(report.agency.as_str())),
            ("target", Value::from(report.target.as_str())),
        ];
        let mut lines = vec![
            self.headline(),
            String::new(),
            self.messages.format(
                if report.agency.is_empty() { "report-place-nameless" } else { "report-place" },
                &place,
            ),
            self.messages.format("report-when", &when),
        ];
        lines.extend(self.transfers());
        lines
    }

    fn transfers(&self) -> Vec<String> {
        let report = self.report;
        let size = words::size(report.bytes_uploaded, self.messages.lang());
        let values = [
            ("count", Value::Count(report.files_uploaded)),
            ("shown", self.number(report.files_uploaded)),
            ("size", size.into()),
        ];
        let mut lines = vec![self.messages.format("report-files", &values)];
        if report.letters_rendered > 0 {
            lines.push(self.count("report-rendered", report.letters_rendered));
        }
        if report.files_resumed > 0 {
            lines.push(self.count("report-resumed", report.files_resumed));
        }
        if let Some(found) = report.adoption {
            let values = [
                ("there", self.number(found.there)),
                ("other", self.number(found.other)),
                ("missing", self.number(found.missing)),
            ];
            lines.push(self.messages.format("report-adoption", &values));
        }
        if report.widened > 0 {
            lines.push(self.count("report-widened", report.widened));
        }
        if report.outcome == Outcome::Failed {
            lines.push(self.say("report-nothing-lost"));
        }
        lines
    }

    /// What somebody has to do, numbered, the most pressing first.
    fn to_do(&self) -> Vec<String> {
        let items: Vec<Vec<String>> =
            [self.causes(), self.holds(), self.failures(), self.refusals()].into_iter().flatten().collect();
        if items.is_empty() {
            return Vec::new();
        }
        let mut lines = vec![self.say("report-title-to-do")];
        for (item, number) in items.into_iter().zip(1_u64..) {
            let mut item = item.into_iter();
            lines.extend(item.next().map(|first| format!("{number}. {first}")));
            lines.extend(item.map(|line| format!("   {line}")));
        }
        lines
    }

    fn causes(&self) -> Vec<Vec<String>> {
        let Some(cause) = &self.report.cause else { return Vec::new() };
        let item = match cause {
            Cause::Transfer { reason, words } => {
                let mut item = vec![self.say(reason.reason_key()), self.say(reason.remedy_key())];
                item.extend(words.as_ref().map(|words| self.server_says(words.as_str())));
                let stopped = self.report.failures.iter().filter(|failure| failure.reason == *reason);
                let stopped: Vec<_> = stopped.map(|failure| format!("- {}", failure.file)).collect();
                item.extend(stopped.iter().take(NAMED_MAX).cloned());
                item.extend(self.more(stopped.len()));
                item
            }
            Cause::Run { status, words } => {
                vec![self.cause(), words.to_string(), self.say(&format!("report-remedy-{status}"))]
            }
            Cause::Unconfirmed { words } => vec![self.cause(), words.to_string()],
        };
        vec![item]
    }

    fn holds(&self) -> Vec<Vec<String>> {
        let reasons = self.report.holds.iter();
        let mut items: Vec<_> =
            reasons.map(|hold| vec![self.say(hold.reason_key()), self.say(hold.remedy_key())]).collect();
        if let (Some(last), Some(digest)) = (items.last_mut(), &self.report.hold_digest) {
            last.push(self.messages.format("report-confirm", &[("digest", digest.as_str().into())]));
        }
        items
    }

    fn failures(&self) -> Vec<Vec<String>> {
        let mut by_reason: BTreeMap<TransferReason, Vec<&FileFailure>> = BTreeMap::new();
        // What stopped the run is told first, and once.
        let told = match &self.report.cause {
            Some(Cause::Transfer { reason, .. }) => Some(*reason),
            _ => None,
        };
        for failure in self.report.failures.iter().filter(|failure| Some(failure.reason) != told) {
            by_reason.entry(failure.reason).or_default().push(failure);
        }
        let mut items = Vec::new();
        for (reason, failures) in by_reason {
            let mut item = vec![self.say(reason.reason_key()), self.say(reason.remedy_key())];
            let words = failures.first().and_then(|failure| failure.words.as_ref());
            item.extend(words.map(|words| self.server_says(words.as_str())));
            item.extend(failures.iter().take(NAMED_MAX).map(|failure| format!("- {}", failure.file)));
            item.extend(self.more(failures.len()));
            items.push(item);
        }
        items
    }

    fn refusals(&self) -> Vec<Vec<String>> {
        let groups = self.report.refused.groups().filter(|(reason, _)| !reason.is_warning());
        groups
            .map(|(reason, group)| {
                let mut item = vec![self.say(reason.reason_key()), self.say(reason.remedy_key())];
                item.extend(self.named(group));
                item
            })
            .collect()
    }

    fn named(&self, group: &Group) -> Vec<String> {
        let mut lines: Vec<_> =
            group.records.iter().take(NAMED_MAX).map(|record| self.record(record)).collect();
        lines.extend(self.more(usize::try_from(group.count).unwrap_or(usize::MAX)));
        lines
    }

    fn record(&self, record: &Record) -> String {
        let kind = self.say(&format!("report-kind-{}", record.kind.name()));
        let mut values = vec![("kind", Value::from(kind)), ("id", record.id.as_str().into())];
        let Some(label) = &record.label else { return self.messages.format("report-record", &values) };
        values.push(("label", label.as_str().into()));
        self.messages.format("report-record-labelled", &values)
    }

    fn more(&self, count: usize) -> Option<String> {
        let more = u64::try_from(count.checked_sub(NAMED_MAX)?).ok().filter(|more| *more > 0)?;
        Some(self.count("report-more", more))
    }

    fn sections(&self) -> Vec<String> {
        self.report
            .sections
            .iter()
            .filter(|counts| counts.known > 0)
            .map(|counts| self.section(counts))
            .collect()
    }

    /// Says of what is counted whether it was published, or only prepared.
    fn title_of_sections(&self) -> &'static str {
        match self.report.outcome {
            Outcome::Done | Outcome::Partial => "report-title-sections",
            Outcome::Held | Outcome::Failed => "report-title-prepared",
        }
    }

    fn section(&self, counts: &SectionCounts) -> String {
        let label = self.say(&format!("report-section-{}", counts.section.code()));
        let values = [
            ("section", Value::from(label)),
            ("published", self.number(counts.published)),
            ("known", self.number(counts.known)),
        ];
        let line = self.messages.format("report-section", &values);
        let rest: Vec<_> = [
            ("report-section-unchanged", counts.unchanged),
            ("report-section-held", counts.held),
            ("report-section-refused", counts.refused),
            ("report-section-not-asked", counts.not_asked()),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(key, count)| self.count(key, count))
        .collect();
        if rest.is_empty() { line } else { format!("{line} ({})", rest.join(", ")) }
    }

    fn waiting(&self) -> Vec<String> {
        let groups = self.report.held.groups();
        groups
            .flat_map(|(reason, group)| self.told(group, reason.reason_key(), reason.remedy_key()))
            .collect()
    }

    /// What was left out and may be meant so.
    fn left_out(&self) -> Vec<String> {
        let groups = self.report.refused.groups().filter(|(reason, _)| reason.is_warning());
        groups
            .flat_map(|(reason, group)| self.told(group, reason.reason_key(), reason.remedy_key()))
            .collect()
    }

    /// A reason with its count, then what to do and the records, set in.
    fn told(&self, group: &Group, reason_key: &str, remedy_key: &str) -> Vec<String> {
        let mut lines = vec![self.counted(group.count, reason_key), format!("  {}", self.say(remedy_key))];
        lines.extend(self.named(group).iter().map(|line| format!("  {line}")));
        lines
    }

    fn withdrawals(&self) -> Vec<String> {
        let withdrawn = self.report.withdrawn.iter();
        withdrawn.map(|(reason, count)| self.counted(*count, reason.reason_key())).collect()
    }

    /// What nobody reads first, then the readers of what is a building's or an entity's (C23).
    fn audiences(&self) -> Vec<String> {
        let audiences = &self.report.audiences;
        let mut lines = Vec::new();
        if audiences.empty.count > 0 {
            lines.push(format!("- {}", self.count("report-nobody-reads", audiences.empty.count)));
            lines.extend(self.named(&audiences.empty).iter().map(|line| format!("  {line}")));
        }
        for document in audiences.wide.documents.iter().take(NAMED_MAX) {
            let values = [
                ("record", Value::from(self.record(&document.record))),
                ("scope", self.say(&format!("report-scope-{}", document.scope)).into()),
                ("count", Value::Count(document.readers)),
                ("shown", self.number(document.readers)),
            ];
            lines.push(self.messages.format("report-readers", &values));
        }
        lines.extend(self.more(usize::try_from(audiences.wide.count).unwrap_or(usize::MAX)));
        lines
    }

    fn counted(&self, count: u64, reason_key: &str) -> String {
        let values = [
            ("count", Value::Count(count)),
            ("shown", self.number(count)),
            ("reason", self.say(reason_key).into()),
        ];
        self.messages.format("report-counted", &values)
    }

    fn warnings(&self) -> Vec<String> {
        self.report.warnings.iter().map(|warning| format!("- {warning}")).collect()
    }

    fn next(&self) -> Vec<String> {
        let slots = self.report.next_slots.iter();
        slots.map(|slot| format!("- {}", words::moment(*slot, self.messages.lang()))).collect()
    }

    /// What support asks for first.
    fn reference(&self) -> String {
        let report = self.report;
        let run = self.messages.format("report-reference-run", &[("run", report.run_id.as_str().into())]);
        let Some(publication) = &report.publication else { return run };
        let mode = self.say(&format!("report-mode-{}", publication.mode.code()));
        let sequence = publication.sequence.map_or_else(|| "-".to_owned(), |sequence| sequence.to_string());
        let values = [
            ("run", Value::from(run)),
            ("publication", publication.id.as_str().into()),
            ("sequence", sequence.into()),
            ("mode", mode.into()),
        ];
        self.messages.format("report-reference-publication", &values)
    }

    fn block(&self, title_key: &str, lines: Vec<String>) -> Vec<String> {
        if lines.is_empty() { lines } else { std::iter::once(self.say(title_key)).chain(lines).collect() }
    }

    fn server_says(&self, words: &str) -> String {
        self.messages.format("report-server-says", &[("words", words.into())])
    }

    fn say(&self, key: &str) -> String {
        self.messages.text(key)
    }

    /// A sentence that holds one number: `$count` chooses its form, `$shown` is what is read.
    fn count(&self, key: &str, count: u64) -> String {
        self.messages.format(key, &[("count", Value::Count(count)), ("shown", self.number(count))])
    }

    fn number(&self, n: u64) -> Value<'static> {
        number(n, self.messages.lang()).into()
    }
}

/// Makes the first clause of a sentence fit to follow a colon: `Le serveur refuse… : détail.` -> `le serveur refuse…`.
fn clause(sentence: &str) -> String {
    let first = sentence.split([':', '(', ';']).next().unwrap_or_default().trim_end();
    let first = first.strip_suffix('.').unwrap_or(first);
    let mut chars = first.chars();
    let initial = chars.next().map(char::to_lowercase);
    initial.into_iter().flatten().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_becomes_a_clause_of_the_subject() {
        assert_eq!(
            clause("Le serveur n’a plus de place\u{a0}: disque plein."),
            "le serveur n’a plus de place"
        );
        assert_eq!(clause("Écrit."), "écrit");
        assert_eq!(clause(""), "");
    }
}
