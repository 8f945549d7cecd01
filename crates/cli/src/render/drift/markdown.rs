//! Drift as GitHub Markdown, for a comment on a pull request.
//!
//! GitHub refuses a comment of more than 65,536 characters: objects are left out beyond that, and it says how many.

use std::io::{self, Write};

use pgmason_jobs::drift::{DriftObject, DriftReport};

use super::{change, not_expressible, notes, place, sides, state, subject};
use crate::render::markdown::escape::{code, text};

/// Room for what comes after the objects is kept free.
const LIMIT: usize = 60_000;

pub(crate) fn render(report: &DriftReport, out: &mut dyn Write) -> io::Result<()> {
    let title = if report.compared_nothing() {
        "nothing could be compared"
    } else if report.differs() {
        "drift"
    } else {
        "no drift"
    };
    let mut page = format!("## pgmason: {title}\n\n| | | |\n|---|---|---|\n");
    for pair in &report.pairs {
        page.push_str(&format!("| {} | {} | {} |\n", pair.first.name(), pair.second.name(), state(pair)));
    }
    for source in &report.sources {
        if let Some(problem) = &source.problem {
            let hint = source.hint.as_ref().map(|hint| format!("  \n{}", text(hint))).unwrap_or_default();
            page.push_str(&format!("\n**{} could not be read:** {}{hint}\n", source.kind.name(), text(problem)));
        }
    }
    let mut left_out = 0;
    for object in &report.objects {
        let block = block(object);
        if page.len() + block.len() > LIMIT {
            left_out += 1;
        } else {
            page.push_str(&block);
        }
    }
    if left_out > 0 {
        page.push_str(&format!(
            "\n**{left_out} objects more left out here**, because a comment has its limits: `pgmason drift` shows everything.\n"
        ));
    }
    let remarks: Vec<String> = report.pairs.iter().filter_map(not_expressible).chain(notes(report)).collect();
    if !remarks.is_empty() {
        page.push_str("\n<details><summary>Notes</summary>\n\n");
        for remark in remarks {
            page.push_str(&format!("- {}\n", text(&remark)));
        }
        page.push_str("\n</details>\n");
    }
    out.write_all(page.as_bytes())
}

/// One line as it is, several as code below the first.
fn written(change: &str) -> String {
    let Some((first, rest)) = change.split_once('\n') else { return text(change) };
    // Longer than any fence inside.
    let longest = rest.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let indented = |line: &str| format!("    {line}\n");
    let code: String = rest.lines().map(indented).collect();
    format!("{}\n\n    {fence}prisma\n{code}    {fence}", text(first))
}

fn block(object: &DriftObject) -> String {
    let mut block = format!("\n### {}\n\n", text(&object.object.to_string()));
    for difference in &object.differences {
        block.push_str(&format!("- **{}** {}\n", text(&subject(difference)), text(&sides(difference))));
        if let Some(change) = change(difference) {
            let at = place(difference).map(|(file, line)| format!("{} ", code(&format!("{file}:{line}"))));
            block.push_str(&format!("  - {}{}\n", at.unwrap_or_default(), written(&change)));
        }
    }
    block
}
