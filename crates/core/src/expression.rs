//! Reads the text of PostgreSQL expressions: tokens, calls, columns, subselects, and what AND and OR join.
//!
//! Meant for PostgreSQL's own deparse (policies, checks, defaults, view definitions), where parentheses are explicit
//! and every name outside `pg_catalog` is qualified; function bodies can be looked through as well. It never fails: text
//! that it does not understand yields fewer names, never wrong structure, and all spans are byte offsets into the text.

mod condition;
mod from_clause;
mod names;
mod subselects;
mod tokens;

pub use condition::{Condition, condition, conjuncts, disjuncts, is_constant_false, is_constant_true};
pub use from_clause::{Relation, outermost_relations, relations};
pub use names::{Call, ColumnReference, calls, column_references};
pub use subselects::{Subselect, SubselectKind, subselects, without_scalar_wrappers};
pub use tokens::{Token, TokenKind, string_literals, tokens};
