//! A connection string as libpq reads it: a `postgres://` URL or `key=value` pairs, completed from `PG*` variables.
//!
//! Neither `Display`, `Debug` nor serde ever shows a password, whether it stands before the `@` or in a parameter.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What went wrong with the text. It never repeats the text: that may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionStringError {
    #[error("is neither a postgres:// URL nor key=value pairs")]
    UnknownForm,
    #[error("holds a percent sign that no two hexadecimal digits follow")]
    BadPercentEncoding,
    #[error("holds a quote that is not closed")]
    UnterminatedQuote,
    #[error("has a port that is not a number from 1 to 65535")]
    BadPort,
    #[error("has an sslmode that PostgreSQL does not know")]
    BadSslMode,
}

/// How much TLS, in libpq's terms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SslMode {
    Disable,
    Allow,
    #[default]
    Prefer,
    /// Encrypts, and verifies nothing.
    Require,
    /// The certificate must come from a known authority.
    VerifyCa,
    /// … and be for this host.
    VerifyFull,
}

impl FromStr for SslMode {
    type Err = ConnectionStringError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "disable" => Self::Disable,
            "allow" => Self::Allow,
            "prefer" => Self::Prefer,
            "require" | "no-verify" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => return Err(ConnectionStringError::BadSslMode),
        })
    }
}

/// A parsed connection string: libpq's keywords and their values.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionString {
    parameters: BTreeMap<String, String>,
}

impl ConnectionString {
    /// What `psql` without an argument would use: the `PG*` variables alone.
    pub fn from_environment() -> Self {
        Self { parameters: BTreeMap::new() }
    }

    /// The same server and role, another database.
    pub fn with_database(&self, name: &str) -> Self {
        let mut other = self.clone();
        other.parameters.insert("dbname".to_owned(), name.to_owned());
        other
    }

    /// The same with one of libpq's keywords set.
    pub fn with_parameter(&self, keyword: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.parameters.insert(keyword.to_owned(), value.to_owned());
        other
    }

    /// A host name, an address or the folder of a unix socket. Several are separated by commas.
    pub fn host(&self) -> String {
        self.value("host", "PGHOST").unwrap_or_else(|| {
            // libpq looks for a socket first; where none is, a name is the better guess.
            let folder = ["/var/run/postgresql", "/tmp"]
                .into_iter()
                .find(|folder| PathBuf::from(folder).join(format!(".s.PGSQL.{}", self.port())).exists());
            folder.unwrap_or("localhost").to_owned()
        })
    }

    pub fn port(&self) -> String {
        self.value("port", "PGPORT").unwrap_or_else(|| "5432".to_owned())
    }

    pub fn user(&self) -> String {
        self.value("user", "PGUSER")
            .or_else(|| std::env::var("USER").ok())
            .or_else(|| std::env::var("USERNAME").ok())
            .unwrap_or_else(|| "postgres".to_owned())
    }

    pub fn database(&self) -> String {
        self.value("dbname", "PGDATABASE").unwrap_or_else(|| self.user())
    }

    /// From the string, `PGPASSWORD`, or the password file, in that order.
    pub(crate) fn password(&self) -> Option<String> {
        self.value("password", "PGPASSWORD").or_else(|| self.password_from_file())
    }

    pub fn ssl_mode(&self) -> Result<SslMode, ConnectionStringError> {
        self.value("sslmode", "PGSSLMODE").map_or(Ok(SslMode::default()), |mode| mode.parse())
    }

    /// The file of trusted authorities, or `system`.
    pub(crate) fn ssl_root_certificate(&self) -> Option<String> {
        self.value("sslrootcert", "PGSSLROOTCERT")
    }

    pub(crate) fn value(&self, keyword: &str, variable: &str) -> Option<String> {
        let given = self.parameters.get(keyword).filter(|value| !value.is_empty()).cloned();
        given.or_else(|| std::env::var(variable).ok().filter(|value| !value.is_empty()))
    }

    /// For one of PostgreSQL's own programs: in its environment, which nobody else can read, unlike its arguments.
    pub fn describe_to(&self, command: &mut std::process::Command) {
        command
            .env("PGHOST", self.host())
            .env("PGPORT", self.port())
            .env("PGUSER", self.user())
            .env("PGDATABASE", self.database());
        let others =
            [("PGSSLMODE", self.value("sslmode", "PGSSLMODE")), ("PGSSLROOTCERT", self.ssl_root_certificate())];
        for (name, value) in others.into_iter().chain([("PGPASSWORD", self.password())]) {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
    }

    fn password_from_file(&self) -> Option<String> {
        let file = self.value("passfile", "PGPASSFILE").map(PathBuf::from).or_else(|| {
            let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"))?;
            Some(PathBuf::from(home).join(".pgpass"))
        })?;
        let text = std::fs::read_to_string(file).ok()?;
        let host = self.host();
        // libpq writes "localhost" for a socket in the default folder.
        let host = if host.starts_with('/') { "localhost".to_owned() } else { host };
        password_in(&text, &[&host, &self.port(), &self.database(), &self.user()])
    }
}

/// The password of the first line whose four fields match; `*` matches all, `\:` is a colon.
fn password_in(text: &str, wanted: &[&str; 4]) -> Option<String> {
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut fields = vec![String::new()];
        let mut characters = line.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => fields.last_mut()?.extend(characters.next()),
                ':' if fields.len() < 5 => fields.push(String::new()),
                other => fields.last_mut()?.push(other),
            }
        }
        let matches = fields.len() == 5 && fields.iter().zip(wanted).all(|(field, want)| field == "*" || field == want);
        if matches { fields.pop() } else { None }
    })
}

