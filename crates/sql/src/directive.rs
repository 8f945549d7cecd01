//! What migration tools write into comments: dbmate's sections and sqlx's first-line directive.

use std::ops::Range;

/// One `-- migrate:…` section of a dbmate file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// From the line after the marker to the next marker or the end.
    pub span: Range<usize>,
    /// False with `transaction:false`.
    pub transaction: bool,
}

/// A dbmate file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DbmateSections {
    /// `-- migrate:up`.
    pub up: Section,
    /// `-- migrate:down`.
    pub down: Option<Section>,
}

/// The sections of a dbmate file; `None` where no `-- migrate:up` line stands.
pub fn dbmate_sections(text: &str) -> Option<DbmateSections> {
    let (mut up, mut down): (Option<Section>, Option<Section>) = (None, None);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some((direction, options)) = marker(line) else { continue };
        for section in [&mut up, &mut down].into_iter().flatten() {
            if section.span.end == text.len() && section.span.start <= start {
                section.span.end = start;
            }
        }
        let transaction = !options.split_whitespace().any(|option| option == "transaction:false");
        let section = Section { span: at..text.len(), transaction };
        let place = if direction == "up" { &mut up } else { &mut down };
        place.get_or_insert(section);
    }
    up.map(|up| DbmateSections { up, down })
}

/// The direction and the options of a marker line.
fn marker(line: &str) -> Option<(&'static str, &str)> {
    let rest = line.trim_start_matches('\u{feff}').strip_prefix("--")?.trim_start().strip_prefix("migrate:")?;
    let (direction, options) = match (rest.strip_prefix("up"), rest.strip_prefix("down")) {
        (Some(options), _) => ("up", options),
        (_, Some(options)) => ("down", options),
        _ => return None,
    };
    (options.is_empty() || options.starts_with(char::is_whitespace)).then_some((direction, options))
}

/// sqlx runs a file outside a transaction when it begins with exactly this comment.
pub fn sqlx_no_transaction(text: &str) -> bool {
    text.starts_with("-- no-transaction")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dbmate_sections_are_found() {
        let text =
            "-- head\n-- migrate:up transaction:false\ncreate index i on t (a);\n--migrate:down\ndrop index i;\n";
        let sections = dbmate_sections(text).unwrap();
        assert_eq!(&text[sections.up.span.clone()], "create index i on t (a);\n");
        assert!(!sections.up.transaction);
        let down = sections.down.unwrap();
        assert_eq!(&text[down.span], "drop index i;\n");
        assert!(down.transaction);
    }

    #[test]
    fn other_files_have_no_sections() {
        assert_eq!(dbmate_sections("-- migrate:upwards\nselect 1"), None);
        assert_eq!(dbmate_sections("-- migrate:down\nselect 1"), None);
        let only_up = dbmate_sections("-- migrate:up\r\nselect 1").unwrap();
        assert_eq!(only_up.down, None);
        assert!(only_up.up.transaction);
    }

    #[test]
    fn sqlx_reads_the_first_line_only() {
        assert!(sqlx_no_transaction("-- no-transaction\ncreate index"));
        assert!(!sqlx_no_transaction("\n-- no-transaction"));
    }
}
