//! Two columns of one table that mean the same, kept equal until one of them goes: code that knows the one and code that knows
//! the other see each other's values.
//!
//! - A trigger keeps them equal in every row that is written from then on; a backfill brings the rest to it, where one of the two
//!   is null. Which rows that were is kept, so that the way back makes them null again.
//! - A row that has two values is nobody's to decide: the stage does not start.

use pgmason_model::catalog::{Column, ConstraintKind, TriggerState};
use pgmason_model::restructure::{Action, KeyColumn, RestructureStep, RowCondition, StepUndo};
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::column_parts::{inbound, parts_of};
use super::context::PlanContext;
use super::shadow_column::is_steady;
use super::step::{both_ways, check, exclusive};
use super::sync_trigger::{
    SyncTrigger, TwoNames, differs, fill, is_not_null, is_null, keep_both, others_fire_before, quiet, undone,
};
use super::table_facts::default_of;
use super::value_archive::Archive;

pub(super) struct EqualColumns<'a> {
    context: &'a PlanContext<'a>,
    table: &'a ObjectId,
    name: &'a QualifiedName,
    key: &'a [KeyColumn],
    /// Goes in the end.
    old: (&'a Identifier, &'a Column),
    /// Stays, and counts where a statement gives both.
    new: (&'a Identifier, &'a Column),
    pub(super) sync: SyncTrigger,
}

impl<'a> EqualColumns<'a> {
    /// Or why they cannot be kept equal, in words.
    pub(super) fn new(
        context: &'a PlanContext<'a>,
        table: &'a ObjectId,
        name: &'a QualifiedName,
        key: &'a [KeyColumn],
        old: (&'a Identifier, &'a Column),
        new: (&'a Identifier, &'a Column),
    ) -> Result<Self, String> {
        may_be_equal(context, table, old, new)?;
        // As both have it: images of two types cannot be compared.
        let value =
            default_of(context.catalog, table, old.0).map(|default| format!("CAST({default} AS {})", old.1.type_name));
        let sync = keep_both(&TwoNames {
            table: name,
            old: old.0,
            new: new.0,
            type_name: &old.1.type_name,
            default: value.as_deref(),
            others: others_fire_before(context.catalog, table),
        });
        Ok(Self { context, table, name, key, old, new, sync })
    }

    pub(super) fn rows_fulfil(&self) -> RowCondition {
        let (old, new) = (self.old.0, self.new.0);
        let differs = differs(&old.to_string(), &new.to_string());
        RowCondition {
            relation: self.name.clone(),
            condition: format!("{} OR {} OR NOT {differs}", is_null(&old.to_string()), is_null(&new.to_string())),
            mend: Some(format!("{new} = {old}")),
        }
    }

    /// Afterwards every row has one value in both.
    pub(super) fn start(&self) -> Vec<RestructureStep> {
        let Self { name, old: (old, _), new: (new, _), .. } = self;
        let conflict = |before: &str| {
            let (one, other) = (format!("{before}{old}"), format!("{before}{new}"));
            format!("{} AND {} AND {}", is_not_null(&one), is_not_null(&other), differs(&one, &other))
        };
        let mut steps = vec![
            check(
                format!("see that no row of {name} has one value in {old} and another one in {new}"),
                format!("SELECT NOT EXISTS (SELECT FROM {name} AS source WHERE {})", conflict("source.")),
                format!(
                    "rows of {name} have one value in {old} and another one in {new}, and nothing says which one is meant: \
                     SELECT * FROM {name} WHERE {}",
                    conflict("")
                ),
            ),
            both_ways(
                format!("keep {name}.{old} and {new} equal"),
                &exclusive(name),
                self.sync.create.clone(),
                self.sync.drop.clone(),
            ),
        ];
        for (archive, empty, other) in self.archives() {
            steps.extend(self.fill_nulls(&archive, empty, other));
        }
        steps.push(self.are_equal());
        steps
    }

