//! Finds two tables or views of one schema whose names are so alike that one of them is probably a mistake.
//!
//! Two real words can differ by one letter (`orders`, `borders`), so a letter alone is not enough: it must be one that
//! only a slip explains, or the two must have the same columns too.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use pgmason_model::ObjectId;

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::naming::plural::Plurals;
use crate::rules::naming::words::words;
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "near-duplicate-name",
    section: Section::Naming,
    default_level: RuleLevel::Warning,
    summary: "two tables or views have almost the same name",
    page: include_str!("near_duplicate_name.md"),
    options: &[],
    check: Check::Schema(check),
};

/// A table or a view, by its name's words.
struct Named<'a> {
    id: &'a ObjectId,
    words: Vec<String>,
    columns: BTreeSet<&'a str>,
}

#[derive(Clone, Copy)]
enum Likeness {
    Plural,
    Writing,
    Letter,
}

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let named = named_relations(ctx);
    let mut found: BTreeMap<(usize, usize), Likeness> = BTreeMap::new();
    let mut plurals = Plurals::default();
    same_words(&named, &mut plurals, &mut found);
    one_word_misspelled(&named, &mut found);
    for ((first, second), likeness) in found {
        let (first, second) = (named[first].id, named[second].id);
        if reads(ctx, first, second) || reads(ctx, second, first) {
            continue;
        }
        let difference = match likeness {
            Likeness::Plural => "in singular and plural",
            Likeness::Writing => "in the way they are written",
            Likeness::Letter => "by a letter",
        };
        findings.on(
            second,
            format!(
                "{} {second} and {} {first} have names that differ only {difference}",
                second.kind.label(),
                first.kind.label()
            ),
            "rename one of them as what it holds, or, if they hold the same, merge them",
        );
    }
}

fn named_relations<'a>(ctx: &SchemaContext<'a>) -> Vec<Named<'a>> {
    let tables = ctx
        .root_tables()
        .map(|table| (table.id, table.columns.iter().map(|column| column.name.as_str()).collect::<BTreeSet<_>>()));
    let views = ctx.schema.views.iter().map(|(id, view)| (*id, &view.columns));
    let materialized_views = ctx.schema.materialized_views.iter().map(|(id, view)| (*id, &view.columns));
    let views = views
        .chain(materialized_views)
        .map(|(id, columns)| (id, columns.iter().map(|column| column.name.as_str()).collect()));
    let mut named: Vec<Named<'a>> = tables
        .chain(views)
        .map(|(id, columns)| Named { id, words: words(id.name.as_str()), columns })
        .filter(|named| !named.words.is_empty())
        .collect();
    named.sort_by_key(|named| (named.id.schema.as_ref(), &named.id.name));
    named
}

