//! What a statement can destroy, each with the word that allows it.
//!
//! A hazard is said of everything that was there before the file. One whose relation the pending files make themselves
//! is not `existing`: it holds nobody's rows yet.

use pgmason_model::plan::Hazard;
use pgmason_model::{Identifier, QualifiedName};
use pgmason_sql::{DropObjects, ObjectKind, StatementKind};

use super::History;
use super::history::Moment;
use super::losses::{Loss, LossCause, losses};

/// The hazards of one statement of a file, those inside a DO block among them. `is_pending`: whether the plan runs a
/// file, by its index.
pub fn hazards(
    history: &History<'_>,
    moments: &[(usize, &Moment<'_>)],
    is_pending: impl Fn(usize) -> bool,
) -> Vec<Hazard> {
    let mut found = Vec::new();
    for (at, moment) in moments {
        let made_by_plan = |loss: &Loss<'_>| {
            let table = loss.life.and_then(|life| history.tables.get(life)).and_then(|table| table.made_by);
            loss.made_by.or(table).is_some_and(&is_pending)
        };
        let lost = losses(moment);
        if let StatementKind::Drop(dropped) = &moment.step.statement.kind {
            if dropped.object == ObjectKind::Schema && dropped.cascade {
                for named in &dropped.names {
                    let schema = &named.name.name;
                    let inside: Vec<&Loss<'_>> =
                        lost.iter().filter(|loss| loss.table.schema.as_str() == schema).collect();
                    let fresh = schema_made_by(history, *at, schema).is_some_and(&is_pending)
                        && inside.iter().all(|loss| made_by_plan(loss));
                    found.push(drop_schema(schema, &inside, !fresh));
                }
                continue;
            }
            found.extend(unseen(dropped));
        }
        found.extend(lost.iter().map(|loss| hazard(moment, loss, !made_by_plan(loss))));
    }
    found.sort_by(|a, b| (&a.allow, &a.relation).cmp(&(&b.allow, &b.relation)));
    found.dedup();
    found
}

/// DROP TABLE, or anything else that takes the table along.
pub fn drop_table(relation: &str, existing: bool) -> Hazard {
    Hazard {
        allow: format!("drop-table:{relation}"),
        relation: relation.to_owned(),
        message: format!("DROP TABLE loses all rows of {relation}"),
        existing,
    }
}

/// DROP COLUMN, or anything else that takes the column along.
pub fn drop_column(relation: &str, column: &str, existing: bool) -> Hazard {
    let column = Identifier::new(column);
    Hazard {
        allow: format!("drop-column:{relation}.{column}"),
        relation: relation.to_owned(),
        message: format!("DROP COLUMN loses column {column} of {relation}"),
        existing,
    }
}

/// TRUNCATE, also of a table that it reaches through a foreign key.
pub fn truncate(relation: &str, existing: bool) -> Hazard {
    Hazard {
        allow: format!("truncate:{relation}"),
        relation: relation.to_owned(),
        message: format!("TRUNCATE loses all rows of {relation}"),
        existing,
    }
}

fn hazard(moment: &Moment<'_>, loss: &Loss<'_>, existing: bool) -> Hazard {
    let relation = loss.table.to_string();
    match (loss.cause, loss.column) {
        (LossCause::DropTable, _) => drop_table(&relation, existing),
        (LossCause::Truncate, _) => truncate(&relation, existing),
        (LossCause::DropColumn, column) => drop_column(&relation, column.unwrap_or_default(), existing),
        (LossCause::DeleteAll, _) => Hazard {
            allow: format!("delete-all:{relation}"),
            message: format!("DELETE without WHERE loses all rows of {relation}"),
            relation,
            existing,
        },
        (LossCause::Cascade, column) => {
            let column = column.map(|column| format!("column {} of ", Identifier::new(column))).unwrap_or_default();
            Hazard {
                allow: format!("drop-type:{}", dropped_names(moment)),
                message: format!("DROP TYPE … CASCADE loses {column}{relation}"),
                relation,
                existing,
            }
        }
    }
}

fn drop_schema(schema: &str, inside: &[&Loss<'_>], existing: bool) -> Hazard {
    let schema = Identifier::new(schema);
    let tables: Vec<String> = inside.iter().map(|loss| loss.table.to_string()).collect();
    let what = if tables.is_empty() { "all tables in it".to_owned() } else { tables.join(", ") };
    Hazard {
        allow: format!("drop-schema:{schema}"),
        // Whatever else is in it.
        relation: String::new(),
        message: format!("DROP SCHEMA … CASCADE loses {what}"),
        existing,
    }
}

/// The file that created the schema last before the statement.
fn schema_made_by(history: &History<'_>, at: usize, schema: &str) -> Option<usize> {
    history.moments.get(..at)?.iter().rev().find_map(|moment| match &moment.step.statement.kind {
        StatementKind::CreateSchema { name, .. } if name == schema => Some(moment.step.file),
        _ => None,
    })
}

/// What takes tables or columns along that only the database knows.
fn unseen(dropped: &DropObjects) -> Vec<Hazard> {
    let (word, what) = match dropped.object {
        ObjectKind::Owned => ("drop-owned", "DROP OWNED loses every table of"),
        ObjectKind::Database => ("drop-database", "DROP DATABASE loses"),
        ObjectKind::Extension if dropped.cascade => {
            ("drop-extension", "DROP EXTENSION … CASCADE loses the tables and every column whose type comes from")
        }
        _ => return Vec::new(),
    };
    let hazard = |name: &str| {
        let name = Identifier::new(name);
        Hazard {
            allow: format!("{word}:{name}"),
            relation: String::new(),
            message: format!("{what} {name}"),
            existing: true,
        }
    };
    dropped.names.iter().map(|named| hazard(&named.name.name)).collect()
}

/// The names of a DROP with their schemas.
fn dropped_names(moment: &Moment<'_>) -> String {
    let StatementKind::Drop(dropped) = &moment.step.statement.kind else { return String::new() };
    let first = moment.step.search_path.first().map_or("public", String::as_str);
    let qualified = |schema: Option<&str>, name: &str| QualifiedName::new(schema.unwrap_or(first), name).to_string();
    let names: Vec<String> =
        dropped.names.iter().map(|named| qualified(named.name.schema.as_deref(), &named.name.name)).collect();
    names.join(",")
}
