//! Every statement of a folder in the order in which it runs, those inside DO blocks among them, each with the
//! transaction and the search path that hold for it.
//!
//! Branches and loops of a DO block are taken to run once. Bodies of functions are not steps: they are only defined.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use pgmason_sql::plpgsql::{Origin, scan_statement};
use pgmason_sql::{Body, ObjectKind, SetVariable, Statement, StatementKind, TransactionControl};

use super::{Direction, FileStatement, Layout, MigrationFile};

/// One statement when it runs.
#[derive(Clone, Debug)]
pub struct Step<'a> {
    /// Index of its file.
    pub file: usize,
    pub statement: Cow<'a, Statement>,
    /// The statement of the file: this one, or the DO block around it.
    pub outer: &'a FileStatement,
    /// Where it stands in the file's text.
    pub span: Range<usize>,
    /// Spans inside the statement can be told in the file: not where quotes had to be undone.
    pub spans_hold: bool,
    pub in_do_block: bool,
    /// Under IF or a handler of exceptions: a second run may pass it over.
    pub guarded: bool,
    /// The query of a FOR loop, whose rows the block goes through.
    pub is_loop_query: bool,
    /// A DO block with statements that only a run can know.
    pub unread: bool,
    /// Steps with the same number stand in one transaction. Unique in the folder.
    pub transaction: usize,
    /// Between BEGIN and COMMIT of the file itself.
    pub in_written_transaction: bool,
    pub search_path: Rc<[String]>,
}

impl Step<'_> {
    /// The file's offset of one in the statement.
    pub fn offset(&self, in_statement: usize) -> usize {
        if self.spans_hold { (self.span.start + in_statement).min(self.span.end) } else { self.span.start }
    }

    pub fn text<'f>(&self, file: &'f MigrationFile) -> &'f str {
        file.text.get(self.span.clone()).unwrap_or_default()
    }
}

/// The steps of every file that runs, in sessions whose search path is PostgreSQL's own.
pub fn steps<'a>(layout: Layout, files: &'a [MigrationFile]) -> Vec<Step<'a>> {
    steps_in(layout, files, &default_path())
}

/// The same in sessions that begin with this search path, without the schemas that every path has.
pub fn steps_in<'a>(layout: Layout, files: &'a [MigrationFile], path: &[String]) -> Vec<Step<'a>> {
    let mut reader = Reader { layout, steps: Vec::new(), next_transaction: 0, default_path: Rc::from(path) };
    for (index, file) in files.iter().enumerate() {
        if file.direction == Direction::Up {
            reader.read_file(index, file);
        }
    }
    reader.steps
}

struct Reader<'a> {
    layout: Layout,
    steps: Vec<Step<'a>>,
    next_transaction: usize,
    default_path: Rc<[String]>,
}

/// What a file's session is at, statement by statement.
struct Session {
    transaction: usize,
    written: bool,
    /// Statements outside BEGIN share one transaction.
    implicit: bool,
    path: Rc<[String]>,
    /// The path to return to at the end of the transaction (SET LOCAL).
    path_before_local: Option<Rc<[String]>>,
}

impl<'a> Reader<'a> {
    fn new_transaction(&mut self) -> usize {
        self.next_transaction += 1;
        self.next_transaction
    }

    fn read_file(&mut self, index: usize, file: &'a MigrationFile) {
        let mut session = Session {
            transaction: self.new_transaction(),
            written: false,
            implicit: file.in_transaction,
            path: Rc::clone(&self.default_path),
            path_before_local: None,
        };
        for outer in &file.statements {
            let mut transaction = session.transaction;
            if !session.written && (!session.implicit || self.is_hoisted(&outer.statement)) {
                transaction = self.new_transaction();
            }
            self.add(index, outer, transaction, &session);
            self.follow(&outer.statement, &mut session);
        }
    }

    /// The Supabase CLI takes these out of the file's transaction (CREATE since 2.109).
    fn is_hoisted(&self, statement: &Statement) -> bool {
        self.layout == Layout::Numbered && is_concurrent_index(statement)
    }

