//! The same schema gives the same bytes, and a catalog survives JSON.

use pgmason_model::Catalog;

use crate::support::{Database, read};

fn json(catalog: &Catalog) -> String {
    serde_json::to_string(catalog).expect("JSON")
}

#[test]
fn two_readings_give_the_same_bytes() {
    let database = Database::with_every_kind();
    assert_eq!(json(&database.catalog()), json(&database.catalog()));
}

#[test]
fn the_same_sql_in_two_databases_gives_equal_catalogs() {
    let first = Database::with_every_kind();
    // Other OIDs, other physical order.
    let second = Database::with_every_kind();
    let mut client = second.client();
    client.batch_execute("CREATE TABLE gone (a integer); DROP TABLE gone").unwrap();
    client.batch_execute("VACUUM FULL pg_class").unwrap();
    assert_eq!(json(&first.catalog()), json(&second.catalog()));
}

#[test]
fn settings_of_the_session_change_nothing() {
    let database = Database::with_every_kind();
    let mut client = database.client();
    client
        .batch_execute(
            "SET search_path = shop, public; SET DateStyle = 'SQL, DMY'; SET TimeZone = 'Asia/Tokyo';
             SET IntervalStyle = 'iso_8601'; SET quote_all_identifiers = on; SET bytea_output = escape",
        )
        .unwrap();
    assert_eq!(json(&read(&mut client)), json(&database.catalog()));
    let path: String = client.query_one("SHOW search_path", &[]).unwrap().get(0);
    assert_eq!(path, "shop, public", "the session keeps its own settings");
}

#[test]
fn a_catalog_survives_json() {
    let database = Database::with_every_kind();
    let options = pgmason_pg::IntrospectOptions { statistics: true, ..Default::default() };
    let catalog = pgmason_pg::introspect(&mut database.client(), &options).unwrap();
    let statistics = catalog.statistics.as_ref().expect("statistics");
    assert!(!statistics.tables.is_empty() && !statistics.indexes.is_empty() && !statistics.sequences.is_empty());
    let back: Catalog = serde_json::from_str(&json(&catalog)).unwrap();
    assert!(back == catalog, "the catalog read from its own JSON differs");
}
