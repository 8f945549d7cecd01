//! The parts of the squashed file, and how they become its text.

use std::collections::BTreeSet;

use pgmason_core::squash::{Entry, Section, grouped, idempotent, text};
use pgmason_model::difference::{ChangeStatement, DifferencePlan};
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::build::Built;
use super::report::{NotCarried, SquashReport};
use super::rows::{self, TableRows};
use super::statements;
use crate::JobError;
use crate::folder::SqlFiles;

/// What goes into the file.
pub(super) struct Parts {
    statements: Vec<(ChangeStatement, Vec<String>)>,
    roles: Vec<String>,
    /// Roles of the chain that the file does not make.
    pub(super) left_roles: BTreeSet<Identifier>,
    pub(super) rows: Vec<TableRows>,
    /// Sequences and jobs.
    after_rows: Vec<String>,
}

impl Parts {
    /// Refusals go into the report.
    pub(super) fn collect(
        files: &SqlFiles,
        built: &Built,
        plan: &DifferencePlan,
        report: &mut SquashReport,
    ) -> Result<Self, JobError> {
        let mut written = Vec::new();
        for statement in &plan.statements {
            match idempotent(statement, &built.chain) {
                Ok(statements) => written.push((statement.clone(), statements)),
                Err(refused) => report.refusals.push(format!(
                    "{} {}: nobody can write this so that it may run twice: {}",
                    refused.object.kind.label(),
                    refused.object,
                    refused.sql
                )),
            }
        }
        report.statements = written.len();
        let mut lost: Vec<NotCarried> = built.platform_changes.iter().map(platform_change).collect();
        let (mut roles, left_roles) = statements::roles(files, &mut lost);
        roles.extend(memberships(built, &left_roles));
        let mut told = BTreeSet::new();
        let carried = carried_rows(built, &mut lost, &mut told)?;
        let names: BTreeSet<QualifiedName> = carried.iter().map(|rows| rows.table.clone()).collect();
        lost.extend(statements::rows_not_carried(files, &built.chain, &names, &told));
        let mut after_rows = sequences(built);
        if built.chain_rows.get(&QualifiedName::new("cron", "job")).is_some_and(|content| content.rows > 0) {
            after_rows.extend(rows::cron_jobs(&built.first)?);
        }
        report.rows = carried.iter().map(TableRows::report).collect();
        report.not_carried = lost;
        Ok(Self { statements: written, roles, left_roles, rows: carried, after_rows })
    }

    /// `domain`: of a table's name; without it the order is the plan's.
    pub(super) fn text(&self, report: &SquashReport, built: &Built, domain: Option<&dyn Fn(&str) -> String>) -> String {
        let plan: Vec<ChangeStatement> = self.statements.iter().map(|(statement, _)| statement.clone()).collect();
        let order: Vec<(usize, Section)> = match domain {
            Some(domain) => grouped(&plan, &built.chain, domain),
            None => plan
                .iter()
                .enumerate()
                .map(|(place, statement)| {
                    let late = matches!(
                        statement.object.kind,
                        ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Publication | ObjectKind::EventTrigger
                    );
                    (place, if late { Section::Triggers } else { Section::Base })
                })
                .collect(),
        };
        let mut entries: Vec<Entry> =
            self.roles.iter().map(|role| Entry { section: Section::Base, statements: vec![role.clone()] }).collect();
        let mut rows = Some(self.row_entries());
        for (place, section) in order {
            if section > Section::Rows {
                entries.extend(rows.take().unwrap_or_default());
            }
            if let Some((_, statements)) = self.statements.get(place) {
                entries.push(Entry { section, statements: statements.clone() });
            }
        }
        entries.extend(rows.unwrap_or_default());
        text(&title(report), &entries)
    }

    fn row_entries(&self) -> Vec<Entry> {
        let rows = self.rows.iter().map(TableRows::insert).chain(self.after_rows.iter().cloned());
        rows.map(|statement| Entry { section: Section::Rows, statements: vec![statement] }).collect()
    }
}

fn platform_change(id: &ObjectId) -> NotCarried {
    NotCarried {
        file: None,
        line: None,
        what: format!("{} {id}, which the files change", id.kind.label()),
        reason: "the platform manages it".to_owned(),
    }
}

fn title(report: &SquashReport) -> Vec<String> {
    let to = report.to.as_ref().map(|to| format!(", up to {to}")).unwrap_or_default();
    vec![
        format!("The schema that the {} migrations in {} build{to}, as one file.", report.files, report.folder),
        "Written by `pgmason migration squash`. It can run again: where all is there it changes nothing.".to_owned(),
    ]
}

/// Rows of the project's tables, and buckets. What else the chain put into tables of the platform is told.
fn carried_rows(
    built: &Built,
    lost: &mut Vec<NotCarried>,
    told: &mut BTreeSet<QualifiedName>,
) -> Result<Vec<TableRows>, JobError> {
    let mut carried = Vec::new();
    let buckets = QualifiedName::new("storage", "buckets");
    let jobs = QualifiedName::new("cron", "job");
    for (name, content) in &built.chain_rows {
        let before = built.baseline_rows.get(name);
        if before == Some(content) || content.rows == 0 || *name == jobs {
            continue;
        }
        let id = ObjectId::in_schema(ObjectKind::Table, name.schema.clone(), name.name.clone());
        let of_project = built.chain.get(&id).is_some() && !built.chain.is_platform(&id);
        if !of_project && *name != buckets {
            told.insert(name.clone());
            let reason = match built.chain.get(&id) {
                Some(_) => "a table of the platform",
                None => "a table that an extension keeps for itself",
            };
            lost.push(NotCarried {
                file: None,
                line: None,
                what: format!("rows of {name}"),
                reason: reason.to_owned(),
            });
            continue;
        }
        match rows::read(&built.chain, name, &built.first, &built.second)? {
            Some(rows) => carried.push(rows),
            None => {
                told.insert(name.clone());
                lost.push(NotCarried {
                    file: None,
                    line: None,
                    what: format!("{} rows of {name}", content.rows),
                    reason: "too many for a file of the schema: load them from where they come from".to_owned(),
                });
            }
        }
    }
    Ok(rows::parents_first(&built.chain, carried))
}

/// Where sequences of the project stand, as far as both builds agree.
fn sequences(built: &Built) -> Vec<String> {
    let of = |(name, content): (&QualifiedName, &crate::row_state::Content)| {
        let id = ObjectId::in_schema(ObjectKind::Sequence, name.schema.clone(), name.name.clone());
        let Some(Object::Sequence(sequence)) = built.chain.get(&id).filter(|_| !built.chain.is_platform(&id)) else {
            return None;
        };
        let last = content.digest.parse::<i64>().ok()?;
        (built.baseline_rows.get(name) != Some(content)).then(|| rows::sequence(name, last, sequence.increment))
    };
    built.chain_rows.iter().filter_map(of).collect()
}

/// Roles that the chain made members of others.
fn memberships(built: &Built, left: &BTreeSet<Identifier>) -> Vec<String> {
    let mut list = Vec::new();
    for (role, found) in built.chain.roles.iter().filter(|(role, _)| !left.contains(*role)) {
        let before = built.baseline.roles.get(role);
        let added = found.member_of.iter().filter(|of| before.is_none_or(|before| !before.member_of.contains(*of)));
        // PostgreSQL 16 makes who creates a role its member: that comes by itself.
        list.extend(
            added
                .filter(|of| built.baseline.roles.contains_key(*of) || *role != "postgres")
                .map(|of| format!("GRANT {of} TO {role}")),
        );
    }
    list
}
