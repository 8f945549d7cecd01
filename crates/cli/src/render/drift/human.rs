//! Drift, for people: the sources, the matrix, then what differs object by object.

use std::io::{self, Write};

use pgmason_jobs::drift::{DriftPair, DriftReport, PairState};

use super::{change, not_expressible, notes, one_line, place, sides, state, subject};
use crate::render::table::borderless;
use crate::ui::{BOLD, DIM, GOOD, HINT, level_style};

pub(crate) fn render(report: &DriftReport, out: &mut dyn Write) -> io::Result<()> {
    sources(report, out)?;
    matrix(report, out)?;
    let red = level_style(pgmason_model::Level::Error);
    for object in &report.objects {
        let name = one_line(&object.object.to_string());
        writeln!(out, "\n{BOLD}{name}{BOLD:#} {DIM}{}{DIM:#}", object.object.kind.label())?;
        for difference in &object.differences {
            writeln!(out, "  {}", subject(difference))?;
            writeln!(out, "    {}", sides(difference))?;
            match (change(difference), place(difference)) {
                (Some(change), at) => {
                    let at = at.map(|(file, line)| format!("{file}:{line}: ")).unwrap_or_default();
                    let change = change.replace('\n', "\n      ");
                    writeln!(out, "    {DIM}{at}{DIM:#}{change}")?;
                }
                (None, Some((file, line))) => writeln!(out, "    {DIM}{file}:{line}{DIM:#}")?,
                (None, None) => {}
            }
        }
    }
    writeln!(out)?;
    for text in report.pairs.iter().filter_map(not_expressible) {
        writeln!(out, "{DIM}{text}{DIM:#}")?;
    }
    for note in notes(report) {
        writeln!(out, "{DIM}note:{DIM:#} {note}")?;
    }
    let of = |state: PairState| report.pairs.iter().filter(|pair| pair.state == state).count();
    match (of(PairState::Different), of(PairState::NotCompared)) {
        (0, 0) => writeln!(out, "{GOOD}no drift{GOOD:#}"),
        (0, left) if left == report.pairs.len() => writeln!(out, "{red}nothing could be compared{red:#}"),
        (0, _) => writeln!(out, "{GOOD}no drift{GOOD:#} in what could be compared"),
        (_, 0) => writeln!(out, "{red}drift{red:#}"),
        (_, _) => writeln!(out, "{red}drift{red:#}, and not everything could be compared"),
    }
}

fn sources(report: &DriftReport, out: &mut dyn Write) -> io::Result<()> {
    let rows = report.sources.iter().map(|source| {
        let state = source.summary.clone().unwrap_or_else(|| "could not be read".to_owned());
        vec![source.kind.name().to_owned(), source.source.clone(), state]
    });
    writeln!(out, "{}", borderless(&["SOURCE", "WHERE", "READ"], rows.collect(), &[]))?;
    for source in &report.sources {
        if let Some(problem) = &source.problem {
            writeln!(out, "\n{} could not be read: {problem}", source.kind.name())?;
            if let Some(hint) = &source.hint {
                writeln!(out, "{HINT}hint:{HINT:#} {hint}")?;
            }
        }
    }
    match &report.scratch {
        Some(scratch) => writeln!(out, "{DIM}files were run on {scratch}{DIM:#}"),
        None => Ok(()),
    }
}

/// Each source against each later one.
fn matrix(report: &DriftReport, out: &mut dyn Write) -> io::Result<()> {
    let kinds: Vec<_> = report.sources.iter().map(|source| source.kind).collect();
    let mut header = vec![""];
    header.extend(kinds.iter().skip(1).map(|kind| kind.name()));
    let rows = kinds.iter().take(kinds.len().saturating_sub(1)).enumerate().map(|(row, first)| {
        let cell = |column: usize, second| {
            let of_pair = |pair: &&DriftPair| pair.first == *first && pair.second == second;
            if column <= row { String::new() } else { report.pairs.iter().find(of_pair).map(state).unwrap_or_default() }
        };
        let mut line = vec![first.name().to_owned()];
        line.extend(kinds.iter().enumerate().skip(1).map(|(column, second)| cell(column, *second)));
        line
    });
    writeln!(out, "\n{}", borderless(&header, rows.collect(), &[]))
}
