//! Casts.

use pgmason_model::ObjectId;
use pgmason_model::catalog::Cast;

use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Cast) {
    let Some(target) = &id.sub else { return };
    let method = match (&new.function, new.method.as_str()) {
        (Some(function), _) => format!("WITH FUNCTION {function}"),
        (None, "inout") => "WITH INOUT".to_owned(),
        _ => "WITHOUT FUNCTION".to_owned(),
    };
    let context = match new.context.as_str() {
        "implicit" => " AS IMPLICIT",
        "assignment" => " AS ASSIGNMENT",
        _ => "",
    };
    let sql = format!("CREATE CAST ({} AS {}) {method}{context}", id.name.as_str(), target.as_str());
    builder.push(Action::create(Rank::Function, id, sql));
}
