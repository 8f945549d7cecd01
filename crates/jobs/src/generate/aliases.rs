//! TypeScript for the transition: old names over the types that Supabase generates, whichever names those have.
//!
//! The text depends on the changes alone. It compiles before the types are generated anew, and after.

use std::fmt::Write;

use heck::ToUpperCamelCase;
use pgmason_model::restructure::NameChange;
use pgmason_model::{Identifier, QualifiedName};

use super::final_names::{FinalTable, final_names};

/// What the file says about itself.
#[derive(Clone, Debug)]
pub struct AliasOptions<'a> {
    /// `prefix` of restructure/prefix.toml.
    pub restructure: &'a str,
    /// The module that has `Database`: `./database.types`.
    pub types: &'a str,
}

const HELPERS: &str = include_str!("aliases_helpers.ts");

/// The whole file.
pub fn aliases(changes: &[NameChange], options: &AliasOptions<'_>) -> String {
    let (tables, enums) = final_names(changes);
    let (kept, gone): (Vec<&FinalTable>, Vec<&FinalTable>) = tables.iter().partition(|table| table.new.is_some());
    let changed: Vec<(&FinalTable, &QualifiedName)> =
        kept.iter().filter_map(|table| Some((*table, table.new.as_ref()?))).collect();
    let mut text = String::new();
    let name = options.restructure;
    let _ = writeln!(
        text,
        "// Written by `pgmason generate aliases --restructure {name}`: write it anew rather than editing it."
    );
    let _ = writeln!(
        text,
        "//\n// Old names for the time in which both work. Move imports over to the generated types one by one; when"
    );
    let _ = writeln!(
        text,
        "// `pgmason references find --restructure {name} --fail-on likely` finds nothing, delete this file.\n"
    );
    let _ = writeln!(text, "import type {{ Database }} from {};\n\n{HELPERS}", quote(options.types));
    for (table, new) in &changed {
        one_table(&mut text, table, new);
    }
    for table in gone {
        let _ = writeln!(text, "// {} goes: {}\n", table.old, why_gone(table));
    }
    for (type_name, values) in &enums {
        let alias = type_name.name.as_str().to_upper_camel_case();
        let union =
            |values: Vec<&Identifier>| values.iter().map(|value| quote(value.as_str())).collect::<Vec<_>>().join(" | ");
        let (old, new) = (union(values.keys().collect()), union(values.values().collect()));
        let (schema, name) = (quote(type_name.schema.as_str()), quote(type_name.name.as_str()));
        let _ = writeln!(text, "/** `{type_name}` with its old values. */");
        let _ =
            writeln!(text, "export type {alias}WithOldValues = Exclude<EnumOf<{schema}, {name}>, {new}> | {old};\n");
    }
    with_old_names(&mut text, &changed);
    maps(&mut text, &changed, &enums);
    text
}

fn one_table(text: &mut String, table: &FinalTable, new: &QualifiedName) {
    let alias = alias_of(&table.old);
    let _ = writeln!(
        text,
        "/**\n * `{}`{}.",
        table.old,
        if *new == table.old { String::new() } else { format!(", which is `{new}` now") }
    );
    for note in &table.notes {
        let _ = writeln!(text, " * {}", in_comment(note));
    }
    for (old, new) in &table.columns {
        let _ = writeln!(text, " * `{old}` is `{new}` now.");
    }
    for column in &table.gone {
        let _ = writeln!(text, " * `{column}` is not in it any more.");
    }
    let _ = writeln!(text, " */");
    let pairs = |turned: bool| {
        let one = |(old, new): (&Identifier, &Identifier)| {
            let (from, to) = if turned { (old, new) } else { (new, old) };
            format!("{}: {}", key(from.as_str()), quote(to.as_str()))
        };
        let all: Vec<String> = table.columns.iter().map(one).collect();
        if all.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", all.join("; ")) }
    };
    let (old_schema, old_name) = (quote(table.old.schema.as_str()), quote(table.old.name.as_str()));
    let (new_schema, new_name) = (quote(new.schema.as_str()), quote(new.name.as_str()));
    let found = format!("TableOf<{new_schema}, {new_name}, {old_schema}, {old_name}>");
    let _ = writeln!(text, "export type {alias}Table = RenamedTable<{found}, {}>;", pairs(false));
    for shape in ["Row", "Insert", "Update"] {
        let _ = writeln!(text, "export type {alias}{shape} = {alias}Table[\"{shape}\"];");
    }
    if *new != table.old || !table.columns.is_empty() {
        let _ = writeln!(text, "/** `{new}`, also while the types still have its old names. */");
        let _ = writeln!(text, "export type {}TableRenamed = RenamedTable<{found}, {}>;", alias, pairs(true));
    }
    text.push('\n');
}

