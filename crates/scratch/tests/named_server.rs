//! A scratch on a server that the user names: used, and left as it was.

use std::collections::BTreeSet;

use pgmason_scratch::{Baseline, Engine, Scratch, ScratchError, ScratchOptions};
use pgmason_testkit::{Cluster, ClusterOptions, read_catalog};

fn names(cluster: &Cluster) -> BTreeSet<String> {
    let sql = "SELECT 'database ' || datname FROM pg_database UNION ALL SELECT 'role ' || rolname FROM pg_roles";
    cluster.client("postgres").query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect()
}

fn options(cluster: &Cluster, baseline: Baseline) -> ScratchOptions {
    ScratchOptions { engine: Engine::Url(cluster.connection("postgres")), baseline, ..ScratchOptions::default() }
}

#[test]
fn both_baselines_work_and_nothing_is_left() {
    let cluster = Cluster::start(&ClusterOptions::default());
    let before = names(&cluster);
    for baseline in Baseline::ALL {
        let mut server = Scratch::open(&options(&cluster, baseline), &|_| {}).unwrap();
        assert!(server.describe().contains(" at "), "{}", server.describe());
        for _ in 0..2 {
            let database = server.create_database().unwrap();
            assert!(database.secret().is_none());
            let mut client = database.connect().unwrap();
            client.batch_execute("CREATE TABLE t (id int PRIMARY KEY)").unwrap();
            if baseline == Baseline::Supabase {
                let sql = "SELECT has_table_privilege('anon', 't', 'SELECT') AND auth.uid() IS NULL";
                assert!(client.query_one(sql, &[]).unwrap().get::<_, bool>(0));
            }
            let new = read_catalog(&database).objects.into_keys().filter(|id| !server.platform().contains(id));
            let new: Vec<String> = new.map(|id| id.to_string()).collect();
            assert!(new.iter().all(|id| id.contains('t')) && !new.is_empty(), "{new:?}");
        }
        assert!(names(&cluster).len() > before.len());
        drop(server);
        assert_eq!(names(&cluster), before, "{baseline:?}");
    }
}

#[test]
fn a_role_without_rights_is_told() {
    let cluster = Cluster::start(&ClusterOptions::default());
    cluster.sql("postgres", "CREATE ROLE maker LOGIN CREATEDB; CREATE ROLE nobody_much LOGIN");
    let open = |user: &str, baseline| {
        let engine = Engine::Url(cluster.url(user, "postgres").parse().unwrap());
        Scratch::open(&ScratchOptions { engine, baseline, ..ScratchOptions::default() }, &|_| {})
    };
    let Err(error) = open("maker", Baseline::Supabase) else { panic!("it opened") };
    assert!(matches!(&error, ScratchError::NeedsSuperuser { user } if user == "maker"), "{error}");
    assert!(error.hint().is_some());

    let mut plain = open("maker", Baseline::Plain).unwrap();
    plain.create_database().unwrap().connect().unwrap().batch_execute("CREATE TABLE t (id int)").unwrap();

    let mut powerless = open("nobody_much", Baseline::Plain).unwrap();
    let Err(error) = powerless.create_database() else { panic!("it made a database") };
    assert!(error.to_string().contains("permission denied"), "{error}");
}
