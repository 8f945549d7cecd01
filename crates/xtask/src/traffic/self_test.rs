//! Runs the driver against changes whose effect is known: what does harm has to be seen, what does none must not be.

use std::process::ExitCode;

use clap::Parser;
use pgmason_testkit::{Cluster, ClusterOptions};

use super::arguments::TrafficArguments;
use super::drive::drive;
use super::report::{Report, Stall};
use super::target::Target;

#[derive(Parser)]
struct Only {
    #[command(flatten)]
    arguments: TrafficArguments,
}

/// A change, and what has to be seen of it.
struct Case {
    name: &'static str,
    arguments: &'static [&'static str],
    /// None: as it should be.
    complaint: fn(&Report) -> Option<String>,
}

/// Behind a reader of 3 s that began half a second before.
const CASES: [Case; 8] = [
    Case {
        name: "nothing is changed",
        arguments: &["--run", "both: sql: SELECT 1"],
        complaint: |report| all_right(report, 500.0),
    },
    Case {
        name: "ALTER TABLE waits behind a reader of 3 s, and everybody behind it",
        arguments: &[
            "--with",
            "long-reader",
            "--obstacle-table",
            "notes",
            "--run",
            "both: sql: SELECT pg_sleep(0.5); ALTER TABLE public.notes ADD COLUMN extra text",
        ],
        complaint: |report| {
            let longest = report.latency.max;
            // Not the one request of each client that hung, but all that came due behind it.
            let late: usize = report.phases.iter().map(|phase| phase.late).sum();
            (!(1_800.0..5_000.0).contains(&longest) || report.failed > 0 || late < 3 * report.connections).then(|| {
                format!("the longest stall is {longest:.0} ms of about 2500, {late} late, {} failed", report.failed)
            })
        },
    },
    Case {
        name: "a rename without a view",
        arguments: &["--name", "notes=app_notes", "--run", "both: sql: ALTER TABLE public.notes RENAME TO app_notes"],
        complaint: |report| {
            let seen = report.failures.iter().any(|failure| failure.sqlstate == "42P01" && failure.count >= 10);
            let renamed = report.stalls.iter().any(|stall| stall.name == "new" && stall.failed == 0);
            (!seen || !renamed)
                .then(|| format!("the old name fails with 42P01, and not the new one: {:?}", report.failures))
        },
    },
    Case {
        name: "a rename with a view under the old name, in short tries, behind a reader",
        arguments: &[
            "--with",
            "long-reader",
            "--obstacle-table",
            "notes",
            "--name",
            "notes=app_notes",
            "--run",
            concat!("both: tries: BEGIN; ", include_str!("self_test_rename.sql"), " COMMIT"),
        ],
        complaint: |report| {
            let used = report.stalls.iter().any(|stall| stall.name == "new" && stall.requests > 0);
            if used { all_right(report, 1_000.0) } else { Some("the new name was not used".to_owned()) }
        },
    },
    Case {
        name: "a view that does not show every row",
        arguments: &[
            "--name",
            "notes=app_notes",
            "--run",
            concat!(
                "both: sql: BEGIN; ",
                include_str!("self_test_rename.sql"),
                " CREATE OR REPLACE VIEW public.notes WITH (security_invoker = true) AS ",
                "SELECT * FROM public.app_notes WHERE stars % 2 = 0; COMMIT"
            ),
        ],
        complaint: |report| {
            let seen = report.failures.iter().any(|failure| failure.sqlstate == "no-row");
            let missing = report.ledger.under.iter().any(|name| name.name == "public.notes" && name.missing > 0);
            let whole = report.ledger.under.iter().any(|name| name.name == "public.app_notes" && name.is_right());
            (!seen || !missing || !whole)
                .then(|| format!("rows are missing under the old name alone: {:?}", report.ledger))
        },
    },
    Case {
        name: "rows that are lost and changed behind the clients' backs",
        arguments: &[
            "--run",
            "both: sql: WITH lost AS (DELETE FROM public.notes WHERE id IN (SELECT id FROM public.notes ORDER BY id LIMIT 10)) UPDATE public.notes SET title = 'other' WHERE id IN (SELECT id FROM public.notes ORDER BY id DESC LIMIT 20)",
        ],
        complaint: |report| {
            let missing: usize = report.ledger.under.iter().map(|name| name.missing).sum();
            let different: usize = report.ledger.under.iter().map(|name| name.different).sum();
            (missing == 0 || different == 0)
                .then(|| format!("{missing} missing, {different} different; both are expected"))
        },
    },
    Case {
        name: "a merge of two tables, then its view goes",
        arguments: &[
            "--restructure",
            concat!(env!("CARGO_MANIFEST_DIR"), "/src/traffic/self_test_merge.toml"),
            "--run",
            concat!("both/books: tries: BEGIN; ", include_str!("self_test_merge.sql"), " COMMIT"),
            "--run",
            "new/books: sql: DROP VIEW public.scrolls",
        ],
        complaint: |report| {
            let used = |stall: &&Stall| stall.name == "new" && stall.requests > 20 && stall.table == "public.scrolls";
            if report.stalls.iter().any(|stall| used(&stall)) {
                all_right(report, 1_000.0)
            } else {
                Some("the new name was not used".to_owned())
            }
        },
    },
    Case {
        name: "sessions that are ended in the middle",
        arguments: &[
            "--rate",
            "2000",
            "--run",
            "both: sql: SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'traffic client'",
        ],
        complaint: |report| {
            let ended = report.failures.iter().all(|failure| ["57P01", "lost"].contains(&failure.sqlstate.as_str()));
            let whole = report.ledger.under.iter().all(|name| name.is_right());
            // Clients come back.
            let after = report.requests - report.failed > 2_000;
            (report.failed == 0 || !ended || !whole || !after)
                .then(|| format!("{:?}; {:?}", report.failures, report.ledger))
        },
    },
];

