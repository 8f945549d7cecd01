//! References for people: one file per subcommand.

pub(crate) mod find;
pub(crate) mod rewrite;

use pgmason_jobs::references::GradeCounts;

/// `2 sure, 1 likely, 0 words`.
fn counts_text(counts: &GradeCounts) -> String {
    let words = if counts.word == 1 { "word" } else { "words" };
    format!("{} sure, {} likely, {} {words}", counts.sure, counts.likely, counts.word)
}
