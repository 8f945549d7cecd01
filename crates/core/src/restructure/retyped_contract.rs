//! The end of a change of type: what cannot be found again is kept, and the old column goes.

use pgmason_model::restructure::{RestructureStep, StepUndo};
use pgmason_model::{QualifiedName, quote_literal};

use super::column_parts::set_not_null;
use super::index_steps::of_index;
use super::refusal::OperationRefusal;
use super::retyped_column::{Parts, Retyped};
use super::shadow_column;
use super::step::{both_ways, build_index, check_with_undo, exclusive, transaction, validate};
use super::sync_trigger::{differs, fill, quiet};
use super::tracking::tell_postgrest;
use super::value_archive::Archive;

impl Retyped<'_> {
    pub(super) fn contract(&self, parts: &Parts<'_>) -> Result<Vec<RestructureStep>, OperationRefusal> {
        let Self { context, name, column, conversion, .. } = self;
        let Parts { old, .. } = parts;
        let told = tell_postgrest(context.catalog);
        // The key as it is by then.
        let mut key = self.key.clone();
        for part in key.iter_mut().filter(|part| part.name == *column) {
            part.type_name.clone_from(&conversion.new_type);
        }
        let own: Vec<QualifiedName> = parts.indexes.iter().map(|copy| copy.kept_name()).collect();
        let mut steps = vec![super::built_on::nothing_else_is_built_on(name, old, &own)];
        for copy in &parts.indexes {
            let kept = copy.spare(old)?;
            let kept_name = copy.kept_name();
            let unique = if kept.unique { "UNIQUE " } else { "" };
            let statement = format!("CREATE {unique}INDEX {} ON {name} {}", kept.name, kept.what);
            let there = format!("SELECT pg_catalog.to_regclass({}) IS NOT NULL", quote_literal(&kept_name.to_string()));
            let failure = format!("the index {kept_name} is gone since the stage was started");
            // What was said of it: the index of a constraint is a new one, and the way back says it later.
            let said: Vec<String> = match copy.constraint {
                None => of_index(context.catalog, copy.id, copy.index)
                    .into_iter()
                    .map(|statement| {
                        let (from, to) = (format!(" INDEX {} ", copy.id), format!(" INDEX {kept_name} "));
                        statement.replacen(&from, &to, 1)
                    })
                    .filter(|statement| !statement.contains(" CLUSTER ON "))
                    .collect(),
                Some(_) => Vec::new(),
            };
            if !said.is_empty() {
                let undo = StepUndo::Action(transaction(Vec::new(), said));
                let title = format!("see what is said of the index {kept_name}");
                steps.push(check_with_undo(title, there.clone(), failure.clone(), undo));
            }
            let title = format!("see that the index {kept_name} is there");
            let undo = StepUndo::Action(build_index(&statement, name, &kept.name));
            steps.push(check_with_undo(title, there, failure, undo));
        }
        if let Some((check_name, _, again)) = &parts.not_null {
            let is_true = |title: &str, undo| check_with_undo(title, "SELECT true", "", StepUndo::Action(undo));
            let set = vec![
                set_not_null(name, old, parts.not_null_named.as_ref().map(|(_, kept)| kept)),
                format!("ALTER TABLE {name} DROP CONSTRAINT {check_name}"),
            ];
            steps.push(is_true("on the way back the old column is NOT NULL", transaction(exclusive(name), set)));
            steps.push(is_true("on the way back every row is looked at", validate(name, check_name).action));
            steps.push(is_true("on the way back nulls are refused", transaction(exclusive(name), vec![again.clone()])));
        }
        let refill = fill(
            name,
            &key,
            old,
            &conversion.back("source", &format!("source.{column}")),
            &conversion.back_differs("source", old, column),
        );
        let failure = format!("rows of {name} have another value in {old} than {column} leads to");
        let different = conversion.back_differs("source", old, column);
        let mut query = format!("SELECT NOT EXISTS (SELECT FROM {name} AS source WHERE {different})");
        if !conversion.is_exact() {
            let collation =
                self.found.collation.as_ref().map(|collation| format!(" COLLATE {collation}")).unwrap_or_default();
            let value_type = format!("{}{collation}", conversion.old_type);
            let archive = Archive::new("retyped", name, key.clone(), column, value_type);
            steps.extend(archive.make(&format!("values of {column} that its new type cannot give back")));
            let value = format!("pgmason_batch.{}", archive.value);
            // Of rows that still have the value which this one led to.
            let leads_to =
                format!("NOT {}", differs(&format!("{name}.{column}"), &conversion.forth(&name.to_string(), &value)));
            steps.push(RestructureStep {
                title: format!("keep the values of {name}.{old} that cannot be found again"),
                action: archive.take(&format!("batch.{old}"), Some(different.clone())),
                undo: StepUndo::Action(archive.give(
                    &format!("{old} = {value}"),
                    &format!("{} AND {leads_to}", differs(&format!("{name}.{old}"), &value)),
                    quiet(name, old),
                )),
            });
            query = format!(
                "SELECT NOT EXISTS (SELECT FROM {name} AS source LEFT JOIN {} AS archive ON {} WHERE {different} \
                 AND (archive.{} IS NULL OR {}))",
                archive.name,
                super::table_facts::same_key(&key, "source", "archive"),
                key.first().map(|part| part.name.to_string()).unwrap_or_default(),
                differs(&format!("source.{old}"), &format!("archive.{}", archive.value)),
            );
        }
        steps.push(check_with_undo(
            format!("see that no value of {name}.{old} is lost"),
            query,
            failure,
            StepUndo::Action(refill),
        ));
        let sync = self.back_trigger(parts);
        let mut forth = sync.drop;
        forth.push(format!("ALTER TABLE {name} DROP COLUMN {old}"));
        forth.extend(told.clone());
        let mut back = shadow_column::add(context, &self.table, column, old, self.found.clone())?;
        back.extend(sync.create);
        back.extend(told);
        steps.push(both_ways(format!("drop {name}.{old}"), &exclusive(name), forth, back));
        Ok(steps)
    }
}
