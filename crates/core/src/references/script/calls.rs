//! Calls of clients and query builders: tables and columns that they take as strings and as keys of objects.

use oxc_ast::ast::*;
use oxc_span::GetSpan;
use pgmason_sql::Name;

use super::super::{Edit, Grade, postgrest};
use super::chain::{Chain, chain, table_of};
use super::{Script, Text, strings, text_of};

/// Methods whose first argument is a column.
const FILTERS: &[&str] = &[
    "eq",
    "neq",
    "gt",
    "gte",
    "lt",
    "lte",
    "like",
    "ilike",
    "likeAllOf",
    "likeAnyOf",
    "ilikeAllOf",
    "ilikeAnyOf",
    "is",
    "isDistinct",
    "in",
    "notIn",
    "contains",
    "containedBy",
    "rangeGt",
    "rangeGte",
    "rangeLt",
    "rangeLte",
    "rangeAdjacent",
    "overlaps",
    "textSearch",
    "match",
    "regexMatch",
    "regexIMatch",
    "not",
    "filter",
    "order",
    "where",
    "andWhere",
    "orWhere",
    "whereIn",
    "whereNot",
    "whereNotIn",
    "whereNull",
    "whereNotNull",
    "whereBetween",
    "orderBy",
    "groupBy",
    "pluck",
    "increment",
    "decrement",
    "min",
    "max",
    "sum",
    "avg",
    "countDistinct",
    "distinct",
    "returning",
];

/// Methods of Kysely whose first argument is a table.
const BUILDERS: &[&str] = &[
    "selectFrom",
    "insertInto",
    "updateTable",
    "deleteFrom",
    "replaceInto",
    "mergeInto",
    "innerJoin",
    "leftJoin",
    "rightJoin",
    "fullJoin",
    "createTable",
    "alterTable",
    "dropTable",
    "dropTableIfExists",
    "hasTable",
    "renameTable",
];

/// Functions of Drizzle whose first argument is the table that they declare.
const DECLARES: &[&str] = &["pgTable", "pgView", "pgMaterializedView"];

/// The last name of what is called: `query` of `client.query(…)`.
pub(super) fn callee(call: &CallExpression<'_>) -> Option<String> {
    name_of(&call.callee)
}

pub(super) fn name_of(expression: &Expression<'_>) -> Option<String> {
    match expression.get_inner_expression() {
        Expression::Identifier(identifier) => Some(identifier.name.to_string()),
        Expression::StaticMemberExpression(member) => Some(member.property.name.to_string()),
        Expression::CallExpression(call) => name_of(&call.callee),
        _ => None,
    }
}

fn argument<'e, 'a>(call: &'e CallExpression<'a>, place: usize) -> Option<&'e Expression<'a>> {
    call.arguments.get(place)?.as_expression()
}

impl Script<'_, '_> {
    pub(super) fn call(&mut self, call: &CallExpression<'_>) {
        let Some(name) = callee(call) else { return };
        if let Some(table) = table_of(call) {
            if let Some(text) = argument(call, 0).and_then(text_of) {
                let kind = if name == "from" { "supabase-js from" } else { "query builder" };
                let found = self.table(&text, table.schema.as_deref(), Grade::Sure, kind);
                if found && name == "from" && table.schema.is_none() {
                    self.move_into_schema(call, &text);
                }
            }
            return;
        }
        let member = match call.callee.get_inner_expression() {
            Expression::StaticMemberExpression(member) => Some(member),
            _ => None,
        };
        if let Some(member) = member
            && let Some(chain) = chain(&member.object)
            && !chain.result
        {
            self.of_a_table(call, &name, &chain);
            return;
        }
        let is_drizzle = DECLARES.contains(&name.as_str())
            || name == "table" && call.arguments.len() > 1 && argument(call, 1).and_then(as_object).is_some();
        if member.is_some() && BUILDERS.contains(&name.as_str()) {
            self.builder(call);
        } else if is_drizzle {
            self.declared(call);
        } else if name == "Entity" {
            if let Some(text) = argument(call, 0).and_then(text_of) {
                self.table(&text, None, Grade::Sure, "typeorm entity");
            }
        } else if strings::is_sql_name(&name)
            && let Some(first) = argument(call, 0)
        {
            self.sql_expression(first, "sql in a query");
        }
    }

