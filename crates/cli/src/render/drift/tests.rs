//! Every format over a report with everything in it, and one with nothing.

use std::collections::BTreeMap;
use std::io;

use pgmason_core::prisma::Place;
use pgmason_core::prisma::compare::{DifferenceClass, SchemaEdit};
use pgmason_jobs::drift::{Difference, DriftObject, DriftPair, DriftReport, DriftSource, PairState, SourceKind};
use pgmason_model::{ObjectId, ObjectKind};

fn report() -> DriftReport {
    let table = ObjectId::in_schema(ObjectKind::Table, "public", "a|b:c,<script>");
    let column = ObjectId::sub_object(ObjectKind::Column, "public", "a|b:c,<script>", "x\ny");
    let difference = |class, edit: bool| Difference {
        class,
        object: column.clone(),
        of: table.clone(),
        first: SourceKind::Prisma,
        second: SourceKind::Database,
        first_has: Some("text DEFAULT '50%'".to_owned()),
        second_has: None,
        details: Vec::new(),
        edit: edit.then(|| SchemaEdit {
            place: Some(Place { file: "prisma/schema.prisma".into(), line: 7, column: 3 }),
            model: Some("A".to_owned()),
            field: Some("x".to_owned()),
            change: "add\nmodel B {\n}".to_owned(),
        }),
        defined_at: None,
    };
    let source = |kind, problem: Option<&str>| DriftSource {
        kind,
        source: "somewhere".to_owned(),
        summary: problem.is_none().then(|| "2 tables".to_owned()),
        problem: problem.map(str::to_owned),
        hint: problem.map(|_| "mend it".to_owned()),
        notes: vec!["a note with @somebody".to_owned()],
    };
    let pair = |first, second, state| DriftPair {
        first,
        second,
        state,
        differences: 1,
        name_only: 1,
        not_expressible: BTreeMap::from([("policy", vec!["public.t.p".to_owned()])]),
        notes: Vec::new(),
    };
    use SourceKind::{Database, Migrations, Prisma};
    DriftReport {
        schema_version: 1,
        project: "shop".to_owned(),
        scratch: Some("embedded PostgreSQL 17.5".to_owned()),
        sources: vec![source(Migrations, Some("a line\nand another")), source(Database, None), source(Prisma, None)],
        pairs: vec![
            pair(Migrations, Database, PairState::NotCompared),
            pair(Migrations, Prisma, PairState::NotCompared),
            pair(Database, Prisma, PairState::Different),
        ],
        objects: vec![DriftObject {
            object: table.clone(),
            differences: vec![difference(DifferenceClass::Drift, true), difference(DifferenceClass::NameOnly, false)],
        }],
        ignored: 3,
        notes: Vec::new(),
    }
}

fn rendered(render: fn(&DriftReport, &mut dyn io::Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    render(&report(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn human() {
    insta::assert_snapshot!(anstream::adapter::strip_str(&rendered(super::human::render)).to_string());
}

#[test]
fn markdown() {
    insta::assert_snapshot!(rendered(super::markdown::render));
}

#[test]
fn github() {
    insta::assert_snapshot!(rendered(super::github::render));
}

#[test]
fn sarif_is_valid() {
    let log: serde_json::Value = serde_json::from_str(&rendered(super::sarif::render)).unwrap();
    let schema = crate::render::sarif::tests::schema();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&log).map(|error| format!("{error} at {}", error.instance_path)).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 2);
}