    fn add(&mut self, file: usize, outer: &'a FileStatement, transaction: usize, session: &Session) {
        let step = Step {
            file,
            statement: Cow::Borrowed(&outer.statement),
            outer,
            span: outer.span.clone(),
            spans_hold: true,
            in_do_block: false,
            guarded: false,
            is_loop_query: false,
            unread: !outer.statement.is_fully_read(),
            transaction,
            in_written_transaction: session.written,
            search_path: Rc::clone(&session.path),
        };
        let StatementKind::Do(block) = &outer.statement.kind else {
            self.steps.push(step);
            return;
        };
        let found = scan_statement(&outer.statement);
        let gave_up = found.as_ref().is_none_or(|found| found.gave_up_at.is_some());
        let embedded = found.map(|found| found.statements).unwrap_or_default();
        let dynamic = embedded.iter().any(|inner| names_unknown(inner.origin));
        self.steps.push(Step { unread: gave_up || dynamic, ..step.clone() });
        for inner in embedded {
            // With a stand-in for a name, what it does cannot be told.
            let Some(statement) = inner.statement.filter(|_| !names_unknown(inner.origin)) else { continue };
            let as_written = matches!(inner.origin, Origin::Static | Origin::Perform | Origin::Query);
            self.steps.push(Step {
                guarded: !inner.guards.is_empty(),
                statement: Cow::Owned(statement),
                span: in_file(outer, &block.body, inner.span),
                spans_hold: block.body.verbatim && as_written,
                in_do_block: true,
                is_loop_query: inner.origin == Origin::Query,
                ..step.clone()
            });
        }
    }

    fn follow(&mut self, statement: &Statement, session: &mut Session) {
        match &statement.kind {
            StatementKind::Transaction(TransactionControl::Begin) => {
                // Inside the tool's own transaction BEGIN is only a warning, and what follows stays in it.
                if !session.implicit {
                    session.transaction = self.new_transaction();
                }
                session.written = true;
            }
            StatementKind::Transaction(
                TransactionControl::Commit | TransactionControl::Rollback | TransactionControl::Prepared,
            ) => {
                session.transaction = self.new_transaction();
                session.written = false;
                // A file sent as one query string goes on in a new implicit transaction; a transaction that the tool
                // opened itself is over.
                session.implicit &= matches!(self.layout, Layout::Numbered | Layout::Prisma);
                if let Some(path) = session.path_before_local.take() {
                    session.path = path;
                }
            }
            StatementKind::Set(set) if set.name == "search_path" => {
                if set.local && session.path_before_local.is_none() {
                    session.path_before_local = Some(Rc::clone(&session.path));
                }
                session.path = path_of(set, &self.default_path);
            }
            StatementKind::Reset { name } if name.as_deref().is_none_or(|name| name == "search_path") => {
                session.path = Rc::clone(&self.default_path);
            }
            StatementKind::Select(_) => {
                for call in &statement.calls {
                    if call.name.name == "set_config" && call.first_text.as_deref() == Some("search_path") {
                        let value = call.second_text.as_deref().unwrap_or_default();
                        session.path = path_from(value.split(',').map(|part| part.trim().trim_matches('"')));
                    }
                }
            }
            _ => {}
        }
    }
}

/// CREATE or DROP INDEX CONCURRENTLY.
pub fn is_concurrent_index(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::CreateIndex(index) => index.concurrently,
        StatementKind::Drop(dropped) => dropped.object == ObjectKind::Index && dropped.concurrently,
        _ => false,
    }
}

fn names_unknown(origin: Origin) -> bool {
    matches!(origin, Origin::ExecuteFormat | Origin::ExecuteDynamic)
}

/// A span of the body as one of the file; the whole body where quotes were undone.
fn in_file(outer: &FileStatement, body: &Body, span: Range<usize>) -> Range<usize> {
    let (start, end) = if body.verbatim {
        (body.offset_in_statement(span.start), body.offset_in_statement(span.end))
    } else {
        (body.span.start, body.span.end)
    };
    outer.span.start + start..outer.span.start + end
}

/// `"$user", public` for a role without a schema of its own.
fn default_path() -> Rc<[String]> {
    Rc::from(["public".to_owned()])
}

fn path_of(set: &SetVariable, default: &Rc<[String]>) -> Rc<[String]> {
    if set.values.is_empty() {
        return Rc::clone(default);
    }
    // `SET search_path = 'a, b'` names one schema of that odd name; nobody means it.
    path_from(set.values.iter().flat_map(|value| value.split(',')).map(str::trim))
}

fn path_from<'v>(names: impl Iterator<Item = &'v str>) -> Rc<[String]> {
    names
        .filter(|name| !name.is_empty() && *name != "$user" && *name != "pg_catalog" && *name != "pg_temp")
        .map(str::to_owned)
        .collect()
}
