//! Gathers what the readers of the languages find in one text, and settles what two of them say about one place.

use std::ops::Range;

use pgmason_model::Identifier;
use pgmason_sql::Name;

use super::names::{Instead, Names};
use super::{Edit, Grade, Reference};

pub(super) struct Finder<'a> {
    pub(super) text: &'a str,
    pub(super) names: &'a Names<'a>,
    pub(super) hits: Vec<Hit>,
}

#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub(super) span: Range<usize>,
    pub(super) change: usize,
    pub(super) grade: Grade,
    pub(super) kind: &'static str,
    pub(super) instead: Result<Edit, String>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(text: &'a str, names: &'a Names<'a>) -> Self {
        Self { text, names, hits: Vec::new() }
    }

    pub(super) fn hit(
        &mut self,
        span: Range<usize>,
        change: usize,
        grade: Grade,
        kind: &'static str,
        instead: Result<String, String>,
    ) {
        let instead = instead.map(|text| Edit { span: span.clone(), text });
        self.hits.push(Hit { span, change, grade, kind, instead });
    }

    /// A table as SQL: what is written is quoted where it has to be. True where the name is one that changes.
    pub(super) fn sql_table(&mut self, span: Range<usize>, name: &Name, best: Grade, kind: &'static str) -> bool {
        let Some((change, grade)) = self.names.table(name) else { return false };
        let instead = match self.names.table_instead(change, name.schema.is_some()) {
            Instead::Write(text) => Ok(text),
            Instead::ByHand(why) => Err(why),
        };
        self.hit(span, change, grade.min(best), kind, instead);
        true
    }

    /// A table by its bare name, as the text of a string. A schema that changes has to be written by hand.
    pub(super) fn text_table(&mut self, span: Range<usize>, name: &Name, best: Grade, kind: &'static str) -> bool {
        let Some((change, grade)) = self.names.table(name) else { return false };
        let instead = self.names.table_parts(change).and_then(|(new, schema)| match schema {
            Some(schema) => Err(format!("it is in the schema {schema} now: {schema}.{new}")),
            None => Ok(new.as_str().to_owned()),
        });
        self.hit(span, change, grade.min(best), kind, instead);
        true
    }

    /// A column of this table, by its bare name.
    pub(super) fn text_column(
        &mut self,
        span: Range<usize>,
        table: &Name,
        column: &str,
        grade: Grade,
        kind: &'static str,
        write: impl Fn(&Identifier) -> String,
    ) -> bool {
        let Some(change) = self.names.column(table, column) else { return false };
        let instead = self.names.member_instead(change).map(write);
        self.hit(span, change, grade, kind, instead);
        true
    }

    /// References by place: where two readers speak of one place, the surer one is right.
    pub(super) fn finish(mut self) -> Vec<Reference> {
        self.hits.sort_by(|one, other| {
            let length = |hit: &Hit| hit.span.len();
            (other.grade, length(other), one.span.start).cmp(&(one.grade, length(one), other.span.start))
        });
        let mut kept: Vec<Hit> = Vec::new();
        let mut taken: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
        for hit in self.hits {
            let before = taken.range(..hit.span.end).next_back();
            if before.is_none_or(|(_, end)| *end <= hit.span.start) {
                taken.insert(hit.span.start, hit.span.end);
                kept.push(hit);
            }
        }
        kept.sort_by_key(|hit| hit.span.start);
        let (mut line, mut line_start, mut at) = (1, 0, 0);
        let mut references = Vec::with_capacity(kept.len());
        for hit in kept {
            for (place, byte) in self.text.as_bytes()[at..hit.span.start].iter().enumerate() {
                if *byte == b'\n' {
                    line += 1;
                    line_start = at + place + 1;
                }
            }
            at = hit.span.start;
            let column = self.text.get(line_start..at).map_or(1, |before| before.chars().count() + 1);
            let (edit, by_hand) = match hit.instead {
                Ok(edit) => (Some(edit), None),
                Err(why) => (None, (!why.is_empty()).then_some(why)),
            };
            references.push(Reference {
                line,
                column,
                span: hit.span,
                change: hit.change,
                grade: hit.grade,
                kind: hit.kind,
                edit,
                by_hand,
            });
        }
        references
    }
}
