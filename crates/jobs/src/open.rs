//! Turns a source into a catalog: by executing it in a scratch database, or by reading a live one.

use std::collections::BTreeSet;
use std::fs;

use pgmason_model::catalog::CATALOG_SCHEMA_VERSION;
use pgmason_model::{Catalog, ObjectId, ObjectKind, QualifiedName};
use pgmason_pg::history;
use pgmason_pg::{ConnectOptions, IntrospectOptions, Platform};
use pgmason_scratch::{Baseline, Engine, OWN_SCHEMA, Scratch, ScratchDatabase, ScratchOptions};

use crate::JobError;
use crate::folder::{self, SqlFiles};
use crate::progress::{Event, Reporter, scratch_event};
use crate::project::Project;
use crate::replay::{self, ReplayOptions, ReplayReport};
use crate::source::Source;

/// How to open a source.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// None: the configuration's, else auto.
    pub engine: Option<Engine>,
    pub replay: ReplayOptions,
}

/// A source, opened.
pub struct Opened {
    pub catalog: Catalog,
    pub files: Option<SqlFiles>,
    pub replay: Option<ReplayReport>,
    pub baseline: Baseline,
    /// Still there for experiments; None for a live database, a snapshot, or nothing at all.
    pub scratch: Option<OpenScratch>,
}

/// A scratch server and the database that the source was replayed in.
pub struct OpenScratch {
    // Dropped in this order: the database is the server's.
    pub database: ScratchDatabase,
    pub server: Scratch,
}

pub fn open(
    project: &Project,
    source: &Source,
    options: &OpenOptions,
    reporter: Reporter<'_>,
) -> Result<Opened, JobError> {
    match source {
        Source::Database(connection) => {
            let mut client = pgmason_pg::connect(connection, &ConnectOptions::default())?;
            reporter(Event::ReadingCatalog);
            let introspect = IntrospectOptions {
                statistics: true,
                platform: Platform::Detect,
                second_connection: Some(connection.clone()),
            };
            let mut catalog = pgmason_pg::introspect(&mut client, &introspect)?;
            remove_own_schema(&mut catalog);
            let baseline = baseline_of(&catalog);
            Ok(Opened { catalog, files: None, replay: None, baseline, scratch: None })
        }
        Source::Snapshot(path) => {
            let text = fs::read(path).map_err(JobError::file("read", path))?;
            let unreadable = |message: String| JobError::Snapshot { path: path.clone(), message };
            let catalog: Catalog = serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
            if catalog.schema_version != CATALOG_SCHEMA_VERSION {
                return Err(unreadable(format!("it has version {}", catalog.schema_version)));
            }
            let baseline = baseline_of(&catalog);
            Ok(Opened { catalog, files: None, replay: None, baseline, scratch: None })
        }
        Source::Prisma(path) => crate::prisma::open(project, path, options, reporter),
        Source::Migrations(_) | Source::Schema(_) | Source::Empty => {
            let files = folder::read(project, source)?;
            if let Some(files) = &files {
                reporter(Event::Reading { files: files.files.len() });
            }
            execute(project, source, files, options, reporter)
        }
    }
}

/// Replays files that have been read already.
pub fn execute(
    project: &Project,
    source: &Source,
    files: Option<SqlFiles>,
    options: &OpenOptions,
    reporter: Reporter<'_>,
) -> Result<Opened, JobError> {
    let baseline = project.baseline(source, files.as_ref());
    let OpenScratch { database, server } = open_scratch(project, baseline, options, reporter)?;
    let (catalog, replay) = execute_in(project, files.as_ref(), &server, &database, options, reporter)?;
    Ok(Opened { catalog, files, replay, baseline, scratch: Some(OpenScratch { database, server }) })
}

/// The same, in a database of a server that is there already.
pub(crate) fn execute_in(
    project: &Project,
    files: Option<&SqlFiles>,
    server: &Scratch,
    database: &ScratchDatabase,
    options: &OpenOptions,
    reporter: Reporter<'_>,
) -> Result<(Catalog, Option<ReplayReport>), JobError> {
    let replay = match files {
        Some(files) => Some(replay::replay(project, files, database, &options.replay, reporter)?),
        None => None,
    };
    reporter(Event::ReadingCatalog);
    Ok((read_catalog(server, database)?, replay))
}

