//! The documents of `scripts/bench render`, made again and again by the product's own renderer.
//!
//! The data is a JSON file in which `{n}` stands for the number of the round, as for the peers. Reading it isn't
//! counted; from the model to the bytes of the PDF is. Each worker's first round warms it and isn't counted either.

use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use chrono::{NaiveDate, NaiveDateTime};
use publier::files::write_whole;
use publier::render::papers::{AccountStatement, CoOwnerList, StatementLine};
use publier::render::{ImageResolver, Letter, Limits, Rendered, render_letter, render_sheet};
use publier_core::domain::co_owner_list::ListRow;
use publier_core::domain::ids::CoOwnerRecordId;
use publier_core::domain::money::Cents;
use serde_json::Value;

/// The clock ticks of a second in Linux's accounts of processor time.
const TICKS: u64 = 100;

/// Which document is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// A letter of one page: a logo, a list, a table.
    Letter,
    /// An account's statement of 1,500 lines.
    Table,
    /// A list of 200 co-owners.
    Owners,
}

/// Makes a document `count` times on each worker and says what it took; the first one stays in the folder, to be looked at.
///
/// # Errors
/// When the data can't be read, or the document can't be made.
pub fn render(kind: Kind, folder: &Path, count: u32, workers: u32) -> anyhow::Result<String> {
    let name = match kind {
        Kind::Letter => "letter",
        Kind::Table => "table",
        Kind::Owners => "owners",
    };
    let job = Job {
        kind,
        data: std::fs::read_to_string(folder.join(name).with_extension("json"))?,
        logo: Logo(std::fs::read(folder.join("logo.png"))?),
    };
    let ready = Barrier::new(usize::try_from(workers)? + 1);
    let (began, worked, done) = thread::scope(|scope| {
        let start = |worker| {
            let (job, ready) = (&job, &ready);
            scope.spawn(move || {
                let warm = job.round(0);
                ready.wait();
                let rounds = (1..=count).map(|round| Ok(job.round(worker * count + round)?.1));
                Ok::<_, anyhow::Error>((warm?.0, rounds.collect::<anyhow::Result<Vec<Duration>>>()?))
            })
        };
        let workers: Vec<_> = (0..workers).map(start).collect();
        ready.wait();
        let (began, worked) = (Instant::now(), ticks()?);
        let join = |worker: thread::ScopedJoinHandle<'_, anyhow::Result<(Rendered, Vec<Duration>)>>| {
            worker.join().unwrap_or_else(|_| bail!("a worker broke down"))
        };
        let done = workers.into_iter().map(join).collect::<anyhow::Result<Vec<_>>>()?;
        anyhow::Ok((began, worked, done))
    })?;
    let (took, worked) = (began.elapsed(), ticks()? - worked);
    let (warm, rounds): (Vec<_>, Vec<_>) = done.into_iter().unzip();
    let warm = warm.first().context("a worker")?;
    write_whole(&folder.join(format!("{name}-publier.pdf")), &warm.pdf)?;
    let mut rounds: Vec<_> = rounds.into_iter().flatten().collect();
    rounds.sort_unstable();
    let median = rounds.get(rounds.len() / 2).context("a round")?;
    let made = f64::from(count * workers);
    let work_ms = f64::from(u32::try_from(worked * 1000 / TICKS)?) / made;
    Ok(format!(
        "median_ms={:.3} work_ms={work_ms:.3} a_second={:.1} pdf_bytes={} pages={}",
        median.as_secs_f64() * 1000.0,
        made / took.as_secs_f64(),
        warm.pdf.len(),
        warm.pages
    ))
}

/// Gives the processor time of this process, all its threads together.
fn ticks() -> anyhow::Result<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<_> = stat.rsplit(") ").next().context("a name")?.split(' ').collect();
    // User and system time are the fields 14 and 15; the state, after the name, is the third.
    let field = |number: usize| anyhow::Ok(fields.get(number - 3).context("a field")?.parse::<u64>()?);
    Ok(field(14)? + field(15)?)
}

struct Logo(Vec<u8>);

