//! The suite of the verification tool: each finding is broken for, alone, in a copy of the demo agency.

mod decree;
mod program;
mod real_servers;
mod rules;
mod said;
mod server;
mod surroundings;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use publier::desk::check::{Code, Finding};

use crate::support::check::{Copy, more, told};

static DEMO: LazyLock<Vec<String>> = LazyLock::new(|| Copy::new().findings().iter().map(told).collect());

fn codes(findings: &[Finding]) -> Vec<Code> {
    findings.iter().map(|finding| finding.code).collect()
}

fn new_codes(copy: &Copy) -> Vec<Code> {
    let found = copy.findings();
    let new: BTreeSet<String> =
        more(&found.iter().map(told).collect::<Vec<_>>(), &DEMO).into_iter().collect();
    codes(&found.into_iter().filter(|finding| new.contains(&told(finding))).collect::<Vec<_>>())
}
