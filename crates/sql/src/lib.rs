//! The one user of the SQL parser: splits files into statements, reads each into a small IR with spans, and scans plpgsql bodies.
//!
//! It does no IO, knows no schema, and nothing of the parser shows in its API. It never panics and never drops text: what it cannot
//! read is a `SplitProblem`, `StatementKind::Unparsed` or a `syntax_error`.

pub mod decode;
pub mod directive;
pub mod facts;
pub mod ignore;
mod ir;
mod lexer;
pub mod mentions;
mod name;
mod normalise;
pub mod plpgsql;
mod read;
pub mod rename_directive;
pub mod split;
pub mod types;

pub use ir::*;
pub use name::{Name, fold_identifier};
pub use normalise::normalise;
pub use read::parse_statement;
