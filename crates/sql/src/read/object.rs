//! DROP, COMMENT, types, extensions, publications and the kinds that need little more than a name.

use super::cursor::{Cursor, Read};
use super::data_type::data_type;
use super::relation::relation_change;
use super::table::table_constraint;
use crate::Name;
use crate::ir::{
    AlterType, Comment, CreateType, DropObjects, NameAt, ObjectKind, RelationChange, StatementKind, TypeChange,
    TypeKind,
};

/// Longer names first: the first that fits is taken.
const OBJECT_KINDS: &[(&[&str], ObjectKind)] = &[
    (&["text", "search", "configuration"], ObjectKind::TextSearchConfiguration),
    (&["text", "search", "dictionary"], ObjectKind::TextSearchDictionary),
    (&["text", "search", "parser"], ObjectKind::TextSearchParser),
    (&["text", "search", "template"], ObjectKind::TextSearchTemplate),
    (&["foreign", "data", "wrapper"], ObjectKind::ForeignDataWrapper),
    (&["foreign", "table"], ObjectKind::ForeignTable),
    (&["foreign", "server"], ObjectKind::Server),
    (&["materialized", "view"], ObjectKind::MaterializedView),
    (&["event", "trigger"], ObjectKind::EventTrigger),
    (&["access", "method"], ObjectKind::AccessMethod),
    (&["operator", "class"], ObjectKind::OperatorClass),
    (&["operator", "family"], ObjectKind::OperatorFamily),
    (&["property", "graph"], ObjectKind::PropertyGraph),
    (&["large", "object"], ObjectKind::LargeObject),
    (&["user", "mapping"], ObjectKind::UserMapping),
    (&["procedural", "language"], ObjectKind::Language),
    (&["trusted", "language"], ObjectKind::Language),
    (&["trusted", "procedural", "language"], ObjectKind::Language),
    (&["aggregate"], ObjectKind::Aggregate),
    (&["cast"], ObjectKind::Cast),
    (&["collation"], ObjectKind::Collation),
    (&["column"], ObjectKind::Column),
    (&["constraint"], ObjectKind::Constraint),
    (&["conversion"], ObjectKind::Conversion),
    (&["database"], ObjectKind::Database),
    (&["domain"], ObjectKind::Domain),
    (&["extension"], ObjectKind::Extension),
    (&["function"], ObjectKind::Function),
    (&["index"], ObjectKind::Index),
    (&["language"], ObjectKind::Language),
    (&["operator"], ObjectKind::Operator),
    (&["owned"], ObjectKind::Owned),
    (&["parameter"], ObjectKind::Parameter),
    (&["policy"], ObjectKind::Policy),
    (&["procedure"], ObjectKind::Procedure),
    (&["publication"], ObjectKind::Publication),
    (&["role"], ObjectKind::Role),
    (&["user"], ObjectKind::Role),
    (&["group"], ObjectKind::Role),
    (&["routine"], ObjectKind::Routine),
    (&["rule"], ObjectKind::Rule),
    (&["schema"], ObjectKind::Schema),
    (&["sequence"], ObjectKind::Sequence),
    (&["server"], ObjectKind::Server),
    (&["statistics"], ObjectKind::Statistics),
    (&["subscription"], ObjectKind::Subscription),
    (&["table"], ObjectKind::Table),
    (&["tablespace"], ObjectKind::Tablespace),
    (&["transform"], ObjectKind::Transform),
    (&["trigger"], ObjectKind::Trigger),
    (&["type"], ObjectKind::Type),
    (&["view"], ObjectKind::View),
];

/// The kind of object named at the cursor, which moves behind it.
pub(crate) fn object_kind(cursor: &mut Cursor<'_>) -> Option<ObjectKind> {
    let (words, kind) = OBJECT_KINDS.iter().find(|(words, _)| cursor.is_all(words))?;
    cursor.at += words.len();
    Some(*kind)
}

