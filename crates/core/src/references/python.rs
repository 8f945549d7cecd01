//! Python, read by Ruff's parser: SQLAlchemy, Alembic, Django, supabase-py, and SQL given to drivers.

use std::ops::Range;

use pgmason_model::Identifier;
use pgmason_sql::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{
    Expr, ExprCall, FStringPart, InterpolatedStringElement, Operator, Stmt, StmtClassDef, StringFlags, StringLiteral,
};
use ruff_text_size::Ranged;

use super::finder::Finder;
use super::{Edit, Grade, embedded, postgrest};

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

pub(super) fn find(finder: &mut Finder<'_>) -> Result<(), String> {
    let parsed = ruff_python_parser::parse_module(finder.text).map_err(|error| error.to_string())?;
    let mut python = Python { finder, table: None, done: Vec::new() };
    for statement in &parsed.syntax().body {
        python.visit_stmt(statement);
    }
    Ok(())
}

struct Python<'f, 't> {
    finder: &'f mut Finder<'t>,
    /// Of the class around.
    table: Option<Name>,
    /// Strings that were looked at already, by their beginning.
    done: Vec<usize>,
}

/// A string without escapes.
struct Text {
    value: String,
    span: Range<usize>,
}

impl<'a> Visitor<'a> for Python<'_, '_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::ClassDef(class) => {
                let of_class = table_of_class(class);
                // `class Meta` is about the class around it.
                let is_meta = class.name.as_str() == "Meta";
                let around = if is_meta { self.table.clone() } else { std::mem::replace(&mut self.table, of_class) };
                walk_stmt(self, statement);
                self.table = around;
            }
            Stmt::Assign(assign) => {
                if let [Expr::Name(target)] = assign.targets.as_slice() {
                    self.assigned(target.id.as_str(), range(target), Some(&assign.value));
                }
                walk_stmt(self, statement);
            }
            Stmt::AnnAssign(assign) => {
                if let Expr::Name(target) = &*assign.target {
                    self.assigned(target.id.as_str(), range(target), assign.value.as_deref());
                }
                walk_stmt(self, statement);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(call) => self.call(call),
            Expr::StringLiteral(_) | Expr::FString(_) | Expr::BinOp(_) => {
                self.sql(expression, false);
            }
            _ => {}
        }
        walk_expr(self, expression);
    }
}

impl Python<'_, '_> {
    fn table(&mut self, text: &Text, schema: Option<String>, best: Grade, kind: &'static str) -> bool {
        self.done.push(text.span.start);
        let name = Name { schema, name: text.value.clone() };
        self.finder.text_table(text.span.clone(), &name, best, kind)
    }

    fn assigned(&mut self, name: &str, place: Range<usize>, value: Option<&Expr>) {
        let text = value.and_then(text_of);
        match (name, text) {
            ("__tablename__" | "tablename", Some(text)) => {
                let schema = self.table.clone().and_then(|table| table.schema);
                self.table(&text, schema, Grade::Sure, "sqlalchemy table");
            }
            ("db_table", Some(text)) => {
                self.table(&text, None, Grade::Sure, "django table");
            }
            (_, Some(text)) if is_named_after_tables(name) => {
                self.table(&text, None, Grade::Likely, "string about a table");
            }
            (_, None) => self.attribute(name, place, value),
            _ => {}
        }
    }

