//! Finds text columns that are named like a password, a key or a token.

use pgmason_model::{Level, Object, ObjectId};

use crate::expression::string_literals;
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::naming::words::{snake_case, words};
use crate::rules::table::columns::{base_type, element_type, is_text, own_columns};
use crate::rules::table::secret_name::{Secret, secret_in};
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::{ColumnView, SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "secret-in-plain-text",
    section: Section::Table,
    default_level: RuleLevel::Error,
    summary: "a password, key or token is kept as plain text",
    page: include_str!("secret_in_plain_text.md"),
    options: &[RuleOption {
        name: "names",
        default: DefaultOption::List(&[]),
        summary: "further names of columns that hold a secret",
    }],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let further_names = ctx.option_list("names");
    for (table, column) in own_columns(ctx) {
        let name = column.name.as_str();
        let secret = match secret_in(&words(name), &words(table.name())) {
            None if further_names.iter().any(|further| further == name) => Some(Secret::Key),
            secret => secret,
        };
        let Some(secret) = secret else { continue };
        if !is_text(element_type(&base_type(ctx.catalog, &column)))
            || column.column.generated.is_some()
            || is_said_to_be_hidden(ctx, &column)
            || is_checked_to_be_hashed(table, &column)
        {
            continue;
        }
        let name = snake_case(name);
        let (what, help) = match secret {
            Secret::Password => (
                "a password",
                "store a hash (argon2 or bcrypt) and call the column `password_hash`; where it is one already, rename it".to_owned(),
            ),
            Secret::Key => (
                "a secret",
                format!("encrypt it or keep it in a vault, and call the column `{name}_encrypted`; where it is already, rename it"),
            ),
            Secret::Token => (
                "a token",
                format!("store a SHA-256 hash, compare hashes, and call the column `{name}_hash`; where it is one already, rename it"),
            ),
        };
        let finding =
            findings.on(column.id, format!("column {} is named like {what} and is plain text", column.id), help);
        // A token for one use opens less than a key does.
        if secret == Secret::Token {
            finding.level = finding.level.min(Level::Warning);
        }
    }
}

/// True where the column's comment says that what is in it is hashed or encrypted.
fn is_said_to_be_hidden(ctx: &SchemaContext<'_>, column: &ColumnView<'_>) -> bool {
    const HIDING: [&str; 9] =
        ["argon2", "bcrypt", "encrypted", "hash", "hashed", "pbkdf2", "scrypt", "sha256", "vault"];
    let Some(Object::Comment(comment)) = ctx.catalog.get(&ObjectId::comment(column.id.clone())) else { return false };
    let words = words(&comment.text);
    words.iter().any(|word| HIDING.contains(&word.as_str()))
        && !words.iter().any(|word| matches!(word.as_str(), "not" | "plain" | "plaintext" | "todo" | "unencrypted"))
}

/// True where a CHECK wants the form of a password hash: `password LIKE '$2b$%'`.
fn is_checked_to_be_hashed(table: &TableView<'_>, column: &ColumnView<'_>) -> bool {
    const FORMS: [&str; 5] = ["$2", "$argon2", "$scrypt", "$pbkdf2", "$6$"];
    table
        .checks_on(column.name.as_str())
        .filter_map(|check| check.expression.as_deref())
        .flat_map(string_literals)
        .map(|literal| literal.replace(['\\', '^'], ""))
        .any(|literal| FORMS.iter().any(|form| literal.starts_with(form)))
}
