//! Between any two schemas of the grammar there is a way, and a way back.

use std::env;

use pgmason_core::diff::DiffOptions;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use super::case::text;
use super::database::{Database, cluster, plan_and_apply};
use super::generated::{Schema, schemas};

/// `PROPTEST_CASES` widens it.
const FEW: u32 = 6;

#[test]
fn there_and_back() {
    let cluster = cluster(env::var_os("PGMASON_TEST_MAJOR").is_none());
    let mut config = Config { failure_persistence: None, ..Config::default() };
    // Each step makes three databases.
    if env::var_os("PROPTEST_MAX_SHRINK_ITERS").is_none() {
        config.max_shrink_iters = 40;
    }
    if env::var_os("PROPTEST_CASES").is_none() {
        config.cases = FEW;
    }
    let check = |(a, b): (Schema, Schema)| {
        let online = a.sql().len() % 2 == 0;
        let run = |from: &Database<'_>, to: &Database<'_>| {
            let options = DiffOptions {
                creator: cluster.superuser().into(),
                allow: ["*".to_owned()].into(),
                online,
                ..DiffOptions::default()
            };
            let to = to.catalog();
            let (plan, outcome) = plan_and_apply(from, &to, &options);
            outcome.map_err(|why| format!("{why}\n-- the plan, online: {online}\n{}", text(&plan.statements)))?;
            if plan.refusals.is_empty() { Ok(()) } else { Err(format!("it is refused: {:#?}", plan.refusals)) }
        };
        let both = || {
            let one = Database::with(&cluster, &[&a.sql()])?;
            let two = Database::with(&cluster, &[&b.sql()])?;
            let first = Database::with(&cluster, &[&a.sql()])?;
            run(&one, &two)?;
            run(&two, &first).map_err(|why| format!("on the way back: {why}"))
        };
        both().map_err(TestCaseError::fail)
    };
    match TestRunner::new(config).run(&(schemas(), schemas()), check) {
        Ok(()) => {}
        Err(TestError::Fail(why, (a, b))) => panic!("{why}\n-- from\n{}\n-- to\n{}", a.sql(), b.sql()),
        Err(other) => panic!("{other}"),
    }
}