    /// On the way back, where the old column is there again without values: it has those of the new one.
    pub(super) fn give_again(&self) -> Action {
        let (old, new) = (self.old.0, self.new.0);
        let (one, other) = (format!("source.{old}"), format!("source.{new}"));
        fill(self.name, self.key, old, &other, &differs(&one, &other))
    }

    pub(super) fn are_equal(&self) -> RestructureStep {
        let Self { name, old: (old, _), new: (new, _), .. } = self;
        let differ = differs(&format!("source.{old}"), &format!("source.{new}"));
        check(
            format!("see that {old} and {new} are equal in every row"),
            format!("SELECT NOT EXISTS (SELECT FROM {name} AS source WHERE {differ})"),
            format!(
                "rows of {name} have one value in {old} and another one in {new}: SELECT * FROM {name} WHERE {}",
                differs(&old.to_string(), &new.to_string())
            ),
        )
    }

    /// An archive for each of the two that may be null, that column, and the other one.
    fn archives(&self) -> Vec<(Archive, &'a Identifier, &'a Identifier)> {
        [(self.new, self.old), (self.old, self.new)]
            .into_iter()
            .filter(|((_, empty), _)| !empty.not_null)
            .map(|((empty, column), (other, _))| {
                let collation =
                    column.collation.as_ref().map(|collation| format!(" COLLATE {collation}")).unwrap_or_default();
                let value_type = format!("{}{collation}", column.type_name);
                (Archive::new("equalised", self.name, self.key.to_vec(), empty, value_type), empty, other)
            })
            .collect()
    }

    fn fill_nulls(&self, archive: &Archive, empty: &Identifier, other: &Identifier) -> Vec<RestructureStep> {
        let Archive { table, value, .. } = archive;
        let is_still = |column: &Identifier| {
            format!("NOT {}", differs(&format!("{table}.{column}"), &format!("pgmason_batch.{value}")))
        };
        let settings = if self.keys_look_at(empty) { undone(table, empty) } else { quiet(table, empty) };
        let mut steps =
            archive.make(&format!("keys of rows that had a null in {empty}, with what they got from {other}"));
        steps.push(RestructureStep {
            title: format!("keep which rows of {table} have a null in {empty} and a value in {other}"),
            action: archive.take(
                &format!("batch.{other}"),
                Some(format!(
                    "{} AND {}",
                    is_null(&format!("source.{empty}")),
                    is_not_null(&format!("source.{other}"))
                )),
            ),
            undo: StepUndo::Nothing,
        });
        steps.push(RestructureStep {
            title: format!("fill {table}.{empty} from {other} where it is null"),
            action: archive.give(
                &format!("{empty} = pgmason_batch.{value}"),
                &format!("{} AND {}", is_null(&format!("{table}.{empty}")), is_still(other)),
                settings.clone(),
            ),
            undo: StepUndo::Action(archive.give(
                &format!("{empty} = NULL"),
                &format!("{} AND {}", is_still(empty), is_still(other)),
                settings,
            )),
        });
        steps
    }

    /// `session_replication_role = replica` would keep foreign keys from looking.
    fn keys_look_at(&self, column: &Identifier) -> bool {
        let catalog = self.context.catalog;
        let parts = parts_of(catalog, self.table, column);
        parts.constraints.iter().any(|(.., held)| held.kind == ConstraintKind::ForeignKey)
            || !inbound(catalog, self.name, column).is_empty()
    }

