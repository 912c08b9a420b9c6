//! The house's own rules: arrows run down the floors, each edge has its room, the papers are true.
//!
//! The sources are read as text, line by line; what `rustfmt` promises about their form is relied upon
//! (ARCHITECTURE.md shows the same table of floors).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Every room of `src/`, with its floor. A room uses the floors below its own; on one floor rooms may use each
/// other one way, except on floor 4.
const FLOORS: &[(&str, u8)] = &[
    ("main", 8),
    ("commands", 7),
    ("service", 7),
    ("app", 6),
    ("desk", 5),
    ("flow", 5),
    ("source", DOERS),
    ("ledger", DOERS),
    ("render", DOERS),
    ("package", DOERS),
    ("transfer", DOERS),
    ("report", DOERS),
    ("notify", DOERS),
    ("channels", DOERS),
    ("embedded", DOERS),
    ("ports", 3),
    ("clock", 3),
    ("xml", 2),
    ("settings", 2),
    ("i18n", 2),
    ("digest", 2),
    ("files", 2),
    ("photo", 2),
    ("remote_path", 2),
];

/// The floor of the doers: none of them names another.
const DOERS: u8 = 4;

/// What may only be named in some rooms: (words, where, why). Unit tests are free of it.
const EDGES: &[(&[&str], &[&str], &str)] = &[
    (&["rusqlite::"], &["src/source/", "src/ledger/"], "SQL stands in source/ and ledger/"),
    (
        &[
            "tokio::net::",
            "TcpStream",
            "TcpListener",
            "UdpSocket",
            "UnixStream",
            "UnixListener",
            "rustls::",
            "tokio_rustls::",
            "russh::",
            "russh_sftp::",
            "suppaftp::",
            "libunftp::",
        ],
        &["src/transfer/", "src/embedded/", "src/notify/", "src/web/"],
        "sockets stand in transfer/, embedded/, notify/ and web/",
    ),
    (
        &["SystemTime::now", "Utc::now", "Local::now"],
        &["src/clock.rs", "src/service/", "src/app.rs"],
        "the wall clock is read by clock.rs, service/ and app.rs; elsewhere `now` is an argument",
    ),
    (
        &["env::var", "env::vars", "env::var_os"],
        &["src/service/", "src/app.rs", "src/settings/places.rs"],
        "the environment is read where the machine's places are found",
    ),
    (
        &["time::sleep", "thread::sleep"],
        &[
            "src/service/",
            "src/app.rs",
            "src/flow/",
            "src/transfer/courier/dispatch.rs",
            // What may not leave yet waits for its turn.
            "src/transfer/courier/meter.rs",
            // A server that agrees to TLS before it is ready gets a moment.
            "src/transfer/ftp/mod.rs",
            "src/embedded/",
            // Between the steps of a copy the back office's writer gets its turn.
            "src/source/snapshot.rs",
        ],
        "waiting belongs to the service and to the retry policy",
    ),
    (&["process::exit"], &[], "only main returns the exit code"),
    (&["quick_xml::Writer", "quick_xml::writer"], &[], "XML is written through xml/"),
    (&["krilla::", "printpdf::"], &["src/render/"], "PDF stands in render/"),
    (&["fluent_bundle::"], &["src/i18n.rs"], "sentences come through i18n"),
    (&["tokio_cron_scheduler::"], &["src/service/"], "the heartbeat stands in service/"),
];

/// What the pure crate may not name, tests apart.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::io",
    "SystemTime",
    "Instant::now",
    "Utc::now",
    "Local::now",
];

/// What the pure crate may depend on, Unicode tables (`unicode-…`) besides.
const PURE_CRATES: &[&str] = &["chrono", "chrono-tz", "serde", "thiserror"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Gives the files below a folder of the repository whose names end so, as paths from its root, in order.
fn files(folder: &str, ends: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let relative = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            if path.is_dir() {
                let made = matches!(relative.as_str(), ".git" | "target" | "demo");
                folders.extend((!made).then_some(path));
            } else if ends.iter().any(|end| name.ends_with(end)) {
                found.push(relative);
            }
        }
    }
    found.sort();
    found
}

/// One line of code: its number from 1, its text without a comment, how many modules of this file enclose it
/// and whether it only serves unit tests.
struct Line {
    number: usize,
    code: String,
    inner_modules: usize,
    is_test: bool,
}