    /// An attribute of a class with a table is a column, by its own name where it is given none.
    fn attribute(&mut self, name: &str, place: Range<usize>, value: Option<&Expr>) {
        let Some(table) = self.table.clone() else { return };
        let call = match value {
            Some(Expr::Call(call)) => Some(call),
            Some(_) => return,
            None => None,
        };
        let function = call.and_then(called).unwrap_or_default();
        if matches!(function.as_str(), "relationship" | "backref" | "association_proxy" | "ManyToManyField") {
            return;
        }
        let is_django = function.ends_with("Field") && function != "Field" || function == "ForeignKey";
        let named = call.and_then(|call| match is_django {
            true => call.arguments.find_keyword("db_column").and_then(|keyword| text_of(&keyword.value)),
            false => call.arguments.args.first().and_then(text_of),
        });
        if let Some(text) = named {
            self.done.push(text.span.start);
            let kind = if is_django { "django column" } else { "sqlalchemy column" };
            self.finder.text_column(text.span, &table, &text.value, Grade::Sure, kind, bare);
            return;
        }
        // Django calls the column of a foreign key `author_id`.
        let column = if is_django && matches!(function.as_str(), "ForeignKey" | "OneToOneField") {
            format!("{name}_id")
        } else {
            name.to_owned()
        };
        let kind = if is_django { "django column" } else { "sqlalchemy column" };
        let has_arguments =
            call.is_some_and(|call| !call.arguments.args.is_empty() || !call.arguments.keywords.is_empty());
        let write = |new: &Identifier| match (is_django, has_arguments) {
            (true, true) => format!(", db_column={:?}", new.as_str()),
            (true, false) => format!("db_column={:?}", new.as_str()),
            (false, true) => format!("{:?}, ", new.as_str()),
            (false, false) => format!("{:?}", new.as_str()),
        };
        if !self.finder.text_column(place, &table, &column, Grade::Sure, kind, write) {
            return;
        }
        let Some(hit) = self.finder.hits.last_mut() else { return };
        match call {
            // The attribute keeps its name, and is told the column's.
            Some(call) => {
                let arguments = range(&call.arguments);
                let last = call.arguments.args.iter().map(|argument| range(argument).end);
                let last = last.chain(call.arguments.keywords.iter().map(|keyword| range(keyword).end)).max();
                let at = if is_django { last.unwrap_or(arguments.start + 1) } else { arguments.start + 1 };
                if let Ok(Edit { span, .. }) = &mut hit.instead {
                    *span = at..at;
                }
            }
            None => hit.instead = Err("give the attribute a column of the new name".into()),
        }
    }

