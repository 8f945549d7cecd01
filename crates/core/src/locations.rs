//! Where in the project's SQL each object was last defined.

use std::collections::HashMap;

use pgmason_model::{ObjectId, ObjectKind};

/// A place in a file, 1-based.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub file: String,
    pub line: u32,
}

/// Object → place. Objects that come from no file (a live database's) have none.
#[derive(Clone, Debug, Default)]
pub struct Locations {
    places: HashMap<ObjectId, Location>,
}

impl Locations {
    pub fn insert(&mut self, id: ObjectId, location: Location) {
        self.places.insert(id, location);
    }

    pub fn remove(&mut self, id: &ObjectId) -> Option<Location> {
        self.places.remove(id)
    }

    /// The object's own place, else the place of the relation that it belongs to.
    pub fn find(&self, id: &ObjectId) -> Option<&Location> {
        if let Some(place) = self.places.get(id) {
            return Some(place);
        }
        if let Some(of) = &id.of {
            return self.find(of);
        }
        id.sub.as_ref()?;
        [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView, ObjectKind::DomainType]
            .into_iter()
            .find_map(|kind| self.places.get(&id.relation(kind)))
    }

    /// Every object with its place.
    pub fn iter(&self) -> impl Iterator<Item = (&ObjectId, &Location)> {
        self.places.iter()
    }
}
