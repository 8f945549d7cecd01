//! Columns of tables.

use std::collections::BTreeSet;

use pgmason_model::catalog::{Column, ConstraintKind, Generated, Table, TableKind};
use pgmason_model::difference::{ActionKind, HazardKind};
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::constraint::not_null_of;
use super::table::{self, foreign_option_changes, option_changes};
use super::{Verdict, identity, online};
use crate::diff::action::{Action, Rank};
use crate::diff::builder::{Builder, hazard};
use crate::diff::context::Context;
use crate::diff::create_table::ColumnText;
use crate::diff::retype;
use crate::diff::states::State;

pub(super) fn verdict(context: &Context<'_>, id: &ObjectId, old: &Column, new: &Column) -> Verdict {
    if is_made_again(context, id) {
        return Verdict::Replace;
    }
    if (Column { position: new.position, ..old.clone() }) == *new {
        return Verdict::Same;
    }
    // One that is inherited is converted with its parent's; what uses it is taken down all the same.
    let retyped = old.type_name != new.type_name || old.collation != new.collation;
    if retyped { Verdict::Retype } else { Verdict::Alter }
}

/// PostgreSQL cannot make a plain column a generated one, nor, before 17, change how it is generated.
pub(in crate::diff) fn is_made_again(context: &Context<'_>, id: &ObjectId) -> bool {
    let (Some(Object::Column(old)), Some(Object::Column(new))) = (context.from.get(id), context.to.get(id)) else {
        return false;
    };
    if old.inherited && new.inherited {
        return false;
    }
    match (&old.generated, &new.generated) {
        (None, Some(_)) => true,
        (Some(old), Some(new)) if old != new => old.stored != new.stored || context.major() < 17,
        (Some(old), None) => !old.stored,
        _ => false,
    }
}

/// The column inside CREATE TABLE, without its default.
pub(super) fn text(builder: &Builder<'_>, id: &ObjectId, new: &Column) -> ColumnText {
    let mut middle = table::foreign_options(&new.foreign_options);
    if let Some(collation) = &new.collation {
        middle.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(generated) = &new.generated {
        middle.push_str(&generation(generated));
    }
    if let Some(identity) = new.identity {
        middle.push_str(&format!(" {}", identity::text(builder, id, identity)));
    }
    ColumnText {
        id: id.clone(),
        name: id.sub.as_ref().map(ToString::to_string).unwrap_or_default(),
        type_name: new.type_name.clone(),
        middle,
        default: None,
        not_null: not_null(builder, id, new),
    }
}

/// An identity column is NOT NULL by itself. Since PostgreSQL 18 NOT NULL is a constraint with a name, which stays when the
/// table or the column gets another one.
fn not_null(builder: &Builder<'_>, id: &ObjectId, new: &Column) -> Option<String> {
    let column = id.sub.as_ref().filter(|_| new.not_null)?;
    let usual = format!("{}_{column}_not_null", id.name.as_str(), column = column.as_str());
    let table_id = id.relation(ObjectKind::Table);
    // Beside the table that it takes the place of, PostgreSQL would choose a name that no other constraint has.
    let named = not_null_of(builder.context.to, &table_id, column)
        .filter(|(_, held)| !held.inherited)
        .and_then(|(id, _)| id.sub.as_ref())
        .filter(|name| name.as_str() != usual || builder.old(&table_id).is_some());
    match named {
        Some(name) => Some(format!("CONSTRAINT {name} NOT NULL")),
        None => new.identity.is_none().then(|| "NOT NULL".to_owned()),
    }
}

fn generation(generated: &Generated) -> String {
    format!(" GENERATED ALWAYS AS ({}) {}", generated.expression, if generated.stored { "STORED" } else { "VIRTUAL" })
}

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Column, replaces: bool) {
    let table_id = id.relation(ObjectKind::Table);
    let Some(Object::Table(of)) = builder.new_object(&table_id) else { return };
    if builder.states.comes(&table_id) || new.inherited || of.of_type.is_some() {
        // With its table, its parent, or its table's type.
        return;
    }
    let mut text = text(builder, id, new);
    let mut needs = BTreeSet::new();
    let default_id = ObjectId { kind: ObjectKind::Default, ..id.clone() };
    if let Some(Object::Default(default)) = builder.new_object(&default_id) {
        text.default = Some(default.expression.clone());
        needs.extend(builder.needs_of(&default_id));
        needs.remove(id);
    }
    if let Some(default) =
        text.default.as_deref().filter(|default| !is_stable_default(default) && default.contains('('))
        && new.identity.is_none()
        && online::is_wanted(builder, &table_id)
    {
        online::filled_column(builder, id, new, &table_id, default);
        finish(builder, id, new, None);
        return;
    }
    let filled = text.default.is_some() || new.generated.is_some() || new.identity.is_some();
    let sql = format!("ALTER {} {table_id} ADD COLUMN {text}", table::word(of));
    let mut action = Action::create(Rank::Column, id, sql).needing(needs);
    action.makes.push(default_id);
    if new.not_null && !filled {
        action = action.hazard(hazard(
            HazardKind::MayFail,
            format!("fails where {table_id} holds rows: they have no value for {id}"),
        ));
    }
    let constant = text.default.as_deref().is_none_or(|default| !default.contains('('));
    let stored = new.generated.as_ref().is_some_and(|generated| generated.stored);
    if !constant || stored || new.identity.is_some() || is_checked_domain(builder, new) {
        // A default that is stable or constant is kept in the catalog (PostgreSQL 11 and newer); whether a function is,
        // only the server knows, so it is said where it may be.
        action = action.rewriting(table_id.clone());
        if stored || new.identity.is_some() || !is_stable_default(text.default.as_deref().unwrap_or_default()) {
            action =
                action.hazard(hazard(HazardKind::Rewrite, format!("{table_id} is written anew while others wait")));
        }
        for part in parts(builder, &table_id) {
            action = action.rewriting(part);
        }
    }
    if replaces {
        let old_generated = matches!(builder.old(id), Some(Object::Column(old)) if old.generated.is_some());
        action.why =
            Some(if old_generated { "its values are computed anew" } else { "it is generated now" }.to_owned());
    }
    builder.push(action);
    finish(builder, id, new, None);
}

