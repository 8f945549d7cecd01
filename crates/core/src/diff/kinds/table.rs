//! Tables as a whole. What PostgreSQL cannot alter about one takes a new table, which the rows are copied to.

use std::collections::BTreeSet;

use pgmason_model::catalog::{Column, PartitionOf, Persistence, Table, TableKind};
use pgmason_model::difference::{ActionKind, HazardKind};
use pgmason_model::identifier::quote_literal;
use pgmason_model::{Object, ObjectId, ObjectKind, QualifiedName};

use super::{Verdict, column, constraint, partition_index, table_copy};
use crate::diff::action::{Action, Rank, Text};
use crate::diff::builder::{Builder, hazard};
use crate::diff::context::Context;
use crate::diff::create_table::CreateTable;
use crate::diff::states::State;

pub(super) fn verdict(old: &Table, new: &Table) -> Verdict {
    let same_kind = old.kind == new.kind
        && old.partition_key == new.partition_key
        && old.foreign_server == new.foreign_server
        && (old.persistence == Persistence::Temporary) == (new.persistence == Persistence::Temporary);
    if same_kind { Verdict::Alter } else { Verdict::Replace }
}

/// Tables on both sides whose columns could not be brought into order by dropping and adding some.
pub(in crate::diff) fn out_of_order(context: &Context<'_>) -> Vec<ObjectId> {
    let tables = context.to.of_kind(ObjectKind::Table).map(|(id, _)| id);
    tables
        .filter(|id| !context.platform.contains(id) && context.from.get(id).is_some())
        .filter(|id| !reachable_order(context, id))
        .cloned()
        .collect()
}

/// The new order is that of the columns that stay, then those that are added.
fn reachable_order(context: &Context<'_>, table: &ObjectId) -> bool {
    let old = columns(context.from, table);
    let wanted = columns(context.to, table);
    let stays = |id: &ObjectId| context.from.get(id).is_some() && !column::is_made_again(context, id);
    let mut reached: Vec<&ObjectId> =
        old.iter().filter(|(id, _)| context.to.get(id).is_some() && stays(id)).map(|(id, _)| *id).collect();
    reached.extend(wanted.iter().filter(|(id, _)| !stays(id)).map(|(id, _)| *id));
    reached.into_iter().eq(wanted.iter().map(|(id, _)| *id))
}

/// Columns in the order of their places.
pub(in crate::diff) fn columns<'c>(
    catalog: &'c pgmason_model::Catalog,
    table: &ObjectId,
) -> Vec<(&'c ObjectId, &'c Column)> {
    let mut found: Vec<_> = catalog
        .of_relation(ObjectKind::Column, table)
        .filter_map(|(id, object)| match object {
            Object::Column(column) => Some((id, column)),
            _ => None,
        })
        .collect();
    found.sort_by_key(|(_, column)| column.position);
    found
}

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Table, replaces: bool) {
    let aside = if replaces { table_copy::set_aside(builder, id) } else { None };
    let place = create_new(builder, id, new);
    if let Some(aside) = aside {
        table_copy::copy(builder, id, new, &aside, place);
    }
}

