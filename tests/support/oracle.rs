//! The comparison of the two: the independent reader's view and the truth of the database.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use publier::flow::publish::Ask;
use publier::ledger::runs::Trigger;
use publier::ports::RemotePath;
use publier::report::run_report::RunReport;

use super::flow::Desk;
use super::reader::{Extranet, Received};
use super::truth::{Allowed, Truth};

/// How many cases a property tries: few, unless `PROPTEST_CASES` asks for more.
pub fn cases(few: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(few)
}

/// The publications that stand on the server, by sequence.
pub fn received(desk: &Desk) -> Vec<Received> {
    let names = desk.server.files().into_iter().filter(|name| name.ends_with(".zip"));
    let read = names.map(|name| {
        let bytes = desk.server.content(&RemotePath::new(name).unwrap()).unwrap();
        Received::read(&bytes)
    });
    let mut received: Vec<_> = read.collect();
    received.sort_by_key(|publication| publication.sequence);
    received
}

pub fn extranet(desk: &Desk) -> Extranet {
    Extranet::fold(&received(desk))
}

/// The records that a run left out, as its report names them.
pub fn left_out(report: &RunReport) -> BTreeSet<String> {
    let refused = report.refused.groups().flat_map(|(_, group)| &group.records);
    let held = report.held.groups().flat_map(|(_, group)| &group.records);
    refused.chain(held).map(|record| format!("{} {}", record.kind.name(), record.id)).collect()
}

/// Checks that every party sees what the database gives it, and nothing else.
#[track_caller]
pub fn check(desk: &Desk, report: &RunReport, today: NaiveDate) {
    let faults = faults(desk, report, today, &mut BTreeSet::new());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What a party sees against the rules, or doesn't see although the accounting doesn't say why. `unbound` keeps, from one
/// publication to the next, the events that one left out for want of a binder, with their counter (C3).
pub fn faults(
    desk: &Desk,
    report: &RunReport,
    today: NaiveDate,
    unbound: &mut BTreeSet<(i64, i64)>,
) -> Vec<String> {
    let publications = received(desk);
    let extranet = Extranet::fold(&publications);
    let before = publications.split_last().map(|(_, before)| Extranet::fold(before)).unwrap_or_default();
    let truth = Truth::of(&desk.agency.open(), today).without(unbound);
    unbound.extend(&truth.unbound);
    let named = left_out(report);
    let mut faults = Vec::new();
    for section in &report.sections {
        let known = section.published + section.unchanged + section.held + section.refused;
        if known > section.known {
            faults.push(format!("the accounting of {:?} has a gap: {section:?}", section.section));
        }
    }
    let known = &extranet.snapshot;
    let mut sent = |what: &str, sent: BTreeSet<i64>, may: &BTreeSet<i64>| {
        if sent != *may {
            faults.push(format!("other {what} are sent (H1): {sent:?} instead of {may:?}"));
        }
    };
    sent("parties", known.parties.keys().copied().collect(), &truth.parties);
    sent("units", known.units.keys().copied().collect(), &truth.units);
    sent("buildings", known.buildings.keys().copied().collect(), &truth.buildings);
    sent("suppliers", known.suppliers.clone(), &truth.suppliers);
    let parties: BTreeSet<i64> = extranet.parties().into_iter().chain(truth.views.keys().copied()).collect();
    for party in parties {
        let sees = extranet.view(party, today);
        let may = truth.views.get(&party).cloned().unwrap_or_default();
        let mut differs = |what: &str, sees: String, may: String| {
            if sees != may {
                faults.push(format!("party {party} sees other {what}:\n  sees {sees}\n  may  {may}"));
            }
        };
        differs("spaces (H3)", format!("{:?}", sees.spaces), format!("{:?}", may.spaces));
        differs("units (C21)", format!("{:?}", sees.units), format!("{:?}", may.units));
        differs("binders (B5)", format!("{:?}", sees.binders), format!("{:?}", may.binders));
        differs("accounts (D1)", format!("{:?}", sees.accounts), format!("{:?}", may.accounts));
        differs("expenses (E2)", format!("{:?}", sees.expenses), format!("{:?}", may.expenses));
        differs("works funds (F4)", format!("{:?}", sees.funds), format!("{:?}", may.funds));
        let stays = |id: &String| {
            truth
                .documents
                .get(id)
                .is_some_and(|allowed| allowed.readers.contains(&party) && !is_replaced(allowed, &extranet))
        };
        for id in sees.documents.difference(&may.documents).filter(|id| !stays(id)) {
            faults.push(format!("party {party} sees {id} and must not (C15, C20, C21)"));
        }
        for id in may.documents.difference(&sees.documents) {
            let allowed = &truth.documents[id];
            if !named.contains(&allowed.record) {
                faults.push(format!("party {party} doesn't see {id}, and the accounting doesn't say why"));
            }
        }
    }
    for id in extranet.documents.keys() {
        match truth.documents.get(id) {
            None => faults.push(format!("{id} is on the extranet and may not be")),
            Some(allowed) if allowed.waits && !before.documents.contains_key(id) => {
                faults.push(format!("{id} has no processing date and came out (C27)"));
            }
            Some(allowed) if is_replaced(allowed, &extranet) => {
                faults.push(format!("{id} is out beside what replaces it (G6)"));
            }
            Some(_) => {}
        }
    }
    faults
}

/// Tells whether a document of an event that cancels this one's is out (G6).
fn is_replaced(allowed: &Allowed, extranet: &Extranet) -> bool {
    let mut out = extranet.documents.values().filter_map(|document| document.event);
    out.any(|event| allowed.newer.contains(&event))
}

/// Makes a full index now, and checks that it says what the series said before it.
#[track_caller]
pub fn fold_is_the_full_index(desk: &Desk) {
    let before = extranet(desk);
    desk.ask(&Ask { full_index: true, ..Ask::new(Trigger::Manual) });
    let publications = received(desk);
    let full = publications.last().unwrap();
    assert_eq!(full.mode, "full");
    let alone = Extranet::fold([full]);
    assert_eq!(alone.snapshot, before.snapshot, "sections");
    assert_eq!(alone.documents, before.documents, "documents");
    assert_eq!(alone.logins, before.logins, "logins (D26)");
}
