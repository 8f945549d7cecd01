//! TypeScript and JavaScript, read by oxc's parser.
//!
//! A table is known where the client's `from` names it; columns are known in the calls that follow in the same expression.

mod calls;
mod chain;
mod strings;
mod types;

use std::collections::HashSet;
use std::ops::Range;

use oxc_allocator::Allocator;
use oxc_ast::ast::*;
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_span::SourceType;
use pgmason_sql::Name;

use super::Grade;
use super::finder::Finder;

pub(super) fn find(path: &str, finder: &mut Finder<'_>) -> Result<(), String> {
    let text = finder.text;
    find_in(path, text, finder)
}

/// `text`: the finder's own, with everything but the script blanked.
pub(super) fn find_in(path: &str, text: &str, finder: &mut Finder<'_>) -> Result<(), String> {
    with_program(path, text, |program| {
        let mut script = Script { finder, done: HashSet::new(), table_named: 0 };
        script.visit_program(program);
    })
}

/// Parses a file; the error is the parser's first.
pub(super) fn with_program<T>(path: &str, text: &str, work: impl FnOnce(&Program<'_>) -> T) -> Result<T, String> {
    let allocator = Allocator::default();
    let kinds = match path.rsplit('.').next().map(str::to_ascii_lowercase).as_deref() {
        Some("tsx") => vec![SourceType::tsx()],
        // Types of an older kind, `<T>value`, are no JSX.
        Some("ts" | "mts" | "cts") => vec![SourceType::ts()],
        // JavaScript with JSX, and Flow's types where they read as TypeScript's.
        _ => vec![SourceType::tsx(), SourceType::ts()],
    };
    let mut problem = String::new();
    for kind in kinds {
        let parsed = Parser::new(&allocator, text, kind).parse();
        if !parsed.panicked && parsed.diagnostics.iter().next().is_none() {
            return Ok(work(&parsed.program));
        }
        if problem.is_empty() {
            problem =
                parsed.diagnostics.iter().next().map_or_else(|| "it does not parse".to_owned(), ToString::to_string);
        }
    }
    Err(problem)
}

struct Script<'f, 't> {
    finder: &'f mut Finder<'t>,
    /// Strings that were looked at already, by their beginning.
    done: HashSet<u32>,
    /// How many things called after tables are open: `const TABLES = { … }`.
    table_named: usize,
}

/// A string without escapes.
struct Text {
    value: String,
    /// Inside of the quotes.
    span: Range<usize>,
    /// Where the literal begins.
    start: u32,
}

impl<'a> Visit<'a> for Script<'_, '_> {
    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        self.call(call);
        let named = calls::callee(call).is_some_and(|name| is_named_after_tables(&name));
        self.table_named += usize::from(named);
        walk::walk_call_expression(self, call);
        self.table_named -= usize::from(named);
    }

    fn visit_tagged_template_expression(&mut self, tagged: &TaggedTemplateExpression<'a>) {
        if strings::is_sql_name(&calls::name_of(&tagged.tag).unwrap_or_default()) {
            self.sql_template(&tagged.quasi, "sql in a tagged template");
        }
        walk::walk_tagged_template_expression(self, tagged);
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        self.property_of_a_result(member);
        walk::walk_static_member_expression(self, member);
    }

    fn visit_ts_type_reference(&mut self, reference: &TSTypeReference<'a>) {
        self.type_reference(reference);
        walk::walk_ts_type_reference(self, reference);
    }

    fn visit_ts_indexed_access_type(&mut self, access: &TSIndexedAccessType<'a>) {
        self.indexed_access(access);
        walk::walk_ts_indexed_access_type(self, access);
    }

    fn visit_ts_property_signature(&mut self, signature: &TSPropertySignature<'a>) {
        self.generated_schema(signature);
        walk::walk_ts_property_signature(self, signature);
    }

    fn visit_object_expression(&mut self, object: &ObjectExpression<'a>) {
        self.object_about_a_table(object);
        walk::walk_object_expression(self, object);
    }

    fn visit_variable_declarator(&mut self, declarator: &VariableDeclarator<'a>) {
        let named = declarator.id.get_identifier_name().is_some_and(|name| is_named_after_tables(name.as_str()));
        self.table_named += usize::from(named);
        walk::walk_variable_declarator(self, declarator);
        self.table_named -= usize::from(named);
    }

    fn visit_object_property(&mut self, property: &ObjectProperty<'a>) {
        let named = property.key.static_name().is_some_and(|name| is_named_after_tables(&name));
        self.table_named += usize::from(named);
        walk::walk_object_property(self, property);
        self.table_named -= usize::from(named);
    }

    fn visit_function_body(&mut self, body: &FunctionBody<'a>) {
        let around = std::mem::take(&mut self.table_named);
        walk::walk_function_body(self, body);
        self.table_named = around;
    }

    fn visit_binary_expression(&mut self, binary: &BinaryExpression<'a>) {
        self.concatenation(binary);
        walk::walk_binary_expression(self, binary);
    }

    fn visit_template_literal(&mut self, template: &TemplateLiteral<'a>) {
        self.template(template);
        walk::walk_template_literal(self, template);
    }

    fn visit_string_literal(&mut self, literal: &StringLiteral<'a>) {
        self.string(literal);
    }

    // A path is no table, and neither are the names of CSS classes.
    fn visit_import_declaration(&mut self, _: &ImportDeclaration<'a>) {}

    fn visit_jsx_attribute(&mut self, attribute: &JSXAttribute<'a>) {
        if attribute.value.as_ref().is_some_and(|value| matches!(value, JSXAttributeValue::StringLiteral(_))) {
            return;
        }
        walk::walk_jsx_attribute(self, attribute);
    }
}

impl Script<'_, '_> {
    fn table(&mut self, text: &Text, schema: Option<&str>, best: Grade, kind: &'static str) -> bool {
        self.done.insert(text.start);
        let name = Name { schema: schema.map(str::to_owned), name: text.value.clone() };
        self.finder.text_table(text.span.clone(), &name, best, kind)
    }
}

/// `TABLE`, `tableName`, `TABLES`, `useTable`.
fn is_named_after_tables(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("table")
        || name.ends_with("table")
        || name.ends_with("tables")
        || name.ends_with("tablename")
        || name.ends_with("table_name")
}

/// The string of an expression, where it is one without escapes and holes.
fn text_of(expression: &Expression<'_>) -> Option<Text> {
    match expression.get_inner_expression() {
        Expression::StringLiteral(literal) => text_of_literal(literal),
        Expression::TemplateLiteral(template) if template.expressions.is_empty() => {
            let element = template.quasis.first()?;
            let raw = element.value.raw.as_str();
            (!raw.contains('\\')).then(|| Text {
                value: raw.to_owned(),
                span: template.span.start as usize + 1..template.span.end as usize - 1,
                start: template.span.start,
            })
        }
        _ => None,
    }
}

fn text_of_literal(literal: &StringLiteral<'_>) -> Option<Text> {
    let span = literal.span.start as usize + 1..(literal.span.end as usize).checked_sub(1)?;
    let raw = literal.raw.as_ref().map(|raw| raw.as_str())?;
    (!raw.contains('\\') && span.start <= span.end).then(|| Text {
        value: literal.value.to_string(),
        span,
        start: literal.span.start,
    })
}
