//! Why a connection fails, told precisely and without a secret.

use std::net::TcpListener;
use std::time::Duration;

use pgmason_pg::{ConnectError, ConnectOptions, ConnectionString, connect, server_facts};

use crate::support::{Database, server};

fn failure(connection: &ConnectionString) -> ConnectError {
    let options = ConnectOptions { connect_timeout: Duration::from_secs(2), ..Default::default() };
    match connect(connection, &options) {
        Ok(_) => panic!("{connection} let us in"),
        Err(error) => {
            for text in [error.to_string(), format!("{error:?}"), error.hint()] {
                assert!(!text.contains("hunter2"), "{text}");
            }
            assert!(!error.hint().is_empty());
            error
        }
    }
}

fn parsed(text: &str) -> ConnectionString {
    text.parse().expect("a connection string")
}

#[test]
fn facts_about_the_server() {
    let database = Database::new();
    let facts = server_facts(&mut database.client()).unwrap();
    assert!(facts.version.major() >= 13);
    assert!(!facts.in_recovery && facts.superuser);
    assert_eq!(facts.database, database.connection.database());
}

#[test]
fn no_such_database() {
    let error = failure(&server().with_database("pgmason_never_made").with_parameter("password", "hunter2"));
    assert!(
        matches!(&error, ConnectError::NoSuchDatabase { database, .. } if database == "pgmason_never_made"),
        "{error:?}"
    );
}

#[test]
fn nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = failure(&parsed(&format!("postgres://me:hunter2@127.0.0.1:{port}/app")));
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
    let error = failure(&parsed("postgres://me:hunter2@%2Fnowhere%2Fat%2Fall/app"));
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
}

#[test]
fn the_host_is_not_known() {
    let error = failure(&parsed("postgres://me:hunter2@no-such-host.invalid/app"));
    assert!(matches!(&error, ConnectError::HostNotFound { host } if host == "no-such-host.invalid"), "{error:?}");
}

#[test]
fn a_listener_that_says_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let silent = std::thread::spawn(move || {
        let held = listener.accept();
        std::thread::sleep(Duration::from_secs(4));
        drop(held);
    });
    let started = std::time::Instant::now();
    let error = failure(&parsed(&format!("postgres://me:hunter2@127.0.0.1:{port}/app?sslmode=disable")));
    assert!(matches!(error, ConnectError::Timeout { .. }), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(4));
    silent.join().unwrap();
}

#[test]
fn a_read_only_session_refuses_to_write() {
    let database = Database::new();
    let options = ConnectOptions { read_only: true, ..Default::default() };
    let mut client = connect(&database.connection, &options).unwrap();
    let error = client.batch_execute("CREATE TABLE a (b integer)").unwrap_err();
    assert_eq!(error.code().map(|code| code.code()), Some("25006"));
}
