//! A length of time as people write it: `30s`, `5min`, `1h 30m`.

use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct HumanDuration(Duration);

impl HumanDuration {
    pub(super) fn get(self) -> Duration {
        self.0
    }
}

impl TryFrom<String> for HumanDuration {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parsed: Option<SignedDuration> = text.parse().ok();
        let length = parsed.and_then(|duration| Duration::try_from(duration).ok());
        length.map(Self).ok_or_else(|| format!("\"{text}\" is no length of time; write \"30s\" or \"5min\""))
    }
}
