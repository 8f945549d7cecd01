//! Foreign-data wrappers, servers and user mappings.

use pgmason_model::catalog::{ForeignDataWrapper, ForeignServer, UserMapping};
use pgmason_model::identifier::quote_literal;
use pgmason_model::{ObjectId, ObjectKind};

use super::Verdict;
use super::table::{foreign_option_changes, foreign_options};
use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;

pub(super) fn create_wrapper(builder: &mut Builder<'_>, id: &ObjectId, new: &ForeignDataWrapper) {
    let handler = new.handler.as_ref().map(|name| format!(" HANDLER {}", plain(name))).unwrap_or_default();
    let validator = new.validator.as_ref().map(|name| format!(" VALIDATOR {}", plain(name))).unwrap_or_default();
    let sql = format!("CREATE FOREIGN DATA WRAPPER {id}{handler}{validator}{}", foreign_options(&new.options));
    builder.push(Action::create(Rank::Extension, id, sql));
}

pub(super) fn alter_wrapper(
    builder: &mut Builder<'_>,
    id: &ObjectId,
    old: &ForeignDataWrapper,
    new: &ForeignDataWrapper,
) {
    let mut text = String::new();
    for (word, before, after) in
        [("HANDLER", &old.handler, &new.handler), ("VALIDATOR", &old.validator, &new.validator)]
    {
        match (before, after) {
            (before, after) if before == after => {}
            (_, Some(function)) => text.push_str(&format!(" {word} {}", plain(function))),
            (_, None) => text.push_str(&format!(" NO {word}")),
        }
    }
    let options = foreign_option_changes(&old.options, &new.options);
    if !options.is_empty() {
        text.push_str(&format!(" OPTIONS ({options})"));
    }
    if !text.is_empty() {
        builder.push(Action::alter(Rank::Extension, id, format!("ALTER FOREIGN DATA WRAPPER {id}{text}")));
    }
}

fn plain(function: &str) -> &str {
    function.split_once('(').map_or(function, |(name, _)| name)
}

pub(super) fn server_verdict(old: &ForeignServer, new: &ForeignServer) -> Verdict {
    let taken = old.version.is_some() && new.version.is_none();
    if old.wrapper == new.wrapper && old.server_type == new.server_type && !taken {
        Verdict::Alter
    } else {
        Verdict::Replace
    }
}

pub(super) fn create_server(builder: &mut Builder<'_>, id: &ObjectId, new: &ForeignServer) {
    let kind = new.server_type.as_ref().map(|text| format!(" TYPE {}", quote_literal(text))).unwrap_or_default();
    let version = new.version.as_ref().map(|text| format!(" VERSION {}", quote_literal(text))).unwrap_or_default();
    let sql = format!(
        "CREATE SERVER {id}{kind}{version} FOREIGN DATA WRAPPER {}{}",
        new.wrapper,
        foreign_options(&new.options)
    );
    let wrapper = ObjectId::global(ObjectKind::ForeignDataWrapper, new.wrapper.clone());
    builder.push(Action::create(Rank::Extension, id, sql).needing([wrapper]));
}

pub(super) fn alter_server(builder: &mut Builder<'_>, id: &ObjectId, old: &ForeignServer, new: &ForeignServer) {
    let mut text = String::new();
    if old.version != new.version
        && let Some(version) = &new.version
    {
        text.push_str(&format!(" VERSION {}", quote_literal(version)));
    }
    let options = foreign_option_changes(&old.options, &new.options);
    if !options.is_empty() {
        text.push_str(&format!(" OPTIONS ({options})"));
    }
    if !text.is_empty() {
        builder.push(Action::alter(Rank::Extension, id, format!("ALTER SERVER {id}{text}")));
    }
}

/// Values of options are never read, since they hold passwords: whoever runs the plan has to set them.
pub(super) fn create_mapping(builder: &mut Builder<'_>, id: &ObjectId, new: &UserMapping) {
    let Some(user) = &id.sub else { return };
    let user = if *user == "public" { "PUBLIC".to_owned() } else { user.to_string() };
    let options: Vec<String> = new
        .option_names
        .iter()
        .map(|name| format!("{} 'set-me'", pgmason_model::Identifier::from(name.as_str())))
        .collect();
    let list = if options.is_empty() { String::new() } else { format!(" OPTIONS ({})", options.join(", ")) };
    let server = ObjectId::global(ObjectKind::ForeignServer, id.name.clone());
    let mut action =
        Action::create(Rank::Extension, id, format!("CREATE USER MAPPING FOR {user} SERVER {}{list}", id.name));
    if !options.is_empty() {
        action.why = Some("pgmason reads no values of user mappings: put them in where it says 'set-me'".to_owned());
    }
    builder.push(action.needing([server]));
}

pub(super) fn alter_mapping(builder: &mut Builder<'_>, id: &ObjectId, old: &UserMapping, new: &UserMapping) {
    let Some(user) = &id.sub else { return };
    let user = if *user == "public" { "PUBLIC".to_owned() } else { user.to_string() };
    let name = |name: &String| pgmason_model::Identifier::from(name.as_str());
    let mut changes: Vec<String> =
        new.option_names.difference(&old.option_names).map(|one| format!("ADD {} 'set-me'", name(one))).collect();
    changes.extend(old.option_names.difference(&new.option_names).map(|one| format!("DROP {}", name(one))));
    let sql = format!("ALTER USER MAPPING FOR {user} SERVER {} OPTIONS ({})", id.name, changes.join(", "));
    let mut action = Action::alter(Rank::Extension, id, sql);
    action.why = Some("pgmason reads no values of user mappings: put them in where it says 'set-me'".to_owned());
    builder.push(action);
}
