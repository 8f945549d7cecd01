//! A large schema is read over two connections in one snapshot, and reads the same.

use pgmason_pg::{IntrospectOptions, introspect};

use crate::support::Database;

#[test]
fn two_connections_read_what_one_reads() {
    let database = Database::new();
    let mut client = database.client();
    let sql = "DO $$ BEGIN
        FOR number IN 1..2000 LOOP
            EXECUTE format('CREATE TABLE table_%s (id integer PRIMARY KEY, other integer REFERENCES table_%s)',
                number, greatest(number - 1, 1));
            IF number % 100 = 0 THEN COMMIT; END IF;
        END LOOP;
    END $$";
    client.batch_execute(sql).unwrap();
    let options = |second_connection| IntrospectOptions { second_connection, ..Default::default() };
    let alone = introspect(&mut client, &options(None)).unwrap();
    let together = introspect(&mut client, &options(Some(database.connection.clone()))).unwrap();
    assert!(alone.objects.len() > 10_000);
    assert!(alone == together, "two connections read something else");
    // A helper that cannot connect is done without.
    let nowhere = database.connection.with_database("pgmason_never_made");
    assert!(introspect(&mut client, &options(Some(nowhere))).unwrap() == alone);
}
