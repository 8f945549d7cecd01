//! Finds files that may wait for a strong lock without end.

use pgmason_sql::{LockLevel, StatementKind};

use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::history::{Moment, RelationKind, Standing, Touched};
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "lock-timeout-not-set",
    section: Section::Migration,
    default_level: RuleLevel::Info,
    summary: "a file locks tables in use without a lock_timeout",
    page: include_str!("lock_timeout_not_set.md"),
    options: &[],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    let mut set_for_all = false;
    let mut file = None;
    // What the file's session has, and whether the file was reported.
    let (mut set, mut reported) = (false, false);
    for moment in ctx.moments() {
        if file != Some(moment.step.file) {
            file = Some(moment.step.file);
            (set, reported) = (set_for_all, false);
        }
        match sets_lock_timeout(moment) {
            Some(Reach::Session) => set = true,
            Some(Reach::Role) => set_for_all = true,
            Some(Reach::None) => set = false,
            None => {}
        }
        if set || reported || !ctx.file_of(moment).pending {
            continue;
        }
        if let Some(touched) = moment.touched.iter().find(|touched| locks_strongly(moment, touched)) {
            reported = true;
            let place = ctx.place(moment, 0);
            let finding = findings.in_file(
                place.file,
                format!(
                    "the file may wait without end for its {} lock on {}, with all others behind it",
                    touched.level.name(),
                    touched.name
                ),
                "begin the file with SET lock_timeout = '5s': it then fails early and can be run again",
            );
            finding.line = Some(place.line);
            finding.column = Some(place.column);
        }
    }
}

enum Reach {
    Session,
    /// ALTER ROLE or ALTER DATABASE: every later session.
    Role,
    /// Set to 0 or reset.
    None,
}

fn sets_lock_timeout(moment: &Moment<'_>) -> Option<Reach> {
    let reach = |value: Option<&str>| match value {
        None | Some("0") => Reach::None,
        Some(_) => Reach::Session,
    };
    match &moment.step.statement.kind {
        StatementKind::Set(set) if set.name == "lock_timeout" => Some(reach(set.values.first().map(String::as_str))),
        StatementKind::Reset { name } if name.as_deref() == Some("lock_timeout") => Some(Reach::None),
        StatementKind::AlterRole { setting: Some(setting), .. }
        | StatementKind::AlterDatabase { setting: Some(setting), .. }
            if setting == "lock_timeout" =>
        {
            Some(Reach::Role)
        }
        StatementKind::Select(_) => {
            let call =
                moment.step.statement.calls.iter().find(|call| {
                    call.name.name == "set_config" && call.first_text.as_deref() == Some("lock_timeout")
                })?;
            Some(reach(call.second_text.as_deref()))
        }
        _ => None,
    }
}

/// Blocks writers of something that was there before the file.
fn locks_strongly(moment: &Moment<'_>, touched: &Touched) -> bool {
    // DROP … IF EXISTS of what no file made: most likely it is not there.
    let maybe_absent = match &moment.step.statement.kind {
        StatementKind::Drop(dropped) => dropped.if_exists && touched.standing == Standing::Unknown,
        StatementKind::AlterTable(table) => table.if_exists && touched.standing == Standing::Unknown,
        _ => false,
    };
    let table = touched.is_old_table() || (touched.kind == RelationKind::Index && touched.standing.is_old());
    table && touched.level >= LockLevel::Share && !maybe_absent
}
