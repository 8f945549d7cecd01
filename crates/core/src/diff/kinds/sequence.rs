//! Sequences: those of identity columns are spoken to through their column, all others by name.

use pgmason_model::catalog::Sequence;
use pgmason_model::difference::ActionKind;
use pgmason_model::identifier::quote_literal;
use pgmason_model::{Object, ObjectId, ObjectKind};

use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Sequence) {
    if new.identity {
        // With its column. A column that becomes an identity says so itself.
        return;
    }
    let unlogged = if new.unlogged { "UNLOGGED " } else { "" };
    let as_type = if new.type_name == "bigint" { String::new() } else { format!(" AS {}", new.type_name) };
    let sql = format!("CREATE {unlogged}SEQUENCE {id}{as_type}{}", options(new));
    builder.push(Action::create(Rank::Sequence, id, sql));
    if let Some(column) = &new.owned_by {
        own(builder, id, Some(column));
    }
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &Sequence, new: &Sequence) {
    let retypes = old.type_name != new.type_name && !new.identity;
    let (last, as_said) = change_range(builder, id, old, new);
    let mut changes = changes(old, new, retypes);
    if as_said {
        changes = changes.replacen(&format!(" AS {}", new.type_name), "", 1);
    }
    if !changes.is_empty() {
        let mut action = Action::alter(Rank::Sequence, id, format!("ALTER SEQUENCE {id}{changes}"));
        action.after.extend(last);
        follow_column(&mut action, old, new);
        builder.push(action);
    }
    if old.unlogged != new.unlogged {
        let word = if new.unlogged { "UNLOGGED" } else { "LOGGED" };
        builder.push(Action::alter(Rank::Sequence, id, format!("ALTER SEQUENCE {id} SET {word}")));
    }
    if old.owned_by != new.owned_by && !new.identity {
        own(builder, id, new.owned_by.as_ref());
    }
}

/// PostgreSQL gives the sequence of an identity column the column's type (10 and newer), so its bounds have to fit by
/// then: a narrower range is said before the column changes, a wider one after.
fn follow_column(action: &mut Action, old: &Sequence, new: &Sequence) {
    let Some(column) = new.owned_by.as_ref().filter(|_| new.identity) else { return };
    if new.maximum <= old.maximum && new.minimum >= old.minimum {
        action.releases.insert(column.clone());
    } else {
        action.needs.insert(column.clone());
    }
}

/// Where the new range does not hold the whole old one, the sequence may stand outside: it is moved to the nearest end,
/// by way of a range that holds both. The last of the statements that do it, and whether they said the new type.
fn change_range(builder: &mut Builder<'_>, id: &ObjectId, old: &Sequence, new: &Sequence) -> (Option<usize>, bool) {
    if new.minimum <= old.minimum && new.maximum >= old.maximum {
        return (None, false);
    }
    let mut last = None;
    let mut as_said = false;
    let (low, high) = (old.minimum.min(new.minimum), old.maximum.max(new.maximum));
    if (low, high) != (old.minimum, old.maximum) {
        let as_type = if old.type_name != new.type_name && !new.identity && type_size(new) > type_size(old) {
            as_said = true;
            format!(" AS {}", new.type_name)
        } else {
            String::new()
        };
        let sql = format!("ALTER SEQUENCE {id}{as_type} MINVALUE {low} MAXVALUE {high}");
        let mut action = Action::alter(Rank::Sequence, id, sql);
        action.makes.clear();
        builder.push(action);
        last = Some(builder.actions.len() - 1);
    }
    let text = quote_literal(&id.to_string());
    let sql = format!(
        "SELECT setval({text}, greatest(least(last_value, {high}), {low}), false)\nFROM {id}\nWHERE last_value NOT BETWEEN {low} AND {high}",
        low = new.minimum,
        high = new.maximum
    );
    let mut action = Action::new(ActionKind::Data, Rank::Sequence, id, sql);
    action.after.extend(last);
    action.why = Some("where it stands outside of its new range".to_owned());
    builder.actions.push(action);
    (Some(builder.actions.len() - 1), as_said)
}

fn type_size(sequence: &Sequence) -> u8 {
    match sequence.type_name.as_str() {
        "smallint" => 2,
        "integer" => 4,
        _ => 8,
    }
}

pub(super) fn drop(builder: &mut Builder<'_>, id: &ObjectId, old: &Sequence) {
    if let Some(column) = &old.owned_by {
        let table = column.relation(ObjectKind::Table);
        // With its column, as PostgreSQL has it.
        if builder.states.goes(column) || builder.states.goes(&table) || old.identity {
            return;
        }
    }
    let mut action = Action::drop(Rank::DropSequence, id, format!("DROP SEQUENCE {id}"));
    if old.owned_by.is_none() {
        let word = format!("how far sequence {id} had come is lost");
        action = action.hazard(builder.loses("drop-sequence", id, word));
    }
    builder.push(action);
}

