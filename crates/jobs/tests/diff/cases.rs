//! Every case of `cases/`, on the embedded server and on a local one.
//!
//! The SQL is compared on the embedded server alone, whose version is always the same; all else on both.
//! `UPDATE_CASES=1` writes the expectations anew, `CASE=words` runs only some.

use std::env;

use pgmason_testkit::Cluster;

use super::case::{Case, Wanted, normalised, text};
use super::database::{Database, cluster, plan_and_apply};

#[test]
fn on_the_embedded_server() {
    // The matrix asks for a local server of one version.
    if env::var_os("PGMASON_TEST_MAJOR").is_none() {
        run_all(&cluster(true), true);
    }
}

#[test]
fn on_a_local_server() {
    run_all(&cluster(false), false);
}

fn run_all(cluster: &Cluster, compare_sql: bool) {
    let cases = Case::all();
    let count = cases.len();
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let problem = run(cluster, case, compare_sql).err()?;
            Some(format!("== {}\n{problem}", case.path.display()))
        })
        .collect();
    assert!(failures.is_empty(), "{} of {count} cases:\n{}", failures.len(), failures.join("\n\n"));
}

fn run(cluster: &Cluster, case: &Case, compare_sql: bool) -> Result<(), String> {
    let major = major(cluster);
    if major < case.needs {
        return Ok(());
    }
    let from = Database::with(cluster, &[&case.both, &case.from, &case.rows]).map_err(|why| format!("from: {why}"))?;
    let to = Database::with(cluster, &[&case.both, &case.to]).map_err(|why| format!("to: {why}"))?.catalog();
    let options = case.diff_options(cluster.superuser());
    let (plan, outcome) = plan_and_apply(&from, &to, &options);
    if compare_sql && env::var_os("UPDATE_CASES").is_some() {
        case.update(&plan);
    }
    let sql = text(&plan.statements);
    outcome.map_err(|why| format!("{why}\n-- the plan\n{sql}"))?;
    match &case.wanted {
        Wanted::Refused(words) => {
            let refusals: Vec<String> = plan.refusals.iter().map(|refusal| format!("{refusal:?}")).collect();
            if !refusals.iter().any(|refusal| refusal.contains(words)) {
                return Err(format!("nothing says {words:?}: {}\n{sql}", refusals.join("\n")));
            }
        }
        Wanted::Plan(_) if !plan.refusals.is_empty() => return Err(format!("it is refused: {:#?}", plan.refusals)),
        Wanted::Plan(wanted) => {
            if compare_sql && env::var_os("UPDATE_CASES").is_none() && normalised(&sql) != normalised(wanted) {
                return Err(format!("the plan is another\n-- it should be\n{wanted}\n-- it is\n{sql}"));
            }
            if !case.holds.is_empty() {
                let row = from.client().query_one(&case.holds, &[]).map_err(|error| format!("{error:?}"))?;
                if !row.get::<_, Option<bool>>(0).unwrap_or_default() {
                    return Err(format!("it does not hold: {}\n-- the plan\n{sql}", case.holds));
                }
            }
        }
    }
    Ok(())
}

fn major(cluster: &Cluster) -> u32 {
    let row = cluster.client("postgres").query_one("SELECT current_setting('server_version_num')", &[]).unwrap();
    row.get::<_, &str>(0).parse::<u32>().unwrap() / 10_000
}
