//! Schemas.

use pgmason_model::ObjectId;
use pgmason_model::catalog::Schema;

use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, _new: &Schema) {
    builder.push(Action::create(Rank::Schema, id, format!("CREATE SCHEMA {id}")));
}