    fn call(&mut self, call: &ExprCall) {
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

    /// Strings, f-strings, and what is put together of them. True where it was SQL to look at.
    fn sql(&mut self, expression: &Expr, is_given: bool) -> bool {
        let (mut pieces, mut holes) = (Vec::new(), Vec::new());
        if !pieces_of(expression, &mut pieces, &mut holes) {
            return false;
        }
        let Some(first) = pieces.first().map(|piece: &Range<usize>| piece.start) else { return false };
        if self.done.contains(&first) {
            return false;
        }
        for piece in &pieces {
            self.done.push(piece.start);
        }
        let quote = self.finder.text[..first].chars().next_back();
        let is_sql = embedded::looks_like_sql(&self.finder.text[pieces[0].clone()]);
        if is_given && is_sql {
            embedded::sql(self.finder, &pieces, &holes, quote, "sql in a query");
        } else {
            for piece in &pieces {
                postgrest::rest_path(self.finder, piece.clone(), "rest path");
            }
            embedded::maybe_sql(self.finder, &pieces, &holes, quote, "sql in a string");
        }
        true
    }
}

fn bare(new: &Identifier) -> String {
    new.as_str().to_owned()
}

fn range(node: &impl Ranged) -> Range<usize> {
    node.range().start().to_usize()..node.range().end().to_usize()
}

/// The last name of what is called.
fn called(call: &ExprCall) -> Option<String> {
    match &*call.func {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(attribute) => Some(attribute.attr.to_string()),
        _ => None,
    }
}

fn is_named_after_tables(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("table") || name.ends_with("table") || name.ends_with("table_name")
}

fn inside(literal: &StringLiteral) -> Range<usize> {
    let all = range(literal);
    let (open, close) = (literal.flags.opener_len().to_usize(), literal.flags.closer_len().to_usize());
    all.start + open..all.end.saturating_sub(close).max(all.start + open)
}

fn text_of(expression: &Expr) -> Option<Text> {
    let Expr::StringLiteral(literal) = expression else { return None };
    let [only] = literal.value.as_slice() else { return None };
    let span = inside(only);
    (span.len() == only.value.len()).then(|| Text { value: only.value.to_string(), span })
}

/// False where there is something that is no string.
fn pieces_of(expression: &Expr, pieces: &mut Vec<Range<usize>>, holes: &mut Vec<Range<usize>>) -> bool {
    match expression {
        Expr::StringLiteral(literal) => pieces.extend(literal.value.as_slice().iter().map(inside)),
        Expr::FString(formatted) => {
            for part in formatted.value.as_slice() {
                match part {
                    FStringPart::Literal(literal) => pieces.push(inside(literal)),
                    FStringPart::FString(formatted) => {
                        for element in formatted.elements.iter() {
                            match element {
                                InterpolatedStringElement::Literal(literal) => pieces.push(range(literal)),
                                InterpolatedStringElement::Interpolation(hole) => holes.push(range(hole)),
                            }
                        }
                    }
                }
            }
        }
        Expr::BinOp(operation) if operation.op == Operator::Add => {
            return pieces_of(&operation.left, pieces, holes) && {
                if !pieces_of(&operation.right, pieces, holes) {
                    holes.push(range(&*operation.right));
                }
                true
            };
        }
        _ => return false,
    }
    !pieces.is_empty()
}

/// `.schema("chat")` before `.table`.
fn chained_schema(call: &ExprCall) -> Option<String> {
    let Expr::Attribute(attribute) = &*call.func else { return None };
    let Expr::Call(before) = &*attribute.value else { return None };
    (called(before)? == "schema").then(|| before.arguments.args.first().and_then(text_of).map(|text| text.value))?
}

/// The list of the `select` in a chain of calls.
fn chained_select(mut expression: &Expr) -> Option<String> {
    loop {
        match expression {
            Expr::Call(call) => {
                if called(call).as_deref() == Some("select") {
                    return call.arguments.args.first().and_then(text_of).map(|text| text.value);
                }
                expression = &call.func;
            }
            Expr::Attribute(attribute) => expression = &attribute.value,
            _ => return None,
        }
    }
}

/// The table that a chain of calls begins with.
fn chained_table(mut expression: &Expr) -> Option<Name> {
    loop {
        match expression {
            Expr::Call(call) => {
                let Expr::Attribute(attribute) = &*call.func else { return None };
                if matches!(attribute.attr.as_str(), "table" | "from_") {
                    let text = text_of(call.arguments.args.first()?)?;
                    return Some(Name { schema: chained_schema(call), name: text.value });
                }
                expression = &attribute.value;
            }
            Expr::Attribute(attribute) => expression = &attribute.value,
            Expr::Await(awaited) => expression = &awaited.value,
            _ => return None,
        }
    }
}

/// `__tablename__` with the schema of `__table_args__`, or Django's `Meta.db_table`.
fn table_of_class(class: &StmtClassDef) -> Option<Name> {
    let assigned = |body: &[Stmt], wanted: &str| -> Option<Expr> {
        body.iter().find_map(|statement| match statement {
            Stmt::Assign(assign) => match assign.targets.as_slice() {
                [Expr::Name(target)] if target.id.as_str() == wanted => Some((*assign.value).clone()),
                _ => None,
            },
            _ => None,
        })
    };
    if let Some(text) = assigned(&class.body, "__tablename__").as_ref().and_then(text_of) {
        let arguments = assigned(&class.body, "__table_args__");
        let options = match &arguments {
            Some(Expr::Tuple(tuple)) => tuple.elts.last(),
            other => other.as_ref(),
        };
        let schema = options.and_then(|options| {
            let Expr::Dict(dict) = options else { return None };
            dict.items.iter().find_map(|item| {
                let is_schema = text_of(item.key.as_ref()?)?.value == "schema";
                if is_schema { text_of(&item.value).map(|text| text.value) } else { None }
            })
        });
        return Some(Name { schema, name: text.value });
    }
    class.body.iter().find_map(|statement| match statement {
        Stmt::ClassDef(meta) if meta.name.as_str() == "Meta" => {
            assigned(&meta.body, "db_table").as_ref().and_then(text_of).map(|text| Name::new(text.value))
        }
        _ => None,
    })
}
