//! What only a superuser may run, and what reaches outside the server.

use crate::{CopyEnd, ObjectKind, Statement, StatementKind, TypeKind};

/// Something that only a superuser may do (on PostgreSQL 13 to 18).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuperuserNeed {
    /// `CREATE | ALTER EXTENSION`: unless the extension is trusted and the role may create in the database.
    Extension(String),
    /// A command that is a superuser's whatever it names: its words.
    Command(&'static str),
    /// A setting that only a superuser may change.
    Setting(String),
}

/// Settings that only a superuser may SET (`pg_settings.context` is `superuser` or `superuser-backend` on PostgreSQL 15).
const SUPERUSER_SETTINGS: &[&str] = &[
    "allow_in_place_tablespaces",
    "allow_system_table_mods",
    "backtrace_functions",
    "commit_delay",
    "compute_query_id",
    "deadlock_timeout",
    "debug_discard_caches",
    "dynamic_library_path",
    "ignore_checksum_failure",
    "jit_debugging_support",
    "jit_dump_bitcode",
    "jit_profiling_support",
    "lc_messages",
    "lo_compat_privileges",
    "log_connections",
    "log_disconnections",
    "log_duration",
    "log_error_verbosity",
    "log_executor_stats",
    "log_lock_waits",
    "log_min_duration_sample",
    "log_min_duration_statement",
    "log_min_error_statement",
    "log_min_messages",
    "log_parameter_max_length",
    "log_parser_stats",
    "log_planner_stats",
    "log_replication_commands",
    "log_statement",
    "log_statement_sample_rate",
    "log_statement_stats",
    "log_temp_files",
    "log_transaction_sample_rate",
    "max_stack_depth",
    "plpgsql.variable_conflict",
    "session_preload_libraries",
    "session_replication_role",
    "temp_file_limit",
    "track_activities",
    "track_counts",
    "track_functions",
    "track_io_timing",
    "track_wal_io_timing",
    "update_process_title",
    "wal_compression",
    "wal_consistency_checking",
    "wal_init_zero",
    "wal_recycle",
    "zero_damaged_pages",
];

