//! Collations.

use pgmason_model::ObjectId;
use pgmason_model::catalog::Collation;
use pgmason_model::identifier::quote_literal;

use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Collation) {
    let mut options = vec![format!("provider = {}", new.provider)];
    if let Some(locale) = &new.locale {
        options.push(format!("locale = {}", quote_literal(locale)));
    } else {
        if let Some(collate) = &new.collate {
            options.push(format!("lc_collate = {}", quote_literal(collate)));
        }
        if let Some(ctype) = &new.ctype {
            options.push(format!("lc_ctype = {}", quote_literal(ctype)));
        }
    }
    if !new.deterministic {
        options.push("deterministic = false".to_owned());
    }
    if let Some(rules) = &new.rules {
        options.push(format!("rules = {}", quote_literal(rules)));
    }
    builder.push(Action::create(Rank::Type, id, format!("CREATE COLLATION {id} ({})", options.join(", "))));
}