/// `Database` for the client: `createClient<DatabaseWithOldNames>(…)`.
fn with_old_names(text: &mut String, changed: &[(&FinalTable, &QualifiedName)]) {
    let renamed: Vec<&(&FinalTable, &QualifiedName)> =
        changed.iter().filter(|(table, new)| **new != table.old).collect();
    let mut schemas: Vec<&str> =
        renamed.iter().flat_map(|(table, new)| [table.old.schema.as_str(), new.schema.as_str()]).collect();
    schemas.sort_unstable();
    schemas.dedup();
    let _ = writeln!(
        text,
        "/** Tables under their old names and under their new ones, for the client: `createClient<DatabaseWithOldNames>(…)`. */"
    );
    let list: Vec<String> = schemas.iter().map(|schema| quote(schema)).collect();
    let omitted = if list.is_empty() { "never".to_owned() } else { list.join(" | ") };
    let _ = writeln!(text, "export type DatabaseWithOldNames = Omit<Database, {omitted}> & {{");
    for schema in schemas {
        let _ = writeln!(text, "  {}: WithTables<{}, {{", key(schema), quote(schema));
        for (table, new) in &renamed {
            let alias = alias_of(&table.old);
            if table.old.schema.as_str() == schema {
                let _ = writeln!(text, "    {}: {alias}Table;", key(table.old.name.as_str()));
            }
            // Two tables may become one: the one that was not merged into it.
            let same = || renamed.iter().filter(|(_, other)| other == new);
            let first = same().find(|(table, _)| table.notes.is_empty()).or_else(|| same().next());
            let first = first.is_some_and(|(first, _)| first.old == table.old);
            if new.schema.as_str() == schema && first {
                let _ = writeln!(text, "    {}: {alias}TableRenamed;", key(new.name.as_str()));
            }
        }
        let _ = writeln!(text, "  }}>;");
    }
    let _ = writeln!(text, "}};\n");
}

/// The same for code that runs: old to new, and back.
fn maps(text: &mut String, changed: &[(&FinalTable, &QualifiedName)], enums: &super::final_names::FinalEnums) {
    let _ =
        writeln!(text, "/** Old names of tables, and what they are called now. */\nexport const newTableNames = {{");
    for (table, new) in changed.iter().filter(|(table, new)| **new != table.old) {
        let _ = writeln!(text, "  {}: {},", key(&dotted(&table.old)), quote(&dotted(new)));
    }
    let _ = writeln!(
        text,
        "}} as const;\n\n/** Old names of columns, by the old name of their table. */\nexport const newColumnNames = {{"
    );
    for (table, _) in changed.iter().filter(|(table, _)| !table.columns.is_empty()) {
        let pairs = table.columns.iter().map(|(old, new)| format!("{}: {}", key(old.as_str()), quote(new.as_str())));
        let _ = writeln!(text, "  {}: {{ {} }},", key(&dotted(&table.old)), pairs.collect::<Vec<_>>().join(", "));
    }
    let _ = writeln!(text, "}} as const;");
    if enums.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n/** Old values of enums, by their type. */\nexport const newEnumValues = {{");
    for (type_name, values) in enums {
        let pairs = values.iter().map(|(old, new)| format!("{}: {}", key(old.as_str()), quote(new.as_str())));
        let _ = writeln!(text, "  {}: {{ {} }},", key(&dotted(type_name)), pairs.collect::<Vec<_>>().join(", "));
    }
    let _ = writeln!(text, "}} as const;");
}

fn why_gone(table: &FinalTable) -> String {
    if table.notes.is_empty() { "nothing takes its place.".into() } else { in_comment(&table.notes.join("; ")) }
}

/// `Emails`; `ChatMessages` outside of `public`.
fn alias_of(name: &QualifiedName) -> String {
    let written = if name.schema.as_str() == "public" {
        name.name.as_str().to_upper_camel_case()
    } else {
        format!("{} {}", name.schema.as_str(), name.name.as_str()).to_upper_camel_case()
    };
    if written.starts_with(|first: char| first.is_ascii_digit()) || written.is_empty() {
        format!("Table{written}")
    } else {
        written
    }
}

/// `emails`; `chat.messages` outside of `public`.
fn dotted(name: &QualifiedName) -> String {
    if name.schema.as_str() == "public" {
        name.name.as_str().to_owned()
    } else {
        format!("{}.{}", name.schema.as_str(), name.name.as_str())
    }
}

/// As a string of TypeScript, which JSON's are.
fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn key(text: &str) -> String {
    let plain = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !text.starts_with(|first: char| first.is_ascii_digit());
    if plain { text.to_owned() } else { quote(text) }
}

fn in_comment(text: &str) -> String {
    text.replace("*/", "* /").replace('\n', " ")
}
