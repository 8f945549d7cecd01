//! Python, read by Ruff's parser: SQLAlchemy, Alembic, Django, supabase-py, and SQL given to drivers.

mod calls;
mod chain;
mod text;

use std::ops::Range;

use pgmason_model::Identifier;
use pgmason_sql::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt, StmtClassDef};

use super::finder::Finder;
use super::{Edit, Grade, embedded, postgrest};
use text::{Text, bare, called, is_named_after_tables, pieces_of, range, text_of};

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
