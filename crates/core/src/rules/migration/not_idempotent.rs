//! Finds files that fail or act twice when they run again.

use std::collections::HashSet;

use pgmason_model::QualifiedName;
use pgmason_sql::{AlterTableActionKind, DataChangeKind, DropObjects, Name, ObjectKind, StatementKind, TypeChange};

use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::history::{Moment, Standing};
use crate::rulebook::RuleLevel;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};

pub(super) static RULE: Rule = Rule {
    name: "not-idempotent",
    section: Section::Migration,
    default_level: RuleLevel::Info,
    summary: "a file cannot run twice",
    page: include_str!("not_idempotent.md"),
    options: &[RuleOption {
        name: "layouts",
        default: DefaultOption::List(&["numbered"]),
        summary: "layouts whose files may be run again by hand; the others' tools run each file exactly once",
    }],
    check: Check::Files(check),
};

/// How many statements a finding names.
const NAMED: usize = 3;

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    if !ctx.list_option("layouts").iter().any(|layout| layout == ctx.folder.layout.name()) {
        return;
    }
    for (index, file) in ctx.folder.files.iter().enumerate() {
        let mut cleared = Cleared::default();
        let mut found: Vec<(&Moment<'_>, String)> = Vec::new();
        for (_, moment) in ctx.folder.history.of_file(index) {
            if !moment.step.guarded {
                found.extend(not_repeatable(moment, &cleared).map(|what| (moment, what)));
            }
            cleared.read(moment);
        }
        let Some((first, _)) = found.first() else { continue };
        let place = ctx.place(first, 0);
        let named: Vec<_> = found
            .iter()
            .take(NAMED)
            .map(|(moment, what)| format!("{what} (line {})", ctx.place(moment, 0).line))
            .collect();
        let more = found.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let finding = findings.in_file(
            &file.path,
            format!("run a second time the file fails or acts twice: {}{more}", named.join(", ")),
            "write IF NOT EXISTS, IF EXISTS, OR REPLACE or ON CONFLICT, drop what has none of these first, or ask the catalog in a DO block",
        );
        finding.line = Some(place.line);
        finding.column = Some(place.column);
    }
}

/// What the file itself has taken away before, if it was there.
#[derive(Default)]
struct Cleared {
    /// Kind, relation of a policy or trigger, name.
    objects: HashSet<(ObjectKind, Option<String>, String)>,
    /// Tables dropped, emptied: what is made on them anew cannot be there already.
    tables: HashSet<QualifiedName>,
    emptied: HashSet<QualifiedName>,
    /// Constraints and columns dropped IF EXISTS.
    parts: HashSet<(QualifiedName, String)>,
}

impl Cleared {
    fn read(&mut self, moment: &Moment<'_>) {
        match &moment.step.statement.kind {
            StatementKind::Drop(dropped) if dropped.if_exists => self.drop(dropped, moment),
            StatementKind::Truncate { tables, .. } => {
                self.emptied.extend(tables.iter().filter_map(|table| relation(moment, &table.name)).cloned());
            }
            StatementKind::Change(change) if change.kind == DataChangeKind::Delete => {
                self.emptied.extend(relation(moment, &change.table).cloned());
            }
            StatementKind::AlterTable(table) => {
                let Some(table_name) = relation(moment, &table.name) else { return };
                for action in &table.actions {
                    if let AlterTableActionKind::DropColumn { name, if_exists: true, .. }
                    | AlterTableActionKind::DropConstraint { name, if_exists: true, .. } = &action.kind
                    {
                        self.parts.insert((table_name.clone(), name.clone()));
                    }
                }
            }
            _ => {}
        }
    }

    fn drop(&mut self, dropped: &DropObjects, moment: &Moment<'_>) {
        for named in &dropped.names {
            let table = dropped.on_table.as_ref().map(|table| table.name.clone());
            self.objects.insert((dropped.object, table, named.name.name.clone()));
            if dropped.object == ObjectKind::Table {
                self.tables.extend(relation(moment, &named.name).cloned());
            }
        }
    }

    fn has(&self, kind: ObjectKind, name: &str) -> bool {
        self.objects.contains(&(kind, None, name.to_owned()))
    }

    fn has_on(&self, kind: ObjectKind, table: &Name, name: &str) -> bool {
        self.objects.contains(&(kind, Some(table.name.clone()), name.to_owned()))
    }

    fn has_table(&self, moment: &Moment<'_>, table: &Name) -> bool {
        relation(moment, table).is_some_and(|table| self.tables.contains(table))
    }
}

fn relation<'m>(moment: &'m Moment<'_>, written: &Name) -> Option<&'m QualifiedName> {
    moment.touched(written).map(|touched| &touched.name)
}