    /// A table that is moved: `client.schema("chat").from("messages")`.
    fn move_into_schema(&mut self, call: &CallExpression<'_>, text: &Text) {
        let Expression::StaticMemberExpression(member) = call.callee.get_inner_expression() else { return };
        let Some((change, _)) = self.finder.names.table(&Name::new(text.value.clone())) else { return };
        let Ok((new, Some(schema))) = self.finder.names.table_parts(change) else { return };
        let start = member.object.span().end as usize;
        let between = self.finder.text.get(start..text.span.start).unwrap_or("");
        let edit = Edit {
            span: start..text.span.end,
            text: format!(".schema({:?}){between}{}", schema.as_str(), new.as_str()),
        };
        if let Some(hit) = self.finder.hits.last_mut() {
            hit.instead = Ok(edit);
        }
    }

    /// A method in a chain that begins with a table.
    fn of_a_table(&mut self, call: &CallExpression<'_>, method: &str, chain: &Chain) {
        let table = &chain.table;
        let first = argument(call, 0);
        let text = first.and_then(text_of);
        let options = argument(call, 1).and_then(as_object);
        let selected = chain.selected.as_deref();
        let of = match options.and_then(|options| option(options, &["referencedTable", "foreignTable"])) {
            Some(text) => {
                let embedded = selected.and_then(|selected| postgrest::embedded_as(selected, &text.value));
                self.done.insert(text.start);
                if embedded.is_none() {
                    self.table(&text, table.schema.as_deref(), Grade::Sure, "supabase-js option");
                }
                Name { schema: table.schema.clone(), name: embedded.unwrap_or(text.value) }
            }
            None => table.clone(),
        };
        match method {
            "select" => {
                for argument in call.arguments.iter().filter_map(|argument| argument.as_expression()) {
                    if let Some(text) = text_of(argument) {
                        self.done.insert(text.start);
                        postgrest::select(self.finder, text.span, table, "supabase-js select");
                    }
                }
            }
            "or" => {
                if let Some(text) = text {
                    self.done.insert(text.start);
                    postgrest::conditions(self.finder, text.span, &of, "supabase-js or");
                }
            }
            "insert" | "update" | "upsert" | "match" | "where" | "del" | "andWhere" | "orWhere"
                if first.is_some_and(|first| !matches!(first, Expression::StringLiteral(_))) =>
            {
                if let Some(first) = first {
                    self.keys(first, table);
                }
                if let Some(text) = options.and_then(|options| option(options, &["onConflict"])) {
                    self.done.insert(text.start);
                    postgrest::columns(self.finder, text.span, table, "supabase-js onConflict");
                }
            }
            _ if FILTERS.contains(&method) => {
                if let Some(text) = text {
                    self.done.insert(text.start);
                    postgrest::column(self.finder, text.span, &of, selected, "supabase-js filter");
                }
            }
            _ => {}
        }
    }

    /// Keys of an object, or of the objects of an array, that are the table's columns.
    fn keys(&mut self, value: &Expression<'_>, table: &Name) {
        match value.get_inner_expression() {
            Expression::ObjectExpression(object) => {
                for property in &object.properties {
                    let ObjectPropertyKind::ObjectProperty(property) = property else { continue };
                    self.key(property, table);
                }
            }
            Expression::ArrayExpression(array) => {
                for element in array.elements.iter().filter_map(|element| element.as_expression()) {
                    self.keys(element, table);
                }
            }
            Expression::CallExpression(call) if callee(call).as_deref() == Some("map") => {
                if let Some(Expression::ArrowFunctionExpression(arrow)) = argument(call, 0)
                    && let Some(body) = arrow.get_expression()
                {
                    self.keys(body, table);
                }
            }
            _ => {}
        }
    }

    fn key(&mut self, property: &ObjectProperty<'_>, table: &Name) {
        let Some(name) = property.key.static_name() else { return };
        let Some(change) = self.finder.names.column(table, &name) else { return };
        let span = property.key.span();
        let span = span.start as usize..span.end as usize;
        let written = self.finder.text.get(span.clone()).unwrap_or("").to_owned();
        let instead = self.finder.names.member_instead(change).map(|new| {
            let new = new.as_str();
            let plain = new.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                && !new.starts_with(|first: char| first.is_ascii_digit());
            match written.chars().next() {
                _ if property.shorthand => {
                    format!("{}: {written}", if plain { new.to_owned() } else { format!("{new:?}") })
                }
                Some(quote @ ('"' | '\'')) => format!("{quote}{new}{quote}"),
                _ if plain => new.to_owned(),
                _ => format!("{new:?}"),
            }
        });
        self.finder.hit(span, change, Grade::Sure, "supabase-js values", instead);
    }

