//! What can be said on the command line.

use std::path::PathBuf;

use clap::Args;

use super::obstacles::Obstacle;
use super::protocol::{Protocol, Role};
use super::steps::Step;

#[derive(Clone, Debug, Args)]
pub(crate) struct TrafficArguments {
    /// The database; its user must be able to take the roles of the requests, and to read every row. With --setup: the
    /// server on which a database is made
    #[arg(long, value_name = "URL", required_unless_present_any = ["setup", "self_test"])]
    pub(super) db: Option<String>,

    /// Replay this project's migrations into a fresh database first; without --db on a server that is started here
    #[arg(long, value_name = "FOLDER")]
    pub(super) setup: Option<PathBuf>,

    /// The major version of the server that is started
    #[arg(long, value_name = "N", default_value_t = 15)]
    pub(super) major: u32,

    /// Rows that are put into each table first
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(super) seed_rows: usize,

    /// A restructure/NAME.toml, which says what each table is called after each stage
    #[arg(long, value_name = "FILE")]
    pub(super) restructure: Option<PathBuf>,

    /// A table's new name, where there is no such file; may be repeated
    #[arg(long = "name", value_name = "OLD=NEW")]
    pub(super) names: Vec<String>,

    /// Schemas whose tables take part
    #[arg(long = "schema", value_name = "NAME", default_value = "public", value_delimiter = ',')]
    pub(super) schemas: Vec<String>,

    /// Only these tables, and those that their rows refer to
    #[arg(long = "table", value_name = "NAME")]
    pub(super) tables: Vec<String>,

    /// Requests per second, of all clients together
    #[arg(long, value_name = "N", default_value_t = 200.0)]
    pub(super) rate: f64,

    /// Clients, each with a connection; roles and protocols are dealt out in turn
    #[arg(long, value_name = "N", default_value_t = 27)]
    pub(super) connections: usize,

    /// How long, where there is no --run
    #[arg(long, value_name = "N", default_value_t = 20.0)]
    pub(super) seconds: f64,

    /// How long before anything is done, to compare with
    #[arg(long, value_name = "N", default_value_t = 10.0)]
    pub(super) control_seconds: f64,

    /// Run this meanwhile: [old|both|new][/STAGE]: COMMAND. Requests use the names that stand before it from then on
    /// (both: the new one as soon as it is there). COMMAND is a shell's, {db} in it the connection string; `sql: …` is
    /// run by the driver, `file: …` from a file, `tries: …` with a lock_timeout of 100 ms until it goes through. May be repeated
    #[arg(long = "run", value_name = "STEP")]
    pub(super) steps: Vec<Step>,

    /// How long the traffic goes on after each command
    #[arg(long, value_name = "N", default_value_t = 3.0)]
    pub(super) settle: f64,

    /// What is in the way meanwhile
    #[arg(long = "with", value_name = "OBSTACLE", value_enum, value_delimiter = ',')]
    pub(super) obstacles: Vec<Obstacle>,

    /// The table that is in its way; in turn those that change when left out
    #[arg(long, value_name = "NAME")]
    pub(super) obstacle_table: Option<String>,

    #[arg(long = "role", value_enum, value_delimiter = ',', default_values_t = [Role::Anon, Role::Authenticated, Role::Service])]
    pub(super) roles: Vec<Role>,

    #[arg(long = "protocol", value_enum, value_delimiter = ',', default_values_t = [Protocol::Simple, Protocol::Extended, Protocol::Prepared])]
    pub(super) protocols: Vec<Protocol>,

    /// SELECT * in place of a list of columns
    #[arg(long)]
    pub(super) star: bool,

    /// Parse a prepared statement again whose plan does not fit any more (0A000), as most drivers do, and count it apart
    #[arg(long)]
    pub(super) parse_again: bool,

    /// Fail when a phase's longest stall is so much longer than the control run's, in milliseconds
    #[arg(long, value_name = "MS")]
    pub(super) max_stall: Option<f64>,

    /// Other requests for another number
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,

    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,

    /// Run the driver against changes whose effect is known, and fail where it does not see it
    #[arg(long)]
    pub(super) self_test: bool,
}
