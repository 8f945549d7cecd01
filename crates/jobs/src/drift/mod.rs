//! `pgmason drift`: every pair among the project's sources, held against each other.
//!
//! - Files and Prisma schemas are run on one scratch server, so that both sides of a pair are the same server's words.
//! - A source that cannot be read is told as such, and never taken for one that agrees.

mod catalogs;
mod ignore;
mod report;
mod sources;

use std::path::PathBuf;

use pgmason_core::locations::Locations;
use pgmason_core::prisma::compare::{self, DifferenceClass, PrismaComparison};
use pgmason_pg::ConnectionString;

pub use report::{
    DRIFT_SCHEMA_VERSION, Difference, DriftObject, DriftPair, DriftReport, DriftSource, PairState, SourceKind, SqlPlace,
};

use crate::JobError;
use crate::open::OpenOptions;
use crate::progress::{Event, Reporter};
use crate::project::Project;
use crate::source::Source;
pub(crate) use catalogs::{is_told, owner_of};
pub(crate) use ignore::Ignores;
pub(crate) use sources::Found;
use sources::Side;
pub use sources::database_of;

/// What to compare, beside what the project has.
#[derive(Clone, Debug, Default)]
pub struct DriftOptions {
    /// Instead of the project's files.
    pub files: Option<Source>,
    pub database: Option<ConnectionString>,
    pub prisma: Option<PathBuf>,
    pub snapshot: Option<PathBuf>,
    /// Names of objects that may differ, beside the configuration's.
    pub ignore: Vec<String>,
    /// Of what there is only these kinds.
    pub only: Option<Vec<SourceKind>>,
    pub open: OpenOptions,
}

/// What there is to compare, whether or not it can be read.
pub(crate) fn sources_of(project: &Project, options: &DriftOptions) -> Result<Vec<Found>, JobError> {
    sources::found(project, options)
}

pub fn drift(project: &Project, options: &DriftOptions, reporter: Reporter<'_>) -> Result<DriftReport, JobError> {
    let ignores = Ignores::new(project, &options.ignore)?;
    let wanted = sources::list(project, options)?;
    let opened = sources::open(project, wanted, options, reporter)?;
    reporter(Event::Judging);
    let sides = &opened.sides;
    let mut report = DriftReport {
        schema_version: DRIFT_SCHEMA_VERSION,
        project: project.name.clone(),
        scratch: opened.scratch.clone(),
        sources: sides.iter().map(|side| side.report(project)).collect(),
        pairs: Vec::new(),
        objects: Vec::new(),
        ignored: 0,
        notes: opened.notes.clone(),
    };
    let locations: Vec<Option<Locations>> = sides.iter().map(Side::locations).collect();
    let mut found = Vec::new();
    for (place, first) in sides.iter().enumerate() {
        for second in &sides[place + 1..] {
            let (pair, mut differences) = compare_pair(first, second, &ignores, &mut report.ignored);
            report.pairs.push(pair);
            for (side, locations) in sides.iter().zip(&locations) {
                let of_pair = side.kind == first.kind || side.kind == second.kind;
                if let (Some(locations), true) = (locations, of_pair) {
                    differences.iter_mut().for_each(|difference| difference.locate(locations));
                }
            }
            found.extend(differences);
        }
    }
    report.objects = report::grouped(found);
    Ok(report)
}

fn compare_pair(first: &Side, second: &Side, ignores: &Ignores, ignored: &mut usize) -> (DriftPair, Vec<Difference>) {
    let mut pair = DriftPair {
        first: first.kind,
        second: second.kind,
        state: PairState::NotCompared,
        differences: 0,
        name_only: 0,
        not_expressible: Default::default(),
        notes: Vec::new(),
    };
    let (Some(a), Some(b)) = (&first.catalog, &second.catalog) else {
        let missing = [first, second].into_iter().filter(|side| side.catalog.is_none());
        pair.notes.extend(missing.map(|side| format!("{} could not be read", side.kind.name())));
        return (pair, Vec::new());
    };
    let mut differences = match (&first.prisma, &second.prisma) {
        (Some(prisma), _) => of_prisma(compare::compare(&prisma.schema, a, b), first, second, &mut pair),
        (_, Some(prisma)) => of_prisma(compare::compare(&prisma.schema, b, a), second, first, &mut pair),
        (None, None) => catalogs::compare(a, b, first.kind, second.kind),
    };
    if a.server.major() != b.server.major() {
        pair.notes.push(format!(
            "PostgreSQL {} and {}: where servers word the same expression otherwise, it is told as a difference",
            a.server.major(),
            b.server.major()
        ));
    }
    let before = differences.len();
    differences.retain(|difference| !ignores.takes(&difference.object, &difference.of));
    *ignored += before - differences.len();
    pair.name_only = differences.iter().filter(|difference| difference.class == DifferenceClass::NameOnly).count();
    pair.differences = differences.len() - pair.name_only;
    pair.state = if differences.is_empty() { PairState::Same } else { PairState::Different };
    (pair, differences)
}

fn of_prisma(comparison: PrismaComparison, prisma: &Side, other: &Side, pair: &mut DriftPair) -> Vec<Difference> {
    pair.not_expressible = comparison.not_expressible;
    comparison
        .differences
        .into_iter()
        .map(|difference| Difference {
            class: difference.class,
            object: difference.object,
            of: difference.of,
            first: prisma.kind,
            second: other.kind,
            first_has: difference.expected,
            second_has: difference.found,
            details: Vec::new(),
            edit: Some(difference.edit),
            defined_at: None,
        })
        .collect()
}
