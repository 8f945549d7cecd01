//! A difference as GitHub Markdown, for a pull request: what is added, changed and removed by table, with hazards.
//!
//! GitHub refuses a comment of more than 65,536 characters: the SQL is left out where it does not fit.

use std::io::{self, Write};

use pgmason_jobs::diff::{DiffReport, hazard_name, sql_text};
use pgmason_model::difference::{ChangeKind, ObjectChange, Refusal};

use super::diff::{by_subject, proven, refusal_text};
use super::markdown::escape::{code, text};

/// In bytes, which are never fewer than characters.
const GITHUB_LIMIT: usize = 65_536;

pub(crate) fn render(report: &DiffReport, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(comment(report).as_bytes())
}

fn comment(report: &DiffReport) -> String {
    let plan = &report.plan;
    let count = |wanted: fn(&ChangeKind) -> bool| plan.changes.iter().filter(|change| wanted(&change.change)).count();
    let mut page = format!(
        "## pgmason: schema changes\n\n{} added, {} changed, {} removed, from {} to {}.\n",
        count(|kind| *kind == ChangeKind::Added),
        count(|kind| matches!(kind, ChangeKind::Changed | ChangeKind::RenamedFrom(_))),
        count(|kind| *kind == ChangeKind::Removed),
        code(&report.from),
        code(&report.to),
    );
    if report.is_clean() {
        page.push_str("\nNo difference.\n");
        return page;
    }
    let mut blocks = Vec::new();
    let refusals = plan.refusals.iter().map(|refusal| {
        let allow = match refusal {
            Refusal::NotAllowed { allow, .. } => format!(" ({})", code(&format!("--allow {allow}"))),
            _ => String::new(),
        };
        format!("- ⛔ {}{allow}", text(&refusal_text(refusal)))
    });
    blocks.push(block("Refused", refusals));
    let hazards = plan.statements.iter().flat_map(|statement| &statement.hazards);
    blocks.push(block(
        "Hazards",
        hazards.map(|hazard| format!("- ⚠️ **{}**: {}", hazard_name(hazard.kind), text(&hazard.message))),
    ));
    for (subject, changes) in by_subject(report) {
        blocks.push(block(&code(&subject), changes.into_iter().map(line)));
    }
    blocks.push(block(
        "Left as it is",
        plan.left.iter().map(|left| format!("- {}: {}", code(&left.object.to_string()), text(&left.reason))),
    ));
    if !plan.statements.is_empty() {
        blocks.push(sql_block(report));
    }
    let mut left_out = 0;
    for block in blocks {
        // Room for the last line.
        if page.len() + block.len() + 200 <= GITHUB_LIMIT {
            page.push_str(&block);
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        page.push_str(&format!("\n**{left_out} more left out here**, because a comment has its limits.\n"));
    }
    page
}

fn block(title: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() { String::new() } else { format!("\n### {title}\n\n{}\n", lines.join("\n")) }
}

fn line(change: &ObjectChange) -> String {
    let object = format!("{} {}", change.object.kind.label(), code(&change.object.to_string()));
    let details =
        if change.details.is_empty() { String::new() } else { format!(": {}", text(&change.details.join(", "))) };
    match &change.change {
        ChangeKind::Added => format!("- ➕ {object}"),
        ChangeKind::Removed => format!("- ➖ {object}"),
        ChangeKind::Changed => format!("- ✏️ {object}{details}"),
        ChangeKind::RenamedFrom(old) => format!("- ✏️ {object}, renamed from {}", code(&old.to_string())),
    }
}

fn sql_block(report: &DiffReport) -> String {
    let sql = sql_text(&report.plan.statements);
    // A fence longer than any in the text.
    let longest = sql.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("\n<details><summary>SQL, {}</summary>\n\n{fence}sql\n{sql}{fence}\n\n</details>\n", text(&proven(report)))
}
