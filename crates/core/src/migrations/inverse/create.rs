//! Makes again what is gone and held no rows, from the catalog that still had it.

use pgmason_model::catalog::{ConstraintKind, EventTrigger, FunctionKind, Policy, Publication, TriggerState, View};
use pgmason_model::identifier::quote_literal;
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};

use super::reference;

/// Something that another object brings along: the index of a constraint, a partition's copies.
pub(super) fn comes_with_another(catalog: &Catalog, id: &ObjectId) -> bool {
    match catalog.get(id) {
        Some(Object::Index(index)) => index.constraint.is_some() || index.partition_of.is_some(),
        Some(Object::Constraint(constraint)) => {
            constraint.inherited || matches!(constraint.kind, ConstraintKind::NotNull | ConstraintKind::Trigger)
        }
        Some(Object::Trigger(trigger)) => trigger.inherited,
        _ => false,
    }
}

/// The statements that make the object. None: nobody knows how. `remade`: it is not there now.
pub(super) fn statements(catalog: &Catalog, id: &ObjectId, remade: bool) -> Option<Vec<String>> {
    let name = || id.qualified_name();
    let sub = || id.sub.as_ref();
    Some(match catalog.get(id)? {
        Object::Index(index) => vec![index.definition.clone()],
        Object::Constraint(constraint) => {
            vec![format!("ALTER TABLE {} ADD CONSTRAINT {} {}", name()?, sub()?, constraint.definition)]
        }
        Object::DomainConstraint(constraint) => {
            vec![format!("ALTER DOMAIN {} ADD CONSTRAINT {} {}", name()?, sub()?, constraint.definition)]
        }
        Object::Default(default) => {
            vec![format!("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {}", name()?, sub()?, default.expression)]
        }
        Object::View(view) => vec![create_view(id, view, false)],
        Object::MaterializedView(view) => {
            let data = if view.populated { "" } else { " WITH NO DATA" };
            let options = options(view.options.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            let query = view.definition.trim_end().trim_end_matches(';');
            vec![format!("CREATE MATERIALIZED VIEW {id}{options} AS\n{query}{data}")]
        }
        Object::Function(function) if function.kind == FunctionKind::Aggregate => {
            let arguments = function.arguments.as_str();
            let arguments = if arguments.is_empty() { "*" } else { arguments };
            vec![format!("CREATE AGGREGATE {}({arguments}) (\n{}\n)", name()?, function.definition)]
        }
        Object::Function(function) => vec![function.definition.trim_end().trim_end_matches(';').to_owned()],
        Object::Trigger(trigger) => {
            let mut list = vec![trigger.definition.clone()];
            list.extend(trigger_state(id, trigger.state));
            list
        }
        Object::Rule(rule) => vec![rule.definition.trim_end_matches(';').to_owned()],
        Object::Policy(policy) => vec![create_policy(id, policy)?],
        Object::ExtendedStatistics(statistics) => vec![statistics.definition.clone()],
        Object::EnumType(found) => {
            let labels: Vec<String> = found.labels.iter().map(|label| quote_literal(label)).collect();
            vec![format!("CREATE TYPE {id} AS ENUM ({})", labels.join(", "))]
        }
        Object::CompositeType(found) => {
            let attributes: Vec<String> = found
                .attributes
                .iter()
                .map(|attribute| format!("{} {}", attribute.name, attribute.type_name))
                .collect();
            vec![format!("CREATE TYPE {id} AS ({})", attributes.join(", "))]
        }
        Object::DomainType(found) => {
            let collation = found.collation.as_ref().map(|name| format!(" COLLATE {name}")).unwrap_or_default();
            let default = found.default.as_ref().map(|text| format!(" DEFAULT {text}")).unwrap_or_default();
            let not_null = if found.not_null { " NOT NULL" } else { "" };
            vec![format!("CREATE DOMAIN {id} AS {}{collation}{default}{not_null}", found.base_type)]
        }
        Object::Schema(_) => vec![format!("CREATE SCHEMA {id}")],
        Object::Extension(extension) => vec![format!("CREATE EXTENSION {id} SCHEMA {}", extension.schema)],
        Object::Publication(publication) => vec![create_publication(id, publication)],
        Object::EventTrigger(trigger) => create_event_trigger(id, trigger),
        Object::Comment(comment) => {
            let of = id.of.as_deref()?;
            vec![format!("COMMENT ON {} IS {}", reference::of(catalog, of)?, quote_literal(&comment.text))]
        }
        // Restored as a whole at the end.
        Object::Grant(_) | Object::DefaultPrivilege(_) => Vec::new(),
        // Comes with the table that owns it; only a table that is made again has one that is gone.
        Object::Sequence(_) if !remade => Vec::new(),
        _ => return None,
    })
}

pub(super) fn create_view(id: &ObjectId, view: &View, or_replace: bool) -> String {
    let replace = if or_replace { "OR REPLACE " } else { "" };
    let mut pairs = Vec::new();
    if view.security_invoker {
        pairs.push(("security_invoker", "true"));
    }
    if view.security_barrier {
        pairs.push(("security_barrier", "true"));
    }
    if let Some(check) = &view.check_option {
        pairs.push(("check_option", check.as_str()));
    }
    let query = view.definition.trim_end().trim_end_matches(';');
    format!("CREATE {replace}VIEW {id}{} AS\n{query}", options(pairs.into_iter()))
}

fn options<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let list: Vec<String> = pairs.map(|(name, value)| format!("{name} = {}", quote_literal(value))).collect();
    if list.is_empty() { String::new() } else { format!(" WITH ({})", list.join(", ")) }
}

