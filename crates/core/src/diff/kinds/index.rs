//! Indexes that no constraint carries.

use pgmason_model::catalog::{Index, TableKind};
use pgmason_model::difference::HazardKind;
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind};

use super::table::{self, option_changes};
use super::{Verdict, online, partition_index};
use crate::diff::action::{Action, Rank};
use crate::diff::builder::{Builder, hazard};
use crate::diff::states::State;

pub(super) fn verdict(old: &Index, new: &Index) -> Verdict {
    if old.constraint.is_some() && new.constraint.is_some() {
        // Whatever makes it another index is said of its constraint.
        return if old.options == new.options && old.clustered == new.clustered && old.tablespace == new.tablespace {
            Verdict::Same
        } else {
            Verdict::Alter
        };
    }
    let comparable = Index {
        options: new.options.clone(),
        clustered: new.clustered,
        replica_identity: new.replica_identity,
        tablespace: new.tablespace.clone(),
        partition_of: new.partition_of.clone(),
        // Joining the last of its partitions makes it valid.
        valid: old.valid || new.valid,
        definition: String::new(),
        ..old.clone()
    };
    let same = comparable == Index { definition: String::new(), ..new.clone() }
        && without_options(&old.definition) == without_options(&new.definition);
    match (same, old.partition_of.is_some(), new.partition_of.is_some()) {
        (true, true, false) => Verdict::Replace,
        (true, ..) => Verdict::Alter,
        // Made anew with its parent's.
        (false, true, true) => Verdict::Same,
        _ => Verdict::Replace,
    }
}

/// `… WITH (fillfactor='70')` and `TABLESPACE` stand at known places of pg_get_indexdef's text.
fn without_options(definition: &str) -> String {
    match (definition.find(" WITH ("), definition.find(" WHERE ")) {
        (Some(start), end) if end.is_none_or(|end| start < end) => {
            let rest = definition[start..].find(')').map_or("", |end| &definition[start + end + 1..]);
            format!("{}{rest}", &definition[..start])
        }
        _ => definition.to_owned(),
    }
}

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Index) {
    let apart = partition_index::is_made_apart(builder, id, new);
    partition_index::rename(builder, id, new);
    if new.constraint.is_some() || new.partition_of.is_some() && !apart {
        return;
    }
    let existing = existing_relation(builder, new);
    let partitioned = is_partitioned(builder, new);
    let mut sql = new.definition.clone();
    if partitioned && new.valid {
        // PostgreSQL writes ONLY for every index of a partitioned table; without it the partitions get theirs.
        sql = sql.replacen(" ON ONLY ", " ON ", 1);
    }
    let online = builder.context.options.online && existing && !partitioned;
    if online {
        sql = sql.replacen("INDEX ", "INDEX CONCURRENTLY ", 1);
    }
    let mut action = Action::create(Rank::Index, id, sql);
    action.alone = online;
    action.needs.extend(partition_index::made_before(builder, id));
    if let Some((twin_id, twin)) = partition_index::twin(builder.context.to, id, new) {
        action.needs.insert(twin_id.clone());
        action.needs.extend(partition_index::parent_of(twin));
        action.needs.insert(table::attached(&table::table_id(&new.table)));
    }
    if existing {
        if !online {
            let message = format!("nobody can write to {} while the index is built", new.table);
            action = action.hazard(hazard(HazardKind::LongLock, message));
        }
        if new.unique {
            action = action.hazard(hazard(HazardKind::MayFail, format!("fails where rows of {} are equal", new.table)));
        }
    }
    let place = builder.push(action);
    if online {
        let rank = builder.actions.get(place).map(|action| online::build_rank(builder, action));
        if let (Some(action), Some(rank)) = (builder.actions.get_mut(place), rank) {
            action.rank = rank;
        }
    }
    if apart {
        leave_parent_out(builder, place, new);
        partition_index::attach(builder, id, new);
    }
    follow(builder, id);
}

/// Made before the parent's index, it does not need that.
pub(super) fn leave_parent_out(builder: &mut Builder<'_>, place: usize, new: &Index) {
    let parent = partition_index::parent_of(new);
    let of_parent = new.partition_of.as_ref().map(|name| name.name.clone());
    if let Some(action) = builder.actions.get_mut(place) {
        action.needs.retain(|id| {
            Some(id) != parent.as_ref()
                && !(id.kind == ObjectKind::Constraint && id.sub == of_parent && id.name != new.table.name)
        });
    }
}

