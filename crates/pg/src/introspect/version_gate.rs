//! Keeps or drops the lines of a `.sql` file that only some PostgreSQL majors understand.
//!
//! A gate ends its line: `--@15+` (15 and newer), `--@<15` (older than 15), `--@15-16` (both ends included). A gate that
//! cannot be read drops its line, so that a slip shows as a failing query and never as a wrong answer.

use pgmason_model::ServerVersion;

/// The file as the server of this version is to see it.
pub(super) fn for_version(sql: &str, version: ServerVersion) -> String {
    let major = version.major();
    let mut kept = String::with_capacity(sql.len());
    for line in sql.lines() {
        let (text, gate) = match line.rsplit_once("--@") {
            Some((text, gate)) => (text.trim_end(), Some(gate.trim())),
            None => (line, None),
        };
        if gate.is_none_or(|gate| includes(gate, major)) {
            kept.push_str(text);
            kept.push('\n');
        }
    }
    kept
}

fn includes(gate: &str, major: u32) -> bool {
    let number = |text: &str| text.parse::<u32>().ok();
    if let Some(from) = gate.strip_suffix('+') {
        number(from).is_some_and(|from| major >= from)
    } else if let Some(below) = gate.strip_prefix('<') {
        number(below).is_some_and(|below| major < below)
    } else if let Some((from, to)) = gate.split_once('-') {
        number(from).zip(number(to)).is_some_and(|(from, to)| (from..=to).contains(&major))
    } else {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQL: &str = "SELECT a,\n  new --@15+\n  old --@<15\n  between --@15-16\n  broken --@soon\nFROM t";

    #[test]
    fn keeps_the_lines_of_the_version() {
        for (major, expected) in [
            (14, "SELECT a,\n  old\nFROM t\n"),
            (15, "SELECT a,\n  new\n  between\nFROM t\n"),
            (17, "SELECT a,\n  new\nFROM t\n"),
        ] {
            assert_eq!(for_version(SQL, ServerVersion(major * 10_000 + 3)), expected, "{major}");
        }
    }
}
