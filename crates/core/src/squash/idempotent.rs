//! A statement of a plan, written so that it does nothing where its work is done.
//!
//! The texts are those of `diff`: each begins with the words that PostgreSQL's own grammar has there.

use pgmason_model::catalog::{FunctionKind, Trigger};
use pgmason_model::difference::{ActionKind, ChangeStatement};
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};

use super::exists;
use super::text::dollar_quoted;

/// A statement that nobody can write so that it can run twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRepeatable {
    pub object: ObjectId,
    pub sql: String,
}

/// The statements in place of one, without semicolons. `to`: the catalog that the plan leads to.
pub fn idempotent(statement: &ChangeStatement, to: &Catalog) -> Result<Vec<String>, NotRepeatable> {
    let written = match statement.action {
        ActionKind::Create => create(statement, to),
        ActionKind::Alter => alter(statement),
        ActionKind::Drop => drop(&statement.sql),
        ActionKind::Data => None,
    };
    written.ok_or_else(|| NotRepeatable { object: statement.object.clone(), sql: statement.sql.clone() })
}

fn create(statement: &ChangeStatement, to: &Catalog) -> Option<Vec<String>> {
    use ObjectKind as K;
    let (id, sql) = (&statement.object, statement.sql.as_str());
    let replaced = |from: &str, by: &str| sql.contains(from).then(|| vec![sql.replacen(from, by, 1)]);
    match id.kind {
        K::Schema => replaced("CREATE SCHEMA ", "CREATE SCHEMA IF NOT EXISTS "),
        K::Extension if sql.contains(" IF NOT EXISTS ") => Some(vec![sql.to_owned()]),
        K::Extension => replaced("CREATE EXTENSION ", "CREATE EXTENSION IF NOT EXISTS "),
        K::Collation => replaced("CREATE COLLATION ", "CREATE COLLATION IF NOT EXISTS "),
        K::Sequence => replaced("SEQUENCE ", "SEQUENCE IF NOT EXISTS "),
        // The first word TABLE is that of CREATE.
        K::Table => replaced("TABLE ", "TABLE IF NOT EXISTS "),
        K::Column => replaced(" ADD COLUMN ", " ADD COLUMN IF NOT EXISTS "),
        K::Index => replaced("INDEX ", "INDEX IF NOT EXISTS "),
        K::View => replaced("CREATE VIEW ", "CREATE OR REPLACE VIEW "),
        K::MaterializedView => replaced("MATERIALIZED VIEW ", "MATERIALIZED VIEW IF NOT EXISTS "),
        K::ExtendedStatistics => replaced("CREATE STATISTICS ", "CREATE STATISTICS IF NOT EXISTS "),
        K::ForeignServer => replaced("CREATE SERVER ", "CREATE SERVER IF NOT EXISTS "),
        K::UserMapping => replaced("CREATE USER MAPPING ", "CREATE USER MAPPING IF NOT EXISTS "),
        K::Rule => replaced("CREATE RULE ", "CREATE OR REPLACE RULE "),
        K::Function if sql.starts_with("CREATE OR REPLACE ") => Some(vec![sql.to_owned()]),
        K::Function => match to.get(id) {
            Some(Object::Function(function)) if function.kind == FunctionKind::Aggregate => {
                replaced("CREATE AGGREGATE ", "CREATE OR REPLACE AGGREGATE ")
            }
            _ => replaced("CREATE ", "CREATE OR REPLACE "),
        },
        K::Trigger => trigger(id, sql, to),
        K::Policy => made_again("POLICY", id, sql),
        // A superuser's, and DO runs as whoever runs it: hosted platforms let the bare statement pass.
        K::EventTrigger => Some(vec![format!("DROP EVENT TRIGGER IF EXISTS {id}"), sql.to_owned()]),
        K::Default => Some(vec![sql.to_owned()]),
        _ => Some(vec![unless(&exists::condition(id)?, sql)]),
    }
}

/// `OR REPLACE` is PostgreSQL 14's, and not for constraint triggers.
fn trigger(id: &ObjectId, sql: &str, to: &Catalog) -> Option<Vec<String>> {
    let can_replace = matches!(to.get(id), Some(Object::Trigger(Trigger { constraint: false, .. })));
    if can_replace && to.server.major() >= 14 {
        return Some(vec![sql.replacen("CREATE TRIGGER ", "CREATE OR REPLACE TRIGGER ", 1)]);
    }
    made_again("TRIGGER", id, sql)
}