/// Columns that are added to one table come in the order of their places.
pub(in crate::diff) fn in_order(builder: &mut Builder<'_>) {
    let mut added: Vec<(ObjectId, i32, usize)> = Vec::new();
    for (place, action) in builder.actions.iter().enumerate() {
        if action.rank == Rank::Column
            && action.kind == ActionKind::Create
            && let Some(Object::Column(column)) = builder.new_object(&action.object)
        {
            added.push((action.object.relation(ObjectKind::Table), column.position, place));
        }
    }
    added.sort();
    for pair in added.windows(2) {
        if let [(before_table, _, before), (table, _, place)] = pair
            && before_table == table
            && let Some(action) = builder.actions.get_mut(*place)
        {
            action.after.push(*before);
        }
    }
}

fn is_stable_default(default: &str) -> bool {
    default.is_empty() || matches!(default, "now()" | "CURRENT_TIMESTAMP" | "CURRENT_DATE" | "LOCALTIMESTAMP")
}

/// A constrained domain is checked row by row.
fn is_checked_domain(builder: &Builder<'_>, column: &Column) -> bool {
    column.user_type.as_ref().is_some_and(|used| used.kind == ObjectKind::DomainType) && builder.major() < 19
}

/// Partitions and heirs, which have the column too.
fn parts(builder: &Builder<'_>, table_id: &ObjectId) -> Vec<ObjectId> {
    let is_part = |table: &Table| table.parents().any(|parent| table::table_id(parent) == *table_id);
    let direct: Vec<ObjectId> = builder
        .context
        .from
        .of_kind(ObjectKind::Table)
        .filter(|(_, object)| matches!(object, Object::Table(table) if is_part(table)))
        .map(|(id, _)| id.clone())
        .collect();
    let deeper: Vec<ObjectId> = direct.iter().flat_map(|part| parts(builder, part)).collect();
    direct.into_iter().chain(deeper).collect()
}

/// What cannot be said where a column is made: storage, compression, statistics, options.
pub(super) fn finish(builder: &mut Builder<'_>, id: &ObjectId, new: &Column, old: Option<&Column>) {
    let table_id = id.relation(ObjectKind::Table);
    let Some(Object::Table(of)) = builder.new_object(&table_id) else { return };
    let (Some(column), word) = (&id.sub, table::word(of)) else { return };
    let plain = Column {
        storage: None,
        compression: None,
        statistics_target: None,
        options: Default::default(),
        ..new.clone()
    };
    // A partition gets all of them but NOT NULL from its parent, and that too.
    let old = match old {
        Some(old) => old.clone(),
        None if new.inherited => match parent_column(builder, id) {
            Some(parent) => Column { options: Default::default(), statistics_target: None, ..parent },
            None => plain,
        },
        None => plain,
    };
    let mut changes = Vec::new();
    if old.storage != new.storage {
        match &new.storage {
            Some(storage) => changes.push(format!("SET STORAGE {}", storage.to_uppercase())),
            // PostgreSQL 16 and newer know DEFAULT; a type that can be compressed or moved out has `extended`.
            None if builder.major() >= 16 => changes.push("SET STORAGE DEFAULT".to_owned()),
            None => changes.push(format!("SET STORAGE {}", own_storage(&new.type_name))),
        }
    }
    if old.compression != new.compression {
        changes.push(format!("SET COMPRESSION {}", new.compression.as_deref().unwrap_or("default")));
    }
    if old.statistics_target != new.statistics_target {
        changes.push(format!("SET STATISTICS {}", new.statistics_target.unwrap_or(-1)));
    }
    changes.extend(option_changes(&old.options, &new.options));
    if new.inherited && builder.states.comes(&table_id) && new.not_null && !old.not_null {
        changes.push("SET NOT NULL".to_owned());
    }
    for change in changes {
        builder.push(Action::alter(Rank::Table, id, format!("ALTER {word} {table_id} ALTER COLUMN {column} {change}")));
    }
}

