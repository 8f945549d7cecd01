//! The one holder of a connection: connect, introspect, run statements.

pub mod connect;
pub mod connection_string;
pub mod execute;
pub mod history;
pub mod interrupt;
pub mod introspect;
pub mod pipeline;
pub mod restructure;
pub mod run;
mod tls;

pub use connect::{ConnectError, ConnectOptions, ServerFacts, connect, server_facts};
pub use connection_string::ConnectionString;
pub use introspect::{IntrospectError, IntrospectOptions, Platform, introspect};
pub use pipeline::Pipeline;
