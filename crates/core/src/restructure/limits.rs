//! What does not work through a view, looked for among the statements that are in use, function bodies and the catalog.
//!
//! Statements are read as tokens: enough to see a construct beside the name, never to change anything.

use pgmason_model::catalog::FunctionKind;
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::compatibility_view::{has_column_grants, needs_functions};
use super::context::PlanContext;
use super::table_facts::{heirs, primary_key};
use crate::expression::{Token, TokenKind, tokens};

/// Something in use that would fail through a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    pub construct: Construct,
    /// Where it is in use.
    pub from: String,
    /// The statement's beginning.
    pub statement: String,
}

/// What PostgreSQL refuses or answers otherwise through a view (seen on PostgreSQL 15; MERGE works from 17 on).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Construct {
    OnConflictOnConstraint,
    /// Any ON CONFLICT, through the triggers that stand in for invoker views before PostgreSQL 15.
    OnConflict,
    Merge,
    Copy,
    Truncate,
    LockTable,
    GroupByKey,
    SystemColumn,
    CurrentOf,
    TableSample,
    /// A view's rows are those of the tables that inherit too, and DELETE FROM ONLY takes them (PostgreSQL 13 to 18).
    Only,
}

impl Construct {
    fn words(self) -> &'static str {
        match self {
            Self::OnConflict => "ON CONFLICT before PostgreSQL 15",
            Self::OnConflictOnConstraint => "ON CONFLICT ON CONSTRAINT",
            Self::Merge => "MERGE",
            Self::Copy => "COPY",
            Self::Truncate => "TRUNCATE",
            Self::LockTable => "LOCK TABLE",
            Self::GroupByKey => "GROUP BY the key alone",
            Self::SystemColumn => "ctid, xmin or tableoid",
            Self::CurrentOf => "WHERE CURRENT OF",
            Self::TableSample => "TABLESAMPLE",
            Self::Only => "ONLY",
        }
    }
}

impl Limit {
    pub fn describe(&self) -> String {
        format!(
            "{} does not work through a view: `{}` ({})",
            self.construct.words(),
            pgmason_model::plan::beginning(&self.statement, 100),
            self.from
        )
    }
}

/// Why neither name could be a view.
pub fn no_view_is_right(context: &PlanContext<'_>, table: &ObjectId) -> Option<String> {
    let Some(Object::Table(found)) = context.catalog.get(table) else { return None };
    if !found.row_security {
        return None;
    }
    if context.major() < 15 && primary_key(context.catalog, table).is_none() {
        return Some(format!(
            "views of PostgreSQL {} run with their owner's rights, past the policies of the table, and without a primary \
             key a row cannot be written through a function",
            context.major()
        ));
    }
    if has_column_grants(context.catalog, table) {
        return Some(
            "it has row level security and privileges on single columns, and a view can respect only one of both"
                .to_owned(),
        );
    }
    None
}

/// Everything in use that a view under the table's name would break.
pub fn through_a_view(context: &PlanContext<'_>, table: &ObjectId, name: &QualifiedName) -> Vec<Limit> {
    let mut found = Vec::new();
    let key = primary_key(context.catalog, table);
    let server = Server { major: context.major(), writes_through_triggers: needs_functions(context, table) };
    // Nothing fails where it is said: rows of other tables are read, and deleted.
    if let Some(heir) = heirs(context.catalog, table).into_iter().find(|heir| !is_partition(context.catalog, heir)) {
        found.push(Limit {
            construct: Construct::Only,
            from: format!("{heir} inherits from it"),
            statement: format!("DELETE FROM ONLY {name}"),
        });
    }
    for used in context.in_use {
        for construct in constructs(&used.text, name, key, server) {
            found.push(Limit { construct, from: used.from.clone(), statement: used.text.clone() });
        }
    }
    for (id, object) in context.catalog.of_kind(ObjectKind::Function) {
        let Object::Function(function) = object else { continue };
        if context.catalog.is_platform(id) || matches!(function.kind, FunctionKind::Aggregate) {
            continue;
        }
        // A body that was parsed when it was made follows the table.
        if function.body.is_empty() || is_parsed_body(function) {
            continue;
        }
        for construct in constructs(&function.body, name, key, server) {
            found.push(Limit { construct, from: format!("function {id}"), statement: around(&function.body, name) });
        }
    }
    found
}

