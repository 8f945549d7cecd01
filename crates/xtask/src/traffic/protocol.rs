//! A session as an application has it: its role, its way of sending statements, and the answers.

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;
use tokio::task::JoinHandle;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage, Statement};

use super::request::Sql;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Protocol {
    /// Text with literals in it.
    Simple,
    /// Parameters; parsed each time.
    Extended,
    /// Parameters; parsed once and kept.
    Prepared,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    Anon,
    Authenticated,
    #[serde(rename = "service_role")]
    #[value(name = "service_role")]
    Service,
}

impl Role {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Anon => "anon",
            Self::Authenticated => "authenticated",
            Self::Service => "service_role",
        }
    }
}

/// Longer than this nobody waits.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why there is no answer.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// `lost`, `timeout`, or what the driver itself saw.
    pub(super) sqlstate: String,
    pub(super) message: String,
    /// Nobody knows whether it was done.
    pub(super) unknown: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    /// Rows that came back, or were touched.
    pub(super) count: u64,
    /// As text, where the way of sending shows them so.
    pub(super) rows: Vec<Vec<Option<String>>>,
}

pub(super) struct Session {
    pub(super) client: Client,
    protocol: Protocol,
    statements: HashMap<String, Statement>,
    connection: JoinHandle<()>,
    /// Statements that were parsed again since their plan did not fit any more.
    pub(super) parsed_again: u64,
}

/// A session without a role of its own.
pub(super) async fn connect(url: &str, application: &str) -> Result<(Client, JoinHandle<()>), String> {
    let mut config: Config = url.parse().map_err(|error| format!("the connection string: {error}"))?;
    config.application_name(application);
    let (client, connection) = config.connect(NoTls).await.map_err(|error| describe(&error))?;
    let task = tokio::spawn(async move { drop(connection.await) });
    Ok((client, task))
}

impl Session {
    /// As PostgREST would set it up, for the session rather than for each transaction.
    pub(super) async fn open(url: &str, role: Role, protocol: Protocol, user: &str) -> Result<Self, String> {
        let (client, connection) = connect(url, "traffic client").await?;
        let claims = match role {
            Role::Authenticated => format!(r#"{{"role": "authenticated", "sub": "{user}"}}"#),
            role => format!(r#"{{"role": "{}"}}"#, role.name()),
        };
        let setup = format!(
            "SET TimeZone = 'UTC'; SET statement_timeout = 0; SELECT set_config('request.jwt.claims', {}, false); SET ROLE {}",
            pgmason_model::identifier::quote_literal(&claims),
            role.name()
        );
        client.batch_execute(&setup).await.map_err(|error| describe(&error))?;
        Ok(Self { client, protocol, statements: HashMap::new(), connection, parsed_again: 0 })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// `parse_again`: where a kept plan does not fit any more, once more, as most drivers do.
    pub(super) async fn send(&mut self, sql: &Sql, parse_again: bool) -> Result<Answer, Failure> {
        let attempt = tokio::time::timeout(PATIENCE, self.send_once(sql)).await;
        let outcome = attempt.unwrap_or_else(|_| {
            Err(Failure {
                sqlstate: "timeout".to_owned(),
                message: format!("no answer in {PATIENCE:?}"),
                unknown: true,
            })
        });
        match outcome {
            Err(failure) if parse_again && failure.sqlstate == "0A000" && self.protocol == Protocol::Prepared => {
                self.statements.remove(&sql.with_parameters());
                self.parsed_again += 1;
                self.send_once(sql).await
            }
            outcome => outcome,
        }
    }

    async fn send_once(&mut self, sql: &Sql) -> Result<Answer, Failure> {
        if self.protocol == Protocol::Simple {
            let messages = self.client.simple_query(&sql.with_literals()).await.map_err(|error| failure(&error))?;
            let mut answer = Answer::default();
            for message in messages {
                match message {
                    SimpleQueryMessage::Row(row) => {
                        answer.rows.push((0..row.len()).map(|place| row.get(place).map(str::to_owned)).collect());
                    }
                    SimpleQueryMessage::CommandComplete(count) => answer.count = count,
                    _ => {}
                }
            }
            return Ok(answer);
        }
        let text = sql.with_parameters();
        let values: Vec<Text<'_>> = sql.values().iter().map(|value| Text(value.as_deref())).collect();
        let rows = if self.protocol == Protocol::Extended {
            // UNKNOWN leaves the type to the server, as zero would.
            let typed: Vec<(&(dyn ToSql + Sync), Type)> =
                values.iter().map(|value| (value as &(dyn ToSql + Sync), Type::UNKNOWN)).collect();
            if !sql.returns {
                let count = self.client.execute_typed(&text, &typed).await.map_err(|error| failure(&error))?;
                return Ok(Answer { count, rows: Vec::new() });
            }
            self.client.query_typed(&text, &typed).await
        } else {
            let statement = match self.statements.get(&text) {
                Some(statement) => statement.clone(),
                None => {
                    let statement = self.client.prepare(&text).await.map_err(|error| failure(&error))?;
                    self.statements.insert(text, statement.clone());
                    statement
                }
            };
            let plain: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
            if !sql.returns {
                let count = self.client.execute(&statement, &plain).await.map_err(|error| failure(&error))?;
                return Ok(Answer { count, rows: Vec::new() });
            }
            self.client.query(&statement, &plain).await
        };
        let rows = rows.map_err(|error| failure(&error))?;
        let as_text = |row: &tokio_postgres::Row| {
            row.columns()
                .iter()
                .enumerate()
                .map(|(place, _)| row.try_get::<_, Option<String>>(place).ok().flatten())
                .collect()
        };
        // Only keys that come back are text.
        let shown = if sql.returns_key { rows.iter().map(as_text).collect() } else { Vec::new() };
        Ok(Answer { count: rows.len() as u64, rows: shown })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

/// A value as text, whatever its type.
#[derive(Debug)]
struct Text<'a>(Option<&'a str>);

impl ToSql for Text<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Some(text) => {
                out.extend_from_slice(text.as_bytes());
                Ok(IsNull::No)
            }
            None => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}

fn failure(error: &tokio_postgres::Error) -> Failure {
    match error.as_db_error() {
        Some(answer) => {
            Failure { sqlstate: answer.code().code().to_owned(), message: answer.message().to_owned(), unknown: false }
        }
        None => Failure { sqlstate: "lost".to_owned(), message: describe(error), unknown: true },
    }
}

/// What the server says; else the error with its causes.
pub(super) fn describe(error: &(dyn Error + 'static)) -> String {
    if let Some(answer) = error.downcast_ref::<tokio_postgres::Error>().and_then(tokio_postgres::Error::as_db_error) {
        return format!("{} ({})", answer.message(), answer.code().code());
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