impl FromStr for ConnectionString {
    type Err = ConnectionStringError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
        let parameters = match rest {
            Some(rest) => parse_url(rest)?,
            None => parse_pairs(text)?,
        };
        let connection = Self { parameters };
        connection.ssl_mode()?;
        if let Some(ports) = connection.parameters.get("port").filter(|ports| !ports.is_empty()) {
            let valid = |port: &str| port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0);
            if !ports.split(',').all(valid) {
                return Err(ConnectionStringError::BadPort);
            }
        }
        Ok(connection)
    }
}

/// What follows `postgres://`: `user:password@host:port,host:port/database?keyword=value`.
fn parse_url(rest: &str) -> Result<BTreeMap<String, String>, ConnectionStringError> {
    let mut parameters = BTreeMap::new();
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    // The last @ ends the user part: people forget to encode one in a password.
    let (credentials, rest) = rest.rsplit_once('@').unwrap_or(("", rest));
    let (hosts, database) = rest.split_once('/').unwrap_or((rest, ""));
    let mut set = |keyword: &str, value: &str| -> Result<(), ConnectionStringError> {
        if !value.is_empty() {
            parameters.insert(keyword.to_owned(), percent_decode(value)?);
        }
        Ok(())
    };
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    set("user", user)?;
    set("password", password)?;
    set("dbname", database)?;
    let (names, ports): (Vec<&str>, Vec<&str>) = hosts.split(',').map(split_port).unzip();
    set("host", &names.join(","))?;
    if ports.iter().any(|port| !port.is_empty()) {
        set("port", &ports.join(","))?;
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (keyword, value) = pair.split_once('=').unwrap_or((pair, ""));
        let keyword = percent_decode(keyword)?;
        // JDBC's spelling, which libpq accepts as well.
        if keyword == "ssl" && value == "true" { set("sslmode", "require")? } else { set(&keyword, value)? }
    }
    Ok(parameters)
}

/// `host:port`, where the host may be `[::1]`.
fn split_port(host: &str) -> (&str, &str) {
    if let Some((address, after)) = host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        return (address, after.strip_prefix(':').unwrap_or(""));
    }
    host.rsplit_once(':').unwrap_or((host, ""))
}

fn percent_decode(text: &str) -> Result<String, ConnectionStringError> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
            let (high, low) = (digit(bytes.next()), digit(bytes.next()));
            let (Some(high), Some(low)) = (high, low) else { return Err(ConnectionStringError::BadPercentEncoding) };
            decoded.extend(u8::try_from(high * 16 + low));
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).map_err(|_| ConnectionStringError::BadPercentEncoding)
}

/// `host=localhost password='with space' dbname = app`.
fn parse_pairs(text: &str) -> Result<BTreeMap<String, String>, ConnectionStringError> {
    let mut parameters = BTreeMap::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (keyword, after) = rest.split_once('=').ok_or(ConnectionStringError::UnknownForm)?;
        let keyword = keyword.trim();
        if keyword.is_empty() || !keyword.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(ConnectionStringError::UnknownForm);
        }
        let after = after.trim_start();
        let (value, after) = if let Some(quoted) = after.strip_prefix('\'') {
            take_value(quoted, |character| character == '\'').ok_or(ConnectionStringError::UnterminatedQuote)?
        } else {
            take_value(after, char::is_whitespace).unwrap_or_else(|| (after.replace('\\', ""), ""))
        };
        parameters.insert(keyword.to_owned(), value);
        rest = after.trim_start();
    }
    if parameters.is_empty() { Err(ConnectionStringError::UnknownForm) } else { Ok(parameters) }
}

/// The text up to the end that the predicate names, backslashes resolved, and what follows; none when there is no end.
fn take_value(text: &str, ends: impl Fn(char) -> bool) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            value.extend(characters.next().map(|(_, escaped)| escaped));
        } else if ends(character) {
            return text.get(at + character.len_utf8()..).map(|rest| (value, rest));
        } else {
            value.push(character);
        }
    }
    None
}