/// Splits a source into its lines of code. `rustfmt` puts the end of a module under its beginning.
fn lines(path: &str, text: &str) -> Vec<Line> {
    let in_test_file = path.ends_with("/tests.rs") || path.contains("/tests/");
    let mut modules: Vec<(String, bool)> = Vec::new();
    let mut marked_test = false;
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        let indent = &line[..line.len() - trimmed.len()];
        if trimmed.starts_with("//") {
            continue;
        }
        if modules.last().is_some_and(|(end, _)| line == end) {
            modules.pop();
        }
        found.push(Line {
            number: index + 1,
            code: trimmed.split(" // ").next().unwrap_or_default().to_owned(),
            inner_modules: modules.len(),
            is_test: in_test_file || modules.iter().any(|(_, is_test)| *is_test),
        });
        let declared = trimmed.rsplit_once("mod ").is_some_and(|(before, _)| {
            before.is_empty() || (before.starts_with("pub") && !before.contains('"'))
        });
        if declared && trimmed.ends_with('{') {
            modules.push((format!("{indent}}}"), marked_test));
        }
        marked_test = trimmed == "#[cfg(test)]";
    }
    found
}

/// Gives the room of a file of `src/`: its first module.
fn room_of(path: &str) -> &str {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
}

/// Gives how deep a file's module stands below the crate's root.
fn depth_of(path: &str) -> usize {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    let folders = inside.split('/').count();
    if inside.ends_with("/mod.rs") { folders - 1 } else { folders }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Finds a path in a line of code where it begins as a word, and gives what follows each time.
fn after<'a>(code: &'a str, words: &'a str) -> impl Iterator<Item = &'a str> {
    code.match_indices(words).filter_map(move |(at, _)| {
        let before = code[..at].chars().next_back();
        let free =
            before.is_none_or(|c| !is_word(c) && c != '$' && !(c == ':' && words.starts_with("super")));
        free.then(|| &code[at + words.len()..])
    })
}

/// Gives the first segments of what follows `crate::`: one name, or several in braces.
fn heads(rest: &str) -> Vec<String> {
    let name = |text: &str| text.trim_start().chars().take_while(|c| is_word(*c)).collect::<String>();
    let Some(group) = rest.strip_prefix('{') else { return vec![name(rest)] };
    let mut depth = 0_usize;
    let mut parts = vec![String::new()];
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => parts.push(String::new()),
            _ => {}
        }
        parts.last_mut().unwrap().push(c);
    }
    let names = parts.iter().map(|part| name(part.trim_start_matches(','))).filter(|name| !name.is_empty());
    names.collect()
}

/// Gives every room that a file names, with the number of the line.
fn rooms_named(path: &str, text: &str) -> Vec<(usize, String)> {
    let lines = lines(path, text);
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let mut code = line.code.clone();
        if code.ends_with('{') && code.contains("::{") {
            let more = lines.iter().skip(index + 1).take_while(|next| !next.code.starts_with("};"));
            code.extend(more.map(|next| next.code.clone()));
        }
        for start in ["crate::", "publier::"] {
            found.extend(after(&code, start).flat_map(heads).map(|room| (line.number, room)));
        }
        let to_root = "super::".repeat(depth_of(path) + line.inner_modules);
        found.extend(after(&code, &to_root).flat_map(heads).map(|room| (line.number, room)));
    }
    found.retain(|(_, room)| room.starts_with(char::is_lowercase));
    found
}

