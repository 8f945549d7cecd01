//! Puts a row in, and mends it by what the server says against it.

use std::collections::BTreeMap;

use pgmason_model::{Identifier, Object, ObjectId, ObjectKind};
use pgmason_pg::run::StatementError;

use super::Seeder;
use super::check::{MOST_TRIES, candidates};
use super::row::Draft;
use super::shape::Shape;

/// Rows are made up anew so often where one of a unique key is there already.
const MOST_NUMBERS: usize = 6;
/// Tries of one row, whatever is wrong with it.
const MOST_INSERTS: usize = 600;

/// What one row was tried with.
#[derive(Default)]
struct Tried {
    /// Tries by constraint.
    checks: BTreeMap<String, usize>,
    mended: Vec<String>,
    /// The CHECK that values were last tried for.
    last_check: Option<Box<StatementError>>,
}

impl Seeder<'_> {
    /// One row. What had to be done to get it in, if anything.
    pub(super) fn row(&mut self, shape: &Shape, number: usize, full: bool) -> Result<Option<String>, String> {
        // A row with less in it meets fewer demands, and one with more satisfies a trigger that wants it.
        let mut first = None;
        // The next number may refer to another parent.
        for (full_now, number, asleep) in
            [(full, number, false), (!full, number, false), (true, number + 1, false), (full, number, true)]
        {
            if self.style.no_nulls && !full_now {
                continue;
            }
            match self.numbered_row(shape, number, full_now, asleep) {
                Ok(note) if full && !full_now => {
                    let why = first.unwrap_or_default();
                    return Ok(note.or(Some(format!("no row with every column filled: {why}"))));
                }
                Ok(note) => return Ok(note),
                Err(reason) => drop(first.get_or_insert(reason)),
            }
        }
        Err(first.unwrap_or_default())
    }

    /// A row with other values as long as those are taken.
    fn numbered_row(
        &mut self,
        shape: &Shape,
        number: usize,
        full: bool,
        asleep: bool,
    ) -> Result<Option<String>, String> {
        let mut last = String::new();
        for another in 0..MOST_NUMBERS {
            let number = number + another * 7;
            let mut draft = self.draft(shape, number, full)?;
            match self.mend(shape, &mut draft, number, asleep) {
                Ok(note) => return Ok(note),
                Err(Refused::Taken(message)) => last = message,
                Err(Refused::For(message)) => return Err(message),
            }
        }
        Err(last)
    }

    /// `asleep`: as a last resort with triggers asleep.
    fn mend(
        &mut self,
        shape: &Shape,
        draft: &mut Draft,
        number: usize,
        asleep: bool,
    ) -> Result<Option<String>, Refused> {
        let mut tried = Tried::default();
        for _ in 0..MOST_INSERTS {
            let Err(error) = self.insert(shape, draft, false) else { return Ok(None) };
            match error.sqlstate.as_deref() {
                Some("23514") => {
                    self.satisfy(shape, draft, number, &error, &mut tried)?;
                    tried.last_check = Some(error);
                }
                // A constant of the CHECK that is none of the column's type.
                Some("22P02" | "22007" | "22008" | "22003" | "22001" | "22023") if tried.last_check.is_some() => {
                    if let Some(check) = tried.last_check.take() {
                        self.satisfy(shape, draft, number, &check, &mut tried)?;
                        tried.last_check = Some(check);
                    }
                }
                Some("23505" | "23P01") => return Err(Refused::Taken(error.message)),
                Some("23502") => {
                    let column = error.about.column.clone().unwrap_or_default();
                    let known = shape.column(&Identifier::from(column.as_str()));
                    let value = known
                        .filter(|known| !draft.contains_key(&known.name))
                        .and_then(|known| self.value(known, number));
                    match (known, value) {
                        (Some(known), Some(value)) => {
                            draft.insert(known.name.clone(), value);
                        }
                        _ => return self.past_triggers(shape, draft, &error, asleep),
                    }
                }
                Some("23503") => {
                    let key = error.about.constraint.clone().unwrap_or_default();
                    let id =
                        ObjectId { kind: ObjectKind::Constraint, sub: Some(key.as_str().into()), ..shape.id.clone() };
                    let first = !tried.mended.contains(&key);
                    let columns = match self.catalog.get(&id) {
                        Some(Object::Constraint(constraint)) if first => constraint.columns.clone(),
                        _ => return self.past_triggers(shape, draft, &error, asleep),
                    };
                    tried.mended.push(key);
                    // A default that refers to nothing.
                    let nullable = columns.iter().filter(|name| shape.column(name).is_some_and(|found| found.nullable));
                    nullable.for_each(|name| drop(draft.insert(name.clone(), "NULL".to_owned())));
                }
                _ => return self.past_triggers(shape, draft, &error, asleep),
            }
        }
        Err(Refused::For("too many tries".to_owned()))
    }

    /// The next values for the columns of a violated CHECK.
    fn satisfy(
        &mut self,
        shape: &Shape,
        draft: &mut Draft,
        number: usize,
        error: &StatementError,
        tried: &mut Tried,
    ) -> Result<(), Refused> {
        let give_up = || Refused::For(error.message.clone());
        let Some(check) = self.check_of(shape, error) else { return Err(give_up()) };
        let tries = tried.checks.entry(check.name.clone()).or_insert(0);
        let mut place = *tries;
        *tries += 1;
        let columns: Vec<_> = check.columns.iter().filter_map(|name| shape.column(name)).collect();
        if columns.is_empty() || place >= MOST_TRIES {
            return Err(Refused::For(format!("no values were found that satisfy {}", check.name)));
        }
        // All pairs, triples and so on of the candidates, the first column turning fastest.
        let mut exhausted = true;
        for column in columns {
            let list = candidates(&check.expression, column, number);
            if list.is_empty() {
                continue;
            }
            draft.insert(column.name.clone(), list[place % list.len()].clone());
            place /= list.len();
            exhausted &= place > 0;
        }
        if exhausted {
            return Err(Refused::For(format!("no values were found that satisfy {}", check.name)));
        }
        Ok(())
    }

    fn check_of(&self, shape: &Shape, error: &StatementError) -> Option<Check> {
        let name = error.about.constraint.clone()?;
        if let Some(data_type) = &error.about.data_type {
            let domain = ObjectId::in_schema(
                ObjectKind::DomainType,
                error.about.schema.clone().unwrap_or_default(),
                data_type.as_str(),
            );
            let id = ObjectId { kind: ObjectKind::DomainConstraint, sub: Some(name.as_str().into()), ..domain.clone() };
            let Some(Object::DomainConstraint(constraint)) = self.catalog.get(&id) else { return None };
            let columns = shape.columns.iter().filter(|column| column.user_type.as_ref() == Some(&domain));
            return Some(Check {
                name: format!("{name} of domain {domain}"),
                expression: constraint.expression.clone(),
                columns: columns.map(|column| column.name.clone()).collect(),
            });
        }
        let id = ObjectId { kind: ObjectKind::Constraint, sub: Some(name.as_str().into()), ..shape.id.clone() };
        let Some(Object::Constraint(constraint)) = self.catalog.get(&id) else { return None };
        Some(Check {
            name: format!("{name} {}", constraint.definition),
            expression: constraint.expression.clone()?,
            columns: constraint.columns.clone(),
        })
    }

    /// The project's own code may be what keeps the row out: once more with triggers asleep.
    fn past_triggers(
        &mut self,
        shape: &Shape,
        draft: &Draft,
        error: &StatementError,
        asleep: bool,
    ) -> Result<Option<String>, Refused> {
        if error.connection_lost || !asleep || self.insert(shape, draft, true).is_err() {
            return Err(Refused::For(error.message.clone()));
        }
        Ok(Some(format!("triggers slept, since one said: {}", error.message)))
    }

    fn insert(&mut self, shape: &Shape, draft: &Draft, without_triggers: bool) -> Result<(), Box<StatementError>> {
        let names: Vec<String> = draft.keys().map(ToString::to_string).collect();
        let values: Vec<&str> = draft.values().map(String::as_str).collect();
        let row = if names.is_empty() {
            "DEFAULT VALUES".to_owned()
        } else {
            format!("({}) OVERRIDING SYSTEM VALUE VALUES ({})", names.join(", "), values.join(", "))
        };
        let insert = format!("INSERT INTO {} {row}", shape.id);
        if !without_triggers {
            let sql = format!("SAVEPOINT pgmason_seed; {insert}; RELEASE SAVEPOINT pgmason_seed");
            return self.session.run(&sql).or_else(|error| self.undo(error));
        }
        self.session.run("SAVEPOINT pgmason_seed")?;
        let done = self
            .replication_role("replica")
            .and_then(|()| self.session.run(&insert))
            .and_then(|()| self.replication_role("origin"));
        match done {
            Ok(()) => self.session.run("RELEASE SAVEPOINT pgmason_seed"),
            Err(error) => self.undo(error),
        }
    }

    fn undo(&mut self, error: Box<StatementError>) -> Result<(), Box<StatementError>> {
        self.session.run("ROLLBACK TO SAVEPOINT pgmason_seed")?;
        Err(error)
    }

    /// Only this statement runs elevated: what a row sets off does not.
    fn replication_role(&mut self, role: &str) -> Result<(), Box<StatementError>> {
        const ELEVATE: &str = "SELECT pgmason_scratch.elevate($1, $2, 'on')";
        if let Some(secret) = self.secret {
            self.session.run_with(ELEVATE, &[secret, "on"])?;
        }
        self.session.run(&format!("SET LOCAL session_replication_role = {role}"))?;
        match self.secret {
            Some(secret) => self.session.run_with(ELEVATE, &[secret, "off"]),
            None => Ok(()),
        }
    }
}

/// Why a row is not in.
enum Refused {
    /// A row with this key is there.
    Taken(String),
    For(String),
}

struct Check {
    name: String,
    expression: String,
    columns: Vec<Identifier>,
}
