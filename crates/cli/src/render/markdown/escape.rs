//! Makes any text safe inside GitHub Markdown: it shows as it is, formats nothing and notifies nobody.

/// Text on one line. Markdown's characters are escaped; `@` and `#` are cut off from the word after them, so that GitHub
/// sees neither a person nor an issue.
pub(in crate::render) fn text(raw: &str) -> String {
    let mut escaped = String::with_capacity(raw.len());
    for c in on_one_line(raw).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '@' | '#' => {
                escaped.push(c);
                escaped.push_str("<!-- -->");
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

/// A code span on one line, with a fence longer than any run of backticks inside it.
pub(in crate::render) fn code(raw: &str) -> String {
    let line = on_one_line(raw);
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if line.is_empty() {
        return "` `".to_owned();
    }
    let padding = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    format!("{fence}{padding}{line}{padding}{fence}")
}

/// A code span for a cell of a table, which a pipe would end even inside the span.
pub(in crate::render) fn code_in_cell(raw: &str) -> String {
    code(raw).replace('|', "\\|")
}

fn on_one_line(raw: &str) -> String {
    let spaced: String = raw.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_formats_nothing() {
        assert_eq!(
            text("a_b *c* `d` | [e](f) <g> & ~h~"),
            "a\\_b \\*c\\* \\`d\\` \\| \\[e\\](f) &lt;g&gt; &amp; \\~h\\~"
        );
        assert_eq!(text("ask @me about #1\r\nthen\u{7} go"), "ask @<!-- -->me about #<!-- -->1 then go");
    }

    #[test]
    fn code_holds_any_backticks() {
        assert_eq!(code("plain"), "`plain`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``a"), "``` ``a ```");
        assert_eq!(code(""), "` `");
        assert_eq!(code("a|b"), "`a|b`");
        assert_eq!(code_in_cell("a|b"), "`a\\|b`");
    }
}