fn floor_of(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// Gives the arrows of the house: (from, to) with the places where each is drawn.
fn arrows() -> BTreeMap<(String, String), Vec<String>> {
    let mut arrows: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for path in files("src", &[".rs"]).iter().filter(|path| *path != "src/lib.rs") {
        let from = room_of(path);
        for (number, to) in rooms_named(path, &read(&root().join(path))) {
            if to != from {
                arrows.entry((from.to_owned(), to)).or_default().push(format!("{path}:{number}"));
            }
        }
    }
    arrows
}

fn none(found: &[String]) {
    let mut told = String::new();
    for line in found {
        writeln!(told, "  {line}").unwrap();
    }
    assert!(found.is_empty(), "\n{told}");
}

#[test]
fn every_room_has_its_floor_and_every_floor_its_rooms() {
    let library = read(&root().join("src/lib.rs"));
    let declared: BTreeSet<&str> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let known: BTreeSet<&str> = FLOORS.iter().map(|(room, _)| *room).filter(|room| *room != "main").collect();
    assert_eq!(declared, known, "the rooms of src/lib.rs and the table of this test");
    for path in files("src", &[".rs"]).iter().filter(|path| *path != "src/lib.rs") {
        assert!(floor_of(room_of(path)).is_some(), "{path} stands in no known room");
    }
}

#[test]
fn the_crate_map_and_the_architecture_show_the_same_floors() {
    for (paper, start) in [("src/lib.rs", "//! | "), ("ARCHITECTURE.md", "| ")] {
        let text = read(&root().join(paper));
        let rows: Vec<(u8, &str)> = text
            .lines()
            .filter_map(|line| {
                let (floor, rest) = line.strip_prefix(start)?.split_once(" | ")?;
                Some((floor.parse().ok()?, rest.split(" |").next()?))
            })
            .collect();
        assert!(!rows.is_empty(), "{paper} has no table of floors");
        for (room, floor) in FLOORS {
            let shown: Vec<u8> = rows
                .iter()
                .filter(|(_, cell)| cell.split(|c| !is_word(c)).any(|word| word == *room))
                .map(|(floor, _)| *floor)
                .collect();
            assert_eq!(shown, [*floor], "floor of {room} in {paper}");
        }
    }
}

#[test]
fn arrows_run_down_the_floors() {
    let mut up = Vec::new();
    for ((from, to), places) in arrows() {
        let (Some(above), Some(below)) = (floor_of(&from), floor_of(&to)) else {
            up.push(format!("{from} names {to}, which is no room: {places:?}"));
            continue;
        };
        if below > above {
            up.push(format!("{from} (floor {above}) names {to} (floor {below}): {places:?}"));
        }
    }
    none(&up);
}

#[test]
fn a_doer_names_no_other_doer() {
    let doer = |room: &str| floor_of(room) == Some(DOERS);
    let between = arrows().into_iter().filter(|((from, to), _)| doer(from) && doer(to));
    none(&between.map(|((from, to), places)| format!("{from} names {to}: {places:?}")).collect::<Vec<_>>());
}

#[test]
fn the_embedded_servers_serve_the_composition_the_commands_and_the_tests_alone() {
    let named = arrows()
        .into_iter()
        .filter(|((from, to), _)| to == "embedded" && !matches!(from.as_str(), "main" | "commands" | "app"));
    none(&named.map(|((from, _), places)| format!("{from}: {places:?}")).collect::<Vec<_>>());
}

#[test]
fn rooms_of_one_floor_use_each_other_one_way_only() {
    let arrows = arrows();
    let reach = |from: &str| {
        let mut seen = BTreeSet::new();
        let mut next = vec![from.to_owned()];
        while let Some(room) = next.pop() {
            for (_, to) in
                arrows.keys().filter(|(start, to)| *start == room && floor_of(start) == floor_of(to))
            {
                if seen.insert(to.clone()) {
                    next.push(to.clone());
                }
            }
        }
        seen
    };
    let circles = FLOORS.iter().filter(|(room, _)| reach(room).contains(*room));
    none(&circles.map(|(room, _)| format!("{room} leads back to itself")).collect::<Vec<_>>());
}

#[test]
fn each_edge_of_the_program_stands_in_its_room() {
    let mut found = Vec::new();
    for path in files("src", &[".rs"]) {
        for line in lines(&path, &read(&root().join(&path))).iter().filter(|line| !line.is_test) {
            for (words, places, why) in EDGES {
                let named = words.iter().find(|word| after(&line.code, word).next().is_some());
                if let Some(word) = named
                    && !places.iter().any(|place| path.starts_with(place))
                {
                    found.push(format!("{path}:{}: {word}: {why}", line.number));
                }
            }
        }
    }
    none(&found);
}

#[test]
fn the_pure_crate_reads_no_clock_no_file_and_no_socket() {
    let mut found = Vec::new();
    for path in files("core/src", &[".rs"]) {
        for line in lines(&path, &read(&root().join(&path))).iter().filter(|line| !line.is_test) {
            let named = IMPURE.iter().find(|word| after(&line.code, word).next().is_some());
            found.extend(named.map(|word| format!("{path}:{}: {word}", line.number)));
        }
    }
    none(&found);
}

#[test]
fn the_pure_crate_depends_on_pure_crates_only() {
    let manifest = read(&root().join("core/Cargo.toml"));
    let section = manifest.split("\n[dependencies]\n").nth(1).expect("[dependencies]");
    let names = section
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'));
    let strangers: Vec<String> = names
        .filter(|name| !PURE_CRATES.contains(name) && !name.starts_with("unicode-"))
        .map(str::to_owned)
        .collect();
    none(&strangers);
}

#[test]
fn the_reader_of_arrows_sees_groups_chains_and_inline_paths() {
    let text = "\
use crate::xml::Writer;
use crate::{\n    digest,\n    ports::{Clock, Event},\n};
// use crate::flow::x;
fn f() {
    let a = crate::files::write_whole(b);
    let c = super::super::settings::secret::Secret::new(d);
}
#[cfg(test)]
mod tests {
    use super::super::inside;
    use super::super::super::i18n::Lang;
    macro_rules! m { () => { $crate::app::x } }
}
";
    let named: Vec<(usize, String)> = rooms_named("src/report/winscp.rs", text);
    let expected = [(1, "xml"), (2, "digest"), (2, "ports"), (8, "files"), (9, "settings"), (14, "i18n")];
    assert_eq!(named, expected.map(|(line, room)| (line, room.to_owned())));
}

#[test]
fn every_sentence_that_the_code_asks_for_exists() {
    let keys: BTreeSet<String> = files("locales/fr", &[".ftl"])
        .iter()
        .flat_map(|path| {
            let text = read(&root().join(path));
            let keys = text.lines().filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned()));
            keys.collect::<Vec<_>>()
        })
        .collect();
    let mut missing = Vec::new();
    for path in files("src", &[".rs"]) {
        let code: String = lines(&path, &read(&root().join(&path)))
            .iter()
            .filter(|line| !line.is_test)
            .map(|line| format!("{}\n", line.code))
            .collect();
        for call in [".text(", ".format("] {
            for (at, _) in code.match_indices(call) {
                let argument = code[at + call.len()..].trim_start().strip_prefix('"');
                let Some((key, _)) = argument.and_then(|rest| rest.split_once('"')) else { continue };
                let is_key = key.contains('-')
                    && key.starts_with(|c: char| c.is_ascii_lowercase())
                    && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
                if is_key && !keys.contains(key) {
                    missing.push(format!("{path}: {key}"));
                }
            }
        }
    }
    none(&missing);
}

