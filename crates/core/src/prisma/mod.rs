//! Prisma's schema language: read by a parser of our own, written as DDL, and compared as Prisma would.
//!
//! - What the DDL means is PostgreSQL's to say: a Prisma schema becomes a catalog by being run in a scratch database.
//! - What Prisma cannot see is never drift of a Prisma schema; it is counted.
//! - The rules are those of Prisma's own schema engine, versions 5 to 7.

pub mod compare;
mod defaults;
mod lexer;
mod names;
mod parser;
mod place;
mod print;
mod read;
mod render;
mod schema;
mod syntax;
#[cfg(test)]
mod tests;
mod types;

pub use parser::parse;
pub use place::{Place, PrismaError};
pub use read::read;
pub use render::{PrismaStatement, statements};
pub use schema::*;
pub use syntax::Document;