/// What is said of an index once it is there.
pub(super) fn follow(builder: &mut Builder<'_>, id: &ObjectId) {
    let Some(Object::Index(new)) = builder.new_object(id) else { return };
    if new.clustered {
        let action = Action::alter(Rank::RowSecurity, id, format!("ALTER TABLE {} CLUSTER ON {}", new.table, id.name));
        builder.push(action);
    }
}

/// The relation was there before, so somebody may be using it.
fn existing_relation(builder: &Builder<'_>, index: &Index) -> bool {
    let of = |kind| ObjectId::in_schema(kind, index.table.schema.clone(), index.table.name.clone());
    [ObjectKind::Table, ObjectKind::MaterializedView]
        .into_iter()
        .map(of)
        .any(|id| builder.old(&id).is_some() && !builder.states.goes(&id))
}

fn is_partitioned(builder: &Builder<'_>, index: &Index) -> bool {
    matches!(builder.new_object(&table::table_id(&index.table)), Some(Object::Table(table)) if table.kind == TableKind::Partitioned)
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &Index, new: &Index) {
    for change in option_changes(&old.options, &new.options) {
        builder.push(Action::alter(Rank::Index, id, format!("ALTER INDEX {id} {change}")));
    }
    if old.tablespace != new.tablespace {
        let space = new.tablespace.as_ref().map_or_else(|| "pg_default".to_owned(), ToString::to_string);
        let message = format!("index {id} is written anew while others wait");
        let action = Action::alter(Rank::Index, id, format!("ALTER INDEX {id} SET TABLESPACE {space}"));
        builder.push(action.rewriting(id.clone()).hazard(hazard(HazardKind::IndexRebuild, message)));
    }
    if old.clustered != new.clustered {
        if new.clustered {
            follow(builder, id);
        } else {
            builder.push(Action::alter(Rank::Index, id, format!("ALTER TABLE {} SET WITHOUT CLUSTER", new.table)));
        }
    }
    if let (None, Some(parent)) = (&old.partition_of, &new.partition_of) {
        let parent_id = ObjectId::in_schema(ObjectKind::Index, parent.schema.clone(), parent.name.clone());
        if !builder.states.comes(&parent_id) && builder.old(&parent_id).is_some() {
            builder.push(Action::alter(Rank::Index, id, format!("ALTER INDEX {parent} ATTACH PARTITION {id}")));
        }
    }
}

pub(super) fn drop(builder: &mut Builder<'_>, id: &ObjectId, old: &Index) {
    let of = |kind| ObjectId::in_schema(kind, old.table.schema.clone(), old.table.name.clone());
    let table_id = of(ObjectKind::Table);
    if old.constraint.is_some()
        || builder.states.is(&table_id, State::Drop)
        || builder.states.goes(&of(ObjectKind::MaterializedView))
    {
        return;
    }
    // A partition that is detached keeps what it had from its parent.
    let detached = table::detachment(builder, &table_id);
    if let Some(parent) = &old.partition_of {
        let parent_id = ObjectId::in_schema(ObjectKind::Index, parent.schema.clone(), parent.name.clone());
        if detached.is_none() && (builder.states.goes(&parent_id) || builder.new_object(&parent_id).is_some()) {
            return;
        }
    }
    let keys = partition_index::keys_on_parts(builder, id, old);
    let online = builder.context.options.online
        && keys.is_empty()
        && builder.states.is(id, State::Drop)
        && !is_partition_index(builder, old);
    let word = if online { "CONCURRENTLY " } else { "" };
    // A key of a partition that an index of the parent has as its part goes with that, and only by CASCADE.
    let cascade = if keys.is_empty() { "" } else { " CASCADE" };
    let mut action = Action::drop(Rank::DropIndex, id, format!("DROP INDEX {word}{id}{cascade}"));
    action.removes.extend(keys);
    action.after.extend(detached);
    action.alone = online;
    if online {
        // No commit while policies and views are taken down.
        action.rank = Rank::Finish;
    }
    if builder.states.is(id, State::Replace) {
        let message = format!("queries on {} go without index {id} until it is built anew", old.table);
        action = action.hazard(hazard(HazardKind::IndexRebuild, message));
    }
    builder.push(action);
}

fn is_partition_index(builder: &Builder<'_>, index: &Index) -> bool {
    matches!(builder.old(&table::table_id(&index.table)), Some(Object::Table(table)) if table.kind == TableKind::Partitioned)
}

/// `CREATE UNIQUE INDEX name ON …` without the name: what two indexes have in common when one is a renamed other.
pub(in crate::diff) fn without_name(id: &ObjectId, definition: &str) -> String {
    let name: &Identifier = &id.name;
    definition.replacen(&format!("INDEX {name} ON "), "INDEX ON ", 1)
}