/// The storage that a type has by itself (pg_type.typstorage).
fn own_storage(type_name: &str) -> &'static str {
    match type_name {
        "numeric" | "inet" | "cidr" => "MAIN",
        name if name.starts_with("numeric(") => "MAIN",
        _ => "EXTENDED",
    }
}

fn parent_column(builder: &Builder<'_>, id: &ObjectId) -> Option<Column> {
    let Some(Object::Table(of)) = builder.new_object(&id.relation(ObjectKind::Table)) else { return None };
    of.parents().find_map(|parent| {
        let of_parent = ObjectId { schema: Some(parent.schema.clone()), name: parent.name.clone(), ..id.clone() };
        match builder.new_object(&of_parent) {
            Some(Object::Column(column)) => Some(column.clone()),
            _ => None,
        }
    })
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &Column, new: &Column) {
    let table_id = id.relation(ObjectKind::Table);
    let Some(Object::Table(of)) = builder.new_object(&table_id) else { return };
    let (Some(column), word) = (&id.sub, table::word(of)) else { return };
    let sql = |change: &str| format!("ALTER {word} {table_id} ALTER COLUMN {column} {change}");
    let from_parent = old.inherited && new.inherited;
    if let (Some(_), None) = (&old.generated, &new.generated)
        && !from_parent
    {
        builder.push(Action::alter(Rank::Column, id, sql("DROP EXPRESSION")));
    }
    if let (Some(before), Some(after)) = (&old.generated, &new.generated)
        && before != after
        && !from_parent
    {
        let mut action = Action::alter(Rank::Column, id, sql(&format!("SET EXPRESSION AS ({})", after.expression)));
        action = action.rewriting(table_id.clone());
        builder
            .push(action.hazard(hazard(HazardKind::Rewrite, format!("{table_id} is written anew while others wait"))));
    }
    let with_its_type = matches!(
        (builder.old(&table_id), builder.new_object(&table_id)),
        (Some(Object::Table(old)), Some(Object::Table(new))) if old.of_type.is_some() && new.of_type.is_some()
    );
    if builder.states.retyped.contains(id) && !with_its_type && !(from_parent && parent_is_retyped(builder, id)) {
        convert(builder, id, old, new, &sql);
    }
    identity::change(builder, id, (old.identity, new.identity), &sql);
    let says_not_null = old.not_null != new.not_null && !(from_parent && parent_says_not_null(builder, id, new));
    if says_not_null && new.not_null && new.identity.is_none() && online::is_wanted(builder, &table_id) {
        online::not_null(builder, id, &table_id);
    } else if says_not_null {
        let change = if new.not_null { "SET NOT NULL" } else { "DROP NOT NULL" };
        let rank = if new.not_null { Rank::Default } else { Rank::Column };
        let mut action = Action::alter(rank, id, sql(change));
        if new.not_null {
            action = action
                .hazard(hazard(HazardKind::MayFail, format!("fails where {id} is null")))
                .hazard(hazard(HazardKind::LongLock, format!("{table_id} is read as a whole while others wait")));
        } else {
            // A primary key that goes leaves its columns NOT NULL.
            action.releases.clear();
            let keys: Vec<ObjectId> = primary_keys(builder, &table_id);
            action = action.after_removal_of(keys);
        }
        builder.push(action);
    }
    let foreign = foreign_option_changes(&old.foreign_options, &new.foreign_options);
    if !foreign.is_empty() {
        builder.push(Action::alter(Rank::Column, id, sql(&format!("OPTIONS ({foreign})"))));
    }
    finish(builder, id, new, Some(old));
}

/// The table's primary key, as the old schema has it.
fn primary_keys(builder: &Builder<'_>, table_id: &ObjectId) -> Vec<ObjectId> {
    let constraints = builder.context.from.of_relation(ObjectKind::Constraint, table_id);
    let is_key =
        |object: &Object| matches!(object, Object::Constraint(found) if found.kind == ConstraintKind::PrimaryKey);
    constraints.filter(|(_, object)| is_key(object)).map(|(id, _)| id.clone()).collect()
}