    /// What the fill comes to. Nobody's trigger fires for it: a backfill leaves other columns alone.
    pub(super) fn direct(&self) -> Vec<String> {
        let Self { name, old: (old, _), new: (new, _), .. } = self;
        let triggers: Vec<(&Identifier, TriggerState)> = self
            .context
            .catalog
            .of_relation(ObjectKind::Trigger, self.table)
            .filter_map(|(id, object)| match object {
                Object::Trigger(trigger) if trigger.events.contains("UPDATE") => {
                    Some((id.sub.as_ref()?, trigger.state))
                }
                _ => None,
            })
            .filter(|(_, state)| matches!(state, TriggerState::Origin | TriggerState::Always))
            .collect();
        let mut statements: Vec<String> =
            triggers.iter().map(|(trigger, _)| format!("ALTER TABLE {name} DISABLE TRIGGER {trigger}")).collect();
        statements.push(format!(
            "UPDATE {name} SET {new} = {old} WHERE {} AND {}",
            is_null(&new.to_string()),
            is_not_null(&old.to_string())
        ));
        // ALTER TABLE does not go by what is to be looked at in the end.
        statements.push("SET CONSTRAINTS ALL IMMEDIATE".to_owned());
        statements.extend(triggers.iter().map(|(trigger, state)| {
            let always = if *state == TriggerState::Always { "ALWAYS " } else { "" };
            format!("ALTER TABLE {name} ENABLE {always}TRIGGER {trigger}")
        }));
        statements
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let Self { name, old: (old, found), new: (new, other), .. } = self;
        let mut notes = vec![format!(
            "{name}.{old} and {new} are kept equal until the stage is completed: code of before and code of after see each \
             other's values; where a statement writes both, {new} counts"
        )];
        let archives: Vec<String> = self.archives().iter().map(|(archive, ..)| archive.name.to_string()).collect();
        if !archives.is_empty() {
            notes.push(format!(
                "rows that have a value in one of {old} and {new} alone get it in both; {} keep which, so that the way back takes \
                 it away again",
                archives.join(" and ")
            ));
        }
        if found.not_null && !other.not_null {
            notes.push(format!("the way back needs a value in {new} for rows that have none: {old} is NOT NULL"));
        }
        let mut held: Vec<String> = Vec::new();
        for column in [old, new] {
            let parts = parts_of(self.context.catalog, self.table, column);
            held.extend(parts.constraints.iter().map(|(_, constraint, _)| constraint.to_string()));
            let unique = parts.indexes.iter().filter(|(_, index)| index.unique && index.constraint.is_none());
            held.extend(unique.map(|(id, _)| id.to_string()));
        }
        held.sort();
        held.dedup();
        if !held.is_empty() {
            notes.push(format!(
                "until the stage is completed a value of either column has to fulfil what is asked of both: {}",
                held.join(", ")
            ));
        }
        notes
    }
}

fn may_be_equal(
    context: &PlanContext<'_>,
    table: &ObjectId,
    (old, found): (&Identifier, &Column),
    (new, other): (&Identifier, &Column),
) -> Result<(), String> {
    let catalog = context.catalog;
    if other.generated.is_some() || other.identity.is_some() {
        return Err(format!("{new} is generated, or an identity column"));
    }
    if found.type_name != other.type_name {
        return Err(format!("{old} is {}, and {new} is {}", found.type_name, other.type_name));
    }
    if found.collation != other.collation {
        return Err(format!("{old} and {new} have different collations"));
    }
    if let Some(Object::DomainType(domain)) = found.user_type.as_ref().and_then(|id| catalog.get(id))
        && (domain.default.is_some() || domain.not_null)
    {
        return Err(format!(
            "the domain {} has a default, or takes no nulls: nothing tells a column that is left out",
            found.type_name
        ));
    }
    let (one, two) = (default_of(catalog, table, old), default_of(catalog, table, new));
    let in_words = |default: &Option<String>| default.as_ref().map_or("none".to_owned(), |text| format!("`{text}`"));
    if one != two {
        return Err(format!("the default of {old} is {}, and that of {new} is {}", in_words(&one), in_words(&two)));
    }
    if one.as_ref().is_some_and(|default| !is_steady(default)) {
        return Err(format!("the default {} is another value each time", in_words(&one)));
    }
    if other.not_null && !found.not_null {
        return Err(format!("{new} is NOT NULL, and {old} takes nulls: make it NOT NULL in a stage before"));
    }
    Ok(())
}
