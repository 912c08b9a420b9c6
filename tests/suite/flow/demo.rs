//! `publier demo`, by the real program: the source's own figures come out, twice.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use rusqlite::Connection;

use crate::support::flow::{
    Deposit, ListedFile, Publication, Ran, TEMPORARY_PASSWORDS, files_below, program,
};
use crate::support::report::{Node, parse, validate};
use crate::support::tools::stdout_of;

/// The demo, played twice by the real program: the second time nothing is new.
struct Demo {
    folder: PathBuf,
    first: Ran,
    /// The server's files after the first publication.
    standing: Vec<String>,
    /// The transfer log of the first publication.
    log: String,
    second: Ran,
}

fn demo() -> &'static Demo {
    static DEMO: OnceLock<Demo> = OnceLock::new();
    DEMO.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("flow-demo");
        let _gone = std::fs::remove_dir_all(&folder);
        let play = || Ran::of(program().args(["demo", "--dir"]).arg(&folder));
        let first = play();
        let standing = Deposit(folder.join("server/depot")).names();
        let log =
            std::fs::read_to_string(folder.join("resources/win/GedSynchro/winscp.xml")).unwrap_or_default();
        let second = play();
        Demo { folder, first, standing, log, second }
    })
}

impl Demo {
    fn deposit(&self) -> Deposit {
        Deposit(self.folder.join("server/depot"))
    }

    fn publication(&self, number: usize) -> Publication {
        self.deposit().publications().swap_remove(number - 1)
    }

    fn messages(&self) -> Vec<(i64, String)> {
        let db = Connection::open(self.folder.join("agency.db")).unwrap();
        let mut statement = db.prepare("SELECT user_id, body FROM message ORDER BY rowid").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// The text of a document's PDF, in reading order.
    fn text(&self, document: &Node) -> String {
        let file = self.deposit().0.join(ListedFile::of(document).name);
        stdout_of(Command::new("pdftotext").arg(file).arg("-"))
    }
}

fn amounts<'a>(node: &'a Node, names: &[&str]) -> Vec<&'a str> {
    names.iter().map(|name| node.attribute(name).unwrap()).collect()
}

const COLUMNS: [&str; 4] = ["amount", "vat", "deductible", "recoverable"];

#[test]
fn the_demo_ends_well_and_says_what_it_did() {
    let demo = demo();
    assert_eq!(demo.first.code, Some(0), "{}\n{}", demo.first.out, demo.first.errors);
    for said in [
        "est prête dans",
        // How much of the file that is cut was kept, and isn't sent again, is the network's affair.
        "59 fichiers envoyés (4,",
        "1 envoi interrompu a repris où il s’était arrêté",
        "Le fichier joint n’existe pas sur le disque.",
        "Pièce jointe 20",
        "PROCHAINES PUBLICATIONS",
        "winscp.xml : 59 fichiers envoyés, tous présents sur le serveur (59 en tout)",
        "À ESSAYER ENSUITE",
    ] {
        let plain = demo.first.out.replace('\u{a0}', " ");
        assert!(plain.contains(&said.replace('\u{a0}', " ")), "{said} is not in:\n{plain}");
    }
    assert_eq!(demo.first.errors, "");
}

#[test]
fn the_demos_zips_open_elsewhere_and_validate_against_the_schema() {
    let demo = demo();
    let zips: Vec<_> =
        demo.deposit().files().into_iter().filter(|(name, _)| name.ends_with(".zip")).collect();
    assert_eq!(zips.len(), 2);
    for (_, path) in &zips {
        stdout_of(Command::new("unzip").arg("-tq").arg(path));
    }
    for publication in demo.deposit().publications() {
        publication.validate();
    }
    let fold = demo.deposit().check();
    assert_eq!(fold.documents.len(), 60);
}

/// Assertions 36 and 37 of the transfer log.
#[test]
fn the_transfer_log_is_valid_and_names_exactly_the_files_on_the_server() {
    let demo = demo();
    validate(&demo.log).unwrap();
    let log = parse(&demo.log);
    let uploads = log.all("upload");
    let logged: BTreeSet<_> = uploads
        .iter()
        .filter(|node| node.succeeded())
        .map(|node| node.value("destination").unwrap())
        .collect();
    let standing: Vec<_> = demo.standing.iter().map(|name| format!("/depot/{name}")).collect();
    assert_eq!(
        logged.into_iter().collect::<Vec<_>>(),
        standing.iter().map(String::as_str).collect::<Vec<_>>()
    );
    for upload in uploads {
        let local = upload.value("filename").unwrap();
        assert!(local.starts_with('/') && !local.contains("/./"), "{local}");
    }
}

