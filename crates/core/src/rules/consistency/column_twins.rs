//! Tells from two column names and types whether they are one value kept twice.
//!
//! Precise rather than complete: `address_line1`/`address_line2`, `start_at`/`end_at` or `rate_limit`/`rate_limit_minutes`
//! are two values.

use super::column_type::TypeClass;

/// Why two columns look like one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twin {
    /// `user_id` and `userid`.
    Spelling,
    /// `file_size` and `file_size_bytes`.
    Unit,
    /// `email` and `email_address`.
    Synonym,
}

/// Why the two columns look like one value kept twice, if they do.
pub(super) fn twin(a: (&str, &TypeClass), b: (&str, &TypeClass)) -> Option<Twin> {
    let (name_a, name_b) = (words_of(a.0), words_of(b.0));
    if name_a.concat() == name_b.concat() {
        return Some(Twin::Spelling);
    }
    if a.1.is_number() && b.1.is_number() && (is_with_unit(&name_a, &name_b) || is_with_unit(&name_b, &name_a)) {
        return Some(Twin::Unit);
    }
    are_synonyms(&name_a, a.1, &name_b, b.1).then_some(Twin::Synonym)
}

/// Units that a name may end in, and the quantities that they measure: `rate_limit_minutes` is no `rate_limit`.
const UNITS: &[(&[&str], &[&str])] = &[
    (
        &["bytes", "byte", "kb", "mb", "gb", "kib", "mib", "gib"],
        &["size", "length", "usage", "used", "memory", "storage", "bandwidth", "quota", "capacity", "filesize"],
    ),
    (
        &["ms", "millis", "milliseconds", "s", "sec", "secs", "seconds", "min", "mins", "minutes", "hours", "days"],
        &["duration", "time", "timeout", "latency", "delay", "elapsed", "runtime", "age", "ttl", "uptime", "length"],
    ),
    (&["px", "pixels"], &["width", "height", "size", "radius"]),
    (&["kg", "grams", "g", "lb", "lbs", "oz"], &["weight", "mass"]),
    (&["mm", "cm", "m", "km", "meters", "inches", "miles"], &["height", "width", "length", "depth", "distance"]),
    (
        &["cents"],
        &["price", "amount", "total", "subtotal", "cost", "fee", "tax", "balance", "discount", "budget", "salary"],
    ),
];

/// Tells whether a column holds the sort of value that the names are about.
type Holds = fn(&TypeClass) -> bool;

/// Names that say the same when both columns hold the sort of value.
const SYNONYMS: &[(Holds, &[&str])] = &[
    (TypeClass::is_time, &["created", "created_at", "created_on", "date_created", "created_date", "creation_date"]),
    (TypeClass::is_time, &["updated", "updated_at", "updated_on", "date_updated", "last_updated", "last_updated_at"]),
    (TypeClass::is_time, &["modified", "modified_at", "modified_on", "updated_at", "date_modified"]),
    (TypeClass::is_time, &["deleted", "deleted_at", "deleted_on", "date_deleted"]),
    (TypeClass::is_time, &["expires", "expires_at", "expires_on", "expiry", "expiry_date", "expiration_date"]),
    (TypeClass::is_time, &["dob", "date_of_birth", "birth_date", "birthday"]),
    (is_text, &["email", "email_address"]),
    (is_text, &["phone", "phone_number", "telephone"]),
    (is_text, &["zip", "zip_code", "postal_code", "postcode"]),
    (is_text, &["desc", "description"]),
    (TypeClass::is_number, &["lat", "latitude"]),
    (TypeClass::is_number, &["lng", "lon", "long", "longitude"]),
    (TypeClass::is_number, &["qty", "quantity"]),
];

fn is_text(class: &TypeClass) -> bool {
    *class == TypeClass::Text
}