/// `user_profile` and `user_profiles`; `userprofiles` and `user_profiles`.
fn same_words(named: &[Named<'_>], plurals: &mut Plurals, found: &mut BTreeMap<(usize, usize), Likeness>) {
    let mut by_key: BTreeMap<(&str, String), Vec<usize>> = BTreeMap::new();
    for (place, relation) in named.iter().enumerate() {
        let mut key = String::new();
        for word in &relation.words {
            // Numbers keep their place: `part_1_11` and `part_11_1` are two.
            if has_digit(word) {
                key.push('_');
            }
            key.push_str(plurals.singular(word));
        }
        by_key.entry((schema(relation), key)).or_default().push(place);
    }
    for places in by_key.values() {
        for (first, second) in pairs(places) {
            let same_letters = named[first].words.concat() == named[second].words.concat();
            found.insert((first, second), if same_letters { Likeness::Writing } else { Likeness::Plural });
        }
    }
}

/// `filter_user_profiless` and `filter_user_profiles`: all words but one are equal, and that one looks misspelled.
fn one_word_misspelled(named: &[Named<'_>], found: &mut BTreeMap<(usize, usize), Likeness>) {
    let mut by_other_words: BTreeMap<(&str, usize, String), Vec<usize>> = BTreeMap::new();
    for (place, relation) in named.iter().enumerate() {
        for (position, word) in relation.words.iter().enumerate() {
            if word.len() < SHORTEST_WORD || !word.chars().all(|character| character.is_ascii_lowercase()) {
                continue;
            }
            let mut others = relation.words.clone();
            others[position] = String::new();
            by_other_words.entry((schema(relation), position, others.join("_"))).or_default().push(place);
        }
    }
    for ((_, position, _), places) in &by_other_words {
        for (first, second) in alike(named, *position, places) {
            let (one, other) = (&named[first].words[*position], &named[second].words[*position]);
            let misspelled = one != other
                && (is_slip(one, other)
                    || (strsim::osa_distance(one, other) == 1 && have_same_columns(&named[first], &named[second])));
            if misspelled {
                found.entry((first, second)).or_insert(Likeness::Letter);
            }
        }
    }
}

/// The pairs whose words at the position could be one misspelled: words that differ by one letter are equal once a letter
/// of each is gone. Looking for equal remains keeps ten thousand names from being compared two by two.
fn alike(named: &[Named<'_>], position: usize, places: &[usize]) -> BTreeSet<(usize, usize)> {
    let mut by_remains: HashMap<String, Vec<usize>> = HashMap::new();
    if places.len() < 2 {
        return BTreeSet::new();
    }
    for &place in places {
        let word = &named[place].words[position];
        let one_less = (0..word.len()).map(|letter| format!("{}{}", &word[..letter], &word[letter + 1..]));
        let whole = [word.clone(), without_doubles(word), word.trim_end_matches('s').to_owned()];
        for remains in one_less.chain(whole).collect::<HashSet<_>>() {
            by_remains.entry(remains).or_default().push(place);
        }
    }
    by_remains.values().flat_map(|places| pairs(places)).collect()
}

const SHORTEST_WORD: usize = 6;
/// Words this long with two letters exchanged or one doubled are hardly ever two real words (`trial`, `trail`; `diner`, `dinner`).
const LONG_WORD: usize = 8;

/// True where only a slip of the hand explains the difference.
fn is_slip(one: &str, other: &str) -> bool {
    let length = one.len().min(other.len());
    if one.len().abs_diff(other.len()) > 2 || length < SHORTEST_WORD {
        return false;
    }
    let plural_of_plural = |long: &str, short: &str| {
        long.strip_suffix("ss").is_some_and(|stem| short == stem || short.strip_suffix('s') == Some(stem))
    };
    if plural_of_plural(one, other) || plural_of_plural(other, one) {
        return length >= LONG_WORD - 1;
    }
    if length < LONG_WORD {
        return false;
    }
    without_doubles(one) == without_doubles(other) || is_transposed(one, other)
}

fn without_doubles(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    letters.dedup();
    letters.into_iter().collect()
}

/// True when exactly two neighbouring letters are exchanged.
fn is_transposed(one: &str, other: &str) -> bool {
    one.len() == other.len() && strsim::osa_distance(one, other) == 1 && strsim::levenshtein(one, other) == 2
}

/// True when most of what the two have, beside what every table has, is the same.
fn have_same_columns(one: &Named<'_>, other: &Named<'_>) -> bool {
    const EVERYWHERE: [&str; 4] = ["id", "created_at", "updated_at", "user_id"];
    let own = |named: &Named<'_>| {
        named.columns.iter().copied().map(str::to_owned).filter(|name| !EVERYWHERE.contains(&name.as_str())).collect()
    };
    let (one, other): (BTreeSet<String>, BTreeSet<String>) = (own(one), own(other));
    let shared = one.intersection(&other).count();
    shared >= 2 && shared * 5 >= one.union(&other).count() * 3
}

/// True for a view and what it reads: a view under an old or a second name of a table is meant to be like it.
fn reads(ctx: &SchemaContext<'_>, view: &ObjectId, relation: &ObjectId) -> bool {
    ctx.catalog.dependencies.iter().any(|(dependent, needed)| {
        dependent == view && needed.schema == relation.schema && needed.name == relation.name && needed.of.is_none()
    })
}

fn schema<'n>(named: &Named<'n>) -> &'n str {
    named.id.schema.as_ref().map_or("", |schema| schema.as_str())
}

fn has_digit(word: &str) -> bool {
    word.chars().any(|character| character.is_ascii_digit())
}

fn pairs(places: &[usize]) -> impl Iterator<Item = (usize, usize)> + '_ {
    places.iter().enumerate().flat_map(move |(index, &first)| {
        places.iter().skip(index + 1).map(move |&second| (first.min(second), first.max(second)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_told_from_another_word() {
        for (one, other) in [
            ("profiless", "profiles"),
            ("profiless", "profile"),
            ("documments", "documents"),
            ("docuemnts", "documents"),
            ("adresses", "addresses"),
        ] {
            assert!(is_slip(one, other), "{one} {other}");
            assert!(is_slip(other, one), "{other} {one}");
        }
        for (one, other) in [
            ("orders", "borders"),
            ("contacts", "contracts"),
            ("preferences", "references"),
            ("diners", "dinners"),
            ("trials", "trails"),
            ("charges", "changes"),
            ("complements", "compliments"),
        ] {
            assert!(!is_slip(one, other), "{one} {other}");
        }
    }

    #[test]
    fn likeness_of_columns_needs_more_than_the_usual_ones() {
        let id = ObjectId::in_schema(pgmason_model::ObjectKind::Table, "public", "t");
        let named =
            |columns: &[&'static str]| Named { id: &id, words: vec![], columns: columns.iter().copied().collect() };
        assert!(!have_same_columns(&named(&["id", "created_at", "name"]), &named(&["id", "created_at", "name"])));
        assert!(have_same_columns(&named(&["id", "name", "size"]), &named(&["id", "name", "size", "kind"])));
        assert!(!have_same_columns(&named(&["name", "size", "a", "b"]), &named(&["name", "size", "c", "d"])));
    }
}