fn all_right(report: &Report, most: f64) -> Option<String> {
    let mut complaints = report.complaints();
    let over = report.phases.iter().filter_map(|phase| phase.over_control).fold(0.0, f64::max);
    if over > most {
        complaints.push(format!("a stall is {over:.0} ms over the control run's"));
    }
    (!complaints.is_empty()).then(|| complaints.join("; "))
}

/// Exit code 1 where the driver does not see what it has to.
pub(super) fn run() -> Result<ExitCode, String> {
    let mut code = ExitCode::SUCCESS;
    for case in &CASES {
        let report = report(case)?;
        let over = report.phases.iter().filter_map(|phase| phase.over_control).fold(f64::MIN, f64::max);
        let figures = format!(
            "{} requests, {} failed, longest {:.0} ms ({over:+.0} over the control run), ledger of {} rows",
            report.requests, report.failed, report.latency.max, report.ledger.rows
        );
        match (case.complaint)(&report) {
            None => anstream::println!("seen: {}: {figures}", case.name),
            Some(complaint) => {
                anstream::println!("NOT SEEN: {}: {figures}: {complaint}", case.name);
                code = ExitCode::from(1);
            }
        }
    }
    Ok(code)
}

fn report(case: &Case) -> Result<Report, String> {
    let cluster = Cluster::start(&ClusterOptions::default());
    let url = cluster.superuser_url("postgres");
    cluster.sql("postgres", include_str!("self_test.sql"));
    let usual = ["traffic", "--db", &url, "--control-seconds", "1", "--settle", "3"];
    let arguments = Only::try_parse_from(usual.iter().copied().chain(case.arguments.iter().copied()))
        .map_err(|error| error.to_string())?
        .arguments;
    drive(&arguments, &Target::there(&url)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_seen(number: usize) {
        let report = report(&CASES[number]).unwrap();
        if let Some(complaint) = (CASES[number].complaint)(&report) {
            panic!("{}: {complaint}\n{report}", CASES[number].name);
        }
    }

    #[test]
    fn nothing_is_wrong_where_nothing_is_changed() {
        is_seen(0);
    }

    #[test]
    fn a_queue_behind_a_lock_is_seen() {
        is_seen(1);
    }

    #[test]
    fn a_name_that_is_gone_is_seen() {
        is_seen(2);
    }

    #[test]
    fn a_rename_that_nobody_notices_is_right() {
        is_seen(3);
    }

    #[test]
    fn a_view_without_some_rows_is_seen() {
        is_seen(4);
    }

    #[test]
    fn rows_that_are_lost_are_seen() {
        is_seen(5);
    }

    #[test]
    fn a_merge_is_followed() {
        is_seen(6);
    }

    #[test]
    fn a_lost_answer_leaves_both_outcomes() {
        is_seen(7);
    }
}
