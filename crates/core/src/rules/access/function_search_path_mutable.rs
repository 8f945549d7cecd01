//! Finds functions whose names mean whatever the caller's search_path makes of them.

use pgmason_model::catalog::{Function, FunctionKind};
use pgmason_model::{Fix, Identifier, Level, ObjectId, ObjectKind};

use super::severity::weigh;
use super::wording::listed;
use crate::expression::{Call, Token, TokenKind, calls, tokens};
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "function-search-path-mutable",
    section: Section::Access,
    default_level: RuleLevel::Warning,
    summary: "a function does not fix its search_path",
    page: include_str!("function_search_path_mutable.md"),
    options: &[
        RuleOption {
            name: "inlinable",
            default: DefaultOption::Boolean(false),
            summary: "report functions in SQL that PostgreSQL can inline, which a fixed search_path prevents",
        },
        RuleOption {
            name: "temporary_schema",
            default: DefaultOption::Boolean(false),
            summary: "report SECURITY DEFINER functions whose search_path does not name pg_temp last",
        },
    ],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for (id, function) in &ctx.schema.functions {
        // ALTER FUNCTION … SET is for functions and procedures; a body that was parsed when it was made, or that holds
        // no SQL names, does not look at search_path again.
        let can_be_set = matches!(function.kind, FunctionKind::Function | FunctionKind::Procedure);
        let looks_names_up = !matches!(function.language.as_str(), "c" | "internal") && !is_parsed(function);
        if !can_be_set || !looks_names_up {
            continue;
        }
        match function.settings.get("search_path") {
            None if !ctx.option_boolean("inlinable") && is_inlinable(function) => {}
            None => mutable(ctx, findings, id, function),
            Some(path) if function.security_definer => fixed(ctx, findings, id, path),
            Some(_) => {}
        }
    }
}

fn mutable(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>, id: &ObjectId, function: &Function) {
    let rights = if function.security_definer {
        format!(", and runs with the rights of {}", function.owner)
    } else {
        String::new()
    };
    let kind = if function.kind == FunctionKind::Procedure { "procedure" } else { "function" };
    let finding = findings.on(
        id,
        format!("{kind} {id} takes the search_path of whoever calls it{rights}"),
        "set search_path to '' and qualify every name in the body",
    );
    if only_built_in_names(ctx, &function.body) {
        finding.fix = Some(Fix {
            description: "fix the search_path; the body names nothing that it would have to find there".to_owned(),
            sql: format!("ALTER {} {id} SET search_path = '';", kind.to_uppercase()),
        });
    }
    if function.security_definer {
        weigh(ctx, finding, Level::Error);
    }
}

/// The path is fixed; others may still put something on it.
fn fixed(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>, id: &ObjectId, path: &str) {
    let path = schemas(path);
    let api_roles = &ctx.rulebook.access.api_roles;
    let open: Vec<String> = path
        .iter()
        .filter(|schema| {
            let id = ObjectId::global(ObjectKind::Schema, schema.as_str());
            // Without API roles configured, PUBLIC stands for whoever comes.
            ctx.schema.access.has("public", "CREATE", &id)
                || api_roles.iter().any(|role| ctx.schema.access.has(role, "CREATE", &id))
        })
        .map(|schema| Identifier::new(schema.as_str()).to_string())
        .collect();
    if !open.is_empty() {
        let finding = findings.on(
            id,
            format!(
                "the search_path of SECURITY DEFINER function {id} names {}, where others may create objects",
                listed(&open)
            ),
            "set search_path to '' and qualify every name in the body, or revoke CREATE on the schema",
        );
        weigh(ctx, finding, Level::Error);
    } else if ctx.option_boolean("temporary_schema") && path.last().is_some_and(|last| last != "pg_temp") {
        findings.on(
            id,
            format!(
                "the search_path of SECURITY DEFINER function {id} leaves pg_temp in front, \
                 where anybody may create tables"
            ),
            "name pg_temp last in it, or set search_path to '' and qualify every name in the body",
        );
    }
}

/// `BEGIN ATOMIC …` and `RETURN …` (PostgreSQL 14 and newer) keep what their names meant when they were made.
fn is_parsed(function: &Function) -> bool {
    if function.language.as_str() != "sql" {
        return false;
    }
    let tokens = tokens(&function.body);
    match tokens.as_slice() {
        [first, second, ..] if first.is_word("begin") => second.is_word("atomic"),
        [first, ..] => first.is_word("return"),
        [] => false,
    }
}

