//! Which Prisma the project uses: stated, in a package.json, or told by what its migrations made.

use std::fs;
use std::path::Path;

use pgmason_core::prisma::PrismaVersion;

use crate::project::Project;

pub(super) fn detect(project: &Project, schema: &Path) -> PrismaVersion {
    let stated = project.configuration.prisma.version;
    stated
        .or_else(|| of_packages(project, schema))
        .map(PrismaVersion::of_major)
        .or_else(|| of_migrations(schema))
        .unwrap_or_default()
}

/// The nearest package.json that asks for Prisma, from the schema up to the project's folder.
fn of_packages(project: &Project, schema: &Path) -> Option<u32> {
    let root = fs::canonicalize(&project.folder).ok()?;
    let schema = fs::canonicalize(schema).ok()?;
    schema
        .ancestors()
        .take_while(|folder| folder.starts_with(&root))
        .chain([root.as_path()])
        .find_map(|folder| major(&fs::read_to_string(folder.join("package.json")).ok()?))
}

fn major(package: &str) -> Option<u32> {
    let package: &serde_json::Value = &serde_json::from_str(package).ok()?;
    let wanted = ["dependencies", "devDependencies"].iter().flat_map(|section| {
        ["prisma", "@prisma/client"].iter().filter_map(move |name| package.get(section)?.get(name)?.as_str())
    });
    wanted.into_iter().find_map(|range| {
        let digits = range.trim_start_matches(|letter: char| !letter.is_ascii_digit());
        digits.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
    })
}

/// Only a guess at the version, which a name gives away: what the SQL means is PostgreSQL's to say.
fn of_migrations(schema: &Path) -> Option<PrismaVersion> {
    let beside = if schema.is_dir() { schema } else { schema.parent()? };
    let folders = [beside.join("migrations"), beside.parent()?.join("migrations")];
    let mut found = None;
    for entry in folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten()) {
        let Ok(text) = fs::read_to_string(entry.path().join("migration.sql")) else { continue };
        // The change to version 6 makes keys of the indexes.
        if text.contains("_AB_pkey") {
            return Some(PrismaVersion::Six);
        }
        if text.contains("_AB_unique") {
            found = Some(PrismaVersion::Five);
        }
    }
    found
}