    fn builder(&mut self, call: &CallExpression<'_>) {
        let Some(text) = argument(call, 0).and_then(text_of) else { return };
        // `emails as e`, `public.emails`
        let name = text.value.split_whitespace().next().unwrap_or("").to_owned();
        let start = text.span.start + text.value.find(&name).unwrap_or(0);
        let (schema, name) = match name.rsplit_once('.') {
            Some((schema, name)) => (Some(schema.to_owned()), name.to_owned()),
            None => (None, name),
        };
        let start = start + schema.as_ref().map_or(0, |schema| schema.len() + 1);
        let part = Text { span: start..start + name.len(), value: name, start: text.start };
        self.table(&part, schema.as_deref(), Grade::Sure, "query builder");
    }

    /// `pgTable("emails", { subject: text("subject") })`
    fn declared(&mut self, call: &CallExpression<'_>) {
        let Some(text) = argument(call, 0).and_then(text_of) else { return };
        let table = Name::new(text.value.clone());
        self.table(&text, table.schema.as_deref(), Grade::Sure, "drizzle table");
        let Some(columns) = argument(call, 1).and_then(as_object) else { return };
        for property in &columns.properties {
            let ObjectPropertyKind::ObjectProperty(property) = property else { continue };
            let mut value = property.value.get_inner_expression();
            // `text("subject").notNull()`: the innermost call has the name.
            while let Expression::CallExpression(call) = value {
                match call.callee.get_inner_expression() {
                    Expression::StaticMemberExpression(member) => value = member.object.get_inner_expression(),
                    _ => {
                        self.drizzle_column(call, property, &table);
                        break;
                    }
                }
            }
        }
    }

    fn drizzle_column(&mut self, call: &CallExpression<'_>, property: &ObjectProperty<'_>, table: &Name) {
        if let Some(text) = argument(call, 0).and_then(text_of) {
            self.done.insert(text.start);
            self.finder.text_column(text.span, table, &text.value, Grade::Sure, "drizzle column", |new| {
                new.as_str().to_owned()
            });
            return;
        }
        // The key is the column's name: code goes on to use the key.
        let Some(name) = property.key.static_name() else { return };
        let Some(change) = self.finder.names.column(table, &name) else { return };
        let key = property.key.span();
        let open = call.callee.span().end as usize + 1;
        let instead = self.finder.names.member_instead(change).map(|new| {
            let comma = if call.arguments.is_empty() { "" } else { ", " };
            format!("{:?}{comma}", new.as_str())
        });
        self.finder.hit(key.start as usize..key.end as usize, change, Grade::Sure, "drizzle column", instead);
        if let Some(hit) = self.finder.hits.last_mut()
            && let Ok(Edit { span, .. }) = &mut hit.instead
        {
            *span = open..open;
        }
    }

    /// `(await client.from("emails").select("*")).data.subject`
    pub(super) fn property_of_a_result(&mut self, member: &StaticMemberExpression<'_>) {
        let name = member.property.name.as_str();
        if self.finder.names.columns_called(name).next().is_none() {
            return;
        }
        let Some(chain) = chain(&member.object).filter(|chain| chain.result) else { return };
        // What `select` names goes on under its old name.
        let everything =
            chain.selected.as_deref().is_none_or(|selected| selected.split(',').any(|item| item.trim() == "*"));
        if !everything {
            return;
        }
        let span = member.property.span.start as usize..member.property.span.end as usize;
        self.finder
            .text_column(span, &chain.table, name, Grade::Likely, "supabase-js result", |new| new.as_str().to_owned());
    }
}

fn as_object<'e, 'a>(expression: &'e Expression<'a>) -> Option<&'e ObjectExpression<'a>> {
    match expression.get_inner_expression() {
        Expression::ObjectExpression(object) => Some(object),
        _ => None,
    }
}

/// The string of an option.
pub(super) fn option(object: &ObjectExpression<'_>, names: &[&str]) -> Option<Text> {
    object.properties.iter().find_map(|property| {
        let ObjectPropertyKind::ObjectProperty(property) = property else { return None };
        let name = property.key.static_name()?;
        if names.contains(&name.as_ref()) { text_of(&property.value) } else { None }
    })
}