/// True for a keyword whose value nobody may see.
fn is_secret(keyword: &str) -> bool {
    let keyword = keyword.to_ascii_lowercase();
    ["pass", "secret", "token", "apikey", "key"].iter().any(|part| keyword.contains(part))
}

/// As a URL without secrets.
impl fmt::Display for ConnectionString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |keyword: &str| self.parameters.get(keyword).map_or("", String::as_str);
        f.write_str("postgres://")?;
        if !part("user").is_empty() {
            write!(f, "{}@", percent_encode(part("user")))?;
        }
        let mut ports = part("port").split(',');
        for (place, host) in part("host").split(',').enumerate() {
            let separator = if place == 0 { "" } else { "," };
            let host = if host.contains(':') { format!("[{host}]") } else { percent_encode(host) };
            write!(f, "{separator}{host}")?;
            if let Some(port) = ports.next().filter(|port| !port.is_empty()) {
                write!(f, ":{port}")?;
            }
        }
        if !part("dbname").is_empty() {
            write!(f, "/{}", percent_encode(part("dbname")))?;
        }
        let shown = ["user", "password", "host", "port", "dbname"];
        let others = self.parameters.iter().filter(|(keyword, _)| !shown.contains(&keyword.as_str()));
        for (place, (keyword, value)) in others.filter(|(keyword, _)| !is_secret(keyword)).enumerate() {
            let separator = if place == 0 { "?" } else { "&" };
            write!(f, "{separator}{}={}", percent_encode(keyword), percent_encode(value))?;
        }
        Ok(())
    }
}

impl fmt::Debug for ConnectionString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectionString({self})")
    }
}

fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

impl Serialize for ConnectionString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ConnectionString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> ConnectionString {
        text.parse().unwrap()
    }

    #[test]
    fn urls_and_pairs_mean_the_same() {
        for text in [
            "postgres://me:s3cr%40t@db.example.com:6543/app?sslmode=require",
            "postgresql://me:s3cr%40t@db.example.com:6543/app?sslmode=require",
            "host=db.example.com port = 6543 user=me password='s3cr@t' dbname=app sslmode=require",
        ] {
            let connection = parsed(text);
            assert_eq!(connection.host(), "db.example.com", "{text}");
            assert_eq!(connection.port(), "6543", "{text}");
            assert_eq!(connection.user(), "me", "{text}");
            assert_eq!(connection.database(), "app", "{text}");
            assert_eq!(connection.password().as_deref(), Some("s3cr@t"), "{text}");
            assert_eq!(connection.ssl_mode(), Ok(SslMode::Require), "{text}");
            assert_eq!(connection.with_database("other").database(), "other");
        }
    }

    #[test]
    fn odd_urls() {
        assert_eq!(parsed("postgres://%2Ftmp%2Fsockets/app").host(), "/tmp/sockets");
        assert_eq!(parsed("postgres:///app?host=/tmp/sockets&port=5433").host(), "/tmp/sockets");
        assert_eq!(parsed("postgres://me@[::1]:5433/app").host(), "::1");
        assert_eq!(parsed("postgres://me@[::1]:5433/app").port(), "5433");
        assert_eq!(parsed("postgres://a:1,b:2/app").host(), "a,b");
        assert_eq!(parsed("postgres://me:p@ss@host/app").password().as_deref(), Some("p@ss"));
    }

    #[test]
    fn nothing_shows_a_secret() {
        for text in [
            "postgres://me:hunter2@host/app",
            "postgres://me@host/app?password=hunter2&sslpassword=hunter2",
            "host=h user=me password='hunter2' dbname=app",
        ] {
            let connection = parsed(text);
            let json = serde_json::to_string(&connection).unwrap();
            for shown in [connection.to_string(), format!("{connection:?}"), json] {
                assert!(!shown.contains("hunter2"), "{shown}");
                assert!(shown.contains("app"), "{shown}");
            }
        }
    }

    #[test]
    fn errors_say_what_and_never_the_text() {
        use ConnectionStringError as Error;
        for (text, expected) in [
            ("", Error::UnknownForm),
            ("hunter2", Error::UnknownForm),
            ("mysql://me:hunter2@host", Error::UnknownForm),
            ("postgres://me:100%@host/app", Error::BadPercentEncoding),
            ("password='hunter2", Error::UnterminatedQuote),
            ("postgres://me:hunter2@host:port/app", Error::BadPort),
            ("postgres://me:hunter2@host/app?sslmode=maybe", Error::BadSslMode),
        ] {
            let error = text.parse::<ConnectionString>().unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!error.to_string().contains("hunter2"));
        }
    }

    #[test]
    fn reads_password_files() {
        let file = "# comment\nother:5432:app:me:wrong\n*:5432:a\\:pp:me:right\\:one\n";
        assert_eq!(password_in(file, &["host", "5432", "a:pp", "me"]).as_deref(), Some("right:one"));
        assert_eq!(password_in(file, &["host", "5432", "app", "me"]), None);
    }
}
