//! Opens a connection, and says precisely why when it cannot.
//!
//! Errors are told apart by SQLSTATE, io kind and the shape of the failure, never by a message's text, and none of them
//! holds a secret.

use std::error::Error as _;
use std::io;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::time::Duration;

use pgmason_model::ServerVersion;
use postgres::config::SslMode as WireSslMode;
use postgres::error::SqlState;
use postgres::{Client, NoTls};
use tokio_postgres::Config;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::connection_string::{ConnectionString, ConnectionStringError, SslMode};
use crate::tls::{self, TlsError};

/// The oldest major that pgmason supports.
pub const OLDEST_MAJOR: u32 = 13;

#[derive(Clone, Debug)]
pub struct ConnectOptions {
    /// Shown in pg_stat_activity.
    pub application_name: String,
    pub connect_timeout: Duration,
    /// Every transaction is READ ONLY unless it says otherwise.
    pub read_only: bool,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self { application_name: "pgmason".to_owned(), connect_timeout: Duration::from_secs(10), read_only: false }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("no PostgreSQL answers on {host}:{port}")]
    Refused { host: String, port: String },
    #[error("the host `{host}` is not known")]
    HostNotFound { host: String },
    #[error("{host}:{port} does not answer in time")]
    Timeout { host: String, port: String },
    #[error("there is no database `{database}` on {host}:{port}")]
    NoSuchDatabase { database: String, host: String, port: String },
    #[error("the server does not let role `{user}` in with this password")]
    WrongPassword { user: String },
    #[error("the server asks for a password for role `{user}`, and none was given")]
    PasswordMissing { user: String },
    #[error("the server does not let role `{user}` into database `{database}` from here")]
    NotAllowed { user: String, database: String },
    #[error("{host}:{port} accepts only connections with TLS")]
    TlsRequired { host: String, port: String },
    #[error("cannot agree on TLS with {host}:{port}: {reason}")]
    TlsFailed { host: String, port: String, reason: String },
    #[error("cannot prepare TLS")]
    TlsSetup(#[from] TlsError),
    #[error("the server at {host}:{port} is starting up or shutting down")]
    NotReady { host: String, port: String },
    #[error("the server at {host}:{port} has no connection left")]
    TooManyConnections { host: String, port: String },
    #[error("the server is PostgreSQL {found}, and the oldest that pgmason supports is {oldest}")]
    ServerTooOld { found: ServerVersion, oldest: u32 },
    #[error("the connection string {0}")]
    BadConnectionString(#[from] ConnectionStringError),
    #[error("cannot wait for the network")]
    Runtime(#[source] io::Error),
    #[error("cannot connect to {host}:{port}")]
    Other { host: String, port: String, source: postgres::Error },
}

impl ConnectError {
    /// One next step.
    pub fn hint(&self) -> String {
        match self {
            Self::Refused { host, port } if host.starts_with('/') => {
                format!("start the server, or correct the folder: no socket .s.PGSQL.{port} answers in {host}")
            }
            Self::Refused { .. } => "start the server, or correct host and port in the connection string".to_owned(),
            Self::HostNotFound { .. } => "correct the host name in the connection string".to_owned(),
            Self::Timeout { .. } => {
                "check that a firewall or an allow list of addresses lets this machine through".to_owned()
            }
            Self::NoSuchDatabase { database, .. } => {
                format!("run createdb {database}, or correct the name at the end of the connection string")
            }
            Self::WrongPassword { .. } => {
                "correct the password, and write special characters in a URL percent-encoded (@ is %40)".to_owned()
            }
            Self::PasswordMissing { .. } => "set PGPASSWORD, or add a line to ~/.pgpass".to_owned(),
            Self::NotAllowed { .. } => {
                "add a line for the role, the database and this address to the server's pg_hba.conf".to_owned()
            }
            Self::TlsRequired { .. } => "add sslmode=require to the connection string".to_owned(),
            Self::TlsFailed { .. } => {
                "set sslrootcert to the server's certificate authority, or sslmode to what the server offers".to_owned()
            }
            Self::TlsSetup(_) => "correct sslrootcert in the connection string".to_owned(),
            Self::NotReady { .. } => "wait a moment and run again".to_owned(),
            Self::TooManyConnections { .. } => "close idle sessions, or raise max_connections".to_owned(),
            Self::ServerTooOld { oldest, .. } => format!("use a server of version {oldest} or newer"),
            Self::BadConnectionString(_) => {
                "write it as postgres://user@host:5432/database, with the password in PGPASSWORD".to_owned()
            }
            Self::Runtime(_) => "raise the limit of open files: `ulimit -n`".to_owned(),
            Self::Other { .. } => "try the same connection with psql".to_owned(),
        }
    }
}

/// What a session has to know about its server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFacts {
    pub version: ServerVersion,
    /// True on a standby: nothing can be written there.
    pub in_recovery: bool,
    pub superuser: bool,
    pub database: String,
    pub user: String,
}

/// Connects, and refuses a server that is too old.
pub fn connect(connection: &ConnectionString, options: &ConnectOptions) -> Result<Client, ConnectError> {
    let target = Target::new(connection, options)?;
    let mut client = target.open(&|config, connector| {
        let config = postgres::Config::from(config);
        in_time(target.timeout, move || match connector {
            Some(connector) => config.connect(connector),
            None => config.connect(NoTls),
        })
    })?;
    let settled = settle(&mut client, options);
    let version = settled.map_err(|source| target.explain(Failure::Driver(source), target.mode))?;
    if version.major() < OLDEST_MAJOR {
        return Err(ConnectError::ServerTooOld { found: version, oldest: OLDEST_MAJOR });
    }
    Ok(client)
}

/// Facts about the server and the session.
pub fn server_facts(client: &mut Client) -> Result<ServerFacts, postgres::Error> {
    let row = client.query_one(
        "SELECT current_setting('server_version_num')::integer, pg_catalog.pg_is_in_recovery(), \
         current_setting('is_superuser')::boolean, current_database()::text, current_user::text",
        &[],
    )?;
    Ok(ServerFacts {
        version: ServerVersion(u32::try_from(row.try_get::<_, i32>(0)?).unwrap_or(0)),
        in_recovery: row.try_get(1)?,
        superuser: row.try_get(2)?,
        database: row.try_get(3)?,
        user: row.try_get(4)?,
    })
}

fn settle(client: &mut Client, options: &ConnectOptions) -> Result<ServerVersion, postgres::Error> {
    if options.read_only {
        client.batch_execute("SET default_transaction_read_only = on")?;
    }
    let row = client.query_one("SELECT current_setting('server_version_num')::integer", &[])?;
    Ok(ServerVersion(u32::try_from(row.try_get::<_, i32>(0)?).unwrap_or(0)))
}

/// Opens one connection, or says why not.
type Connect<'a, C> = &'a dyn Fn(Config, Option<MakeRustlsConnect>) -> Result<C, Failure>;

/// The driver's own timeout ends with the TCP connection; a server that then says nothing would hold us for ever.
fn in_time(
    timeout: Duration,
    connect: impl FnOnce() -> Result<Client, postgres::Error> + Send + 'static,
) -> Result<Client, Failure> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(connect()).ok());
    match receiver.recv_timeout(timeout) {
        Ok(result) => result.map_err(Failure::Driver),
        Err(_) => Err(Failure::Timeout),
    }
}

