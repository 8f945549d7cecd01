//! Roles, and who may do what.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::Identifier;

/// A role's attributes, as far as access depends on them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    pub superuser: bool,
    pub bypass_rls: bool,
    pub can_login: bool,
    pub inherit: bool,
    /// Roles that this one is a direct member of.
    pub member_of: BTreeSet<Identifier>,
}

/// Privileges of one grantee on one object, PostgreSQL's implied defaults written out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Privilege in upper case (`SELECT`, `TRUNCATE`, `EXECUTE`, …) → with grant option.
    pub privileges: BTreeMap<String, bool>,
}

impl Grant {
    pub fn allows(&self, privilege: &str) -> bool {
        self.privileges.contains_key(privilege)
    }
}

/// What `ALTER DEFAULT PRIVILEGES` set: objects that the role creates from now on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultPrivilege {
    /// `table`, `sequence`, `function`, `type`, `schema` or `large object`.
    pub object_type: String,
    pub grantee: Identifier,
    pub privileges: BTreeMap<String, bool>,
}
