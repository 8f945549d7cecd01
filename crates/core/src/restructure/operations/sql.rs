//! `sql`: statements of your own.

use serde::{Deserialize, Serialize};

use pgmason_model::restructure::{PlannedOperation, RestructureStep, StepUndo};
use pgmason_sql::facts::{LeavesServer, cannot_run_in_transaction, leaves_server};
use pgmason_sql::split::{PieceKind, split};
use pgmason_sql::{StatementKind, parse_statement};

use crate::restructure::context::PlanContext;
use crate::restructure::refusal::OperationRefusal;
use crate::restructure::step::transaction;
use crate::restructure::table_facts::refused;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sql {
    pub title: String,
    /// Runs at the start, in one transaction.
    pub up: String,
    /// Takes it back; the stage cannot be taken back without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down: Option<String>,
    /// Relations that it touches, so that other operations of the stage keep off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub touches: Vec<String>,
}

pub fn plan(asked: &Sql, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let up = statements("up", &asked.up)?;
    let down = asked.down.as_deref().map(|down| statements("down", down)).transpose()?;
    let mut relations = Vec::new();
    for written in &asked.touches {
        relations.push(context.table(written)?.1);
    }
    let mut notes = vec![
        "its statements take their locks as they come, and hold them to the end of the transaction".to_owned(),
        "how long they last, and whether rows are read or written whole, nobody has looked at".to_owned(),
    ];
    let undo = match down {
        Some(down) => StepUndo::Action(transaction(Vec::new(), down)),
        None => {
            notes.push("it has no `down`: the stage cannot be taken back once it has run".to_owned());
            StepUndo::Impossible(format!("`{}` has no `down`", asked.title))
        }
    };
    Ok(PlannedOperation {
        title: asked.title.clone(),
        relations,
        start: vec![RestructureStep { title: asked.title.clone(), action: transaction(Vec::new(), up.clone()), undo }],
        direct: up,
        notes,
        ..PlannedOperation::default()
    })
}

/// The text in statements, each of which may run in a transaction and stays in the server.
fn statements(what: &str, text: &str) -> Result<Vec<String>, OperationRefusal> {
    let pieces = split(text);
    if let Some(problem) = pieces.problems.first() {
        return Err(refused(format!("`{what}`: {problem}"), "close it"));
    }
    let mut found = Vec::new();
    for piece in &pieces.pieces {
        let sql = text.get(piece.span.clone()).unwrap_or_default();
        if piece.kind != PieceKind::Statement {
            return Err(refused(
                format!("`{what}` holds what only psql understands: `{}`", pgmason_model::plan::beginning(sql, 60)),
                "write it as SQL",
            ));
        }
        may_run(what, sql)?;
        found.push(sql.to_owned());
    }
    if found.is_empty() {
        return Err(refused(format!("`{what}` is empty"), "write statements, or take it out"));
    }
    Ok(found)
}

fn may_run(what: &str, sql: &str) -> Result<(), OperationRefusal> {
    let statement = parse_statement(sql);
    if let Some(command) = cannot_run_in_transaction(&statement) {
        return Err(refused(
            format!("`{what}`: {command} cannot run in a transaction"),
            "use the operation that does it, such as add_index, or a migration",
        ));
    }
    if matches!(statement.kind, StatementKind::Transaction(_)) {
        return Err(refused(
            format!("`{what}` begins or ends a transaction: `{}`", pgmason_model::plan::beginning(sql, 60)),
            "take it out: all of it is one transaction",
        ));
    }
    if let Some(way) = leaves_server(&statement).first() {
        let by = match way {
            LeavesServer::CopyFile(file) => format!("COPY with the file {file}"),
            LeavesServer::CopyProgram(program) => format!("COPY with the program {program}"),
            LeavesServer::Load => "LOAD".to_owned(),
            LeavesServer::Call(function) => format!("a call of {function}"),
        };
        return Err(refused(format!("`{what}` leaves the server: {by}"), "do that outside of the restructuring"));
    }
    Ok(())
}
