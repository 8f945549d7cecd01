//! Sentences and places that several formats share.

use pgmason_model::Finding;
use pgmason_model::catalog::NotChecked;

use super::report::{CheckReport, Counts, ReplayFailure, UnusedIgnore};

/// Stands in for a file where a format insists on one and the object comes from a live database.
pub(super) const NO_FILE: &str = "database";

/// What is wrong, and how to mend it: two sentences.
pub(super) fn finding_text(finding: &Finding) -> String {
    if finding.help.is_empty() {
        return sentence(&finding.message);
    }
    format!("{}\n{}", sentence(&finding.message), sentence(&finding.help))
}

/// What PostgreSQL said, what would help, and which further statements of the file fail.
pub(super) fn failure_text(failure: &ReplayFailure) -> String {
    let said = [Some(&failure_message(failure)), failure.detail.as_ref(), failure.hint.as_ref()];
    let further = failure.further.iter().map(|further| format!("then line {}: {}", further.line, further.message));
    let parts = said.into_iter().flatten().cloned().chain(further);
    parts.map(|part| sentence(&part)).collect::<Vec<_>>().join("\n")
}

/// What PostgreSQL said, with its code.
pub(super) fn failure_message(failure: &ReplayFailure) -> String {
    match &failure.sqlstate {
        Some(sqlstate) => format!("replay failed with SQLSTATE {sqlstate}: {}", failure.message),
        None => format!("replay failed: {}", failure.message),
    }
}

pub(super) fn not_checked_text(not_checked: &NotChecked) -> String {
    format!("not checked: {} ({})", not_checked.what, not_checked.reason)
}

fn stand_in_text(stand_in: &str) -> String {
    format!("extension {stand_in} is not installed in the scratch: a stand-in answered for it")
}

pub(super) fn unused_ignore_text(ignore: &UnusedIgnore) -> String {
    format!("unused ignore of {} on {}: {}", ignore.rule, ignore.object, ignore.reason)
}

/// What is worth knowing about the run: stand-ins, and what was read differently.
pub(super) fn notes(report: &CheckReport) -> Vec<String> {
    let of_replay = report.replay.iter().flat_map(|replay| {
        let stand_ins = replay.stand_ins.iter().map(|stand_in| stand_in_text(stand_in));
        stand_ins.chain(replay.notes.iter().cloned())
    });
    of_replay.chain(report.notes.iter().cloned()).collect()
}

/// `2 errors, 1 warning, 0 notes`.
pub(super) fn counts_text(counts: &Counts) -> String {
    let of = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    format!("{}, {}, {}", of(counts.errors, "error"), of(counts.warnings, "warning"), of(counts.infos, "note"))
}

/// Takes `file:line` apart; a place without a line is all file.
pub(super) fn file_and_line(place: &str) -> (&str, Option<u32>) {
    match place.rsplit_once(':') {
        Some((file, line)) if !file.is_empty() => match line.parse() {
            Ok(line) => (file, Some(line)),
            Err(_) => (place, None),
        },
        _ => (place, None),
    }
}

/// The object as a person would write it, else the file.
pub(super) fn subject(finding: &Finding) -> String {
    match (&finding.object, &finding.file) {
        (Some(object), _) => object.to_string(),
        (None, Some(file)) => file.clone(),
        (None, None) => NO_FILE.to_owned(),
    }
}

/// With an upper-case letter at its start and a full stop at its end.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut sentence: String = match text.chars().next() {
        // A name keeps its case: only a plain word takes a capital.
        Some(first) if first.is_ascii_lowercase() && starts_with_word(text) => {
            first.to_uppercase().chain(text.chars().skip(1)).collect()
        }
        _ => text.to_owned(),
    };
    if !sentence.ends_with(['.', '!', '?', ';', ':', '…']) && !sentence.is_empty() {
        sentence.push('.');
    }
    sentence
}

fn starts_with_word(text: &str) -> bool {
    text.split(char::is_whitespace).next().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_a_line_only_at_its_end() {
        assert_eq!(file_and_line("a.sql:12"), ("a.sql", Some(12)));
        assert_eq!(file_and_line("pgmason.toml"), ("pgmason.toml", None));
        assert_eq!(file_and_line("C:\\a.sql"), ("C:\\a.sql", None));
        assert_eq!(file_and_line(":7"), (":7", None));
    }

    #[test]
    fn sentences_keep_names_as_they_are() {
        assert_eq!(sentence("table t has no key"), "Table t has no key.");
        assert_eq!(sentence("public.t is odd"), "public.t is odd.");
        assert_eq!(sentence("drop it: DROP INDEX i;"), "Drop it: DROP INDEX i;");
        assert_eq!(sentence(""), "");
    }
}
