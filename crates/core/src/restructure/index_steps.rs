//! Steps that build an index and that drop one, beside the traffic, on plain tables and on partitioned ones.
//!
//! PostgreSQL builds no index of a partitioned table CONCURRENTLY (up to 18): each partition gets its own that way, and they are
//! put together under one on the parent alone. What is put together cannot be taken apart, only dropped.

use pgmason_model::catalog::{Index, TableKind};
use pgmason_model::restructure::{LockMode, RestructureStep, StepUndo};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName, quote_literal};

use super::context::PlanContext;
use super::own_name::own_name;
use super::refusal::OperationRefusal;
use super::step::{build_index, check_with_undo, drop_index, exclusive, locks, transaction};
use super::table_facts::refused;

/// An index that is to be built.
pub(super) struct NewIndex {
    pub(super) table: QualifiedName,
    pub(super) name: Identifier,
    pub(super) unique: bool,
    /// All that follows the table: `USING btree (a, b) WHERE …`.
    pub(super) what: String,
}

/// The steps, and what they come to with nobody around.
pub(super) fn build(
    context: &PlanContext<'_>,
    index: &NewIndex,
) -> Result<(Vec<RestructureStep>, Vec<String>), OperationRefusal> {
    let NewIndex { table, name, .. } = index;
    let schema = &table.schema;
    if !is_partitioned(context.catalog, table) {
        let statement = create(index, name, table, "");
        let built = QualifiedName { schema: schema.clone(), name: name.clone() };
        return Ok((vec![one(&statement, table, &built)], vec![statement]));
    }
    let mut tree = Tree::default();
    tree.grow(context, index, table, name)?;
    let top = QualifiedName { schema: schema.clone(), name: name.clone() };
    let mut direct: Vec<String> = tree.leaves.iter().map(|(statement, ..)| statement.clone()).collect();
    direct.extend(tree.together.iter().cloned());
    let mut steps: Vec<RestructureStep> =
        tree.leaves.iter().map(|(statement, table, built)| one(statement, table, built)).collect();
    steps.push(RestructureStep {
        title: format!("put the indexes of the partitions together under {top}"),
        action: transaction(locks(table, LockMode::ShareRowExclusive), tree.together),
        undo: StepUndo::Action(transaction(exclusive(table), vec![format!("DROP INDEX {top}")])),
    });
    Ok((steps, direct))
}

fn one(statement: &str, table: &QualifiedName, built: &QualifiedName) -> RestructureStep {
    RestructureStep {
        title: format!("build the index {built} on {table}"),
        action: build_index(statement, table, &built.name),
        undo: StepUndo::Action(drop_index(built)),
    }
}

fn create(index: &NewIndex, name: &Identifier, table: &QualifiedName, only: &str) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    format!("CREATE {unique}INDEX {name} ON {only}{table} {}", index.what)
}

/// Indexes of a partitioned table's partitions, and what puts them together.
#[derive(Default)]
struct Tree {
    /// Statement, table, index.
    leaves: Vec<(String, QualifiedName, QualifiedName)>,
    together: Vec<String>,
}

impl Tree {
    fn grow(
        &mut self,
        context: &PlanContext<'_>,
        index: &NewIndex,
        table: &QualifiedName,
        name: &Identifier,
    ) -> Result<(), OperationRefusal> {
        self.together.push(create(index, name, table, "ONLY "));
        let here = QualifiedName { schema: table.schema.clone(), name: name.clone() };
        for (partition, kind) in partitions(context.catalog, table) {
            if kind == TableKind::Foreign {
                return Err(refused(
                    format!("the partition {partition} is a foreign table, and can have no index"),
                    "build the index on the other partitions, with one operation each",
                ));
            }
            let of_part = part_name(&partition, &index.name);
            let built = QualifiedName { schema: partition.schema.clone(), name: of_part.clone() };
            context.free(&built)?;
            if kind == TableKind::Partitioned {
                self.grow(context, index, &partition, &of_part)?;
            } else {
                self.leaves.push((create(index, &of_part, &partition, ""), partition, built.clone()));
            }
            self.together.push(format!("ALTER INDEX {here} ATTACH PARTITION {built}"));
        }
        Ok(())
    }
}

/// `orders_2024_by_state`; with a digest where that is too long.
fn part_name(partition: &QualifiedName, index: &Identifier) -> Identifier {
    let whole = format!("{}_{}", partition.name.as_str(), index.as_str());
    if whole.len() <= 63 { Identifier::from(whole) } else { own_name(&[&whole]) }
}

pub(super) fn is_partitioned(catalog: &Catalog, table: &QualifiedName) -> bool {
    let id = ObjectId::in_schema(ObjectKind::Table, table.schema.clone(), table.name.clone());
    matches!(catalog.get(&id), Some(Object::Table(found)) if found.kind == TableKind::Partitioned)
}

