//! Ways that keep others working: nothing here reads or writes a whole table under a lock that anybody waits for.

use pgmason_model::catalog::{Column, Constraint, ConstraintKind, Table, TableKind};
use pgmason_model::difference::{ActionKind, HazardKind};
use pgmason_model::{Object, ObjectId, ObjectKind};

use crate::diff::action::{Action, Rank};
use crate::diff::builder::{Builder, hazard};

/// True where the table was there before, so that somebody may be using it.
pub(super) fn is_wanted(builder: &Builder<'_>, table_id: &ObjectId) -> bool {
    builder.context.options.online && builder.old(table_id).is_some() && !builder.states.goes(table_id)
}

/// ADD CONSTRAINT … NOT VALID, then VALIDATE, which lets others read and write. False where there is no such way.
pub(super) fn check_or_foreign_key(
    builder: &mut Builder<'_>,
    id: &ObjectId,
    new: &Constraint,
    table_id: &ObjectId,
    of: &Table,
) -> bool {
    let Some(name) = id.sub.as_ref().filter(|_| new.validated && new.enforced) else { return false };
    // A foreign key of a partitioned table cannot be NOT VALID before PostgreSQL 18.
    let possible = match new.kind {
        ConstraintKind::Check => true,
        ConstraintKind::ForeignKey => of.kind == TableKind::Ordinary,
        _ => false,
    };
    if !possible || of.kind == TableKind::Foreign {
        return false;
    }
    let rank = if new.kind == ConstraintKind::ForeignKey { Rank::ForeignKey } else { Rank::Default };
    let sql = format!("ALTER TABLE {table_id} ADD CONSTRAINT {name} {} NOT VALID", new.definition);
    let place = builder.push(Action::create(rank, id, sql));
    let mut validate = validate(id, format!("ALTER TABLE {table_id} VALIDATE CONSTRAINT {name}"));
    let what = if new.kind == ConstraintKind::ForeignKey { "refers to nothing" } else { "breaks it" };
    validate.hazards.push(hazard(HazardKind::MayFail, format!("fails where a row of {table_id} {what}")));
    validate.after.push(place);
    builder.actions.push(validate);
    true
}

/// CREATE UNIQUE INDEX CONCURRENTLY, which the constraint then takes. False where there is no such way.
pub(super) fn unique_or_primary_key(
    builder: &mut Builder<'_>,
    id: &ObjectId,
    new: &Constraint,
    table_id: &ObjectId,
    of: &Table,
) -> bool {
    let word = match new.kind {
        ConstraintKind::PrimaryKey => "PRIMARY KEY",
        ConstraintKind::Unique => "UNIQUE",
        _ => return false,
    };
    let (Some(name), Some(index)) = (&id.sub, &new.index) else { return false };
    let index_id = ObjectId::in_schema(ObjectKind::Index, index.schema.clone(), index.name.clone());
    let Some(Object::Index(index)) = builder.new_object(&index_id) else { return false };
    let temporal = new.definition.contains(" WITHOUT OVERLAPS");
    if of.kind != TableKind::Ordinary || index.partition_of.is_some() || temporal {
        return false;
    }
    let sql = index.definition.replacen("INDEX ", "INDEX CONCURRENTLY ", 1);
    let mut build = Action::create(Rank::Key, &index_id, sql);
    build.alone = true;
    build.hazards.push(hazard(HazardKind::MayFail, format!("fails where rows of {table_id} are equal")));
    // The constraint comes with the index, not before it.
    build.needs.extend(builder.needs_of(id).into_iter().filter(|needed| *needed != index_id));
    build.needs.extend(builder.needs_of(&index_id).into_iter().filter(|needed| needed != id));
    build.needs.remove(id);
    build.rank = build_rank(builder, &build);
    let rank = build.rank.max(Rank::Key);
    builder.actions.push(build);
    let place = builder.actions.len() - 1;
    let mut deferral = String::new();
    if new.deferrable {
        deferral.push_str(" DEFERRABLE");
    }
    if new.initially_deferred {
        deferral.push_str(" INITIALLY DEFERRED");
    }
    let sql = format!("ALTER TABLE {table_id} ADD CONSTRAINT {name} {word} USING INDEX {}{deferral}", index_id.name);
    let mut action = Action::create(rank, id, sql);
    action.after.push(place);
    let columns = new.columns.iter().map(|column| ObjectId {
        kind: ObjectKind::Column,
        sub: Some(column.clone()),
        ..table_id.clone()
    });
    action.needs.extend(columns.map(|column| proven_not_null(&column)));
    if new.kind == ConstraintKind::PrimaryKey {
        action.hazards.push(hazard(HazardKind::MayFail, format!("fails where a column of {id} is null")));
    }
    builder.push(action);
    super::index::follow(builder, &index_id);
    true
}

