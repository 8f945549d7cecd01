//! Objects that differ only in how PostgreSQL writes one and the same text.
//!
//! PostgreSQL's own writing of an expression is no fixed point: `c IN ('a', 'b')` over a varchar is written with the cast
//! around the array, and made again from that text with a cast in each element. Whether two texts are such a pair is
//! PostgreSQL's to say: the object is made again from the one and from the other, and has to read the same.

use std::collections::BTreeSet;

use pgmason_core::diff::{DiffOptions, plan};
use pgmason_core::migrations::inverse::Difference;
use pgmason_model::{Catalog, ObjectId};
use pgmason_scratch::{MIGRATION_ROLE, Scratch, ScratchDatabase};
use serde_json::{Map, Value};

use crate::JobError;
use crate::open::read_catalog;
use crate::project::Project;
use crate::replay::ReplaySession;
use crate::schema::assemble::as_migration;

/// Fields that hold the server's own writing of an expression.
const TEXTS: &[&str] = &["definition", "expression", "predicate", "using", "with_check", "default", "filter", "body"];

/// Those that follow from one of them.
const FOLLOWING: &[&str] = &["keys"];

/// The objects of `found`, a catalog of the database, that are those of `wanted` in other words. Nobody may be connected
/// to the database.
pub(crate) fn in_other_words(
    project: &Project,
    server: &mut Scratch,
    database: &ScratchDatabase,
    wanted: &Catalog,
    found: &Catalog,
) -> Result<BTreeSet<ObjectId>, JobError> {
    let difference = Difference::between(wanted, found);
    let candidates: Vec<(&ObjectId, Vec<String>)> =
        difference.changed.iter().filter_map(|id| Some((id, wanted_texts(wanted, found, id)?))).collect();
    if candidates.is_empty() {
        return Ok(BTreeSet::new());
    }
    let copy = server.copy_database(database)?;
    let settled = settle(project, server, &copy, wanted, found, &candidates);
    server.drop_database(copy)?;
    settled
}

/// Makes the candidates again from the wanted texts, then from the found ones: what reads the same both times is the same.
fn settle(
    project: &Project,
    server: &Scratch,
    copy: &ScratchDatabase,
    wanted: &Catalog,
    found: &Catalog,
    candidates: &[(&ObjectId, Vec<String>)],
) -> Result<BTreeSet<ObjectId>, JobError> {
    let Some((from_wanted, said)) = made_again(project, server, copy, found, wanted, candidates)? else {
        return Ok(BTreeSet::new());
    };
    let (same, open): (Vec<_>, Vec<_>) = candidates
        .iter()
        .filter(|(id, _)| said.contains(*id))
        .cloned()
        .partition(|(id, _)| from_wanted.get(id) == found.get(id));
    let mut settled: BTreeSet<ObjectId> = same.into_iter().map(|(id, _)| id.clone()).collect();
    let texts = open.iter().filter_map(|(id, _)| Some((*id, wanted_texts(found, wanted, id)?)));
    let open: Vec<(&ObjectId, Vec<String>)> = texts.collect();
    if !open.is_empty()
        && let Some((from_found, said)) = made_again(project, server, copy, &from_wanted, found, &open)?
    {
        let same = open.iter().filter(|(id, _)| said.contains(*id) && from_found.get(id) == from_wanted.get(id));
        settled.extend(same.map(|(id, _)| (*id).clone()));
    }
    Ok(settled)
}