impl ImageResolver for Logo {
    fn resolve(&self, id: &str) -> Option<Vec<u8>> {
        (id == "logo").then(|| self.0.clone())
    }
}

struct Job {
    kind: Kind,
    data: String,
    logo: Logo,
}

impl Job {
    fn round(&self, round: u32) -> anyhow::Result<(Rendered, Duration)> {
        let data = self.data.replace("{n}", &round.to_string());
        let limits = Limits::default();
        let (rendered, took) = match self.kind {
            Kind::Letter => {
                let letter: Letter = serde_json::from_str(&data)?;
                let began = Instant::now();
                (render_letter(&letter, &self.logo, &limits)?, began.elapsed())
            }
            Kind::Table => {
                let statement = statement(&serde_json::from_str(&data)?)?;
                let began = Instant::now();
                (render_sheet(&statement, &limits)?, began.elapsed())
            }
            Kind::Owners => {
                let list = co_owners(&serde_json::from_str(&data)?)?;
                let began = Instant::now();
                (render_sheet(&list, &limits)?, began.elapsed())
            }
        };
        if !rendered.dropped.is_empty() {
            bail!("something isn't shown: {:?}", rendered.dropped);
        }
        Ok((rendered, took))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

/// Reads the lines of a table, each of a known number of cells.
fn rows<const CELLS: usize>(data: &Value) -> anyhow::Result<Vec<[String; CELLS]>> {
    let rows = data.get("rows").and_then(Value::as_array).context("rows")?;
    let row = |row| texts(row).try_into().map_err(|row| anyhow::anyhow!("a row of other cells: {row:?}"));
    rows.iter().map(row).collect()
}

/// Reads an amount as papers print it.
fn cents(text: &str) -> anyhow::Result<Cents> {
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '-').collect();
    Ok(Cents(if digits.is_empty() { 0 } else { digits.parse()? }))
}

fn statement(data: &Value) -> anyhow::Result<AccountStatement> {
    let line = |[date, label, debit, credit, balance]: [String; 5]| {
        anyhow::Ok(StatementLine {
            date: NaiveDate::parse_from_str(&date, "%d/%m/%Y")?,
            label,
            debit: cents(&debit)?,
            credit: cents(&credit)?,
            balance: cents(&balance)?,
        })
    };
    let lines = rows(data)?.into_iter().map(line).collect::<anyhow::Result<Vec<_>>>()?;
    let [holder, label, ..] = texts(&data["details"]).try_into().unwrap_or([const { String::new() }; 3]);
    Ok(AccountStatement {
        agency: text(&data["agency"]),
        entity: "Gérance".to_owned(),
        number: "411BENCH".to_owned(),
        label,
        holder,
        from: lines.first().map(|line| line.date),
        to: lines.last().map(|line| line.date),
        opening: Cents(0),
        debit: Cents(lines.iter().map(|line| line.debit.0).sum()),
        credit: Cents(lines.iter().map(|line| line.credit.0).sum()),
        closing: lines.last().map_or(Cents(0), |line| line.balance),
        lines,
        document_id: "bench".to_owned(),
        made_on: "2026-11-24".parse()?,
    })
}

fn co_owners(data: &Value) -> anyhow::Result<CoOwnerList> {
    let mark = |text: String| if text.is_empty() { "" } else { "X" };
    let row = |(number, cells): (i64, [String; 7])| {
        let [identity, units, working_capital, works_fund, member, president, resident] = cells;
        let mut lines = identity.lines().map(str::to_owned);
        ListRow {
            record: CoOwnerRecordId(number),
            identity: lines.next().unwrap_or_default(),
            address: lines.collect(),
            units: units.lines().map(str::to_owned).collect(),
            working_capital,
            works_fund,
            council_member: mark(member),
            council_president: mark(president),
            resident: mark(resident),
        }
    };
    Ok(CoOwnerList {
        building: text(&data["building"]),
        addresses: texts(&data["details"]),
        agency: text(&data["agency"]),
        made_at: "2026-11-24T11:05:00".parse::<NaiveDateTime>()?,
        initials: "LG".to_owned(),
        rows: (1..).zip(rows(data)?).map(row).collect(),
        document_id: "bench".to_owned(),
    })
}