fn partitions(catalog: &Catalog, table: &QualifiedName) -> Vec<(QualifiedName, TableKind)> {
    catalog
        .of_kind(ObjectKind::Table)
        .filter_map(|(id, object)| match object {
            Object::Table(found) if found.partition_of.as_ref().is_some_and(|part| part.parent == *table) => {
                Some((id.qualified_name()?, found.kind))
            }
            _ => None,
        })
        .collect()
}

/// Why an index cannot be dropped and built again.
pub(super) fn stays(catalog: &Catalog, index: &Index) -> Option<&'static str> {
    let id = ObjectId::in_schema(ObjectKind::Table, index.table.schema.clone(), index.table.name.clone());
    match index {
        _ if catalog.is_platform(&id) => Some("its table belongs to the platform"),
        Index { constraint: Some(_), .. } => Some("it carries a constraint"),
        Index { primary: true, .. } | Index { exclusion: true, .. } => Some("it carries a constraint"),
        Index { replica_identity: true, .. } => Some("it is the replica identity of its table"),
        Index { partition_of: Some(_), .. } => Some("it is part of an index of the partitioned table"),
        Index { tablespace: Some(_), .. } => Some("it is in a tablespace of its own"),
        _ => None,
    }
}

/// Steps of `complete` that drop the index; the way back builds it again. And the statement with nobody around.
pub(super) fn drop(context: &PlanContext<'_>, id: &ObjectId, index: &Index) -> (Vec<RestructureStep>, String) {
    let Some(name) = id.qualified_name() else { return (Vec::new(), String::new()) };
    let direct = format!("DROP INDEX {name}");
    let mut finish = of_index(context.catalog, id, index);
    let mut steps = Vec::new();
    if is_partitioned(context.catalog, &index.table) {
        let mut leaves = Vec::new();
        let mut together = vec![index.definition.clone()];
        take_apart(context.catalog, &name, &mut together, &mut leaves, &mut finish);
        together.append(&mut finish);
        let rebuilt = StepUndo::Action(transaction(locks(&index.table, LockMode::ShareRowExclusive), together));
        steps.push(carries_nothing(&name, rebuilt));
        for (leaf, part) in leaves {
            let Some(leaf_name) = leaf.qualified_name() else { continue };
            let rebuilt = StepUndo::Action(build_index(&part.definition, &part.table, &leaf_name.name));
            steps.push(carries_nothing(&leaf_name, rebuilt));
        }
        steps.push(RestructureStep {
            title: format!("drop the index {name} with its parts"),
            action: transaction(exclusive(&index.table), vec![direct.clone()]),
            undo: StepUndo::Nothing,
        });
        return (steps, direct);
    }
    if !finish.is_empty() {
        steps.push(carries_nothing(&name, StepUndo::Action(transaction(Vec::new(), finish))));
    }
    steps.push(RestructureStep {
        title: format!("drop the index {name}"),
        action: drop_index(&name),
        undo: StepUndo::Action(build_index(&index.definition, &index.table, &name.name)),
    });
    (steps, direct)
}

/// What is said of an index beside its definition.
pub(super) fn of_index(catalog: &Catalog, id: &ObjectId, index: &Index) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(Object::Comment(comment)) = catalog.get(&ObjectId::comment(id.clone())) {
        said.push(format!("COMMENT ON INDEX {id} IS {}", quote_literal(&comment.text)));
    }
    for (place, key) in index.keys.iter().enumerate() {
        if let Some(target) = key.statistics_target {
            said.push(format!("ALTER INDEX {id} ALTER COLUMN {} SET STATISTICS {target}", place + 1));
        }
    }
    if index.clustered {
        said.push(format!("ALTER TABLE {} CLUSTER ON {}", index.table, id.name));
    }
    said
}

fn take_apart<'a>(
    catalog: &'a Catalog,
    parent: &QualifiedName,
    together: &mut Vec<String>,
    leaves: &mut Vec<(&'a ObjectId, &'a Index)>,
    finish: &mut Vec<String>,
) {
    for (id, object) in catalog.of_kind(ObjectKind::Index) {
        let Object::Index(index) = object else { continue };
        let Some(name) = id.qualified_name().filter(|_| index.partition_of.as_ref() == Some(parent)) else { continue };
        if is_partitioned(catalog, &index.table) {
            together.push(index.definition.clone());
            take_apart(catalog, &name, together, leaves, finish);
        } else {
            leaves.push((id, index));
        }
        together.push(format!("ALTER INDEX {parent} ATTACH PARTITION {name}"));
        finish.extend(of_index(catalog, id, index));
    }
}

fn carries_nothing(index: &QualifiedName, undo: StepUndo) -> RestructureStep {
    let name = quote_literal(&index.to_string());
    check_with_undo(
        format!("see that nothing stands on the index {index}"),
        format!(
            "SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conindid = pg_catalog.to_regclass({name}))"
        ),
        format!("a constraint stands on the index {index} since the stage was planned"),
        undo,
    )
}
