//! The catalog while it grows: the objects read so far and the map that turns addresses into ids.
//!
//! Readers run in a fixed order, owners before what they own; a sub-object whose relation is unknown (it belongs to an
//! extension) is left out by every reader.

use std::collections::BTreeMap;

use pgmason_model::catalog::{Role, Statistics, Unmodelled};
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind, QualifiedName};
// Keys are OIDs: no one can choose them to collide, and hundreds of thousands are looked up.
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::address::{Address, PG_CLASS, PG_EXTENSION};

#[derive(Default)]
pub(super) struct Builder {
    pub(super) objects: Vec<(ObjectId, Object)>,
    pub(super) addresses: HashMap<Address, ObjectId>,
    /// Member address → OID of its extension.
    pub(super) extension_members: HashMap<Address, u32>,
    pub(super) extension_default_comments: HashMap<u32, String>,
    pub(super) roles: BTreeMap<Identifier, Role>,
    pub(super) role_names: HashMap<u32, Identifier>,
    /// Type and array type of the project → the type's id.
    pub(super) user_types: HashMap<u32, ObjectId>,
    /// The relation whose columns are being read, and how many were.
    positions: (u32, i32),
    pub(super) column_facts: HashMap<Address, ColumnFacts>,
    pub(super) operator_classes: HashMap<u32, OperatorClassFacts>,
    /// `(access method, input type)` that have a default operator class.
    pub(super) default_classes: HashSet<(u32, u32)>,
    pub(super) collations: HashMap<u32, QualifiedName>,
    pub(super) dependencies: Vec<(ObjectId, ObjectId)>,
    /// Index → the constraint that it carries.
    pub(super) index_constraints: HashMap<u32, ObjectId>,
    /// Owned sequence → its column, and whether it is an identity column.
    pub(super) sequence_owners: HashMap<ObjectId, (ObjectId, bool)>,
    pub(super) unmodelled: Vec<Unmodelled>,
    pub(super) unreadable: BTreeMap<String, String>,
    pub(super) statistics: Statistics,
}

/// What an index key has to know about its column.
#[derive(Clone, Copy)]
pub(super) struct ColumnFacts {
    /// For a domain its base type.
    pub(super) type_oid: u32,
    pub(super) collation: u32,
}

pub(super) struct OperatorClassFacts {
    pub(super) name: QualifiedName,
    pub(super) method: u32,
    pub(super) is_default: bool,
    pub(super) input_type: u32,
}

impl Builder {
    pub(super) fn add(&mut self, address: Address, id: ObjectId, object: Object) {
        self.addresses.insert(address, id.clone());
        self.objects.push((id, object));
    }

    /// Counts the columns of a relation, whose rows come one after the other.
    pub(super) fn next_position(&mut self, relation: u32) -> i32 {
        let last = if self.positions.0 == relation { self.positions.1 } else { 0 };
        self.positions = (relation, last + 1);
        last + 1
    }

    pub(super) fn alias(&mut self, address: Address, id: ObjectId) {
        self.addresses.insert(address, id);
    }

    /// The role's name; `public` for OID 0. A role that is gone keeps its number, as PostgreSQL shows it.
    pub(super) fn role_name(&self, oid: u32) -> Identifier {
        match self.role_names.get(&oid) {
            Some(name) => name.clone(),
            None if oid == 0 => Identifier::from("public"),
            None => Identifier::from(oid.to_string()),
        }
    }

    pub(super) fn relation(&self, oid: u32) -> Option<&ObjectId> {
        self.addresses.get(&Address::new(PG_CLASS, oid))
    }

    pub(super) fn relation_name(&self, oid: u32) -> Option<QualifiedName> {
        self.relation(oid).and_then(ObjectId::qualified_name)
    }

    /// The id of something that belongs to a relation; none when the relation is not the project's.
    pub(super) fn sub_object(&self, kind: ObjectKind, relation: u32, sub: Identifier) -> Option<ObjectId> {
        let relation = self.relation(relation)?;
        Some(ObjectId { kind, schema: relation.schema.clone(), name: relation.name.clone(), sub: Some(sub), of: None })
    }

    pub(super) fn column_name(&self, relation: u32, number: i32) -> Option<Identifier> {
        self.addresses.get(&Address::column(relation, number)).and_then(|id| id.sub.clone())
    }

    /// The names of columns by number; whole-row references (number 0) have none.
    pub(super) fn column_names(&self, relation: u32, numbers: &[i16]) -> Vec<Identifier> {
        numbers.iter().filter_map(|&number| self.column_name(relation, i32::from(number))).collect()
    }

    /// The object at an address, or the extension that it is a member of.
    pub(super) fn resolve(&self, address: Address) -> Option<&ObjectId> {
        let whole = Address { sub: 0, ..address };
        self.addresses.get(&address).or_else(|| self.addresses.get(&whole)).or_else(|| {
            let extension = self.extension_members.get(&whole)?;
            self.addresses.get(&Address::new(PG_EXTENSION, *extension))
        })
    }
}
