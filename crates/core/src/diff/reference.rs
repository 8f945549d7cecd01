//! How an object is named in DROP and COMMENT ON.

use pgmason_model::catalog::{FunctionKind, TableKind};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};

/// `TABLE public.users`, `POLICY own ON public.users`. None for what has no such name.
pub(crate) fn of(catalog: &Catalog, id: &ObjectId) -> Option<String> {
    let on_relation = |word: &str| Some(format!("{word} {} ON {}", id.sub.as_ref()?, id.qualified_name()?));
    match id.kind {
        ObjectKind::Table => Some(match catalog.get(id) {
            Some(Object::Table(table)) if table.kind == TableKind::Foreign => format!("FOREIGN TABLE {id}"),
            _ => format!("TABLE {id}"),
        }),
        ObjectKind::EnumType | ObjectKind::CompositeType | ObjectKind::RangeType | ObjectKind::BaseType => {
            Some(format!("TYPE {id}"))
        }
        ObjectKind::Function => Some(match catalog.get(id) {
            Some(Object::Function(function)) => match function.kind {
                FunctionKind::Procedure => format!("PROCEDURE {id}"),
                FunctionKind::Aggregate => {
                    let arguments = id.sub.as_ref().map_or("", Identifier::as_str);
                    let arguments = if arguments.is_empty() { "*" } else { arguments };
                    format!("AGGREGATE {}({arguments})", id.qualified_name()?)
                }
                FunctionKind::Function | FunctionKind::Window => format!("FUNCTION {id}"),
            },
            _ => format!("FUNCTION {id}"),
        }),
        ObjectKind::Constraint => on_relation("CONSTRAINT"),
        ObjectKind::DomainConstraint => {
            Some(format!("CONSTRAINT {} ON DOMAIN {}", id.sub.as_ref()?, id.qualified_name()?))
        }
        ObjectKind::Trigger => on_relation("TRIGGER"),
        ObjectKind::Rule => on_relation("RULE"),
        ObjectKind::Policy => on_relation("POLICY"),
        ObjectKind::ExtendedStatistics => Some(format!("STATISTICS {id}")),
        ObjectKind::ForeignDataWrapper => Some(format!("FOREIGN DATA WRAPPER {id}")),
        ObjectKind::ForeignServer => Some(format!("SERVER {id}")),
        ObjectKind::UserMapping => Some(format!("USER MAPPING FOR {} SERVER {}", id.sub.as_ref()?, id.name)),
        ObjectKind::OperatorClass | ObjectKind::OperatorFamily => {
            let word = id.kind.label().to_uppercase();
            Some(format!("{word} {} USING {}", id.qualified_name()?, id.sub.as_ref()?))
        }
        ObjectKind::Operator => {
            Some(format!("OPERATOR {}.{}{}", id.schema.as_ref()?, id.name.as_str(), id.sub.as_ref()?.as_str()))
        }
        ObjectKind::Cast => Some(format!("CAST ({} AS {})", id.name.as_str(), id.sub.as_ref()?.as_str())),
        ObjectKind::Default | ObjectKind::Grant | ObjectKind::DefaultPrivilege | ObjectKind::Comment => None,
        ObjectKind::Schema
        | ObjectKind::Extension
        | ObjectKind::Collation
        | ObjectKind::DomainType
        | ObjectKind::Sequence
        | ObjectKind::Column
        | ObjectKind::Index
        | ObjectKind::View
        | ObjectKind::MaterializedView
        | ObjectKind::EventTrigger
        | ObjectKind::Publication
        | ObjectKind::Subscription
        | ObjectKind::TextSearchDictionary
        | ObjectKind::TextSearchConfiguration => Some(format!("{} {id}", id.kind.label().to_uppercase())),
    }
}
