//! The receiving side, a second time: reads publications out of their zips, folds a series as
//! docs/publication-format.md says, and finds what each party would see. It shares no code with the program, so that
//! an error in the program's own reading of a rule is no error here.

mod audience;
mod xml;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use chrono::NaiveDate;

pub use audience::View;
pub use xml::Element;

/// Euros as cents.
pub type Cents = i128;

/// One publication, as it stands in its zip.
#[derive(Debug, Clone)]
pub struct Received {
    pub series: String,
    pub sequence: u64,
    pub previous: Option<u64>,
    pub mode: String,
    pub root: Element,
}

impl Received {
    pub fn read(zip: &[u8]) -> Self {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).expect("a zip");
        assert_eq!(archive.len(), 1, "one entry");
        let mut entry = archive.by_index(0).unwrap();
        assert_eq!(entry.name().unwrap(), "publication.xml");
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("UTF-8");
        Self::parse(&text)
    }

    pub fn parse(text: &str) -> Self {
        let root = Element::parse(text);
        assert_eq!(root.name, "publication");
        assert_eq!(root.get("balanceConvention"), "debit-credit", "D13");
        Self {
            series: root.get("series").to_owned(),
            sequence: root.number("sequence").try_into().unwrap(),
            previous: root.opt("previous").map(|text| text.parse().unwrap()),
            mode: root.get("mode").to_owned(),
            root,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    pub name: String,
    pub login: Option<String>,
    pub allowed: bool,
    /// Record, building, status.
    pub records: Vec<(i64, i64, String)>,
    pub contacts: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub building: i64,
    pub number: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    pub party: i64,
    pub record: Option<i64>,
    pub account: Option<i64>,
    pub unit: i64,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub unit: i64,
    pub landlord: Option<i64>,
    pub tenant: i64,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

/// A line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub date: NaiveDate,
    pub label: String,
    pub debit: Cents,
    pub credit: Cents,
    pub balance: Cents,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub entity: i64,
    pub number: String,
    pub party: i64,
    pub role: String,
    pub record: Option<i64>,
    pub available_from: Option<NaiveDate>,
    pub opening: Cents,
    pub closing: Cents,
    pub entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binder {
    pub code: String,
    pub module: String,
    pub name: String,
    pub parent: Option<i64>,
    pub rights: BTreeSet<String>,
}

/// A line of the expense list with its place in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expense {
    pub year: i64,
    pub building: i64,
    pub key: String,
    pub account: String,
    pub date: NaiveDate,
    pub label: String,
    /// Montant, T.V.A., déductible, récupérable.
    pub amounts: [Cents; 4],
    pub vouchers: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expenses {
    pub rights_from: i64,
    pub lines: BTreeMap<i64, Expense>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub event: Option<i64>,
    pub binder: i64,
    pub folder: Option<String>,
    pub kind: String,
    pub title: String,
    pub file: String,
    pub size: i64,
    pub sha256: String,
    pub date: NaiveDate,
    pub published_on: NaiveDate,
    pub until: Option<NaiveDate>,
    pub supersedes: Option<String>,
    pub scope: String,
    pub reference: i64,
}

/// The sections that are a full snapshot in each publication.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// Entity: its module.
    pub entities: BTreeMap<i64, String>,
    pub staff: BTreeSet<i64>,
    pub suppliers: BTreeSet<i64>,
    pub parties: BTreeMap<i64, Party>,
    /// Building: its entity and its bank account.
    pub buildings: BTreeMap<i64, (i64, Option<(String, String)>)>,
    pub units: BTreeMap<i64, Unit>,
    pub holdings: Vec<Holding>,
    pub leases: Vec<Lease>,
    pub accounts: BTreeMap<i64, Account>,
    pub binders: BTreeMap<i64, Binder>,
    pub expenses: Option<Expenses>,
    /// (Record, building, unit, account): the amount.
    pub funds: BTreeMap<(i64, i64, i64, String), Cents>,
    /// (Record, building): the total that is shown.
    pub fund_totals: BTreeMap<(i64, i64), Cents>,
}

/// What the extranet knows after a row of publications.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extranet {
    pub snapshot: Snapshot,
    pub documents: BTreeMap<String, Document>,
    /// The logins that are open: never closed by absence.
    pub logins: BTreeMap<i64, String>,
    /// What was last applied of temporary passwords: not part of what a full index says again.
    pub passwords: BTreeMap<i64, (i64, String)>,
}

