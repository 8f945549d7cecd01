//! Executes the examples of every operation's page: rehearsed, started, taken back, started again, completed, taken back.
//!
//! - `sql before` begins an example. `toml operation` has one operation on each line; together they are a stage.
//! - `sql started` and `sql completed`: every statement must succeed then, and what a SELECT gives must be true.
//! - `sql started since 15` only from PostgreSQL 15 on.
//! - `toml refused`: the operations must be refused, with the words of the first line's comment.
//!
//! `OPERATION=part-of-a-name` runs only some.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use pgmason_jobs::progress::silent;
use pgmason_jobs::restructure::planning::plan;
use pgmason_testkit::local_major;
use postgres::{Client, SimpleQueryMessage};

use super::ground::{Live, clean, passed};

#[derive(Debug, Default)]
struct Example {
    line: usize,
    before: String,
    operation: String,
    started: String,
    completed: String,
    refused: Vec<String>,
    /// The oldest major version that has what it is about.
    since: u32,
}

#[test]
fn examples_of_operations() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src/restructure/operations");
    let wanted = std::env::var("OPERATION").unwrap_or_default();
    let mut pages: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .filter(|path| path.file_stem().unwrap().to_string_lossy().contains(&wanted))
        .collect();
    pages.sort();
    assert!(!pages.is_empty());
    let mut all = Vec::new();
    for page in pages {
        let name = page.file_stem().unwrap().to_string_lossy().into_owned();
        let examples = read(&std::fs::read_to_string(&page).unwrap());
        assert!(!examples.is_empty(), "{name} has no example");
        let known = examples.into_iter().filter(|example| example.since <= local_major());
        all.extend(known.map(|example| (name.clone(), example)));
    }
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((name, example)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    eprintln!("{name}, line {}", example.line);
                    run(example);
                }
            });
        }
    });
}

fn run(example: &Example) {
    for refused in &example.refused {
        let (words, operations) = refused.split_once('\n').unwrap();
        let words = words.trim_start_matches('#').trim();
        let live = Live::of_operations(&example.before, operations);
        let report = plan(&live.project(), &live.file(), Some(&live.connection), None, &Default::default(), &silent);
        match report {
            Ok(report) => {
                let said: Vec<_> = report.refusals.iter().map(|refusal| refusal.message.clone()).collect();
                assert!(said.iter().any(|said| said.contains(words)), "`{words}` is not in {said:?}");
            }
            Err(error) => assert!(error.to_string().contains(words), "`{words}` is not in {error}"),
        }
    }
    if example.operation.is_empty() {
        return;
    }
    let live = Live::of_operations(&example.before, &example.operation);
    let rehearsal = live.rehearse();
    passed(&rehearsal);
    clean(&live.start());
    holds(&mut live.client(), &example.started);
    clean(&live.rollback());
    // Rehearsed against the same schema: it is the same again.
    clean(&live.start());
    clean(&live.complete());
    holds(&mut live.client(), &example.completed);
    let reversible = rehearsal.stages[0]
        .checks
        .iter()
        .any(|check| check.name == "rollback after the end leads back" && check.skipped.is_none());
    if reversible {
        clean(&live.rollback());
    }
}

fn holds(client: &mut Client, sql: &str) {
    for statement in pgmason_sql::split::split(sql).pieces {
        let text = &sql[statement.span.clone()];
        let messages = client.simple_query(text).unwrap_or_else(|error| panic!("{text}\n{error:?}"));
        for message in messages {
            if let SimpleQueryMessage::Row(row) = message {
                assert_eq!(row.get(0), Some("t"), "{text}");
            }
        }
    }
}

fn read(page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(head) = line.strip_prefix("```").filter(|head| !head.is_empty()) else { continue };
        let mut text = String::new();
        for (_, line) in lines.by_ref().take_while(|(_, line)| *line != "```") {
            text.push_str(line);
            text.push('\n');
        }
        if let Some(since) = head.strip_prefix("sql before") {
            let since = since.strip_prefix(" since ").map_or(0, |major| major.parse().unwrap());
            examples.push(Example { line: number + 1, before: text, since, ..Example::default() });
            continue;
        }
        let example = examples.last_mut().expect("an example begins with `sql before`");
        match head {
            "toml operation" if example.operation.is_empty() => example.operation = text,
            // Another operation on the same ground.
            "toml operation" => {
                let (before, since) = (example.before.clone(), example.since);
                examples.push(Example { line: number + 1, before, operation: text, since, ..Example::default() });
            }
            "sql started" => example.started.push_str(&text),
            // What views that run as whoever asks can do.
            "sql started since 15" if local_major() < 15 => {}
            "sql started since 15" => example.started.push_str(&text),
            "sql completed" => example.completed = text,
            "toml refused" => example.refused.push(text),
            "toml" | "sql" | "text" => {}
            other => panic!("line {}: no such fence: {other}", number + 1),
        }
    }
    examples
}