/// A single SELECT in SQL with the caller's rights: PostgreSQL can put it into the calling query, unless it has SET.
fn is_inlinable(function: &Function) -> bool {
    let tokens = tokens(&function.body);
    let last = tokens.iter().rposition(|token| token.kind != TokenKind::Semicolon).map_or(0, |last| last + 1);
    function.language.as_str() == "sql"
        && function.kind == FunctionKind::Function
        && !function.security_definer
        && function.settings.is_empty()
        && tokens.first().is_some_and(|first| first.is_word("select") || first.is_word("with"))
        && tokens.iter().take(last).all(|token| token.kind != TokenKind::Semicolon)
        && !tokens.iter().any(|token| ["insert", "update", "delete", "merge"].iter().any(|word| token.is_word(word)))
}

/// Functions of `pg_catalog` that bodies call most; any other may come from an extension, whose members the catalog
/// does not list.
const BUILT_IN: [&str; 40] = [
    "abs",
    "array_agg",
    "array_append",
    "array_length",
    "avg",
    "btrim",
    "cardinality",
    "ceil",
    "char_length",
    "clock_timestamp",
    "coalesce",
    "concat",
    "count",
    "current_setting",
    "date_trunc",
    "extract",
    "floor",
    "format",
    "gen_random_uuid",
    "greatest",
    "json_build_object",
    "jsonb_build_object",
    "jsonb_set",
    "least",
    "left",
    "length",
    "lower",
    "max",
    "min",
    "now",
    "nullif",
    "random",
    "replace",
    "round",
    "row_to_json",
    "substring",
    "sum",
    "to_jsonb",
    "trim",
    "upper",
];

/// Operators that `pg_catalog` has, and the signs of plpgsql.
const OPERATORS: [&str; 25] = [
    "=", "<>", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "||", "::", ":=", "->", "->>", "#>", "#>>", "@>", "<@",
    "~", "~*", "!~", "!~*", "=>",
];

/// True when the body means the same with an empty search_path: every function, operator and name in it that is not
/// qualified is PostgreSQL's own. Errs towards false.
fn only_built_in_names(ctx: &SchemaContext<'_>, body: &str) -> bool {
    let known_call = |call: &Call| call.schema.is_some() || BUILT_IN.contains(&call.name.as_str());
    let tokens = tokens(body);
    let qualified = |place: usize| place.checked_sub(1).is_some_and(|before| tokens[before].kind == TokenKind::Dot);
    calls(body).iter().all(known_call)
        && !tokens.windows(3).any(|three| names_bare_relation(&three[0], &three[1], &three[2]))
        && tokens.iter().enumerate().all(|(place, token)| match token.kind {
            TokenKind::Operator => OPERATORS.contains(&token.value.as_str()),
            TokenKind::Word if token.value == "execute" => false,
            TokenKind::Word | TokenKind::QuotedName => qualified(place) || !names_object(ctx, &token.value),
            // SQL in a string.
            TokenKind::String => !token.value.contains(' '),
            _ => true,
        })
}

/// `INSERT INTO notes`, also where no such table exists yet. Names that begin with `pg_` are PostgreSQL's own.
fn names_bare_relation(before: &Token, name: &Token, after: &Token) -> bool {
    ["from", "join", "into", "update", "only"].iter().any(|word| before.is_word(word))
        && name.is_name()
        && !name.value.starts_with("pg_")
        && !matches!(after.kind, TokenKind::Dot)
        && after.value != "("
}

/// True when some schema has an object that a bare name could mean.
fn names_object(ctx: &SchemaContext<'_>, name: &str) -> bool {
    const KINDS: [ObjectKind; 9] = [
        ObjectKind::Table,
        ObjectKind::View,
        ObjectKind::MaterializedView,
        ObjectKind::Sequence,
        ObjectKind::EnumType,
        ObjectKind::DomainType,
        ObjectKind::CompositeType,
        ObjectKind::RangeType,
        ObjectKind::BaseType,
    ];
    ctx.catalog.of_kind(ObjectKind::Schema).any(|(schema, _)| {
        KINDS.iter().any(|kind| ctx.catalog.get(&ObjectId::in_schema(*kind, schema.name.clone(), name)).is_some())
    })
}

/// The elements of a search_path setting; an empty name is no schema.
fn schemas(path: &str) -> Vec<String> {
    tokens(path)
        .into_iter()
        .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedName | TokenKind::String))
        .map(|token| token.value)
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_search_paths() {
        assert_eq!(schemas("\"\""), [] as [&str; 0]);
        assert_eq!(schemas("''"), [] as [&str; 0]);
        assert_eq!(schemas("public, \"My Schema\", pg_temp"), ["public", "My Schema", "pg_temp"]);
        assert_eq!(schemas("\"$user\", public"), ["$user", "public"]);
    }
}