impl Extranet {
    /// Folds publications, given by rising sequence.
    pub fn fold<'p>(publications: impl IntoIterator<Item = &'p Received>) -> Self {
        let mut extranet = Self::default();
        let mut last: Option<&Received> = None;
        for publication in publications {
            if let Some(last) = last {
                assert!(publication.sequence > last.sequence, "the sequence rises (rule 5)");
                assert_eq!(
                    (&publication.series, publication.previous),
                    (&last.series, Some(last.sequence)),
                    "rule 5"
                );
            } else {
                assert_eq!(publication.mode, "full", "a fold begins with a full index (rule 5)");
            }
            last = Some(publication);
            extranet.apply(publication);
        }
        extranet
    }

    /// Applies one publication.
    pub fn apply(&mut self, publication: &Received) {
        let root = &publication.root;
        if publication.mode == "full" {
            self.documents.clear();
            self.logins.clear();
        }
        if publication.mode == "removals" {
            assert!(root.child("documents").unwrap().children.is_empty());
        } else {
            self.snapshot = Snapshot::of(root);
            for (id, party) in &self.snapshot.parties {
                if let Some(login) = &party.login {
                    self.logins.insert(*id, login.clone());
                }
            }
            for element in root.all("party") {
                self.take_password(element);
            }
        }
        for element in &root.child("documents").unwrap().children {
            self.documents.insert(element.get("id").to_owned(), Document::of(element));
        }
        for element in &root.child("removals").unwrap().children {
            self.remove(element);
        }
    }

    fn take_password(&mut self, party: &Element) {
        let access = party.children.iter().find(|child| child.name == "access");
        let Some(password) = access.and_then(|access| access.child("temporaryPassword")) else { return };
        assert_eq!(password.get("mustChange"), "true", "D5");
        let (id, issue) = (party.number("id"), password.number("issue"));
        if self.passwords.get(&id).is_none_or(|(last, _)| issue > *last) {
            self.passwords.insert(id, (issue, password.text.clone()));
        }
    }

    fn remove(&mut self, removal: &Element) {
        match removal.name.as_str() {
            "unpublish" => {
                self.documents.remove(removal.get("document"));
            }
            "deactivate" => {
                let account = removal.number("account");
                self.snapshot.accounts.remove(&account);
                self.documents
                    .retain(|_, document| document.scope != "account" || document.reference != account);
            }
            "revokeAccess" => {
                let party = removal.number("party");
                self.logins.remove(&party);
                self.snapshot.parties.remove(&party);
            }
            "withdraw" => {
                assert_eq!(removal.get("section"), "expenses");
                match (removal.opt("ref"), &mut self.snapshot.expenses) {
                    (None, expenses) => *expenses = None,
                    (Some(year), Some(expenses)) => {
                        let year: i64 = year.parse().unwrap();
                        expenses.lines.retain(|_, line| line.year != year);
                    }
                    (Some(_), None) => {}
                }
            }
            other => panic!("an unknown removal: {other}"),
        }
    }
}

impl Document {
    fn of(element: &Element) -> Self {
        let concerns = element.child("concerns").expect("concerns");
        Self {
            event: element.opt("event").map(|text| text.parse().unwrap()),
            binder: element.number("binder"),
            folder: element.opt("folder").map(str::to_owned),
            kind: element.get("kind").to_owned(),
            title: element.get("title").to_owned(),
            file: element.get("file").to_owned(),
            size: element.number("size"),
            sha256: element.get("sha256").to_owned(),
            date: element.date("date"),
            published_on: element.date("publishedOn"),
            until: element.opt_date("publishUntil"),
            supersedes: element.opt("supersedes").map(str::to_owned),
            scope: concerns.get("scope").to_owned(),
            reference: concerns.number("ref"),
        }
    }
}

impl Snapshot {
    fn of(root: &Element) -> Self {
        let mut snapshot = Self::default();
        let section = |name: &str| root.child(name).map_or(&[][..], |section| &section.children[..]);
        for entity in section("entities") {
            snapshot.entities.insert(entity.number("id"), entity.get("module").to_owned());
        }
        snapshot.staff = section("staff").iter().map(|element| element.number("id")).collect();
        snapshot.suppliers = section("suppliers").iter().map(|element| element.number("id")).collect();
        for party in section("parties") {
            let before = snapshot.parties.insert(party.number("id"), Party::of(party));
            assert!(before.is_none(), "a party stands once");
        }
        for building in section("buildings") {
            let id = building.number("id");
            let bank =
                building.child("bank").map(|bank| (bank.get("iban").to_owned(), bank.get("bic").to_owned()));
            snapshot.buildings.insert(id, (building.number("entity"), bank));
            for unit in building.children.iter().filter(|child| child.name == "unit") {
                let number = unit.get("number").to_owned();
                snapshot.units.insert(unit.number("id"), Unit { building: id, number });
            }
        }
        snapshot.holdings = section("holdings").iter().map(Holding::of).collect();
        snapshot.leases = section("leases").iter().map(Lease::of).collect();
        for account in section("accounts") {
            let before = snapshot.accounts.insert(account.number("id"), Account::of(account));
            assert!(before.is_none(), "an account stands once");
        }
        for binder in section("binders") {
            snapshot.binders.insert(binder.number("id"), Binder::of(binder));
        }
        snapshot.expenses = root.child("expenses").map(Expenses::of);
        for record in section("worksFunds") {
            snapshot.take_funds(record);
        }
        snapshot
    }