/// Where to, and how.
pub(crate) struct Target<'a> {
    connection: &'a ConnectionString,
    config: Config,
    mode: SslMode,
    pub(crate) timeout: Duration,
    host: String,
    port: String,
}

impl<'a> Target<'a> {
    pub(crate) fn new(connection: &'a ConnectionString, options: &ConnectOptions) -> Result<Self, ConnectError> {
        let (host, port) = (connection.host(), connection.port());
        let mut config = Config::new();
        config.user(connection.user()).dbname(connection.database());
        config.application_name(&options.application_name).connect_timeout(options.connect_timeout);
        for host in host.split(',') {
            config.host(host);
        }
        for port in port.split(',') {
            config.port(port.parse().map_err(|_| ConnectionStringError::BadPort)?);
        }
        if let Some(password) = connection.password() {
            config.password(password);
        }
        if let Some(options) = connection.value("options", "PGOPTIONS") {
            config.options(&options);
        }
        Ok(Self { connection, config, mode: connection.ssl_mode()?, timeout: options.connect_timeout, host, port })
    }

    /// `connect` opens one connection, through TLS where it is given a connector.
    pub(crate) fn open<C>(&self, connect: Connect<'_, C>) -> Result<C, ConnectError> {
        // A unix socket needs no TLS, and PostgreSQL offers none there.
        let mode = if self.host.starts_with('/') { SslMode::Disable } else { self.mode };
        match mode {
            SslMode::Disable => self.plain(connect).map_err(|error| self.explain(error, mode)),
            SslMode::Allow => match self.plain(connect) {
                Err(error) if is_refusal_of_plain_text(&error) => self.encrypted(SslMode::Require, connect),
                other => other.map_err(|error| self.explain(error, mode)),
            },
            SslMode::Prefer => match self.encrypted(mode, connect) {
                Err(ConnectError::TlsFailed { .. }) => self.plain(connect).map_err(|error| self.explain(error, mode)),
                other => other,
            },
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => self.encrypted(mode, connect),
        }
    }

    fn plain<C>(&self, connect: Connect<'_, C>) -> Result<C, Failure> {
        let mut config = self.config.clone();
        config.ssl_mode(WireSslMode::Disable);
        connect(config, None)
    }