fn made_again(word: &str, id: &ObjectId, sql: &str) -> Option<Vec<String>> {
    let (name, relation) = (id.sub.as_ref()?, id.qualified_name()?);
    Some(vec![format!("DROP {word} IF EXISTS {name} ON {relation}"), sql.to_owned()])
}

fn alter(statement: &ChangeStatement) -> Option<Vec<String>> {
    let (id, sql) = (&statement.object, statement.sql.as_str());
    let guarded = |condition: String| Some(vec![unless(&condition, sql)]);
    if sql.contains(" ADD VALUE ") && id.kind == ObjectKind::EnumType {
        return Some(vec![sql.replacen(" ADD VALUE ", " ADD VALUE IF NOT EXISTS ", 1)]);
    }
    if let (ObjectKind::Publication, Some((_, table))) = (id.kind, sql.split_once(" ADD TABLE ")) {
        return guarded(exists::publishes(&id.name, first_name(table)));
    }
    if let (ObjectKind::Publication, Some((_, table))) = (id.kind, sql.split_once(" DROP TABLE ")) {
        let condition = exists::publishes(&id.name, first_name(table));
        return Some(vec![when(&condition, sql)]);
    }
    if id.kind == ObjectKind::Publication && sql.contains(" TABLES IN SCHEMA ") {
        return None;
    }
    if let Some((parent, rest)) =
        sql.strip_prefix("ALTER TABLE ").and_then(|rest| rest.split_once(" ATTACH PARTITION "))
    {
        return guarded(exists::inherits(first_name(rest), parent));
    }
    if let Some((child, parent)) = sql.strip_prefix("ALTER TABLE ").and_then(|rest| rest.split_once(" INHERIT ")) {
        return guarded(exists::inherits(child, parent));
    }
    if let (ObjectKind::Column, true, Some(column)) =
        (id.kind, sql.contains(" ADD GENERATED ") && sql.contains(" AS IDENTITY"), &id.sub)
    {
        return guarded(exists::is_identity(&id.qualified_name()?.to_string(), column));
    }
    if let (ObjectKind::TextSearchConfiguration, Some((_, mapping))) = (id.kind, sql.split_once(" ADD MAPPING FOR ")) {
        return guarded(exists::maps(id, first_name(mapping))?);
    }
    if sql.contains(" ADD CONSTRAINT ") {
        return guarded(exists::condition(id)?);
    }
    // What is renamed or moved has its new name or place the second time.
    if sql.contains(" RENAME ") || sql.contains(" OPTIONS (") {
        return None;
    }
    Some(vec![sql.to_owned()])
}

