//! `pgmason tables show`: one relation with all that belongs to it, and references both ways.

use pgmason_core::schema::{Schema, TableView};
use pgmason_model::catalog::{Grant, Identity, ObjectKind};
use pgmason_model::{Catalog, Object, ObjectId};
use serde::Serialize;

use super::TABLES_SCHEMA_VERSION;
use super::list::kind;
use super::resolve::relation;
use crate::JobError;

#[derive(Clone, Debug, Default, Serialize)]
pub struct TableReport {
    pub schema_version: u32,
    pub name: String,
    pub kind: &'static str,
    pub owner: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    pub row_security: bool,
    pub columns: Vec<ColumnReport>,
    pub constraints: Vec<Named>,
    pub indexes: Vec<Named>,
    pub policies: Vec<PolicyReport>,
    pub triggers: Vec<Named>,
    pub grants: Vec<GrantReport>,
    /// Foreign keys of this table.
    pub references: Vec<Named>,
    /// Foreign keys of other tables to this one.
    pub referenced_by: Vec<Named>,
    /// A view's query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ColumnReport {
    pub name: String,
    pub type_name: String,
    pub nullable: bool,
    /// Default, identity or generation expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Named {
    pub name: String,
    pub definition: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct PolicyReport {
    pub name: String,
    pub command: &'static str,
    pub permissive: bool,
    pub roles: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub using: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_check: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct GrantReport {
    pub grantee: String,
    pub privileges: Vec<String>,
}

pub fn show(catalog: &Catalog, typed: &str) -> Result<TableReport, JobError> {
    let id = relation(catalog, typed)?;
    let schema = Schema::new(catalog);
    let mut report = TableReport {
        schema_version: TABLES_SCHEMA_VERSION,
        name: id.to_string(),
        comment: comment(catalog, id),
        grants: grants(catalog, id),
        ..TableReport::default()
    };
    match catalog.get(id) {
        Some(Object::View(view)) => {
            report.kind = "view";
            report.owner = view.owner.as_str().to_owned();
            report.columns = attributes(&view.columns);
            report.query = Some(view.definition.clone());
        }
        Some(Object::MaterializedView(view)) => {
            report.kind = "materialized view";
            report.owner = view.owner.as_str().to_owned();
            report.columns = attributes(&view.columns);
            report.query = Some(view.definition.clone());
        }
        _ => {
            let table = id.qualified_name().and_then(|name| schema.table(&name));
            if let Some(table) = table {
                fill(&mut report, catalog, &schema, table);
            }
        }
    }
    Ok(report)
}

fn fill(report: &mut TableReport, catalog: &Catalog, schema: &Schema<'_>, table: &TableView<'_>) {
    report.kind = kind(table);
    report.owner = table.table.owner.as_str().to_owned();
    report.row_security = table.table.row_security;
    report.columns = table
        .columns
        .iter()
        .map(|column| ColumnReport {
            name: column.name.as_str().to_owned(),
            type_name: column.column.type_name.clone(),
            nullable: !column.column.not_null,
            default: column_default(column),
            comment: comment(catalog, column.id),
        })
        .collect();
    for (name, constraint) in &table.constraints {
        let named = Named { name: name.as_str().to_owned(), definition: constraint.definition.clone() };
        match constraint.references {
            Some(_) => report.references.push(named),
            None => report.constraints.push(named),
        }
    }
    report.indexes = table
        .indexes
        .iter()
        .map(|(id, index)| Named { name: id.name.as_str().to_owned(), definition: index.definition.clone() })
        .collect();
    report.policies = table
        .policies
        .iter()
        .map(|(id, policy)| PolicyReport {
            name: id.sub.as_ref().map_or_else(String::new, |name| name.as_str().to_owned()),
            command: policy.command.keyword(),
            permissive: policy.permissive,
            roles: policy.roles.iter().map(|role| role.as_str().to_owned()).collect(),
            using: policy.using.clone(),
            with_check: policy.with_check.clone(),
        })
        .collect();
    report.triggers = table
        .triggers
        .iter()
        .map(|(name, trigger)| Named { name: name.as_str().to_owned(), definition: trigger.definition.clone() })
        .collect();
    let here = table.id.qualified_name();
    for other in schema.tables.iter().chain(&schema.platform_tables) {
        for key in other.foreign_keys().filter(|key| Some(&key.references.table) == here.as_ref()) {
            report.referenced_by.push(Named {
                name: format!("{}.{}", other.id, key.name),
                definition: key.constraint.definition.clone(),
            });
        }
    }
}

fn column_default(column: &pgmason_core::schema::ColumnView<'_>) -> Option<String> {
    if let Some(default) = column.default {
        return Some(default.expression.clone());
    }
    match (column.column.identity, &column.column.generated) {
        (Some(Identity::Always), _) => Some("generated always as identity".to_owned()),
        (Some(Identity::ByDefault), _) => Some("generated by default as identity".to_owned()),
        (None, Some(generated)) => Some(format!("generated always as ({})", generated.expression)),
        (None, None) => None,
    }
}

fn attributes(columns: &[pgmason_model::catalog::Attribute]) -> Vec<ColumnReport> {
    columns
        .iter()
        .map(|column| ColumnReport {
            name: column.name.as_str().to_owned(),
            type_name: column.type_name.clone(),
            nullable: true,
            default: None,
            comment: None,
        })
        .collect()
}

fn comment(catalog: &Catalog, id: &ObjectId) -> Option<String> {
    match catalog.get(&ObjectId::comment(id.clone())) {
        Some(Object::Comment(comment)) => Some(comment.text.clone()),
        _ => None,
    }
}

fn grants(catalog: &Catalog, id: &ObjectId) -> Vec<GrantReport> {
    catalog
        .of_kind(ObjectKind::Grant)
        .filter(|(grant, _)| grant.of.as_deref() == Some(id))
        .filter_map(|(grant, object)| match object {
            Object::Grant(Grant { privileges }) => Some(GrantReport {
                grantee: grant.name.as_str().to_owned(),
                privileges: privileges.keys().cloned().collect(),
            }),
            _ => None,
        })
        .collect()
}
