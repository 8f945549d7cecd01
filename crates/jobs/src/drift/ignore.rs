//! Names of objects that may differ, as patterns: `public.tmp_*`, `*._prisma_*`, `public.users.legacy_*`.

use glob::{MatchOptions, Pattern};
use pgmason_model::{Identifier, ObjectId};

use crate::JobError;
use crate::configuration::FILE_NAME;
use crate::project::Project;

pub(crate) struct Ignores(Vec<Pattern>);

impl Ignores {
    pub(crate) fn new(project: &Project, stated: &[String]) -> Result<Self, JobError> {
        let configured = &project.configuration.drift.ignore;
        let patterns = configured.iter().chain(stated).map(|text| {
            Pattern::new(text).map_err(|error| JobError::Configuration {
                path: project.folder.join(FILE_NAME),
                message: format!("the pattern `{text}` to ignore cannot be read: {}", error.msg),
            })
        });
        Ok(Self(patterns.collect::<Result<_, _>>()?))
    }

    /// `of`: the table or type that it belongs to.
    pub(crate) fn takes(&self, object: &ObjectId, of: &ObjectId) -> bool {
        let options =
            MatchOptions { case_sensitive: true, require_literal_separator: false, require_literal_leading_dot: false };
        let names = [bare(object), bare(of)];
        self.0.iter().any(|pattern| names.iter().any(|name| pattern.matches_with(name, options)))
    }
}

/// Without quotes: whoever writes a pattern writes names as the catalog has them.
fn bare(id: &ObjectId) -> String {
    if let Some(of) = &id.of {
        return bare(of);
    }
    let parts = [id.schema.as_ref(), Some(&id.name), id.sub.as_ref()];
    parts.into_iter().flatten().map(Identifier::as_str).collect::<Vec<_>>().join(".")
}
