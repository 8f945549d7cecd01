//! Stage: no relation was written anew without the plan saying so.

use super::Attempt;
use super::rows::{RelationKind, Relations};
use crate::diff::report::Stage;

impl Attempt<'_> {
    pub(super) fn rewrites(&mut self, before: &Relations, after: &Relations) {
        let mut undeclared = Vec::new();
        let mut declared = 0;
        for (oid, old) in before {
            let Some(new) = after.get(oid) else { continue };
            if new.file == old.file || old.kind == RelationKind::Partitioned {
                continue;
            }
            let ids = [Some(old.id()), Some(new.id()), old.index_of.and_then(|table| Some(before.get(&table)?.id()))];
            if ids.into_iter().flatten().any(|id| self.touched.rewritten.contains(&id)) {
                declared += 1;
            } else {
                undeclared.push(format!("{} {} was written anew", old.id().kind.label(), old.name));
            }
        }
        let what = format!("{} relations, {declared} written anew as the plan says", before.len());
        if undeclared.is_empty() {
            self.recorder.passed(Stage::Rewrites, what);
        } else {
            self.recorder.failed(Stage::Rewrites, what, undeclared.join("; "));
        }
    }
}
