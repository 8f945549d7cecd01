//! Looks, ten times a second, who waits for a lock, and keeps the longest wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;

use super::protocol::connect;
use super::seed::text_rows;

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct LongestWait {
    pub(super) milliseconds: u64,
    pub(super) relation: String,
    pub(super) mode: String,
    pub(super) statement: String,
}

/// None: nobody was seen waiting.
pub(super) async fn watch(url: String, stop: Arc<AtomicBool>) -> Option<LongestWait> {
    let (client, _connection) = connect(&url, "traffic locks").await.ok()?;
    let mut longest: Option<LongestWait> = None;
    while !stop.load(Ordering::SeqCst) {
        for row in text_rows(&client, include_str!("locks.sql")).await.unwrap_or_default() {
            let mut row = row.into_iter().map(Option::unwrap_or_default);
            let milliseconds = row.next().and_then(|text| text.parse().ok()).unwrap_or(0);
            if longest.as_ref().is_none_or(|longest| longest.milliseconds < milliseconds) {
                longest = Some(LongestWait {
                    milliseconds,
                    relation: row.next().unwrap_or_default(),
                    mode: row.next().unwrap_or_default(),
                    statement: row.next().unwrap_or_default(),
                });
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    longest
}
