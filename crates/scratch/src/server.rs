//! A running scratch server and the guard that outlives its owner by a moment.
//!
//! The guard is a shell in a process group of its own, so Ctrl-C does not reach it. It holds the reading end of a
//! pipe; when this process ends, however it ends, the pipe closes, and the guard stops the server and removes the
//! folder.

use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::database::MIGRATION_ROLE;
use crate::installation::Installation;
use crate::prepared::{self, TEMPLATE_DATABASE};
use crate::{ScratchError, copy, place, sweep, unprivileged};

/// `$1` postgres, `$2` scratch folder, `$3` the signal to stop it with, `$4` `remove` or `keep`.
const GUARD: &str = r#"
"$1" -D "$2/data" -k "$2" </dev/null >"$2/log" 2>&1 &
server=$!
while read -r line; do :; done
kill -s $3 $server 2>/dev/null
wait $server
if [ "$4" = remove ]; then rm -rf "$2"; fi
"#;

#[derive(Clone, Copy)]
enum Afterwards {
    Remove,
    Keep,
}

/// Only the name of the socket depends on it.
const PORT: u16 = 5432;

/// Nothing here has to survive a crash.
const SETTINGS: &str = "
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
min_wal_size = 2MB
wal_level = logical
max_wal_senders = 4
max_connections = 60
shared_buffers = 32MB
dynamic_shared_memory_type = mmap
max_prepared_transactions = 4
jit = off
log_min_messages = fatal
logging_collector = off
";

pub(crate) struct Server {
    /// None once stopped.
    guard: Option<Child>,
    folder: Option<TempDir>,
    path: PathBuf,
    superuser: String,
    /// The template's files, from where to where, until they are copied.
    template: Option<(PathBuf, PathBuf)>,
    /// Held as long as the folder is in use.
    lock: Arc<File>,
}

impl Server {
    /// Copies the data folder and starts a server on the copy.
    pub(crate) fn start_copy_of(prepared: &Path, installation: &Installation) -> Result<Self, ScratchError> {
        let folder = tempfile::Builder::new()
            .prefix(sweep::PREFIX)
            .tempdir_in(place::folder())
            .map_err(ScratchError::file("create a folder in", place::folder()))?;
        let user = unprivileged::user()?;
        unprivileged::give(folder.path(), user)?;
        let superuser = fs::read_to_string(prepared.join("superuser")).map_err(ScratchError::file("read", prepared))?;
        // Locked before there is anything to sweep.
        let lock = lock(folder.path())?;
        let template = prepared::read_template_folder(prepared)?;
        copy::folder(prepared, &folder.path().join("data"), user, Some(&prepared.join(&template)))?;
        let mut server = Self::start(folder, lock, installation, superuser, Afterwards::Remove)?;
        server.template = Some((prepared.join(&template), server.path.join("data").join(template)));
        Ok(server)
    }

    /// Starts a server on `folder/data`, and leaves the folder in place when it stops.
    pub(crate) fn start_in(
        folder: TempDir,
        lock: File,
        installation: &Installation,
        superuser: &str,
    ) -> Result<Self, ScratchError> {
        let data = folder.path().join("data");
        let configuration = data.join("postgresql.auto.conf");
        fs::write(&configuration, SETTINGS).map_err(ScratchError::file("write", &configuration))?;
        let name = data.join("superuser");
        fs::write(&name, superuser).map_err(ScratchError::file("write", &name))?;
        Self::start(folder, lock, installation, superuser.to_owned(), Afterwards::Keep)
    }

    fn start(
        folder: TempDir,
        lock: File,
        installation: &Installation,
        superuser: String,
        afterwards: Afterwards,
    ) -> Result<Self, ScratchError> {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", GUARD, "pgmason-guard"])
            .arg(&installation.postgres)
            .arg(folder.path())
            .args(match afterwards {
                Afterwards::Remove => ["QUIT", "remove"],
                // A clean shutdown: every copy of the folder starts without recovering.
                Afterwards::Keep => ["INT", "keep"],
            })
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C")
            .process_group(0);
        let guard = unprivileged::run_as(&mut command, unprivileged::user()?)
            .spawn()
            .map_err(|source| ScratchError::Program { program: "/bin/sh".into(), source })?;
        let path = folder.path().to_owned();
        let mut server =
            Self { guard: Some(guard), folder: Some(folder), path, superuser, template: None, lock: Arc::new(lock) };
        server.wait_until_ready()?;
        Ok(server)
    }

    fn wait_until_ready(&mut self) -> Result<(), ScratchError> {
        let deadline = Instant::now() + Duration::from_secs(30);
        let config = self.superuser_config("template1");
        let socket = self.path.join(format!(".s.PGSQL.{PORT}"));
        loop {
            // Connecting before the socket is there would cost a thread and a runtime each time.
            if socket.exists() && config.connect(NoTls).is_ok() {
                return Ok(());
            }
            let ended = !self.path.join("data/postmaster.pid").exists() && self.path.join("log").exists() && {
                // The pid file appears within milliseconds of the log.
                sleep(Duration::from_millis(50));
                !self.path.join("data/postmaster.pid").exists()
            };
            let log = fs::read_to_string(self.path.join("log")).unwrap_or_default();
            if Instant::now() > deadline || (ended && !log.is_empty()) {
                return Err(ScratchError::NotStarted { log: log.trim().to_owned() });
            }
            sleep(Duration::from_millis(2));
        }
    }

