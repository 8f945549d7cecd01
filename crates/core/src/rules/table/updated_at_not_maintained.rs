//! Finds `updated_at` columns that an update leaves as they are, by having tried it.

use std::collections::BTreeMap;

use pgmason_model::catalog::{TriggerState, TriggerTiming};
use pgmason_model::{Fix, Identifier, ObjectId, ObjectKind, QualifiedName};

use crate::findings::Findings;
use crate::observations::UpdatedAt;
use crate::rulebook::RuleLevel;
use crate::rules::naming::words::words;
use crate::rules::table::columns::own_tables;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::{SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "updated-at-not-maintained",
    section: Section::Table,
    default_level: RuleLevel::Warning,
    summary: "updated_at keeps its old value when a row is updated",
    page: include_str!("updated_at_not_maintained.md"),
    options: &[RuleOption {
        name: "columns",
        default: DefaultOption::List(&["updated_at", "updatedAt", "modified_at"]),
        summary: "names of the column that an update must move; of several in one table the first is tried",
    }],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let names = ctx.option_list("columns");
    let setter = function_that_sets(ctx);
    for table in own_tables(ctx) {
        if ctx.observations.updated_at.get(table.id) != Some(&UpdatedAt::NotMaintained) {
            continue;
        }
        let Some(column) = names.iter().find_map(|name| table.column(name)) else { continue };
        let finding = findings.on(
            column.id,
            format!("column {} keeps its old value when a row is updated", column.id),
            "add a BEFORE UPDATE trigger that sets it to now()",
        );
        finding.fix = Some(with_trigger(ctx, table, column.name, setter));
    }
}

/// The trigger function that keeps the column on the project's other tables, the one most used. Its name must speak of
/// updating, since a function with another purpose may only happen to set the column too, and not of its one table.
fn function_that_sets<'a>(ctx: &SchemaContext<'a>) -> Option<&'a ObjectId> {
    let mut uses: BTreeMap<&ObjectId, usize> = BTreeMap::new();
    for table in ctx.root_tables() {
        if ctx.observations.updated_at.get(table.id) != Some(&UpdatedAt::Maintained) {
            continue;
        }
        let table_words = words(table.name());
        for (_, trigger) in &table.triggers {
            let function_words = words(trigger.function.name.as_str());
            let sets = trigger.timing == TriggerTiming::Before
                && trigger.for_each_row
                && trigger.state != TriggerState::Disabled
                && trigger.columns.is_empty()
                && trigger.events.contains("UPDATE")
                && function_words.iter().any(|word| word == "updated" || word == "timestamp")
                && !function_words.iter().any(|word| table_words.contains(word));
            if sets {
                *uses.entry(&trigger.function).or_default() += 1;
            }
        }
    }
    uses.into_iter().max_by_key(|(_, count)| *count).map(|(function, _)| function)
}

fn with_trigger(ctx: &SchemaContext<'_>, table: &TableView<'_>, column: &Identifier, setter: Option<&ObjectId>) -> Fix {
    let relation = QualifiedName::new(table.schema(), table.name());
    let function = setter.and_then(ObjectId::qualified_name).filter(|_| column.as_str() == "updated_at");
    let mut sql = String::new();
    let function = function.unwrap_or_else(|| {
        let function = free_function_name(ctx, table.schema(), &format!("set_{}", column.as_str()));
        sql = format!(
            "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$\n\
             BEGIN\n    NEW.{column} := now();\n    RETURN NEW;\nEND\n$$;\n"
        );
        function
    });
    let trigger = free_trigger_name(table, &format!("set_{}", column.as_str()));
    sql.push_str(&format!(
        "CREATE TRIGGER {trigger} BEFORE UPDATE ON {relation}\n    FOR EACH ROW EXECUTE FUNCTION {function}();"
    ));
    Fix { description: "every update sets the column, whatever the statement gives it".to_owned(), sql }
}

fn free_function_name(ctx: &SchemaContext<'_>, schema: &str, wanted: &str) -> QualifiedName {
    let taken = |name: &str| {
        let id = ObjectId::sub_object(ObjectKind::Function, schema, name, "");
        ctx.catalog.get(&id).is_some()
    };
    QualifiedName::new(schema, first_free(wanted, taken))
}

fn free_trigger_name(table: &TableView<'_>, wanted: &str) -> Identifier {
    Identifier::new(first_free(wanted, |name| table.triggers.iter().any(|(taken, _)| taken.as_str() == name)))
}

fn first_free(wanted: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while taken(&name) {
        name = format!("{wanted}_{number}");
        number += 1;
    }
    name
}
