//! `rename_enum_value`: a value of an enum gets another name.

use serde::{Deserialize, Serialize};

use pgmason_model::catalog::FunctionKind;
use pgmason_model::restructure::{NameChange, NameKind, NamePath, PlannedOperation};
use pgmason_model::{Object, ObjectKind, quote_literal};

use crate::restructure::context::PlanContext;
use crate::restructure::name::resolve;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::step::both_ways;
use crate::restructure::table_facts::refused;
use crate::restructure::tracking::tell_postgrest;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenameEnumValue {
    #[serde(rename = "type")]
    pub type_name: String,
    pub value: String,
    pub to: String,
}

/// Longest label, in bytes (NAMEDATALEN - 1, PostgreSQL 13 to 18).
const LONGEST_LABEL: usize = 63;

pub fn plan(asked: &RenameEnumValue, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let no_such = || OperationRefusal::NoSuchObject {
        what: "enum type",
        name: asked.type_name.clone(),
        similar: context.similar(ObjectKind::EnumType, &asked.type_name),
    };
    let id = resolve(context.catalog, &[ObjectKind::EnumType], &asked.type_name).ok_or_else(no_such)?;
    if context.catalog.is_platform(&id) {
        return Err(OperationRefusal::OfPlatform { name: id.to_string() });
    }
    let (Some(Object::EnumType(found)), Some(name)) = (context.catalog.get(&id), id.qualified_name()) else {
        return Err(no_such());
    };
    let (old, new) = (&asked.value, &asked.to);
    if !found.labels.contains(old) {
        return Err(refused(
            format!("{name} has no value {}", quote_literal(old)),
            format!("it has {}", found.labels.join(", ")),
        ));
    }
    if found.labels.contains(new) {
        return Err(OperationRefusal::NameTaken { name: new.clone(), by: format!("value of {name}") });
    }
    if new.is_empty() || new.len() > LONGEST_LABEL {
        return Err(OperationRefusal::BadLength { name: new.clone(), bytes: new.len() });
    }
    let rename = |from: &str, to: &str| {
        format!("ALTER TYPE {name} RENAME VALUE {} TO {}", quote_literal(from), quote_literal(to))
    };
    let told = tell_postgrest(context.catalog);
    let with_word = |statement: String| std::iter::once(statement).chain(told.clone()).collect::<Vec<_>>();
    let title = format!("rename {} of {name} to {}", quote_literal(old), quote_literal(new));
    let mut notes = vec![format!(
        "{} and {} never work at the same time: when the stage is completed one ends and the other begins. Code that has to \
         go on through that moment reads and writes neither, or tries again",
        quote_literal(old),
        quote_literal(new)
    )];
    notes.extend(texts_with(context, old));
    Ok(PlannedOperation {
        relations: vec![name.clone()],
        names: vec![NameChange {
            kind: NameKind::EnumValue,
            old: NamePath::member(name.clone(), old.as_str()),
            new: Some(NamePath::member(name.clone(), new.as_str())),
            note: None,
        }],
        // Policies, views, checks and defaults hold the value by its number, and follow.
        complete: vec![both_ways(title.clone(), &[], with_word(rename(old, new)), with_word(rename(new, old)))],
        direct: vec![rename(old, new)],
        title,
        notes,
        ..PlannedOperation::default()
    })
}

/// Function bodies and statements in use that hold the value as text: nothing tells whether it is the enum's.
fn texts_with(context: &PlanContext<'_>, value: &str) -> Vec<String> {
    let holds = |text: &str| crate::expression::string_literals(text).iter().any(|literal| literal == value);
    let mut notes = Vec::new();
    for (id, object) in context.catalog.of_kind(ObjectKind::Function) {
        if let Object::Function(function) = object
            && function.kind != FunctionKind::Aggregate
            && !context.catalog.is_platform(id)
            && holds(&function.body)
        {
            notes.push(format!("function {id} holds {}: change it when the stage is completed", quote_literal(value)));
        }
    }
    for used in context.in_use.iter().filter(|used| holds(&used.text)) {
        let beginning = pgmason_model::plan::beginning(&used.text, 100);
        notes.push(format!("in use with {}: `{beginning}` ({})", quote_literal(value), used.from));
    }
    notes
}
