//! What a person says was renamed, from the command line and from the files.

use pgmason_core::diff::DiffOptions;
use pgmason_model::Catalog;

/// Adds the renames to the options.
pub(super) fn apply(_from: &Catalog, _to: &Catalog, _said: &[(String, String)], _options: &mut DiffOptions) {}