fn parent_is_retyped(builder: &Builder<'_>, id: &ObjectId) -> bool {
    let Some(Object::Table(of)) = builder.new_object(&id.relation(ObjectKind::Table)) else { return false };
    of.parents().any(|parent| {
        let of_parent = ObjectId { schema: Some(parent.schema.clone()), name: parent.name.clone(), ..id.clone() };
        builder.states.retyped.contains(&of_parent)
    })
}

/// The parent's NOT NULL comes and goes with its heirs'.
fn parent_says_not_null(builder: &Builder<'_>, id: &ObjectId, new: &Column) -> bool {
    let Some(now) = parent_column(builder, id) else { return false };
    let Some(Object::Table(of)) = builder.old(&id.relation(ObjectKind::Table)) else { return false };
    let before = of.parents().find_map(|parent| {
        let of_parent = ObjectId { schema: Some(parent.schema.clone()), name: parent.name.clone(), ..id.clone() };
        match builder.old(&of_parent) {
            Some(Object::Column(column)) => Some(column.not_null),
            _ => None,
        }
    });
    now.not_null == new.not_null && before.is_some_and(|before| before != now.not_null)
}

fn convert(builder: &mut Builder<'_>, id: &ObjectId, old: &Column, new: &Column, sql: &dyn Fn(&str) -> String) {
    let table_id = id.relation(ObjectKind::Table);
    let Some(column) = &id.sub else { return };
    let swapped = old.type_name == new.type_name && old.collation == new.collation;
    let collation = new.collation.as_ref().map(|name| format!(" COLLATE {name}")).unwrap_or_default();
    let using = retype::using(&column.to_string(), &old.type_name, &new.type_name, swapped);
    let using = using.map(|expression| format!(" USING {expression}")).unwrap_or_default();
    let mut action = Action::alter(Rank::Column, id, sql(&format!("TYPE {}{collation}{using}", new.type_name)));
    action.removes.push(id.clone());
    if let Some(because) = builder.states.because.get(id) {
        action.why = Some(format!("its type {because} is made anew"));
    }
    if !retype::keeps_file(&old.type_name, &new.type_name) || old.collation != new.collation || swapped {
        action = action
            .rewriting(table_id.clone())
            .hazard(hazard(HazardKind::Rewrite, format!("{table_id} is written anew while others wait")));
        for part in parts(builder, &table_id) {
            action = action.rewriting(part);
        }
    }
    if retype::loses_precision(&old.type_name, &new.type_name) {
        let message = format!("values of {id} lose precision as {}", new.type_name);
        let hazard = builder.loses("retype-column", id, message);
        action = action.hazard(hazard);
    } else if swapped || !retype::always_fits(&old.type_name, &new.type_name) {
        action =
            action.hazard(hazard(HazardKind::MayFail, format!("fails where a value of {id} is no {}", new.type_name)));
    }
    builder.push(action);
}

pub(super) fn drop(builder: &mut Builder<'_>, id: &ObjectId, old: &Column, replaces: bool) {
    let table_id = id.relation(ObjectKind::Table);
    let Some(Object::Table(of)) = builder.old(&table_id) else { return };
    if builder.states.goes(&table_id) || of.of_type.is_some() {
        return;
    }
    if old.inherited && heir_keeps_parent(builder, &table_id, of) {
        // With its parent's.
        return;
    }
    let Some(column) = &id.sub else { return };
    let sql = format!("ALTER {} {table_id} DROP COLUMN {column}", table::word(of));
    let rank = if replaces { Rank::Column } else { Rank::DropColumn };
    let mut action = Action::drop(rank, id, sql);
    // Partitions and heirs lose theirs with it, and what stands on those.
    for part in parts(builder, &table_id) {
        let of_part = ObjectId { schema: part.schema.clone(), name: part.name.clone(), ..id.clone() };
        if builder.states.goes(&of_part) {
            action.removes.push(of_part);
        }
    }
    // With the sequences that are its own.
    action.removes.push(ObjectId { kind: ObjectKind::Default, ..id.clone() });
    for sequence in builder.context.old.sequences_of(id) {
        if builder.states.goes(sequence) {
            action.removes.push((*sequence).clone());
        }
    }
    if old.generated.is_none() && of.kind != TableKind::Foreign {
        action = action.hazard(builder.loses("drop-column", id, format!("the values of {id} are lost")));
    }
    builder.push(action);
}

/// The table stays an heir of what it inherits from.
fn heir_keeps_parent(builder: &Builder<'_>, table_id: &ObjectId, old: &Table) -> bool {
    match builder.new_object(table_id) {
        Some(Object::Table(new)) if !builder.states.is(table_id, State::Replace) => {
            new.partition_of.is_some() && old.partition_of.is_some()
                || old.inherits.iter().any(|parent| new.inherits.contains(parent))
        }
        _ => false,
    }
}
