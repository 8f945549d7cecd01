//! Compares the rows of tables before and after a migration.

use std::collections::BTreeMap;

use super::rows::TableRows;
use super::statements::Says;

/// What became of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Survival {
    /// Rows or values that went although no statement says so.
    pub(super) lost: Vec<String>,
    /// Rows or values that went as the file says.
    pub(super) notes: Vec<String>,
}

/// Every row of `before` is to be found in `after`, with its values in columns whose type is what it was.
pub(super) fn survival(before: &[TableRows], after: &[TableRows], says: &Says) -> Survival {
    let mut found = Survival::default();
    for table in before.iter().filter(|table| table.count > 0) {
        let name = &table.name;
        // One that was made anew under the old name may hold the old rows.
        let same = after.iter().find(|other| other.oid == table.oid);
        let Some(now) = same.or_else(|| after.iter().find(|other| other.name == *name)) else {
            if says.dropped.contains(name) {
                found.notes.push(format!("drops {name} and its rows, as it says"));
            } else {
                found.lost.push(format!("{name} is gone with its {} rows, and no statement drops it", table.count));
            }
            continue;
        };
        if now.count < table.count {
            let gone = table.count - now.count;
            if says.emptied.contains(name) || (same.is_none() && says.dropped.contains(name)) {
                found.notes.push(format!("removes {gone} of {} rows of {name}, as it says", table.count));
            } else {
                found.lost.push(format!(
                    "{gone} of {} rows of {name} are gone, and no statement outside of a DO block removes rows of it",
                    table.count
                ));
            }
            continue;
        }
        columns(table, now, same.is_some(), says, &mut found);
    }
    found
}

fn columns(table: &TableRows, now: &TableRows, by_number: bool, says: &Says, found: &mut Survival) {
    let name = &table.name;
    let mut kept = Vec::new();
    for (place, column) in table.columns.iter().enumerate() {
        let there = if by_number { now.column_of(column.number) } else { now.column_named(&column.name) };
        let holds = |rows: &[Vec<Option<String>>], place: usize| {
            rows.iter().filter(|row| row.get(place).is_some_and(Option::is_some)).count()
        };
        let values = holds(&table.rows, place);
        match there {
            None if values == 0 => {}
            None if says.dropped_columns.contains(&(name.clone(), column.name.clone())) => {
                found.notes.push(format!("drops the values of {name}.{}, as it says", column.name));
            }
            None if says.dropped.contains(name) => {}
            None => found.lost.push(format!("column {name}.{} is gone, and no statement drops it", column.name)),
            Some((_, other)) if other.type_name == column.type_name => kept.push((place, there)),
            Some((there, other)) => {
                let left = holds(&now.rows, there);
                if left >= values || !table.is_whole() || !now.is_whole() {
                    continue;
                }
                let what = format!(
                    "{} of {values} values of {name}.{} became NULL when its type changed from {} to {}",
                    values - left,
                    column.name,
                    column.type_name,
                    other.type_name
                );
                if says.updated.contains(name) {
                    found.notes.push(what);
                } else {
                    found.lost.push(what);
                }
            }
        }
    }
    if !table.is_whole() || !now.is_whole() {
        found.notes.push(format!("{name} has too many rows to look at each; only their number was compared"));
        return;
    }
    let before = bag(&table.rows, kept.iter().map(|(place, _)| *place).collect());
    let after = bag(&now.rows, kept.iter().filter_map(|(_, there)| there.map(|(place, _)| place)).collect());
    let changed: usize = before.iter().map(|(row, count)| count.saturating_sub(*after.get(row).unwrap_or(&0))).sum();
    if changed == 0 {
        return;
    }
    let differing: Vec<String> = kept
        .iter()
        .filter_map(|(place, there)| {
            let (there, _) = (*there)?;
            let (old, new) = (bag(&table.rows, vec![*place]), bag(&now.rows, vec![there]));
            let differs = old.iter().any(|(value, count)| new.get(value).unwrap_or(&0) < count);
            differs.then(|| table.columns[*place].name.to_string())
        })
        .collect();
    let what = format!("{changed} rows of {name} have other values in {}", differing.join(", "));
    if says.updated.contains(name) || says.emptied.contains(name) {
        found.notes.push(format!("{what}, as it says"));
    } else if says.unread {
        found.notes.push(format!("{what}; the file has statements whose work only a run shows"));
    } else {
        found.lost.push(format!("{what}, and no statement says so"));
    }
}

type Bag<'a> = BTreeMap<Vec<&'a Option<String>>, usize>;

fn bag(rows: &[Vec<Option<String>>], places: Vec<usize>) -> Bag<'_> {
    let mut bag = Bag::new();
    for row in rows {
        *bag.entry(places.iter().filter_map(|place| row.get(*place)).collect()).or_insert(0) += 1;
    }
    bag
}

/// How the rows after an undo differ from those before. What the file openly removed or changed nobody brings back.
pub(super) fn differences(before: &[TableRows], after: &[TableRows], forgive: Option<&Says>) -> Vec<String> {
    let mut found = Vec::new();
    for table in before {
        let name = &table.name;
        let forgiven = |says: &Says| {
            says.dropped.contains(name)
                || says.emptied.contains(name)
                || says.updated.contains(name)
                || says.dropped_columns.iter().any(|(dropped, _)| dropped == name)
        };
        let Some(now) = after.iter().find(|other| other.name == *name) else {
            if table.count > 0 && !forgive.is_some_and(forgiven) {
                found.push(format!("the rows of {name} are gone"));
            }
            continue;
        };
        if forgive.is_some_and(forgiven) {
            continue;
        }
        if now.count != table.count {
            found.push(format!("{name} has {} rows instead of {}", now.count, table.count));
        } else if table.is_whole() {
            let places: Option<Vec<usize>> =
                table.columns.iter().map(|column| now.column_named(&column.name).map(|(place, _)| place)).collect();
            let Some(places) = places else { continue };
            if bag(&table.rows, (0..table.columns.len()).collect()) != bag(&now.rows, places) {
                found.push(format!("rows of {name} have other values than before"));
            }
        }
    }
    found
}