#[test]
fn no_file_names_the_place_where_someone_worked() {
    let places: Vec<String> = ["work", "root", "Users"]
        .iter()
        .flat_map(|name| [format!("/{name}/"), format!("\"/{name}\"")])
        .collect();
    let texts = [
        ".rs", ".md", ".toml", ".sql", ".xsd", ".ftl", ".sh", ".py", "justfile", "/test", "/audit", "/run",
        ".snap",
    ];
    let mut found = Vec::new();
    for path in files("", &texts) {
        for (index, line) in read(&root().join(&path)).lines().enumerate() {
            let named = places.iter().find(|place| {
                line.match_indices(place.as_str()).any(|(at, _)| {
                    line[..at].chars().next_back().is_none_or(|c| !is_word(c) && !"./-*}".contains(c))
                })
            });
            found.extend(named.map(|place| format!("{path}:{}: {place}", index + 1)));
        }
    }
    none(&found);
}

#[test]
fn every_decision_record_asks_a_question_and_stands_in_the_index() {
    let index = read(&root().join("docs/adr/README.md"));
    let records: Vec<String> =
        files("docs/adr", &[".md"]).into_iter().filter(|path| !path.ends_with("README.md")).collect();
    assert!(!records.is_empty());
    for path in &records {
        let text = read(&root().join(path));
        let title = text.lines().next().unwrap_or_default();
        assert!(title.starts_with("# ") && title.ends_with('?'), "{path} asks no question: {title}");
        let number: String = path.trim_start_matches("docs/adr/").chars().take(4).collect();
        assert!(number.chars().all(|c| c.is_ascii_digit()), "{path} bears no number");
        assert!(index.contains(&number), "{path} is not in docs/adr/README.md");
    }
    let numbers: BTreeSet<&str> = records.iter().filter_map(|path| path.get(9..13)).collect();
    assert_eq!(numbers.len(), records.len(), "a number bears two records: {records:?}");
}

#[test]
fn every_link_between_the_papers_leads_somewhere() {
    let mut broken = Vec::new();
    for path in files("", &[".md"]) {
        let folder = root().join(&path).parent().unwrap().to_owned();
        for (index, line) in read(&root().join(&path)).lines().enumerate() {
            for (at, _) in line.match_indices("](") {
                let target = line[at + 2..].split([')', '#', ' ']).next().unwrap_or_default();
                if !target.is_empty() && !target.contains("://") && !folder.join(target).exists() {
                    broken.push(format!("{path}:{}: {target}", index + 1));
                }
            }
        }
    }
    none(&broken);
}

