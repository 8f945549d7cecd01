//! Types that Supabase generates: `Tables<"t">`, `Database["public"]["Tables"]["t"]`, and their own file.

use oxc_ast::ast::*;
use oxc_span::GetSpan;
use pgmason_sql::Name;

use super::super::{Edit, Grade};
use super::{Script, Text, text_of_literal};

const HELPERS: &[&str] = &["Tables", "TablesInsert", "TablesUpdate"];
const KIND: &str = "supabase type";

impl Script<'_, '_> {
    /// `Tables<"t">`, `Tables<{ schema: "chat" }, "t">`
    pub(super) fn type_reference(&mut self, reference: &TSTypeReference<'_>) {
        let TSTypeName::IdentifierReference(name) = &reference.type_name else { return };
        if !HELPERS.contains(&name.name.as_str()) {
            return;
        }
        let Some((text, schema)) = table_of_helper(reference) else { return };
        if !self.table(&text, schema.as_deref(), Grade::Sure, KIND) || schema.is_some() {
            return;
        }
        // A table that is moved: `Tables<{ schema: "chat" }, "messages">`.
        let Some((change, _)) = self.finder.names.table(&Name::new(text.value.clone())) else { return };
        if let Ok((new, Some(schema))) = self.finder.names.table_parts(change)
            && let Some(hit) = self.finder.hits.last_mut()
        {
            let written = format!("{{ schema: {:?} }}, {:?}", schema.as_str(), new.as_str());
            hit.instead = Ok(Edit { span: text.span.start - 1..text.span.end + 1, text: written });
        }
    }

    /// `Database["public"]["Tables"]["t"]["Row"]["column"]`, `Tables<"t">["column"]`
    pub(super) fn indexed_access(&mut self, access: &TSIndexedAccessType<'_>) {
        let mut indices = vec![text_of_type(&access.index_type)];
        let mut object = &access.object_type;
        while let TSType::TSIndexedAccessType(inner) = object {
            indices.push(text_of_type(&inner.index_type));
            object = &inner.object_type;
        }
        indices.reverse();
        let mut column = None;
        let mut table = None;
        if let Some(place) = indices.iter().position(|index| is(index, &["Tables", "Views"])) {
            let schema =
                place.checked_sub(1).and_then(|before| indices[before].as_ref()).map(|text| text.value.clone());
            if let Some(Some(text)) = indices.get(place + 1) {
                table = Some(Name { schema: schema.clone(), name: text.value.clone() });
                self.table(text, schema.as_deref(), Grade::Sure, KIND);
            }
            if indices.get(place + 2).is_some_and(|index| is(index, &["Row", "Insert", "Update"])) {
                column = indices.get(place + 3).and_then(Option::as_ref);
            }
        } else if let TSType::TSTypeReference(reference) = object
            && let TSTypeName::IdentifierReference(name) = &reference.type_name
            && HELPERS.contains(&name.name.as_str())
        {
            table = table_of_helper(reference).map(|(text, schema)| Name { schema, name: text.value });
            column = indices.first().and_then(Option::as_ref);
        }
        if let (Some(table), Some(text)) = (table, column) {
            self.done.insert(text.start);
            self.finder
                .text_column(text.span.clone(), &table, &text.value, Grade::Sure, KIND, |new| new.as_str().to_owned());
        }
    }

    /// `public: { Tables: { t: { Row: { column: … } … } } }` of the generated file.
    pub(super) fn generated_schema(&mut self, signature: &TSPropertySignature<'_>) {
        for (part, relations) in members(signature) {
            if let (true, Some(relations)) = (matches!(part.value.as_str(), "Tables" | "Views"), relations) {
                self.generated_tables(relations, signature.key.static_name().as_deref());
            }
        }
    }

    fn generated_tables(&mut self, signature: &TSPropertySignature<'_>, schema: Option<&str>) {
        for (table, shapes) in members(signature) {
            let name = Name { schema: schema.map(str::to_owned), name: table.value.clone() };
            if !self.speaks_of(&name) {
                continue;
            }
            self.table(&table, schema, Grade::Sure, "generated type");
            for (shape, columns) in shapes.map(members).unwrap_or_default() {
                if !is(&Some(shape), &["Row", "Insert", "Update"]) {
                    continue;
                }
                for (column, _) in columns.map(members).unwrap_or_default() {
                    let value = column.value.clone();
                    self.finder.text_column(column.span, &name, &value, Grade::Sure, "generated type", |new| {
                        new.as_str().to_owned()
                    });
                }
            }
        }
    }

    fn speaks_of(&self, table: &Name) -> bool {
        let names = self.finder.names;
        names.table(table).is_some() || names.changes.iter().any(|change| change.old.of.name.as_str() == table.name)
    }
}

fn is(index: &Option<Text>, names: &[&str]) -> bool {
    index.as_ref().is_some_and(|text| names.contains(&text.value.as_str()))
}

fn text_of_type(index: &TSType<'_>) -> Option<Text> {
    let TSType::TSLiteralType(literal) = index else { return None };
    let TSLiteral::StringLiteral(literal) = &literal.literal else { return None };
    text_of_literal(literal)
}

fn table_of_helper(reference: &TSTypeReference<'_>) -> Option<(Text, Option<String>)> {
    let parameters = &reference.type_arguments.as_ref()?.params;
    match (parameters.first()?, parameters.get(1)) {
        (TSType::TSTypeLiteral(options), Some(table)) => {
            let schema = options.members.iter().find_map(|member| {
                let TSSignature::TSPropertySignature(signature) = member else { return None };
                let is_schema = signature.key.static_name().as_deref() == Some("schema");
                let annotation = signature.type_annotation.as_ref().filter(|_| is_schema)?;
                Some(text_of_type(&annotation.type_annotation)?.value)
            });
            Some((text_of_type(table)?, schema))
        }
        (first, _) => Some((text_of_type(first)?, None)),
    }
}

/// The members of a property's type, with the properties themselves.
fn members<'e, 'a>(signature: &'e TSPropertySignature<'a>) -> Vec<(Text, Option<&'e TSPropertySignature<'a>>)> {
    let Some(annotation) = &signature.type_annotation else { return Vec::new() };
    let TSType::TSTypeLiteral(literal) = &annotation.type_annotation else { return Vec::new() };
    let of_member = |member: &'e TSSignature<'a>| {
        let TSSignature::TSPropertySignature(signature) = member else { return None };
        let span = signature.key.span();
        let (mut start, mut end) = (span.start as usize, span.end as usize);
        let value = signature.key.static_name()?.to_string();
        if end - start == value.len() + 2 {
            // In quotes.
            start += 1;
            end -= 1;
        }
        Some((Text { value, span: start..end, start: span.start }, Some(&**signature)))
    };
    literal.members.iter().filter_map(of_member).collect()
}
