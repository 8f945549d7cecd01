//! Makes a catalog that was only read into a scratch database, and reads it back: from there on it can be changed and
//! compared like any other.

use std::time::Duration;

use pgmason_core::diff::{self, DiffOptions};
use pgmason_model::difference::{ActionKind, ChangeKind, ChangeStatement, ObjectChange, Refusal};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};
use pgmason_scratch::{Scratch, ScratchDatabase};

use crate::JobError;
use crate::open;
use crate::other_words::differs_in_words_alone;
use crate::project::Project;
use crate::replay::ReplaySession;

/// A catalog in a database.
pub(crate) struct Materialised {
    pub(crate) database: ScratchDatabase,
    /// As the scratch server writes it.
    pub(crate) catalog: Catalog,
}

/// `argument`: which of the sources it is, for whoever reads an error.
pub(crate) fn materialise(
    project: &Project,
    server: &mut Scratch,
    catalog: &Catalog,
    argument: &'static str,
    limit: Duration,
    notes: &mut Vec<String>,
) -> Result<Materialised, JobError> {
    make(project, server, (catalog, false), argument, limit, notes)
}

/// The same of a catalog that was thought out: what follows from something else, such as the types of a view's columns,
/// is for the server to say.
pub(super) fn materialise_target(
    project: &Project,
    server: &mut Scratch,
    catalog: &Catalog,
    argument: &'static str,
    limit: Duration,
    notes: &mut Vec<String>,
) -> Result<Materialised, JobError> {
    make(project, server, (catalog, true), argument, limit, notes)
}

fn make(
    project: &Project,
    server: &mut Scratch,
    (catalog, thought_out): (&Catalog, bool),
    argument: &'static str,
    limit: Duration,
    notes: &mut Vec<String>,
) -> Result<Materialised, JobError> {
    let refused = |reason: String| JobError::NotMaterialised { argument, reason };
    let database = server.create_database()?;
    let mut session = ReplaySession::open(project, &database, limit)?;
    let mut said = Vec::new();
    let mut run = |session: &mut ReplaySession<'_>, statements: &[ChangeStatement]| {
        let outcome = session.run_planned(statements, &mut said)?;
        outcome.map_err(|failed| {
            let sql = failed.place.and_then(|place| statements.get(place)).map(|statement| statement.sql.as_str());
            refused(format!("{}, in `{}`", failed.failure.message, sql.unwrap_or("COMMIT")))
        })
    };
    let roles = roles(&mut session, catalog)?;
    run(&mut session, &roles)?;
    let base = open::read_catalog(server, &database)?;
    let options = DiffOptions {
        owners: true,
        creator: creator(&mut session)?,
        allow: ["*".to_owned()].into(),
        ..DiffOptions::default()
    };
    // What only the scratch's baseline has is nobody's to drop.
    let mut wanted = catalog.clone();
    wanted.platform.extend(base.platform.iter().cloned());
    wanted.unmodelled.clone_from(&base.unmodelled);
    if !catalog.unmodelled.is_empty() {
        let first = &catalog.unmodelled[0];
        return Err(refused(format!("pgmason cannot make {} ({})", first.name, first.catalog)));
    }
    let plan = diff::plan(&base, &wanted, &options);
    if let Some(refusal) = plan.refusals.first() {
        return Err(refused(describe(refusal)));
    }
    run(&mut session, &plan.statements)?;
    drop(session);
    let made = open::read_catalog(server, &database)?;
    if let Some(change) = not_as_read(&made, &wanted, &options, thought_out) {
        let what = change.details.join(", ");
        return Err(refused(format!("{} {} was made otherwise: {what}", change.object.kind.label(), change.object)));
    }
    let catalog = made;
    for note in said {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    Ok(Materialised { database, catalog })
}

/// The first object that is not what was read. Expressions may read otherwise: they were made from the server's own
/// writing, which is no fixed point, and which another major writes in its own way.
fn not_as_read(made: &Catalog, wanted: &Catalog, options: &DiffOptions, thought_out: bool) -> Option<ObjectChange> {
    let same_major = made.server.major() == wanted.server.major();
    let all = diff::differences(made, wanted, options).into_iter();
    all.filter(|change| !is_of_another_owner(wanted, &change.object)).find(|change| match change.change {
        ChangeKind::Changed => !thought_out && same_major && !differs_in_words_alone(wanted, made, &change.object),
        _ => true,
    })
}

/// What an owner may do with an object of the platform: here another role owns it (`public`, before PostgreSQL 15).
fn is_of_another_owner(wanted: &Catalog, id: &ObjectId) -> bool {
    let Some(of) = id.of.as_deref().filter(|of| id.kind == ObjectKind::Grant && wanted.is_platform(of)) else {
        return false;
    };
    matches!(wanted.get(of), Some(Object::Schema(schema)) if schema.owner == id.name)
}

/// Roles belong to the server, and the scratch has not the other's.
fn roles(session: &mut ReplaySession<'_>, catalog: &Catalog) -> Result<Vec<ChangeStatement>, JobError> {
    let rows = session
        .session
        .client()
        .query("SELECT rolname::text FROM pg_catalog.pg_roles", &[])
        .map_err(|error| JobError::from_server(&error))?;
    let there: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let missing = catalog.roles.keys().filter(|role| !there.iter().any(|known| known == role.as_str()));
    Ok(missing
        .filter(|role| !role.as_str().starts_with("pg_"))
        .map(|role| ChangeStatement {
            sql: format!("CREATE ROLE {role} NOLOGIN"),
            object: ObjectId::global(ObjectKind::Schema, role.clone()),
            action: ActionKind::Create,
            transaction: 1,
            alone: false,
            why: None,
            hazards: Vec::new(),
            rewrites: Vec::new(),
        })
        .collect())
}

fn creator(session: &mut ReplaySession<'_>) -> Result<Identifier, JobError> {
    let row = session
        .session
        .client()
        .query_one("SELECT current_user::text", &[])
        .map_err(|error| JobError::from_server(&error))?;
    Ok(Identifier::from(row.get::<_, &str>(0)))
}

/// One line.
pub(crate) fn describe(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotAllowed { object, message, .. } | Refusal::NoSafeWay { object, message } => {
            format!("{object}: {message}")
        }
        Refusal::NotModelled { object, message } => format!("{object}: {message}"),
        Refusal::Circle { objects } => {
            let names: Vec<String> = objects.iter().map(ToString::to_string).collect();
            format!("these need each other: {}", names.join(", "))
        }
        Refusal::NoSuchRole { role, needed_by } => format!("{needed_by} needs the role {role}"),
    }
}
