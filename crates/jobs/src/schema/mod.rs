//! Schema files: one from several, several from one schema.

pub mod assemble;
pub mod proof;
pub(crate) mod settle;
