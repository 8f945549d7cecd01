//! Materialized views over a table that another one takes the place of: each is made once more over the new table while
//! everybody goes on, and takes the name of the old one in a transaction of its own.
//!
//! - PostgreSQL has no CREATE OR REPLACE for them, and computing one under the lock of the swap would keep everybody waiting.
//! - It is computed by REFRESH, which runs as the view's owner: CREATE would see what the role that runs it sees.
//! - LOCK TABLE takes no materialized view (PostgreSQL 13 to 18). So its names change in a transaction that holds nothing
//!   else while it waits for who reads the view.
//! - The old one goes into the archive with the old table. `complete` takes its rows, which nobody keeps in step, and the way
//!   back from there computes them over the archive before that becomes the table again.

use pgmason_model::catalog::{ExtendedStatistics, MaterializedView};
use pgmason_model::restructure::{LockMode, RestructureStep, StepUndo};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::compatibility_view::OWN_SCHEMA;
use super::context::PlanContext;
use super::dependents::{dependents, listed};
use super::make::make;
use super::merge_mapping::refused;
use super::own_name::{fitting, readable};
use super::refusal::OperationRefusal;
use super::repoint::in_another_schema;
use super::step::{both_ways, locks, transaction};
use super::table_archive::grants;
use crate::diff::access::owner_of;

/// A materialized view that reads the table.
pub(super) struct ViewOver {
    name: QualifiedName,
    populated: bool,
    /// Its owner is the table's: it sees the rows in the archive too.
    sees_the_archive: bool,
    /// Before it has its name.
    building: QualifiedName,
    archived: QualifiedName,
    make: Vec<String>,
    forth: Vec<String>,
    back: Vec<String>,
    /// Names in pgmason's schema.
    taken: Vec<QualifiedName>,
}

/// All that read the table itself. The new table is called alike, in pgmason's schema; `archive` is where the old one goes.
/// One that reads it through a view or a function is left alone: that is replaced under its feet.
pub(super) fn views_over(
    context: &PlanContext<'_>,
    table: &ObjectId,
    wanted: &Catalog,
    archive: &QualifiedName,
) -> Result<Vec<ViewOver>, OperationRefusal> {
    let mut views = Vec::new();
    for id in dependents(context.catalog, table) {
        if let (Some(Object::MaterializedView(view)), Some(name)) = (context.catalog.get(&id), id.qualified_name()) {
            stands_alone(context.catalog, &id, wanted)?;
            views.push(view_over(context, table, (&id, name, view), archive)?);
        }
    }
    Ok(views)
}

/// Nothing is bound to it by its OID, and it is not bound to a key that becomes another one.
fn stands_alone(catalog: &Catalog, id: &ObjectId, wanted: &Catalog) -> Result<(), OperationRefusal> {
    let bound = dependents(catalog, id);
    if !bound.is_empty() {
        return Err(refused(
            format!(
                "the materialized view {id} has to be computed over the new table, and others are bound to the old one: {}",
                listed(&bound)
            ),
            "drop what reads the materialized view in an earlier stage, and make it again in a later one: only a \
             materialized view that nothing else reads can be replaced beside the traffic",
        ));
    }
    let key = catalog.dependencies.iter().find(|(dependent, needed)| {
        dependent == id && needed.kind == ObjectKind::Constraint && wanted.get(needed) != catalog.get(needed)
    });
    match key {
        Some((_, key)) => Err(refused(
            format!("the materialized view {id} groups by {key}, which gets another column"),
            "drop the materialized view in an earlier stage, or make it again so that GROUP BY names every column that \
             it shows",
        )),
        None => Ok(()),
    }
}

