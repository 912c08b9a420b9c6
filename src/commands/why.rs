//! `publier why`: why a document, an account or a party is on the site, or isn't. Only reads.

use publier_core::domain::account::AccountVerdict;
use publier_core::domain::document::Verdict;
use publier_core::publication::exit::ExitStatus;
use serde_json::{Value, json};

use super::accounts::{fields as account_fields, role, verdict as account_verdict, verdict_code};
use super::binders::right;
use super::cli::WhyVerb;
use super::events::day;
use super::output::Screen;
use crate::app::{App, AppError};
use crate::desk::why::document::Reader;
use crate::desk::why::{
    self, AccountHeld, AccountWhy, DocumentHeld, DocumentWhy, Judged, Last, OnTarget, PartyWhy,
};
use crate::i18n::{Messages, Value as Shown};
use crate::ledger::accounting::LeftOutRow;
use crate::ledger::plan::LeftOut;
use crate::report::words::moment;

/// Obeys `publier why`.
pub(super) fn run(app: &App, verb: &WhyVerb, screen: Screen) -> Result<ExitStatus, AppError> {
    let office = app.office()?;
    let messages = &app.messages;
    match verb {
        WhyVerb::Document(what) => {
            let why = why::document(&office, &what.id)?;
            screen.say(&document_text(&why, messages));
            screen.line("why", document_fields(&why));
        }
        WhyVerb::Account(what) => {
            let why = why::account(&office, &what.id)?;
            screen.say(&account_text(&why, messages));
            screen.line("why", account_why_fields(&why));
        }
        WhyVerb::Party(what) => {
            let why = why::party(&office, &what.id)?;
            screen.say(&party_text(&why, messages));
            screen.line("why", party_fields(&why));
        }
    }
    Ok(screen.close(ExitStatus::Done))
}

/// The lines of an answer.
struct Answer<'m> {
    messages: &'m Messages,
    text: String,
    /// What lines begin by.
    indent: &'static str,
}

impl<'m> Answer<'m> {
    fn new(messages: &'m Messages) -> Self {
        Self { messages, text: String::new(), indent: "" }
    }

