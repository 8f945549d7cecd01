//! `pgmason restructure`: changes a database in use, in phases.
//!
//! - A stage is rehearsed on a scratch database before it is started; what is started is the plan that was rehearsed.
//! - How far it is, is in the database. Any pgmason goes on from there, forth or back.

mod changed_by_others;
pub mod checklist;
pub mod code;
mod derive;
pub mod evidence;
pub mod from_rulebook;
mod gates;
mod ground;
mod live;
mod other_stages;
pub mod planning;
mod privileges;
pub mod read;
pub mod rehearse;
pub mod report;
mod roles;
mod room;
pub mod running;
mod statement_use;
pub mod status;
mod told;
mod work;

use pgmason_pg::restructure::{StageRow, stages};
use pgmason_pg::{ConnectOptions, ConnectionString, Pipeline};

use crate::JobError;

/// Stages that were begun on the database, of one restructuring or of all.
pub(crate) fn begun_stages(database: &ConnectionString, restructure: Option<&str>) -> Result<Vec<StageRow>, JobError> {
    let mut pipeline = Pipeline::connect(database, &ConnectOptions { read_only: true, ..live::connect_options() })?;
    Ok(stages(&mut pipeline, restructure)?)
}
