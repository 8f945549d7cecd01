//! The view under the name of a table whose rows went into another one: its columns, in their order, and the
//! discriminator behind them.
//!
//! - A plain view where every column is one of the other table's: INSERT … ON CONFLICT works through it, the
//!   discriminator is its default, and CASCADED CHECK OPTION keeps rows of another kind out (PostgreSQL 15 to 18).
//! - Where a column is computed, INSTEAD OF triggers write it, with the rights of whoever asks.

use std::collections::BTreeMap;

use pgmason_model::catalog::{Attribute, Comment, Default, View};
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::compatibility_view::{
    OWN_SCHEMA, ViewStatements, count_inserts, has_column_grants, insert_counter, marker, marker_statements, parts,
    runs_as_invoker,
};
use super::context::PlanContext;
use super::make::make;
use super::merge_mapping::{Mapping, refused};
use super::own_name::readable;
use super::refusal::OperationRefusal;

/// Rows of one kind in another table.
pub(super) struct MergedView<'a> {
    pub(super) table: &'a ObjectId,
    pub(super) view: &'a QualifiedName,
    pub(super) into: &'a ObjectId,
    pub(super) shown: &'a QualifiedName,
    pub(super) mapping: &'a Mapping,
    pub(super) discriminator: &'a Identifier,
    pub(super) discriminator_type: &'a str,
    /// As a literal.
    pub(super) value: &'a str,
}

