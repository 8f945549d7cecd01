//! `pgmason init`: writes a commented `pgmason.toml` that says what was found. Never overwrites one.
//!
//! A rule that is off by default is switched on where most of the schema keeps it already.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use pgmason_core::rulebook::{Domain, RuleLevel, Rulebook};
use pgmason_core::rules::{self, Check};
use pgmason_core::schema::Schema;
use pgmason_scratch::Baseline;

use crate::JobError;
use crate::check::check_rule;
use crate::configuration::FILE_NAME;
use crate::open::{OpenOptions as OpenSource, open};
use crate::progress::Reporter;
use crate::project::Project;
use crate::source::Source;

/// What was written and why.
#[derive(Clone, Debug)]
pub struct InitReport {
    pub path: PathBuf,
    pub text: String,
    /// Rules switched on, each with the tables that keep it and all tables.
    pub switched_on: Vec<(String, usize, usize)>,
}

/// A rule is switched on when at least this share of the tables keeps it.
const SHARE: f64 = 0.8;
/// With fewer tables a share says nothing.
const FEWEST_TABLES: usize = 3;

pub fn init(project: &Project, options: &OpenSource, reporter: Reporter<'_>) -> Result<InitReport, JobError> {
    let path = project.folder.join(FILE_NAME);
    if path.exists() {
        return Err(JobError::AlreadyThere { path });
    }
    let source = project.source()?;
    let mut options = options.clone();
    // A folder that does not replay as a whole still shows what its names are like.
    options.replay.keep_going = true;
    let opened = open(project, &source, &options, reporter)?;
    let schema = Schema::new(&opened.catalog);
    let names: Vec<&str> =
        schema.tables.iter().filter(|table| !table.is_partition()).map(|table| table.name()).collect();
    let tables = names.len();
    let mut rulebook = project.configuration.rulebook(project.access(opened.baseline));
    let prefixes = shared_prefixes(&names);
    rulebook.domains.extend(prefixes.iter().map(|(prefix, _)| (prefix.clone(), Domain::default())));
    let mut switched_on = Vec::new();
    for rule in rules::all().filter(|rule| is_a_convention(rule, &rulebook)) {
        let database = opened.scratch.as_ref().map(|scratch| &scratch.database);
        let broken = check_rule(rule.name, &opened.catalog, &rulebook, database)?.len();
        let kept = tables.saturating_sub(broken);
        #[expect(clippy::cast_precision_loss, reason = "a share of tables")]
        let share = kept as f64 / tables.max(1) as f64;
        if tables >= FEWEST_TABLES && share >= SHARE {
            switched_on.push((rule.name.to_owned(), kept, tables));
        }
    }
    let text = render(project, &source, opened.baseline, &prefixes, &switched_on);
    write_new(&path, &text)?;
    Ok(InitReport { path, text, switched_on })
}

/// Writes a file that is not there: one that somebody made, even meanwhile, is never overwritten.
pub(crate) fn write_new(path: &Path, text: &str) -> Result<(), JobError> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            JobError::AlreadyThere { path: path.to_owned() }
        } else {
            JobError::File { action: "write", path: path.to_owned(), source: error }
        }
    })?;
    file.write_all(text.as_bytes()).map_err(JobError::file("write", path))
}

/// Off by default, and about the schema. Prefixes mean nothing before there are domains.
fn is_a_convention(rule: &rules::Rule, rulebook: &Rulebook) -> bool {
    const NEED_DOMAINS: &[&str] = &["unknown-prefix", "table-without-prefix", "view-prefix-mismatch", "prefix-length"];
    rule.default_level == RuleLevel::Off
        && matches!(rule.check, Check::Schema(_))
        && (!rulebook.domains.is_empty() || !NEED_DOMAINS.contains(&rule.name))
}

/// A bare key where TOML allows one.
fn toml_key(key: &str) -> String {
    let bare = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if bare { key.to_owned() } else { toml::Value::String(key.to_owned()).to_string() }
}

