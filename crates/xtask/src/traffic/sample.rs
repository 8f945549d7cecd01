//! What became of one request, and figures of many.

use serde::Serialize;

use super::protocol::{Protocol, Role};
use super::request::Kind;

#[derive(Clone, Debug)]
pub(super) struct Sample {
    /// Microseconds since the beginning.
    pub(super) due: u64,
    /// Microseconds from when it was due to its answer.
    pub(super) latency: u64,
    pub(super) role: Role,
    pub(super) protocol: Protocol,
    pub(super) kind: Kind,
    pub(super) table: usize,
    pub(super) surface: usize,
    pub(super) failure: Option<Box<FailedRequest>>,
}

#[derive(Clone, Debug)]
pub(super) struct FailedRequest {
    pub(super) sqlstate: String,
    pub(super) message: String,
    pub(super) statement: String,
}

/// In milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Latency {
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) p999: f64,
    pub(super) max: f64,
}

impl Latency {
    pub(super) fn of<'a>(samples: impl Iterator<Item = &'a Sample>) -> Self {
        let mut micros: Vec<u64> = samples.map(|sample| sample.latency).collect();
        micros.sort_unstable();
        let Some(last) = micros.last() else { return Self::default() };
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "milliseconds"
        )]
        let at = |share: f64| {
            let place = ((micros.len() as f64 * share).ceil() as usize).clamp(1, micros.len());
            micros[place - 1] as f64 / 1000.0
        };
        #[expect(clippy::cast_precision_loss, reason = "milliseconds")]
        Self { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: *last as f64 / 1000.0 }
    }
}