impl MergedView<'_> {
    pub(super) fn statements(&self, context: &PlanContext<'_>) -> Result<ViewStatements, OperationRefusal> {
        let catalog = context.catalog;
        let (Some(Object::Table(found)), Some(Object::Table(target))) =
            (catalog.get(self.table), catalog.get(self.into))
        else {
            return Err(OperationRefusal::NoSuchTable { name: self.table.to_string(), similar: Vec::new() });
        };
        let invoker = runs_as_invoker(context, self.into) && !has_column_grants(catalog, self.table);
        if !invoker && (target.row_security || found.row_security) {
            return Err(refused(
                format!("no view can stand for {}: it would run past the policies of {}", self.table, self.into),
                "PostgreSQL 15 has views that respect them, where no privilege is on single columns",
            ));
        }
        let marker = marker(self.view);
        let mut list = Vec::new();
        let mut attributes = Vec::new();
        for (name, column) in &self.mapping.source {
            list.push(match self.mapping.back.get(name) {
                Some(own) if own == name => format!("shown.{own}"),
                Some(own) => format!("shown.{own} AS {name}"),
                None => format!("CAST(NULL AS {}) AS {name}", column.type_name),
            });
            attributes.push((name.clone(), column.type_name.clone(), column.collation.clone()));
        }
        list.push(format!("shown.{}", self.discriminator));
        attributes.push((self.discriminator.clone(), self.discriminator_type.to_owned(), None));
        let definition = format!(
            "SELECT {}\nFROM {} AS shown\nWHERE shown.{} = {} AND NOT EXISTS (SELECT FROM {marker})",
            list.join(", "),
            self.shown,
            self.discriminator,
            self.value
        );
        let id = ObjectId::in_schema(ObjectKind::View, self.view.schema.clone(), self.view.name.clone());
        let view = View {
            owner: found.owner.clone(),
            definition,
            columns: attributes
                .into_iter()
                .map(|(name, type_name, collation)| Attribute { name, type_name, collation })
                .collect(),
            security_invoker: invoker,
            security_barrier: false,
            check_option: (!self.mapping.computed).then(|| "cascaded".to_owned()),
        };
        let mut objects: BTreeMap<ObjectId, Object> = BTreeMap::from([(id.clone(), Object::View(view))]);
        for (part, object) in parts(catalog, self.table, self.view, self.shown) {
            if part.kind != ObjectKind::Default {
                objects.insert(part, object);
            }
        }
        objects.extend(self.defaults(context));
        objects.entry(ObjectId::comment(id)).or_insert_with(|| {
            let text = format!("pgmason: rows of {} until its restructuring is completed", self.shown);
            Object::Comment(Comment { text })
        });
        let mut create = marker_statements(&marker, self.view);
        create.extend(make(catalog, objects.into_iter().collect(), context.creator)?);
        let name = pgmason_model::quote_literal(&self.view.to_string());
        let mut drop = vec![
            format!("SELECT pgmason.unguard({name})"),
            format!("DROP VIEW {}", self.view),
            format!("DROP TABLE {marker}"),
        ];
        if self.mapping.computed {
            create.extend(self.instead_of());
            create.extend(count_inserts(&marker, self.view));
            drop.push(format!("DROP FUNCTION {}()", insert_counter(self.view)));
            drop.push(format!("DROP FUNCTION {}()", self.function()));
        }
        create.push(format!("SELECT pgmason.guard({name})"));
        Ok(ViewStatements { create, drop })
    }

    /// Defaults of the table's columns. A key comes from the sequence of the table that the rows are in now.
    fn defaults(&self, context: &PlanContext<'_>) -> Vec<(ObjectId, Object)> {
        let of_view = |column: &Identifier| ObjectId {
            kind: ObjectKind::Default,
            schema: Some(self.view.schema.clone()),
            name: self.view.name.clone(),
            sub: Some(column.clone()),
            of: None,
        };
        let default_of = |table: &ObjectId, column: &Identifier| {
            let id = ObjectId { kind: ObjectKind::Default, sub: Some(column.clone()), ..table.clone() };
            match context.catalog.get(&id) {
                Some(Object::Default(default)) => Some(default.clone()),
                _ => None,
            }
        };
        let mut found = Vec::new();
        for (name, _) in &self.mapping.source {
            let Some(own) = self.mapping.back.get(name) else { continue };
            let of_source = default_of(self.table, name).filter(|default| default.sequence.is_none());
            // INSTEAD OF triggers are handed NULL where nothing was said: defaults have to be the view's own.
            let behind = || match default_of(self.into, own) {
                Some(default) => Some(default),
                None => self.identity_default(context, own),
            };
            let default = of_source.or_else(|| if self.mapping.computed { behind() } else { None });
            if let Some(default) = default {
                found.push((of_view(name), Object::Default(default)));
            }
        }
        let expression = format!("CAST({} AS {})", self.value, self.discriminator_type);
        found.push((of_view(self.discriminator), Object::Default(Default { expression, sequence: None })));
        found
    }

    fn identity_default(&self, context: &PlanContext<'_>, column: &Identifier) -> Option<Default> {
        let sequence = sequence_of(context, self.into, column)?;
        let text = pgmason_model::quote_literal(&sequence.to_string());
        Some(Default { expression: format!("pg_catalog.nextval({text}::pg_catalog.regclass)"), sequence: None })
    }

    fn function(&self) -> QualifiedName {
        QualifiedName::new(OWN_SCHEMA, readable("write", self.view))
    }

    fn instead_of(&self) -> Vec<String> {
        let (function, mapping) = (self.function(), self.mapping);
        let handed: Vec<String> = mapping.source.iter().map(|(name, _)| format!("NEW.{name} AS {name}")).collect();
        let mut columns: Vec<String> = mapping.values.iter().map(|value| value.column.to_string()).collect();
        let mut values: Vec<String> = mapping.values.iter().map(|value| value.expression.clone()).collect();
        // In a subselect the names of an expression are the row's that was handed in, and not the table's.
        let (set, computed): (Vec<String>, Vec<String>) = mapping
            .values
            .iter()
            .filter(|value| !value.only_on_insert)
            .map(|value| (value.column.to_string(), value.expression.clone()))
            .unzip();
        columns.push(self.discriminator.to_string());
        values.push(self.value.to_owned());
        let shown: Vec<(String, String)> = mapping
            .back
            .iter()
            .map(|(own, target)| (format!("target.{target}"), format!("NEW.{own}")))
            .chain([(format!("target.{}", self.discriminator), format!("NEW.{}", self.discriminator))])
            .collect();
        let (returned, into): (Vec<String>, Vec<String>) = shown.into_iter().unzip();
        let key: Vec<String> = mapping
            .target_key
            .iter()
            .zip(&mapping.source_key)
            .map(|(target, own)| format!("target.{target} = OLD.{}", own.name))
            .collect();
        let of_kind = format!("{} AND target.{} = {}", key.join(" AND "), self.discriminator, self.value);
        let overriding =
            if mapping.values.iter().any(|value| value.only_on_insert) { " OVERRIDING SYSTEM VALUE" } else { "" };
        let body = format!(
            "#variable_conflict use_column
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM {shown} AS target WHERE {of_kind};
        IF NOT FOUND THEN RETURN NULL; END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO {shown} AS target ({columns}){overriding}
        SELECT {values} FROM (SELECT {handed}) AS source
        RETURNING {returned} INTO {into};
        RETURN NEW;
    END IF;
    UPDATE {shown} AS target SET ({set}) = (SELECT {computed} FROM (SELECT {handed}) AS source) WHERE {of_kind}
    RETURNING {returned} INTO {into};
    IF NOT FOUND THEN RETURN NULL; END IF;
    RETURN NEW;
END
",
            shown = self.shown,
            columns = columns.join(", "),
            values = values.join(", "),
            handed = handed.join(", "),
            returned = returned.join(", "),
            into = into.join(", "),
            set = set.join(", "),
            computed = computed.join(", "),
        );
        vec![
            format!(
                "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql \
                 SET search_path = pg_catalog, pg_temp AS $pgmason$\n{body}$pgmason$"
            ),
            format!("REVOKE ALL ON FUNCTION {function}() FROM PUBLIC"),
            format!(
                "CREATE TRIGGER zzz_pgmason_write INSTEAD OF INSERT OR UPDATE OR DELETE ON {} \
                 FOR EACH ROW EXECUTE FUNCTION {function}()",
                self.view
            ),
        ]
    }
}

/// The sequence that a column's values come from.
pub(super) fn sequence_of(context: &PlanContext<'_>, table: &ObjectId, column: &Identifier) -> Option<QualifiedName> {
    let default = ObjectId { kind: ObjectKind::Default, sub: Some(column.clone()), ..table.clone() };
    if let Some(Object::Default(default)) = context.catalog.get(&default) {
        return default.sequence.clone();
    }
    context.catalog.of_kind(ObjectKind::Sequence).find_map(|(id, object)| match object {
        Object::Sequence(sequence) if sequence.identity => {
            let owned = sequence.owned_by.as_ref()?;
            (owned.schema == table.schema && owned.name == table.name && owned.sub.as_ref() == Some(column))
                .then(|| id.qualified_name())?
        }
        _ => None,
    })
}