    /// As the role that migrations run as.
    pub(crate) fn config(&self, database: &str) -> postgres::Config {
        self.config_of(MIGRATION_ROLE, database)
    }

    pub(crate) fn superuser_config(&self, database: &str) -> postgres::Config {
        self.config_of(&self.superuser, database)
    }

    /// For a program that takes PostgreSQL's environment variables.
    pub(crate) fn describe_connection(&self, database: &str, command: &mut Command) {
        command
            .env("PGHOST", &self.path)
            .env("PGPORT", PORT.to_string())
            .env("PGUSER", &self.superuser)
            .env("PGDATABASE", database);
    }

    fn config_of(&self, user: &str, database: &str) -> postgres::Config {
        let mut config = postgres::Config::new();
        config.host_path(&self.path).port(PORT).user(user).dbname(database).application_name("pgmason");
        config
    }

    /// The secret that lets a session of the database run one statement as superuser.
    pub(crate) fn make_secret(&self, database: &str) -> Result<String, ScratchError> {
        let random = || RandomState::new().build_hasher().finish();
        let secret = format!("{:016x}{:016x}", random(), random());
        let digest: String = Sha256::digest(&secret).iter().map(|byte| format!("{byte:02x}")).collect();
        let mut client = self.superuser_config(database).connect(NoTls)?;
        client.batch_execute(&format!(
            "CREATE OR REPLACE FUNCTION pgmason_scratch.secret_digest() RETURNS bytea LANGUAGE sql \
             AS 'SELECT ''\\x{digest}''::bytea'"
        ))?;
        Ok(secret)
    }

    pub(crate) fn create_database(&mut self, name: &str) -> Result<(), ScratchError> {
        // Nobody has been in the template yet, so the server has not looked for its files either.
        if let Some((from, to)) = self.template.take() {
            copy::folder(&from, &to, unprivileged::user()?, None)?;
        }
        let mut client = self.superuser_config("template1").connect(NoTls)?;
        client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE_DATABASE} OWNER {MIGRATION_ROLE}"))?;
        drop(client);
        self.copy_settings(TEMPLATE_DATABASE, name)
    }

    pub(crate) fn copy_database(&self, original: &str, name: &str) -> Result<(), ScratchError> {
        let mut client = self.superuser_config("template1").connect(NoTls)?;
        wait_for_sessions_to_end(&mut client, original)?;
        client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {original} OWNER {MIGRATION_ROLE}"))?;
        client.execute(include_str!("copy_settings.sql"), &[&original, &name])?;
        Ok(())
    }

    pub(crate) fn drop_database(&self, name: &str) -> Result<(), ScratchError> {
        let mut client = self.superuser_config("template1").connect(NoTls)?;
        Ok(client.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))?)
    }

    /// `ALTER DATABASE … SET` does not go along with a template.
    pub(crate) fn copy_settings(&self, from: &str, to: &str) -> Result<(), ScratchError> {
        let mut client = self.superuser_config("template1").connect(NoTls)?;
        client.execute(include_str!("copy_settings.sql"), &[&from, &to])?;
        Ok(())
    }

    /// Stops the server cleanly and hands its folder back, still locked: another run would sweep it otherwise.
    pub(crate) fn stop(mut self) -> Result<(TempDir, Arc<File>), ScratchError> {
        let folder = self.folder.take();
        self.shut_down();
        let folder = folder.ok_or(ScratchError::NotStarted { log: String::new() })?;
        Ok((folder, Arc::clone(&self.lock)))
    }

    fn shut_down(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            drop(guard.wait());
        }
    }
}

/// A session ends a moment after its client has gone. CREATE DATABASE would look again only every 100 ms.
pub(crate) fn wait_for_sessions_to_end(client: &mut Client, database: &str) -> Result<(), ScratchError> {
    let deadline = Instant::now() + Duration::from_secs(2);
    while Instant::now() < deadline {
        let row = client.query_one(include_str!("sessions_of_database.sql"), &[&database])?;
        if row.get::<_, i64>(0) == 0 {
            break;
        }
        sleep(Duration::from_millis(1));
    }
    Ok(())
}

impl Drop for Server {
    /// The guard is told, and not waited for: it removes the folder while this process goes on, or ends.
    fn drop(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            if let Some(folder) = self.folder.take() {
                drop(folder.keep());
            }
        }
    }
}

/// The mark of an owner who is alive. A folder without one is left alone, so it comes first.
pub(crate) fn lock(folder: &Path) -> Result<File, ScratchError> {
    let path = folder.join(sweep::LOCK);
    // Locked before it has its name: a sweep between the two would take the folder for abandoned.
    let nameless = folder.join("owner.lock.new");
    let file = File::create(&nameless).map_err(ScratchError::file("create", &nameless))?;
    file.lock().map_err(ScratchError::file("lock", &nameless))?;
    fs::rename(&nameless, &path).map_err(ScratchError::file("rename to", &path))?;
    Ok(file)
}