/// After `DROP`.
pub(crate) fn drop_objects(cursor: &mut Cursor<'_>) -> Read<DropObjects> {
    let object = object_kind(cursor).ok_or_else(|| cursor.problem("a kind of object"))?;
    let concurrently = object == ObjectKind::Index && cursor.eat("concurrently");
    if object == ObjectKind::Owned {
        cursor.expect("by")?;
    }
    let if_exists = cursor.if_exists();
    let mut dropped =
        DropObjects { object, names: Vec::new(), on_table: None, if_exists, cascade: false, concurrently };
    match object {
        ObjectKind::Cast | ObjectKind::Transform | ObjectKind::UserMapping | ObjectKind::Operator => {
            // Named by types, operators or servers, which nobody asks for.
            cursor.skip_until(|here| here.is_one(&["cascade", "restrict"]));
        }
        ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => {
            dropped.names.push(cursor.name()?);
            cursor.expect("on")?;
            dropped.on_table = Some(cursor.name()?.name);
        }
        ObjectKind::OperatorClass | ObjectKind::OperatorFamily => {
            dropped.names.push(cursor.name()?);
            cursor.expect("using")?;
            cursor.identifier()?;
        }
        _ => loop {
            dropped.names.push(cursor.name()?);
            cursor.optional_parentheses()?;
            if !cursor.eat_mark(",") {
                break;
            }
        },
    }
    if object == ObjectKind::Database && (cursor.eat("with") || cursor.is_mark("(")) {
        cursor.parentheses()?;
    }
    dropped.cascade = cursor.cascade();
    Ok(dropped)
}

/// After `COMMENT`.
pub(crate) fn comment(cursor: &mut Cursor<'_>) -> Read<Comment> {
    cursor.expect("on")?;
    let object = object_kind(cursor).ok_or_else(|| cursor.problem("a kind of object"))?;
    let mut comment = Comment { object, name: Name::default(), on_table: None, text: None };
    match object {
        ObjectKind::Column => {
            let mut parts = vec![cursor.identifier()?];
            while cursor.eat_mark(".") {
                parts.push(cursor.identifier()?);
            }
            comment.name = Name::new(parts.pop().unwrap_or_default());
            comment.on_table = parts.pop().map(|table| Name { schema: parts.pop(), name: table });
        }
        ObjectKind::Constraint | ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => {
            comment.name = cursor.name()?.name;
            cursor.expect("on")?;
            cursor.eat("domain");
            comment.on_table = Some(cursor.name()?.name);
        }
        ObjectKind::Cast | ObjectKind::Operator | ObjectKind::Transform | ObjectKind::LargeObject => {}
        _ => comment.name = cursor.name()?.name,
    }
    cursor.skip_until(|here| here.is("is"));
    cursor.expect("is")?;
    comment.text = if cursor.eat("null") { None } else { Some(cursor.string()?) };
    Ok(comment)
}

/// After `CREATE TYPE`.
pub(crate) fn create_type(cursor: &mut Cursor<'_>) -> Read<CreateType> {
    let NameAt { name, span: name_span } = cursor.name()?;
    let kind = if cursor.eat_all(&["as", "enum"]) {
        let mut inside = cursor.parentheses()?;
        let labels = inside.comma_parts().iter_mut().map(Cursor::string).collect::<Read<Vec<_>>>()?;
        TypeKind::Enum(labels)
    } else if cursor.eat_all(&["as", "range"]) {
        cursor.parentheses()?;
        TypeKind::Range
    } else if cursor.eat("as") {
        let mut attributes = Vec::new();
        for mut part in cursor.parentheses()?.comma_parts() {
            let name = part.identifier()?;
            attributes.push((name, data_type(&mut part)?));
        }
        TypeKind::Composite(attributes)
    } else if cursor.is_mark("(") {
        cursor.parentheses()?;
        TypeKind::Base
    } else {
        TypeKind::Shell
    };
    Ok(CreateType { name, name_span, kind })
}

/// After `CREATE DOMAIN`.
pub(crate) fn create_domain(cursor: &mut Cursor<'_>) -> Read<CreateType> {
    let NameAt { name, span: name_span } = cursor.name()?;
    cursor.eat("as");
    let data_type = data_type(cursor)?;
    let (mut not_null, mut has_check) = (false, false);
    while !cursor.at_end() {
        not_null |= cursor.is_all(&["not", "null"]);
        has_check |= cursor.is("check");
        cursor.skip_one();
    }
    Ok(CreateType { name, name_span, kind: TypeKind::Domain { data_type, not_null, has_check } })
}

/// After `ALTER TYPE` or `ALTER DOMAIN`.
pub(crate) fn alter_type(cursor: &mut Cursor<'_>, domain: bool) -> Read<AlterType> {
    let name = cursor.name()?.name;
    let change = if domain { domain_change(cursor)? } else { type_change(cursor)? };
    Ok(AlterType { name, domain, change })
}