fn create_new(builder: &mut Builder<'_>, id: &ObjectId, new: &Table) -> usize {
    let columns = columns(builder.context.to, id);
    // A partition with columns of its own was attached: made like that, its columns keep their order. So is one whose
    // indexes have names of their own.
    let indexes_first = partition_index::made_before_attaching(builder, id);
    let attach = new.partition_of.is_some()
        && (columns.iter().any(|(_, column)| !column.inherited) || !indexes_first.is_empty());
    let inline: Vec<_> =
        columns.iter().filter(|(_, column)| (attach || !column.inherited) && new.of_type.is_none()).copied().collect();
    let mut table = CreateTable { name: id.qualified_name(), head: head(new).to_owned(), ..CreateTable::default() };
    let mut needs: BTreeSet<ObjectId> = BTreeSet::new();
    if let Some(part) = new.partition_of.as_ref().filter(|_| !attach) {
        table.of = Some(format!("PARTITION OF {}", part.parent));
        table.tail.push(part.bound.clone());
        needs.insert(table_id(&part.parent));
    } else if let Some(of_type) = &new.of_type {
        table.of = Some(format!("OF {of_type}"));
    } else if !new.inherits.is_empty() {
        let parents: Vec<String> = new.inherits.iter().map(ToString::to_string).collect();
        table.tail.push(format!("INHERITS ({})", parents.join(", ")));
        needs.extend(new.inherits.iter().map(table_id));
        // What a parent gets later would stand behind the heir's own columns.
        needs.extend(
            new.inherits
                .iter()
                .flat_map(|parent| self::columns(builder.context.to, &table_id(parent)))
                .map(|(id, _)| id.clone()),
        );
    }
    table.columns = inline.iter().map(|(column, object)| column::text(builder, column, object)).collect();
    if let Some(key) = &new.partition_key {
        table.tail.push(format!("PARTITION BY {key}"));
    }
    if let Some(method) = new.access_method.as_ref().filter(|method| method.as_str() != "heap") {
        table.tail.push(format!("USING {method}"));
    }
    if let Some(server) = &new.foreign_server {
        table.tail.push(format!("SERVER {server}{}", foreign_options(&new.foreign_options)));
    }
    if !new.options.is_empty() {
        table.tail.push(format!("WITH ({})", settings(&new.options)));
    }
    if let Some(tablespace) = &new.tablespace {
        table.tail.push(format!("TABLESPACE {tablespace}"));
    }
    let mut action = Action::create(Rank::Table, id, "");
    action.text = Text::Table(table);
    action.makes.extend(columns.iter().map(|(column, _)| (*column).clone()));
    action.needs = needs;
    let place = builder.push(action);
    if attach {
        // Its own columns need nothing of the parent.
        let parent = new.partition_of.as_ref().map(|part| table_id(&part.parent));
        if let (Some(action), Some(parent)) = (builder.actions.get_mut(place), &parent) {
            action.needs.retain(|needed| needed != parent && needed.relation(ObjectKind::Table) != *parent);
        }
        if let Some(part) = &new.partition_of {
            attach_to(builder, id, part);
        }
    }
    for (column_id, object) in columns {
        column::finish(builder, column_id, object, None);
    }
    let plain =
        Table { row_security: false, force_row_security: false, replica_identity: "default".into(), ..new.clone() };
    settings_that_follow(builder, id, &plain, new);
    place
}

fn head(table: &Table) -> &'static str {
    match (table.kind, table.persistence) {
        (TableKind::Foreign, _) => "CREATE FOREIGN TABLE",
        (_, Persistence::Unlogged) => "CREATE UNLOGGED TABLE",
        _ => "CREATE TABLE",
    }
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &Table, new: &Table) {
    let word = word(new);
    let change = |builder: &mut Builder<'_>, text: String| {
        builder.push(Action::alter(Rank::Table, id, format!("ALTER {word} {id} {text}")))
    };
    if old.persistence != new.persistence {
        let to = if new.persistence == Persistence::Unlogged { "UNLOGGED" } else { "LOGGED" };
        let place = change(builder, format!("SET {to}"));
        rewrites(builder, place, id);
    }
    if old.access_method != new.access_method {
        let method = new.access_method.as_ref().map_or_else(|| "heap".to_owned(), ToString::to_string);
        let place = change(builder, format!("SET ACCESS METHOD {method}"));
        rewrites(builder, place, id);
    }
    if old.tablespace != new.tablespace {
        let space = new.tablespace.as_ref().map_or_else(|| "pg_default".to_owned(), ToString::to_string);
        let place = change(builder, format!("SET TABLESPACE {space}"));
        rewrites(builder, place, id);
    }
    if old.of_type != new.of_type {
        match &new.of_type {
            Some(of_type) => change(builder, format!("OF {of_type}")),
            None => change(builder, "NOT OF".to_owned()),
        };
    }
    for text in option_changes(&old.options, &new.options) {
        change(builder, text);
    }
    let foreign = foreign_option_changes(&old.foreign_options, &new.foreign_options);
    if !foreign.is_empty() {
        change(builder, format!("OPTIONS ({foreign})"));
    }
    heirs(builder, id, old, new);
    partition(builder, id, old, new);
    settings_that_follow(builder, id, old, new);
}

fn rewrites(builder: &mut Builder<'_>, place: usize, id: &ObjectId) {
    if let Some(action) = builder.actions.get_mut(place) {
        action.rewrites.push(id.clone());
        action.hazards.push(hazard(HazardKind::Rewrite, format!("{id} is written anew while others wait")));
    }
}

/// Plain inheritance.
fn heirs(builder: &mut Builder<'_>, id: &ObjectId, old: &Table, new: &Table) {
    let states = builder.states;
    let goes = |parent: &QualifiedName| states.goes(&table_id(parent));
    for parent in old.inherits.iter().filter(|parent| !new.inherits.contains(parent) || goes(parent)) {
        let mut action =
            Action::new(ActionKind::Alter, Rank::DropPart, id, format!("ALTER TABLE {id} NO INHERIT {parent}"));
        action.releases.insert(table_id(parent));
        builder.actions.push(action);
    }
    for parent in new.inherits.iter().filter(|parent| !old.inherits.contains(parent) || goes(parent)) {
        let action = Action::alter(Rank::Default, id, format!("ALTER TABLE {id} INHERIT {parent}"));
        builder.push(action.needing([table_id(parent)]));
    }
}

