//! What a statement throws away: rows of a table, or a column of it, directly or through CASCADE.
//!
//! Only what was there before the file is a loss. Whether it holds anything is the database's to say.

use pgmason_model::QualifiedName;
use pgmason_sql::{AlterTableActionKind, DataChangeKind, ObjectKind, StatementKind};

use super::history::{Moment, RelationKind, Standing, Touched};

/// A table, or one column of it, that loses what was put in.
#[derive(Clone, Debug)]
pub struct Loss<'m> {
    pub table: &'m QualifiedName,
    /// Index into `History::tables`.
    pub life: Option<usize>,
    pub column: Option<&'m str>,
    /// Byte offset in the statement.
    pub offset: usize,
    pub cause: LossCause,
    pub standing: Standing,
    /// Of the column, or of the table.
    pub made_by: Option<usize>,
    /// IF EXISTS: what no file makes is most likely not there at all.
    pub if_exists: bool,
}

/// The command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossCause {
    DropTable,
    DropColumn,
    Truncate,
    DeleteAll,
    /// DROP SCHEMA, TYPE or DOMAIN with CASCADE.
    Cascade,
}

/// Everything that the statement throws away and that was there before its file.
pub fn losses<'m>(moment: &'m Moment<'_>) -> Vec<Loss<'m>> {
    let mut found = Vec::new();
    match &moment.step.statement.kind {
        StatementKind::Drop(dropped) if dropped.object == ObjectKind::Table => {
            for named in &dropped.names {
                let touched = moment.touched(&named.name).filter(|touched| holds_rows(touched));
                found.extend(touched.map(|touched| Loss {
                    if_exists: dropped.if_exists,
                    ..whole(touched, named.span.start, LossCause::DropTable)
                }));
            }
        }
        StatementKind::Truncate { tables, .. } => {
            for named in tables {
                let touched = moment.touched(&named.name).filter(|touched| holds_rows(touched));
                found.extend(touched.map(|touched| whole(touched, named.span.start, LossCause::Truncate)));
            }
        }
        StatementKind::AlterTable(table) => {
            if let Some(touched) = moment.touched(&table.name).filter(|touched| holds_rows(touched)) {
                for (action, before) in table.actions.iter().zip(&moment.actions) {
                    let AlterTableActionKind::DropColumn { name, if_exists, .. } = &action.kind else { continue };
                    let column = before.column.as_ref().filter(|column| column.standing.is_old());
                    found.extend(column.map(|column| Loss {
                        column: Some(name),
                        standing: column.standing,
                        made_by: column.made_by,
                        if_exists: *if_exists || table.if_exists,
                        ..whole(touched, action.span.start, LossCause::DropColumn)
                    }));
                }
            }
        }
        StatementKind::Drop(_) => {
            found.extend(moment.cascaded.iter().filter(|lost| lost.standing.is_old()).map(|lost| Loss {
                table: &lost.table,
                life: Some(lost.life),
                column: lost.column.as_deref(),
                offset: 0,
                cause: LossCause::Cascade,
                standing: lost.standing,
                made_by: lost.made_by,
                if_exists: false,
            }));
        }
        // One inside WITH hands its rows on, most often into an archive.
        StatementKind::Change(change) if change.kind == DataChangeKind::Delete && !change.has_where() => {
            let touched = moment.touched(&change.table).filter(|touched| holds_rows(touched));
            found.extend(touched.map(|touched| whole(touched, change.table_span.start, LossCause::DeleteAll)));
        }
        _ => {}
    }
    found
}

fn whole<'m>(touched: &'m Touched, offset: usize, cause: LossCause) -> Loss<'m> {
    Loss {
        table: &touched.name,
        life: touched.table,
        column: None,
        offset,
        cause,
        standing: touched.standing,
        made_by: None,
        if_exists: false,
    }
}

/// A table from before the file.
fn holds_rows(touched: &Touched) -> bool {
    matches!(touched.kind, RelationKind::Table | RelationKind::Unknown) && touched.standing.is_old()
}
