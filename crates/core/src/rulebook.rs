//! What the project asks of its schema: levels, options and ignores per rule, domains, and who reaches the database.
//!
//! Everything has a default; an empty configuration is a valid rulebook.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::Level;
use serde::{Deserialize, Serialize};

use crate::rules::Rule;

/// The rulebook as `pgmason.toml` states it, defaults filled in.
#[derive(Clone, Debug, Default)]
pub struct Rulebook {
    /// `[rules]`, by rule name.
    pub rules: BTreeMap<String, RuleSettings>,
    /// `[domains]`, by prefix without the underscore.
    pub domains: BTreeMap<String, Domain>,
    pub access: AccessSettings,
}

/// One rule's entry in `[rules]`.
#[derive(Clone, Debug, Default)]
pub struct RuleSettings {
    /// None leaves the rule's own default.
    pub level: Option<RuleLevel>,
    pub options: BTreeMap<String, OptionValue>,
    pub ignores: Vec<Ignore>,
}

/// A level as configured: a rule can also be off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleLevel {
    Off,
    Info,
    Warning,
    Error,
}

impl RuleLevel {
    /// None when off.
    pub fn level(self) -> Option<Level> {
        match self {
            Self::Off => None,
            Self::Info => Some(Level::Info),
            Self::Warning => Some(Level::Warning),
            Self::Error => Some(Level::Error),
        }
    }
}

/// The value of a rule's option.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OptionValue {
    Boolean(bool),
    Integer(i64),
    Text(String),
    List(Vec<String>),
}

/// Leaves findings of one rule unreported where they are known and accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ignore {
    /// `schema.table`, `schema.table.column`, a file name; `*` stands for any run of characters.
    pub object: String,
    pub reason: String,
    /// `YYYY-MM-DD`; from that day on the ignore no longer holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

/// A group of tables that share a prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Domain {
    pub title: String,
    pub backup_group: Option<String>,
    /// Names that tables of this domain had before.
    pub old_names: BTreeMap<String, String>,
}

/// Who comes in from outside, and what they can see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessSettings {
    /// Roles that requests from outside run as (`anon`, `authenticated` on Supabase). Empty: row level security is
    /// not how this project keeps people apart, and the rules about it stay silent.
    pub api_roles: BTreeSet<String>,
    /// The role among them that has no identity (`anon`).
    pub anonymous_roles: BTreeSet<String>,
    /// Schemas that the API serves.
    pub exposed_schemas: BTreeSet<String>,
    /// Functions whose result is the caller's identity: `auth.uid`.
    pub identity_functions: BTreeSet<String>,
    /// The table of users: `auth.users`.
    pub user_tables: BTreeSet<String>,
    /// Names of columns that hold a user's id.
    pub user_columns: BTreeSet<String>,
}

impl Default for AccessSettings {
    fn default() -> Self {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            api_roles: BTreeSet::new(),
            anonymous_roles: set(&["anon"]),
            exposed_schemas: set(&["public"]),
            identity_functions: set(&["auth.uid", "auth.jwt", "auth.email", "auth.role", "current_setting"]),
            user_tables: set(&["auth.users"]),
            user_columns: set(&["user_id", "owner_id", "created_by", "profile_id", "author_id"]),
        }
    }
}

impl AccessSettings {
    /// What holds on Supabase when its `config.toml` says nothing else.
    pub fn supabase() -> Self {
        Self {
            api_roles: ["anon", "authenticated"].map(str::to_owned).into(),
            exposed_schemas: ["public", "storage", "graphql_public"].map(str::to_owned).into(),
            ..Self::default()
        }
    }
}

impl Rulebook {
    /// The level at which a rule reports, or none when it is off.
    pub fn level_of(&self, rule: &Rule) -> Option<Level> {
        match self.rules.get(rule.name).and_then(|settings| settings.level) {
            Some(level) => level.level(),
            None => rule.default_level.level(),
        }
    }

    /// The option's value as a list; a single text is a list of one.
    pub fn option_list(&self, rule: &Rule, name: &str) -> Vec<String> {
        match self.option(rule, name) {
            Some(OptionValue::List(values)) => values,
            Some(OptionValue::Text(value)) => vec![value],
            _ => Vec::new(),
        }
    }

    pub(crate) fn option(&self, rule: &Rule, name: &str) -> Option<OptionValue> {
        let configured = self.rules.get(rule.name).and_then(|settings| settings.options.get(name)).cloned();
        configured
            .or_else(|| rule.options.iter().find(|option| option.name == name).map(|option| option.default.to_value()))
    }
}
