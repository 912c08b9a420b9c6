//! A receiver that answers publications as it likes: it accepts or refuses at once, while it is waited for, between two runs or
//! never; it may answer for another publication, write garbage or half of a receipt, and take the zip away with its answer.
//!
//! Publications are handled in the order of their arrival, each once: one whose answer is late holds those behind it. What it
//! decides comes from a seed of its own.

use std::collections::BTreeSet;

use publier::digest::sha256;
use publier::ports::RemotePath;
use publier::transfer::memory::MemoryServer;

use super::flow::Publication;
use super::random_agency::Dice;

/// Gives the path of the receipt of a zip.
pub fn receipt_of(zip: &RemotePath) -> RemotePath {
    let name = format!("receipt-{}.xml", zip.name().strip_suffix(".zip").unwrap());
    zip.parent().unwrap().join(&name).unwrap()
}

/// Tells whether a path is that of a receipt.
pub fn is_receipt(path: &RemotePath) -> bool {
    path.name().starts_with("receipt-")
}

/// Writes a receipt with these reasons.
pub fn receipt(series: &str, sequence: u64, digest: &str, verdict: &str, reasons: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<receipt xmlns=\"urn:publier:receipt:1\" series=\"{series}\" \
         sequence=\"{sequence}\" sha256=\"{digest}\" verdict=\"{verdict}\">{reasons}</receipt>\n"
    )
}

/// When something may be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// The zip just became visible.
    Arrival,
    /// Its receipt was looked for.
    Wait,
    /// No run is under way.
    Between,
}

/// What it writes of a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// Its verdict.
    True,
    /// A receipt of another series, number or content.
    Foreign(usize),
    /// What can't be read.
    Garbage(usize),
    /// Nothing.
    Silence,
}

/// What was decided of one publication.
#[derive(Debug, Clone, Copy)]
struct Decision {
    applied: bool,
    answer: Answer,
    moment: Moment,
    takes_zip: bool,
}

impl Decision {
    fn at_random(dice: &mut Dice) -> Self {
        let answer = match dice.below(20) {
            0..=12 => Answer::True,
            13..=15 => Answer::Foreign(dice.below(4)),
            16 | 17 => Answer::Garbage(dice.below(4)),
            _ => Answer::Silence,
        };
        Self {
            applied: dice.percent(60),
            answer,
            moment: dice.pick(&[Moment::Arrival, Moment::Arrival, Moment::Wait, Moment::Between]),
            takes_zip: answer == Answer::True && dice.percent(25),
        }
    }
}

/// A publication that arrived.
#[derive(Debug)]
struct Arrived {
    zip: RemotePath,
    bytes: Vec<u8>,
    sequence: u64,
    decision: Decision,
    handled: bool,
}

/// How many publications were answered how.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    pub accepted: u64,
    pub refused: u64,
    pub late: u64,
    pub silent: u64,
    pub foreign: u64,
    pub garbage: u64,
    pub taken: u64,
}

impl std::ops::AddAssign for Answered {
    fn add_assign(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.late += other.late;
        self.silent += other.silent;
        self.foreign += other.foreign;
        self.garbage += other.garbage;
        self.taken += other.taken;
    }
}

/// The receiver behind a server in memory.
#[derive(Debug)]
pub struct Receiver {
    server: MemoryServer,
    dice: Dice,
    arrived: Vec<Arrived>,
    /// The publications of which an acceptance was written.
    pub accepted: BTreeSet<u64>,
    pub answered: Answered,
    /// From now on it accepts at once.
    calm: bool,
}

impl Receiver {
    pub fn new(server: MemoryServer, seed: u64) -> Self {
        let dice = Dice::new(seed ^ 0x7265_6365_6970_7473);
        let (arrived, accepted) = (Vec::new(), BTreeSet::new());
        Self { server, dice, arrived, accepted, answered: Answered::default(), calm: false }
    }

    /// A zip became visible.
    pub fn arrives(&mut self, zip: &RemotePath, bytes: &[u8]) {
        let sequence = Publication::read(bytes).sequence;
        let decision = Decision::at_random(&mut self.dice);
        self.arrived.push(Arrived {
            zip: zip.clone(),
            bytes: bytes.to_owned(),
            sequence,
            decision,
            handled: false,
        });
        self.turn(Moment::Arrival);
    }

