//! squawk's rule names, so that its ignore comments go on counting.
//!
//! A name stands for our rules that say the same of the same statement. Rules about who sees which rows are never among
//! them: an ignore written for a lock must not hide a leak.

/// Our rules that a `squawk-ignore` of this name silences; none where we have no such rule, or nobody knows the name.
pub fn pgmason_rules_for(squawk_name: &str) -> &'static [&'static str] {
    let found = NAMES.binary_search_by_key(&squawk_name, |(name, _)| name);
    found.ok().and_then(|at| NAMES.get(at)).map_or(&[], |(_, rules)| rules)
}

const DROPS: &[&str] = &["breaking-change-without-comment", "drops-without-backup"];

/// By squawk's name, sorted. Names of older releases that it still reads are among them.
const NAMES: &[(&str, &[&str])] = &[
    ("adding-field-with-default", &["volatile-default-rewrites-table"]),
    ("adding-foreign-key-constraint", &["constraint-not-valid-first"]),
    ("adding-not-nullable-field", &["not-null-scans-table"]),
    ("adding-required-field", &["not-null-scans-table"]),
    ("adding-serial-primary-key-field", &["constraint-not-valid-first", "volatile-default-rewrites-table"]),
    ("ban-char-field", &["char-or-money-type"]),
    ("ban-concurrent-index-creation-in-transaction", &["concurrently-in-transaction"]),
    ("ban-drop-column", DROPS),
    ("ban-drop-table", DROPS),
    ("ban-truncate-cascade", &["drops-without-backup"]),
    ("changing-column-type", &["breaking-change-without-comment", "column-type-rewrites-table"]),
    ("constraint-missing-not-valid", &["constraint-not-valid-first"]),
    ("disallowed-unique-constraint", &["constraint-not-valid-first"]),
    ("identifier-too-long", &["name-too-long"]),
    ("prefer-big-int", &["integer-primary-key"]),
    ("prefer-bigint-over-int", &["integer-primary-key"]),
    ("prefer-bigint-over-smallint", &["integer-primary-key"]),
    ("prefer-identity", &["serial-column"]),
    ("prefer-robust-stmts", &["not-idempotent"]),
    ("prefer-timestamp-tz", &["timestamp-without-time-zone"]),
    ("renaming-column", &["breaking-change-without-comment"]),
    ("renaming-table", &["breaking-change-without-comment"]),
    ("require-concurrent-index-creation", &["index-not-concurrent"]),
    ("require-concurrent-index-deletion", &["index-not-concurrent"]),
    ("require-concurrent-reindex", &["index-not-concurrent"]),
    ("require-lock-timeout", &["lock-timeout-not-set"]),
    ("require-timeout-settings", &["lock-timeout-not-set"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found() {
        assert!(NAMES.is_sorted_by_key(|(name, _)| name));
        assert_eq!(pgmason_rules_for("ban-drop-column"), DROPS);
        assert_eq!(pgmason_rules_for("adding-required-field"), ["not-null-scans-table"]);
        assert_eq!(pgmason_rules_for("no-such-rule"), <[&str; 0]>::default());
    }

    #[test]
    fn every_rule_named_exists() {
        for (name, rules) in NAMES {
            for rule in *rules {
                assert!(crate::rules::find(rule).is_some(), "{name}: {rule}");
            }
        }
    }
}