/// A scratch database as the project asks for it, with nothing in it but the baseline.
pub fn open_scratch(
    project: &Project,
    baseline: Baseline,
    options: &OpenOptions,
    reporter: Reporter<'_>,
) -> Result<OpenScratch, JobError> {
    let scratch_options = ScratchOptions {
        engine: engine(project, options)?,
        baseline,
        major: project.major_version(),
        project: Some(project.folder.clone()),
    };
    let mut server = Scratch::open(&scratch_options, &|progress| reporter(scratch_event(progress)))?;
    let database = server.create_database()?;
    Ok(OpenScratch { database, server })
}

/// The catalog of a scratch database, the baseline's objects marked.
pub(crate) fn read_catalog(server: &Scratch, database: &ScratchDatabase) -> Result<Catalog, JobError> {
    let mut client = database.connect()?;
    let mut catalog = pgmason_pg::introspect(&mut client, &IntrospectOptions::default())?;
    remove_own_schema(&mut catalog);
    catalog.platform = server.platform().iter().filter(|id| catalog.objects.contains_key(id)).cloned().collect();
    Ok(catalog)
}

/// What pgmason keeps in databases is neither the project's nor the platform's, and differs with every run. Views that
/// stand for a table while it is restructured are known by what of it they look into.
pub(crate) fn remove_own_schema(catalog: &mut Catalog) {
    let views: BTreeSet<QualifiedName> = catalog
        .dependencies
        .iter()
        // A view of the project may read an archive for a moment, while a step is written out.
        .filter(|(dependent, needed)| dependent.kind == ObjectKind::View && is_marker(needed))
        .filter_map(|(dependent, _)| dependent.qualified_name())
        .collect();
    let goes = |id: &ObjectId| {
        let of = id.of.as_deref().unwrap_or(id);
        is_own(id) || of.qualified_name().is_some_and(|name| views.contains(&name) && is_of_relation(of.kind))
    };
    catalog.objects.retain(|id, _| !goes(id));
    catalog.dependencies.retain(|(dependent, needed)| !goes(dependent) && !goes(needed));
}

/// What every view that stands for a table looks into.
fn is_marker(id: &ObjectId) -> bool {
    is_own(id) && id.name.as_str().starts_with("use_")
}

/// An event trigger lies in no schema.
const OWN_EVENT_TRIGGER: &str = "pgmason_guard";

pub(crate) fn is_own(id: &ObjectId) -> bool {
    if id.kind == ObjectKind::EventTrigger && id.name == *OWN_EVENT_TRIGGER {
        return true;
    }
    let named = id.schema.as_ref().or((id.kind == ObjectKind::Schema).then_some(&id.name));
    named.is_some_and(|schema| [OWN_SCHEMA, history::SCHEMA].contains(&schema.as_str()))
        || id.of.as_deref().is_some_and(is_own)
}

fn is_of_relation(kind: ObjectKind) -> bool {
    use ObjectKind::{Column, Default, Rule, Trigger, View};
    matches!(kind, View | Column | Default | Trigger | Rule)
}

/// What a catalog that was read stands on. A scratch without a platform marks PostgreSQL's own as the platform.
pub(crate) fn baseline_of(catalog: &Catalog) -> Baseline {
    let of_platform = |id: &ObjectId| id.kind == ObjectKind::Schema && id.name != *"public";
    if catalog.platform.iter().any(of_platform) { Baseline::Supabase } else { Baseline::Plain }
}

pub(crate) fn engine(project: &Project, options: &OpenOptions) -> Result<Engine, JobError> {
    if let Some(engine) = &options.engine {
        return Ok(engine.clone());
    }
    match project.configuration.scratch.engine.as_deref() {
        None | Some("auto") => Ok(Engine::Auto),
        Some("embedded") => Ok(Engine::Embedded),
        Some("local") => Ok(Engine::Local),
        Some(other) => Err(JobError::Configuration {
            path: project.folder.join(crate::configuration::FILE_NAME),
            message: format!("[scratch] engine = \"{other}\": it is auto, embedded or local"),
        }),
    }
}
