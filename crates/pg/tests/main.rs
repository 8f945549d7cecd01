//! What the connection and the introspection do, against a real server: the one that `PGMASON_TEST_DATABASE_URL` names.

mod connecting;
mod determinism;
mod every_kind;
mod platform;
mod privileges;
mod second_connection;
mod support;
mod versions;
