//! A pgbouncer before a server.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::cluster::free_port;
use crate::{Cluster, Folder, PATIENCE, run_as_unprivileged, until};

/// A running pgbouncer, ended when dropped.
pub struct Pooler {
    child: Child,
    port: u16,
    user: &'static str,
    _folder: Folder,
}

impl Pooler {
    /// `mode`: `session`, `transaction` or `statement`. Fails the test where pgbouncer is not installed.
    pub fn start(cluster: &Cluster, mode: &str) -> Self {
        // Debian puts it where the search path of a user does not lead.
        let path = std::env::var_os("PATH").unwrap_or_default();
        let program = std::iter::once("/usr/sbin".into())
            .chain(std::env::split_paths(&path))
            .map(|folder: PathBuf| folder.join("pgbouncer"))
            .find(|program| program.exists())
            .expect("this test needs pgbouncer: install it (Debian and Ubuntu: `apt install pgbouncer`)");
        let folder = Folder::new();
        let port = free_port();
        let (host, server_port) = cluster.socket();
        // `any` takes every client for the user that the database's line names, and the socket trusts that one.
        let configuration = folder.write(
            "pgbouncer.ini",
            format!(
                "[databases]\n* = host={host} port={server_port} user={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
                 listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {mode}\n",
                cluster.superuser()
            ),
        );
        let mut command = Command::new(program);
        command.arg("-q").arg(&configuration).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = run_as_unprivileged(command.current_dir("/")).spawn().unwrap();
        let pooler = Self { child, port, user: cluster.superuser(), _folder: folder };
        let ready = until(PATIENCE, || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        assert!(ready, "pgbouncer does not answer");
        pooler
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://{}@127.0.0.1:{}/{database}?sslmode=disable", self.user, self.port)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
