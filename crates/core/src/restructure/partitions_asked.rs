//! Which partitions the file asks for, and whether their names are free.

use pgmason_model::{Identifier, ObjectKind, QualifiedName};

use super::context::{PlanContext, short_enough};
use super::operations::partition_table::{PartitionBy, PartitionTable};
use super::partitions::{Partitions, default_name};
use super::refusal::OperationRefusal;
use super::table_facts::refused;
use crate::rules::consistency::column_type::without_modifier;

/// Partitions ahead of now, where the file does not say.
const AHEAD: u32 = 3;
const MOST_PARTITIONS: u32 = 1_000;

pub(super) fn partitions_of(
    asked: &PartitionTable,
    name: &QualifiedName,
    column: &Identifier,
    type_name: &str,
) -> Result<Partitions, OperationRefusal> {
    let named = |suffix: &str| Identifier::from(format!("{}_{suffix}", name.name.as_str()));
    match asked.by {
        PartitionBy::Range => {
            let known = ["day", "week", "month", "quarter", "year"];
            let wanted = asked.interval.as_deref().unwrap_or_default();
            let Some(interval) = known.into_iter().find(|known| *known == wanted) else {
                return Err(refused(
                    format!("`interval` is `{wanted}`"),
                    "write \"day\", \"week\", \"month\", \"quarter\" or \"year\"",
                ));
            };
            let with_time_zone = match without_modifier(type_name).as_str() {
                "timestamp with time zone" => true,
                "timestamp without time zone" | "date" => false,
                _ => {
                    return Err(refused(
                        format!("{name}.{column} is {type_name}, and ranges are of time"),
                        "choose a column of a date or a point in time, or partition by hash",
                    ));
                }
            };
            let ahead = asked.partitions.unwrap_or(AHEAD);
            enough(ahead, 0)?;
            Ok(Partitions::Range { interval, ahead, with_time_zone })
        }
        PartitionBy::Hash => {
            let count = asked.partitions.ok_or_else(|| {
                refused("`partitions` is missing".to_owned(), "say how many there are to be, such as 8")
            })?;
            enough(count, 1)?;
            let all = (0..count).map(|rest| {
                (named(&format!("p{rest}")), format!("FOR VALUES WITH (MODULUS {count}, REMAINDER {rest})"))
            });
            if asked.default_partition {
                return Err(refused("partitions by hash take every row".to_owned(), "take `default_partition` out"));
            }
            Ok(Partitions::Named(all.collect()))
        }
        PartitionBy::List => {
            if asked.lists.is_empty() {
                return Err(refused(
                    "`lists` is missing".to_owned(),
                    "write `lists = { active = [\"'active'\"] }`: partition and its values, as SQL literals",
                ));
            }
            let all = asked
                .lists
                .iter()
                .map(|(suffix, values)| (named(suffix), format!("FOR VALUES IN ({})", values.join(", "))));
            Ok(Partitions::Named(all.collect()))
        }
    }
}

fn enough(count: u32, least: u32) -> Result<(), OperationRefusal> {
    if count < least || count > MOST_PARTITIONS {
        return Err(refused(
            format!("`partitions` is {count}"),
            "between 1 and 1000: each is a table that every plan looks at",
        ));
    }
    Ok(())
}

/// Partitions by time are named when the rows are looked at: nothing may look like one of them.
pub(super) fn names_are_free(
    context: &PlanContext<'_>,
    name: &QualifiedName,
    partitions: &Partitions,
    with_default: bool,
) -> Result<(), OperationRefusal> {
    let of = |name_of: Identifier| QualifiedName { schema: name.schema.clone(), name: name_of };
    if with_default {
        context.free(&of(default_name(name)))?;
    }
    match partitions {
        Partitions::Named(named) => named.iter().try_for_each(|(part, _)| context.free(&of(part.clone()))),
        Partitions::Range { .. } => {
            short_enough(&Identifier::from(format!("{}_2026_11_27", name.name.as_str())))?;
            let prefix = format!("{}_", name.name.as_str());
            let taken =
                context.catalog.objects.keys().find(|id| {
                    matches!(id.kind, ObjectKind::Table | ObjectKind::View | ObjectKind::Index | ObjectKind::Sequence)
                        && id.schema.as_ref() == Some(&name.schema)
                        && id.name.as_str().strip_prefix(&prefix).is_some_and(|rest| {
                            rest.len() >= 4 && rest.bytes().take(4).all(|byte| byte.is_ascii_digit())
                        })
                });
            match taken {
                Some(id) => Err(OperationRefusal::NameTaken { name: id.to_string(), by: id.kind.label().to_owned() }),
                None => Ok(()),
            }
        }
    }
}
