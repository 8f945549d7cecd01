//! Writes a map by object id as a list of `{id, …}`, because a JSON key can only be a string.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ObjectId;

#[derive(Serialize)]
struct EntryRef<'a, T> {
    id: &'a ObjectId,
    #[serde(flatten)]
    value: &'a T,
}

#[derive(Deserialize)]
struct Entry<T> {
    id: ObjectId,
    #[serde(flatten)]
    value: T,
}

pub(super) fn serialize<S: Serializer, T: Serialize>(
    map: &BTreeMap<ObjectId, T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(map.iter().map(|(id, value)| EntryRef { id, value }))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<ObjectId, T>, D::Error> {
    let entries = Vec::<Entry<T>>::deserialize(deserializer)?;
    Ok(entries.into_iter().map(|entry| (entry.id, entry.value)).collect())
}