/// The name at the beginning: what follows is a space, a parenthesis or nothing.
fn first_name(text: &str) -> &str {
    let mut quoted = false;
    let end = text.find(|character| {
        if character == '"' {
            quoted = !quoted;
        }
        !quoted && (character == ' ' || character == '(')
    });
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// `DROP TABLE x` as `DROP TABLE IF EXISTS x`; what is dropped by ALTER likewise.
fn drop(sql: &str) -> Option<Vec<String>> {
    const WORDS: &[&str] = &[
        "DROP TABLE ",
        "DROP FOREIGN TABLE ",
        "DROP VIEW ",
        "DROP MATERIALIZED VIEW ",
        "DROP SEQUENCE ",
        "DROP INDEX ",
        "DROP TYPE ",
        "DROP DOMAIN ",
        "DROP FUNCTION ",
        "DROP PROCEDURE ",
        "DROP AGGREGATE ",
        "DROP TRIGGER ",
        "DROP EVENT TRIGGER ",
        "DROP RULE ",
        "DROP POLICY ",
        "DROP PUBLICATION ",
        "DROP EXTENSION ",
        "DROP SCHEMA ",
        "DROP COLLATION ",
        "DROP STATISTICS ",
        "DROP OPERATOR CLASS ",
        "DROP OPERATOR FAMILY ",
        "DROP OPERATOR ",
        "DROP CAST ",
        "DROP FOREIGN DATA WRAPPER ",
        "DROP SERVER ",
        "DROP USER MAPPING ",
        "DROP TEXT SEARCH CONFIGURATION ",
        "DROP TEXT SEARCH DICTIONARY ",
    ];
    if let Some(word) = WORDS.iter().find(|word| sql.starts_with(**word)) {
        return Some(vec![sql.replacen(word, &format!("{word}IF EXISTS "), 1)]);
    }
    for word in [" DROP COLUMN ", " DROP CONSTRAINT "] {
        if sql.starts_with("ALTER ") && sql.contains(word) {
            return Some(vec![sql.replacen(word, &format!("{word}IF EXISTS "), 1)]);
        }
    }
    sql.contains(" DROP DEFAULT").then(|| vec![sql.to_owned()])
}

fn unless(condition: &str, sql: &str) -> String {
    // NOT binds weaker than IS NOT NULL, but who knows that?
    match condition.strip_suffix(" IS NOT NULL") {
        Some(found) => block(&format!("IF {found} IS NULL THEN"), sql),
        None => block(&format!("IF NOT {condition} THEN"), sql),
    }
}

fn when(condition: &str, sql: &str) -> String {
    block(&format!("IF {condition} THEN"), sql)
}

fn block(head: &str, sql: &str) -> String {
    let body: String = sql.lines().map(|line| format!("        {line}\n")).collect();
    // A text that spans lines must not be indented.
    let body = if sql.contains('\n') && (sql.contains('\'') || sql.contains('$')) { format!("{sql}\n") } else { body };
    format!("DO {}", dollar_quoted(&format!("\nBEGIN\n    {head}\n{};\n    END IF;\nEND\n", body.trim_end())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(object: ObjectId, action: ActionKind, sql: &str) -> ChangeStatement {
        ChangeStatement {
            sql: sql.to_owned(),
            object,
            action,
            transaction: 1,
            alone: false,
            why: None,
            hazards: Vec::new(),
            rewrites: Vec::new(),
        }
    }

    fn written(object: ObjectId, action: ActionKind, sql: &str) -> String {
        idempotent(&statement(object, action, sql), &Catalog::default()).unwrap().join("; ")
    }

    #[test]
    fn statements_that_do_nothing_the_second_time() {
        use ActionKind::{Alter, Create, Drop};
        let of = |kind| ObjectId::in_schema(kind, "app", "x");
        let part = |kind| ObjectId::sub_object(kind, "app", "x", "y z");
        for (object, action, sql, expected) in [
            (of(ObjectKind::Table), Create, "CREATE TABLE app.x ()", "CREATE TABLE IF NOT EXISTS app.x ()"),
            (of(ObjectKind::Index), Create, "CREATE UNIQUE INDEX x ON t", "CREATE UNIQUE INDEX IF NOT EXISTS x ON t"),
            (of(ObjectKind::Table), Drop, "DROP TABLE app.x", "DROP TABLE IF EXISTS app.x"),
            (
                part(ObjectKind::Policy),
                Create,
                "CREATE POLICY \"y z\" ON app.x",
                "DROP POLICY IF EXISTS \"y z\" ON app.x; CREATE POLICY \"y z\" ON app.x",
            ),
            (
                of(ObjectKind::EnumType),
                Alter,
                "ALTER TYPE app.x ADD VALUE 'a'",
                "ALTER TYPE app.x ADD VALUE IF NOT EXISTS 'a'",
            ),
            (
                of(ObjectKind::EnumType),
                Create,
                "CREATE TYPE app.x AS ENUM ('a')",
                "DO $$\nBEGIN\n    IF pg_catalog.to_regtype('app.x') IS NULL THEN\n        CREATE TYPE app.x AS ENUM \
                 ('a');\n    END IF;\nEND\n$$",
            ),
        ] {
            assert_eq!(written(object, action, sql), expected);
        }
    }

    #[test]
    fn tables_of_a_publication_are_looked_for_by_their_names() {
        let publication = ObjectId::global(ObjectKind::Publication, "p");
        let text = written(publication, ActionKind::Alter, "ALTER PUBLICATION p ADD TABLE app.\"T (1)\" (id)");
        assert!(text.contains("to_regclass('app.\"T (1)\"')"), "{text}");
    }

    #[test]
    fn what_cannot_be_repeated_is_said() {
        let renamed = statement(
            ObjectId::in_schema(ObjectKind::Table, "app", "x"),
            ActionKind::Alter,
            "ALTER TABLE app.x RENAME TO y",
        );
        assert_eq!(idempotent(&renamed, &Catalog::default()).unwrap_err().sql, renamed.sql);
    }
}
