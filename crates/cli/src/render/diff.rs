//! A difference, for people: what changes by table, what is dangerous, what is refused, the SQL, and what was proven.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use pgmason_jobs::diff::{DiffReport, Stage, StageOutcome, hazard_name, sql_text};
use pgmason_model::difference::{ChangeKind, ObjectChange, Refusal};
use pgmason_model::{Level, ObjectId, ObjectKind};

use super::table::borderless;
use crate::ui::{BOLD, DIM, GOOD, HINT, level_style};

pub(crate) fn render(report: &DiffReport, explain: bool, out: &mut dyn Write) -> io::Result<()> {
    let plan = &report.plan;
    if report.is_clean() {
        writeln!(out, "{GOOD}no difference{GOOD:#} {DIM}between {} and {}{DIM:#}", report.from, report.to)?;
        return notes(report, out);
    }
    for (subject, changes) in by_subject(report) {
        writeln!(out, "{BOLD}{subject}{BOLD:#}")?;
        for change in changes {
            writeln!(out, "  {}", change_text(change))?;
        }
    }
    let hazards: Vec<String> = plan
        .statements
        .iter()
        .flat_map(|statement| statement.hazards.iter().map(move |hazard| (statement, hazard)))
        .map(|(statement, hazard)| format!("  {}: {} ({})", hazard_name(hazard.kind), hazard.message, statement.object))
        .collect();
    section("Hazards", &hazards, out)?;
    let left: Vec<String> = plan
        .left
        .iter()
        .map(|left| {
            let option = left.option.as_ref().map(|option| format!("; {option} changes it")).unwrap_or_default();
            format!("  {}: {}{option}", left.object, left.reason)
        })
        .collect();
    section("Left as it is", &left, out)?;
    if !plan.refusals.is_empty() {
        let style = level_style(Level::Error);
        writeln!(out, "\n{style}Refused{style:#}")?;
        for refusal in &plan.refusals {
            writeln!(out, "  {}", refusal_text(refusal))?;
            if let Refusal::NotAllowed { allow, .. } = refusal {
                writeln!(out, "    {HINT}--allow {allow}{HINT:#}")?;
            }
        }
    }
    let renames: Vec<String> = plan
        .possible_renames
        .iter()
        .map(|rename| format!("  {} looks like {}: --rename {}={}", rename.to, rename.from, rename.from, rename.to))
        .collect();
    section("Possible renames", &renames, out)?;
    if !plan.statements.is_empty() {
        writeln!(out, "\n{BOLD}SQL{BOLD:#}\n{}", sql_text(&plan.statements).trim_end())?;
    }
    if explain {
        stages(report, out)?;
    }
    notes(report, out)?;
    if !plan.statements.is_empty() {
        writeln!(out, "\n{GOOD}{}{GOOD:#} {DIM}in {:.1} s{DIM:#}", proven(report), report.seconds)?;
    }
    Ok(())
}