#[test]
fn the_works_fund_shows_19_64_with_two_zeros_beside_it() {
    let first = demo().publication(1);
    let record = first.one("worksFunds", "asOf", "2025-06-30").children.iter();
    let record = record.filter(|node| node.attribute("party") == Some("1")).collect::<Vec<_>>();
    assert_eq!(record.len(), 1);
    assert_eq!(record[0].attribute("total"), Some("19.64"));
    let number = |unit: &Node| {
        first.one("unit", "number", unit_number(&first, unit)).attribute("number").unwrap().to_owned()
    };
    let units: Vec<_> = record[0]
        .children
        .iter()
        .map(|unit| (number(unit), amounts(unit.child("fund").unwrap(), &["account", "amount"])))
        .collect();
    let expected = [("069", "19.64"), ("115", "0.00"), ("021", "0.00")];
    let expected: Vec<_> =
        expected.iter().map(|(unit, amount)| ((*unit).to_owned(), vec!["105999", *amount])).collect();
    assert_eq!(units, expected);
    // What no client may see: the sum of the building.
    assert!(!first.xml.contains("277.55"));
}

fn unit_number<'a>(publication: &'a Publication, unit: &Node) -> &'a str {
    let building = publication.one("building", "code", "GILBERT");
    let found = building
        .children
        .iter()
        .find(|node| node.name == "unit" && node.attribute("id") == unit.attribute("id"));
    found.and_then(|node| node.attribute("number")).unwrap()
}

/// The site shows credit - debit: -9 985,56. Our convention is debit - credit, and the publication says so.
#[test]
fn the_landlords_account_closes_at_the_sources_balance_with_grouped_payments() {
    let first = demo().publication(1);
    assert_eq!(first.root.attribute("balanceConvention"), Some("debit-credit"));
    let account = first.one("account", "number", "411ALOXECO");
    assert_eq!(account.attribute("availableFrom"), Some("2012-07-25"));
    assert_eq!(account.child("opening").unwrap().attribute("balance"), Some("0.00"));
    assert_eq!(account.child("closing").unwrap().attribute("balance"), Some("9985.56"));
    let entries: Vec<_> = account.child("entries").unwrap().children.iter().collect();
    let last: Vec<_> = entries[entries.len() - 3..]
        .iter()
        .map(|entry| {
            ["date", "label", "debit", "credit", "balance"]
                .map(|name| entry.attribute(name).unwrap_or_default())
        })
        .collect();
    assert_eq!(last[0][4], "10299.97", "the entries of 2012 to 2019");
    assert_eq!(last[1], ["2020-01-30", "Règlement TESTS 605 du 30/01/2020", "3000.00", "", "13299.97"]);
    assert_eq!(last[2], ["2020-02-11", "Règlement du 11/02/2020", "", "3314.41", "9985.56"]);
    assert_eq!(last[1..].iter().filter(|entry| entry[1].starts_with("Règlement")).count(), 2);
}

#[test]
fn the_expenses_of_2015_are_the_sources_own_and_a_closed_year_is_absent() {
    let first = demo().publication(1);
    let year = first.one("year", "label", "Exercice 2015");
    let accounts = year.all("account");
    let electricity = accounts.iter().find(|node| node.attribute("number") == Some("602001")).unwrap();
    let lines = electricity.all("line");
    assert_eq!(lines.len(), 11);
    for (line, month) in
        lines.iter().zip(["Janvier", "Février", "Mars", "Avril", "Mai", "Juin", "Juillet", "Août"])
    {
        assert_eq!(line.attribute("label"), Some(format!("Facture EDF {month} 2012").as_str()));
    }
    for line in lines {
        assert_eq!(amounts(line, &COLUMNS), ["15.00", "0.78", "0.00", "15.00"]);
    }
    assert_eq!(amounts(electricity.child("total").unwrap(), &COLUMNS), ["165.00", "8.58", "0.00", "165.00"]);
    let loan = accounts.iter().find(|node| node.attribute("number") == Some("472999")).unwrap();
    assert_eq!(amounts(loan.child("total").unwrap(), &COLUMNS), ["2500.00", "0.00", "0.00", "0.00"]);
    let years: Vec<_> = first.root.all("year").iter().map(|node| node.attribute("label").unwrap()).collect();
    assert_eq!(years, ["Exercice 2015", "Exercice 2016", "Exercice 2019", "Exercice 2025"]);
    assert!(!first.xml.contains("Novembre 2011"), "a line of the closed year 2014");
}