    /// Answers what may be answered at this moment.
    pub fn turn(&mut self, moment: Moment) {
        while let Some(at) = self.arrived.iter().position(|arrived| !arrived.handled) {
            let arrived = &mut self.arrived[at];
            if self.calm {
                let applied = true;
                arrived.decision =
                    Decision { applied, answer: Answer::True, moment: Moment::Arrival, takes_zip: false };
            } else if arrived.decision.moment > moment {
                return;
            }
            arrived.handled = true;
            self.answered.late += u64::from(moment != Moment::Arrival);
            self.answer(at);
        }
    }

    /// Accepts whatever comes from now on, and at last says the truth of what was not answered or not rightly.
    pub fn calm_down(&mut self) {
        if self.calm {
            return;
        }
        self.calm = true;
        self.turn(Moment::Between);
        for at in 0..self.arrived.len() {
            if self.arrived[at].decision.answer != Answer::True {
                self.arrived[at].decision.answer = Answer::True;
                self.answered.late += 1;
                self.answer(at);
            }
        }
    }

    fn answer(&mut self, at: usize) {
        let Arrived { zip, bytes, sequence, decision, .. } = &self.arrived[at];
        let (sequence, digest) = (*sequence, sha256(bytes).to_string());
        let publication = Publication::read(bytes);
        let series = publication.root.attribute("series").unwrap();
        let (verdict, reasons) = if decision.applied {
            ("accepted", "")
        } else {
            ("refused", "<reason>documents/07/1.pdf is missing</reason>")
        };
        let whole = receipt(series, sequence, &digest, verdict, reasons);
        let zeros = "0".repeat(64);
        let text = match decision.answer {
            Answer::True => whole,
            Answer::Silence => {
                self.answered.silent += 1;
                return;
            }
            Answer::Foreign(kind) => {
                self.answered.foreign += 1;
                match kind {
                    0 => receipt("0000000000000000", sequence, &digest, "accepted", ""),
                    1 => receipt(series, sequence + 1, &digest, "accepted", ""),
                    2 => receipt(series, sequence.saturating_sub(1), &digest, "accepted", ""),
                    _ => receipt(series, sequence, &zeros, "accepted", ""),
                }
            }
            Answer::Garbage(kind) => {
                self.answered.garbage += 1;
                match kind {
                    0 => "accepted".repeat(20_000),
                    1 => String::new(),
                    2 => whole.trim_end().trim_end_matches("</receipt>").to_owned(),
                    _ => whole.replace("verdict=\"", "verdict=\"perhaps-"),
                }
            }
        };
        if decision.answer == Answer::True {
            self.answered.accepted += u64::from(decision.applied);
            self.answered.refused += u64::from(!decision.applied);
            self.answered.taken += u64::from(decision.takes_zip);
            if decision.applied {
                self.accepted.insert(sequence);
            }
            if decision.takes_zip {
                self.server.remove_file(zip);
            }
        }
        self.server.put(&receipt_of(zip), text);
    }

    /// The publications that it took away, in the order of their arrival.
    pub fn taken(&self) -> Vec<Publication> {
        let gone = self.arrived.iter().filter(|arrived| arrived.handled && arrived.decision.takes_zip);
        gone.map(|arrived| Publication::read(&arrived.bytes)).collect()
    }

    /// The publications that it applied.
    pub fn applied(&self) -> BTreeSet<u64> {
        let applied = self.arrived.iter().filter(|arrived| arrived.handled && arrived.decision.applied);
        applied.map(|arrived| arrived.sequence).collect()
    }

    /// What it must never have been given: changes to a state that it doesn't hold.
    pub fn wrong(&self) -> Option<String> {
        let applied = self.arrived.iter().filter(|arrived| arrived.handled && arrived.decision.applied);
        let mut held = BTreeSet::new();
        for arrived in applied {
            let root = Publication::read(&arrived.bytes).root;
            let previous: Option<u64> = root.attribute("previous").map(|text| text.parse().unwrap());
            let is_full = root.attribute("mode") == Some("full");
            if !is_full && previous.is_none_or(|previous| !held.contains(&previous)) {
                return Some(format!("{} changes {previous:?}, which was not applied", arrived.sequence));
            }
            held.insert(arrived.sequence);
        }
        None
    }
}
