//! Calls of SQLAlchemy, Alembic and supabase-py: tables and columns that they take as strings.

use pgmason_sql::Name;
use ruff_python_ast::{Expr, ExprCall};

use super::super::{Grade, postgrest};
use super::Python;
use super::chain::{chained_schema, chained_select, chained_table};
use super::text::{Text, bare, called, text_of};

/// Functions that take SQL first.
const TAKES_SQL: &[&str] = &[
    "text",
    "execute",
    "executemany",
    "execute_values",
    "exec_driver_sql",
    "read_sql",
    "read_sql_query",
    "fetch",
    "fetchrow",
    "fetchval",
    "fetchone",
    "fetchall",
    "raw",
    "RunSQL",
    "SQL",
    "mogrify",
    "copy_expert",
    "query",
    "prepare",
    "cursor_execute",
];

/// Alembic: the first argument is a table, the second a column where it is a string.
const ALEMBIC: &[&str] = &[
    "create_table",
    "drop_table",
    "add_column",
    "drop_column",
    "alter_column",
    "rename_table",
    "batch_alter_table",
    "bulk_insert",
];

const FILTERS: &[&str] = &[
    "eq",
    "neq",
    "gt",
    "gte",
    "lt",
    "lte",
    "like",
    "ilike",
    "is_",
    "in_",
    "contains",
    "contained_by",
    "overlaps",
    "order",
    "filter",
    "text_search",
    "not_",
    "range_gt",
    "range_lt",
];

impl Python<'_, '_> {
    pub(super) fn call(&mut self, call: &ExprCall) {
        let Some(function) = called(call) else { return };
        let first = call.arguments.args.first();
        let text = first.and_then(text_of);
        if TAKES_SQL.contains(&function.as_str())
            && let Some(first) = first
            && self.sql(first, true)
        {
            return;
        }
        let keyword = |name: &str| call.arguments.find_keyword(name).and_then(|keyword| text_of(&keyword.value));
        match function.as_str() {
            "Table" => {
                if let Some(text) = text {
                    let schema = keyword("schema").map(|schema| schema.value);
                    let table = Name { schema: schema.clone(), name: text.value.clone() };
                    self.table(&text, schema, Grade::Sure, "sqlalchemy table");
                    self.columns_in(call, &table);
                }
            }
            "ForeignKey" => {
                if let Some(text) = text {
                    self.foreign_key(&text);
                }
            }
            "ForeignKeyConstraint" => {
                if let Some(Expr::List(list)) = call.arguments.args.get(1) {
                    for text in list.elts.iter().filter_map(text_of) {
                        self.foreign_key(&text);
                    }
                }
                if let (Some(table), Some(Expr::List(list))) = (self.table.clone(), first) {
                    self.list_of_columns(&list.elts, &table);
                }
            }
            "relationship" => {
                if let Some(text) = keyword("secondary") {
                    self.table(&text, None, Grade::Likely, "sqlalchemy relationship");
                }
            }
            "table" | "from_" if matches!(&*call.func, Expr::Attribute(_)) => {
                if let Some(text) = text {
                    let schema = chained_schema(call);
                    self.table(&text, schema, Grade::Sure, "supabase-py table");
                }
            }
            "create_index" | "drop_index" | "create_unique_constraint" | "create_check_constraint" => {
                if let Some(text) = call.arguments.args.get(1).and_then(text_of) {
                    let table = Name { schema: keyword("schema").map(|schema| schema.value), name: text.value.clone() };
                    self.table(&text, table.schema.clone(), Grade::Sure, "alembic operation");
                    if let Some(Expr::List(list)) = call.arguments.args.get(2) {
                        self.list_of_columns(&list.elts, &table);
                    }
                }
            }
            "create_foreign_key" => {
                for place in [1, 2] {
                    if let Some(text) = call.arguments.args.get(place).and_then(text_of) {
                        let table = Name::new(text.value.clone());
                        self.table(&text, None, Grade::Sure, "alembic operation");
                        if let Some(Expr::List(list)) = call.arguments.args.get(place + 2) {
                            self.list_of_columns(&list.elts, &table);
                        }
                    }
                }
            }
            _ if ALEMBIC.contains(&function.as_str()) => {
                if let Some(text) = text {
                    let table = Name { schema: keyword("schema").map(|schema| schema.value), name: text.value.clone() };
                    self.table(&text, table.schema.clone(), Grade::Sure, "alembic operation");
                    if let Some(column) =
                        call.arguments.args.get(1).and_then(text_of).filter(|_| function != "rename_table")
                    {
                        self.column(&column, &table, "alembic operation");
                    }
                    self.columns_in(call, &table);
                }
            }
            _ => {
                if let Expr::Attribute(attribute) = &*call.func
                    && let Some(table) = chained_table(&attribute.value)
                {
                    self.of_a_table(call, &function, &table);
                }
            }
        }
    }

