//! The pure data that every part of pgmason speaks: identifiers, the catalog, findings and plans.
//!
//! Nothing here does IO, knows a parser or holds a connection.

pub mod catalog;
pub mod difference;
pub mod finding;
pub mod identifier;
pub mod plan;
pub mod restructure;

pub use catalog::{Catalog, Object, ObjectId, ObjectKind, ServerVersion};
pub use finding::{Finding, FindingObject, Fix, Level};
pub use identifier::{Identifier, QualifiedName, is_keyword, needs_quoting, quote_literal};