fn view_over(
    context: &PlanContext<'_>,
    table: &ObjectId,
    (id, name, view): (&ObjectId, QualifiedName, &MaterializedView),
    archive: &QualifiedName,
) -> Result<ViewOver, OperationRefusal> {
    let catalog = context.catalog;
    let building = being_made(&name);
    let archived = beside(archive, &name);
    let beside_it = |kept: &QualifiedName| QualifiedName { schema: name.schema.clone(), name: kept.name.clone() };
    let mut taken = vec![building.clone(), archived.clone()];
    let mut old_away = vec![(
        format!("ALTER MATERIALIZED VIEW {name} RENAME TO {}", archived.name),
        format!("ALTER MATERIALIZED VIEW {} RENAME TO {}", beside_it(&archived), name.name),
    )];
    let mut new_there = vec![
        (
            format!("ALTER MATERIALIZED VIEW {building} SET SCHEMA {}", name.schema),
            format!("ALTER MATERIALIZED VIEW {} SET SCHEMA {OWN_SCHEMA}", beside_it(&building)),
        ),
        (
            format!("ALTER MATERIALIZED VIEW {} RENAME TO {}", beside_it(&building), name.name),
            format!("ALTER MATERIALIZED VIEW {name} RENAME TO {}", building.name),
        ),
    ];
    for (index, _) in indexes(catalog, &name) {
        let renamed =
            |from: &QualifiedName, to: &QualifiedName| format!("ALTER INDEX {} RENAME TO {}", beside_it(from), to.name);
        let (kept, made) = (beside(archive, &index), being_made(&index));
        old_away.push((renamed(&index, &kept), renamed(&kept, &index)));
        new_there.push((renamed(&made, &index), renamed(&index, &made)));
        taken.extend([kept, made]);
    }
    for (own, _) in statistics(catalog, &name) {
        let (kept, made) = (beside(archive, &own), being_made(&own));
        let called = |name: &QualifiedName| QualifiedName { schema: own.schema.clone(), name: name.name.clone() };
        let renamed = |from: &QualifiedName, to: &QualifiedName| {
            format!("ALTER STATISTICS {} RENAME TO {}", called(from), to.name)
        };
        old_away.push((renamed(&own, &kept), renamed(&kept, &own)));
        // They do not go along.
        old_away.push((
            format!("ALTER STATISTICS {} SET SCHEMA {OWN_SCHEMA}", called(&kept)),
            format!("ALTER STATISTICS {kept} SET SCHEMA {}", own.schema),
        ));
        new_there.push((renamed(&made, &own), renamed(&own, &made)));
    }
    for name in &taken {
        context.free(&beside_it(name))?;
    }
    old_away.extend(grants(catalog, id, &beside_it(&archived)));
    // Indexes go along (PostgreSQL 13 to 18).
    old_away.push((
        format!("ALTER MATERIALIZED VIEW {} SET SCHEMA {OWN_SCHEMA}", beside_it(&archived)),
        format!("ALTER MATERIALIZED VIEW {archived} SET SCHEMA {}", name.schema),
    ));
    let (forth, mut back): (Vec<String>, Vec<String>) = old_away.into_iter().chain(new_there).unzip();
    back.reverse();
    back.retain(|statement| !statement.is_empty());
    // Whoever is to own it may create in its schema, and not in pgmason's.
    let made = beside_it(&building);
    let mut statements = make(catalog, parts(catalog, table, (id, &name, view), &made), context.creator)?;
    statements.push(format!("ALTER MATERIALIZED VIEW {made} SET SCHEMA {OWN_SCHEMA}"));
    if view.populated {
        statements.push(format!("REFRESH MATERIALIZED VIEW {building}"));
        statements.push(format!("ANALYZE {building}"));
    }
    Ok(ViewOver {
        populated: view.populated,
        sees_the_archive: catalog.get(table).and_then(owner_of) == Some(&view.owner),
        building,
        archived,
        make: statements,
        forth,
        back,
        taken,
        name,
    })
}

impl ViewOver {
    pub(super) fn name(&self) -> &QualifiedName {
        &self.name
    }

    pub(super) fn taken(&self) -> &[QualifiedName] {
        &self.taken
    }

    /// After the rows of the new table were compared, and before it takes its place.
    pub(super) fn replaced(&self) -> [RestructureStep; 2] {
        let Self { name, building, .. } = self;
        let what = if self.populated { "compute" } else { "make" };
        [
            both_ways(
                format!("{what} {name} over the new table"),
                &[],
                self.make.clone(),
                vec![format!("DROP MATERIALIZED VIEW {building}")],
            ),
            both_ways(
                format!("put the new {name} in the place of the old one, which goes into the archive"),
                &locks(name, LockMode::ByStatement),
                self.forth.clone(),
                self.back.clone(),
            ),
        ]
    }

    /// Nobody keeps its rows in step: people who are deleted must not stay in it.
    pub(super) fn emptied(&self) -> Option<RestructureStep> {
        let Self { archived, .. } = self;
        (self.populated && self.sees_the_archive).then(|| RestructureStep {
            title: format!("empty {archived}"),
            action: transaction(Vec::new(), vec![format!("REFRESH MATERIALIZED VIEW {archived} WITH NO DATA")]),
            undo: StepUndo::Action(transaction(
                Vec::new(),
                vec![format!("REFRESH MATERIALIZED VIEW {archived}"), format!("ANALYZE {archived}")],
            )),
        })
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let Self { name, archived, .. } = self;
        if !self.populated {
            return vec![format!(
                "the materialized view {name} is made anew over the new table, and has no rows until its first REFRESH"
            )];
        }
        let mut notes = vec![format!(
            "the materialized view {name} is computed anew over the new table before the names are swapped; it shows the \
             rows of that moment, as after a REFRESH"
        )];
        notes.push(match self.sees_the_archive {
            true => format!(
                "the old {name} stays in {archived} with the archive of the table; it has no rows once the stage is \
                 completed, and a rollback after that computes it anew"
            ),
            false => format!(
                "the old {name} stays in {archived} with its rows: its owner may not read the archive, so that after a \
                 rollback it shows them until the next REFRESH"
            ),
        });
        notes
    }
}