    fn take_funds(&mut self, element: &Element) {
        let (record, building) = (element.number("id"), element.number("building"));
        let mut sum = 0;
        for unit in &element.children {
            for fund in &unit.children {
                let amount = fund.cents("amount");
                sum += amount;
                let place = (record, building, unit.number("id"), fund.get("account").to_owned());
                *self.funds.entry(place).or_default() += amount;
            }
        }
        assert_eq!(element.cents("total"), sum, "F4: the total is that of the units shown");
        self.fund_totals.insert((record, building), sum);
    }
}

impl Party {
    fn of(element: &Element) -> Self {
        let access = element.child("access");
        let records = element.children.iter().filter(|child| child.name == "record");
        let contacts =
            element.children.iter().filter(|child| ["email", "mobile"].contains(&child.name.as_str()));
        Self {
            name: element.get("name").to_owned(),
            login: access.map(|access| access.get("login").to_owned()),
            allowed: access.is_some_and(|access| access.get("allowed") == "true"),
            records: records
                .map(|record| {
                    (record.number("id"), record.number("building"), record.get("status").to_owned())
                })
                .collect(),
            contacts: contacts.map(|contact| contact.text.clone()).collect(),
        }
    }
}

impl Holding {
    fn of(element: &Element) -> Self {
        Self {
            party: element.number("party"),
            record: element.opt("record").map(|text| text.parse().unwrap()),
            account: element.opt("account").map(|text| text.parse().unwrap()),
            unit: element.number("unit"),
            from: element.date("from"),
            to: element.opt_date("to"),
        }
    }
}

impl Lease {
    fn of(element: &Element) -> Self {
        Self {
            unit: element.number("unit"),
            landlord: element.opt("landlord").map(|text| text.parse().unwrap()),
            tenant: element.number("tenant"),
            from: element.date("from"),
            to: element.opt_date("to"),
        }
    }
}

impl Account {
    fn of(element: &Element) -> Self {
        let opening = element.child("opening").unwrap().cents("balance");
        let closing = element.child("closing").unwrap().cents("balance");
        let mut balance = opening;
        let entries = element.child("entries").unwrap().children.iter();
        let entries: Vec<_> = entries
            .map(|entry| {
                let amount = |name| entry.opt(name).map_or(0, xml::cents);
                let entry = Entry {
                    date: entry.date("date"),
                    label: entry.get("label").to_owned(),
                    debit: amount("debit"),
                    credit: amount("credit"),
                    balance: entry.cents("balance"),
                };
                assert!(entry.debit >= 0 && entry.credit >= 0, "D12: unsigned");
                balance += entry.debit - entry.credit;
                assert_eq!(balance, entry.balance, "D12: the balance runs");
                entry
            })
            .collect();
        assert_eq!(balance, closing, "D12: the closing is what the lines add up to");
        Self {
            entity: element.number("entity"),
            number: element.get("number").to_owned(),
            party: element.number("party"),
            role: element.get("role").to_owned(),
            record: element.opt("record").map(|text| text.parse().unwrap()),
            available_from: element.opt_date("availableFrom"),
            opening,
            closing,
            entries,
        }
    }
}

impl Binder {
    fn of(element: &Element) -> Self {
        Self {
            code: element.get("code").to_owned(),
            module: element.get("module").to_owned(),
            name: element.get("name").to_owned(),
            parent: element.opt("parent").map(|text| text.parse().unwrap()),
            rights: element.children.iter().map(|right| right.get("status").to_owned()).collect(),
        }
    }
}

impl Expenses {
    fn of(element: &Element) -> Self {
        let mut expenses = Self { rights_from: element.number("rightsFrom"), lines: BTreeMap::new() };
        for year in &element.children {
            let mut of_year = [0; 4];
            for key in year.children.iter().filter(|child| child.name == "key") {
                let mut of_key = [0; 4];
                for account in key.children.iter().filter(|child| child.name == "account") {
                    let mut of_account = [0; 4];
                    for line in account.children.iter().filter(|child| child.name == "line") {
                        let amounts = amounts_of(line);
                        add(&mut of_account, amounts);
                        let line_of = Expense {
                            year: year.number("id"),
                            building: year.number("building"),
                            key: key.get("code").to_owned(),
                            account: account.get("number").to_owned(),
                            date: line.date("date"),
                            label: line.get("label").to_owned(),
                            amounts,
                            vouchers: line
                                .children
                                .iter()
                                .map(|voucher| voucher.get("document").to_owned())
                                .collect(),
                        };
                        let before = expenses.lines.insert(line.number("id"), line_of);
                        assert!(before.is_none(), "a line stands once");
                    }
                    assert_eq!(amounts_of(account.child("total").unwrap()), of_account, "E3");
                    add(&mut of_key, of_account);
                }
                assert_eq!(amounts_of(key.child("total").unwrap()), of_key, "E3");
                add(&mut of_year, of_key);
            }
            assert_eq!(amounts_of(year.child("total").unwrap()), of_year, "E3");
        }
        expenses
    }
}

fn amounts_of(element: &Element) -> [Cents; 4] {
    ["amount", "vat", "deductible", "recoverable"].map(|name| element.cents(name))
}

fn add(sum: &mut [Cents; 4], more: [Cents; 4]) {
    for (sum, more) in sum.iter_mut().zip(more) {
        *sum += more;
    }
}
