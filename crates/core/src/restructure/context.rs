//! What an operation is planned against: the schema before its stage, and who will carry it out.

use std::collections::BTreeSet;

use pgmason_model::{Catalog, Identifier, ObjectId, ObjectKind, QualifiedName};

use super::name::resolve;
use super::refusal::OperationRefusal;

/// Read-only but for what operations of one stage share.
pub struct PlanContext<'a> {
    pub catalog: &'a Catalog,
    /// The role that runs the steps: what it makes is its own at first, with its default privileges.
    pub creator: &'a Identifier,
    /// Statements in use, as `pg_stat_statements` or the project has them: what does not work through a view is found
    /// among them.
    pub in_use: &'a [UsedStatement],
    /// Schemas that an operation of the stage makes already, and the roles that may use them.
    pub made_schemas: BTreeSet<Identifier>,
    pub granted_schemas: BTreeSet<(Identifier, Identifier)>,
}

/// A statement that somebody runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedStatement {
    pub text: String,
    /// `pg_stat_statements`, `function public.f()`, a file.
    pub from: String,
}

/// Longest name that PostgreSQL keeps, in bytes (NAMEDATALEN - 1, PostgreSQL 13 to 18).
const LONGEST_NAME: usize = 63;

impl<'a> PlanContext<'a> {
    pub fn new(catalog: &'a Catalog, creator: &'a Identifier, in_use: &'a [UsedStatement]) -> Self {
        Self { catalog, creator, in_use, made_schemas: BTreeSet::new(), granted_schemas: BTreeSet::new() }
    }

    pub fn major(&self) -> u32 {
        self.catalog.server.major()
    }

    /// The table that is meant. What belongs to the platform is nobody's to change.
    pub fn table(&self, written: &str) -> Result<(ObjectId, QualifiedName), OperationRefusal> {
        let found = resolve(self.catalog, &[ObjectKind::Table], written);
        let Some(id) = found else {
            return Err(OperationRefusal::NoSuchTable {
                name: written.to_owned(),
                similar: self.similar(ObjectKind::Table, written),
            });
        };
        if self.catalog.is_platform(&id) {
            return Err(OperationRefusal::OfPlatform { name: id.to_string() });
        }
        match id.qualified_name() {
            Some(name) => Ok((id, name)),
            None => Err(OperationRefusal::NoSuchTable { name: written.to_owned(), similar: Vec::new() }),
        }
    }

    /// A column of a table.
    pub fn column(&self, table: &ObjectId, written: &str) -> Result<ObjectId, OperationRefusal> {
        let name = super::name::parts(written).pop().unwrap_or_default();
        let id = ObjectId { kind: ObjectKind::Column, sub: Some(name), ..table.clone() };
        if self.catalog.get(&id).is_some() {
            return Ok(id);
        }
        Err(OperationRefusal::NoSuchColumn { table: table.to_string(), column: written.to_owned() })
    }

    /// That a new relation may have the name: short enough, and neither a relation, an index nor a type has it.
    pub fn free(&self, name: &QualifiedName) -> Result<(), OperationRefusal> {
        short_enough(&name.name)?;
        // Relations, indexes and sequences share one name space, and a table's row type is a type (PostgreSQL 13 to 18).
        const KINDS: [ObjectKind; 10] = [
            ObjectKind::Table,
            ObjectKind::View,
            ObjectKind::MaterializedView,
            ObjectKind::Sequence,
            ObjectKind::Index,
            ObjectKind::EnumType,
            ObjectKind::DomainType,
            ObjectKind::CompositeType,
            ObjectKind::RangeType,
            ObjectKind::BaseType,
        ];
        for kind in KINDS {
            let id = ObjectId::in_schema(kind, name.schema.clone(), name.name.clone());
            if self.catalog.get(&id).is_some() {
                return Err(OperationRefusal::NameTaken { name: name.to_string(), by: kind.label().to_owned() });
            }
        }
        Ok(())
    }

    pub(crate) fn similar(&self, kind: ObjectKind, written: &str) -> Vec<String> {
        let mut found: Vec<(f64, String)> = self
            .catalog
            .of_kind(kind)
            .filter(|(id, _)| !self.catalog.is_platform(id))
            .map(|(id, _)| {
                let bare = strsim::jaro_winkler(id.name.as_str(), written);
                (bare.max(strsim::jaro_winkler(&id.to_string(), written)), id.to_string())
            })
            .filter(|(likeness, _)| *likeness > 0.85)
            .collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        found.into_iter().map(|(_, name)| name).take(3).collect()
    }
}

/// PostgreSQL would cut a longer name, with no more than a NOTICE.
pub fn short_enough(name: &Identifier) -> Result<(), OperationRefusal> {
    let bytes = name.as_str().len();
    if bytes == 0 || bytes > LONGEST_NAME {
        return Err(OperationRefusal::BadLength { name: name.as_str().to_owned(), bytes });
    }
    Ok(())
}
