//! Servers start, side by side, and are gone afterwards.

use pgmason_scratch::{Baseline, Engine, MIGRATION_ROLE, Scratch, ScratchOptions};
use pgmason_testkit::{PATIENCE, embedded_server, local_server, processes_about, until};

fn options(engine: Engine, baseline: Baseline) -> ScratchOptions {
    ScratchOptions { engine, baseline, ..ScratchOptions::default() }
}

#[test]
fn both_engines_start_with_both_baselines() {
    for baseline in Baseline::ALL {
        for (mut server, kind) in [(embedded_server(baseline), "embedded"), (local_server(None, baseline), "local")] {
            assert!(server.describe().starts_with(&format!("{kind} PostgreSQL ")), "{}", server.describe());
            assert!(server.version().major() >= 13);
            assert_eq!(server.baseline(), baseline);
            let database = server.create_database().unwrap();
            let row = database.connect().unwrap().query_one(
                "SELECT current_user::text, pg_get_userbyid(datdba)::text, rolsuper::text \
                 FROM pg_database, pg_roles WHERE datname = current_database() AND rolname = current_user",
                &[],
            );
            let row = row.unwrap();
            let facts: [&str; 3] = [row.get(0), row.get(1), row.get(2)];
            assert_eq!(facts, [MIGRATION_ROLE, MIGRATION_ROLE, "false"], "{kind} {baseline:?}");
        }
    }
}

#[test]
fn every_database_is_fresh_and_has_the_baselines_settings() {
    let mut server = embedded_server(Baseline::Supabase);
    for _ in 0..3 {
        let database = server.create_database().unwrap();
        let mut client = database.connect().unwrap();
        client
            .batch_execute("CREATE TABLE only_here (id int); INSERT INTO auth.users (id) VALUES (gen_random_uuid())")
            .unwrap();
        let users: i64 = client.query_one("SELECT count(*) FROM auth.users", &[]).unwrap().get(0);
        assert_eq!(users, 1);
        let path: String = client.query_one("SELECT current_setting('search_path')", &[]).unwrap().get(0);
        assert_eq!(path, "\"$user\", public, extensions");
    }
}

#[test]
fn the_wanted_major_is_taken_where_it_is_installed() {
    let major = local_server(None, Baseline::Plain).version().major();
    let auto = ScratchOptions { major: Some(major), ..options(Engine::Auto, Baseline::Plain) };
    let server = Scratch::open(&auto, &|_| {}).unwrap();
    assert_eq!((server.version().major(), server.describe().starts_with("local")), (major, true));
    // No such server anywhere: the embedded one.
    let auto = ScratchOptions { major: Some(12), ..options(Engine::Auto, Baseline::Plain) };
    let server = Scratch::open(&auto, &|_| {}).unwrap();
    assert!(server.describe().starts_with("embedded"), "{}", server.describe());
}

#[test]
fn servers_of_one_process_do_not_meet() {
    let open = || Scratch::open(&options(Engine::Embedded, Baseline::Plain), &|_| {}).unwrap();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3)
            .map(|number: i32| {
                scope.spawn(move || {
                    let mut server = open();
                    let database = server.create_database().unwrap();
                    let mut client = database.connect().unwrap();
                    client.batch_execute(&format!("CREATE TABLE mine AS SELECT {number} AS number")).unwrap();
                    let number: i32 = client.query_one("SELECT number FROM mine", &[]).unwrap().get(0);
                    number
                })
            })
            .collect();
        let numbers: Vec<i32> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert_eq!(numbers, [0, 1, 2]);
    });
}

#[test]
fn a_dropped_server_leaves_no_folder_and_no_process() {
    let mut server = Scratch::open(&options(Engine::Embedded, Baseline::Plain), &|_| {}).unwrap();
    let database = server.create_database().unwrap();
    let query = "SELECT current_setting('unix_socket_directories')::text";
    let folder: String = database.connect().unwrap().query_one(query, &[]).unwrap().get(0);
    assert!(std::path::Path::new(&folder).is_dir());
    assert!(!processes_about(&folder).is_empty());
    drop(server);
    // The guard does it while we go on.
    let gone = until(PATIENCE, || !std::path::Path::new(&folder).exists() && processes_about(&folder).is_empty());
    assert!(gone, "{folder}: {:?}", processes_about(&folder));
}
