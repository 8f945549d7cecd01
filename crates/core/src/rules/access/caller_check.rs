//! What the condition of a policy asks of the caller and of the row.
//!
//! It errs on the side of silence: a project's own function, or a table whose own policies decide, may well tie the row
//! to the caller, and counts as unknown.

use pgmason_model::catalog::{ConstraintKind, Function};
use pgmason_model::{Object, ObjectId, ObjectKind, QualifiedName};

use crate::expression::{
    Call, Condition, SubselectKind, TokenKind, calls, column_references, condition, conjuncts, is_constant_false,
    is_constant_true, relations, subselects, tokens, without_scalar_wrappers,
};
use crate::schema::{SchemaContext, TableView};

/// Whom a condition lets through, the widest first: AND takes the narrowest of its parts, OR the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lets {
    /// Constant true.
    Everyone,
    /// It asks at most whether somebody is signed in, whoever that is, and nothing about the row.
    AnyCaller,
    /// It picks rows, the same ones for every caller.
    SomeRows,
    /// It calls something whose answer cannot be read from the schema.
    Unknown,
    /// It compares the row with the caller.
    Caller,
    /// Constant false.
    Nobody,
}

pub(super) fn lets(ctx: &SchemaContext<'_>, table: &TableView<'_>, text: &str) -> Lets {
    let owners: Vec<&str> = user_columns(ctx, table).collect();
    Judge { ctx, user_columns: &owners }.text(text)
}

/// The same for a condition that belongs to no table, such as the WHERE of a view.
pub(super) fn lets_anywhere(ctx: &SchemaContext<'_>, text: &str) -> Lets {
    Judge { ctx, user_columns: &[] }.text(text)
}

/// True for a call whose result is the caller's identity.
pub(super) fn is_identity(ctx: &SchemaContext<'_>, call: &Call) -> bool {
    ctx.rulebook.access.identity_functions.contains(&call.qualified_name())
}

/// Columns of the table that hold a user's id: by their name, or by a foreign key to the table of users or to a table
/// that has a user's id as its primary key.
pub(super) fn user_columns<'a>(
    ctx: &SchemaContext<'a>,
    table: &'a TableView<'_>,
) -> impl Iterator<Item = &'a str> + use<'a> {
    let settings = &ctx.rulebook.access;
    let by_key: Vec<&str> = table
        .foreign_keys()
        .filter(|key| key.columns.len() == 1 && names_users(ctx, &key.references.table))
        .filter_map(|key| key.columns.first().map(|column| column.as_str()))
        .collect();
    table
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .filter(move |column| settings.user_columns.contains(*column) || by_key.contains(column))
}

fn names_users(ctx: &SchemaContext<'_>, name: &QualifiedName) -> bool {
    if is_user_table(ctx, name) {
        return true;
    }
    let Some(table) = ctx.schema.table(name) else { return false };
    let key = table.constraints.iter().find(|(_, constraint)| constraint.kind == ConstraintKind::PrimaryKey);
    key.is_some_and(|(_, key)| {
        table.foreign_keys().any(|reference| {
            reference.columns == key.columns.as_slice() && is_user_table(ctx, &reference.references.table)
        })
    })
}

pub(super) fn is_user_table(ctx: &SchemaContext<'_>, name: &QualifiedName) -> bool {
    ctx.rulebook.access.user_tables.contains(&format!("{}.{}", name.schema.as_str(), name.name.as_str()))
}

/// Functions of the name, whatever their arguments.
pub(super) fn functions_named<'a>(
    ctx: &SchemaContext<'a>,
    schema: &str,
    name: &str,
) -> impl Iterator<Item = (&'a ObjectId, &'a Function)> {
    let relation = ObjectId::in_schema(ObjectKind::Function, schema, name);
    ctx.catalog.of_relation(ObjectKind::Function, &relation).filter_map(|(id, object)| match object {
        Object::Function(function) => Some((id, function)),
        _ => None,
    })
}

struct Judge<'c, 'a> {
    ctx: &'c SchemaContext<'a>,
    user_columns: &'c [&'c str],
}

/// Claims that say how somebody signed in, not who it is.
const CLAIMS_OF_ANYBODY: [&str; 3] = ["aal", "is_anonymous", "aud"];

impl Judge<'_, '_> {
    fn text(&self, text: &str) -> Lets {
        // `( SELECT auth.uid() AS uid)` says what `auth.uid()` says.
        self.tree(&condition(&without_scalar_wrappers(text)))
    }

    fn tree(&self, condition: &Condition<'_>) -> Lets {
        match condition {
            Condition::And(parts) => parts.iter().map(|part| self.tree(part)).max().unwrap_or(Lets::Unknown),
            Condition::Or(parts) => parts.iter().map(|part| self.tree(part)).min().unwrap_or(Lets::Unknown),
            Condition::Not(part) => match self.tree(part) {
                Lets::Everyone => Lets::Nobody,
                Lets::Nobody => Lets::Everyone,
                // Everybody else's rows.
                Lets::Caller => Lets::Unknown,
                same => same,
            },
            Condition::Leaf(text) => self.leaf(text),
        }
    }

    fn leaf(&self, text: &str) -> Lets {
        if is_constant_true(text) {
            return Lets::Everyone;
        }
        if is_constant_false(text) {
            return Lets::Nobody;
        }
        let calls = calls(text);
        let columns = column_references(text);
        let asks_who = calls.iter().any(|call| is_identity(self.ctx, call)) || names_session_user(text);
        let reads = subselects(text).iter().any(|subselect| subselect.has_from);
        if asks_who && (reads || !columns.is_empty()) {
            return Lets::Caller;
        }
        if calls.iter().any(|call| !is_identity(self.ctx, call) && !self.is_known(call)) {
            return Lets::Unknown;
        }
        if reads {
            return self.subselect(text);
        }
        if asks_who {
            return self.about_caller_alone(text);
        }
        if columns.is_empty() || columns.iter().any(|column| self.user_columns.contains(&column.name.as_str())) {
            return Lets::Unknown;
        }
        Lets::SomeRows
    }

