//! What a role with few rights sees, and how the catalog says what it could not.

use pgmason_model::{Object, ObjectId, ObjectKind};
use pgmason_pg::{ConnectOptions, connect, introspect};

use crate::support::Database;

#[test]
fn a_role_without_rights_reads_the_same_objects() {
    let database = Database::with_every_kind();
    let everything = database.catalog();
    let weak = database.connection.with_parameter("user", "pgmason_app");
    let mut client = connect(&weak, &ConnectOptions::default()).expect("pgmason_app may log in");
    let catalog = introspect(&mut client, &pgmason_pg::IntrospectOptions::default()).unwrap();
    let missing: Vec<String> =
        everything.objects.keys().filter(|id| catalog.get(id).is_none()).map(ToString::to_string).collect();
    assert_eq!(missing, Vec::<String>::new());
    let unread: Vec<&str> = catalog.not_checked.iter().map(|entry| entry.what.as_str()).collect();
    assert!(unread.contains(&"connection of the subscription copied"), "{unread:?}");
    let copied = ObjectId::global(ObjectKind::Subscription, "copied");
    let Some(Object::Subscription(subscription)) = catalog.get(&copied) else { panic!("no subscription") };
    assert_eq!((subscription.connection.clone(), subscription.publications.len()), (None, 2));
    assert!(unread.contains(&"options of the user mapping for public on far"), "{unread:?}");
}

#[test]
fn a_forbidden_catalog_is_recorded_and_the_rest_is_read() {
    let database = Database::with("CREATE TABLE a (id integer PRIMARY KEY)");
    database
        .client()
        .batch_execute("REVOKE SELECT ON pg_catalog.pg_statistic_ext, pg_catalog.pg_publication FROM PUBLIC")
        .unwrap();
    let weak = database.connection.with_parameter("user", "pgmason_reader");
    let mut client = connect(&weak, &ConnectOptions::default()).expect("pgmason_reader may log in");
    let catalog = introspect(&mut client, &pgmason_pg::IntrospectOptions::default()).unwrap();
    let unread: Vec<(&str, &str)> =
        catalog.not_checked.iter().map(|entry| (entry.what.as_str(), entry.reason.as_str())).collect();
    assert_eq!(
        unread,
        [
            ("extended statistics", "permission denied for table pg_statistic_ext"),
            ("publications", "permission denied for table pg_publication"),
        ]
    );
    assert!(catalog.objects.keys().any(|id| id.name == "a"));
}