    /// `client.table("emails").select("subject").eq("id", 1)`
    fn of_a_table(&mut self, call: &ExprCall, method: &str, table: &Name) {
        let first = call.arguments.args.first();
        let text = first.and_then(text_of);
        match (method, text) {
            ("select", Some(text)) => {
                self.done.push(text.span.start);
                postgrest::select(self.finder, text.span, table, "supabase-py select");
            }
            ("or_", Some(text)) => {
                self.done.push(text.span.start);
                postgrest::conditions(self.finder, text.span, table, "supabase-py or");
            }
            ("insert" | "update" | "upsert" | "match", None) => {
                if let Some(first) = first {
                    self.keys(first, table);
                }
                if let Some(text) =
                    call.arguments.find_keyword("on_conflict").and_then(|keyword| text_of(&keyword.value))
                {
                    self.done.push(text.span.start);
                    postgrest::columns(self.finder, text.span, table, "supabase-py on_conflict");
                }
            }
            (method, Some(text)) if FILTERS.contains(&method) => {
                self.done.push(text.span.start);
                let selected = chained_select(&call.func);
                postgrest::column(self.finder, text.span, table, selected.as_deref(), "supabase-py filter");
            }
            _ => {}
        }
    }

    fn keys(&mut self, value: &Expr, table: &Name) {
        match value {
            Expr::Dict(dict) => {
                for text in dict.items.iter().filter_map(|item| text_of(item.key.as_ref()?)) {
                    self.column(&text, table, "supabase-py values");
                }
            }
            Expr::List(list) => {
                for element in &list.elts {
                    self.keys(element, table);
                }
            }
            _ => {}
        }
    }

    fn column(&mut self, text: &Text, table: &Name, kind: &'static str) {
        self.done.push(text.span.start);
        self.finder.text_column(text.span.clone(), table, &text.value, Grade::Sure, kind, bare);
    }

    fn list_of_columns(&mut self, elements: &[Expr], table: &Name) {
        for text in elements.iter().filter_map(text_of) {
            self.column(&text, table, "list of columns");
        }
    }

    /// `Column("subject", …)` among the arguments.
    fn columns_in(&mut self, call: &ExprCall, table: &Name) {
        for argument in &call.arguments.args {
            let Expr::Call(inner) = argument else { continue };
            match called(inner).as_deref() {
                Some("Column") => {
                    if let Some(text) = inner.arguments.args.first().and_then(text_of) {
                        self.column(&text, table, "sqlalchemy column");
                    }
                }
                Some("UniqueConstraint" | "PrimaryKeyConstraint") => self.list_of_columns(&inner.arguments.args, table),
                _ => {}
            }
        }
    }

    /// `emails.id`, `public.emails.id`
    fn foreign_key(&mut self, text: &Text) {
        self.done.push(text.span.start);
        let Some((path, column)) = text.value.rsplit_once('.') else { return };
        let (schema, table) = match path.rsplit_once('.') {
            Some((schema, table)) => (Some(schema.to_owned()), table),
            None => (None, path),
        };
        let start = text.span.start + path.len() - table.len();
        let name = Name { schema, name: table.to_owned() };
        self.finder.text_table(start..start + table.len(), &name, Grade::Sure, "sqlalchemy foreign key");
        let start = text.span.end - column.len();
        self.finder.text_column(start..text.span.end, &name, column, Grade::Sure, "sqlalchemy foreign key", bare);
    }
}
