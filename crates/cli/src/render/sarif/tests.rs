//! Holds the output against the official JSON schema of SARIF 2.1.0, and against what viewers ask for beyond it.

use std::path::Path;
use std::process::Command;

use pgmason_core::findings::Findings;
use pgmason_core::rulebook::RuleLevel;
use pgmason_core::rules::{Check, Section};
use pgmason_core::schema::SchemaContext;

use super::*;
use crate::render::fixture::{empty_report, nasty_report, rendered};

static NO_PRIMARY_KEY: Rule = Rule {
    name: "no-primary-key",
    section: Section::Table,
    default_level: RuleLevel::Warning,
    summary: "a table has no primary key",
    page: "# no-primary-key\n\nA table has no <key>.\n\n## Why it matters\n\nRows cannot be\ntold apart.\n",
    options: &[],
    check: Check::Schema(nothing),
};

static RLS_DISABLED: Rule = Rule {
    name: "rls-disabled",
    section: Section::Access,
    default_level: RuleLevel::Off,
    summary: "a table shows all its rows",
    page: "# rls-disabled\n\nWithout a reason.\n",
    options: &[],
    check: Check::Schema(nothing),
};

fn nothing(_: &SchemaContext<'_>, _: &mut Findings<'_>) {}

#[test]
fn writes_rules_results_and_notifications() {
    let mut log = log(&nasty_report(), &[&NO_PRIMARY_KEY, &RLS_DISABLED]);
    log["runs"][0]["tool"]["driver"]["semanticVersion"] = "[version]".into();
    log["runs"][0]["tool"]["driver"]["informationUri"] = "[repository]".into();
    // The order of keys depends on a feature of serde_json that any crate of the build may switch on.
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!(log) });
}

#[test]
fn is_valid_sarif() {
    let validator = jsonschema::options().should_validate_formats(true).build(&schema()).unwrap();
    for report in [nasty_report(), empty_report()] {
        let log: Value = serde_json::from_str(&rendered(render, &report)).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|error| format!("{error} at {}", error.instance_path)).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn every_result_points_at_its_rule() {
    let log: Value = serde_json::from_str(&rendered(render, &nasty_report())).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 5, "suppressed ones too");
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()), "{uri}");
    }
}

/// The official schema, as the crate `serde-sarif` (a dev-dependency) carries it.
pub(in crate::render) fn schema() -> Value {
    // Without a platform, cargo asks for the sources of packages that this machine never builds.
    let version = output(Command::new("rustc").arg("-vV"));
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned();
    let metadata = output(
        Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", &host])
            .current_dir(env!("CARGO_MANIFEST_DIR")),
    );
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").unwrap();
    let folder = Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap();
    let text = std::fs::read_to_string(folder.join("src/schema.json")).unwrap();
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    // The published pattern has a bracket too many and is no regular expression; we write no language anyway.
    for definition in ["run", "toolComponent"] {
        schema["definitions"][definition]["properties"]["language"].as_object_mut().unwrap().remove("pattern");
    }
    schema
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
