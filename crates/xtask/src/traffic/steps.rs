//! What is done to the database while the traffic goes on: `[old|both|new][/STAGE]: COMMAND`.
//!
//! COMMAND goes to a shell, with `{db}` replaced by the connection string; `sql: …` is run by the driver itself, `file: …`
//! too, from a file, and `tries: …` with a short lock_timeout, again and again until it went through.

use std::fs;
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::time::Duration;

use super::protocol::{connect, describe};

/// Names that requests use from the moment before the command on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    Old,
    /// The new one as soon as it is there.
    Both,
    /// The command waits until the last request under an old name has its answer.
    New,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(super) names: Names,
    pub(super) stage: Option<String>,
    pub(super) action: Action,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Shell(String),
    Sql(String),
    /// What is in it.
    File(String),
    /// With lock_timeout, so often.
    Tries(String),
}

const LOCK_TIMEOUT: Duration = Duration::from_millis(100);
const MOST_TRIES: usize = 200;

impl FromStr for Step {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (prefix, rest) = text.split_once(':').unwrap_or(("", text));
        let (word, stage) = match prefix.split_once('/') {
            Some((word, stage)) => (word, Some(stage.to_owned())),
            None => (prefix, None),
        };
        let names = match word {
            "old" => Some(Names::Old),
            "both" => Some(Names::Both),
            "new" => Some(Names::New),
            _ => None,
        };
        // `psql postgres://…` has a colon too.
        let (names, stage, command) = match names {
            Some(names) => (names, stage, rest.trim()),
            None => (Names::Both, None, text.trim()),
        };
        let action = if let Some(sql) = command.strip_prefix("sql:") {
            Action::Sql(sql.trim().to_owned())
        } else if let Some(path) = command.strip_prefix("file:") {
            Action::File(path.trim().to_owned())
        } else if let Some(sql) = command.strip_prefix("tries:") {
            Action::Tries(sql.trim().to_owned())
        } else {
            Action::Shell(command.to_owned())
        };
        if command.is_empty() {
            return Err("a command is missing".to_owned());
        }
        Ok(Self { names, stage, action })
    }
}

impl Step {
    pub(super) fn title(&self) -> String {
        let text = match &self.action {
            Action::Shell(text) | Action::Sql(text) | Action::File(text) | Action::Tries(text) => text,
        };
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(70) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }

    /// What it said when it failed.
    pub(super) async fn perform(&self, url: &str) -> Result<(), String> {
        match &self.action {
            Action::Shell(command) => {
                let command = command.replace("{db}", url);
                let url = url.to_owned();
                let done = tokio::task::spawn_blocking(move || shell(&command, &url)).await;
                done.map_err(|error| error.to_string())?
            }
            Action::Sql(sql) => run(url, sql).await,
            Action::File(path) => {
                run(url, &fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?).await
            }
            Action::Tries(sql) => {
                let (client, _connection) = connect(url, "traffic step").await?;
                let setup = format!("SET lock_timeout = '{}ms'", LOCK_TIMEOUT.as_millis());
                client.batch_execute(&setup).await.map_err(|error| describe(&error))?;
                let mut last = String::new();
                for number in 0..MOST_TRIES {
                    match client.batch_execute(sql).await {
                        Ok(()) => return Ok(()),
                        Err(error) if error.code().is_some_and(|code| code.code() == "55P03") => {
                            last = describe(&error);
                            drop(client.batch_execute("ROLLBACK").await);
                            // Not in step with anything else.
                            let pause = Duration::from_millis(150 + (number as u64 * 37) % 100);
                            tokio::time::sleep(pause).await;
                        }
                        Err(error) => return Err(describe(&error)),
                    }
                }
                Err(last)
            }
        }
    }
}

async fn run(url: &str, sql: &str) -> Result<(), String> {
    let (client, _connection) = connect(url, "traffic step").await?;
    client.batch_execute(sql).await.map_err(|error| describe(&error))
}

/// What the command says on standard output goes where the driver talks.
fn shell(command: &str, url: &str) -> Result<(), String> {
    let output = Command::new("/bin/sh")
        .args(["-c", command])
        .env("DATABASE_URL", url)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("/bin/sh: {error}"))?;
    anstream::eprint!("{}", String::from_utf8_lossy(&output.stdout));
    if output.status.success() { Ok(()) } else { Err(output.status.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_read() {
        let step: Step = "new/books: pgmason restructure complete --db {db}".parse().unwrap();
        assert_eq!((step.names, step.stage.as_deref()), (Names::New, Some("books")));
        assert_eq!(step.action, Action::Shell("pgmason restructure complete --db {db}".to_owned()));
        let step: Step = "psql postgres://localhost/x -c 'select 1'".parse().unwrap();
        assert_eq!((step.names, step.stage), (Names::Both, None));
        let step: Step = "old: sql: ALTER TABLE a ADD b int".parse().unwrap();
        assert_eq!(step.action, Action::Sql("ALTER TABLE a ADD b int".to_owned()));
        assert!("new:".parse::<Step>().is_err());
    }
}
