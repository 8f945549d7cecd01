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

    /// The object itself has a place.
    pub fn has(&self, id: &ObjectId) -> bool {
        self.places.contains_key(id)
    }

    /// The object's own place, else that of a function of its name, else the place of the relation that it belongs to.
    pub fn find(&self, id: &ObjectId) -> Option<&Location> {
        if let Some(place) = self.places.get(id) {
            return Some(place);
        }
        if let Some(of) = &id.of {
            return self.find(of);
        }
        id.sub.as_ref()?;
        if id.kind == ObjectKind::Function {
            return self.places.get(&ObjectId { sub: None, ..id.clone() });
        }
        [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView, ObjectKind::DomainType]
            .into_iter()
            .find_map(|kind| self.places.get(&id.relation(kind)))
    }

    /// Every object with its place.
    pub fn iter(&self) -> impl Iterator<Item = (&ObjectId, &Location)> {
        self.places.iter()
    }
}
