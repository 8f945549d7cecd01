//! Scores the diff engine on pairs of schemas: each is planned, proven on a server, and counted.
//!
//! The functions are the product's own (`pgmason_jobs::diff`); owners and the order of columns count, and everything may
//! be lost.

mod case;
mod pair;
mod tally;
mod workers;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pgmason_pg::ConnectionString;
use pgmason_testkit::{Cluster, ClusterOptions};

use pair::Pair;
use tally::{Tally, Verdict};

#[derive(Debug, Args)]
pub(crate) struct ScoreArguments {
    /// One pair on each line, as JSON: suite, id, setup, a, b, seed_a, seed_b, both_dirs
    file: PathBuf,

    /// Only pairs whose `suite/id` holds this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    /// Only this suite
    #[arg(long, value_name = "NAME")]
    suite: Option<String>,

    /// List each direction that is not right, with its reason and its SQL
    #[arg(long)]
    failures: bool,

    /// Pairs at a time, each on a server of its own
    #[arg(long, value_name = "N", default_value_t = 2)]
    jobs: usize,

    /// Plan online ways
    #[arg(long)]
    online: bool,

    /// A server to use instead of one started here; its roles are dropped. Implies --jobs 1
    #[arg(long, value_name = "URL")]
    server: Option<String>,

    /// The major version of the server that is started
    #[arg(long, value_name = "N", default_value_t = 15)]
    major: u32,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

const SETTINGS: &str = "wal_level = logical\nmax_connections = 40\nautovacuum = off\nshared_buffers = 128MB\nmin_wal_size = 80MB\nsynchronous_commit = off\n\
                        full_page_writes = off\nmax_prepared_transactions = 4\njit = off\nlog_min_messages = fatal";

/// Exit code 1 where a direction is wrong.
pub(crate) fn run(arguments: &ScoreArguments) -> Result<ExitCode, String> {
    let pairs = Pair::read(&arguments.file)?;
    let pairs: Vec<Pair> = pairs
        .into_iter()
        .filter(|pair| arguments.suite.as_ref().is_none_or(|suite| pair.suite == *suite))
        .filter(|pair| arguments.filter.as_ref().is_none_or(|text| pair.name().contains(text.as_str())))
        .collect();
    let results = match &arguments.server {
        Some(url) => {
            let connection: ConnectionString = url.parse().map_err(|error| format!("--server {error}"))?;
            workers::run(&pairs, &[connection], arguments)?
        }
        None => {
            let options = ClusterOptions {
                major: Some(arguments.major),
                settings: SETTINGS.to_owned(),
                superuser: Some("postgres"),
                ..ClusterOptions::default()
            };
            let clusters: Vec<Cluster> = (0..arguments.jobs.max(1)).map(|_| Cluster::start(&options)).collect();
            let connections: Vec<ConnectionString> =
                clusters.iter().map(|cluster| cluster.connection("postgres")).collect();
            workers::run(&pairs, &connections, arguments)?
        }
    };
    let tally = Tally::of(&results);
    if arguments.json {
        let text = serde_json::to_string_pretty(&serde_json::json!({ "suites": tally, "directions": results }))
            .map_err(|error| error.to_string())?;
        anstream::println!("{text}");
    } else {
        if arguments.failures {
            for result in
                results.iter().filter(|result| !matches!(result.verdict, Verdict::Right | Verdict::DoesNotLoad))
            {
                anstream::println!("{result}");
            }
        }
        anstream::println!("{tally}");
    }
    let wrong = results.iter().any(|result| matches!(result.verdict, Verdict::Wrong));
    Ok(if wrong { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