fn type_change(cursor: &mut Cursor<'_>) -> Read<TypeChange> {
    if cursor.eat_all(&["add", "value"]) {
        let if_not_exists = cursor.if_not_exists();
        let value = cursor.string()?;
        let before_or_after = if cursor.eat_one(&["before", "after"]) { Some(cursor.string()?) } else { None };
        return Ok(TypeChange::AddValue { value, if_not_exists, before_or_after });
    }
    if cursor.eat_all(&["rename", "value"]) {
        let from = cursor.string()?;
        cursor.expect("to")?;
        return Ok(TypeChange::RenameValue { from, to: cursor.string()? });
    }
    if cursor.is_ahead(1, "attribute") && cursor.is_one(&["add", "drop", "alter"]) {
        let word = cursor.word().to_ascii_lowercase();
        cursor.at += 2;
        cursor.if_exists();
        let name = cursor.identifier()?;
        cursor.rest();
        return Ok(match word.as_str() {
            "add" => TypeChange::AddAttribute { name },
            "drop" => TypeChange::DropAttribute { name },
            _ => TypeChange::AlterAttribute { name },
        });
    }
    let change = relation_change(cursor)?;
    cursor.cascade();
    Ok(from_relation_change(change))
}

fn domain_change(cursor: &mut Cursor<'_>) -> Read<TypeChange> {
    if cursor.eat("add") {
        let constraint = table_constraint(cursor)?;
        return Ok(TypeChange::AddConstraint { name: constraint.name, not_valid: constraint.not_valid });
    }
    if cursor.eat_all(&["drop", "constraint"]) {
        let if_exists = cursor.if_exists();
        let name = cursor.identifier()?;
        cursor.cascade();
        return Ok(TypeChange::DropConstraint { name, if_exists });
    }
    if cursor.eat_all(&["validate", "constraint"]) {
        return Ok(TypeChange::ValidateConstraint { name: cursor.identifier()? });
    }
    if cursor.eat_all(&["set", "not", "null"]) {
        return Ok(TypeChange::SetNotNull);
    }
    if cursor.eat_all(&["drop", "not", "null"]) {
        return Ok(TypeChange::DropNotNull);
    }
    Ok(from_relation_change(relation_change(cursor)?))
}

fn from_relation_change(change: RelationChange) -> TypeChange {
    match change {
        RelationChange::RenameTo(name) => TypeChange::RenameTo(name),
        RelationChange::RenameColumn(from, to) => TypeChange::RenameAttribute { from, to },
        RelationChange::SetSchema(schema) => TypeChange::SetSchema(schema),
        RelationChange::OwnerTo(role) => TypeChange::OwnerTo(role),
        RelationChange::Other(text) => TypeChange::Other(text),
        other => TypeChange::Other(format!("{other:?}")),
    }
}

/// After `CREATE EXTENSION`.
pub(crate) fn create_extension(cursor: &mut Cursor<'_>) -> Read<StatementKind> {
    let if_not_exists = cursor.if_not_exists();
    let name = cursor.identifier()?;
    cursor.eat("with");
    let (mut schema, mut version, mut cascade) = (None, None, false);
    while !cursor.at_end() {
        if cursor.eat("schema") {
            schema = Some(cursor.identifier()?);
        } else if cursor.eat_one(&["version", "from"]) {
            version = Some(cursor.string().or_else(|_| cursor.identifier())?);
        } else if cursor.eat("cascade") {
            cascade = true;
        } else {
            return Err(cursor.problem("SCHEMA, VERSION or CASCADE"));
        }
    }
    Ok(StatementKind::CreateExtension { name, if_not_exists, schema, version, cascade })
}

/// After `ALTER EXTENSION`.
pub(crate) fn alter_extension(cursor: &mut Cursor<'_>) -> Read<StatementKind> {
    let name = cursor.identifier()?;
    let update = cursor.eat("update");
    let set_schema = if cursor.eat_all(&["set", "schema"]) { Some(cursor.identifier()?) } else { None };
    cursor.rest();
    Ok(StatementKind::AlterExtension { name, update, set_schema })
}

/// After `CREATE PUBLICATION`.
pub(crate) fn create_publication(cursor: &mut Cursor<'_>) -> Read<StatementKind> {
    let name = cursor.identifier()?;
    let (mut all_tables, mut tables_in_schema, mut tables) = (false, false, Vec::new());
    if cursor.eat("for") {
        if cursor.eat_all(&["all", "tables"]) {
            all_tables = true;
        } else {
            (tables, tables_in_schema) = publication_tables(cursor)?;
        }
    }
    cursor.rest();
    Ok(StatementKind::CreatePublication { name, all_tables, tables_in_schema, tables })
}

