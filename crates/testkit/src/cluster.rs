//! A live server of local binaries, as a user's own would be: superuser, passwords, TLS, standby.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs};

use pgmason_pg::ConnectionString;
use postgres::{Client, NoTls};

use crate::{Folder, PATIENCE, until};

/// The server's first role.
const SUPERUSER: &str = "admin";

#[derive(Clone, Debug, Default)]
pub struct ClusterOptions {
    /// None: the newest installed.
    pub major: Option<u32>,
    /// Lines of `postgresql.conf`.
    pub settings: String,
    /// Lines of `pg_hba.conf` that come before `local all all trust`.
    pub access: String,
    /// Makes a certificate and switches TLS on.
    pub tls: bool,
    /// Never leaves recovery.
    pub standby: bool,
    /// The server's first role; `admin` when not said.
    pub superuser: Option<&'static str>,
    /// The programs that this build brings along; `major` says nothing then.
    pub embedded: bool,
}

/// A running server, stopped and removed when dropped or when the process ends.
pub struct Cluster {
    guard: Child,
    pub(crate) folder: Folder,
    pub(crate) binaries: PathBuf,
    port: u16,
    pub(crate) superuser: &'static str,
}

/// Holds the reading end of a pipe, and stops the server when it closes. `$1` postgres, `$2` folder, `$3` port.
const GUARD: &str = r#"
"$1" -D "$2/data" -k "$2" -p "$3" </dev/null >"$2/log" 2>&1 &
server=$!
while read -r line; do :; done
kill -s QUIT $server 2>/dev/null
wait $server
rm -rf "$2"
"#;

impl Cluster {
    pub fn start(options: &ClusterOptions) -> Self {
        let binaries = if options.embedded {
            pgmason_scratch::embedded_programs().unwrap()
        } else {
            local_binaries(options.major)
        };
        let superuser = options.superuser.unwrap_or(SUPERUSER);
        let folder = Folder::new();
        give_away(folder.path());
        let data = folder.join("data");
        run(Command::new(binaries.join("initdb"))
            .args(["--username", superuser, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"])
            .arg("--pgdata")
            .arg(&data));
        let mut settings =
            format!("listen_addresses = '127.0.0.1'\nfsync = off\nshared_buffers = 16MB\n{}\n", options.settings);
        if options.tls {
            make_certificate(&data);
            settings.push_str("ssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'\n");
        }
        let configuration = data.join("postgresql.auto.conf");
        fs::write(configuration, settings).unwrap();
        let access = format!("{}\nlocal all all trust\nlocal replication all trust\n", options.access);
        fs::write(data.join("pg_hba.conf"), access).unwrap();
        if options.standby {
            fs::write(data.join("standby.signal"), "").unwrap();
        }
        Self::run(folder, binaries, superuser)
    }

    /// A server on the data that lie in the folder.
    pub(crate) fn run(folder: Folder, binaries: PathBuf, superuser: &'static str) -> Self {
        let port = free_port();
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", GUARD, "pgmason-test-guard"])
            .arg(binaries.join("postgres"))
            .arg(folder.path())
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0);
        let guard = run_as_unprivileged(&mut command).spawn().unwrap();
        let cluster = Self { guard, folder, binaries, port, superuser };
        let ready = until(PATIENCE, || cluster.try_client("template1").is_ok());
        assert!(ready, "no server: {}", fs::read_to_string(cluster.folder.join("log")).unwrap_or_default());
        cluster
    }

    /// Over the unix socket, where everybody is let in.
    pub fn url(&self, user: &str, database: &str) -> String {
        let folder = self.folder.path().to_string_lossy().replace('/', "%2F");
        format!("postgres://{user}@{folder}:{}/{database}", self.port)
    }

    pub fn superuser_url(&self, database: &str) -> String {
        self.url(self.superuser, database)
    }

    pub fn connection(&self, database: &str) -> ConnectionString {
        self.superuser_url(database).parse().unwrap()
    }

    /// The server's first role.
    pub fn superuser(&self) -> &'static str {
        self.superuser
    }

