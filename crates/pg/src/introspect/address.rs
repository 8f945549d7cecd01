//! Where an object lives in the system catalogs while they are read. No OID leaves introspection.
//!
//! The numbers are the fixed OIDs of the system catalogs themselves, the same in every major.

pub(super) const PG_TYPE: u32 = 1247;
pub(super) const PG_PROC: u32 = 1255;
pub(super) const PG_CLASS: u32 = 1259;
pub(super) const PG_FOREIGN_SERVER: u32 = 1417;
pub(super) const PG_USER_MAPPING: u32 = 1418;
pub(super) const PG_FOREIGN_DATA_WRAPPER: u32 = 2328;
pub(super) const PG_AMOP: u32 = 2602;
pub(super) const PG_AMPROC: u32 = 2603;
pub(super) const PG_ATTRDEF: u32 = 2604;
pub(super) const PG_CAST: u32 = 2605;
pub(super) const PG_CONSTRAINT: u32 = 2606;
pub(super) const PG_NAMESPACE: u32 = 2615;
pub(super) const PG_OPCLASS: u32 = 2616;
pub(super) const PG_OPERATOR: u32 = 2617;
pub(super) const PG_REWRITE: u32 = 2618;
pub(super) const PG_TRIGGER: u32 = 2620;
pub(super) const PG_OPFAMILY: u32 = 2753;
pub(super) const PG_EXTENSION: u32 = 3079;
pub(super) const PG_POLICY: u32 = 3256;
pub(super) const PG_STATISTIC_EXT: u32 = 3381;
pub(super) const PG_COLLATION: u32 = 3456;
pub(super) const PG_EVENT_TRIGGER: u32 = 3466;
pub(super) const PG_TS_DICT: u32 = 3600;
pub(super) const PG_TS_CONFIG: u32 = 3602;
pub(super) const PG_SUBSCRIPTION: u32 = 6100;
pub(super) const PG_PUBLICATION: u32 = 6104;
pub(super) const PG_PUBLICATION_REL: u32 = 6106;
pub(super) const PG_PUBLICATION_NAMESPACE: u32 = 6237;

/// `classid`, `objid`, `objsubid`, as pg_depend and pg_description write them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Address {
    pub(super) class: u32,
    pub(super) object: u32,
    pub(super) sub: i32,
}

impl Address {
    pub(super) fn new(class: u32, object: u32) -> Self {
        Self { class, object, sub: 0 }
    }

    pub(super) fn column(relation: u32, number: i32) -> Self {
        Self { class: PG_CLASS, object: relation, sub: number }
    }
}
