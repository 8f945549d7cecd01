//! Schema files: one from several, several from one schema.

pub mod assemble;
pub(crate) mod baseline;
pub(crate) mod domains;
pub mod proof;
pub mod split;
