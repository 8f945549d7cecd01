//! Stage: rows are still there. Tables that no statement touches hold the same content, those that one touches as many
//! rows as before, where no hazard says that they go.

use std::collections::BTreeMap;

use pgmason_model::{ObjectId, ObjectKind, QualifiedName};
use postgres::{Client, SimpleQueryMessage};

use super::Attempt;
use crate::JobError;
use crate::diff::report::Stage;

/// A relation at one moment.
#[derive(Clone, Debug)]
pub(super) struct Relation {
    pub(super) name: QualifiedName,
    pub(super) kind: RelationKind,
    pub(super) file: u32,
    pub(super) index_of: Option<u32>,
    /// None: it could not be read, or has no rows of its own.
    content: Option<Content>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RelationKind {
    Table,
    Partitioned,
    MaterializedView,
    Index,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Content {
    rows: i64,
    /// Of the rows' text, in whatever order.
    hash: String,
}

pub(super) type Relations = BTreeMap<u32, Relation>;

impl Relation {
    pub(super) fn id(&self) -> ObjectId {
        let kind = match self.kind {
            RelationKind::Table | RelationKind::Partitioned => ObjectKind::Table,
            RelationKind::MaterializedView => ObjectKind::MaterializedView,
            RelationKind::Index => ObjectKind::Index,
        };
        ObjectId::in_schema(kind, self.name.schema.clone(), self.name.name.clone())
    }
}

/// Tables whose rows are counted by one query.
const AT_ONCE: usize = 100;

pub(super) fn read(client: &mut Client, notes: &mut Vec<String>) -> Result<Relations, JobError> {
    let refused = |error: postgres::Error| JobError::from_server(&error);
    let mut relations = Relations::new();
    let mut filled = Vec::new();
    for row in client.query(include_str!("relations.sql"), &[]).map_err(refused)? {
        let kind = match row.get::<_, &str>("kind") {
            "r" => RelationKind::Table,
            "p" => RelationKind::Partitioned,
            "m" => RelationKind::MaterializedView,
            _ => RelationKind::Index,
        };
        let oid: u32 = row.get("oid");
        let (is_filled, readable): (bool, bool) = (row.get("filled"), row.get("readable"));
        let is_table = matches!(kind, RelationKind::Table | RelationKind::Partitioned);
        if is_filled && readable {
            filled.push(oid);
        }
        let content = (is_table && !is_filled).then(|| Content { rows: 0, hash: "0".to_owned() });
        let name = QualifiedName::new(row.get::<_, &str>("schema"), row.get::<_, &str>("name"));
        let relation = Relation { name, kind, file: row.get("relfilenode"), index_of: row.get("index_of"), content };
        relations.insert(oid, relation);
    }
    for oids in filled.chunks(AT_ONCE) {
        // One that cannot be read would hide the others.
        if !count(client, oids, &mut relations) {
            for oid in oids {
                if !count(client, &[*oid], &mut relations)
                    && let Some(relation) = relations.get(oid)
                {
                    let note = format!("the rows of {} could not be read, and are not compared", relation.name);
                    if !notes.contains(&note) {
                        notes.push(note);
                    }
                }
            }
        }
    }
    Ok(relations)
}

fn count(client: &mut Client, oids: &[u32], relations: &mut Relations) -> bool {
    let queries: Vec<String> = oids
        .iter()
        .filter_map(|oid| {
            let relation = relations.get(oid)?;
            // A partitioned table's rows are its partitions'.
            let only = if relation.kind == RelationKind::Table { "ONLY " } else { "" };
            Some(format!(
                "SELECT {oid}, count(*), coalesce(sum(pg_catalog.hashtextextended(t::text, 0)::numeric), 0) \
                 FROM {only}{} AS t",
                relation.name
            ))
        })
        .collect();
    let Ok(messages) = client.simple_query(&queries.join(" UNION ALL ")) else { return false };
    for message in messages {
        let SimpleQueryMessage::Row(row) = message else { continue };
        let number = |place: usize| row.get(place).and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
        if let Some(relation) = u32::try_from(number(0)).ok().and_then(|oid| relations.get_mut(&oid)) {
            relation.content = Some(Content { rows: number(1), hash: row.get(2).unwrap_or_default().to_owned() });
        }
    }
    true
}

impl Attempt<'_> {
    pub(super) fn rows_kept(&mut self, before: &Relations, after: &Relations) {
        let mut wrong = Vec::new();
        let (mut untouched, mut counted) = (0, 0);
        let mut rows = 0;
        for (oid, old) in before {
            let Some(content) = &old.content else { continue };
            let id = old.id();
            let same = after.get(oid);
            let Some(new) = same.or_else(|| after.values().find(|new| new.id() == id)) else { continue };
            let Some(now) = &new.content else { continue };
            // Its rows are its partitions', which are counted themselves.
            if old.kind == RelationKind::Partitioned {
                continue;
            }
            let is_touched = self.touched.tables.contains(&id) || self.touched.tables.contains(&new.id());
            rows += content.rows;
            if same.is_some() && !is_touched {
                untouched += 1;
                if now != content {
                    wrong.push(format!(
                        "{} held {} rows and holds {}{}, although no statement is about it",
                        old.name,
                        content.rows,
                        now.rows,
                        if now.rows == content.rows { " with other content" } else { "" }
                    ));
                }
            } else if !self.touched.lost.contains(&id) {
                counted += 1;
                if now.rows != content.rows {
                    wrong.push(format!("{} held {} rows and holds {}", old.name, content.rows, now.rows));
                }
            }
        }
        let what = format!("{rows} rows; content of {untouched} untouched tables, number in {counted} touched ones");
        if wrong.is_empty() {
            self.recorder.passed(Stage::RowsKept, what);
        } else {
            self.recorder.failed(Stage::RowsKept, what, wrong.join("; "));
        }
    }
}
