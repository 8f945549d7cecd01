//! Extensions. Their members come and go with them.

use pgmason_model::ObjectId;
use pgmason_model::ObjectKind;
use pgmason_model::catalog::Extension;
use pgmason_model::identifier::quote_literal;

use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Extension) {
    // IF NOT EXISTS, since hosted servers have some of them before anybody asked.
    let sql = format!("CREATE EXTENSION IF NOT EXISTS {id} WITH SCHEMA {}", new.schema);
    let schema = ObjectId::global(ObjectKind::Schema, new.schema.clone());
    builder.push(Action::create(Rank::Extension, id, sql).needing([schema]));
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &Extension, new: &Extension) {
    if old.schema != new.schema {
        let from = ObjectId::global(ObjectKind::Schema, old.schema.clone());
        let to = ObjectId::global(ObjectKind::Schema, new.schema.clone());
        let sql = format!("ALTER EXTENSION {id} SET SCHEMA {}", new.schema);
        builder.push(Action::alter(Rank::Extension, id, sql).needing([to]).releasing([from]));
    }
    if is_older(&new.version, &old.version) {
        let message = format!("an extension cannot go back from version {} to {}", old.version, new.version);
        builder.refuse(id, message);
    } else if old.version != new.version {
        let sql = format!("ALTER EXTENSION {id} UPDATE TO {}", quote_literal(&new.version));
        builder.push(Action::alter(Rank::Extension, id, sql));
    }
}

pub(super) fn drop(builder: &mut Builder<'_>, id: &ObjectId) {
    let hazard = builder.loses("drop-extension", id, format!("what extension {id} keeps in tables of its own is lost"));
    builder.push(Action::drop(Rank::DropExtension, id, format!("DROP EXTENSION {id}")).hazard(hazard));
}

fn is_older(version: &str, than: &str) -> bool {
    let numbers = |text: &str| {
        text.split(|letter: char| !letter.is_ascii_digit()).map(|part| part.parse::<u64>().ok()).collect::<Vec<_>>()
    };
    numbers(version) < numbers(than)
}