    fn encrypted<C>(&self, mode: SslMode, connect: Connect<'_, C>) -> Result<C, ConnectError> {
        let wire_mode = if mode == SslMode::Prefer { WireSslMode::Prefer } else { WireSslMode::Require };
        let connector = tls::connector(self.connection, mode)?;
        let mut config = self.config.clone();
        config.ssl_mode(wire_mode);
        connect(config, Some(connector)).map_err(|failure| self.explain(failure, mode))
    }

    pub(crate) fn explain_driver(&self, error: postgres::Error) -> ConnectError {
        self.explain(Failure::Driver(error), self.mode)
    }

    fn explain(&self, failure: Failure, mode: SslMode) -> ConnectError {
        let (host, port) = (self.host.clone(), self.port.clone());
        let error = match failure {
            Failure::Driver(error) => error,
            Failure::Timeout => return ConnectError::Timeout { host, port },
            Failure::Runtime(error) => return ConnectError::Runtime(error),
        };
        let (user, database) = (self.connection.user(), self.connection.database());
        if let Some(code) = error.code() {
            return match *code {
                SqlState::INVALID_CATALOG_NAME => ConnectError::NoSuchDatabase { database, host, port },
                SqlState::INVALID_PASSWORD if self.config.get_password().is_none() => {
                    ConnectError::PasswordMissing { user }
                }
                SqlState::INVALID_PASSWORD => ConnectError::WrongPassword { user },
                // pg_hba.conf has no line for this connection; without TLS, asking for it comes first.
                SqlState::INVALID_AUTHORIZATION_SPECIFICATION if mode == SslMode::Disable && !host.starts_with('/') => {
                    ConnectError::TlsRequired { host, port }
                }
                SqlState::INVALID_AUTHORIZATION_SPECIFICATION => ConnectError::NotAllowed { user, database },
                SqlState::CANNOT_CONNECT_NOW => ConnectError::NotReady { host, port },
                SqlState::TOO_MANY_CONNECTIONS => ConnectError::TooManyConnections { host, port },
                _ => ConnectError::Other { host, port, source: error },
            };
        }
        let cause = Cause::of(&error);
        match cause {
            Cause::Tls(reason) => ConnectError::TlsFailed { host, port, reason },
            Cause::Io(io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound) => {
                ConnectError::Refused { host, port }
            }
            Cause::Io(io::ErrorKind::TimedOut) => ConnectError::Timeout { host, port },
            Cause::Io(_) if !host.starts_with('/') && !self.is_known() => ConnectError::HostNotFound { host },
            Cause::Io(_) => ConnectError::Other { host, port, source: error },
            Cause::Unknown
                if !matches!(mode, SslMode::Disable | SslMode::Allow | SslMode::Prefer)
                    && self.offers_tls() == Some(false) =>
            {
                ConnectError::TlsFailed { host, port, reason: "the server offers none".to_owned() }
            }
            // The driver gives up by itself, without a word to the server, when it is asked for a password it lacks.
            Cause::Unknown if self.config.get_password().is_none() => ConnectError::PasswordMissing { user },
            Cause::Unknown => ConnectError::Other { host, port, source: error },
        }
    }

    fn addresses(&self) -> Option<impl Iterator<Item = std::net::SocketAddr>> {
        let host = self.host.split(',').next()?.to_owned();
        let port = self.port.split(',').next()?.parse::<u16>().ok()?;
        (host, port).to_socket_addrs().ok()
    }

    fn is_known(&self) -> bool {
        self.addresses().is_some()
    }

    /// Asks the server as the protocol says: an SSLRequest is answered with `S` or `N`.
    fn offers_tls(&self) -> Option<bool> {
        const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
        let limit = Duration::from_secs(3);
        let mut stream = TcpStream::connect_timeout(&self.addresses()?.next()?, limit).ok()?;
        stream.set_read_timeout(Some(limit)).ok()?;
        stream.write_all(&SSL_REQUEST).ok()?;
        let mut answer = [0];
        stream.read_exact(&mut answer).ok()?;
        Some(answer == *b"S")
    }
}

/// 28000: no line in pg_hba.conf for a connection without TLS.
fn is_refusal_of_plain_text(failure: &Failure) -> bool {
    matches!(failure, Failure::Driver(error) if error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION))
}

pub(crate) enum Failure {
    Driver(postgres::Error),
    Timeout,
    Runtime(io::Error),
}

/// What lies under an error that the server did not send.
enum Cause {
    Tls(String),
    Io(io::ErrorKind),
    Unknown,
}

impl Cause {
    fn of(error: &postgres::Error) -> Self {
        let mut kind = None;
        let mut next = error.source();
        while let Some(error) = next {
            if let Some(tls) = error.downcast_ref::<rustls::Error>() {
                return Self::Tls(tls.to_string());
            }
            if let Some(io) = error.downcast_ref::<io::Error>() {
                kind.get_or_insert(io.kind());
                // An io::Error does not count what it wraps as its source.
                if let Some(tls) = io.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
                    return Self::Tls(tls.to_string());
                }
            }
            next = error.source();
        }
        kind.map_or(Self::Unknown, Self::Io)
    }
}
