//! A condition in SQL that says whether an object is there.

use pgmason_model::{Identifier, ObjectId, ObjectKind, quote_literal};

/// None for what has `IF NOT EXISTS` or `OR REPLACE`, or is part of another.
pub(super) fn condition(id: &ObjectId) -> Option<String> {
    use ObjectKind as K;
    let bare = |name: &Identifier| quote_literal(name.as_str());
    let name = || id.qualified_name().map(|name| quote_literal(&name.to_string()));
    let schema = || id.schema.as_ref().map(&bare);
    let sub = || id.sub.as_ref().map(&bare);
    let by_name = |catalog: &str, column: &str| {
        format!("EXISTS (SELECT FROM pg_catalog.{catalog} WHERE {column} = {})", bare(&id.name))
    };
    let in_schema = |catalog: &str, prefix: &str| {
        Some(format!(
            "EXISTS (SELECT FROM pg_catalog.{catalog} WHERE {prefix}name = {} AND {prefix}namespace = \
             pg_catalog.to_regnamespace({}))",
            bare(&id.name),
            quote_literal(&id.schema.as_ref()?.to_string()),
        ))
    };
    Some(match id.kind {
        K::EnumType | K::DomainType | K::CompositeType | K::RangeType | K::BaseType => {
            format!("pg_catalog.to_regtype({}) IS NOT NULL", name()?)
        }
        K::Table | K::View | K::MaterializedView | K::Sequence | K::Index => {
            format!("pg_catalog.to_regclass({}) IS NOT NULL", name()?)
        }
        K::Constraint => format!(
            "EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = pg_catalog.to_regclass({}) AND conname = {})",
            name()?,
            sub()?
        ),
        K::DomainConstraint => format!(
            "EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE contypid = pg_catalog.to_regtype({}) AND conname = {})",
            name()?,
            sub()?
        ),
        K::Rule => format!(
            "EXISTS (SELECT FROM pg_catalog.pg_rules WHERE schemaname = {} AND tablename = {} AND rulename = {})",
            schema()?,
            bare(&id.name),
            sub()?
        ),
        K::Operator => {
            let operands = id.sub.as_ref()?.as_str();
            let text = format!("{}.{}{operands}", id.schema.as_ref()?, id.name.as_str());
            // Another one's COMMUTATOR may have left a shell of the name, without a function.
            format!(
                "EXISTS (SELECT FROM pg_catalog.pg_operator WHERE oid = pg_catalog.to_regoperator({}) AND oprcode <> 0)",
                quote_literal(&text)
            )
        }
        K::OperatorClass | K::OperatorFamily => {
            let (catalog, prefix) =
                if id.kind == K::OperatorClass { ("pg_opclass", "opc") } else { ("pg_opfamily", "opf") };
            format!(
                "EXISTS (SELECT FROM pg_catalog.{catalog} AS c JOIN pg_catalog.pg_am AS m ON m.oid = c.{prefix}method \
                 WHERE c.{prefix}name = {} AND c.{prefix}namespace = pg_catalog.to_regnamespace({}) AND m.amname = {})",
                bare(&id.name),
                quote_literal(&id.schema.as_ref()?.to_string()),
                sub()?
            )
        }
        K::Cast => format!(
            "EXISTS (SELECT FROM pg_catalog.pg_cast WHERE castsource = pg_catalog.to_regtype({}) AND casttarget = \
             pg_catalog.to_regtype({}))",
            bare(&id.name),
            sub()?
        ),
        K::TextSearchDictionary => in_schema("pg_ts_dict", "dict")?,
        K::TextSearchConfiguration => in_schema("pg_ts_config", "cfg")?,
        K::Publication => by_name("pg_publication", "pubname"),
        K::Subscription => by_name("pg_subscription", "subname"),
        K::EventTrigger => by_name("pg_event_trigger", "evtname"),
        K::ForeignDataWrapper => by_name("pg_foreign_data_wrapper", "fdwname"),
        _ => return None,
    })
}

/// The table is in the publication.
pub(super) fn publishes(publication: &Identifier, table: &str) -> String {
    format!(
        "EXISTS (SELECT FROM pg_catalog.pg_publication_rel AS r JOIN pg_catalog.pg_publication AS p ON p.oid = r.prpubid \
         WHERE p.pubname = {} AND r.prrelid = pg_catalog.to_regclass({}))",
        quote_literal(publication.as_str()),
        quote_literal(table)
    )
}

/// The text search configuration has dictionaries for the kind of token.
pub(super) fn maps(configuration: &ObjectId, token: &str) -> Option<String> {
    Some(format!(
        "EXISTS (SELECT FROM pg_catalog.pg_ts_config AS c CROSS JOIN LATERAL pg_catalog.ts_token_type(c.cfgparser) AS t \
         JOIN pg_catalog.pg_ts_config_map AS m ON m.mapcfg = c.oid AND m.maptokentype = t.tokid WHERE c.cfgname = {} AND \
         c.cfgnamespace = pg_catalog.to_regnamespace({}) AND t.alias = {})",
        quote_literal(configuration.name.as_str()),
        quote_literal(&configuration.schema.as_ref()?.to_string()),
        quote_literal(token)
    ))
}

/// The table is a partition or an heir of the other.
pub(super) fn inherits(child: &str, parent: &str) -> String {
    format!(
        "EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhrelid = pg_catalog.to_regclass({}) AND inhparent = \
         pg_catalog.to_regclass({}))",
        quote_literal(child),
        quote_literal(parent)
    )
}

/// The column is an identity already.
pub(super) fn is_identity(table: &str, column: &Identifier) -> String {
    format!(
        "EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = pg_catalog.to_regclass({}) AND attname = {} AND \
         attidentity <> '')",
        quote_literal(table),
        quote_literal(column.as_str())
    )
}
