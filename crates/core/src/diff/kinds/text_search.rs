//! Text search dictionaries and configurations.

use pgmason_model::catalog::{TextSearchConfiguration, TextSearchDictionary};
use pgmason_model::identifier::quote_literal;
use pgmason_model::{Identifier, ObjectId};

use super::Verdict;
use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;

pub(super) fn dictionary_verdict(old: &TextSearchDictionary, new: &TextSearchDictionary) -> Verdict {
    if old.template == new.template { Verdict::Alter } else { Verdict::Replace }
}

pub(super) fn create_dictionary(builder: &mut Builder<'_>, id: &ObjectId, new: &TextSearchDictionary) {
    let mut options = vec![format!("TEMPLATE = {}", new.template)];
    options.extend(new.options.iter().map(|(name, value)| option(name, value)));
    builder.push(Action::create(
        Rank::Type,
        id,
        format!("CREATE TEXT SEARCH DICTIONARY {id} ({})", options.join(", ")),
    ));
}

pub(super) fn alter_dictionary(
    builder: &mut Builder<'_>,
    id: &ObjectId,
    old: &TextSearchDictionary,
    new: &TextSearchDictionary,
) {
    let mut options: Vec<String> = new
        .options
        .iter()
        .filter(|(name, value)| old.options.get(*name) != Some(value))
        .map(|(name, value)| option(name, value))
        .collect();
    // An option without a value is taken out.
    let gone = old.options.keys().filter(|name| !new.options.contains_key(*name));
    options.extend(gone.map(|name| Identifier::from(name.as_str()).to_string()));
    if !options.is_empty() {
        let sql = format!("ALTER TEXT SEARCH DICTIONARY {id} ({})", options.join(", "));
        builder.push(Action::alter(Rank::Type, id, sql));
    }
}

fn option(name: &str, value: &str) -> String {
    format!("{} = {}", Identifier::from(name), quote_literal(value))
}

pub(super) fn configuration_verdict(old: &TextSearchConfiguration, new: &TextSearchConfiguration) -> Verdict {
    if old.parser == new.parser { Verdict::Alter } else { Verdict::Replace }
}

pub(super) fn create_configuration(builder: &mut Builder<'_>, id: &ObjectId, new: &TextSearchConfiguration) {
    let sql = format!("CREATE TEXT SEARCH CONFIGURATION {id} (PARSER = {})", new.parser);
    builder.push(Action::create(Rank::Type, id, sql));
    let place = builder.actions.len() - 1;
    for (token, dictionaries) in &new.mappings {
        mapping(builder, id, "ADD", token, dictionaries, Some(place));
    }
}

pub(super) fn alter_configuration(
    builder: &mut Builder<'_>,
    id: &ObjectId,
    old: &TextSearchConfiguration,
    new: &TextSearchConfiguration,
) {
    for token in old.mappings.keys().filter(|token| !new.mappings.contains_key(*token)) {
        let sql = format!("ALTER TEXT SEARCH CONFIGURATION {id} DROP MAPPING FOR {token}");
        builder.push(Action::alter(Rank::Type, id, sql));
    }
    for (token, dictionaries) in &new.mappings {
        match old.mappings.get(token) {
            None => mapping(builder, id, "ADD", token, dictionaries, None),
            Some(before) if before != dictionaries => mapping(builder, id, "ALTER", token, dictionaries, None),
            Some(_) => {}
        }
    }
}

fn mapping(
    builder: &mut Builder<'_>,
    id: &ObjectId,
    word: &str,
    token: &str,
    dictionaries: &[pgmason_model::QualifiedName],
    after: Option<usize>,
) {
    let names: Vec<String> = dictionaries.iter().map(ToString::to_string).collect();
    let sql = format!("ALTER TEXT SEARCH CONFIGURATION {id} {word} MAPPING FOR {token} WITH {}", names.join(", "));
    let mut action = Action::alter(Rank::Type, id, sql);
    action.after.extend(after);
    builder.push(action);
}
