//! Policies and views that read a table whose rows are in another one now: the same expressions over a subselect that
//! gives the table's columns.
//!
//! Their texts are PostgreSQL's own deparse, in which a relation is always written with its schema, and a column never is:
//! the tokens `schema.table` stand for the relation and for nothing else. PostgreSQL reads the result again.

use pgmason_model::{Catalog, Identifier, Object, ObjectId, QualifiedName};

use super::merge_mapping::refused;
use super::refusal::OperationRefusal;
use crate::diff::{self, DiffOptions};
use crate::expression::{Token, TokenKind, tokens};

/// Statements that lead there, and back.
#[derive(Clone, Debug, Default)]
pub(super) struct Repointing {
    pub(super) forth: Vec<String>,
    pub(super) back: Vec<String>,
    /// Tables whose policies change.
    pub(super) tables: Vec<QualifiedName>,
}

/// `dependents` read `table`; `subselect` is what stands for it: `(SELECT … FROM …)`.
pub(super) fn repointing(
    catalog: &Catalog,
    table: &QualifiedName,
    subselect: &str,
    dependents: &[ObjectId],
    options: &DiffOptions,
) -> Result<Repointing, OperationRefusal> {
    let mut from = catalog.clone();
    from.statistics = None;
    let mut to = from.clone();
    let mut repointing = Repointing::default();
    for id in dependents {
        let changed = match catalog.get(id) {
            Some(Object::Policy(policy)) => {
                let mut policy = policy.clone();
                policy.using = policy.using.map(|text| replaced(&text, table, subselect));
                policy.with_check = policy.with_check.map(|text| replaced(&text, table, subselect));
                repointing.tables.extend(id.qualified_name());
                Some(Object::Policy(policy))
            }
            Some(Object::View(view)) => {
                let mut view = view.clone();
                view.definition = replaced(&view.definition, table, subselect);
                Some(Object::View(view))
            }
            _ => None,
        };
        match changed {
            Some(changed) if catalog.get(id) != Some(&changed) => {
                to.objects.insert(id.clone(), changed);
            }
            _ => {
                return Err(refused(
                    format!("{table} is needed by {} {id}", id.kind.label()),
                    "change or drop what needs it first, in an earlier stage or a migration",
                ));
            }
        }
    }
    repointing.forth = planned(&from, &to, options)?;
    repointing.back = planned(&to, &from, options)?;
    Ok(repointing)
}

fn planned(from: &Catalog, to: &Catalog, options: &DiffOptions) -> Result<Vec<String>, OperationRefusal> {
    let plan = diff::plan(from, to, options);
    match plan.refusals.first() {
        Some(refusal) => Err(refused(
            format!("what reads the table cannot be brought over: {refusal:?}"),
            "change it in an earlier stage",
        )),
        None => Ok(plan.statements.into_iter().map(|statement| statement.sql).collect()),
    }
}

/// The text with another relation in the place of one, which is called alike: `public.events` and its row type become
/// `pgmason.events`, and nothing else changes.
pub(super) fn in_another_schema(text: &str, table: &QualifiedName, schema: &Identifier) -> String {
    let there = QualifiedName { schema: schema.clone(), name: table.name.clone() };
    rewritten(text, table, |_, _| Some(there.to_string()))
}

/// The relation keeps the name that its columns are called by.
fn replaced(text: &str, table: &QualifiedName, subselect: &str) -> String {
    rewritten(text, table, |before, after| match before {
        // `x::public.documents` is a type.
        Some(before) if before.value == "::" => None,
        // PostgreSQL writes an alias right behind the relation.
        _ if after.is_some_and(Token::is_name) => Some(subselect.to_owned()),
        _ => Some(format!("{subselect} {}", table.name)),
    })
}

/// `instead`, of the tokens before and after: what stands for the table there; None where it stays.
fn rewritten(
    text: &str,
    table: &QualifiedName,
    instead: impl Fn(Option<&Token>, Option<&Token>) -> Option<String>,
) -> String {
    let words = tokens(text);
    let mut result = String::with_capacity(text.len());
    let mut written = 0;
    for place in 0..words.len() {
        let [schema, dot, name] = &words[place..(place + 3).min(words.len())] else { break };
        let is_it = is_word(schema)
            && schema.value == table.schema.as_str()
            && dot.value == "."
            && is_word(name)
            && name.value == table.name.as_str();
        let before = place.checked_sub(1).and_then(|before| words.get(before));
        let after = words.get(place + 3);
        // `public.documents(…)` is a function.
        if !is_it || before.is_some_and(|before| before.value == ".") || after.is_some_and(|after| after.value == "(") {
            continue;
        }
        let Some(instead) = instead(before, after) else { continue };
        result.push_str(&text[written..schema.span.start]);
        result.push_str(&instead);
        written = name.span.end;
    }
    result.push_str(&text[written..]);
    result
}

fn is_word(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::QuotedName)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relation_is_replaced_and_keeps_its_name() {
        let table = QualifiedName::new("public", "documents");
        let read = |text: &str| replaced(text, &table, "(SELECT 1)");
        assert_eq!(
            read("(EXISTS ( SELECT 1 FROM public.documents d WHERE (d.id = document_id)))"),
            "(EXISTS ( SELECT 1 FROM (SELECT 1) d WHERE (d.id = document_id)))"
        );
        assert_eq!(
            read("SELECT documents.id FROM (public.documents JOIN public.a ON (documents.id = a.id))"),
            "SELECT documents.id FROM ((SELECT 1) documents JOIN public.a ON (documents.id = a.id))"
        );
        assert_eq!(read("public.documents(1) = 'public.documents'"), "public.documents(1) = 'public.documents'");
    }

    #[test]
    fn a_relation_of_another_schema_takes_the_place_of_one() {
        let table = QualifiedName::new("public", "events");
        let read = |text: &str| in_another_schema(text, &table, &"pgmason".into());
        assert_eq!(
            read(
                "SELECT events.id, NULL::public.events AS e FROM public.events WHERE public.events(1) > 'public.events'"
            ),
            "SELECT events.id, NULL::pgmason.events AS e FROM pgmason.events WHERE public.events(1) > 'public.events'"
        );
    }
}