/// What fails or acts twice, in words.
fn not_repeatable(moment: &Moment<'_>, cleared: &Cleared) -> Option<String> {
    use ObjectKind as Kind;
    match &moment.step.statement.kind {
        StatementKind::CreateTable(table) => {
            let safe = table.if_not_exists || table.temporary || cleared.has(Kind::Table, &table.name.name);
            (!safe).then(|| format!("CREATE TABLE {}", table.name))
        }
        StatementKind::CreateIndex(index) => {
            let name = index.name.as_deref().unwrap_or_default();
            let safe = index.if_not_exists || cleared.has(Kind::Index, name) || cleared.has_table(moment, &index.table);
            (!safe).then(|| format!("CREATE INDEX {name} on {}", index.table))
        }
        StatementKind::CreateView(view) => {
            let kind = if view.materialized { Kind::MaterializedView } else { Kind::View };
            let safe = view.or_replace || view.if_not_exists || view.temporary || cleared.has(kind, &view.name.name);
            (!safe).then(|| format!("CREATE VIEW {}", view.name))
        }
        StatementKind::CreateFunction(function) => {
            let dropped = [Kind::Function, Kind::Procedure, Kind::Routine]
                .iter()
                .any(|kind| cleared.has(*kind, &function.name.name));
            (!function.or_replace && !dropped).then(|| format!("CREATE FUNCTION {}", function.name))
        }
        StatementKind::CreateTrigger(trigger) => {
            let safe = trigger.or_replace
                || cleared.has_on(Kind::Trigger, &trigger.table, &trigger.name)
                || cleared.has_table(moment, &trigger.table);
            (!safe).then(|| format!("CREATE TRIGGER {} on {}", trigger.name, trigger.table))
        }
        StatementKind::CreatePolicy(policy) => {
            let safe =
                cleared.has_on(Kind::Policy, &policy.table, &policy.name) || cleared.has_table(moment, &policy.table);
            (!safe).then(|| format!("CREATE POLICY \"{}\" on {}", policy.name, policy.table))
        }
        StatementKind::CreateType(created) => {
            let safe = cleared.has(Kind::Type, &created.name.name) || cleared.has(Kind::Domain, &created.name.name);
            (!safe).then(|| format!("CREATE TYPE {}", created.name))
        }
        StatementKind::AlterType(altered) => match &altered.change {
            TypeChange::AddValue { value, if_not_exists: false, .. } => {
                Some(format!("ALTER TYPE {} ADD VALUE '{value}'", altered.name))
            }
            TypeChange::RenameValue { .. } | TypeChange::RenameTo(_) => {
                Some(format!("ALTER TYPE {} RENAME", altered.name))
            }
            _ => None,
        },
        StatementKind::CreateSequence { name, if_not_exists, temporary, .. } => {
            let safe = *if_not_exists || *temporary || cleared.has(Kind::Sequence, &name.name);
            (!safe).then(|| format!("CREATE SEQUENCE {name}"))
        }
        StatementKind::CreateSchema { name, if_not_exists } => {
            (!if_not_exists && !cleared.has(Kind::Schema, name)).then(|| format!("CREATE SCHEMA {name}"))
        }
        StatementKind::CreateExtension { name, if_not_exists, .. } => {
            (!if_not_exists && !cleared.has(Kind::Extension, name)).then(|| format!("CREATE EXTENSION {name}"))
        }
        StatementKind::CreateRole { name, .. } => {
            (!cleared.has(Kind::Role, name)).then(|| format!("CREATE ROLE {name}"))
        }
        StatementKind::CreatePublication { name, .. } => {
            (!cleared.has(Kind::Publication, name)).then(|| format!("CREATE PUBLICATION {name}"))
        }
        StatementKind::AlterPublication { name, add, .. } => {
            add.first().map(|table| format!("ALTER PUBLICATION {name} ADD TABLE {table}"))
        }
        StatementKind::AlterTable(table) => {
            let name = relation(moment, &table.name)?;
            if cleared.tables.contains(name) {
                return None;
            }
            table.actions.iter().find_map(|action| {
                let part = |part: &str| cleared.parts.contains(&(name.clone(), part.to_owned()));
                let what = match &action.kind {
                    AlterTableActionKind::AddColumn { column, if_not_exists: false } if !part(&column.name) => {
                        format!("ADD COLUMN {}", column.name)
                    }
                    AlterTableActionKind::DropColumn { name, if_exists: false, .. } => format!("DROP COLUMN {name}"),
                    AlterTableActionKind::AddConstraint(constraint) => {
                        let constraint = constraint.name.as_deref().unwrap_or("without a name");
                        let dropped_here = table.actions.iter().any(|other| {
                            matches!(&other.kind, AlterTableActionKind::DropConstraint { name, if_exists: true, .. } if name == constraint)
                        });
                        if part(constraint) || dropped_here {
                            return None;
                        }
                        format!("ADD CONSTRAINT {constraint}")
                    }
                    AlterTableActionKind::DropConstraint { name, if_exists: false, .. } => format!("DROP CONSTRAINT {name}"),
                    AlterTableActionKind::RenameColumn { from, .. } => format!("RENAME COLUMN {from}"),
                    AlterTableActionKind::RenameTo { name } => format!("RENAME TO {name}"),
                    AlterTableActionKind::RenameConstraint { from, .. } => format!("RENAME CONSTRAINT {from}"),
                    _ => return None,
                };
                Some(format!("{what} on {}", table.name))
            })
        }
        StatementKind::Drop(dropped) if !dropped.if_exists && dropped.object != Kind::Owned => {
            dropped.names.first().map(|named| format!("DROP {} without IF EXISTS", named.name))
        }
        StatementKind::Change(change) if change.kind == DataChangeKind::Insert => {
            let emptied = relation(moment, &change.table).is_some_and(|table| cleared.emptied.contains(table));
            // A query that reads its own target adds what is missing there.
            let reads_itself = moment.step.statement.reads.iter().any(|read| read.name.name == change.table.name);
            let standing = moment.touched(&change.table).map(|touched| touched.standing);
            let safe = change.on_conflict
                || change.guarded
                || emptied
                || reads_itself
                || standing == Some(Standing::Temporary)
                || cleared.has_table(moment, &change.table);
            (!safe).then(|| format!("INSERT INTO {}", change.table))
        }
        _ => None,
    }
}
