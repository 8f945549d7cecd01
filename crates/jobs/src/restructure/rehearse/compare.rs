//! Whether two catalogs of the ground are the same, in words.

use pgmason_core::diff::{DiffOptions, differences};
use pgmason_model::Catalog;
use pgmason_model::difference::ChangeKind;

use crate::other_words::differs_in_words_alone;

/// What differs, owners and grants included. The order of columns does not count, nor does the server's wording of an
/// expression that was made again from its own text.
pub(super) fn catalogs(wanted: &Catalog, found: &Catalog) -> Vec<String> {
    let options = DiffOptions { owners: true, ..DiffOptions::default() };
    differences(found, wanted, &options)
        .into_iter()
        .filter(|change| change.change != ChangeKind::Changed || !differs_in_words_alone(wanted, found, &change.object))
        .map(|change| {
            let what = match &change.change {
                ChangeKind::Added => "is not there".to_owned(),
                ChangeKind::Removed => "is there, and should not be".to_owned(),
                ChangeKind::Changed => change.details.join(", "),
                ChangeKind::RenamedFrom(old) => format!("is still called {old}"),
            };
            format!("{} {}: {what}", change.object.kind.label(), change.object)
        })
        .collect()
}
