//! Reports for the tests of all formats: one full of characters that formats stumble over, one with nothing in it.

use std::io;

use pgmason_model::catalog::NotChecked;
use pgmason_model::{Finding, FindingObject, Fix, Level};

use super::report::{
    CheckReport, ChecklistRow, ChecklistSection, Counts, FurtherFailure, ReplayFailure, ReplayReport, Suppressed,
    UnusedIgnore,
};

type Render = fn(&CheckReport, &mut dyn io::Write) -> io::Result<()>;

pub(super) fn rendered(render: Render, report: &CheckReport) -> String {
    let mut out = Vec::new();
    render(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub(super) fn empty_report() -> CheckReport {
    CheckReport {
        schema_version: 1,
        project: "empty".to_owned(),
        source: "empty".to_owned(),
        scratch: None,
        findings: Vec::new(),
        suppressed: Vec::new(),
        unused_ignores: Vec::new(),
        replay: None,
        not_checked: Vec::new(),
        checklist: Vec::new(),
        notes: Vec::new(),
        counts: Counts { errors: 0, warnings: 0, infos: 0 },
        seconds: 0.0,
    }
}

pub(super) fn finding(rule: &str, level: Level, message: &str) -> Finding {
    Finding {
        rule: rule.to_owned(),
        level,
        message: message.to_owned(),
        object: None,
        file: None,
        line: None,
        column: None,
        help: "mend it".to_owned(),
        fingerprint: format!("{rule}-0000"),
        fix: None,
    }
}

fn object(kind: &str, name: &str, column: Option<&str>) -> Option<FindingObject> {
    Some(FindingObject {
        kind: kind.to_owned(),
        schema: Some("public".to_owned()),
        name: name.to_owned(),
        column: column.map(str::to_owned),
    })
}

fn row(rule: &str, passed: usize, total: usize) -> ChecklistRow {
    ChecklistRow { rule: rule.to_owned(), summary: "a | summary".to_owned(), passed, total }
}

pub(super) fn nasty_report() -> CheckReport {
    let in_file = Finding {
        object: object("table", "notes", None),
        file: Some("supabase/migrations/001 größe, 100%: \"a\".sql".to_owned()),
        line: Some(12),
        column: Some(3),
        help: "add one: `id uuid PRIMARY KEY`\r\nand mind the 2nd line".to_owned(),
        fingerprint: "aaaa1111".to_owned(),
        fix: Some(Fix {
            description: "add a key".to_owned(),
            sql: "ALTER TABLE public.notes ADD \"a|b\" int;".to_owned(),
        }),
        ..finding("no-primary-key", Level::Warning, "table public.notes has no <primary> key & 100% | `odd` \"quotes\"")
    };
    let live = Finding {
        object: object("column", "Größe|x`y", Some("say \"hi\"")),
        help: "ask @octocat about #12, then run `x` :: y, z".to_owned(),
        fingerprint: "bbbb2222".to_owned(),
        ..finding(
            "rls-disabled",
            Level::Error,
            "line one\nline two with \u{7}bell, ]]> and <script>alert('x')</script>",
        )
    };
    let same_again = Finding { fingerprint: "aaaa1111".to_owned(), ..in_file.clone() };
    let of_no_known_rule = Finding {
        file: Some("migrations/2.sql".to_owned()),
        help: String::new(),
        fingerprint: "cccc3333".to_owned(),
        ..finding("rule-from-elsewhere", Level::Info, "ends in a full stop.")
    };
    CheckReport {
        schema_version: 1,
        project: "shop <&> `co` | *bold*".to_owned(),
        source: "migrations:supabase/migrations".to_owned(),
        scratch: Some("embedded PostgreSQL 17.5".to_owned()),
        findings: vec![in_file.clone(), live, same_again, of_no_known_rule],
        suppressed: vec![Suppressed {
            finding: Finding { fingerprint: "dddd4444".to_owned(), ..in_file },
            reason: "known since \"2020\" <ok>, 100%".to_owned(),
        }],
        unused_ignores: vec![UnusedIgnore {
            place: "migrations/3.sql:7".to_owned(),
            rule: "no-primary-key".to_owned(),
            object: "public.a|b".to_owned(),
            reason: "nothing is found there".to_owned(),
        }],
        replay: Some(ReplayReport {
            files: 3,
            applied: 2,
            failures: vec![ReplayFailure {
                file: "migrations/3, 50%.sql".to_owned(),
                line: 40,
                statement: "CREATE TABLE public.\"a\nb\" (id int REFERENCES missing);".to_owned(),
                sqlstate: Some("42P01".to_owned()),
                message: "relation \"missing\" does not exist".to_owned(),
                detail: Some("it is <named> once".to_owned()),
                hint: Some("create public.missing first".to_owned()),
                further: vec![FurtherFailure {
                    line: 52,
                    sqlstate: Some("42883".to_owned()),
                    message: "function \"absent\" | does not exist".to_owned(),
                }],
            }],
            stopped_after: Some("migrations/3, 50%.sql".to_owned()),
            stand_ins: vec!["vector".to_owned()],
            notes: vec!["`\\\\echo` was passed over".to_owned()],
            seconds: 0.5,
        }),
        not_checked: vec![NotChecked {
            what: "pg_authid | roles".to_owned(),
            reason: "permission denied: ask <the> owner, 100%".to_owned(),
        }],
        checklist: vec![
            ChecklistSection {
                title: "Tables".to_owned(),
                rows: vec![row("integer-primary-key", 4, 4), row("no-primary-key", 3, 4)],
            },
            ChecklistSection { title: "Access".to_owned(), rows: vec![row("rls-disabled", 3, 4)] },
        ],
        counts: Counts { errors: 1, warnings: 2, infos: 1 },
        notes: vec!["no configuration | found".to_owned()],
        seconds: 1.2345,
    }
}
