//! A standby that follows a server, of the same programs: `pg_basebackup` is not in every package of servers.

use std::fs;
use std::process::Command;

use crate::cluster::{give_away, run};
use crate::{Cluster, Folder, PATIENCE, until};

impl Cluster {
    /// A standby of this server, as far as it had come when asked for.
    pub fn follower(&self) -> Cluster {
        let folder = Folder::new();
        give_away(folder.path());
        let data = folder.join("data");
        let mut client = self.client("postgres");
        // They had other names before PostgreSQL 15.
        let version: i32 = client.query_one("SELECT current_setting('server_version_num')::int", &[]).unwrap().get(0);
        let (begin, end) = if version < 150_000 {
            ("SELECT pg_start_backup('follower', true, false)", "SELECT labelfile FROM pg_stop_backup(false, false)")
        } else {
            ("SELECT pg_backup_start('follower', true)", "SELECT labelfile FROM pg_backup_stop(false)")
        };
        client.batch_execute(begin).unwrap();
        run(Command::new("cp").arg("-Rp").arg(self.folder.join("data")).arg(&data));
        let label: String = client.query_one(end, &[]).unwrap().get(0);
        fs::write(data.join("backup_label"), label).unwrap();
        give_away(&data.join("backup_label"));
        fs::remove_file(data.join("postmaster.pid")).unwrap();
        let (host, port) = self.socket();
        let configuration = data.join("postgresql.auto.conf");
        let settings = fs::read_to_string(&configuration).unwrap();
        let from = format!("host={host} port={port} user={} application_name=follower", self.superuser);
        fs::write(&configuration, format!("{settings}primary_conninfo = '{from}'\n")).unwrap();
        fs::write(data.join("standby.signal"), "").unwrap();
        let follower = Cluster::run(folder, self.binaries.clone(), self.superuser);
        let follows = until(PATIENCE, || {
            let row = client.query_one("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'", &[]);
            row.unwrap().get::<_, i64>(0) > 0
        });
        assert!(follows, "the standby does not follow");
        follower
    }
}
