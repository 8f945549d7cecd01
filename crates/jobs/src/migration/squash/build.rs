//! The baseline and two builds of the chain, each in a scratch database of its own.
//!
//! Roles are a server's, so a chain that makes roles gets a server for each build.

use std::collections::BTreeSet;

use pgmason_core::migrations::inverse::Difference;
use pgmason_model::plan::beginning;
use pgmason_model::{Catalog, ObjectId};
use pgmason_scratch::{Scratch, ScratchDatabase};

use super::SquashOptions;
use super::report::{AdjustedStatement, SquashReport};
use crate::JobError;
use crate::folder::SqlFiles;
use crate::open::{OpenScratch, open_scratch, read_catalog};
use crate::progress::{Event, Reporter};
use crate::project::Project;
use crate::replay::rounds::{self, Rounds, RoundsOptions};
use crate::replay::{ReplayFailure, ReplaySession, explain, replay};
use crate::row_state::{self, RowState};
use crate::schema::assemble::moved;
use crate::schema::baseline::only_managed;
use crate::source::Source;

pub(super) struct Built {
    // Databases go before their servers.
    pub(super) first: ScratchDatabase,
    pub(super) second: ScratchDatabase,
    pub(super) server: Scratch,
    /// Where the second build is, if that is another one.
    pub(super) second_server: Option<Scratch>,
    pub(super) baseline: Catalog,
    pub(super) baseline_rows: RowState,
    pub(super) chain: Catalog,
    pub(super) chain_rows: RowState,
    pub(super) makes_roles: bool,
    /// Objects of the platform that the chain changes or removes. The file leaves them alone.
    pub(super) platform_changes: BTreeSet<ObjectId>,
}

impl Built {
    /// None where the chain does not run; the report says why.
    pub(super) fn build(
        project: &Project,
        source: &Source,
        files: &SqlFiles,
        options: &SquashOptions,
        report: &mut SquashReport,
        reporter: Reporter<'_>,
    ) -> Result<Option<Self>, JobError> {
        let baseline_kind = project.baseline(source, Some(files));
        let open = || open_scratch(project, baseline_kind, &options.open, reporter);
        let OpenScratch { database: first, mut server } = open()?;
        report.scratch = server.describe();
        reporter(Event::ReadingCatalog);
        let (mut baseline, baseline_rows) = (read_catalog(&server, &first)?, row_state::read(&first)?);
        if !Self::run(project, files, &first, options, Some(&mut *report), reporter)? {
            return Ok(None);
        }
        let makes_roles = read_catalog(&server, &first)?.roles != baseline.roles;
        let (second, second_server) = if makes_roles {
            let OpenScratch { database, server } = open()?;
            (database, Some(server))
        } else {
            (server.create_database()?, None)
        };
        if !Self::run(project, files, &second, options, None, reporter)? {
            report.failures.push(ReplayFailure {
                message: "the files ran once, and not a second time on another database".to_owned(),
                hint: Some("look for what belongs to the whole server: roles, subscriptions, tablespaces".to_owned()),
                ..ReplayFailure::default()
            });
            return Ok(None);
        }
        reporter(Event::ReadingCatalog);
        let (mut chain, chain_rows) = (read_catalog(&server, &first)?, row_state::read(&first)?);
        only_managed(&mut baseline, &mut chain, server.baseline());
        let Difference { changed, removed, .. } = Difference::between(&baseline, &chain);
        let platform_changes = changed.into_iter().chain(removed).filter(|id| baseline.is_platform(id)).collect();
        Ok(Some(Self {
            first,
            second,
            server,
            second_server,
            baseline,
            baseline_rows,
            chain,
            chain_rows,
            makes_roles,
            platform_changes,
        }))
    }

    /// False where something failed.
    fn run(
        project: &Project,
        files: &SqlFiles,
        database: &ScratchDatabase,
        options: &SquashOptions,
        report: Option<&mut SquashReport>,
        reporter: Reporter<'_>,
    ) -> Result<bool, JobError> {
        let mut notes = Vec::new();
        let found = if options.fix {
            let mut session = ReplaySession::open(project, database, options.open.replay.statement_timeout)?;
            let everything = RoundsOptions { skip: &|_| false, adjust: true };
            rounds::run(&mut session, &files.files, &everything, &mut notes, reporter)?
        } else {
            let replayed = replay(project, files, database, &options.open.replay, reporter)?;
            notes.extend(replayed.notes);
            notes.extend(replayed.stand_ins.iter().map(|name| format!("a stand-in answers for extension {name}")));
            Rounds { order: Vec::new(), failures: replayed.failures }
        };
        let ran = found.failures.is_empty() || (options.fix && !found.order.is_empty());
        if let Some(report) = report {
            report.moved = moved(files, &found.order);
            report.adjusted = adjusted(files, &found);
            let failures = found.failures.into_iter().map(|failure| explain::complete(failure, &files.files));
            let list = if ran { &mut report.left_out } else { &mut report.failures };
            list.extend(failures);
            report.notes.extend(notes);
        }
        Ok(ran)
    }
}

fn adjusted(files: &SqlFiles, found: &Rounds) -> Vec<AdjustedStatement> {
    let of = found.order.iter().filter_map(|ran| {
        let adjusted = ran.adjusted.as_ref()?;
        let file = files.files.get(ran.place.file)?;
        let statement = file.statements.get(ran.place.statement)?;
        Some(AdjustedStatement {
            file: file.path.clone(),
            line: statement.line,
            statement: beginning(file.statement_text(statement), 100),
            removed: adjusted.removed.clone(),
            meaning: adjusted.meaning.to_owned(),
        })
    });
    of.collect()
}
