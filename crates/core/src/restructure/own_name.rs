//! Names of what pgmason makes: readable, the same each time, and never longer than PostgreSQL keeps.

use pgmason_model::{Identifier, QualifiedName};

use crate::migrations::fingerprint::sha256;

/// Longest name that PostgreSQL keeps, in bytes.
const LONGEST: usize = 63;

/// A name that pgmason makes up: `pgmason_`, the words, and a digest where they are too long together.
pub(super) fn own_name(words: &[&str]) -> Identifier {
    fitting(format!("pgmason_{}", words.join("_")))
}

/// A trigger of ours: it fires after everybody else's, which fire in the order of their names.
pub(super) fn last_trigger(words: &[&str]) -> Identifier {
    fitting(format!("zzz_pgmason_{}", words.join("_")))
}

/// `prefix_schema_name`; where that is too long, its beginning and a digest of the whole.
pub(super) fn readable(prefix: &str, name: &QualifiedName) -> Identifier {
    fitting(format!("{prefix}_{}_{}", name.schema.as_str(), name.name.as_str()))
}

/// The text, cut where it has to be, with a digest that keeps it apart from others.
pub(super) fn fitting(text: String) -> Identifier {
    if text.len() <= LONGEST {
        return Identifier::from(text);
    }
    let digest = sha256(&text);
    let mut end = LONGEST - 9;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Identifier::from(format!("{}_{}", &text[..end], &digest[..8]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_and_stays_its_own() {
        let long = |end: &str| readable("archive", &QualifiedName::new("public", format!("{}{end}", "ü".repeat(40))));
        assert!(long("a").as_str().len() <= LONGEST);
        assert_ne!(long("a"), long("b"));
        assert_eq!(readable("archive", &QualifiedName::new("public", "emails")).as_str(), "archive_public_emails");
    }
}
