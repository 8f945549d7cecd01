//! Tests of the sections about running migrations.

use std::time::Duration;

use pgmason_model::plan::Risk;

use super::{Configuration, HistoryName, expand};

#[test]
fn phases_keep_their_order() {
    let text = "
        [phases.later]
        files = [\"2025*_backfill*\"]
        pause = \"5min\"
        [phases.first]
        risk = [\"metadata\", \"concurrent\"]
        checks = [\"health\", \"errors\"]
        lock_timeout = \"500ms\"
        statement_timeout = \"1h 30m\"
        [checks.errors]
        query = \"SELECT 0\"
        max = 0
        [checks.replication-lag]
        max_bytes = 1
    ";
    let found = Configuration::parse(text).unwrap();
    let names: Vec<&str> = found.phases.iter().map(|phase| phase.name.as_str()).collect();
    assert_eq!(names, ["later", "first"]);
    assert_eq!(found.phases[0].pause, Some(Duration::from_secs(300)));
    assert_eq!(found.phases[1].risk, [Risk::Metadata, Risk::Concurrent]);
    assert_eq!(found.phases[1].lock_timeout, Some(Duration::from_millis(500)));
    assert_eq!(found.phases[1].statement_timeout, Some(Duration::from_secs(5400)));
    assert_eq!(found.checks["errors"].max, Some(0.0));
}

#[test]
fn mistakes_are_named() {
    for (text, words) in [
        ("[phases.x]\nrisk = [\"huge\"]", "unknown variant `huge`"),
        ("[phases.x]\npause = \"soon\"", "\"soon\" is no length of time"),
        ("[phases.x]\npause = \"-5s\"", "is no length of time"),
        ("[phases.x]\nfiles = [\"a[\"]", "[phases.x] files: `a[` is no pattern"),
        ("[phases.x]\nchecks = [\"errors\"]", "[phases.x] names the check `errors`"),
        ("[phases.x]\nwait = \"5s\"", "unknown field `wait`"),
        ("[checks.errors]\nmax = 0", "[checks.errors] has no query"),
        ("[checks.errors]\nquery = \"SELECT 1\"\nmax_bytes = 1", "a query has max and min"),
        ("[checks.health]\nmax = 1", "has no settings"),
        ("[checks.replication-lag]\nmax = 1", "it has max_bytes and max_seconds"),
        ("[hooks]\nafter = [\"\"]", "a hook is a command"),
        ("[hooks]\nduring = \"x\"", "unknown field `during`"),
        ("[fleet]\njobs = -1", "invalid value"),
        ("[migrations]\nhistory = \"flyway\"", "unknown variant `flyway`"),
    ] {
        let message = Configuration::parse(text).unwrap_err();
        assert!(message.contains(words), "{text}: {message}");
    }
}

#[test]
fn running() {
    let text = "
        [migrations]
        history = \"supabase\"
        lock_timeout = \"2s\"
        archive = \"old\"
        [hooks]
        before = \"make ready\"
        after = [\"make types\", \"git add types\"]
        [fleet]
        targets = [\"postgres://${HOST}/a\", \"postgres://b\"]
        jobs = 8
        max_failures = 2
    ";
    let found = Configuration::parse(text).unwrap();
    assert_eq!(found.migrations.history, Some(HistoryName::Supabase));
    assert_eq!(found.migrations.lock_timeout, Some(Duration::from_secs(2)));
    assert_eq!(found.hooks.before.0, ["make ready"]);
    assert_eq!((found.hooks.after.0.len(), found.hooks.on_failure.0.len()), (2, 0));
    let host = |name: &str| (name == "HOST").then(|| "db".to_owned());
    assert_eq!(found.fleet.expanded(host).unwrap(), ["postgres://db/a", "postgres://b"]);
    assert_eq!(found.fleet.expanded(|_| None).unwrap_err(), "the variable HOST is not set");
    assert_eq!(expand("a$b${HOST}", host).unwrap(), "a$bdb");
    assert!(expand("${HOST", host).is_err());
}