fn partition(builder: &mut Builder<'_>, id: &ObjectId, old: &Table, new: &Table) {
    let goes = |part: &PartitionOf| builder.states.goes(&table_id(&part.parent));
    let moves = old.partition_of != new.partition_of || old.partition_of.as_ref().is_some_and(goes);
    if !moves {
        return;
    }
    if let Some(part) = &old.partition_of {
        let sql = format!("ALTER TABLE {} DETACH PARTITION {id}", part.parent);
        let mut action = Action::new(ActionKind::Alter, Rank::DropPart, id, sql);
        action.releases.insert(table_id(&part.parent));
        builder.actions.push(action);
    }
    if let Some(part) = &new.partition_of {
        attach_to(builder, id, part);
    }
}

fn attach_to(builder: &mut Builder<'_>, id: &ObjectId, part: &PartitionOf) {
    let sql = format!("ALTER TABLE {} ATTACH PARTITION {id} {}", part.parent, part.bound);
    let existing = !builder.states.is(id, State::Create);
    let mut action = Action::alter(Rank::Default, id, sql);
    if existing {
        action = action
            .hazard(hazard(HazardKind::LongLock, format!("{id} is read as a whole, unless a CHECK says its bounds")))
            .hazard(hazard(HazardKind::MayFail, format!("fails where a row of {id} is not within the bounds")));
    }
    let place = builder.push(action.needing([table_id(&part.parent)]));
    let indexes_first = partition_index::made_before_attaching(builder, id);
    let not_null = constraint::not_null_constraints(builder.context.to, id).filter(|_| existing);
    let not_null: Vec<ObjectId> = not_null.map(|(constraint, _)| constraint.clone()).collect();
    if let Some(action) = builder.actions.get_mut(place) {
        action.makes = vec![attached(id)];
        action.needs.insert(id.clone());
        action.needs.extend(not_null);
        action.needs.extend(indexes_first);
    }
}

/// The table where it belongs, as its parent's partition: rows that go through the parent need it.
pub(super) fn attached(id: &ObjectId) -> ObjectId {
    ObjectId { sub: Some("partition".into()), ..id.clone() }
}

/// The table was there before, and becomes a partition now.
pub(super) fn is_attached(builder: &Builder<'_>, id: &ObjectId) -> bool {
    let (Some(Object::Table(old)), Some(Object::Table(new))) = (builder.old(id), builder.new_object(id)) else {
        return false;
    };
    new.partition_of.is_some() && old.partition_of != new.partition_of
}

/// The statement that takes the table off its parent, if there is one.
pub(super) fn detachment(builder: &Builder<'_>, id: &ObjectId) -> Option<usize> {
    let (Some(Object::Table(old)), Some(Object::Table(new))) = (builder.old(id), builder.new_object(id)) else {
        return None;
    };
    if old.partition_of.is_none() || (old.partition_of == new.partition_of && !builder.states.of.contains_key(id)) {
        return None;
    }
    builder.actions.iter().position(|action| action.object == *id && action.sql().contains(" DETACH PARTITION "))
}

/// What can be said only once the table is there: row level security and the identity of rows in replication.
fn settings_that_follow(builder: &mut Builder<'_>, id: &ObjectId, old: &Table, new: &Table) {
    let word = word(new);
    let mut security = |text: &str, access: bool| {
        let mut action = Action::alter(Rank::RowSecurity, id, format!("ALTER {word} {id} {text} ROW LEVEL SECURITY"));
        if access && !builder.states.comes(id) {
            action = action.hazard(hazard(HazardKind::Access, format!("who sees which rows of {id} changes")));
        }
        builder.push(action);
    };
    if old.row_security != new.row_security {
        security(if new.row_security { "ENABLE" } else { "DISABLE" }, true);
    }
    if old.force_row_security != new.force_row_security {
        security(if new.force_row_security { "FORCE" } else { "NO FORCE" }, true);
    }
    let (old_index, new_index) = (old.replica_identity.split_once(' '), new.replica_identity.split_once(' '));
    let index_id = |name: &str, id: &ObjectId| ObjectId {
        kind: ObjectKind::Index,
        name: name.trim_matches('"').replace("\"\"", "\"").into(),
        ..id.clone()
    };
    let index_made = new_index.is_some_and(|(_, index)| builder.states.comes(&index_id(index, id)));
    if (old.replica_identity != new.replica_identity || index_made) && new.kind != TableKind::Foreign {
        let (identity, needs) = match new_index {
            Some((_, index)) => {
                let of = index_id(index, id);
                // The index of a constraint comes with it.
                let constraint = ObjectId { kind: ObjectKind::Constraint, sub: Some(of.name.clone()), ..id.clone() };
                (format!("USING INDEX {}", of.name), vec![of, constraint])
            }
            None => (new.replica_identity.to_uppercase(), Vec::new()),
        };
        let mut action = Action::alter(Rank::RowSecurity, id, format!("ALTER TABLE {id} REPLICA IDENTITY {identity}"));
        action.makes.clear();
        action.needs.insert(id.clone());
        if let Some((_, index)) = old_index {
            action.releases.insert(index_id(index, id));
        }
        builder.push(action.needing(needs));
    }
}