fn is_partition(catalog: &Catalog, table: &ObjectId) -> bool {
    matches!(catalog.get(table), Some(Object::Table(found)) if found.partition_of.is_some())
}

/// True where the text names the table.
pub fn names_table(text: &str, name: &QualifiedName) -> bool {
    mentions(&tokens(text), name)
}

/// Functions of the project whose text names the table. Those whose body was parsed when it was made follow it.
pub fn functions_that_name(catalog: &Catalog, name: &QualifiedName) -> Vec<String> {
    let mut found = Vec::new();
    for (id, object) in catalog.of_kind(ObjectKind::Function) {
        let Object::Function(function) = object else { continue };
        if !catalog.is_platform(id) && !is_parsed_body(function) && names_table(&function.body, name) {
            found.push(id.to_string());
        }
    }
    found
}

/// What a person should know, whatever stands under the names.
pub fn notes(context: &PlanContext<'_>, table: &ObjectId, name: &QualifiedName) -> Vec<String> {
    let named = functions_that_name(context.catalog, name);
    let mut notes: Vec<String> = named
        .iter()
        .map(|function| {
            format!("function {function} names {name} in its text: change it before the stage is completed")
        })
        .collect();
    for (id, object) in context.catalog.of_kind(ObjectKind::Function) {
        let Object::Function(function) = object else { continue };
        if context.catalog.is_platform(id) {
            continue;
        }
        let words = tokens(&function.body);
        let fires_on_it = context
            .catalog
            .of_relation(ObjectKind::Trigger, table)
            .any(|(_, trigger)| matches!(trigger, Object::Trigger(trigger) if trigger.function == *id));
        if fires_on_it && words.iter().any(|word| word.is_word("tg_table_name") || word.is_word("tg_relname")) {
            notes.push(format!("trigger function {id} reads TG_TABLE_NAME, which becomes the new name"));
        }
    }
    for function in of_row_type(context.catalog, table) {
        notes.push(format!(
            "function {function} takes or gives the row type of {name}, which is called otherwise from then on: make it \
             again under the new name"
        ));
    }
    if is_junction(context.catalog, table) {
        notes.push(format!(
            "PostgREST sees {name} under both names as a way between the tables that it joins: name the one that is meant \
             in an embedding (`!{}`) until the stage is completed",
            name.name
        ));
    }
    for (_, object) in context.catalog.of_kind(ObjectKind::Publication) {
        if let Object::Publication(publication) = object
            && publication.tables.iter().any(|published| published.table == *name)
        {
            notes.push(format!(
                "{name} is published: subscribers and Realtime see it under its new name from that moment on"
            ));
        }
    }
    notes
}

/// Functions whose text names the table: PostgreSQL looks for it when they run.
pub(super) fn functions_naming(context: &PlanContext<'_>, name: &QualifiedName) -> Vec<ObjectId> {
    let naming = context.catalog.of_kind(ObjectKind::Function).filter(|(id, object)| {
        matches!(object, Object::Function(function)
            if !context.catalog.is_platform(id) && !is_parsed_body(function) && mentions(&tokens(&function.body), name))
    });
    naming.map(|(id, _)| id.clone()).collect()
}

