//! How a way from one schema to another is to be planned.

use std::collections::BTreeSet;

use pgmason_model::Identifier;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiffOptions {
    /// Owners are part of the schema. Otherwise each object keeps the owner it has, new ones belong to `creator`, and
    /// what an owner may do with its own objects is not compared.
    pub owners: bool,
    /// The role that will run the statements: what it makes belongs to it, and gets its default privileges.
    pub creator: Identifier,
    /// Ways that keep others working while the statements run: indexes CONCURRENTLY, constraints NOT VALID first.
    pub online: bool,
    /// Tables are written anew to bring their columns into order.
    pub reorder_columns: bool,
    /// What may be lost, as `drop-table:public.x`; `*` for anything.
    pub allow: BTreeSet<String>,
}
