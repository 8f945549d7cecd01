//! The names that Prisma gives what has no `map:`, cut to what PostgreSQL keeps of a name.

/// Bytes of a name: NAMEDATALEN - 1.
const LONGEST: usize = 63;

pub(super) fn primary_key(table: &str) -> String {
    cut(table.to_owned(), "_pkey")
}

pub(super) fn unique(table: &str, columns: &[&str]) -> String {
    cut(format!("{table}_{}", columns.join("_")), "_key")
}

pub(super) fn index(table: &str, columns: &[&str]) -> String {
    cut(format!("{table}_{}", columns.join("_")), "_idx")
}

pub(super) fn foreign_key(table: &str, columns: &[&str]) -> String {
    cut(format!("{table}_{}", columns.join("_")), "_fkey")
}

/// A join table's: `_AB_pkey`, `_AB_unique`, `_B_index`.
pub(super) fn of_join_table(table: &str, suffix: &str) -> String {
    cut(table.to_owned(), suffix)
}

/// Cut before the suffix, between two characters.
fn cut(mut name: String, suffix: &str) -> String {
    let mut end = LONGEST.saturating_sub(suffix.len()).min(name.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name + suffix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_to_63_bytes_before_their_suffix() {
        assert_eq!(primary_key("users"), "users_pkey");
        assert_eq!(unique("users", &["org_id", "email"]), "users_org_id_email_key");
        assert_eq!(index(&"t".repeat(80), &["a"]), format!("{}_idx", "t".repeat(59)));
        assert_eq!(foreign_key(&"t".repeat(57), &["a"]), format!("{}_fkey", "t".repeat(57) + "_"));
        // 58 bytes: exactly what fits.
        assert_eq!(primary_key(&"t".repeat(58)), format!("{}_pkey", "t".repeat(58)));
        assert_eq!(of_join_table(&format!("_{}", "t".repeat(70)), "_AB_pkey").len(), 63);
    }

    #[test]
    fn no_character_is_cut_in_two() {
        // 59 bytes fit: 29 characters of two bytes each, and half of one.
        let name = index(&"ü".repeat(40), &["a"]);
        assert_eq!(name, format!("{}_idx", "ü".repeat(29)));
        let name = unique(&"漢".repeat(30), &["字"]);
        assert_eq!(name, format!("{}_key", "漢".repeat(19)));
        assert!(name.len() <= 63);
    }
}