/// Functions with the table's row type among their arguments or as their result.
fn of_row_type(catalog: &Catalog, table: &ObjectId) -> Vec<String> {
    let all = catalog.dependencies.iter().filter(|(dependent, needed)| {
        dependent.kind == ObjectKind::Function && needed == table && !catalog.is_platform(dependent)
    });
    let mentions_type = |id: &ObjectId| match catalog.get(id) {
        Some(Object::Function(function)) => {
            let text = format!("{} {}", function.arguments, function.returns.as_deref().unwrap_or_default());
            tokens(&text).iter().any(|word| is_name(word) && word.value == table.name.as_str())
        }
        _ => false,
    };
    all.filter(|(dependent, _)| mentions_type(dependent)).map(|(dependent, _)| dependent.to_string()).collect()
}

/// Its primary key is made of foreign keys to two tables.
fn is_junction(catalog: &Catalog, table: &ObjectId) -> bool {
    let constraints: Vec<&pgmason_model::catalog::Constraint> = catalog
        .of_relation(ObjectKind::Constraint, table)
        .filter_map(|(_, object)| match object {
            Object::Constraint(constraint) => Some(constraint),
            _ => None,
        })
        .collect();
    let key = constraints.iter().find(|found| found.kind == pgmason_model::catalog::ConstraintKind::PrimaryKey);
    let Some(key) = key else { return false };
    let in_key = constraints
        .iter()
        .filter(|found| found.references.is_some() && found.columns.iter().all(|column| key.columns.contains(column)));
    in_key.count() >= 2
}

/// `BEGIN ATOMIC` follows the table by its OID (PostgreSQL 14 and newer).
fn is_parsed_body(function: &pgmason_model::catalog::Function) -> bool {
    function.language == *"sql" && tokens(&function.body).first().is_some_and(|first| first.is_word("begin"))
}

/// True where the table is named: bare, or with its schema before it.
fn mentions(words: &[Token], name: &QualifiedName) -> bool {
    words.iter().enumerate().any(|(place, word)| names(words, place, word, name))
}

fn names(words: &[Token], place: usize, word: &Token, name: &QualifiedName) -> bool {
    if !is_name(word) || word.value != name.name.as_str() {
        return false;
    }
    let before = |back: usize| place.checked_sub(back).and_then(|place| words.get(place));
    match (before(1), before(2)) {
        (Some(dot), Some(schema)) if dot.value == "." => is_name(schema) && schema.value == name.schema.as_str(),
        _ => true,
    }
}

fn is_name(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::QuotedName)
}

/// What decides whether a construct works through a view.
#[derive(Clone, Copy)]
struct Server {
    major: u32,
    writes_through_triggers: bool,
}