    /// Adds a sentence with its variables.
    fn say(&mut self, key: &str, values: &[(&str, Shown<'_>)]) {
        let line = self.messages.format(key, values);
        self.line(&line);
    }

    fn line(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(self.indent);
        self.text.push_str(line);
    }

    /// Adds what each target holds: under its name where there are several, as if of the site where there is one.
    fn targets<T>(&mut self, targets: &[OnTarget<T>], mut tell: impl FnMut(&mut Self, &T)) {
        if let [only] = targets {
            return tell(self, &only.held);
        }
        for OnTarget { target, confirmed_at, held } in targets {
            let name = ("target", target.as_str().into());
            match confirmed_at {
                Some(at) => {
                    let at = moment(*at, self.messages.lang());
                    self.say("desk-why-target", &[name, ("at", at.into())]);
                }
                None => self.say("desk-why-target-never", &[name]),
            }
            self.indent = "  ";
            tell(self, held);
            self.indent = "";
        }
    }

    fn rules(&mut self, rules: &[&str]) {
        self.say("desk-why-rules", &[("rules", rules.join(", ").into())]);
    }

    fn left_out(&mut self, row: &LeftOutRow) {
        let (reason, remedy) = match row.verdict {
            LeftOut::Refused(reason) => (reason.reason_key(), reason.remedy_key()),
            LeftOut::Held(reason) => (reason.reason_key(), reason.remedy_key()),
        };
        let why = format!("{} {}", self.messages.text(reason), self.messages.text(remedy));
        let record = named(&row.record, self.messages);
        self.say("desk-why-left-out", &[("record", record.into()), ("why", why.into())]);
    }

    /// Ends by what happened last; of several targets each was told its own confirmation.
    fn last(mut self, last: &Last, targets: usize) -> String {
        let lang = self.messages.lang();
        match &last.run {
            None => self.say("desk-why-no-run", &[]),
            Some(run) => {
                let at = moment(run.started_at, lang);
                let outcome = self.messages.text(&format!("desk-run-{}", run.outcome));
                let outcome = if outcome.starts_with('{') { run.outcome.clone() } else { outcome };
                self.say("desk-why-run", &[("at", at.into()), ("outcome", outcome.into())]);
            }
        }
        if let Some(at) = last.confirmed_at.filter(|_| targets < 2) {
            self.say("desk-why-confirmed", &[("at", moment(at, lang).into())]);
        }
        self.text
    }
}

fn last_fields(last: &Last) -> Value {
    let run = last.run.as_ref().map(|run| {
        json!({"id": run.id, "started_at": run.started_at, "ended_at": run.ended_at, "outcome": run.outcome, "exit_code": run.exit_code})
    });
    json!({"run": run, "confirmed_at": last.confirmed_at})
}

fn document_text(why: &DocumentWhy, messages: &Messages) -> String {
    let mut answer = Answer::new(messages);
    answer.say(
        "desk-why-document",
        &[("record", named(&why.record, messages).into()), ("title", why.title.as_str().into())],
    );
    answer.line(&judged_sentence(&why.judged, messages));
    answer.rules(why.rules);
    if let Some(placement) = why.judged.placement() {
        let (code, name) = why.binder.clone().unwrap_or_default();
        let scope = messages.text(&format!("desk-scope-{}", placement.target.scope()));
        let concerns = why.concerns.clone().unwrap_or_default();
        let date = day(placement.date, messages.lang());
        answer.say(
            "desk-why-placed",
            &[
                ("binder", name.into()),
                ("code", code.into()),
                ("scope", scope.into()),
                ("concerns", concerns.into()),
                ("date", date.into()),
            ],
        );
        if let Some(until) = placement.until {
            answer.say("desk-why-until", &[("until", day(until, messages.lang()).into())]);
        }
    }
    for place in why.places.iter().filter(|_| why.binder.is_some()) {
        if let (None, Some((code, name))) = (why.judged.placement(), &why.binder) {
            let values = [("binder", name.as_str()), ("code", code), ("concerns", &place.concerns)];
            answer.say("desk-why-voucher-placed", &values.map(|(key, value)| (key, value.into())));
        }
        let readers = u64::try_from(place.audience.len()).unwrap_or(u64::MAX);
        answer.say("desk-why-readers", &[("count", readers.into())]);
        for reader in &place.audience {
            let line = format!("    {}  {}", reader.code, reader.name);
            let waits = if reader.has_login { String::new() } else { messages.text("desk-why-reader-waits") };
            answer.line(format!("{line}  {waits}").trim_end());
        }
    }
    answer.targets(&why.targets, document_held);
    answer.last(&why.last, why.targets.len())
}

fn document_held(answer: &mut Answer<'_>, held: &DocumentHeld) {
    held.left_out.iter().for_each(|row| answer.left_out(row));
    if held.seen.is_empty() {
        answer.say("desk-why-never", &[]);
    }
    for document in &held.seen {
        let id = document.id.to_string();
        match document.since {
            Some(since) if document.live => {
                let since = moment(since, answer.messages.lang());
                answer.say("desk-why-live", &[("id", id.into()), ("since", since.into())]);
            }
            _ => answer.say("desk-why-removed", &[("id", id.into())]),
        }
    }
}

/// Names a record as its readers do: `event 12` is « événement 12 ».
fn named(record: &str, messages: &Messages) -> String {
    let Some((kind, id)) = record.split_once(' ') else { return record.to_owned() };
    messages.format(&format!("desk-record-{kind}"), &[("id", id.into())])
}

fn judged_sentence(judged: &Judged, messages: &Messages) -> String {
    let reason = |reason: &str, remedy: &str| format!("{} {}", messages.text(reason), messages.text(remedy));
    match judged {
        Judged::Gone => messages.text("desk-why-gone"),
        Judged::FollowsItsLine => messages.text("desk-why-voucher"),
        Judged::Superseded(by) => messages.format("desk-why-superseded", &[("event", by.to_string().into())]),
        Judged::Verdict(Verdict::NotAsked) => messages.text("desk-why-not-asked"),
        Judged::Verdict(Verdict::Over) => messages.text("desk-why-over"),
        Judged::Verdict(Verdict::Publish(_)) => messages.text("desk-why-published"),
        Judged::Verdict(Verdict::Waits(wait)) => {
            let why = reason(wait.reason_key(), wait.remedy_key());
            messages.format("desk-why-waits", &[("why", why.into())])
        }
        Judged::Verdict(Verdict::Refused(refusal)) => {
            let why = reason(refusal.reason_key(), refusal.remedy_key());
            messages.format("desk-why-refused", &[("why", why.into())])
        }
    }
}

fn judged_code(judged: &Judged) -> (&'static str, Option<&'static str>) {
    match judged {
        Judged::Gone => ("gone", None),
        Judged::FollowsItsLine => ("follows-its-line", None),
        Judged::Superseded(_) => ("superseded", None),
        Judged::Verdict(Verdict::NotAsked) => ("not-asked", None),
        Judged::Verdict(Verdict::Over) => ("over", None),
        Judged::Verdict(Verdict::Publish(_)) => ("published", None),
        Judged::Verdict(Verdict::Waits(reason)) => ("waits", Some(reason.code())),
        Judged::Verdict(Verdict::Refused(reason)) => ("refused", Some(reason.code())),
    }
}

fn document_fields(why: &DocumentWhy) -> Value {
    let (verdict, reason) = judged_code(&why.judged);
    let targets = target_fields(
        &why.targets,
        |held| json!({"documents": seen_fields(held), "left_out": left_out_list(held)}),
    );
    let main = why.targets.first().map(|main| &main.held);
    let codes = |readers: &[Reader]| readers.iter().map(|reader| reader.code.clone()).collect::<Vec<_>>();
    let audience = codes(&why.audience);
    let places: Vec<Value> = why
        .places
        .iter()
        .map(|place| json!({"concerns": place.concerns, "audience": codes(&place.audience)}))
        .collect();
    let placement = why.judged.placement();
    json!({
        "kind": "document", "record": why.record, "title": why.title, "verdict": verdict, "reason": reason,
        "rules": why.rules, "binder": why.binder.as_ref().map(|(code, _)| code),
        "scope": placement.map(|placement| placement.target.scope()), "concerns": why.concerns,
        "date": placement.map(|placement| placement.date), "until": placement.and_then(|placement| placement.until),
        "readers": audience.len(), "audience": audience, "places": places,
        "documents": main.map(seen_fields).unwrap_or_default(), "left_out": main.map(left_out_list).unwrap_or_default(),
        "targets": targets, "last": last_fields(&why.last),
    })
}

/// Gives the fields of each target: its name, its last confirmation, and what it holds.
fn target_fields<T>(targets: &[OnTarget<T>], of: impl Fn(&T) -> Value) -> Vec<Value> {
    let fields = targets.iter().map(|on| {
        let mut fields = of(&on.held);
        if let Value::Object(fields) = &mut fields {
            fields.insert("target".to_owned(), on.target.as_str().into());
            fields.insert("confirmed_at".to_owned(), json!(on.confirmed_at));
        }
        fields
    });
    fields.collect()
}

fn seen_fields(held: &DocumentHeld) -> Vec<Value> {
    let seen = held.seen.iter();
    seen.map(|document| json!({"id": document.id.to_string(), "live": document.live, "since": document.since, "published_on": document.published_on}))
        .collect()
}

fn left_out_list(held: &DocumentHeld) -> Vec<Value> {
    held.left_out.iter().map(left_out_fields).collect()
}

fn left_out_fields(row: &LeftOutRow) -> Value {
    let (verdict, reason) = match row.verdict {
        LeftOut::Refused(reason) => ("refused", reason.code()),
        LeftOut::Held(reason) => ("waits", reason.code()),
    };
    json!({"record": row.record, "verdict": verdict, "reason": reason})
}

fn account_text(why: &AccountWhy, messages: &Messages) -> String {
    let mut answer = Answer::new(messages);
    let account = &why.account;
    let head = [
        ("number", account.number.as_str().into()),
        ("entity", account.entity.as_str().into()),
        ("label", account.label.as_str().into()),
        ("role", role(account.role, messages).into()),
    ];
    answer.say("desk-why-account", &head);
    answer.line(&account_sentence(account.verdict, messages));
    answer.rules(why.rules());
    match &account.party {
        Some(party) => answer.say("desk-why-party-of", &[("party", party.as_str().into())]),
        None => answer.say("desk-why-no-party", &[]),
    }
    if account.ticked && !account.validated {
        answer.say("desk-notice-not-validated", &[]);
    }
    answer.targets(&why.targets, account_held);
    answer.last(&why.last, why.targets.len())
}

fn account_held(answer: &mut Answer<'_>, held: &AccountHeld) {
    held.left_out.iter().for_each(|row| answer.left_out(row));
    answer.say(if held.live { "desk-why-account-live" } else { "desk-why-account-not-live" }, &[]);
    answer.say("desk-why-account-documents", &[("count", held.documents.into())]);
}

fn account_sentence(verdict: AccountVerdict, messages: &Messages) -> String {
    let reason = match verdict {
        AccountVerdict::Refused(reason) => Some((reason.reason_key(), reason.remedy_key())),
        AccountVerdict::Inactive(reason) => Some((reason.reason_key(), reason.remedy_key())),
        AccountVerdict::NotAsked | AccountVerdict::Published => None,
    };
    let said = messages.text(&format!("desk-why-account-{}", verdict_code(verdict)));
    match reason {
        Some((reason, remedy)) => format!("{said} {} {}", messages.text(reason), messages.text(remedy)),
        None => said,
    }
}

fn account_why_fields(why: &AccountWhy) -> Value {
    let mut fields = account_fields(&why.account);
    let main = why.targets.first().map(|main| main.held.clone()).unwrap_or_default();
    if let (Value::Object(fields), Value::Object(held)) = (&mut fields, account_held_fields(&main)) {
        fields.extend(held);
        fields.insert("rules".to_owned(), why.rules().into());
        fields.insert("targets".to_owned(), target_fields(&why.targets, account_held_fields).into());
        fields.insert("last".to_owned(), last_fields(&why.last));
    }
    fields
}

fn account_held_fields(held: &AccountHeld) -> Value {
    let left_out = held.left_out.as_ref().map_or(Value::Null, left_out_fields);
    json!({"live": held.live, "documents": held.documents, "left_out": left_out})
}

fn party_text(why: &PartyWhy, messages: &Messages) -> String {
    let mut answer = Answer::new(messages);
    answer.say("desk-why-party", &[("code", why.code.as_str().into()), ("name", why.name.as_str().into())]);
    let key = match (why.allowed, why.missing.login) {
        (true, true) => "desk-why-allowed-later",
        (true, false) => "desk-why-allowed",
        (false, _) => "desk-why-not-allowed",
    };
    answer.say(key, &[]);
    answer.rules(why.rules());
    for module in &why.spaces {
        answer.line(&format!("    {}", messages.text(&format!("desk-space-{}", module.code()))));
    }
    for (building, status) in &why.statuses {
        let status = right(*status, messages);
        answer.say("desk-why-status", &[("building", building.as_str().into()), ("status", status.into())]);
    }
    for account in &why.accounts {
        let verdict = account_verdict(account.verdict, messages);
        let line = [
            ("number", account.number.as_str().into()),
            ("entity", account.entity.as_str().into()),
            ("verdict", verdict.into()),
        ];
        answer.say("desk-why-its-account", &line);
    }
    match (why.missing.login, why.missing.password) {
        (false, false) => {}
        (true, _) => answer.say("desk-why-lacks-login", &[]),
        (false, true) => answer.say("desk-why-lacks-password", &[]),
    }
    if why.issue > why.confirmed_issue {
        answer.say("desk-why-password-due", &[("issue", why.issue.to_string().into())]);
    } else if why.confirmed_issue > 0 {
        answer.say("desk-why-password-sent", &[("issue", why.confirmed_issue.to_string().into())]);
    }
    answer.last(&why.last, 1)
}

fn party_fields(why: &PartyWhy) -> Value {
    let statuses: Vec<Value> = why
        .statuses
        .iter()
        .map(|(building, status)| json!({"building": building, "status": status.code()}))
        .collect();
    json!({
        "kind": "party", "code": why.code, "name": why.name,
        "verdict": if why.allowed { "allowed" } else { "not-allowed" }, "reason": null, "rules": why.rules(),
        "spaces": why.spaces, "statuses": statuses,
        "accounts": why.accounts.iter().map(account_fields).collect::<Vec<_>>(),
        "missing_login": why.missing.login, "missing_password": why.missing.password,
        "password_issue": why.issue, "confirmed_issue": why.confirmed_issue, "last": last_fields(&why.last),
    })
}
