//! Finds tables whose name says one thing while they hold many.

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::naming::history_table::is_history;
use crate::rules::naming::plural::{is_plural, plural};
use crate::rules::naming::words::words;
use crate::rules::table::row_shape::{is_junction, is_single_row};
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::SchemaContext;

/// Words that cannot be counted, and words that name a collection without being plural.
const UNCOUNTABLE_WORDS: &[&str] = &[
    "accounting",
    "activity",
    "allowlist",
    "archive",
    "audit",
    "backlog",
    "billing",
    "blacklist",
    "blocklist",
    "cache",
    "calendar",
    "catalog",
    "checklist",
    "code",
    "config",
    "configuration",
    "content",
    "data",
    "denylist",
    "directory",
    "feed",
    "feedback",
    "history",
    "inbox",
    "index",
    "info",
    "inventory",
    "journal",
    "ledger",
    "library",
    "list",
    "log",
    "mail",
    "media",
    "membership",
    "memory",
    "metadata",
    "monitoring",
    "outbox",
    "pricing",
    "processing",
    "progress",
    "queue",
    "registry",
    "scheduling",
    "spend",
    "spending",
    "staff",
    "storage",
    "telemetry",
    "timeline",
    "tracking",
    "traffic",
    "usage",
    "waitlist",
    "whitelist",
];

/// Words behind the name proper: `users_old`, `metrics_daily`.
const TRAILING_WORDS: [&str; 17] = [
    "backup", "bak", "copy", "daily", "draft", "hourly", "legacy", "monthly", "new", "old", "original", "staging",
    "temp", "tmp", "v", "weekly", "yearly",
];

const PREPOSITIONS: [&str; 9] = ["by", "for", "from", "in", "of", "on", "per", "to", "with"];

pub(super) static RULE: Rule = Rule {
    name: "name-not-plural",
    section: Section::Naming,
    default_level: RuleLevel::Off,
    summary: "a table of many rows has a singular name",
    page: include_str!("name_not_plural.md"),
    options: &[RuleOption {
        name: "uncountable",
        default: DefaultOption::List(UNCOUNTABLE_WORDS),
        summary: "last words that are right in the singular",
    }],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let uncountable = ctx.option_list("uncountable");
    for table in ctx.root_tables() {
        if is_history(table) || is_junction(table) || is_single_row(ctx.catalog, table) {
            continue;
        }
        let words = words(table.name());
        let Some(word) = singular_word(&words, &uncountable) else { continue };
        findings.on(
            table.id,
            format!("table {} has a singular name", table.id),
            format!("rename it with `{}` in place of `{word}`", plural(word)),
        );
    }
}

/// The word that should have been plural. None where the name is well, or where it cannot be told.
fn singular_word<'w>(words: &'w [String], uncountable: &[String]) -> Option<&'w str> {
    let end = words.iter().rposition(|word| !is_trailing(word))?;
    let proper = &words[..=end];
    // `terms_of_service`, `chart_of_accounts`: either side of the preposition may be what the rows are.
    let before_preposition = proper
        .iter()
        .position(|word| PREPOSITIONS.contains(&word.as_str()))
        .and_then(|place| proper.get(place.checked_sub(1)?));
    let last = proper.last()?;
    for word in [Some(last), before_preposition].into_iter().flatten() {
        let english = word.len() >= 3 && word.chars().all(|character| character.is_ascii_lowercase());
        if !english || is_plural(word) || uncountable.contains(word) {
            return None;
        }
    }
    Some(before_preposition.unwrap_or(last))
}

/// True for `v2`, `2024`, `old`, `archived`.
fn is_trailing(word: &str) -> bool {
    let digits = word.strip_prefix('v').unwrap_or(word);
    TRAILING_WORDS.contains(&word)
        || (!digits.is_empty() && digits.chars().all(|character| character.is_ascii_digit()))
        || (word.len() > 4
            && word.ends_with("ed")
            && !matches!(word, "breed" | "creed" | "embed" | "greed" | "speed" | "steed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(name: &str) -> Option<String> {
        let uncountable: Vec<String> = UNCOUNTABLE_WORDS.iter().map(|word| (*word).to_owned()).collect();
        singular_word(&words(name), &uncountable).map(str::to_owned)
    }

    #[test]
    fn singular_names_are_told_by_the_word_to_change() {
        for (name, word) in [
            ("user", "user"),
            ("user_profile", "profile"),
            ("UserProfile", "profile"),
            ("user_profile_v2", "profile"),
            ("email_address", "address"),
            ("order_status", "status"),
            ("category", "category"),
            ("user_old", "user"),
        ] {
            assert_eq!(judge(name).as_deref(), Some(word), "{name}");
        }
    }

    #[test]
    fn plural_and_uncountable_names_are_well() {
        for name in [
            "users",
            "user_profiles_v2",
            "prompt_history",
            "feedback",
            "feedback_analytics",
            "audit_log",
            "sys_config",
            "people",
            "email_addresses",
            "statuses",
            "documents_deleted",
            "terms_of_service",
            "chart_of_accounts",
            "events_2024",
            "metrics_daily",
            "ip_allowlist",
            "news",
            "media",
            "user_data",
            "document_types_original",
            "2024",
            "größe",
            "series",
        ] {
            assert_eq!(judge(name), None, "{name}");
        }
    }
}
