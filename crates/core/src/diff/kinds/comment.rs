//! Comments.

use pgmason_model::ObjectId;
use pgmason_model::catalog::Comment;
use pgmason_model::difference::ActionKind;
use pgmason_model::identifier::quote_literal;

use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;
use crate::diff::reference;

pub(super) fn set(builder: &mut Builder<'_>, id: &ObjectId, new: Option<&Comment>) {
    let Some(of) = id.of.as_deref() else { return };
    let Some(name) = reference::of(builder.context.to, of) else {
        builder.not_modelled(of, "pgmason knows no COMMENT ON for it");
        return;
    };
    let text = new.map_or_else(|| "NULL".to_owned(), |comment| quote_literal(&comment.text));
    let kind = if new.is_some() { ActionKind::Alter } else { ActionKind::Drop };
    let action = Action::new(kind, Rank::Comment, id, format!("COMMENT ON {name} IS {text}"));
    builder.push(action.needing([of.clone()]));
}

pub(super) fn drop(builder: &mut Builder<'_>, id: &ObjectId, replaces: bool) {
    let Some(of) = id.of.as_deref() else { return };
    let part = builder.context.old.parent_of(of).is_some_and(|parent| builder.states.goes(&parent));
    if !replaces && !part && !builder.states.goes(of) && builder.new_object(of).is_some() {
        set(builder, id, None);
    }
}