/// Says whose the sequence is.
pub(super) fn own(builder: &mut Builder<'_>, id: &ObjectId, column: Option<&ObjectId>) {
    let owner = column.map_or_else(|| "NONE".to_owned(), ToString::to_string);
    let sql = format!("ALTER SEQUENCE {id} OWNED BY {owner}");
    let mut action = Action::new(ActionKind::Alter, Rank::Default, id, sql);
    action.needs.insert(id.clone());
    action.needs.extend(column.cloned());
    if let Some(Object::Sequence(Sequence { owned_by: Some(before), .. })) = builder.old(id) {
        // Before its column goes, and it with it.
        action.releases.insert(before.clone());
    }
    builder.actions.push(action);
}

/// OWNED BY asks for one owner of both, and from then on the sequence changes hands with its table only (PostgreSQL 13 to 18):
/// it is said while both are their maker's, or once both are the new owner's.
pub(in crate::diff) fn change_hands_with_table(builder: &mut Builder<'_>) {
    let places_of = |builder: &Builder<'_>, rank: Rank, id: &ObjectId| -> Vec<usize> {
        let found =
            builder.actions.iter().enumerate().filter(|(_, action)| action.rank == rank && action.object == *id);
        found.map(|(place, _)| place).collect()
    };
    for (id, object) in builder.context.to.of_kind(ObjectKind::Sequence) {
        let Object::Sequence(Sequence { owned_by: Some(column), identity: false, .. }) = object else { continue };
        let own = places_of(builder, Rank::Default, id);
        let of_sequence = places_of(builder, Rank::Owner, id);
        let of_table = places_of(builder, Rank::Owner, &column.relation(ObjectKind::Table));
        // One that stays is her new owner's already: the table, which is made anew, is not.
        let stays = builder.old(id).is_some() && of_sequence.is_empty();
        let (first, then, last) = match of_table.is_empty() {
            true => (of_sequence, own, Vec::new()),
            false if stays => (of_table, own, Vec::new()),
            false => (own, of_table, of_sequence),
        };
        for (before, after) in [(&first, &then), (&then, &last)] {
            for place in after {
                if let Some(action) = builder.actions.get_mut(*place) {
                    action.after.extend(before.iter().copied());
                }
            }
        }
    }
}

/// What is not as PostgreSQL would choose, each with a space before it.
pub(super) fn options(sequence: &Sequence) -> String {
    let mut text = String::new();
    let (minimum, maximum) = bounds(sequence);
    let default_start = if sequence.increment > 0 { sequence.minimum } else { sequence.maximum };
    if sequence.increment != 1 {
        text.push_str(&format!(" INCREMENT BY {}", sequence.increment));
    }
    if sequence.minimum != minimum {
        text.push_str(&format!(" MINVALUE {}", sequence.minimum));
    }
    if sequence.maximum != maximum {
        text.push_str(&format!(" MAXVALUE {}", sequence.maximum));
    }
    if sequence.start != default_start {
        text.push_str(&format!(" START WITH {}", sequence.start));
    }
    if sequence.cache != 1 {
        text.push_str(&format!(" CACHE {}", sequence.cache));
    }
    if sequence.cycle {
        text.push_str(" CYCLE");
    }
    text
}

/// What differs between two sequences, each with a space before it.
fn changes(old: &Sequence, new: &Sequence, retyped: bool) -> String {
    let mut text = String::new();
    if retyped {
        text.push_str(&format!(" AS {}", new.type_name));
    }
    if old.increment != new.increment {
        text.push_str(&format!(" INCREMENT BY {}", new.increment));
    }
    // A new type moves bounds that were the old one's own (PostgreSQL 10 and newer); saying them does no harm.
    if old.minimum != new.minimum || retyped {
        text.push_str(&format!(" MINVALUE {}", new.minimum));
    }
    if old.maximum != new.maximum || retyped {
        text.push_str(&format!(" MAXVALUE {}", new.maximum));
    }
    if old.start != new.start {
        text.push_str(&format!(" START WITH {}", new.start));
    }
    if old.cache != new.cache {
        text.push_str(&format!(" CACHE {}", new.cache));
    }
    if old.cycle != new.cycle {
        text.push_str(if new.cycle { " CYCLE" } else { " NO CYCLE" });
    }
    text
}

fn bounds(sequence: &Sequence) -> (i64, i64) {
    let (low, high) = match sequence.type_name.as_str() {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    if sequence.increment > 0 { (1, high) } else { (low, -1) }
}
