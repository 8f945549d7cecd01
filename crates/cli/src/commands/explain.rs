//! `pgmason explain RULE`.

use std::io::Write;

use pgmason_core::rules;

use super::Outcome;
use crate::error::CommandError;

pub(super) fn run(name: &str) -> Result<Outcome, CommandError> {
    match rules::find(name) {
        Some(rule) => {
            std::io::stdout().lock().write_all(rule.page.as_bytes())?;
            Ok(Outcome::Clean)
        }
        None => {
            let words = name.to_lowercase();
            let near: Vec<&str> = rules::all()
                .map(|rule| rule.name)
                .filter(|rule| rule.contains(&words) || words.contains(rule))
                .collect();
            Err(CommandError::Usage {
                message: format!("no rule is called `{name}`"),
                hint: Some(match near.first() {
                    Some(rule) => format!("did you mean `{rule}`?"),
                    None => "run `pgmason rules` to list them".to_owned(),
                }),
            })
        }
    }
}