/// Gives the rule of each row of a table and the names that it quotes, in order.
fn rows_of_choices(paper: &str) -> Vec<(String, Vec<String>, bool)> {
    let text = read(&root().join(paper));
    let rows = text.lines().filter(|line| line.starts_with("| ") && !line.contains("|---"));
    rows.map(|line| {
        let quoted = line.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let rule = line.trim_start_matches("| ").split(" |").next().unwrap_or_default();
        let rule = if rule.len() <= 3 { rule } else { "" };
        (rule.to_owned(), quoted, line.ends_with("| planned |") || line.ends_with("| prévu |"))
    })
    .collect()
}

#[test]
fn our_choices_are_the_same_in_both_languages() {
    assert_eq!(rows_of_choices("docs/choices.fr.md"), rows_of_choices("docs/choices.md"));
}

#[test]
fn every_setting_that_our_choices_name_exists() {
    let schema = read(&root().join("schemas/agency.sql"));
    let machine = read(&root().join("agent.toml.example"));
    let mut missing = Vec::new();
    for (_, names, _) in rows_of_choices("docs/choices.md") {
        let place = if names.iter().any(|name| name == "agent.toml") { &machine } else { &schema };
        let settings = names.iter().filter(|name| name.contains('_'));
        let unknown = settings.filter(|name| !place.contains(name.rsplit('.').next().unwrap_or(name)));
        missing.extend(unknown.cloned());
    }
    none(&missing);
}

#[test]
fn every_test_that_the_readme_names_exists() {
    let readme = read(&root().join("README.md"));
    let promises: Vec<&str> =
        readme.lines().filter(|line| line.split('|').count() == 6 && line.starts_with("| ")).collect();
    assert_eq!(promises.len(), 13, "the head and the twelve promises");
    let mut missing = Vec::new();
    for line in promises {
        for link in line.split('[').skip(1) {
            let Some((name, rest)) = link.split_once("](") else { continue };
            let file = rest.split(')').next().unwrap_or_default();
            if !name.contains(' ') && !read(&root().join(file)).contains(&format!("fn {name}(")) {
                missing.push(format!("{name} in {file}"));
            }
        }
    }
    none(&missing);
}

/// The rules of the domain that a publication follows, by letter: A1 to A12, B1 to B12…
const RULES: [(char, u8); 8] =
    [('A', 12), ('B', 12), ('C', 27), ('D', 29), ('E', 9), ('F', 5), ('G', 9), ('H', 4)];

/// Gives the part of a source that is test code: the whole of a test's file, else what follows `#[cfg(test)]`.
fn test_code<'a>(path: &str, text: &'a str) -> &'a str {
    if path.starts_with("tests/") || path.starts_with("core/tests/") || path.ends_with("/tests.rs") {
        return text;
    }
    text.find("#[cfg(test)]").and_then(|at| text.get(at..)).unwrap_or_default()
}

/// Gives the rule numbers that a text cites: `C15`, or `_c15` in a test's name.
fn cited(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_rule = |word: &&str| {
        let mut chars = word.chars();
        let letter = chars.next().is_some_and(|c| matches!(c.to_ascii_uppercase(), 'A'..='H'));
        letter && !chars.as_str().is_empty() && chars.all(|c| c.is_ascii_digit())
    };
    words.filter(is_rule).map(str::to_ascii_uppercase).collect()
}

#[test]
fn every_rule_of_the_domain_is_cited_by_a_test() {
    assert_eq!(
        cited("a_rule_c15_h1 (D9, E2), no A, not 12 nor x7"),
        ["C15", "D9", "E2", "H1"].map(str::to_owned).into()
    );
    let mut found = BTreeSet::new();
    for path in ["src", "core", "tests"].iter().flat_map(|folder| files(folder, &[".rs"])) {
        if path != "tests/suite/house.rs" {
            found.extend(cited(test_code(&path, &read(&root().join(&path)))));
        }
    }
    let all = RULES.iter().flat_map(|(letter, last)| (1..=*last).map(move |n| format!("{letter}{n}")));
    none(&all.filter(|rule| !found.contains(rule)).collect::<Vec<_>>());
}

#[test]
fn the_changelog_has_room_for_what_is_coming() {
    let text = read(&root().join("CHANGELOG.md"));
    let first = text.lines().find(|line| line.starts_with("## "));
    assert_eq!(first, Some("## [Unreleased]"));
}
