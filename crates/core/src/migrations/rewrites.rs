//! Which changes of a column write all rows of its table anew, as far as the files say.

use pgmason_model::QualifiedName;
use pgmason_sql::types::{DefaultVolatility, Rewrite, default_volatility, type_change, using_changes_nothing};
use pgmason_sql::{ColumnDefinition, DataType, Fragment, StatementKind, Volatility};

use super::History;
use super::history::Moment;
use crate::expression::calls;

/// What a change of type does to the table. Unknown where the files do not say what the type was.
pub fn of_type_change(
    history: &History<'_>,
    column: &str,
    old: Option<&DataType>,
    new: &DataType,
    using: Option<&Fragment>,
) -> Rewrite {
    if using.is_some_and(|using| !using_changes_nothing(column, &using.text)) {
        return Rewrite::Yes;
    }
    let Some(old) = old else { return Rewrite::Unknown };
    let is_enum = |data_type: &DataType| history.enums.contains(&data_type.base.name);
    match type_change(old, new) {
        // An enum is stored as a number of its own: every other type is another representation.
        Rewrite::Unknown if (is_enum(old) || is_enum(new)) && old.base.name != new.base.name => Rewrite::Yes,
        known => known,
    }
}

/// The file set the session's time zone to UTC before the statement.
pub fn time_zone_is_utc(history: &History<'_>, moment: &Moment<'_>) -> bool {
    let earlier =
        history.of_file(moment.step.file).take_while(|(_, other)| other.step.span.start < moment.step.span.start);
    let mut utc = false;
    for (_, other) in earlier {
        if let StatementKind::Set(set) = &other.step.statement.kind
            && set.name == "timezone"
        {
            utc = set.values.first().is_some_and(|zone| zone.eq_ignore_ascii_case("utc"));
        }
    }
    utc
}

/// Why ADD COLUMN gives every old row a value of its own, in words that follow the column's name.
pub fn of_new_column(history: &History<'_>, column: &ColumnDefinition, constrained_domain: bool) -> Option<String> {
    if column.generated.as_ref().is_some_and(|generated| generated.stored) {
        return Some("is GENERATED … STORED".to_owned());
    }
    if column.identity {
        return Some("is an identity".to_owned());
    }
    if let Some(data_type) = column.data_type.as_ref().filter(|data_type| data_type.base.name.ends_with("serial")) {
        return Some(format!("is {}", data_type.text));
    }
    if let Some(default) = &column.default {
        let volatile = match default_volatility(&default.text) {
            DefaultVolatility::Volatile => true,
            DefaultVolatility::Unknown => calls_own_volatile(history, &default.text),
            DefaultVolatility::NotVolatile => false,
        };
        if volatile {
            return Some(format!("has the volatile default {}", default.text));
        }
    }
    // DomainHasConstraints: PostgreSQL checks the domain row by row.
    constrained_domain.then(|| "is of a domain with constraints".to_owned())
}

/// A function that the files define without STABLE or IMMUTABLE.
fn calls_own_volatile(history: &History<'_>, default: &str) -> bool {
    calls(default).iter().any(|call| {
        let schema = call.schema.as_deref().unwrap_or("public");
        let name = QualifiedName::new(schema, call.name.as_str());
        history.functions.get(&name) == Some(&Volatility::Volatile)
    })
}
