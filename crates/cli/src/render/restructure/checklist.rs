//! The checklist of a restructuring, as Markdown.

use std::io::{self, Write};

use pgmason_jobs::restructure::checklist::{Checklist, ItemState};

pub(crate) fn render(list: &Checklist, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {}\n\nChecked against {}.", list.title, list.database)?;
    for section in &list.sections {
        writeln!(out, "\n## {}\n", section.title)?;
        for item in &section.items {
            let mark = if item.state == ItemState::Done { 'x' } else { ' ' };
            let who = match item.state {
                ItemState::Person => " *(a person)*",
                ItemState::Failed => " **not so**",
                ItemState::Done | ItemState::Open => "",
            };
            let detail = item.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
            writeln!(out, "- [{mark}] {}{who}{detail}", item.text)?;
        }
    }
    Ok(())
}
