//! The constants in an expression as PostgreSQL writes it back.

/// One constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) text: String,
    pub(super) is_number: bool,
}

/// Constants in order, each once. `'a''b'::text` and `-3` are constants; names and keywords are not.
pub(super) fn of(expression: &str) -> Vec<Literal> {
    let mut found: Vec<Literal> = Vec::new();
    let mut add = |text: String, is_number: bool| {
        if !found.iter().any(|known| known.text == text) {
            found.push(Literal { text, is_number });
        }
    };
    let bytes: Vec<char> = expression.chars().collect();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            '\'' => {
                let escapes = at > 0 && matches!(bytes[at - 1], 'E' | 'e');
                let (text, end) = string(&bytes, at + 1, escapes);
                add(text, false);
                at = end;
            }
            '"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != '"' {
                    at += 1;
                }
                at += 1;
            }
            first if first.is_ascii_digit() => {
                let start = at;
                while at < bytes.len() && (bytes[at].is_ascii_digit() || bytes[at] == '.') {
                    at += 1;
                }
                let digits: String = bytes[start..at].iter().collect();
                let minus = start > 0 && bytes[start - 1] == '-';
                add(if minus { format!("-{digits}") } else { digits }, true);
            }
            letter if letter.is_alphabetic() || letter == '_' => {
                while at < bytes.len() && (bytes[at].is_alphanumeric() || bytes[at] == '_') && bytes[at] != '\'' {
                    at += 1;
                }
            }
            _ => at += 1,
        }
    }
    found
}

/// The text of a string constant and the place after it.
fn string(bytes: &[char], start: usize, escapes: bool) -> (String, usize) {
    let mut text = String::new();
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            '\'' if bytes.get(at + 1) == Some(&'\'') => {
                text.push('\'');
                at += 2;
            }
            '\'' => return (text, at + 1),
            '\\' if escapes => {
                text.extend(bytes.get(at + 1));
                at += 2;
            }
            other => {
                text.push(other);
                at += 1;
            }
        }
    }
    (text, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_found_and_names_are_not() {
        let texts = |expression: &str| -> Vec<String> { of(expression).into_iter().map(|found| found.text).collect() };
        assert_eq!(texts("(status = ANY (ARRAY['a'::text, 'it''s'::text]))"), ["a", "it's"]);
        assert_eq!(texts("((x1 >= 0) AND (x1 <= '-5'::integer) AND (\"1\" <> 2.5))"), ["0", "-5", "2.5"]);
        assert_eq!(texts("(x > -7)"), ["-7"]);
        assert_eq!(texts("('2024-01-01', MAXVALUE)"), ["2024-01-01"]);
        assert_eq!(texts("(a ~ E'\\\\d')"), ["\\d"]);
    }
}
