//! What of a new project's database is the platform's, and what the project's to change.

use pgmason_model::Catalog;
use pgmason_scratch::Baseline;

/// A chain may change what a new project has: its grants, its default privileges, its publication. Only what the
/// platform manages is not the chain's to change.
pub(crate) fn only_managed(baseline: &mut Catalog, chain: &mut Catalog, kind: Baseline) {
    baseline.platform.clear();
    if kind == Baseline::Supabase {
        pgmason_pg::introspect::platform::mark_supabase(baseline);
    }
    chain.platform.clone_from(&baseline.platform);
    chain.platform.retain(|id| chain.objects.contains_key(id));
}
