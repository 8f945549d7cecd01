//! The datasource block, and what generators ask for: which database, which schemas, which preview features.

use std::collections::BTreeSet;

use pgmason_model::Identifier;

use crate::prisma::place::{Place, PrismaError};
use crate::prisma::schema::PrismaExtension;
use crate::prisma::syntax::{Attribute, Document, Expression, Setting, SettingsBlock, find};

pub(super) struct Source {
    /// What native types begin with: `db` in `@db.Text`.
    pub(super) name: String,
    pub(super) schemas: BTreeSet<Identifier>,
    /// Where everything is that names no schema; none where each has to.
    default_schema: Option<Identifier>,
    pub(super) foreign_keys: bool,
    pub(super) preview_features: BTreeSet<String>,
    pub(super) extensions: Vec<PrismaExtension>,
}

pub(super) fn read(document: &Document, files: &str) -> Result<Source, PrismaError> {
    let mut blocks = document.datasources.iter();
    let block = blocks.next().ok_or_else(|| PrismaError::NoDatasource { files: files.to_owned() })?;
    if let Some(second) = blocks.next() {
        return Err(PrismaError::meaning(
            &second.place,
            format!("a second datasource, after that at {}", block.place),
            "keep one; a schema is for one database",
        ));
    }
    provider(block)?;
    let listed: BTreeSet<Identifier> = texts(block.get("schemas")).map(Identifier::from).collect();
    let default_schema = listed.is_empty().then(|| Identifier::from(schema_of_url(block).unwrap_or("public")));
    let schemas = if listed.is_empty() { default_schema.iter().cloned().collect() } else { listed };
    let preview_features = document
        .generators
        .iter()
        .flat_map(|generator| texts(generator.get("previewFeatures")))
        .map(str::to_owned)
        .collect();
    let relation_mode = block.get("relationMode").or_else(|| block.get("referentialIntegrity"));
    let foreign_keys = match relation_mode.map(|setting| (setting, setting.value.text())) {
        None | Some((_, Some("foreignKeys"))) => true,
        Some((_, Some("prisma"))) => false,
        Some((setting, _)) => {
            return Err(PrismaError::meaning(
                &setting.place,
                "the relation mode is unknown",
                "it is \"foreignKeys\" or \"prisma\"",
            ));
        }
    };
    Ok(Source {
        name: block.name.clone(),
        schemas,
        default_schema,
        foreign_keys,
        preview_features,
        extensions: extensions(block)?,
    })
}

fn provider(block: &SettingsBlock) -> Result<(), PrismaError> {
    let Some(setting) = block.get("provider") else {
        return Err(PrismaError::meaning(
            &block.place,
            "the datasource names no provider",
            "write `provider = \"postgresql\"`",
        ));
    };
    match &setting.value {
        Expression::Text(name) if name == "postgresql" || name == "postgres" => Ok(()),
        Expression::Text(name) => Err(PrismaError::Provider { place: setting.place.clone(), provider: name.clone() }),
        _ => Err(PrismaError::meaning(
            &setting.place,
            "the provider is no plain text",
            "write it out: `provider = \"postgresql\"`",
        )),
    }
}

/// The texts of a list.
fn texts(setting: Option<&Setting>) -> impl Iterator<Item = &str> {
    setting.into_iter().flat_map(|setting| setting.value.elements()).filter_map(Expression::text)
}

/// `?schema=…` of a connection string that is written out; one from the environment is nobody's to read here.
fn schema_of_url(block: &SettingsBlock) -> Option<&str> {
    let (_, parameters) = block.get("url")?.value.text()?.split_once('?')?;
    parameters.split('&').find_map(|parameter| parameter.strip_prefix("schema=")).filter(|name| !name.is_empty())
}

fn extensions(block: &SettingsBlock) -> Result<Vec<PrismaExtension>, PrismaError> {
    let Some(setting) = block.get("extensions") else { return Ok(Vec::new()) };
    let wrong = || {
        PrismaError::meaning(
            &setting.place,
            "an extension is no name",
            "write `extensions = [pg_trgm, uuidOssp(map: \"uuid-ossp\", schema: \"extensions\")]`",
        )
    };
    setting
        .value
        .elements()
        .iter()
        .map(|element| match element {
            Expression::Name(name) => Ok(PrismaExtension {
                name: Identifier::from(name.as_str()),
                schema: None,
                version: None,
                place: setting.place.clone(),
            }),
            Expression::Call { name, arguments } => {
                let text = |wanted: &str| {
                    let argument = arguments.iter().find(|argument| argument.name.as_deref() == Some(wanted))?;
                    argument.value.text().map(str::to_owned)
                };
                Ok(PrismaExtension {
                    name: Identifier::from(text("map").unwrap_or_else(|| name.clone())),
                    schema: text("schema").map(Identifier::from),
                    version: text("version"),
                    place: setting.place.clone(),
                })
            }
            _ => Err(wrong()),
        })
        .collect()
}

impl Source {
    /// The schema of a block: what `@@schema` says, else where everything is.
    pub(super) fn schema_of(&self, attributes: &[Attribute], place: &Place) -> Result<Identifier, PrismaError> {
        let Some(attribute) = find(attributes, "schema") else {
            return self.default_schema.clone().ok_or_else(|| {
                PrismaError::meaning(
                    place,
                    "no `@@schema`, although the datasource lists schemas",
                    "say in which one it is: `@@schema(\"public\")`",
                )
            });
        };
        let stated = attribute.argument("name", 0).and_then(Expression::text);
        match stated.map(Identifier::from) {
            Some(schema) if self.default_schema.is_some() || self.schemas.contains(&schema) => Ok(schema),
            Some(schema) => Err(PrismaError::meaning(
                &attribute.place,
                format!("schema {schema} is not in the datasource's list"),
                format!("add it: `schemas = [\"{}\", …]`", schema.as_str()),
            )),
            None => Err(PrismaError::meaning(
                &attribute.place,
                "`@@schema` without a name",
                "write the name in quotes: `@@schema(\"public\")`",
            )),
        }
    }
}