    /// Built in (`search_path` was `pg_catalog`), or the platform's.
    fn is_known(&self, call: &Call) -> bool {
        let Some(schema) = &call.schema else { return true };
        let mut found = functions_named(self.ctx, schema, &call.name).peekable();
        found.peek().is_some() && found.all(|(id, _)| self.ctx.catalog.is_platform(id))
    }

    /// A subselect without the caller in it: rows of other tables decide. Where those have row level security, it is
    /// their policies that decide.
    fn subselect(&self, text: &str) -> Lets {
        for relation in relations(text) {
            let Some(schema) = relation.schema else { return Lets::Unknown };
            match self.ctx.schema.table(&QualifiedName::new(schema, relation.name)) {
                Some(table) if !table.table.row_security => {}
                _ => return Lets::Unknown,
            }
        }
        if only_joins(text) { Lets::AnyCaller } else { Lets::SomeRows }
    }

    /// Nothing but the caller: `auth.uid() IS NOT NULL`, `auth.role() = 'authenticated'`, a claim.
    fn about_caller_alone(&self, text: &str) -> Lets {
        let tokens = tokens(text);
        let mut claims = Vec::new();
        let mut settings = Vec::new();
        let mut values = Vec::new();
        for (place, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::String) {
            let before = |distance: usize| place.checked_sub(distance).and_then(|place| tokens.get(place));
            let is = |distance: usize, words: &[&str]| {
                before(distance)
                    .is_some_and(|token| token.kind != TokenKind::String && words.contains(&token.value.as_str()))
            };
            if is(1, &["->", "->>", "#>", "#>>"]) {
                claims.push(token.value.as_str());
            } else if is(1, &["("]) && is(2, &["current_setting"]) {
                settings.push(token.value.as_str());
            } else {
                values.push(token.value.as_str());
            }
        }
        if claims.iter().any(|claim| CLAIMS_OF_ANYBODY.contains(claim)) {
            return Lets::AnyCaller;
        }
        // Only `''` beside NULL: is there anybody?
        if values.iter().all(|value| value.is_empty()) {
            let tests_null = tokens.iter().any(|token| token.is_word("null")) || !values.is_empty();
            let says_nothing_else = claims.iter().all(|claim| ["sub", "role", "email"].contains(claim))
                && settings.iter().all(|name| name.starts_with("request.jwt"));
            return if tests_null && says_nothing_else { Lets::AnyCaller } else { Lets::Unknown };
        }
        let access = &self.ctx.rulebook.access;
        let of_role = claims.contains(&"role")
            || settings.iter().any(|name| name.ends_with("role"))
            || names_session_user(text)
            || calls(text).iter().any(|call| is_identity(self.ctx, call) && call.name == "role");
        let anybodys_role = |value: &&str| access.api_roles.contains(*value) || access.anonymous_roles.contains(*value);
        if of_role && values.iter().any(anybodys_role) { Lets::AnyCaller } else { Lets::Unknown }
    }
}

fn names_session_user(text: &str) -> bool {
    tokens(text)
        .iter()
        .any(|token| ["current_user", "session_user", "current_role", "user"].iter().any(|word| token.is_word(word)))
}

/// True when the subselects only ask whether joined rows exist: no WHERE, or one that compares columns with each other
/// and nothing else.
fn only_joins(text: &str) -> bool {
    let tokens = tokens(text);
    let compares_constants = tokens.iter().enumerate().any(|(place, token)| {
        let selected = place.checked_sub(1).is_some_and(|before| tokens[before].is_word("select"));
        matches!(token.kind, TokenKind::String | TokenKind::Number) && !selected
    });
    !compares_constants
        && subselects(text).iter().all(|subselect| {
            let inner = text.get(subselect.span.start + 1..subselect.span.end.saturating_sub(1)).unwrap_or("");
            let (condition, rest) = where_clause(inner);
            matches!(subselect.kind, SubselectKind::Exists | SubselectKind::Any)
                && rest.is_empty()
                && condition.is_none_or(|condition| conjuncts(condition).into_iter().all(joins_columns))
        })
}

/// `a.x = b.y`
fn joins_columns(text: &str) -> bool {
    let tokens = tokens(text);
    let sides: Vec<_> = tokens.split(|token| token.is_operator("=")).collect();
    sides.len() == 2
        && sides
            .iter()
            .all(|side| side.iter().all(|token| token.is_name() || token.kind == TokenKind::Dot) && side.len() > 1)
}

/// The outermost WHERE of a query, and what follows it (GROUP BY, UNION …).
pub(super) fn where_clause(query: &str) -> (Option<&str>, &str) {
    const ENDS: [&str; 11] =
        ["group", "having", "window", "order", "limit", "offset", "fetch", "for", "union", "intersect", "except"];
    let mut depth = 0_usize;
    let mut start = None;
    for token in tokens(query) {
        match token.kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            TokenKind::Word if token.value == "where" && start.is_none() => start = Some(token.span.end),
            TokenKind::Word if ENDS.contains(&token.value.as_str()) => {
                let rest = query.get(token.span.start..).unwrap_or("");
                return (start.and_then(|start| query.get(start..token.span.start)), rest);
            }
            TokenKind::Semicolon => {
                return (start.and_then(|start| query.get(start..token.span.start)), "");
            }
            _ => {}
        }
    }
    (start.and_then(|start| query.get(start..)), "")
}
