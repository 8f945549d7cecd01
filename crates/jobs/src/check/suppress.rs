//! Ignores, from `pgmason.toml` and from comments in SQL: what they silence, and which of them silence nothing.

use jiff::civil::Date;
use pgmason_core::migrations::{MigrationFile, squawk_names};
use pgmason_core::rulebook::{Ignore, Rulebook};
use pgmason_core::rules;
use pgmason_model::Finding;
use pgmason_sql::ignore::IgnoreSource;

use super::report::{Suppressed, UnusedIgnore};

/// Findings after the ignores.
pub(super) struct Outcome {
    pub(super) findings: Vec<Finding>,
    pub(super) suppressed: Vec<Suppressed>,
    pub(super) unused: Vec<UnusedIgnore>,
}

/// `partial`: not all rules ran, so an ignore that silences nothing is no news.
pub(super) fn suppress(
    findings: Vec<Finding>,
    rulebook: &Rulebook,
    files: &[MigrationFile],
    today: Date,
    partial: bool,
) -> Outcome {
    let mut configured: Vec<Configured<'_>> = rulebook
        .rules
        .iter()
        .flat_map(|(rule, settings)| settings.ignores.iter().map(move |ignore| (rule, ignore)))
        .map(|(rule, ignore)| Configured { rule, ignore, expired: expired(ignore, today), used: false })
        .collect();
    let mut comments: Vec<CommentIgnore<'_>> = files
        .iter()
        .flat_map(|file| file.ignores.iter().map(move |ignore| (file, ignore)))
        .flat_map(|(file, ignore)| CommentIgnore::all(file, ignore))
        .collect();
    let mut outcome = Outcome { findings: Vec::new(), suppressed: Vec::new(), unused: Vec::new() };
    for finding in findings {
        let known = configured.iter_mut().find(|known| known.covers(&finding));
        if let Some(known) = known {
            known.used = true;
            let reason = known.ignore.reason.clone();
            outcome.suppressed.push(Suppressed { finding, reason });
            continue;
        }
        let comment = comments.iter_mut().find(|comment| comment.covers(&finding));
        if let Some(comment) = comment {
            comment.used = true;
            let reason = comment.reason.clone();
            outcome.suppressed.push(Suppressed { finding, reason });
            continue;
        }
        outcome.findings.push(finding);
    }
    let silent_configured = configured.into_iter().filter(|known| known.expired || (!known.used && !partial));
    outcome.unused.extend(silent_configured.map(|known| UnusedIgnore {
        place: crate::configuration::FILE_NAME.to_owned(),
        rule: known.rule.to_owned(),
        object: known.ignore.object.clone(),
        reason: if known.expired { "expired".to_owned() } else { "nothing to silence".to_owned() },
    }));
    let silent_comments = comments.into_iter().filter(|comment| comment.is_worth_telling(partial));
    outcome.unused.extend(silent_comments.map(|comment| UnusedIgnore {
        place: format!("{}:{}", comment.file.path, comment.line),
        reason: comment.why_unused().to_owned(),
        object: comment.file.path.clone(),
        rule: comment.rule,
    }));
    outcome
}

struct Configured<'a> {
    rule: &'a str,
    ignore: &'a Ignore,
    expired: bool,
    used: bool,
}

impl Configured<'_> {
    fn covers(&self, finding: &Finding) -> bool {
        let object = finding.object.as_ref().map(ToString::to_string);
        let names = [object.as_deref(), finding.file.as_deref()];
        !self.expired
            && self.rule == finding.rule
            && names.into_iter().flatten().any(|name| matches(&self.ignore.object, name))
    }
}

fn expired(ignore: &Ignore, today: Date) -> bool {
    let date = ignore.expires.as_deref().and_then(|text| text.parse::<Date>().ok());
    date.is_some_and(|date| date <= today)
}

/// `*` stands for any run of characters; an object also stands for what belongs to it (`public.users` for
/// `public.users.email`), a file name for the file in whatever folder.
fn matches(pattern: &str, name: &str) -> bool {
    wildcard(pattern.as_bytes(), name.as_bytes())
        || name.strip_prefix(pattern).is_some_and(|rest| rest.starts_with('.'))
        || name.strip_suffix(pattern).is_some_and(|rest| rest.ends_with('/'))
}

fn wildcard(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some((b'*', rest)) => (0..=name.len()).any(|skipped| wildcard(rest, &name[skipped..])),
        Some((first, rest)) => name.split_first().is_some_and(|(next, name)| next == first && wildcard(rest, name)),
    }
}

/// One rule of one comment.
struct CommentIgnore<'a> {
    file: &'a MigrationFile,
    ignore: &'a pgmason_sql::ignore::Ignore,
    line: u32,
    /// As written.
    rule: String,
    /// Ours; more than one where squawk's rule is several of ours. Empty for every rule.
    ours: Vec<&'static str>,
    known: bool,
    reason: String,
    used: bool,
}

impl<'a> CommentIgnore<'a> {
    fn all(file: &'a MigrationFile, ignore: &'a pgmason_sql::ignore::Ignore) -> Vec<Self> {
        let squawk = ignore.source == IgnoreSource::Squawk;
        let reason = match (&ignore.reason, squawk) {
            (Some(reason), _) => reason.clone(),
            (None, true) => "squawk-ignore".to_owned(),
            (None, false) => "no reason given".to_owned(),
        };
        let make = |rule: String, ours: Vec<&'static str>, known: bool| Self {
            file,
            ignore,
            line: ignore.line,
            rule,
            ours,
            known,
            reason: reason.clone(),
            used: false,
        };
        if ignore.rules.is_empty() && squawk {
            return vec![make("every rule".to_owned(), Vec::new(), true)];
        }
        ignore
            .rules
            .iter()
            .map(|rule| {
                if squawk {
                    make(rule.clone(), squawk_names::pgmason_rules_for(rule).to_vec(), true)
                } else {
                    let found = rules::find(rule);
                    make(rule.clone(), found.map(|rule| rule.name).into_iter().collect(), found.is_some())
                }
            })
            .collect()
    }

    fn covers(&self, finding: &Finding) -> bool {
        let named = self.ours.contains(&finding.rule.as_str()) || (self.ours.is_empty() && self.rule == "every rule");
        named
            && finding.file.as_deref() == Some(self.file.path.as_str())
            && finding.line.is_some_and(|line| self.ignore.covers_line(line))
    }

    /// squawk's comments are for squawk; they need not silence anything here.
    fn is_worth_telling(&self, partial: bool) -> bool {
        self.ignore.source == IgnoreSource::Pgmason && !self.used && (!partial || !self.known)
    }

    fn why_unused(&self) -> &'static str {
        if self.known { "nothing to silence" } else { "no rule is called that" }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        for (pattern, name, expected) in [
            ("public.users", "public.users", true),
            ("public.users", "public.users.email", true),
            ("public.users", "public.users_old", false),
            ("public.*", "public.users", true),
            ("*.users", "public.users", true),
            ("*_log", "public.audit_log", true),
            ("1_a.sql", "supabase/migrations/1_a.sql", true),
            ("a.sql", "supabase/migrations/1_a.sql", false),
            ("", "public.users", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} on {name}");
        }
    }
}