/// `pgmason.new_public_daily`.
fn being_made(name: &QualifiedName) -> QualifiedName {
    QualifiedName::new(OWN_SCHEMA, readable("new", name))
}

/// In the archive of one table: that of another one that it reads too has a name of its own.
fn beside(archive: &QualifiedName, name: &QualifiedName) -> QualifiedName {
    let all = [&archive.name, &name.schema, &name.name].map(Identifier::as_str);
    QualifiedName::new(OWN_SCHEMA, fitting(all.join("_")))
}

fn indexes<'a>(
    catalog: &'a Catalog,
    view: &'a QualifiedName,
) -> impl Iterator<Item = (QualifiedName, &'a ObjectId)> + 'a {
    catalog.of_kind(ObjectKind::Index).filter_map(move |(id, object)| match object {
        Object::Index(index) if index.table == *view => Some((id.qualified_name()?, id)),
        _ => None,
    })
}

fn statistics<'a>(
    catalog: &'a Catalog,
    view: &'a QualifiedName,
) -> impl Iterator<Item = (QualifiedName, &'a ObjectId)> + 'a {
    catalog.of_kind(ObjectKind::ExtendedStatistics).filter_map(move |(id, object)| match object {
        Object::ExtendedStatistics(found) if found.table == *view => Some((id.qualified_name()?, id)),
        _ => None,
    })
}

/// The new one, without rows: indexes, statistics, options, privileges and comments are the old one's.
fn parts(
    catalog: &Catalog,
    table: &ObjectId,
    (id, name, view): (&ObjectId, &QualifiedName, &MaterializedView),
    made: &QualifiedName,
) -> Vec<(ObjectId, Object)> {
    let renamed = |id: &ObjectId, to: &Identifier| ObjectId { name: to.clone(), ..id.clone() };
    let mut without_rows = view.clone();
    without_rows.populated = false;
    if let Some(table) = table.qualified_name() {
        without_rows.definition = in_another_schema(&view.definition, &table, &OWN_SCHEMA.into());
    }
    let mut parts = vec![(renamed(id, &made.name), Object::MaterializedView(without_rows))];
    for (index_name, index_id) in indexes(catalog, name) {
        let Some(Object::Index(index)) = catalog.get(index_id) else { continue };
        let mut index = index.clone();
        let new_name = being_made(&index_name).name;
        index.definition = index.definition.replacen(
            &format!(" INDEX {} ON {name} ", index_name.name),
            &format!(" INDEX {} ON {made} ", new_name),
            1,
        );
        index.table = made.clone();
        parts.push((renamed(index_id, &new_name), Object::Index(index)));
    }
    for (own, statistics_id) in statistics(catalog, name) {
        let Some(Object::ExtendedStatistics(found)) = catalog.get(statistics_id) else { continue };
        let id = renamed(statistics_id, &being_made(&own).name);
        // pg_get_statisticsobjdef begins and ends with both names.
        let head = format!("CREATE STATISTICS {own} ");
        let definition = found.definition.replacen(&head, &format!("CREATE STATISTICS {id} "), 1);
        let definition = match definition.strip_suffix(&format!(" FROM {name}")) {
            Some(before) => format!("{before} FROM {made}"),
            None => definition,
        };
        let object = ExtendedStatistics { table: made.clone(), definition, ..found.clone() };
        parts.push((id, Object::ExtendedStatistics(object)));
    }
    for (part, id) in indexes(catalog, name).chain(statistics(catalog, name)) {
        if let Some(comment) = catalog.get(&ObjectId::comment(id.clone())) {
            parts.push((ObjectId::comment(renamed(id, &being_made(&part).name)), comment.clone()));
        }
    }
    for (part, object) in &catalog.objects {
        let Some(of) = part.of.as_deref() else { continue };
        let is_ours = matches!(part.kind, ObjectKind::Grant | ObjectKind::Comment)
            && matches!(of.kind, ObjectKind::MaterializedView | ObjectKind::Column)
            && of.qualified_name().as_ref() == Some(name);
        if is_ours {
            parts.push((ObjectId { of: Some(Box::new(renamed(of, &made.name))), ..part.clone() }, object.clone()));
        }
    }
    parts
}
