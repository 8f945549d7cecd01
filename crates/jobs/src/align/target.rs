//! Where the files are to arrive: at the other source, but for what `drift` does not tell.

use pgmason_core::prisma::compare;
use pgmason_model::{Catalog, Identifier, Object, ObjectId};

use super::report::LeftDifference;
use crate::JobError;
use crate::drift::{Ignores, is_told, owner_of};
use crate::prisma::{self, PrismaSource};
use crate::project::Project;
use crate::source::Source;

pub(super) struct Target<'a> {
    prisma: Option<PrismaSource>,
    ignores: &'a Ignores,
    /// What the Prisma schema's DDL made.
    expected: Option<Catalog>,
    pub(super) left: Vec<LeftDifference>,
    pub(super) ignored: usize,
}

impl<'a> Target<'a> {
    pub(super) fn new(project: &Project, with: &Source, ignores: &'a Ignores) -> Result<Self, JobError> {
        let prisma = match with {
            Source::Prisma(path) => Some(prisma::read(project, path)?),
            _ => None,
        };
        Ok(Self { prisma, ignores, expected: None, left: Vec::new(), ignored: 0 })
    }

    /// The catalog to arrive at.
    pub(super) fn of(&mut self, from: &Catalog, to: &Catalog, creator: &Identifier) -> Catalog {
        let Some(prisma) = &self.prisma else { return self.without_ignored(from, to) };
        let comparison = compare::compare(&prisma.schema, to, from);
        let (ignored, differences): (Vec<_>, Vec<_>) = comparison
            .differences
            .iter()
            .partition(|difference| self.ignores.takes(&difference.object, &difference.of));
        let aligned = compare::align(&prisma.schema, to, from, differences, creator);
        self.ignored = ignored.len();
        self.left =
            aligned.left.into_iter().map(|left| LeftDifference { object: left.object, reason: left.reason }).collect();
        self.expected = Some(to.clone());
        aligned.catalog
    }

    /// What is ignored, and what tools keep for themselves, stays as the files have it.
    fn without_ignored(&mut self, from: &Catalog, to: &Catalog) -> Catalog {
        let stays = |catalog: &Catalog, id: &ObjectId| {
            let object = catalog.get(id);
            object.is_some_and(|object| !is_told(id, object)) || self.ignores.takes(id, &owner_of(id, object))
        };
        let mut target = to.clone();
        for (id, object) in &mut target.objects {
            match (object, from.get(id)) {
                // The version is the server's to say, and rows are no part of a schema.
                (Object::Extension(extension), Some(Object::Extension(known))) => extension.clone_from(known),
                (Object::MaterializedView(view), Some(Object::MaterializedView(known))) => {
                    view.populated = known.populated;
                }
                _ => {}
            }
        }
        let gone: Vec<ObjectId> = to.objects.keys().filter(|id| stays(to, id)).cloned().collect();
        let kept: Vec<(ObjectId, _)> =
            from.objects.iter().filter(|(id, _)| stays(from, id)).map(|(id, object)| (id.clone(), object)).collect();
        self.ignored = gone.iter().filter(|id| !to.is_platform(id) && from.get(id) != to.get(id)).count();
        for id in &gone {
            target.objects.remove(id);
        }
        target.dependencies.retain(|(dependent, needed)| !gone.contains(dependent) && !gone.contains(needed));
        for (id, object) in &kept {
            target.objects.insert(id.clone(), (*object).clone());
        }
        let known = |id: &ObjectId| kept.iter().any(|(kept, _)| kept == id);
        let edges: Vec<_> = from
            .dependencies
            .iter()
            .filter(|(dependent, needed)| known(dependent) && target.objects.contains_key(needed))
            .cloned()
            .collect();
        target.dependencies.extend(edges);
        target
    }

    /// The files with the new one agree with the Prisma schema, but for what is told as left.
    pub(super) fn check(&self, built: &Catalog) -> Result<(), JobError> {
        let (Some(prisma), Some(expected)) = (&self.prisma, &self.expected) else { return Ok(()) };
        let comparison = compare::compare(&prisma.schema, expected, built);
        let still = comparison.differences.iter().find(|difference| {
            !self.ignores.takes(&difference.object, &difference.of)
                && !self.left.iter().any(|left| left.object == difference.object)
        });
        match still {
            Some(difference) => Err(JobError::NotAligned {
                object: difference.object.to_string(),
                expected: difference.expected.clone().unwrap_or_else(|| "not there".to_owned()),
                found: difference.found.clone().unwrap_or_else(|| "not there".to_owned()),
            }),
            None => Ok(()),
        }
    }
}