/// The words of a name, in lower case: `userId`, `user_id` and `UserID` are `user`, `id`.
pub(super) fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before_was_lower = false;
    for c in name.chars() {
        let starts_word = c == '_' || (c.is_uppercase() && before_was_lower);
        if starts_word && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        before_was_lower = c.is_lowercase() || c.is_ascii_digit();
        if let Some(word) = words.last_mut().filter(|_| c != '_') {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// True when `long` is `short` and a unit that fits what `short` measures.
fn is_with_unit(short: &[String], long: &[String]) -> bool {
    let Some((unit, base)) = long.split_last() else { return false };
    let Some(quantity) = short.last() else { return false };
    base == short
        && UNITS
            .iter()
            .any(|(units, quantities)| units.contains(&unit.as_str()) && quantities.contains(&quantity.as_str()))
}

fn are_synonyms(name_a: &[String], class_a: &TypeClass, name_b: &[String], class_b: &TypeClass) -> bool {
    let (joined_a, joined_b) = (name_a.join("_"), name_b.join("_"));
    let listed = SYNONYMS.iter().any(|(holds, names)| {
        holds(class_a) && holds(class_b) && names.contains(&joined_a.as_str()) && names.contains(&joined_b.as_str())
    });
    listed
        || (are_booleans(class_a, class_b)
            && (joined_a == format!("is_{joined_b}") || joined_b == format!("is_{joined_a}")))
}

fn are_booleans(a: &TypeClass, b: &TypeClass) -> bool {
    let boolean = TypeClass::Other("boolean".to_owned());
    *a == boolean && *b == boolean
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: TypeClass = TypeClass::BigInteger;
    const TEXT: TypeClass = TypeClass::Text;
    const TIME: TypeClass = TypeClass::TimestampWithTimeZone;

    fn boolean() -> TypeClass {
        TypeClass::Other("boolean".to_owned())
    }

    #[test]
    fn one_value_kept_twice_is_seen() {
        for (a, b, class, expected) in [
            ("file_size", "file_size_bytes", NUMBER, Twin::Unit),
            ("fileSizeBytes", "file_size", NUMBER, Twin::Unit),
            ("price", "price_cents", NUMBER, Twin::Unit),
            ("width", "width_px", NUMBER, Twin::Unit),
            ("processing_time", "processing_time_ms", NUMBER, Twin::Unit),
            ("user_id", "userid", TEXT, Twin::Spelling),
            ("userId", "user_id", TEXT, Twin::Spelling),
            ("created", "created_at", TIME, Twin::Synonym),
            ("updated_at", "modified_at", TIME, Twin::Synonym),
            ("email", "email_address", TEXT, Twin::Synonym),
            ("phone", "phone_number", TEXT, Twin::Synonym),
            ("active", "is_active", boolean(), Twin::Synonym),
        ] {
            assert_eq!(twin((a, &class), (b, &class)), Some(expected), "{a} {b}");
            assert_eq!(twin((b, &class), (a, &class)), Some(expected), "{b} {a}");
        }
    }

    #[test]
    fn two_values_with_like_names_are_two() {
        for (a, b, class) in [
            ("address_line1", "address_line2", TEXT),
            ("address_line_1", "address_line_2", TEXT),
            ("start_at", "end_at", TIME),
            ("starts_at", "started_at", TIME),
            ("rate_limit", "rate_limit_minutes", NUMBER),
            ("requests_per_minute", "requests_per_hour", NUMBER),
            ("downloads", "downloads_bytes", NUMBER),
            ("price", "price_usd", NUMBER),
            ("discount", "discount_percent", NUMBER),
            ("trial_days", "trial_hours", NUMBER),
            ("email", "email_verified_at", TEXT),
            ("phone", "phone_country", TEXT),
            ("name", "full_name", TEXT),
            ("tag", "tags", TEXT),
            ("min", "max", NUMBER),
            ("created_at", "updated_at", TIME),
            ("expires_at", "expired_at", TIME),
            ("token", "tokens_used", NUMBER),
            ("is_public", "public_name", TEXT),
        ] {
            assert_eq!(twin((a, &class), (b, &class)), None, "{a} {b}");
        }
        assert_eq!(twin(("created", &boolean()), ("created_at", &TIME)), None, "a flag is no time");
        assert_eq!(twin(("file_size", &TEXT), ("file_size_bytes", &NUMBER)), None, "\"12 MB\" is for people");
        assert_eq!(twin(("deleted", &boolean()), ("is_deleted", &NUMBER)), None);
    }
}
