//! A connection that sends statements ahead of their answers: a whole transaction costs one round trip.
//!
//! - Each statement is a message of its own, so an answer, or an error, belongs to exactly one of them.
//! - Everything blocks; the runtime is the connection's own and has one thread.
//! - While a connection is open it is known to [`crate::interrupt`], which cancels what it runs.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::io::Cursor;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use futures_util::SinkExt;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, Row, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::connect::{Failure, OLDEST_MAJOR, Target};
use crate::interrupt;
use crate::run::{StatementError, statement_error};
use crate::{ConnectError, ConnectOptions, ConnectionString};

/// A bound parameter and its type: statements need no round trip to be prepared.
pub type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// Something to send.
#[derive(Clone, Copy)]
pub enum Message<'a> {
    /// SQL by the simple protocol, as psql sends it.
    Simple(&'a str),
    /// One statement with parameters.
    Bound(&'a str, &'a [Parameter<'a>]),
}

/// An open connection.
pub struct Pipeline {
    // Dropped in this order: the client ends the connection's task, which the runtime holds.
    client: Client,
    notices: Arc<Mutex<Vec<String>>>,
    registered: interrupt::Registered,
    runtime: Runtime,
}

/// Statements sent before the first of them is answered.
const AHEAD: usize = 256;

impl Pipeline {
    /// Connects, and refuses a server that is too old.
    pub fn connect(connection: &ConnectionString, options: &ConnectOptions) -> Result<Self, ConnectError> {
        let target = Target::new(connection, options)?;
        let mut pipeline = target.open(&|config, connector| open(config, connector, target.timeout))?;
        let version = pipeline
            .query("SELECT pg_catalog.current_setting('server_version_num')::integer", &[])
            .map_err(|error| target.explain_driver(error))?;
        let version = version.first().and_then(|row| row.try_get::<_, i32>(0).ok()).unwrap_or(0);
        let version = pgmason_model::ServerVersion(u32::try_from(version).unwrap_or(0));
        if version.major() < OLDEST_MAJOR {
            return Err(ConnectError::ServerTooOld { found: version, oldest: OLDEST_MAJOR });
        }
        Ok(pipeline)
    }

    /// Rows of one statement.
    pub fn query(&mut self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, postgres::Error> {
        self.runtime.block_on(self.client.query_typed(sql, parameters))
    }

    /// One statement, or several by the simple protocol.
    pub fn run(&mut self, message: Message<'_>) -> Result<(), Box<StatementError>> {
        let mut outcome = Ok(());
        self.run_all(&[message], &mut |_, answer| outcome = answer);
        outcome
    }

    /// Sends the messages ahead of their answers and hands each answer over, in order. After an error nothing more is
    /// sent, but what is on its way is answered: inside a transaction with SQLSTATE 25P02.
    pub fn run_all(
        &mut self,
        messages: &[Message<'_>],
        answered: &mut dyn FnMut(usize, Result<(), Box<StatementError>>),
    ) {
        let client = &self.client;
        let mut waiting: VecDeque<(usize, Answer<'_>)> = VecDeque::new();
        let (mut next, mut failed) = (0, false);
        self.runtime.block_on(poll_fn(|context| {
            loop {
                while next < messages.len() && waiting.len() < AHEAD && !failed {
                    let mut answer = send(client, messages[next]);
                    // The first poll sends it. Should it be answered at once, it is asked again as the first in line.
                    let at_once = match answer.as_mut().poll(context) {
                        Poll::Ready(outcome) => Box::pin(std::future::ready(outcome)) as Answer<'_>,
                        Poll::Pending => answer,
                    };
                    waiting.push_back((next, at_once));
                    next += 1;
                }
                let Some((index, answer)) = waiting.front_mut() else { return Poll::Ready(()) };
                let Poll::Ready(outcome) = answer.as_mut().poll(context) else { return Poll::Pending };
                let index = *index;
                waiting.pop_front();
                failed |= outcome.is_err();
                answered(index, outcome.map_err(|error| Box::new(statement_error(&error, client.is_closed()))));
            }
        }));
    }

    /// `COPY … FROM STDIN` with its data.
    pub fn copy_in(&mut self, sql: &str, data: &str) -> Result<(), Box<StatementError>> {
        let outcome = self.runtime.block_on(async {
            let sink = self.client.copy_in::<_, Cursor<Vec<u8>>>(sql).await?;
            let mut sink = std::pin::pin!(sink);
            // The server's own reason comes with the end.
            drop(sink.send(Cursor::new(data.as_bytes().to_vec())).await);
            sink.finish().await.map(drop)
        });
        outcome.map_err(|error| Box::new(statement_error(&error, self.client.is_closed())))
    }

    /// Waits without holding a transaction or a query.
    pub fn wait(&self, time: Duration) {
        // The runtime goes on reading, so that a lost connection is noticed.
        self.runtime.block_on(async { tokio::time::sleep(time).await });
    }

    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Notices and warnings since the last call, as the server worded them.
    pub fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut *self.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.registered.forget();
    }
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<(), postgres::Error>> + 'a>>;

fn send<'a>(client: &'a Client, message: Message<'a>) -> Answer<'a> {
    match message {
        Message::Simple(sql) => Box::pin(client.batch_execute(sql)),
        Message::Bound(sql, parameters) => {
            Box::pin(async move { client.execute_typed(sql, parameters).await.map(drop) })
        }
    }
}

fn open(config: Config, connector: Option<MakeRustlsConnect>, limit: Duration) -> Result<Pipeline, Failure> {
    let runtime = Builder::new_current_thread().enable_io().enable_time().build().map_err(Failure::Runtime)?;
    match connector {
        Some(connector) => open_with(config, connector, runtime, limit),
        None => open_with(config, NoTls, runtime, limit),
    }
}

fn open_with<T>(config: Config, tls: T, runtime: Runtime, limit: Duration) -> Result<Pipeline, Failure>
where
    T: MakeTlsConnect<Socket> + Clone + Send + 'static,
    T::Stream: Send + 'static,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    let connected = runtime.block_on(async { tokio::time::timeout(limit, config.connect(tls.clone())).await });
    let (client, connection) = match connected {
        Ok(opened) => opened.map_err(Failure::Driver)?,
        Err(_) => return Err(Failure::Timeout),
    };
    let notices = Arc::new(Mutex::new(Vec::new()));
    runtime.spawn(drive(connection, Arc::clone(&notices)));
    let token = client.cancel_token();
    let cancel = move || {
        if let Ok(runtime) = Builder::new_current_thread().enable_io().enable_time().build() {
            let asked = async { tokio::time::timeout(Duration::from_secs(2), token.cancel_query(tls.clone())).await };
            drop(runtime.block_on(asked));
        }
    };
    Ok(Pipeline { client, notices, registered: interrupt::register(Box::new(cancel)), runtime })
}

/// Moves messages until the connection ends, and keeps notices.
async fn drive<S, T>(mut connection: Connection<S, T>, notices: Arc<Mutex<Vec<String>>>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
        if let AsyncMessage::Notice(notice) = message {
            let text = format!("{}: {}", notice.severity().to_lowercase(), notice.message());
            notices.lock().unwrap_or_else(PoisonError::into_inner).push(text);
        }
    }
}
