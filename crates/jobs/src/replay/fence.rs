//! What a migration may do in the scratch beyond the rights of its role, and what it may not do at all.

use pgmason_core::migrations::FileStatement;
use pgmason_sql::facts::{LeavesServer, SuperuserNeed, superuser_needs};
use pgmason_sql::{DropObjects, ObjectKind, StatementKind};

/// Hosted platforms let their users run these, although PostgreSQL asks for a superuser.
pub(super) fn needs_elevation(statement: &FileStatement) -> bool {
    if let StatementKind::Drop(DropObjects { object: ObjectKind::Extension | ObjectKind::EventTrigger, .. }) =
        &statement.statement.kind
    {
        return true;
    }
    let needs = superuser_needs(&statement.statement);
    !needs.is_empty() && needs.iter().all(is_harmless)
}

/// What cannot run a program, read a file or load a library.
fn is_harmless(need: &SuperuserNeed) -> bool {
    const HARMLESS: &[&str] = &[
        "CREATE EVENT TRIGGER",
        "ALTER EVENT TRIGGER",
        "CREATE PUBLICATION … FOR ALL TABLES",
        "CREATE PUBLICATION … FOR TABLES IN SCHEMA",
        "ALTER PUBLICATION … TABLES IN SCHEMA",
        "CREATE TYPE (base type)",
        "CREATE OPERATOR CLASS",
        "CREATE OPERATOR FAMILY",
        "ALTER OPERATOR FAMILY",
        "CREATE FOREIGN DATA WRAPPER",
        "ALTER FOREIGN DATA WRAPPER",
        "CREATE TEXT SEARCH PARSER",
        "CREATE TEXT SEARCH TEMPLATE",
        "CREATE CAST",
        "CREATE ACCESS METHOD",
        "LEAKPROOF",
        "ALTER FUNCTION … LEAKPROOF or SUPPORT",
    ];
    match need {
        SuperuserNeed::Extension(_) => true,
        SuperuserNeed::Command(words) => HARMLESS.contains(words),
        // `dynamic_library_path` and `session_preload_libraries` would load code.
        SuperuserNeed::Setting(name) => !name.contains("librar"),
    }
}

/// How a statement would leave, in words.
pub(super) fn way_out(leaves: &LeavesServer) -> Option<String> {
    Some(match leaves {
        LeavesServer::CopyFile(path) => format!("COPY with the server's file `{path}`"),
        LeavesServer::CopyProgram(_) => "COPY … PROGRAM".to_owned(),
        LeavesServer::Load => "LOAD".to_owned(),
        // In the scratch these are stand-ins that reach nothing.
        LeavesServer::Call(name) if name.contains("http") => return None,
        LeavesServer::Call(name) => format!("a call of {name}"),
    })
}
