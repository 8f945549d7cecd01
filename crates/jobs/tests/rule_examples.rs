//! Executes the examples of every rule's page: the rule must find something in the bad ones and nothing in the good.
//!
//! `PGMASON_RULE=part-of-a-name` runs only some.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use pgmason_core::migrations::{Layout, MigrationFile};
use pgmason_core::rulebook::{AccessSettings, Rulebook};
use pgmason_core::rules::{self, Check, Rule};
use pgmason_jobs::check::check_rule;
use pgmason_jobs::configuration::Configuration;
use pgmason_jobs::folder::SqlFiles;
use pgmason_jobs::progress::silent;
use pgmason_jobs::project::Project;
use pgmason_jobs::replay::{ReplayOptions, replay};
use pgmason_pg::IntrospectOptions;
use pgmason_scratch::{Baseline, Engine, Scratch, ScratchOptions};

struct Example {
    bad: bool,
    plain: bool,
    live: bool,
    line: usize,
    sql: String,
}

#[test]
fn rule_examples() {
    let wanted = std::env::var("PGMASON_RULE").unwrap_or_default();
    let rules: Vec<&Rule> =
        rules::all().filter(|rule| rule.name.contains(&wanted) && !matches!(rule.check, Check::Files(_))).collect();
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let mut complaints: Vec<String> = std::thread::scope(|scope| {
        let work = || {
            // A server of its own for each worker: a replay may need the whole of it for a moment.
            let mut servers: BTreeMap<bool, Scratch> = BTreeMap::new();
            let mut complaints = Vec::new();
            while let Some(rule) = rules.get(next.fetch_add(1, Ordering::Relaxed)) {
                judge(rule, &mut servers, &mut complaints);
            }
            complaints
        };
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a worker")).collect()
    });
    complaints.sort();
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

fn judge(rule: &Rule, servers: &mut BTreeMap<bool, Scratch>, complaints: &mut Vec<String>) {
    let (configuration, examples) = read_page(rule);
    for bad in [true, false] {
        if !examples.iter().any(|example| example.bad == bad) {
            complaints.push(format!("{}: no {} example", rule.name, if bad { "bad" } else { "good" }));
        }
    }
    for example in &examples {
        let server = servers.entry(example.plain).or_insert_with(|| start(example.plain));
        if let Err(complaint) = run(rule, &configuration, example, server) {
            complaints.push(format!("{}.md line {}: {complaint}", rule.name, example.line));
        }
    }
}

fn start(plain: bool) -> Scratch {
    let baseline = if plain { Baseline::Plain } else { Baseline::Supabase };
    let options = ScratchOptions { engine: Engine::Auto, baseline, ..ScratchOptions::default() };
    Scratch::open(&options, &|_| {}).expect("a scratch server")
}

fn run(rule: &Rule, configuration: &Configuration, example: &Example, server: &mut Scratch) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let project = Project::open(folder.path()).map_err(|error| error.to_string())?;
    let database = server.create_database().map_err(|error| error.to_string())?;
    let files = SqlFiles {
        layout: Layout::Numbered,
        migrations: false,
        files: vec![MigrationFile::read_plain("example.sql".to_owned(), example.sql.clone())],
        not_utf8: Vec::new(),
    };
    let report =
        replay(&project, &files, &database, &ReplayOptions::default(), &silent).map_err(|error| error.to_string())?;
    if let Some(failure) = report.failures.first() {
        return Err(format!("the example does not run: line {}: {}", failure.line, failure.message));
    }
    let mut client = database.connect().map_err(|error| error.to_string())?;
    let options = IntrospectOptions { statistics: example.live, ..IntrospectOptions::default() };
    let mut catalog = pgmason_pg::introspect(&mut client, &options).map_err(|error| error.to_string())?;
    catalog.platform = server.platform().clone();
    let access = if example.plain { AccessSettings::default() } else { AccessSettings::supabase() };
    let rulebook: Rulebook = configuration.rulebook(access);
    let findings = check_rule(rule.name, &catalog, &rulebook, Some(&database)).map_err(|error| error.to_string())?;
    match (example.bad, findings.first()) {
        (true, None) => Err("nothing was found in a bad example".to_owned()),
        (false, Some(finding)) => Err(format!("found in a good example: {}", finding.message)),
        (true, Some(_)) | (false, None) => Ok(()),
    }
}

/// The page's `toml` fences as one configuration, and its `sql` fences.
fn read_page(rule: &Rule) -> (Configuration, Vec<Example>) {
    let mut toml = String::new();
    let mut examples = Vec::new();
    let mut lines = rule.page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
        let body: Vec<&str> =
            lines.by_ref().map(|(_, line)| line).take_while(|line| !line.starts_with("```")).collect();
        let words: Vec<&str> = info.split_whitespace().collect();
        match words.as_slice() {
            ["toml", ..] => toml.push_str(&(body.join("\n") + "\n")),
            ["sql", rest @ ..] if rest.contains(&"bad") || rest.contains(&"good") => examples.push(Example {
                bad: rest.contains(&"bad"),
                plain: rest.contains(&"plain"),
                live: rest.contains(&"live"),
                line: number + 1,
                sql: body.join("\n"),
            }),
            _ => {}
        }
    }
    let configuration = Configuration::parse(&toml).unwrap_or_else(|error| panic!("{}: {error}", rule.name));
    (configuration, examples)
}