fn constructs(text: &str, name: &QualifiedName, key: Option<&[Identifier]>, server: Server) -> Vec<Construct> {
    let words = tokens(text);
    let mut found = Vec::new();
    // A text may hold several statements: each is judged by itself.
    for statement in words.split(|word| word.value == ";") {
        if mentions(statement, name) {
            found.extend(of_statement(statement, name, key, server));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn of_statement(words: &[Token], name: &QualifiedName, key: Option<&[Identifier]>, server: Server) -> Vec<Construct> {
    let mut found = Vec::new();
    let is = |place: usize, text: &str| words.get(place).is_some_and(|word| word.is_word(text));
    let sequence = |texts: &[&str]| {
        (0..words.len()).any(|start| texts.iter().enumerate().all(|(offset, text)| is(start + offset, text)))
    };
    // The name follows within the next few words: TRUNCATE TABLE ONLY public.t, LOCK TABLE t.
    let named_after = |text: &str| {
        (0..words.len()).any(|start| {
            is(start, text)
                && (start + 1..(start + 6).min(words.len())).any(|place| names(words, place, &words[place], name))
        })
    };
    if sequence(&["on", "conflict", "on", "constraint"]) && named_after("into") {
        found.push(Construct::OnConflictOnConstraint);
    }
    if server.writes_through_triggers && sequence(&["on", "conflict"]) && named_after("into") {
        found.push(Construct::OnConflict);
    }
    if server.major < 17 && sequence(&["merge", "into"]) && named_after("into") {
        found.push(Construct::Merge);
    }
    for (text, construct) in
        [("copy", Construct::Copy), ("truncate", Construct::Truncate), ("lock", Construct::LockTable)]
    {
        if named_after(text) {
            found.push(construct);
        }
    }
    if words.iter().any(|word| ["ctid", "xmin", "xmax", "tableoid"].iter().any(|column| word.is_word(column))) {
        found.push(Construct::SystemColumn);
    }
    if sequence(&["current", "of"]) {
        found.push(Construct::CurrentOf);
    }
    if words.iter().any(|word| word.is_word("tablesample")) {
        found.push(Construct::TableSample);
    }
    if groups_by_key(words, key) {
        found.push(Construct::GroupByKey);
    }
    found
}

/// GROUP BY of nothing but the key, while more than that is selected: PostgreSQL knows of a table that the other columns
/// follow from its key, of a view it does not.
fn groups_by_key(words: &[Token], key: Option<&[Identifier]>) -> bool {
    let Some(key) = key else { return false };
    let Some(start) = (0..words.len())
        .find(|place| words[*place].is_word("group") && words.get(place + 1).is_some_and(|word| word.is_word("by")))
    else {
        return false;
    };
    let ends = ["having", "order", "limit", "offset", "window", "union", "for", "fetch"];
    let list: Vec<&Token> = words[start + 2..]
        .iter()
        .take_while(|word| !ends.iter().any(|end| word.is_word(end)) && word.value != ")")
        .collect();
    let columns: Vec<&str> = list
        .split(|word| word.value == ",")
        .filter_map(|column| column.last())
        .map(|word| word.value.as_str())
        .collect();
    !columns.is_empty() && columns.len() == key.len() && key.iter().all(|column| columns.contains(&column.as_str()))
}

fn around(body: &str, name: &QualifiedName) -> String {
    let place = body.find(name.name.as_str()).unwrap_or(0);
    let start = body[..place].rfind([';', '\n']).map_or(0, |found| found + 1);
    body[start..].to_owned()
}

/// A statement with other names for relations, wherever one of the old names stands by itself or behind its schema.
pub fn with_other_names(text: &str, names: &std::collections::BTreeMap<QualifiedName, QualifiedName>) -> String {
    let words = tokens(text);
    let mut out = String::with_capacity(text.len());
    let mut written = 0;
    for (place, word) in words.iter().enumerate() {
        let Some((_, new)) = names.iter().find(|(old, _)| names_relation(&words, place, word, old)) else { continue };
        let before = |back: usize| place.checked_sub(back).and_then(|place| words.get(place));
        let start = match (before(1), before(2)) {
            (Some(dot), Some(schema)) if dot.value == "." => schema.span.start,
            _ => word.span.start,
        };
        out.push_str(&text[written..start.max(written)]);
        out.push_str(&new.to_string());
        written = word.span.end;
    }
    out.push_str(&text[written..]);
    out
}

/// Like [`names`], but not where the name is a column behind a dot or stands for a column.
fn names_relation(words: &[Token], place: usize, word: &Token, name: &QualifiedName) -> bool {
    let after = words.get(place + 1);
    // `t.column`, where t is the table itself, is renamed; `x.t` is a column of x unless x is the schema.
    let behind_dot = place.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|word| word.value == ".");
    if behind_dot {
        return names(words, place, word, name)
            && place
                .checked_sub(2)
                .and_then(|schema| words.get(schema))
                .is_some_and(|schema| schema.value == name.schema.as_str());
    }
    let is_call = after.is_some_and(|next| next.value == "(");
    let introduces = ["from", "join", "into", "update", "only", "table", ","];
    let introduced = place
        .checked_sub(1)
        .and_then(|before| words.get(before))
        .is_some_and(|before| introduces.iter().any(|word| before.value.eq_ignore_ascii_case(word)));
    let qualifies = after.is_some_and(|next| next.value == ".");
    // INSERT INTO t (…) looks like a call.
    names(words, place, word, name) && (introduced || qualifies) && (!is_call || introduced)
}
