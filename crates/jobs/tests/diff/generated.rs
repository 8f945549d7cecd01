//! Schemas of a small grammar, made at random: whatever one of them says, the server takes it.
//!
//! A schema is written as text only at the end, so that it shrinks to what matters.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::{collection, option, sample};

#[derive(Clone, Debug)]
pub(crate) struct Schema {
    /// Labels of `grade`.
    labels: Vec<&'static str>,
    sequence: Option<i64>,
    tables: Vec<Option<Table>>,
    view: Option<View>,
}

#[derive(Clone, Debug)]
struct Table {
    identity: Option<bool>,
    columns: Vec<Option<Column>>,
    /// The table whose key it refers to, and what happens when that goes.
    refers: Option<(usize, &'static str)>,
    unique: Option<usize>,
    index: Option<Index>,
    policy: Option<Policy>,
    grant: Option<Grant>,
    comment: bool,
}

#[derive(Clone, Debug)]
struct Column {
    kind: Kind,
    not_null: bool,
    default: bool,
    check: bool,
    comment: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Integer,
    Bigint,
    Text,
    Varchar,
    Numeric,
    Boolean,
    Timestamp,
    Grade,
    Grades,
}

#[derive(Clone, Debug)]
struct Index {
    column: usize,
    descending: bool,
    partial: bool,
}

#[derive(Clone, Debug)]
struct Policy {
    command: &'static str,
    permissive: bool,
    role: &'static str,
}

#[derive(Clone, Debug)]
struct Grant {
    words: &'static str,
    role: &'static str,
    column: bool,
}

#[derive(Clone, Debug)]
struct View {
    table: usize,
    columns: Vec<bool>,
    materialized: bool,
    granted: bool,
}

const COLUMNS: usize = 3;
const TABLES: usize = 3;

pub(crate) fn schemas() -> impl Strategy<Value = Schema> {
    (labels(), option::of(1..4i64), collection::vec(option::weighted(0.8, tables()), TABLES), option::of(views()))
        .prop_map(|(labels, sequence, tables, view)| Schema { labels, sequence, tables, view })
}

fn labels() -> impl Strategy<Value = Vec<&'static str>> {
    sample::subsequence(vec!["good", "bad", "worse", "worst"], 1..=4).prop_map(|mut labels| {
        // Defaults name it.
        if !labels.contains(&"good") {
            labels.push("good");
        }
        labels
    })
}

fn tables() -> impl Strategy<Value = Table> {
    let refers = (0..TABLES, sample::select(vec!["NO ACTION", "CASCADE", "SET NULL"]));
    (
        option::of(any::<bool>()),
        collection::vec(option::weighted(0.8, columns()), COLUMNS),
        option::of(refers),
        option::weighted(0.3, 0..COLUMNS),
        option::of(indexes()),
        option::weighted(0.3, policies()),
        option::weighted(0.4, grants()),
        any::<bool>(),
    )
        .prop_map(|(identity, columns, refers, unique, index, policy, grant, comment)| Table {
            identity,
            columns,
            refers,
            unique,
            index,
            policy,
            grant,
            comment,
        })
}

fn columns() -> impl Strategy<Value = Column> {
    use Kind::{Bigint, Boolean, Grade, Grades, Integer, Numeric, Text, Timestamp, Varchar};
    let kinds = vec![Integer, Bigint, Text, Varchar, Numeric, Boolean, Timestamp, Grade, Grades];
    (sample::select(kinds), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>())
        .prop_map(|(kind, not_null, default, check, comment)| Column { kind, not_null, default, check, comment })
}

fn indexes() -> impl Strategy<Value = Index> {
    (0..COLUMNS, any::<bool>(), any::<bool>()).prop_map(|(column, descending, partial)| Index {
        column,
        descending,
        partial,
    })
}

fn policies() -> impl Strategy<Value = Policy> {
    (sample::select(vec!["ALL", "SELECT", "UPDATE"]), any::<bool>(), roles())
        .prop_map(|(command, permissive, role)| Policy { command, permissive, role })
}

fn grants() -> impl Strategy<Value = Grant> {
    (sample::select(vec!["SELECT", "UPDATE", "SELECT, UPDATE"]), roles(), any::<bool>())
        .prop_map(|(words, role, column)| Grant { words, role, column })
}

fn roles() -> impl Strategy<Value = &'static str> {
    sample::select(vec!["app_reader", "app_writer", "PUBLIC"])
}

fn views() -> impl Strategy<Value = View> {
    (0..TABLES, collection::vec(any::<bool>(), COLUMNS), any::<bool>(), any::<bool>())
        .prop_map(|(table, columns, materialized, granted)| View { table, columns, materialized, granted })
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Bigint => "bigint",
            Self::Text => "text",
            Self::Varchar => "varchar(20)",
            Self::Numeric => "numeric(8,2)",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamptz",
            Self::Grade => "grade",
            Self::Grades => "grade[]",
        }
    }

    fn default(self) -> &'static str {
        match self {
            Self::Integer | Self::Bigint | Self::Numeric => "7",
            Self::Text | Self::Varchar => "'x'",
            Self::Boolean => "false",
            Self::Timestamp => "now()",
            Self::Grade => "'good'",
            Self::Grades => "'{good}'",
        }
    }
}

