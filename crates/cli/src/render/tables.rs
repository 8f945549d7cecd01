//! Tables, for people.

use std::io::{self, Write};

use pgmason_jobs::tables::{PreviewReport, TableReport, TablesReport};

use super::table::borderless;
use crate::ui::{BOLD, DIM};

pub(crate) fn list(report: &TablesReport, out: &mut dyn Write) -> io::Result<()> {
    let live = report.tables.iter().any(|table| table.bytes.is_some());
    let mut header = vec!["DOMAIN", "TABLE", "KIND", if report.estimated { "ROWS (EST.)" } else { "ROWS" }];
    if live {
        header.push("SIZE");
    }
    header.extend(["COLUMNS", "POLICIES", "STATUS"]);
    let rows = report
        .tables
        .iter()
        .map(|table| {
            let mut row = vec![
                table.domain.clone(),
                format!("{}.{}", table.schema, table.name),
                table.kind.to_owned(),
                table.rows.map(|rows| rows.to_string()).unwrap_or_default(),
            ];
            if live {
                row.push(table.bytes.map(size).unwrap_or_default());
            }
            row.extend([
                table.columns.to_string(),
                table.policies.to_string(),
                table.status.unwrap_or_default().to_owned(),
            ]);
            row
        })
        .collect();
    let numbers: &[usize] = if live { &[3, 4, 5, 6] } else { &[3, 4, 5] };
    writeln!(out, "{}", borderless(&header, rows, numbers))?;
    let tables = report.tables.iter().filter(|table| table.kind.contains("table")).count();
    let empty = report.tables.iter().filter(|table| table.status == Some("empty")).count();
    writeln!(out, "\n{tables} tables, {empty} of them empty {DIM}({}){DIM:#}", report.source)
}

pub(crate) fn show(report: &TableReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{BOLD}{} {}{BOLD:#} {DIM}owner {}{DIM:#}", report.kind, report.name, report.owner)?;
    if let Some(comment) = &report.comment {
        writeln!(out, "{comment}")?;
    }
    let columns = report
        .columns
        .iter()
        .map(|column| {
            vec![
                format!("  {}", column.name),
                column.type_name.clone(),
                if column.nullable { "" } else { "NOT NULL" }.to_owned(),
                column.default.clone().unwrap_or_default(),
                column.comment.clone().unwrap_or_default(),
            ]
        })
        .collect();
    section("Columns", columns, out)?;
    let named = |list: &[pgmason_jobs::tables::Named]| -> Vec<Vec<String>> {
        list.iter().map(|named| vec![format!("  {}", named.name), named.definition.clone()]).collect()
    };
    section("Constraints", named(&report.constraints), out)?;
    section("References", named(&report.references), out)?;
    section("Referenced by", named(&report.referenced_by), out)?;
    section("Indexes", named(&report.indexes), out)?;
    if report.query.is_none() {
        let state = if report.row_security { "on" } else { "off" };
        writeln!(out, "\n{BOLD}Row level security{BOLD:#} {state}")?;
    }
    let policies = report
        .policies
        .iter()
        .map(|policy| {
            let mut expressions = Vec::new();
            expressions.extend(policy.using.as_ref().map(|text| format!("USING {text}")));
            expressions.extend(policy.with_check.as_ref().map(|text| format!("WITH CHECK {text}")));
            vec![
                format!("  {}", policy.name),
                policy.command.to_owned(),
                if policy.permissive { "permissive" } else { "restrictive" }.to_owned(),
                policy.roles.join(", "),
                expressions.join(" "),
            ]
        })
        .collect();
    section("Policies", policies, out)?;
    section("Triggers", named(&report.triggers), out)?;
    let grants =
        report.grants.iter().map(|grant| vec![format!("  {}", grant.grantee), grant.privileges.join(", ")]).collect();
    section("Grants", grants, out)?;
    match &report.query {
        Some(query) => writeln!(out, "\n{BOLD}Query{BOLD:#}\n{query}"),
        None => Ok(()),
    }
}

fn section(title: &str, rows: Vec<Vec<String>>, out: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{BOLD}{title}{BOLD:#}\n{}", borderless(&[], rows, &[]))
}

pub(crate) fn preview(report: &PreviewReport, out: &mut dyn Write) -> io::Result<()> {
    if report.rows.is_empty() {
        return writeln!(out, "{} is empty; its columns: {}", report.name, report.columns.join(", "));
    }
    let header: Vec<&str> = report.columns.iter().map(String::as_str).collect();
    let rows = report
        .rows
        .iter()
        .map(|row| row.iter().map(|value| value.as_deref().map_or_else(|| "∅".to_owned(), one_line)).collect())
        .collect();
    writeln!(out, "{}", borderless(&header, rows, &[]))?;
    let more = if report.more { ", and there are more" } else { "" };
    writeln!(out, "\n{DIM}{} rows of {}{more}; ∅ is NULL{DIM:#}", report.rows.len(), report.name)
}

/// Line breaks and control characters would break the table, or play tricks on the terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Bytes as people read them.
fn size(bytes: i64) -> String {
    indicatif::HumanBytes(u64::try_from(bytes).unwrap_or(0)).to_string()
}
