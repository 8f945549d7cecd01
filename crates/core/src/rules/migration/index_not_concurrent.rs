//! Finds indexes that are built while nobody can write the table.

use pgmason_model::Fix;
use pgmason_sql::{ObjectKind, StatementKind};

use super::report::about_table;
use crate::expression::tokens;
use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::Layout;
use crate::migrations::history::Moment;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};

pub(super) static RULE: Rule = Rule {
    name: "index-not-concurrent",
    section: Section::Migration,
    default_level: RuleLevel::Warning,
    summary: "an index is built on a table in use without CONCURRENTLY",
    page: include_str!("index_not_concurrent.md"),
    options: &[RuleOption {
        name: "drops-too",
        default: DefaultOption::Boolean(false),
        summary: "report DROP INDEX without CONCURRENTLY as well",
    }],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    let drops_too = ctx.boolean_option("drops-too");
    for moment in ctx.pending_moments() {
        let (touched, offset, what) = match &moment.step.statement.kind {
            StatementKind::CreateIndex(index) if !index.concurrently && !index.only => {
                let Some(touched) = moment.old_table(&index.table) else { continue };
                (touched, index.table_span.start, "CREATE INDEX blocks all writes")
            }
            StatementKind::Reindex(reindex) if !reindex.concurrently => {
                let found = moment.touched.iter().find(|touched| touched.is_old_table() || touched.standing.is_old());
                let Some(touched) = found else { continue };
                (touched, 0, "REINDEX blocks writes, and reads through the index,")
            }
            StatementKind::Drop(dropped)
                if dropped.object == ObjectKind::Index && !dropped.concurrently && drops_too =>
            {
                let Some(touched) = moment.touched.iter().find(|touched| touched.standing.is_old()) else { continue };
                (touched, 0, "DROP INDEX waits for every reader and blocks all that come after it,")
            }
            _ => continue,
        };
        let partitioned =
            touched.table.and_then(|life| ctx.folder.history.tables.get(life)).is_some_and(|life| life.partitioned);
        let message = format!("{what} on {} until it is done", touched.name);
        let help = help(ctx, moment, partitioned);
        let finding = about_table(ctx, findings, moment, offset, &touched.name, (message, help));
        if ctx.folder.layout == Layout::Numbered
            && !moment.step.in_written_transaction
            && !moment.step.in_do_block
            && !partitioned
            && let StatementKind::CreateIndex(_) = moment.step.statement.kind
        {
            finding.fix = concurrent(moment.step.text(ctx.file_of(moment)));
        }
    }
}

fn help(ctx: &FilesContext<'_>, moment: &Moment<'_>, partitioned: bool) -> String {
    if partitioned {
        return "create the index ON ONLY the parent, then CONCURRENTLY on each partition, and attach them".to_owned();
    }
    let place = match ctx.folder.layout {
        _ if moment.step.in_do_block => "outside the DO block",
        Layout::Numbered if moment.step.in_written_transaction => "outside BEGIN and COMMIT",
        Layout::Numbered => return "write CONCURRENTLY".to_owned(),
        Layout::Prisma => "as the only statement of its file",
        Layout::Sqlx => "in a file of its own that begins with -- no-transaction",
        Layout::Dbmate => "in a file of its own with -- migrate:up transaction:false",
        Layout::Diesel => "in a migration of its own with run_in_transaction = false in its metadata.toml",
        Layout::Refinery => "in a migration of its own that runs outside a transaction",
    };
    format!("write CONCURRENTLY, {place}")
}

/// The statement with CONCURRENTLY behind INDEX.
fn concurrent(statement: &str) -> Option<Fix> {
    let end = tokens(statement).iter().find(|token| token.is_word("index"))?.span.end;
    let (head, tail) = statement.split_at_checked(end)?;
    Some(Fix {
        description: "build the index beside the running application".to_owned(),
        sql: format!("{head} CONCURRENTLY{tail};"),
    })
}
