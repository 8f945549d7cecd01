//! Makes the plan of files: their statements in transactions, what each of them asks of the database, how it is undone.
//!
//! Everything here is read from the text. A scratch database can tell more, and wins where the two differ.

use std::ops::Range;

use pgmason_model::plan::{PlannedFile, Risk, Step, TransactionGroup, Undo};
use pgmason_sql::split::PieceKind;

use super::costs::Costs;
use super::groups::{CannotRun, groups};
use super::hazards::hazards;
use super::history::Moment;
use super::recovery::{recovery, session_effect};
use super::undo::{undo_of, undo_text};
use super::{Direction, FileStatement, History, Layout, MigrationFile, fingerprint, risk};

/// The plan of the folder's files at the places `which`, in that order. The error names the place of the file that
/// cannot run. `search_path`: that of the database's sessions, where it is known.
pub fn plan_files(
    layout: Layout,
    files: &[MigrationFile],
    which: &[usize],
    search_path: Option<&[String]>,
) -> Result<Vec<PlannedFile>, (usize, CannotRun)> {
    let history = match search_path {
        Some(path) => History::read_in(layout, files, path),
        None => History::read(layout, files),
    };
    let mut pending = vec![false; files.len()];
    for place in which {
        if let Some(flag) = pending.get_mut(*place) {
            *flag = true;
        }
    }
    let is_pending = |file: usize| pending.get(file).copied().unwrap_or_default();
    let plan_one = |place: usize| {
        let file = &files[place];
        let planned = plan(file, &history, place, is_pending)?;
        Ok(with_way_back(planned, undo_text(layout, files, file)))
    };
    which.iter().map(|place| plan_one(*place).map_err(|problem| (*place, problem))).collect()
}

/// A way back that the project keeps is one for every step.
fn with_way_back(mut planned: PlannedFile, undo: Option<String>) -> PlannedFile {
    if undo.is_some() {
        let steps = planned.groups.iter_mut().flat_map(|group| &mut group.steps);
        steps.filter(|step| step.undo != Undo::Nothing).for_each(|step| step.undo = Undo::WithFile);
    }
    PlannedFile { undo, ..planned }
}

/// The plan of a file that stands for itself: a down part, say. Whatever it names was there before.
pub fn plan_text(file: &MigrationFile, search_path: Option<&[String]>) -> Result<PlannedFile, CannotRun> {
    let alone = [MigrationFile { direction: Direction::Up, ..file.clone() }];
    let history = match search_path {
        Some(path) => History::read_in(Layout::Numbered, &alone, path),
        None => History::read(Layout::Numbered, &alone),
    };
    plan(&alone[0], &history, 0, |_| true)
}

fn plan(
    file: &MigrationFile,
    history: &History<'_>,
    place: usize,
    is_pending: impl Fn(usize) -> bool,
) -> Result<PlannedFile, CannotRun> {
    let moments: Vec<(usize, &Moment<'_>)> = history.of_file(place).collect();
    let step = |statement: usize| {
        let met = moments_of(&moments, &file.statements[statement].span);
        let costs = Costs::of(history, met);
        Step {
            least: costs.least,
            locks: costs.locks(),
            rewrites: costs.rewrites.iter().cloned().collect(),
            // What is written anew is read for it.
            scans: costs.scans.difference(&costs.rewrites).cloned().collect(),
            hazards: hazards(history, met, &is_pending),
            ..text_of_step(file, statement)
        }
    };
    let groups = groups(file)?
        .into_iter()
        .map(|group| TransactionGroup { kind: group.kind, steps: group.statements.into_iter().map(step).collect() })
        .collect();
    let mut planned = PlannedFile {
        path: file.path.clone(),
        version: file.version.clone().unwrap_or_default(),
        name: file.description.clone(),
        sha256: file.sha256.clone(),
        statements_sha256: fingerprint::statements_sha256(file),
        risk: Risk::default(),
        groups,
        ..PlannedFile::default()
    };
    risk::assess(&mut planned);
    Ok(planned)
}

/// The moments of one statement of the file, in order: itself, and what is inside it.
fn moments_of<'m, 'a, 'h>(
    moments: &'m [(usize, &'h Moment<'a>)],
    span: &Range<usize>,
) -> &'m [(usize, &'h Moment<'a>)] {
    let start = moments.partition_point(|(_, moment)| moment.step.outer.span.start < span.start);
    let end = moments.partition_point(|(_, moment)| moment.step.outer.span.start <= span.start);
    moments.get(start..end).unwrap_or_default()
}

fn text_of_step(file: &MigrationFile, place: usize) -> Step {
    let statement = &file.statements[place];
    Step {
        number: u32::try_from(place + 1).unwrap_or(u32::MAX),
        line: statement.line,
        sql: file.statement_text(statement).to_owned(),
        copy_data: copy_data(file, place),
        session: session_effect(statement),
        recovery: recovery(statement),
        undo: undo_of(statement),
        ..Step::default()
    }
}

/// The COPY data between this statement and the next.
fn copy_data(file: &MigrationFile, place: usize) -> Option<String> {
    let after = |statement: Option<&FileStatement>| statement.map_or(usize::MAX, |statement| statement.span.start);
    let span = file.statements[place].span.end..after(file.statements.get(place + 1));
    let data =
        file.other_pieces.iter().find(|piece| piece.kind == PieceKind::CopyData && span.contains(&piece.span.start))?;
    file.text.get(data.span.clone()).map(str::to_owned)
}
