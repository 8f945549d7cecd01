//! Data folders with the baseline in them, made once per server and baseline, and then only copied.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pgmason_model::ObjectId;
use pgmason_pg::IntrospectOptions;

use crate::database::MIGRATION_ROLE;
use crate::installation::Installation;
use crate::server::{self, Server};
use crate::{Baseline, Progress, ScratchError, cache, copy, place, sweep, unprivileged};

/// The database that further ones are copied from.
pub(crate) const TEMPLATE_DATABASE: &str = "pgmason_baseline";

/// In the data folder: the ids of the baseline's objects.
const PLATFORM_FILE: &str = "platform.json";

/// In the data folder: where the template's files are.
const TEMPLATE_FOLDER_FILE: &str = "template_folder";

pub(crate) fn data_folder(
    installation: &Installation,
    baseline: Baseline,
    cache: &Path,
    progress: &dyn Fn(Progress),
) -> Result<PathBuf, ScratchError> {
    let key = cache::key([
        installation.key.as_bytes(),
        baseline.scripts().concat().as_bytes(),
        include_bytes!("prepared.rs"),
        include_bytes!("elevate.sql"),
    ]);
    let folder = cache.join(format!("data-{}-{}-{key}", installation.version, baseline.name()));
    if !folder.exists() {
        progress(Progress::Preparing(baseline));
    }
    cache::make_once(&folder, |folder| prepare(folder, installation, baseline))?;
    Ok(folder)
}

fn prepare(folder: &Path, installation: &Installation, baseline: Baseline) -> Result<(), ScratchError> {
    let user = unprivileged::user()?;
    // Not in the cache folder: the unprivileged user may not write there.
    let making = tempfile::Builder::new()
        .prefix(&format!("{}prepare-", sweep::PREFIX))
        .tempdir_in(place::folder())
        .map_err(ScratchError::file("create a folder in", place::folder()))?;
    unprivileged::give(making.path(), user)?;
    let lock = server::lock(making.path())?;
    let data = making.path().join("data");
    initdb(&data, installation, baseline, user)?;
    let server = Server::start_in(making, lock, installation, baseline.superuser())?;
    load(&server, baseline)?;
    let platform = platform_ids(&server)?;
    let template = template_folder(&server)?;
    let (making, _lock) = server.stop()?;
    let list = making.path().join("data").join(PLATFORM_FILE);
    fs::write(&list, platform).map_err(ScratchError::file("write", &list))?;
    let name = making.path().join("data").join(TEMPLATE_FOLDER_FILE);
    fs::write(&name, template).map_err(ScratchError::file("write", &name))?;
    // Copied as this process's own user, so that every later run can read it.
    copy::folder(&making.path().join("data"), folder, None, None)
}

fn initdb(
    data: &Path,
    installation: &Installation,
    baseline: Baseline,
    user: Option<unprivileged::User>,
) -> Result<(), ScratchError> {
    let mut command = Command::new(&installation.initdb);
    command
        .arg("--pgdata")
        .arg(data)
        // One-megabyte segments: 15 MB less to copy at every start.
        .args(["--username", baseline.superuser(), "--auth", "trust", "--encoding", "UTF8", "--locale", "C"])
        .args(["--no-sync", "--wal-segsize", "1"])
        .current_dir("/")
        .env_remove("PGDATA")
        .env("LC_ALL", "C");
    let output = unprivileged::run_as(&mut command, user)
        .output()
        .map_err(|source| ScratchError::Program { program: installation.initdb.clone(), source })?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    Err(ScratchError::ProgramFailed { program: "initdb", output: text.trim().to_owned() })
}

/// Where the template's files are, inside the data folder. They are a third of it and copied only when a second
/// database is asked for.
fn template_folder(server: &Server) -> Result<String, ScratchError> {
    let mut client = server.superuser_config("template1").connect(postgres::NoTls)?;
    let row = client.query_one(
        "SELECT 'base/' || oid::text FROM pg_catalog.pg_database WHERE datname = $1",
        &[&TEMPLATE_DATABASE],
    )?;
    Ok(row.try_get(0)?)
}

/// Reads what [`template_folder`] found.
pub(crate) fn read_template_folder(folder: &Path) -> Result<PathBuf, ScratchError> {
    let path = folder.join(TEMPLATE_FOLDER_FILE);
    Ok(PathBuf::from(fs::read_to_string(&path).map_err(ScratchError::file("read", &path))?))
}

/// Every object of the baseline, as a JSON list of ids.
fn platform_ids(server: &Server) -> Result<Vec<u8>, ScratchError> {
    let mut client = server.superuser_config(TEMPLATE_DATABASE).connect(postgres::NoTls)?;
    let catalog = pgmason_pg::introspect(&mut client, &IntrospectOptions::default())?;
    let ids: Vec<&ObjectId> = catalog.objects.keys().collect();
    serde_json::to_vec(&ids).map_err(ScratchError::PlatformList)
}

/// Reads what [`platform_ids`] wrote.
pub(crate) fn read_platform(folder: &Path) -> Result<BTreeSet<ObjectId>, ScratchError> {
    let path = folder.join(PLATFORM_FILE);
    let text = fs::read(&path).map_err(ScratchError::file("read", &path))?;
    serde_json::from_slice(&text).map_err(ScratchError::PlatformList)
}

fn load(server: &Server, baseline: Baseline) -> Result<(), ScratchError> {
    let refused = |error: postgres::Error| ScratchError::Baseline {
        baseline: baseline.name(),
        message: error.as_db_error().map_or_else(|| error.to_string(), |error| error.to_string()),
    };
    let mut client = server.superuser_config("postgres").connect(postgres::NoTls)?;
    for script in baseline.scripts() {
        client.batch_execute(script).map_err(refused)?;
    }
    client.batch_execute(include_str!("elevate.sql")).map_err(refused)?;
    drop(client);
    let mut client = server.superuser_config("template1").connect(postgres::NoTls)?;
    // template0 is never used here; without it there is a quarter less to copy.
    client.batch_execute("UPDATE pg_catalog.pg_database SET datistemplate = false WHERE datname = 'template0'")?;
    client.batch_execute("DROP DATABASE template0")?;
    client.batch_execute(&format!("CREATE DATABASE {TEMPLATE_DATABASE} TEMPLATE postgres OWNER {MIGRATION_ROLE}"))?;
    server.copy_settings("postgres", TEMPLATE_DATABASE)?;
    Ok(())
}
