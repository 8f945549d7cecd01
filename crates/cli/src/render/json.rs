//! The report as one JSON object, for programs.
//!
//! `schema_version` is raised when a field changes its meaning or goes; new fields may come at any time.

use std::io;

use super::report::CheckReport;

pub(crate) fn render(report: &CheckReport, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{empty_report, nasty_report, rendered};

    #[test]
    fn writes_every_field() {
        insta::assert_snapshot!(rendered(super::render, &nasty_report()));
    }

    #[test]
    fn a_clean_report_has_empty_lists() {
        let json: serde_json::Value = serde_json::from_str(&rendered(super::render, &empty_report())).unwrap();
        assert_eq!(json["schema_version"], 1);
        assert_eq!(json["findings"], serde_json::json!([]));
        assert!(json.get("replay").is_none());
    }
}