/// The catalog once the candidates were made again with the texts of `texts`, and those whose text some statement said
/// word for word. None: the statements do not run.
fn made_again(
    project: &Project,
    server: &Scratch,
    copy: &ScratchDatabase,
    there: &Catalog,
    texts: &Catalog,
    candidates: &[(&ObjectId, Vec<String>)],
) -> Result<Option<(Catalog, BTreeSet<ObjectId>)>, JobError> {
    let mut target = there.clone();
    for (id, _) in candidates {
        if let Some(object) = texts.get(id) {
            target.objects.insert((*id).clone(), object.clone());
        }
    }
    let options = DiffOptions {
        owners: true,
        creator: MIGRATION_ROLE.into(),
        allow: ["*".to_owned()].into(),
        ..DiffOptions::default()
    };
    let plan = plan(there, &target, &options);
    let is_said = |texts: &[String]| {
        texts.iter().all(|text| plan.statements.iter().any(|statement| statement.sql.contains(text.as_str())))
    };
    let said = candidates.iter().filter(|(_, texts)| is_said(texts)).map(|(id, _)| (*id).clone()).collect();
    let text: String = plan.statements.iter().map(|statement| format!("{};\n", statement.sql)).collect();
    let mut session = ReplaySession::open(project, copy, std::time::Duration::from_secs(60))?;
    let failure = session.run_own_file(&as_migration("made_again.sql", &text))?;
    drop(session);
    match failure {
        Some(_) => Ok(None),
        None => Ok(Some((read_catalog(server, copy)?, said))),
    }
}

/// `of`, with these objects as the other catalog writes them.
pub(crate) fn with_words_of(words: &Catalog, of: &Catalog, objects: &BTreeSet<ObjectId>) -> Catalog {
    let mut catalog = of.clone();
    for id in objects {
        if let Some(object) = words.get(id) {
            catalog.objects.insert(id.clone(), object.clone());
        }
    }
    catalog
}

/// The object differs in nothing but the server's own writing of expressions, which may or may not mean the same.
pub(crate) fn differs_in_words_alone(wanted: &Catalog, found: &Catalog, id: &ObjectId) -> bool {
    wanted_texts(wanted, found, id).is_some()
}

/// The wanted texts of an object whose other fields are the same.
fn wanted_texts(wanted: &Catalog, found: &Catalog, id: &ObjectId) -> Option<Vec<String>> {
    let (wanted, found) = (fields(wanted, id)?, fields(found, id)?);
    let mut texts = Vec::new();
    for (name, value) in &wanted {
        if found.get(name) == Some(value) {
            continue;
        }
        if TEXTS.contains(&name.as_str()) {
            texts.push(value.as_str()?.trim_end().trim_end_matches(';').to_owned());
        } else if !FOLLOWING.contains(&name.as_str()) {
            return None;
        }
    }
    Some(texts)
}

fn fields(catalog: &Catalog, id: &ObjectId) -> Option<Map<String, Value>> {
    match serde_json::to_value(catalog.get(id)?).ok()? {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use pgmason_scratch::Baseline;
    use pgmason_testkit::Folder;

    use super::*;
    use crate::open::{OpenOptions, OpenScratch, open_scratch};
    use crate::progress::silent;

    /// Objects of the second text that are those of the first in other words.
    fn settled(wanted: &str, found: &str) -> Vec<String> {
        let folder = Folder::new();
        let project = Project::open(folder.path()).unwrap();
        let OpenScratch { database, mut server } =
            open_scratch(&project, Baseline::Plain, &OpenOptions::default(), &silent).unwrap();
        let second = server.create_database().unwrap();
        database.connect().unwrap().batch_execute(wanted).unwrap();
        second.connect().unwrap().batch_execute(found).unwrap();
        let (wanted, found) = (read_catalog(&server, &database).unwrap(), read_catalog(&server, &second).unwrap());
        let settled = in_other_words(&project, &mut server, &second, &wanted, &found).unwrap();
        settled.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_list_over_a_varchar_is_the_same_in_other_words() {
        // The second is how PostgreSQL writes the first.
        let written = "CREATE TABLE t (a varchar(9) CONSTRAINT known CHECK (a IN ('x', 'y')))";
        let made_again = "CREATE TABLE t (a varchar(9) CONSTRAINT known CHECK (((a)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[]))))";
        assert_eq!(settled(written, made_again), ["public.t.known"]);
    }

    #[test]
    fn another_condition_is_another_condition() {
        let table = |check: &str| format!("CREATE TABLE t (a varchar(9) CONSTRAINT known CHECK ({check}), b integer)");
        assert_eq!(settled(&table("a IN ('x', 'y')"), &table("a IN ('x', 'z')")), Vec::<String>::new());
        assert_eq!(settled(&table("b > 0"), &table("b > 1")), Vec::<String>::new());
    }
}