pub(super) fn drop(builder: &mut Builder<'_>, id: &ObjectId, old: &Table, replaces: bool) {
    if replaces {
        // With the new one: see `create`.
        return;
    }
    if goes_with_its_parent(builder, old) {
        return;
    }
    let mut action = Action::drop(Rank::DropTable, id, format!("DROP {} {id}", word(old)));
    if old.kind != TableKind::Foreign {
        action = action.hazard(builder.loses("drop-table", id, format!("the rows of {id} are lost")));
    }
    action.removes.extend(columns(builder.context.from, id).into_iter().map(|(column, _)| column.clone()));
    builder.push(action);
}

/// A partition whose parent is made anew: its rows are copied with the parent's, then it goes with the old one.
pub(super) fn goes_with_its_parent(builder: &Builder<'_>, old: &Table) -> bool {
    old.partition_of.as_ref().is_some_and(|part| {
        let parent = table_id(&part.parent);
        builder.states.is(&parent, State::Replace)
    })
}

pub(in crate::diff) fn table_id(name: &QualifiedName) -> ObjectId {
    ObjectId::in_schema(ObjectKind::Table, name.schema.clone(), name.name.clone())
}

pub(in crate::diff) fn word(table: &Table) -> &'static str {
    if table.kind == TableKind::Foreign { "FOREIGN TABLE" } else { "TABLE" }
}

type Options = std::collections::BTreeMap<String, String>;

/// `fillfactor = '70', …`
pub(super) fn settings(options: &Options) -> String {
    let list: Vec<String> = options.iter().map(|(name, value)| format!("{name} = {}", quote_literal(value))).collect();
    list.join(", ")
}

/// `SET (…)` and `RESET (…)`.
pub(super) fn option_changes(old: &Options, new: &Options) -> Vec<String> {
    let mut list = Vec::new();
    let gone: Vec<&str> = old.keys().filter(|name| !new.contains_key(*name)).map(String::as_str).collect();
    if !gone.is_empty() {
        list.push(format!("RESET ({})", gone.join(", ")));
    }
    let set: Options =
        new.iter().filter(|(name, value)| old.get(*name) != Some(value)).map(|(n, v)| (n.clone(), v.clone())).collect();
    if !set.is_empty() {
        list.push(format!("SET ({})", settings(&set)));
    }
    list
}

/// ` OPTIONS (name 'value')`.
pub(super) fn foreign_options(options: &Options) -> String {
    if options.is_empty() {
        return String::new();
    }
    let list: Vec<String> =
        options.iter().map(|(name, value)| format!("{} {}", option_name(name), option_value(value))).collect();
    format!(" OPTIONS ({})", list.join(", "))
}

/// `ADD name 'value', SET …, DROP …`.
pub(super) fn foreign_option_changes(old: &Options, new: &Options) -> String {
    let mut list = Vec::new();
    for (name, value) in new {
        match old.get(name) {
            None => list.push(format!("ADD {} {}", option_name(name), option_value(value))),
            Some(before) if before != value => {
                list.push(format!("SET {} {}", option_name(name), option_value(value)));
            }
            Some(_) => {}
        }
    }
    list.extend(old.keys().filter(|name| !new.contains_key(*name)).map(|name| format!("DROP {}", option_name(name))));
    list.join(", ")
}

/// The catalog holds no value that may be a secret: it is for whoever runs the plan to put in.
fn option_value(value: &str) -> String {
    quote_literal(if value.is_empty() { "set-me" } else { value })
}

fn option_name(name: &str) -> pgmason_model::Identifier {
    name.into()
}
