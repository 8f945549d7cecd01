//! The proof of a plan sees what is wrong with it, and mends what can be mended.

use std::time::Duration;

use pgmason_core::diff::{self, DiffOptions};
use pgmason_jobs::diff::{Bench, Ground, Proof, Stage, prove};
use pgmason_jobs::project::Project;
use pgmason_model::difference::{ActionKind, ChangeStatement, DifferencePlan};
use pgmason_model::{Catalog, ObjectId, ObjectKind};
use pgmason_scratch::Baseline;
use pgmason_testkit::{Folder, embedded_server, read_catalog};

const BEFORE: &str = "CREATE TABLE public.a (id integer PRIMARY KEY, n integer); INSERT INTO public.a VALUES (1, 1), (2, 2); \
                      CREATE TABLE public.b (id integer PRIMARY KEY); INSERT INTO public.b VALUES (1), (2), (3);";
const AFTER: &str = "CREATE TABLE public.a (id integer PRIMARY KEY, n bigint, note text); \
                     CREATE TABLE public.b (id integer PRIMARY KEY); \
                     CREATE FUNCTION public.sum_of() RETURNS bigint LANGUAGE sql AS 'SELECT sum(n)::bigint FROM public.a';";

/// Proves the plan after somebody changed it.
fn proven(change: impl FnOnce(&mut DifferencePlan)) -> (Proof, DifferencePlan) {
    let mut server = embedded_server(Baseline::Plain);
    let (from, to) = (server.database_with(BEFORE), server.database_with(AFTER));
    let (old, new) = (project_of(read_catalog(&from)), project_of(read_catalog(&to)));
    let options = DiffOptions { creator: "postgres".into(), ..DiffOptions::default() };
    let mut plan = diff::plan(&old, &new, &options);
    assert!(plan.refusals.is_empty() && !plan.statements.is_empty(), "{plan:?}");
    change(&mut plan);
    let folder = Folder::new();
    let project = Project::open(folder.path()).unwrap();
    let mut bench = Bench { project: &project, server: &mut server, limit: Duration::from_secs(30) };
    let (from, to) = (Ground { database: &from, catalog: &old }, Ground { database: &to, catalog: &new });
    let proof = prove(&mut bench, &from, &to, None, &options, &mut plan, &mut Vec::new()).unwrap();
    (proof, plan)
}

/// Without what pgmason itself keeps in a scratch database.
fn project_of(mut catalog: Catalog) -> Catalog {
    let is_own = |id: &ObjectId| id.of.as_deref().unwrap_or(id).to_string().starts_with("pgmason_scratch");
    catalog.objects.retain(|id, _| !is_own(id));
    catalog.dependencies.retain(|(dependent, needed)| !is_own(dependent) && !is_own(needed));
    catalog
}

/// One more statement at the end, about a table that is said to be another.
fn and_then(plan: &mut DifferencePlan, sql: &str) {
    let last = plan.statements.last().unwrap().transaction;
    plan.statements.push(ChangeStatement {
        sql: sql.to_owned(),
        object: ObjectId::in_schema(ObjectKind::Table, "public", "a"),
        action: ActionKind::Data,
        transaction: last,
        alone: false,
        why: None,
        hazards: Vec::new(),
        rewrites: Vec::new(),
    });
}

#[track_caller]
fn assert_fails(proof: &Proof, stage: Stage, words: &str) {
    let failure = proof.failure().unwrap_or_else(|| panic!("nothing failed: {proof:#?}"));
    assert_eq!(failure.stage, stage, "{proof:#?}");
    assert!(failure.reason.as_deref().unwrap_or_default().contains(words), "{proof:#?}");
}

#[test]
fn a_good_plan_passes() {
    let (proof, _) = proven(|_| {});
    assert!(proof.failure().is_none() && proof.repairs == 0, "{proof:#?}");
    assert!(proof.passed(Stage::RowsSeeded) && proof.passed(Stage::RowsKept), "{proof:#?}");
}

#[test]
fn what_is_missing_is_added_and_proven_anew() {
    let (proof, plan) = proven(|plan| plan.statements.retain(|statement| !statement.sql.contains("note")));
    assert!(proof.failure().is_none(), "{proof:#?}");
    assert_eq!(proof.repairs, 1);
    let last = plan.statements.last().unwrap();
    assert!(last.sql.contains("note") && last.why.is_some(), "{last:?}");
}

#[test]
fn a_statement_that_fails_is_named() {
    let (proof, _) = proven(|plan| and_then(plan, "SELECT nothing"));
    assert_fails(&proof, Stage::PlanApplied, "SELECT nothing");
}

#[test]
fn rows_that_go_unsaid_are_seen() {
    let (proof, _) = proven(|plan| and_then(plan, "DELETE FROM public.b WHERE id = 3"));
    assert_fails(&proof, Stage::RowsKept, "public.b held 3 rows and holds 2");
    let (proof, _) = proven(|plan| and_then(plan, "UPDATE public.b SET id = 30 WHERE id = 3"));
    assert_fails(&proof, Stage::RowsKept, "other content");
    let (proof, _) = proven(|plan| and_then(plan, "DELETE FROM public.a WHERE id = 1"));
    assert_fails(&proof, Stage::RowsKept, "public.a held 2 rows and holds 1");
}

#[test]
fn a_table_that_is_written_anew_unsaid_is_seen() {
    let (proof, _) = proven(|plan| {
        for statement in &mut plan.statements {
            statement.rewrites.clear();
        }
    });
    assert_fails(&proof, Stage::Rewrites, "public.a was written anew");
}