#[test]
fn an_events_note_and_a_clients_bank_account_leave_nowhere() {
    let demo = demo();
    let first = demo.publication(1);
    let event = first.of_event("106");
    assert_eq!(event.len(), 1);
    let text = demo.text(event[0]);
    assert!(text.contains("Interventions de la période"), "{text}");
    for secret in ["Note interne", "à ne jamais publier"] {
        assert!(!text.contains(secret) && !first.xml.contains(secret));
    }
    let mut ibans: Vec<_> = first.root.all("bank").iter().filter_map(|bank| bank.attribute("iban")).collect();
    ibans.sort_unstable();
    ibans.dedup();
    assert_eq!(
        ibans,
        ["FR7699999000010000060503865", "FR7699999000020000000000876"],
        "the condominiums' own"
    );
    assert_eq!(first.xml.matches("FR76").count(), first.root.all("bank").len());
    assert_eq!(first.xml.matches("iban=").count(), first.root.all("bank").len());
}

#[test]
fn an_events_body_reads_right_in_its_pdf_accents_list_and_table() {
    let demo = demo();
    let first = demo.publication(1);
    let minutes = demo.text(first.of_event("101")[0]);
    let in_order = [
        "TESTS 605",
        "54000 NANCY",
        "NANCY, le 16 juin 2025",
        "Objet : Procès-verbal de l'assemblée générale du 16 juin 2025",
        "Les copropriétaires de l'immeuble GILBERT",
        "Résolutions adoptées",
        "1. Approbation des comptes de l'exercice 2024 : adoptée à l'unanimité.",
        "2. Budget prévisionnel 2026, fixé à 18 450,00 € : adoptée à la majorité de l'article 24.",
        "3. Réfection de la rosace du hall : devis retenu pour 3 960,00 € TTC.",
        "Le procès-verbal signé est joint",
        "Page 1 / 1",
    ];
    reads(&minutes, &in_order);
    let notice = demo.text(first.of_event("102")[0]);
    let in_order = [
        "Vous êtes convié(e) à l'assemblée générale",
        "Poste",
        "Réalisé 2024",
        "Budget 2026",
        "Électricité des parties communes",
        "1 157,20 €",
        "1 200,00 €",
        "Honoraires du syndic",
        "Total",
        "17 897,20 €",
        "18 450,00 €",
        "Le vote par correspondance",
        "Pour le syndic, Léa GAMAY",
    ];
    reads(&notice, &in_order);
}