/// What of the statement only a superuser may do.
pub fn superuser_needs(statement: &Statement) -> Vec<SuperuserNeed> {
    let command = |words| vec![SuperuserNeed::Command(words)];
    match &statement.kind {
        StatementKind::CreateExtension { name, .. } | StatementKind::AlterExtension { name, .. } => {
            vec![SuperuserNeed::Extension(name.clone())]
        }
        StatementKind::CreateEventTrigger { .. } => command("CREATE EVENT TRIGGER"),
        StatementKind::AlterSystem => command("ALTER SYSTEM"),
        StatementKind::CreateTablespace { .. } => command("CREATE TABLESPACE"),
        StatementKind::CreatePublication { all_tables: true, .. } => command("CREATE PUBLICATION … FOR ALL TABLES"),
        StatementKind::CreatePublication { tables_in_schema: true, .. } => {
            command("CREATE PUBLICATION … FOR TABLES IN SCHEMA")
        }
        StatementKind::AlterPublication { tables_in_schema: true, .. } => {
            command("ALTER PUBLICATION … TABLES IN SCHEMA")
        }
        StatementKind::CreateRole { superuser: true, .. } => command("CREATE ROLE … SUPERUSER"),
        StatementKind::AlterRole { superuser: true, .. } => command("ALTER ROLE … SUPERUSER"),
        StatementKind::CreateType(created) if created.kind == TypeKind::Base => command("CREATE TYPE (base type)"),
        StatementKind::CreateFunction(function) => {
            let mut needs = Vec::new();
            match function.language.as_deref() {
                Some("c") => needs.extend(command("CREATE FUNCTION … LANGUAGE c")),
                Some("internal") => needs.extend(command("CREATE FUNCTION … LANGUAGE internal")),
                Some(language) if language.ends_with('u') && language.starts_with("pl") => {
                    needs.extend(command("CREATE FUNCTION in an untrusted language"));
                }
                _ => {}
            }
            if function.leakproof {
                needs.extend(command("LEAKPROOF"));
            }
            if function.has_support_function {
                needs.extend(command("SUPPORT"));
            }
            needs.extend(function.settings.iter().filter_map(|(name, _)| superuser_setting(name)));
            needs
        }
        StatementKind::AlterFunction(function) => {
            let mut needs =
                if function.needs_superuser { command("ALTER FUNCTION … LEAKPROOF or SUPPORT") } else { Vec::new() };
            needs.extend(function.settings.iter().filter_map(|(name, _)| superuser_setting(name)));
            needs
        }
        StatementKind::CreateOther { object, .. } => match object {
            ObjectKind::OperatorClass => command("CREATE OPERATOR CLASS"),
            ObjectKind::OperatorFamily => command("CREATE OPERATOR FAMILY"),
            ObjectKind::Language => command("CREATE LANGUAGE"),
            ObjectKind::AccessMethod => command("CREATE ACCESS METHOD"),
            ObjectKind::ForeignDataWrapper => command("CREATE FOREIGN DATA WRAPPER"),
            ObjectKind::TextSearchParser => command("CREATE TEXT SEARCH PARSER"),
            ObjectKind::TextSearchTemplate => command("CREATE TEXT SEARCH TEMPLATE"),
            // WITHOUT FUNCTION needs one; with a function the owner of both types may.
            ObjectKind::Cast => command("CREATE CAST"),
            _ => Vec::new(),
        },
        StatementKind::AlterOther { object: ObjectKind::ForeignDataWrapper, .. } => {
            command("ALTER FOREIGN DATA WRAPPER")
        }
        StatementKind::AlterOther { object: ObjectKind::EventTrigger, .. } => command("ALTER EVENT TRIGGER"),
        StatementKind::AlterOther { object: ObjectKind::OperatorFamily, .. } => command("ALTER OPERATOR FAMILY"),
        StatementKind::Set(set) => superuser_setting(&set.name).into_iter().collect(),
        StatementKind::AlterRole { setting: Some(setting), .. }
        | StatementKind::AlterDatabase { setting: Some(setting), .. } => {
            superuser_setting(setting).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn superuser_setting(name: &str) -> Option<SuperuserNeed> {
    SUPERUSER_SETTINGS.contains(&name).then(|| SuperuserNeed::Setting(name.to_owned()))
}

/// A way out of the server: files, programs, other servers, libraries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeavesServer {
    /// `COPY` from or to a file of the server.
    CopyFile(String),
    /// `COPY` from or to a program.
    CopyProgram(String),
    /// `LOAD`.
    Load,
    /// A call of a function that reads files, connects elsewhere, or signals other sessions.
    Call(String),
}

const REACHING_FUNCTIONS: &[&str] = &[
    "lo_import",
    "lo_export",
    "pg_read_file",
    "pg_read_binary_file",
    "pg_ls_dir",
    "pg_stat_file",
    "pg_file_write",
    "pg_file_rename",
    "pg_file_unlink",
    "pg_terminate_backend",
    "pg_cancel_backend",
    "pg_reload_conf",
    "pg_rotate_logfile",
    "pg_promote",
    "pg_switch_wal",
    "pg_execute_server_program",
    "http",
    "http_get",
    "http_post",
    "http_put",
    "http_delete",
    "http_head",
];

/// How the statement leaves the server when it runs. Calls inside bodies that it only defines are not looked at.
pub fn leaves_server(statement: &Statement) -> Vec<LeavesServer> {
    let mut found = Vec::new();
    match &statement.kind {
        StatementKind::Copy(copy) => match &copy.end {
            CopyEnd::File(path) => found.push(LeavesServer::CopyFile(path.clone())),
            CopyEnd::Program(program) => found.push(LeavesServer::CopyProgram(program.clone())),
            CopyEnd::Client => {}
        },
        StatementKind::Load => found.push(LeavesServer::Load),
        _ => {}
    }
    for call in &statement.calls {
        let name = call.name.name.as_str();
        let outside = REACHING_FUNCTIONS.contains(&name)
            || name.starts_with("dblink")
            || name.starts_with("pg_ls_")
            || (call.name.schema.as_deref() == Some("net") && name.starts_with("http"));
        if outside {
            found.push(LeavesServer::Call(call.name.to_string()));
        }
    }
    found
}