/// Prefixes that several tables share, with how many do; none where most tables have none of them.
fn shared_prefixes(names: &[&str]) -> Vec<(String, usize)> {
    const SHARED_BY: usize = 3;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for prefix in names.iter().filter_map(|name| name.split_once('_')).map(|(prefix, _)| prefix) {
        *counts.entry(prefix).or_default() += 1;
    }
    counts.retain(|prefix, count| *count >= SHARED_BY && (2..=12).contains(&prefix.len()));
    let covered: usize = counts.values().sum();
    if covered * 10 < names.len() * 6 {
        return Vec::new();
    }
    counts.into_iter().map(|(prefix, count)| (prefix.to_owned(), count)).collect()
}

fn render(
    project: &Project,
    source: &Source,
    baseline: Baseline,
    prefixes: &[(String, usize)],
    switched_on: &[(String, usize, usize)],
) -> String {
    let mut text = String::new();
    let mut line = |words: &str| {
        let _ = writeln!(text, "{words}");
    };
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    line("# What pgmason reads in this project, and the rules that it holds it to.");
    line("# Everything here has a default: delete what you do not want to state.");
    line("");
    line("[project]");
    line(&format!("name = {}", quoted(&project.name)));
    line("# plain, or supabase: what exists before the first migration (auth, storage, roles …).");
    line(&format!("baseline = {}", quoted(baseline.name())));
    line("");
    line("[sources]");
    match source {
        Source::Schema(path) => line(&format!("schema = {}", quoted(&project.display_path(path)))),
        other => {
            let path = other.path().map(|path| project.display_path(path)).unwrap_or_default();
            let path = if path.is_empty() { ".".to_owned() } else { path };
            line(&format!("migrations = {}", quoted(&path)));
        }
    }
    line("# What `pgmason drift` compares them with; a Prisma schema is found where Prisma looks for it.");
    line("# prisma = \"prisma/schema.prisma\"");
    line("# database = \"${DATABASE_URL}\"");
    line("# snapshot = \"schema.json\"");
    line("");
    line("[scratch]");
    line(
        "# auto takes local PostgreSQL of the stated version where it is installed, else the one that pgmason carries.",
    );
    line("engine = \"auto\"");
    match project.major_version() {
        Some(major) => line(&format!("major_version = {major}")),
        None => line("# major_version = 17"),
    }
    line("");
    line("# Groups of tables that share a prefix. With these, the rules about prefixes know what to hold names to.");
    if prefixes.is_empty() {
        line("# [domains.auth]");
        line("# title = \"Sign-in and sessions\"");
        line("");
    }
    for (prefix, count) in prefixes {
        line(&format!("# {count} tables"));
        line(&format!("[domains.{}]", toml_key(prefix)));
        line(&format!("title = {}", quoted(prefix)));
        line("");
    }
    line("# error, warning, info or off for each rule; `pgmason rules` lists them, `pgmason explain RULE` says why.");
    line("[rules]");
    if switched_on.is_empty() {
        line("# no-created-at = \"warning\"");
    } else {
        line("# Off by default; on here because the schema keeps them already:");
        for (rule, kept, tables) in switched_on {
            line(&format!("{rule} = \"warning\"  # {kept} of {tables} tables"));
        }
    }
    line("");
    line("# A finding that is known and accepted. From the day it expires it is a finding again.");
    line("# [[rules.no-primary-key.ignore]]");
    line("# object = \"public.import_staging\"");
    line("# reason = \"emptied every night\"");
    line("# expires = \"2027-06-30\"");
    text.push_str(MIGRATIONS);
    text
}

/// What says how migrations are run, all of it in comments.
const MIGRATIONS: &str = include_str!("init_migrations.toml");

#[cfg(test)]
mod tests {
    use super::MIGRATIONS;
    use crate::configuration::Configuration;

    #[test]
    fn what_stands_in_comments_can_be_taken_out_of_them() {
        let is_setting = |line: &str| line.starts_with('[') || line.contains(" = ");
        let settings: Vec<&str> =
            MIGRATIONS.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| is_setting(line)).collect();
        let read = Configuration::parse(&settings.join("\n")).unwrap();
        assert_eq!(read.phases.len(), 1);
        assert_eq!(read.fleet.jobs, Some(4));
        assert_eq!(read.hooks.on_failure.0, ["./alert.sh"]);
        assert!(read.migrations.statement_timeout.is_some() && read.checks.contains_key("errors"));
    }
}
