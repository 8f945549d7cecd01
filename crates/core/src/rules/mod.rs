//! The rulebook: one rule, one file stem (`x.rs` and `x.md`), all of them in one plain slice per section.
//!
//! A rule reads and reports. It never changes anything, never does IO, and reports what it could not see.

pub mod access;
pub mod consistency;
pub mod index;
pub mod migration;
pub mod naming;
pub mod table;

use std::fmt;

use crate::files::FilesContext;
use crate::findings::Findings;
use crate::rulebook::{OptionValue, RuleLevel};
use crate::schema::SchemaContext;

/// A rule. `name` states the problem, so that it reads well after "ignore".
#[derive(Debug)]
pub struct Rule {
    pub name: &'static str,
    pub section: Section,
    /// What holds when the configuration is silent.
    pub default_level: RuleLevel,
    /// One line without a full stop: what it finds.
    pub summary: &'static str,
    /// The page that `pgmason explain` prints, with examples that the tests execute.
    pub page: &'static str,
    pub options: &'static [RuleOption],
    pub check: Check,
}

/// What a rule looks at.
#[derive(Clone, Copy)]
pub enum Check {
    /// The schema as the catalog states it.
    Schema(fn(&SchemaContext<'_>, &mut Findings<'_>)),
    /// The same, but only where a live server's counters are at hand.
    Live(fn(&SchemaContext<'_>, &mut Findings<'_>)),
    /// Migration files, in the order in which they run.
    Files(fn(&FilesContext<'_>, &mut Findings<'_>)),
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Schema(_) => "Schema",
            Self::Live(_) => "Live",
            Self::Files(_) => "Files",
        })
    }
}

/// The parts of the rulebook, in the order of the standards checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    Naming,
    Table,
    Access,
    Index,
    Consistency,
    Migration,
}

impl Section {
    pub const ALL: [Self; 6] =
        [Self::Naming, Self::Table, Self::Access, Self::Index, Self::Consistency, Self::Migration];

    pub fn title(self) -> &'static str {
        match self {
            Self::Naming => "Naming",
            Self::Table => "Tables",
            Self::Access => "Access",
            Self::Index => "Indexes",
            Self::Consistency => "Consistency",
            Self::Migration => "Migration files",
        }
    }

    pub fn rules(self) -> &'static [&'static Rule] {
        match self {
            Self::Naming => naming::RULES,
            Self::Table => table::RULES,
            Self::Access => access::RULES,
            Self::Index => index::RULES,
            Self::Consistency => consistency::RULES,
            Self::Migration => migration::RULES,
        }
    }
}

/// An option of a rule, set in `[rules.NAME]`.
#[derive(Debug)]
pub struct RuleOption {
    pub name: &'static str,
    pub default: DefaultOption,
    pub summary: &'static str,
}

#[derive(Debug)]
pub enum DefaultOption {
    Boolean(bool),
    Integer(i64),
    Text(&'static str),
    List(&'static [&'static str]),
}

impl DefaultOption {
    pub(crate) fn to_value(&self) -> OptionValue {
        match self {
            Self::Boolean(value) => OptionValue::Boolean(*value),
            Self::Integer(value) => OptionValue::Integer(*value),
            Self::Text(value) => OptionValue::Text((*value).to_owned()),
            Self::List(values) => OptionValue::List(values.iter().map(|value| (*value).to_owned()).collect()),
        }
    }
}

/// Every rule, section by section.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    Section::ALL.into_iter().flat_map(|section| section.rules().iter().copied())
}

pub fn find(name: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.name == name)
}
