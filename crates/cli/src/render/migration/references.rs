//! Places in other files that name migration files, for people.

use std::io::{self, Write};

use pgmason_jobs::migration::renumber::Reference;

use crate::render::table::borderless;
use crate::ui::BOLD;

pub(super) fn render(references: &[Reference], written: bool, out: &mut dyn Write) -> io::Result<()> {
    let (changed, left): (Vec<&Reference>, Vec<&Reference>) =
        references.iter().partition(|reference| reference.left_alone.is_none());
    let title = if written { "References updated" } else { "References to update" };
    section(title, &changed, out)?;
    section("References left alone", &left, out)
}

fn section(title: &str, references: &[&Reference], out: &mut dyn Write) -> io::Result<()> {
    if references.is_empty() {
        return Ok(());
    }
    let row = |reference: &&Reference| {
        let what = reference.left_alone.map_or_else(|| format!("→ {}", reference.to), |why| format!("({why})"));
        vec![format!("  {}:{}", reference.file, reference.line), reference.from.clone(), what]
    };
    writeln!(out, "{BOLD}{title}{BOLD:#}\n{}\n", borderless(&[], references.iter().map(row).collect(), &[]))
}
