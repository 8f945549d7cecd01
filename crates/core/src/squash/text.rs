//! The file's text, section by section.

use super::Section;

/// A statement, or several that stand for one, in its section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub section: Section,
    /// Without semicolons.
    pub statements: Vec<String>,
}

/// The whole file. `title`: the lines of the comment at its top.
pub fn text(title: &[String], entries: &[Entry]) -> String {
    let mut text: String = title.iter().map(|line| format!("-- {line}\n")).collect();
    // What a body mentions need not be there when the function is made.
    text.push_str("\nSET check_function_bodies = off;\n");
    let mut section = None;
    for entry in entries {
        if section != Some(&entry.section) {
            text.push_str(&format!("\n\n-- ==== {} ====\n", entry.section.title()));
            section = Some(&entry.section);
        }
        push(&mut text, entry);
    }
    text.push_str("\nRESET check_function_bodies;\n");
    text
}

/// A file that holds one section alone.
pub fn section_text(title: &str, entries: &[Entry], has_functions: bool) -> String {
    let mut text = format!("-- {title}\n\n");
    if has_functions {
        text.push_str("SET check_function_bodies = off;\n");
    }
    for entry in entries {
        push(&mut text, entry);
    }
    text
}

fn push(text: &mut String, entry: &Entry) {
    let first = entry.statements.first().map_or("", String::as_str);
    if first.contains('\n') || is_head(first) {
        text.push('\n');
    }
    for statement in &entry.statements {
        text.push_str(&format!("{};\n", statement.trim_end()));
    }
}

/// Statements that begin a paragraph; grants, comments and the like follow without an empty line.
fn is_head(statement: &str) -> bool {
    ["CREATE TABLE", "CREATE VIEW", "CREATE OR REPLACE", "CREATE TYPE", "DROP POLICY", "DROP TRIGGER", "INSERT"]
        .iter()
        .any(|head| statement.starts_with(head))
}

/// Between dollar quotes that the text does not hold.
pub fn dollar_quoted(text: &str) -> String {
    let mut tag = "$$".to_owned();
    let mut number = 0;
    while text.contains(&tag) || (tag == "$$" && text.contains('$')) {
        number += 1;
        tag = if number == 1 { "$squash$".to_owned() } else { format!("$squash{number}$") };
    }
    format!("{tag}{text}{tag}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollar_quotes_that_hold() {
        assert_eq!(dollar_quoted("a"), "$$a$$");
        assert_eq!(dollar_quoted("a $1"), "$squash$a $1$squash$");
        assert_eq!(dollar_quoted("$$ $squash$"), "$squash2$$$ $squash$$squash2$");
    }
}
