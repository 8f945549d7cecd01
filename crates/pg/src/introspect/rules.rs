//! Rewrite rules, and the way from a view's own rule to the view.

use pgmason_model::catalog::Rule;
use pgmason_model::{Object, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_REWRITE};
use super::builder::Builder;
use super::row::Row;
use super::triggers::state;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let relation = row.get("relation")?;
    let address = Address::new(PG_REWRITE, row.get("oid")?);
    if row.get("makes_view")? {
        if let Some(view) = builder.relation(relation).cloned() {
            builder.alias(address, view);
        }
        return Ok(());
    }
    let Some(id) = builder.sub_object(ObjectKind::Rule, relation, row.identifier("name")?) else { return Ok(()) };
    let rule = Rule {
        definition: row.text("definition")?,
        event: row.code("event", event)?.to_owned(),
        instead: row.get("instead")?,
        state: row.code("state", state)?,
    };
    builder.add(address, id, Object::Rule(rule));
    Ok(())
}

fn event(code: &str) -> Option<&'static str> {
    Some(match code {
        "1" => "SELECT",
        "2" => "UPDATE",
        "3" => "INSERT",
        "4" => "DELETE",
        _ => return None,
    })
}
