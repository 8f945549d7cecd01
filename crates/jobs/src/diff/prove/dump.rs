//! Stage: an independent witness. `pg_dump --schema-only` of the result says the same as that of the second schema.
//!
//! The order of a dump can depend on OIDs, so dumps are compared as sets of statements. Only comments and psql's
//! `\restrict` are left out, and the values that pgmason does not read: passwords and connection strings.

use std::collections::BTreeSet;

use pgmason_model::{Catalog, ObjectId};
use pgmason_scratch::{Scratch, ScratchDatabase};

use super::Attempt;
use crate::diff::report::Stage;

impl Attempt<'_> {
    pub(super) fn dump(&mut self, server: &Scratch, copy: &ScratchDatabase, result: &Catalog) {
        let theirs = self.platform_differences(result);
        if let Some(first) = theirs.first() {
            self.notes.push(format!(
                "{} objects of the platform differ, which a plan leaves as they are: {} {first}{}",
                theirs.len(),
                first.kind.label(),
                if theirs.len() > 1 { ", …" } else { "" }
            ));
            return self
                .recorder
                .not_done(Stage::Dump, "objects of the platform differ, which a plan leaves as they are");
        }
        let mut options = vec!["--schema-only"];
        if !self.options.owners {
            options.push("--no-owner");
            // What an owner may do stands under the owner's name.
            if self.owners_differ(result) {
                options.push("--no-privileges");
            }
        }
        let dumped = dump(server, copy, &options).and_then(|one| Ok((one, dump(server, self.to.database, &options)?)));
        let (mut result, mut wanted) = match dumped {
            Ok(pair) => pair,
            Err(reason) => return self.recorder.not_done(Stage::Dump, reason),
        };
        if !self.plan.left.is_empty() {
            // What differs in nothing but the order of columns.
            for dump in [&mut result, &mut wanted] {
                *dump = dump.iter().map(|statement| lines_in_order(statement)).collect();
            }
        }
        let secret = secret_options(&result);
        for dump in [&mut result, &mut wanted] {
            *dump = dump.iter().map(|statement| without_secrets(statement, &secret)).collect();
        }
        let what = format!("{} statements", wanted.len());
        if result == wanted {
            return self.recorder.passed(Stage::Dump, what);
        }
        let list = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
            a.difference(b).map(String::as_str).collect::<Vec<_>>().join("\n")
        };
        let reason = format!(
            "only in the result:\n{}\nonly in the new schema:\n{}",
            list(&result, &wanted),
            list(&wanted, &result)
        );
        self.recorder.failed(Stage::Dump, what, reason);
    }

    fn platform_differences(&self, result: &Catalog) -> Vec<ObjectId> {
        let platform = result.platform.union(&self.to.catalog.platform);
        platform.filter(|id| result.get(id) != self.to.catalog.get(id)).cloned().collect()
    }

    fn owners_differ(&self, result: &Catalog) -> bool {
        let owner =
            |catalog: &Catalog, id| serde_json::to_value(catalog.get(id)).unwrap_or_default().get("owner").cloned();
        result.objects.keys().any(|id| owner(result, id) != owner(self.to.catalog, id))
    }
}

fn dump(server: &Scratch, database: &ScratchDatabase, options: &[&str]) -> Result<BTreeSet<String>, String> {
    let mut command = server.dump_command(database).ok_or_else(|| {
        format!("there is no pg_dump of PostgreSQL {} or newer on this machine", server.version().major())
    })?;
    let output = command.args(options).output().map_err(|error| format!("pg_dump cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!("pg_dump failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(statements(&String::from_utf8_lossy(&output.stdout)))
}

fn statements(dump: &str) -> BTreeSet<String> {
    let is_schema = |line: &&str| {
        !line.starts_with("--")
            && !line.starts_with("\\restrict")
            && !line.starts_with("\\unrestrict")
            && !line.trim().is_empty()
    };
    dump.split(";\n")
        .map(|statement| statement.lines().filter(is_schema).collect::<Vec<_>>().join("\n"))
        .filter(|statement| !statement.is_empty())
        .collect()
}

/// Options of servers and wrappers whose values are not read, by what the plan writes in their place.
fn secret_options(result: &BTreeSet<String>) -> BTreeSet<String> {
    let lines = result.iter().flat_map(|statement| statement.lines());
    let secret = lines.filter(|line| line.trim_end_matches(',').ends_with(" 'set-me'"));
    secret.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect()
}

/// Passwords, options of user mappings and connection strings are nobody's to read, so nobody's to compare.
fn without_secrets(statement: &str, options: &BTreeSet<String>) -> String {
    if let Some((before, after)) = statement.split_once(" CONNECTION '")
        && statement.starts_with("CREATE SUBSCRIPTION")
    {
        let rest = after.split_once("' PUBLICATION").map_or("", |(_, rest)| rest);
        return format!("{before} PUBLICATION{rest}");
    }
    let of_mapping = statement.starts_with("CREATE USER MAPPING");
    if !of_mapping && !statement.starts_with("CREATE SERVER") && !statement.starts_with("CREATE FOREIGN DATA WRAPPER") {
        return statement.to_owned();
    }
    let line = |line: &str| {
        let name = line.split_whitespace().next().unwrap_or_default();
        let is_option = line.starts_with("    ");
        if is_option && (of_mapping || options.contains(name)) { format!("    {name}") } else { line.to_owned() }
    };
    statement.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn lines_in_order(statement: &str) -> String {
    let mut lines: Vec<&str> = statement.lines().map(|line| line.trim_end_matches(',')).collect();
    lines.sort_unstable();
    lines.join("\n")
}
