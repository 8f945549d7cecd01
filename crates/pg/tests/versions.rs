//! Every introspection query is understood by this server's version, and by its file name's rules.

use pgmason_model::ServerVersion;
use pgmason_pg::introspect::queries_for;

use crate::support::{Database, version};

#[test]
fn every_query_prepares_on_this_server() {
    let database = Database::new();
    let mut client = database.client();
    let version = version(&mut client);
    client.batch_execute("SET search_path = pg_catalog").unwrap();
    let queries = queries_for(version);
    assert!(queries.len() > 30, "{}", queries.len());
    for (name, sql) in queries {
        if let Err(error) = client.prepare(&sql) {
            panic!("{name} on {version}: {error:?}");
        }
    }
}

#[test]
fn every_query_states_its_purpose_and_minimum_version() {
    for (name, sql) in queries_for(ServerVersion(170_005)) {
        assert!(sql.starts_with("-- "), "{name} does not begin with a comment");
        let comment: Vec<&str> = sql.lines().take_while(|line| line.starts_with("-- ")).collect();
        assert!(comment.join(" ").contains("PostgreSQL 13 and newer."), "{name} does not state its minimum version");
        assert!(!sql.contains("--@"), "{name} keeps a gate");
    }
}