/// NOT NULL by way of a CHECK that was validated, which SET NOT NULL takes as proof (PostgreSQL 12 and newer).
pub(super) fn not_null(builder: &mut Builder<'_>, id: &ObjectId, table_id: &ObjectId) {
    let Some(column) = &id.sub else { return };
    let check = check_name(builder, id);
    let alter = |text: &str| format!("ALTER TABLE {table_id} {text}");
    let mut add = Action::new(
        ActionKind::Alter,
        Rank::Default,
        id,
        alter(&format!("ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID")),
    );
    add.needs.insert(id.clone());
    builder.actions.push(add);
    let mut step = validate(id, alter(&format!("VALIDATE CONSTRAINT {check}")));
    step.hazards.push(hazard(HazardKind::MayFail, format!("fails where {id} is null")));
    step.after.push(builder.actions.len() - 1);
    builder.actions.push(step);
    let mut set = Action::alter(Rank::Finish, id, alter(&format!("ALTER COLUMN {column} SET NOT NULL")));
    set.after.push(builder.actions.len() - 1);
    set.separate = true;
    // What only needs the column does not wait for this.
    set.makes = vec![proven_not_null(id)];
    set.releases.clear();
    let place = builder.push(set);
    let mut drop = Action::new(ActionKind::Alter, Rank::Finish, id, alter(&format!("DROP CONSTRAINT {check}")));
    drop.after.push(place);
    builder.actions.push(drop);
}

/// The column with its NOT NULL: a primary key asks for it.
fn proven_not_null(id: &ObjectId) -> ObjectId {
    ObjectId { of: Some(Box::new(id.clone())), ..id.clone() }
}

/// A column whose default is computed for each row: the default first, for rows to come, then the rows that are there.
pub(super) fn filled_column(
    builder: &mut Builder<'_>,
    id: &ObjectId,
    new: &Column,
    table_id: &ObjectId,
    default: &str,
) {
    let Some(column) = &id.sub else { return };
    let collation = new.collation.as_ref().map(|name| format!(" COLLATE {name}")).unwrap_or_default();
    let sql = format!("ALTER TABLE {table_id} ADD COLUMN {column} {}{collation}", new.type_name);
    let add = builder.push(Action::create(Rank::Column, id, sql));
    let default_id = ObjectId { kind: ObjectKind::Default, ..id.clone() };
    let sql = format!("ALTER TABLE {table_id} ALTER COLUMN {column} SET DEFAULT {default}");
    let mut set = Action::create(Rank::Column, &default_id, sql);
    set.after.push(add);
    let set = builder.push(set);
    let sql = format!("UPDATE {table_id} SET {column} = DEFAULT WHERE {column} IS NULL");
    let mut fill = Action::new(ActionKind::Data, Rank::Validate, id, sql);
    fill.after.push(set);
    fill.separate = true;
    fill.why = Some("the rows that are there; in batches where there are many".to_owned());
    builder.actions.push(fill);
    let fill = builder.actions.len() - 1;
    if new.not_null {
        let first = builder.actions.len();
        not_null(builder, id, table_id);
        if let Some(action) = builder.actions.get_mut(first) {
            action.after.push(fill);
            action.rank = Rank::Validate;
        }
    }
}

/// When an index is built outside of a transaction: first of all where it needs nothing of the plan, else last. In between
/// there would be a commit while policies and views are taken down.
pub(super) fn build_rank(builder: &Builder<'_>, action: &Action) -> Rank {
    let made_here = |id: &ObjectId| *id != action.object && builder.states.of.contains_key(id);
    if action.needs.iter().any(made_here) || builder.states.goes(&action.object) {
        Rank::Validate
    } else {
        Rank::Rename
    }
}

/// In a transaction of its own, after all that made it: it takes long, and holds only what it needs.
fn validate(id: &ObjectId, sql: String) -> Action {
    let mut action = Action::new(ActionKind::Alter, Rank::Validate, id, sql);
    action.separate = true;
    action.needs.insert(id.clone());
    action
}

/// A name that no constraint of the table has.
fn check_name(builder: &Builder<'_>, id: &ObjectId) -> pgmason_model::Identifier {
    let column = id.sub.as_ref().map_or("", |name| name.as_str());
    let mut name = format!("{column}_is_not_null");
    while name.len() > 60 {
        name.remove(0);
    }
    loop {
        let constraint = ObjectId { kind: ObjectKind::Constraint, sub: Some(name.as_str().into()), ..id.clone() };
        if builder.old(&constraint).is_none() && builder.new_object(&constraint).is_none() {
            return name.into();
        }
        name.push('_');
    }
}
