//! How much each step asks of a database in use, from its locks, scans, rewrites and hazards.

use std::collections::BTreeSet;

use pgmason_model::plan::{PlannedFile, Risk, Step};

/// Sets the risk of every step and of the file, from what is known of the steps.
pub fn assess(file: &mut PlannedFile) {
    file.risk = Risk::default();
    for group in &mut file.groups {
        // A lock is held to the end of its transaction: what is read after it is read under it.
        let mut blocked: BTreeSet<String> = BTreeSet::new();
        for step in &mut group.steps {
            let strong = step.locks.iter().filter(|lock| blocks_writes(&lock.mode));
            blocked.extend(strong.map(|lock| lock.relation.clone()));
            let seen = of_step(step, |relation| blocked.contains(relation));
            step.risk = seen.max(step.least);
            file.risk = file.risk.max(step.risk);
        }
    }
}

fn of_step(step: &Step, is_blocked: impl Fn(&str) -> bool) -> Risk {
    if step.hazards.iter().any(|hazard| hazard.existing) {
        Risk::Destructive
    } else if !step.rewrites.is_empty() {
        Risk::Rewrite
    } else if step.scans.iter().any(|relation| is_blocked(relation)) {
        Risk::Scan
    } else if !step.scans.is_empty() {
        Risk::Concurrent
    } else {
        Risk::Metadata
    }
}

/// Others cannot write the relation meanwhile.
pub fn blocks_writes(mode: &str) -> bool {
    matches!(mode, "SHARE" | "SHARE ROW EXCLUSIVE" | "EXCLUSIVE" | "ACCESS EXCLUSIVE")
}
