//! The three proofs: on an empty database, there a second time, and over a database that the chain built.

use pgmason_model::Catalog;
use pgmason_scratch::{Scratch, ScratchDatabase};

use super::SquashOptions;
use super::build::Built;
use super::report::SquashProofs;
use super::write::Parts;
use crate::JobError;
use crate::open::{OpenScratch, open_scratch, read_catalog};
use crate::other_words::in_other_words;
use crate::progress::{Event, Reporter};
use crate::project::Project;
use crate::replay::ReplaySession;
use crate::row_state::{self, RowState};
use crate::schema::assemble::as_migration;
use crate::schema::proof::{Proof, catalog_differences, differences_beside};
use crate::source::Source;

/// What the file is called while it is proven.
const FILE: &str = "squashed.sql";

struct State {
    catalog: Catalog,
    rows: RowState,
}

pub(super) fn prove(
    project: &Project,
    source: &Source,
    text: &str,
    built: &Built,
    parts: &Parts,
    options: &SquashOptions,
    reporter: Reporter<'_>,
) -> Result<SquashProofs, JobError> {
    let told = |step: usize, what: &str| {
        reporter(Event::Testing { done: step, total: 3, file: what.to_owned() });
    };
    told(0, "the squashed file on an empty database");
    let baseline = project.baseline(source, None);
    let baseline = if built.server.baseline() == baseline { baseline } else { built.server.baseline() };
    let OpenScratch { database: empty, mut server } = open_scratch(project, baseline, &options.open, reporter)?;
    let limit = options.open.replay.statement_timeout;
    let run = |database: &ScratchDatabase| {
        ReplaySession::open(project, database, limit)?.run_own_file(&as_migration(FILE, text))
    };
    let not_run = || Proof::of(vec!["not tried, since the file does not run".to_owned()]);

    let mut on_empty = match run(&empty)? {
        Some(failure) => {
            return Ok(SquashProofs { on_empty: Proof::failed(failure), again: not_run(), over_chain: not_run() });
        }
        None => {
            let found = read_catalog(&server, &empty)?;
            let mut settled = in_other_words(project, &mut server, &empty, &built.chain, &found)?;
            settled.extend(built.platform_changes.iter().cloned());
            let mut differences = differences_beside(&built.chain, &found, &settled);
            for rows in &parts.rows {
                if !rows.found_in(&empty)? {
                    differences.push(format!("{}: the rows are not those that the files leave", rows.table));
                }
            }
            Proof::of(differences)
        }
    };
    if built.makes_roles {
        let found = read_catalog(&server, &empty)?.roles;
        let wanted = built.chain.roles.iter().filter(|(role, _)| !parts.left_roles.contains(*role));
        let differing = wanted.filter(|(role, wanted)| {
            let mut wanted = (*wanted).clone();
            wanted.member_of.retain(|of| !parts.left_roles.contains(of));
            found.get(*role) != Some(&wanted)
        });
        let differing = differing.map(|(role, _)| format!("changed: role {role}, or what it is a member of")).collect();
        on_empty = Proof::of([on_empty.differences, differing].concat());
    }

    told(1, "the squashed file a second time");
    let again = unchanged(&server, &empty, &run)?;
    told(2, "the squashed file over what the files built");
    let over_chain = unchanged(built.second_server.as_ref().unwrap_or(&built.server), &built.second, &run)?;
    Ok(SquashProofs { on_empty, again, over_chain })
}

/// Runs the file where it should change nothing.
fn unchanged(
    server: &Scratch,
    database: &ScratchDatabase,
    run: &dyn Fn(&ScratchDatabase) -> Result<Option<crate::replay::ReplayFailure>, JobError>,
) -> Result<Proof, JobError> {
    let state = || -> Result<State, JobError> {
        Ok(State { catalog: read_catalog(server, database)?, rows: row_state::read(database)? })
    };
    let before = state()?;
    if let Some(failure) = run(database)? {
        return Ok(Proof::failed(failure));
    }
    let after = state()?;
    let mut differences = catalog_differences(&before.catalog, &after.catalog);
    differences.extend(row_state::differences(&before.rows, &after.rows));
    Ok(Proof::of(differences))
}