    /// Folder and port of the unix socket.
    pub fn socket(&self) -> (String, u16) {
        (self.folder.path().to_string_lossy().into_owned(), self.port)
    }

    /// Where it listens on TCP: `127.0.0.1:port`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn client(&self, database: &str) -> Client {
        self.try_client(database).unwrap()
    }

    /// Runs SQL as the superuser.
    pub fn sql(&self, database: &str, sql: &str) {
        self.client(database).batch_execute(sql).unwrap_or_else(|error| panic!("{sql}\n{error:?}"));
    }

    fn try_client(&self, database: &str) -> Result<Client, postgres::Error> {
        let mut config = postgres::Config::new();
        config.host_path(self.folder.path()).port(self.port).user(self.superuser).dbname(database);
        config.connect(NoTls)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        drop(self.guard.wait());
    }
}

/// The major version of the newest server programs here.
pub fn local_major() -> u32 {
    major_of(&local_binaries(None)).unwrap()
}

/// The folder of `postgres` and `initdb` of a major (`None`: the newest). Fails the test where there is none.
pub fn local_binaries(major: Option<u32>) -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = candidates()
        .into_iter()
        .filter(|folder| folder.join("initdb").exists())
        .filter_map(|folder| Some((major_of(&folder)?, folder)))
        .filter(|(found, _)| major.is_none_or(|major| major == *found))
        .collect();
    found.sort();
    match (found.pop(), major) {
        (Some((_, folder)), _) => folder,
        (None, Some(major)) => panic!(
            "this test needs the server programs of PostgreSQL {major}: install them (Debian and Ubuntu: `apt install \
             postgresql-{major}`), or name their folder in PGMASON_PG_BIN"
        ),
        (None, None) => panic!(
            "this test needs PostgreSQL's server programs: install them (Debian and Ubuntu: `apt install postgresql`, \
             macOS: `brew install postgresql`), or name their folder in PGMASON_PG_BIN"
        ),
    }
}

/// `PGMASON_TEST_ENGINE=embedded` runs the same tests on the embedded server.
fn candidates() -> Vec<PathBuf> {
    if env::var_os("PGMASON_TEST_ENGINE").is_some_and(|engine| engine == "embedded") {
        return vec![pgmason_scratch::embedded_programs().unwrap()];
    }
    if let Some(named) = env::var_os("PGMASON_PG_BIN") {
        return env::split_paths(&named).collect();
    }
    let mut folders: Vec<PathBuf> = Vec::new();
    for (parent, tail) in [("/usr/lib/postgresql", "bin"), ("/opt/homebrew/opt", "bin"), ("/usr/local/opt", "bin")] {
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        folders.extend(entries.map(|entry| entry.path().join(tail)));
    }
    folders.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
    folders
}

fn major_of(folder: &Path) -> Option<u32> {
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_once(") ")?.1.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// PostgreSQL refuses to run as root.
fn unprivileged() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let passwd = fs::read_to_string("/etc/passwd").unwrap();
    let id = |name: &str| {
        passwd.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            (fields.first() == Some(&name)).then(|| (fields[2].parse().unwrap(), fields[3].parse().unwrap()))
        })
    };
    Some(id("postgres").or_else(|| id("nobody")).expect("a user that is not root"))
}

/// Lets a command run as the user that servers run as, when this process is root.
pub fn run_as_unprivileged(command: &mut Command) -> &mut Command {
    if let Some((user, group)) = unprivileged() {
        command.uid(user).gid(group);
    }
    command
}

pub(crate) fn give_away(path: &Path) {
    if let Some((user, group)) = unprivileged() {
        std::os::unix::fs::chown(path, Some(user), Some(group)).unwrap();
    }
}

pub(crate) fn run(command: &mut Command) {
    let output = run_as_unprivileged(command.current_dir("/")).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn make_certificate(data: &Path) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .arg("-keyout")
        .arg(data.join("server.key"))
        .arg("-out")
        .arg(data.join("server.crt"))
        .output();
    let made = made.expect("this test makes a certificate with `openssl`: install it");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    for name in ["server.key", "server.crt"] {
        give_away(&data.join(name));
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(data.join(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
}

pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
