//! A plan as SQL that a person reads and `psql` runs: statements with their reasons, in their transactions.

use pgmason_model::difference::{ChangeStatement, HazardKind};
use pgmason_model::{ObjectId, ObjectKind};

/// The statements. BEGIN and COMMIT stand where one transaction is not enough.
pub fn sql_text(statements: &[ChangeStatement]) -> String {
    let mut text = String::new();
    let several = statements.first().map(|first| first.transaction) != statements.last().map(|last| last.transaction);
    // Bodies may mention what comes further down.
    if statements.iter().any(|statement| statement.object.kind == ObjectKind::Function) {
        text.push_str("SET check_function_bodies = off;\n\n");
    }
    let mut before: Option<&ChangeStatement> = None;
    for (place, statement) in statements.iter().enumerate() {
        let opens = before.is_none_or(|before| before.transaction != statement.transaction);
        let has_blank_line = text.is_empty() || text.ends_with("\n\n");
        if opens && several && !statement.alone {
            if !has_blank_line {
                text.push('\n');
            }
            text.push_str("BEGIN;\n\n");
        } else if !has_blank_line && before.is_some_and(|before| opens || group(before) != group(statement)) {
            text.push('\n');
        }
        for remark in remarks(statement) {
            text.push_str(&format!("-- {}\n", remark.replace('\n', "\n-- ")));
        }
        text.push_str(statement.sql.trim_end());
        text.push_str(";\n");
        let closes = statements.get(place + 1).is_none_or(|next| next.transaction != statement.transaction);
        if closes && several && !statement.alone {
            text.push_str("\nCOMMIT;\n");
        }
        before = Some(statement);
    }
    text
}

/// Why it is there, and what is dangerous about it.
fn remarks(statement: &ChangeStatement) -> Vec<String> {
    let hazards = statement.hazards.iter().map(|hazard| format!("{}: {}", hazard_name(hazard.kind), hazard.message));
    statement.why.iter().cloned().chain(hazards).collect()
}

pub fn hazard_name(kind: HazardKind) -> &'static str {
    match kind {
        HazardKind::DataLoss => "data loss",
        HazardKind::Rewrite => "rewrite",
        HazardKind::LongLock => "long lock",
        HazardKind::IndexRebuild => "index rebuild",
        HazardKind::MayFail => "may fail",
        HazardKind::Access => "access",
    }
}

/// Statements about one relation, or one other object, stand together.
fn group(statement: &ChangeStatement) -> (ObjectId, bool) {
    let object = &statement.object;
    let of = object.of.as_deref().unwrap_or(object);
    let root = match of.kind {
        ObjectKind::Column
        | ObjectKind::Default
        | ObjectKind::Constraint
        | ObjectKind::Trigger
        | ObjectKind::Rule
        | ObjectKind::Policy => of.relation(ObjectKind::Table),
        _ => of.clone(),
    };
    // What fills many lines stands on its own.
    (root, statement.sql.contains('\n'))
}
