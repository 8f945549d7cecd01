//! How lists and objects are put in messages.

use pgmason_model::{Identifier, ObjectId, ObjectKind};

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", most.join(", "), last.as_ref())
        }
    }
}

/// The name of a policy as SQL.
pub(super) fn policy_name(policy: &ObjectId) -> String {
    policy.sub.as_ref().map(Identifier::to_string).unwrap_or_default()
}

/// `policy "Users can view own data" on public.documents`.
pub(super) fn policy_on_table(policy: &ObjectId) -> String {
    format!("policy {} on {}", policy_name(policy), policy.relation(ObjectKind::Table))
}