impl Table {
    fn column(&self, place: usize) -> Option<&Column> {
        self.columns.get(place)?.as_ref()
    }
}

impl Schema {
    pub(crate) fn sql(&self) -> String {
        let mut sql = format!("CREATE TYPE grade AS ENUM ('{}');\n", self.labels.join("', '"));
        if let Some(increment) = self.sequence {
            writeln!(sql, "CREATE SEQUENCE counter INCREMENT BY {increment};").unwrap();
        }
        let tables = || self.tables.iter().enumerate().filter_map(|(place, table)| Some((place, table.as_ref()?)));
        for (place, table) in tables() {
            create(&mut sql, place, table);
        }
        for (place, table) in tables() {
            if let Some((to, action)) = table.refers.filter(|(to, _)| self.tables[*to].is_some()) {
                writeln!(sql, "ALTER TABLE t{place} ADD COLUMN ref integer REFERENCES t{to} ON DELETE {action};")
                    .unwrap();
            }
            follow(&mut sql, place, table);
        }
        if let Some(view) = &self.view
            && let Some(table) = &self.tables[view.table]
        {
            let mut columns = vec!["id".to_owned()];
            let seen = (0..COLUMNS).filter(|place| view.columns[*place] && table.column(*place).is_some());
            columns.extend(seen.map(|place| format!("c{place}")));
            let word = if view.materialized { "MATERIALIZED VIEW" } else { "VIEW" };
            writeln!(sql, "CREATE {word} v AS SELECT {} FROM t{};", columns.join(", "), view.table).unwrap();
            if view.granted {
                sql.push_str("GRANT SELECT ON v TO app_reader;\n");
            }
        }
        sql
    }
}

fn create(sql: &mut String, place: usize, table: &Table) {
    let identity = match table.identity {
        None => "",
        Some(true) => " GENERATED ALWAYS AS IDENTITY",
        Some(false) => " GENERATED BY DEFAULT AS IDENTITY",
    };
    let mut lines = vec![format!("id integer{identity} PRIMARY KEY")];
    for (place, column) in table.columns.iter().enumerate() {
        let Some(column) = column else { continue };
        let mut line = format!("c{place} {}", column.kind.name());
        if column.default {
            write!(line, " DEFAULT {}", column.kind.default()).unwrap();
        }
        if column.not_null {
            line.push_str(" NOT NULL");
        }
        if column.check {
            write!(line, " CHECK (c{place} <> {})", column.kind.default()).unwrap();
        }
        lines.push(line);
    }
    if let Some(unique) = table.unique.filter(|unique| table.column(*unique).is_some()) {
        lines.push(format!("UNIQUE (c{unique})"));
    }
    writeln!(sql, "CREATE TABLE t{place} ({});", lines.join(", ")).unwrap();
}

/// What stands beside the table.
fn follow(sql: &mut String, place: usize, table: &Table) {
    if let Some(Index { column, descending, partial }) = &table.index
        && table.column(*column).is_some()
    {
        let order = if *descending { " DESC" } else { "" };
        let condition = if *partial { format!(" WHERE c{column} IS NOT NULL") } else { String::new() };
        writeln!(sql, "CREATE INDEX t{place}_idx ON t{place} (c{column}{order}){condition};").unwrap();
    }
    if let Some(Policy { command, permissive, role }) = &table.policy {
        let kind = if *permissive { "PERMISSIVE" } else { "RESTRICTIVE" };
        let condition = if table.column(0).is_some() { "c0 IS NOT NULL" } else { "id > 0" };
        writeln!(sql, "ALTER TABLE t{place} ENABLE ROW LEVEL SECURITY;").unwrap();
        writeln!(sql, "CREATE POLICY p ON t{place} AS {kind} FOR {command} TO {role} USING ({condition});").unwrap();
    }
    if let Some(Grant { words, role, column }) = &table.grant {
        let words: Vec<String> =
            words.split(", ").map(|word| if *column { format!("{word} (id)") } else { word.to_owned() }).collect();
        writeln!(sql, "GRANT {} ON t{place} TO {role};", words.join(", ")).unwrap();
    }
    if table.comment {
        writeln!(sql, "COMMENT ON TABLE t{place} IS 'Table {place}.';").unwrap();
    }
    for (column, _) in table.columns.iter().enumerate().filter(|(_, column)| column.as_ref().is_some_and(|c| c.comment))
    {
        writeln!(sql, "COMMENT ON COLUMN t{place}.c{column} IS 'Column {column}.';").unwrap();
    }
}
