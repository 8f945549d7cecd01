//! What the connection and the introspection do, against a real server.

mod backfill;
mod connecting;
mod determinism;
mod every_kind;
mod platform;
mod privileges;
mod second_connection;
mod support;
mod versions;