fn create_policy(id: &ObjectId, policy: &Policy) -> Option<String> {
    let roles: Vec<String> = policy
        .roles
        .iter()
        .map(|role| if *role == "public" { "PUBLIC".to_owned() } else { role.to_string() })
        .collect();
    let kind = if policy.permissive { "PERMISSIVE" } else { "RESTRICTIVE" };
    let mut text = format!(
        "CREATE POLICY {} ON {} AS {kind} FOR {} TO {}",
        id.sub.as_ref()?,
        id.qualified_name()?,
        policy.command.keyword(),
        roles.join(", ")
    );
    if let Some(using) = &policy.using {
        text.push_str(&format!(" USING ({using})"));
    }
    if let Some(check) = &policy.with_check {
        text.push_str(&format!(" WITH CHECK ({check})"));
    }
    Some(text)
}

fn create_publication(id: &ObjectId, publication: &Publication) -> String {
    let mut what = Vec::new();
    if publication.all_tables {
        what.push("ALL TABLES".to_owned());
    }
    for table in &publication.tables {
        what.push(format!("TABLE {}", publication_table(table)));
    }
    for schema in &publication.schemas {
        what.push(format!("TABLES IN SCHEMA {schema}"));
    }
    let tables = if what.is_empty() { String::new() } else { format!(" FOR {}", what.join(", ")) };
    let operations: Vec<&str> = publication.operations.iter().map(String::as_str).collect();
    let root = if publication.via_partition_root { ", publish_via_partition_root = true" } else { "" };
    format!("CREATE PUBLICATION {id}{tables} WITH (publish = {}{root})", quote_literal(&operations.join(", ")))
}

pub(super) fn publication_table(table: &pgmason_model::catalog::PublicationTable) -> String {
    let columns = table.columns.as_ref().map(|columns| format!(" ({})", list(columns))).unwrap_or_default();
    let filter = table.filter.as_ref().map(|filter| format!(" WHERE ({filter})")).unwrap_or_default();
    format!("{}{columns}{filter}", table.table)
}

fn list(names: &[Identifier]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn create_event_trigger(id: &ObjectId, trigger: &EventTrigger) -> Vec<String> {
    let tags: Vec<String> = trigger.tags.iter().map(|tag| quote_literal(tag)).collect();
    let when = if tags.is_empty() { String::new() } else { format!(" WHEN TAG IN ({})", tags.join(", ")) };
    vec![format!("CREATE EVENT TRIGGER {id} ON {}{when} EXECUTE FUNCTION {}", trigger.event, trigger.function)]
}

/// None for a trigger that fires as it does by itself.
pub(super) fn trigger_state(id: &ObjectId, state: TriggerState) -> Option<String> {
    let word = match state {
        TriggerState::Origin => return None,
        TriggerState::Disabled => "DISABLE",
        TriggerState::Replica => "ENABLE REPLICA",
        TriggerState::Always => "ENABLE ALWAYS",
    };
    debug_assert_eq!(id.kind, ObjectKind::Trigger);
    Some(format!("ALTER TABLE {} {word} TRIGGER {}", id.qualified_name()?, id.sub.as_ref()?))
}
