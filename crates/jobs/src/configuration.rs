//! `pgmason.toml`: what the project says about itself. Everything has a default.

mod duration;
mod in_order;
mod running;
mod staged;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pgmason_core::migrations::stages::Phase;
use pgmason_core::rulebook::{AccessSettings, Domain, Ignore, OptionValue, RuleLevel, RuleSettings, Rulebook};
use pgmason_core::rules;
use serde::Deserialize;

pub use running::{Commands, FleetSection, HistoryName, HooksSection, MigrationsSection, expand};
pub use staged::{BUILT_IN_CHECKS, CheckSection};

use crate::JobError;
use in_order::in_order;
use running::MigrationsTable;
use staged::PhaseSection;

/// The file's name, in the project's folder.
pub const FILE_NAME: &str = "pgmason.toml";

/// What the file says, read.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    pub project: ProjectSection,
    pub sources: SourcesSection,
    pub scratch: ScratchSection,
    pub prisma: PrismaSection,
    pub drift: DriftSection,
    pub access: AccessSection,
    pub rules: BTreeMap<String, RuleSettings>,
    pub domains: BTreeMap<String, Domain>,
    pub migrations: MigrationsSection,
    pub hooks: HooksSection,
    pub fleet: FleetSection,
    /// In the order of the file: the first that takes a migration wins.
    pub phases: Vec<Phase>,
    pub checks: BTreeMap<String, CheckSection>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectSection {
    pub name: Option<String>,
    /// `plain` or `supabase`; detected when not stated.
    pub baseline: Option<BaselineName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BaselineName {
    Plain,
    Supabase,
}

/// Paths from the folder that holds the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourcesSection {
    pub migrations: Option<PathBuf>,
    pub schema: Option<PathBuf>,
    /// A Prisma schema: one file, or a folder.
    pub prisma: Option<PathBuf>,
    pub snapshot: Option<PathBuf>,
    /// Its connection string; `${NAME}` is taken from the environment.
    pub database: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PrismaSection {
    /// Major version of Prisma; read from package.json or the migrations when not stated.
    pub version: Option<u32>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DriftSection {
    /// Names of objects that may differ: `public.tmp_*`.
    pub ignore: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScratchSection {
    /// `auto`, `embedded`, `local`.
    pub engine: Option<String>,
    /// Major version of the server that the project runs on.
    pub major_version: Option<u32>,
    /// Seconds that one statement may take.
    pub replay_timeout: Option<u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessSection {
    pub api_roles: Option<Vec<String>>,
    pub anonymous_roles: Option<Vec<String>>,
    pub exposed_schemas: Option<Vec<String>>,
    pub identity_functions: Option<Vec<String>>,
    pub user_tables: Option<Vec<String>>,
    pub user_columns: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    project: ProjectSection,
    #[serde(default)]
    sources: SourcesSection,
    #[serde(default)]
    scratch: ScratchSection,
    #[serde(default)]
    prisma: PrismaSection,
    #[serde(default)]
    drift: DriftSection,
    #[serde(default)]
    access: AccessSection,
    #[serde(default)]
    rules: BTreeMap<String, RuleEntry>,
    #[serde(default)]
    domains: BTreeMap<String, Domain>,
    #[serde(default)]
    migrations: MigrationsTable,
    #[serde(default)]
    hooks: HooksSection,
    #[serde(default)]
    fleet: FleetSection,
    #[serde(default, deserialize_with = "in_order")]
    phases: Vec<(String, PhaseSection)>,
    #[serde(default)]
    checks: BTreeMap<String, CheckSection>,
}

/// `rule = "error"`, or a table with level, options and ignores.
#[derive(Deserialize)]
#[serde(try_from = "toml::Value")]
enum RuleEntry {
    Level(RuleLevel),
    Table(RuleTable),
}

#[derive(Deserialize)]
struct RuleTable {
    #[serde(default)]
    level: Option<RuleLevel>,
    #[serde(default)]
    ignore: Vec<Ignore>,
    #[serde(flatten)]
    options: BTreeMap<String, OptionValue>,
}

/// By hand, because an untagged enum says only that nothing matched.
impl TryFrom<toml::Value> for RuleEntry {
    type Error = toml::de::Error;

    fn try_from(value: toml::Value) -> Result<Self, Self::Error> {
        match value {
            toml::Value::Table(_) => value.try_into().map(Self::Table),
            _ => value.try_into().map(Self::Level),
        }
    }
}

impl Configuration {
    /// The configuration of the folder; the default where there is no file.
    pub fn load(folder: &Path) -> Result<Self, JobError> {
        let path = folder.join(FILE_NAME);
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).map_err(|message| JobError::Configuration { path, message }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(JobError::File { action: "read", path, source }),
        }
    }

    /// Reads the file's text. The error names the place and what was expected there.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        let mut rules = BTreeMap::new();
        for (name, entry) in file.rules {
            let rule = rules::find(&name).ok_or_else(|| unknown_rule(&name))?;
            let settings = match entry {
                RuleEntry::Level(level) => RuleSettings { level: Some(level), ..RuleSettings::default() },
                RuleEntry::Table(RuleTable { level, ignore, options }) => {
                    for option in options.keys() {
                        if !rule.options.iter().any(|known| known.name == option) {
                            return Err(format!(
                                "[rules.{name}] has no option `{option}`; it has: level, ignore{}",
                                rule.options.iter().map(|known| format!(", {}", known.name)).collect::<String>()
                            ));
                        }
                    }
                    for known in &ignore {
                        check_date(&name, known)?;
                    }
                    RuleSettings { level, options, ignores: ignore }
                }
            };
            rules.insert(name, settings);
        }
        Ok(Self {
            project: file.project,
            sources: file.sources,
            scratch: file.scratch,
            prisma: file.prisma,
            drift: file.drift,
            access: file.access,
            rules,
            domains: file.domains,
            migrations: file.migrations.into(),
            hooks: file.hooks,
            fleet: file.fleet,
            phases: staged::phases(file.phases, &file.checks)?,
            checks: file.checks,
        })
    }

    /// The rulebook, access as the platform has it where the file is silent.
    pub fn rulebook(&self, platform: AccessSettings) -> Rulebook {
        let mut access = platform;
        let set = |target: &mut std::collections::BTreeSet<String>, stated: &Option<Vec<String>>| {
            if let Some(names) = stated {
                *target = names.iter().cloned().collect();
            }
        };
        set(&mut access.api_roles, &self.access.api_roles);
        set(&mut access.anonymous_roles, &self.access.anonymous_roles);
        set(&mut access.exposed_schemas, &self.access.exposed_schemas);
        set(&mut access.identity_functions, &self.access.identity_functions);
        set(&mut access.user_tables, &self.access.user_tables);
        set(&mut access.user_columns, &self.access.user_columns);
        Rulebook { rules: self.rules.clone(), domains: self.domains.clone(), access }
    }
}

fn unknown_rule(name: &str) -> String {
    format!("[rules] names `{name}`, which is no rule; `pgmason rules` lists them")
}

fn check_date(rule: &str, ignore: &Ignore) -> Result<(), String> {
    match &ignore.expires {
        Some(text) if text.parse::<jiff::civil::Date>().is_err() => {
            Err(format!("[rules.{rule}] ignore: expires = \"{text}\" is no date; write YYYY-MM-DD"))
        }
        _ if ignore.reason.trim().is_empty() => Err(format!("[rules.{rule}] ignore: the reason is empty")),
        _ => Ok(()),
    }
}
