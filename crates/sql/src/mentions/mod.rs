//! Which relations, columns and texts a statement mentions, and where: for whoever looks for the uses of a name.
//!
//! - Read from squawk's syntax tree; what the tree does not say is not mentioned. `complete` tells whether all was read.
//! - Tables of columns are told from the statement alone. Where that leaves a choice, the mention is not `certain`.
//! - Names are folded; spans are byte ranges of the text given.

mod bodies;
mod resolve;
#[cfg(test)]
mod tests;
mod tree;
mod walk;

use crate::Name;
use crate::ir::Span;

pub use bodies::{mentions_in_body, mentions_in_statement};

/// A mention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// What.
    pub what: Mentioned,
    /// Where it stands, with the schema where one is written; of a text without its quotes.
    pub span: Span,
    /// The statement leaves no choice.
    pub certain: bool,
}

/// What a place of a statement stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mentioned {
    /// A relation, looked up by its name.
    Relation {
        /// As written, folded.
        name: Name,
    },
    /// The name of a relation of the same statement: `emails` in `emails.subject`, where it has no other alias.
    Qualifier {
        /// The relation.
        name: Name,
    },
    /// A type, which may be that of a relation's rows.
    Type {
        /// As written, folded.
        name: Name,
    },
    /// A column.
    Column {
        /// Its folded name.
        name: String,
        /// The relations that it may be a column of; empty where the statement does not tell.
        of: Vec<Name>,
        /// The column's name becomes the name of an output column.
        output: bool,
        /// It is one of `JOIN … USING (…)`: both sides have to have it.
        joined: bool,
    },
    /// A string constant that says what it says without escapes.
    Text {
        /// Its value.
        value: String,
        /// What stands around it.
        context: TextContext,
    },
}

/// What stands around a string constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextContext {
    /// Nothing that says more.
    Alone,
    /// `'…'::type`, `CAST ('…' AS type)`, or a label of the enum type in its own definition.
    Cast(Name),
    /// An argument of this function.
    Argument(String),
    /// Compared with this column.
    Compared(String),
}

/// What was found in a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mentions {
    /// In the order of their places.
    pub found: Vec<Mention>,
    /// All of the text was read.
    pub complete: bool,
}