fn publication_tables(cursor: &mut Cursor<'_>) -> Read<(Vec<Name>, bool)> {
    let (mut tables, mut in_schema) = (Vec::new(), false);
    let mut of_schemas = false;
    loop {
        if cursor.eat_all(&["tables", "in", "schema"]) {
            (in_schema, of_schemas) = (true, true);
        } else if cursor.eat("table") {
            of_schemas = false;
        }
        cursor.eat("only");
        let name = cursor.name()?.name;
        cursor.eat_operator("*");
        if !of_schemas {
            tables.push(name);
        }
        cursor.optional_parentheses()?;
        if cursor.eat("where") {
            cursor.parentheses()?;
        }
        if !cursor.eat_mark(",") {
            return Ok((tables, in_schema));
        }
    }
}

/// After `ALTER PUBLICATION`.
pub(crate) fn alter_publication(cursor: &mut Cursor<'_>) -> Read<StatementKind> {
    let name = cursor.identifier()?;
    let (mut add, mut drop, mut set, mut tables_in_schema) = (Vec::new(), Vec::new(), Vec::new(), false);
    let word = cursor.word().to_ascii_lowercase();
    if matches!(word.as_str(), "add" | "drop" | "set") && cursor.word_ahead(1).to_ascii_lowercase().starts_with("table")
    {
        cursor.at += 1;
        let (tables, in_schema) = publication_tables(cursor)?;
        tables_in_schema = in_schema;
        match word.as_str() {
            "add" => add = tables,
            "drop" => drop = tables,
            _ => set = tables,
        }
    }
    cursor.rest();
    Ok(StatementKind::AlterPublication { name, add, drop, set, tables_in_schema })
}

/// After `CREATE SUBSCRIPTION`.
pub(crate) fn create_subscription(cursor: &mut Cursor<'_>) -> Read<StatementKind> {
    let name = cursor.identifier()?;
    cursor.skip_until(|here| here.is("with"));
    let mut creates_slot = true;
    if cursor.eat("with") {
        // connect = false implies that no slot is created.
        creates_slot = !cursor.options()?.iter().any(|(name, value)| {
            matches!(name.as_str(), "create_slot" | "connect")
                && matches!(value.as_deref(), Some("false" | "off" | "0"))
        });
    }
    Ok(StatementKind::CreateSubscription { name, creates_slot })
}

/// After `CREATE STATISTICS`.
pub(crate) fn create_statistics(cursor: &mut Cursor<'_>) -> Read<StatementKind> {
    let if_not_exists = cursor.if_not_exists();
    let unnamed = cursor.is_mark("(") || cursor.is("on");
    let name = if unnamed { None } else { Some(cursor.name()?.name) };
    cursor.skip_until(|here| here.is("from"));
    let table = if cursor.eat("from") { Some(cursor.name()?.name) } else { None };
    cursor.rest();
    Ok(StatementKind::CreateStatistics { name, if_not_exists, table })
}

/// After `CREATE [OR REPLACE]`, where no other reader knows the kind.
pub(crate) fn create_other(cursor: &mut Cursor<'_>, or_replace: bool) -> Read<StatementKind> {
    let object = object_kind(cursor).ok_or_else(|| cursor.problem("a kind of object"))?;
    let if_not_exists = cursor.if_not_exists();
    let unnamed =
        matches!(object, ObjectKind::Cast | ObjectKind::Operator | ObjectKind::Transform | ObjectKind::UserMapping);
    let name = if unnamed { None } else { Some(cursor.name()?.name) };
    cursor.rest();
    Ok(StatementKind::CreateOther { object, name, or_replace, if_not_exists })
}

/// After `ALTER`, where no other reader knows the kind.
pub(crate) fn alter_other(cursor: &mut Cursor<'_>) -> Read<StatementKind> {
    let object = object_kind(cursor).ok_or_else(|| cursor.problem("a kind of object"))?;
    let unnamed =
        matches!(object, ObjectKind::Cast | ObjectKind::Operator | ObjectKind::UserMapping | ObjectKind::LargeObject);
    if unnamed {
        let change = RelationChange::Other(cursor.rest().text);
        return Ok(StatementKind::AlterOther { object, name: None, change });
    }
    cursor.if_exists();
    let name = cursor.name()?;
    if matches!(object, ObjectKind::Trigger | ObjectKind::Rule) && cursor.eat("on") {
        cursor.name()?;
    }
    if matches!(object, ObjectKind::OperatorClass | ObjectKind::OperatorFamily) && cursor.eat("using") {
        cursor.identifier()?;
    }
    let change = relation_change(cursor)?;
    cursor.rest();
    Ok(StatementKind::AlterOther { object, name: Some(name.name), change })
}