fn section(title: &str, lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{BOLD}{title}{BOLD:#}\n{}", lines.join("\n"))
}

fn notes(report: &DiffReport, out: &mut dyn Write) -> io::Result<()> {
    for note in &report.notes {
        writeln!(out, "{DIM}note: {note}{DIM:#}")?;
    }
    for gap in &report.not_checked {
        writeln!(out, "{DIM}not checked: {} ({}){DIM:#}", gap.what, gap.reason)?;
    }
    Ok(())
}

/// Each stage of the proof, with what it looked at.
fn stages(report: &DiffReport, out: &mut dyn Write) -> io::Result<()> {
    let rows = report
        .proof
        .stages
        .iter()
        .map(|stage| {
            let outcome = match stage.outcome {
                StageOutcome::Passed => "passed",
                StageOutcome::Failed => "failed",
                StageOutcome::NotDone => "not done",
            };
            let words = [Some(stage.what.as_str()), stage.reason.as_deref()];
            let words: Vec<&str> = words.into_iter().flatten().filter(|words| !words.is_empty()).collect();
            vec![
                format!("  {}", stage.stage.title()),
                outcome.to_owned(),
                format!("{:.2} s", stage.seconds),
                words.join(": "),
            ]
        })
        .collect();
    writeln!(out, "\n{BOLD}Proof{BOLD:#} {DIM}on {}{DIM:#}\n{}", report.scratch, borderless(&[], rows, &[2]))
}

/// What was proven, in one line.
pub(crate) fn proven(report: &DiffReport) -> String {
    let proof = &report.proof;
    let mut said = vec!["applied"];
    let each = [
        (Stage::ReadBack, "read back equal"),
        (Stage::SecondPlan, "a second plan is empty"),
        (Stage::RowsKept, "rows kept"),
        (Stage::Rewrites, "nothing rewritten unsaid"),
        (Stage::Dump, "pg_dump agrees"),
    ];
    said.extend(each.into_iter().filter(|(stage, _)| proof.passed(*stage)).map(|(_, words)| words));
    format!("proven on {}: {}", report.scratch, said.join(", "))
}

pub(crate) fn refusal_text(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotAllowed { object, message, .. } | Refusal::NoSafeWay { object, message } => {
            format!("{} {object}: {message}", object.kind.label())
        }
        Refusal::NotModelled { object, message } => format!("{object}: {message}"),
        Refusal::Circle { objects } => {
            let names: Vec<String> = objects.iter().map(ToString::to_string).collect();
            format!("these need each other, and no order of statements resolves it: {}", names.join(", "))
        }
        Refusal::NoSuchRole { role, needed_by } => {
            format!(
                "{} {needed_by}: needs the role {role}, which is not there: CREATE ROLE {role}",
                needed_by.kind.label()
            )
        }
    }
}

/// Changes by the table that they are about; other objects stand for themselves. What comes and goes with a table, or
/// belongs to its owner anyway, is not told.
pub(crate) fn by_subject(report: &DiffReport) -> BTreeMap<String, Vec<&ObjectChange>> {
    let whole: BTreeSet<(String, bool)> = report
        .plan
        .changes
        .iter()
        .filter(|change| is_relation(&change.object))
        .filter_map(|change| Some((change.object.to_string(), added(change)?)))
        .collect();
    let mut list: BTreeMap<String, Vec<&ObjectChange>> = BTreeMap::new();
    for change in &report.plan.changes {
        let subject = change.relation.as_ref().map_or_else(|| subject(&change.object), ToString::to_string);
        let with_it = added(change).is_some_and(|added| whole.contains(&(subject.clone(), added)));
        let is_part = match change.object.kind {
            ObjectKind::Grant | ObjectKind::Comment => false,
            _ => !is_relation(&change.object),
        };
        if !(with_it && is_part) {
            list.entry(subject).or_default().push(change);
        }
    }
    list
}

/// Some: it comes (true) or goes (false).
fn added(change: &ObjectChange) -> Option<bool> {
    match change.change {
        ChangeKind::Added => Some(true),
        ChangeKind::Removed => Some(false),
        _ => None,
    }
}

fn is_relation(id: &ObjectId) -> bool {
    !matches!(
        id.kind,
        ObjectKind::Column
            | ObjectKind::Default
            | ObjectKind::Constraint
            | ObjectKind::Trigger
            | ObjectKind::Rule
            | ObjectKind::Policy
            | ObjectKind::Index
            | ObjectKind::Grant
            | ObjectKind::Comment
    )
}

fn subject(id: &ObjectId) -> String {
    let of = id.of.as_deref().unwrap_or(id);
    match of.kind {
        ObjectKind::Column
        | ObjectKind::Default
        | ObjectKind::Constraint
        | ObjectKind::Trigger
        | ObjectKind::Rule
        | ObjectKind::Policy => of.relation(ObjectKind::Table).to_string(),
        _ => of.to_string(),
    }
}

/// `+ column public.t.a`, `~ column public.t.b (type: integer → bigint)`.
fn change_text(change: &ObjectChange) -> String {
    let object = format!("{} {}", change.object.kind.label(), change.object);
    match &change.change {
        ChangeKind::Added => format!("+ {object}"),
        ChangeKind::Removed => format!("- {object}"),
        ChangeKind::Changed if change.details.is_empty() => format!("~ {object}"),
        ChangeKind::Changed => format!("~ {object} ({})", change.details.join(", ")),
        ChangeKind::RenamedFrom(old) => format!("~ {object}, renamed from {old}"),
    }
}