/// Checks that these words stand in this order, whatever the lines and the spaces.
#[track_caller]
fn reads(text: &str, in_order: &[&str]) {
    let plain = |text: &str| {
        text.split(|c: char| c.is_whitespace()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let text = plain(text);
    let mut rest = text.as_str();
    for words in in_order {
        let at = rest.find(&plain(words)).unwrap_or_else(|| panic!("{words:?} is not next in:\n{rest}"));
        rest = &rest[at..];
    }
}

#[test]
fn the_report_goes_to_the_users_who_receive_system_messages_alone() {
    let demo = demo();
    let messages = demo.messages();
    assert_eq!(messages.iter().map(|(user, _)| *user).collect::<Vec<_>>(), [1, 1], "LG, once a run");
    let first = &messages[0].1;
    assert!(first.contains("1 envoi interrompu a repris"), "{first}");
    assert!(first.contains("- Pièce jointe 20") && first.contains("- Événement 112"), "{first}");
    assert!(messages[1].1.contains("1 fichier envoyé"), "{}", messages[1].1);
}

#[test]
fn a_second_demo_sends_its_zip_alone() {
    let demo = demo();
    assert_eq!(demo.second.code, Some(0), "{}\n{}", demo.second.out, demo.second.errors);
    let second = demo.publication(2);
    assert_eq!(second.documents().len(), 0);
    assert_eq!(second.removals(), Vec::<String>::new());
    let new: Vec<_> =
        demo.deposit().names().into_iter().filter(|name| !demo.standing.contains(name)).collect();
    assert_eq!(new.len(), 1, "{new:?}");
    assert!(new[0].ends_with(".zip"));
}

#[test]
fn a_temporary_password_is_in_the_first_zip_and_nowhere_else() {
    let demo = demo();
    let first = demo.publication(1);
    let sent: Vec<_> = first.passwords();
    for password in TEMPORARY_PASSWORDS {
        assert!(sent.iter().any(|(_, sent)| *sent == password), "{password} is not in the first publication");
    }
    assert_eq!(sent.len(), 17);
    assert_eq!(demo.publication(2).passwords(), []);

    let server = std::fs::read_to_string(demo.folder.join("secrets/extranet.password")).unwrap();
    let mut canaries: Vec<&str> = sent.iter().map(|(_, password)| *password).collect();
    canaries.push(server.trim());
    let mut looked_at = 0;
    for path in files_below(&demo.folder) {
        let relative = path.strip_prefix(&demo.folder).unwrap().to_str().unwrap();
        let known = relative.starts_with("agency.db") || relative.starts_with("secrets/");
        if known || (relative.starts_with("server/") && relative.ends_with(".zip")) {
            continue;
        }
        looked_at += 1;
        let bytes = std::fs::read(&path).unwrap();
        for canary in &canaries {
            assert!(!holds(&bytes, canary), "{canary} in {relative}");
        }
    }
    assert!(looked_at > 90, "{looked_at}");
    for (what, text) in [("output", &demo.first.out), ("output", &demo.second.out), ("log", &demo.log)] {
        for canary in &canaries {
            assert!(!text.contains(canary), "{canary} in the {what}");
        }
    }
    for (_, message) in demo.messages() {
        assert!(canaries.iter().all(|canary| !message.contains(canary)), "{message}");
    }
    // And the search itself finds what is there.
    assert!(holds(&std::fs::read(demo.folder.join("agency.db")).unwrap(), TEMPORARY_PASSWORDS[0]));
}

fn holds(bytes: &[u8], text: &str) -> bool {
    String::from_utf8_lossy(bytes).contains(text)
}

#[test]
fn a_folder_that_is_no_demo_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.txt"), "precious").unwrap();
    let refused = Ran::of(program().args(["demo", "--reset", "--dir"]).arg(folder.path())).ended(2);
    assert!(refused.errors.contains("contient autre chose"), "{}", refused.errors);
    assert!(folder.path().join("thesis.txt").is_file());
    let english = Ran::of(program().args(["--lang", "en", "demo", "--dir"]).arg(folder.path())).ended(2);
    assert!(english.errors.starts_with("publier: The folder"), "{}", english.errors);
}

/// PUBLICATION.md, Spool: the history keeps a redacted manifest of each publication, never the zip.
#[test]
fn the_history_keeps_a_manifest_of_each_publication_without_a_name_or_a_title() {
    let demo = demo();
    let mut manifests = files_below(&demo.folder.join("history"));
    assert!(manifests.iter().all(|path| path.extension().is_none_or(|kind| kind != "zip")));
    manifests.retain(|path| path.extension().is_some_and(|kind| kind == "jsonl"));
    manifests.sort();
    assert_eq!(manifests.len(), 2);
    let text = std::fs::read_to_string(&manifests[0]).unwrap();
    for secret in TEMPORARY_PASSWORDS.iter().copied().chain(["YALOXE", "BROUILLY", "Courrier", "example.org"])
    {
        assert!(!text.contains(secret), "{secret}");
    }
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let head = &lines[0];
    assert_eq!((head["type"].as_str(), head["sequence"].as_u64()), (Some("publication"), Some(1)));
    let publication = demo.publication(1);
    let told: BTreeSet<_> = lines
        .iter()
        .filter(|line| line["type"] == "document")
        .map(|line| (line["file"].as_str().unwrap(), line["sha256"].as_str().unwrap()))
        .collect();
    let documents = publication.documents();
    let listed: BTreeSet<_> = documents
        .iter()
        .map(|document| (document.attribute("file").unwrap(), document.attribute("sha256").unwrap()))
        .collect();
    assert_eq!(told, listed);
    let zip = head["zip"]["name"].as_str().unwrap();
    assert!(demo.deposit().0.join(zip).is_file(), "{zip}");
}
