//! `pgmason generate`, as a user runs it.

use std::process::Command;

use pgmason_testkit::Folder;

use crate::references::project;
use crate::support::run;

/// What Supabase generates once the database has the new names.
const NEW_TYPES: &str = r#"export type Json = string | number;
export type Database = {
  public: {
    Tables: {
      app_emails: {
        Row: { id: number; title: string | null };
        Insert: { id: number; title?: string | null };
        Update: { id?: number; title?: string | null };
        Relationships: [];
      };
      users: { Row: { id: number }; Insert: { id: number }; Update: { id?: number }; Relationships: [] };
    };
    Views: { [_ in never]: never };
    Functions: { [_ in never]: never };
    Enums: { mood: "blue" | "ok" };
    CompositeTypes: { [_ in never]: never };
  };
  chat: {
    Tables: {
      messages: { Row: { id: number }; Insert: { id: number }; Update: { id?: number }; Relationships: [] };
    };
    Views: { [_ in never]: never };
    Functions: { [_ in never]: never };
    Enums: { [_ in never]: never };
    CompositeTypes: { [_ in never]: never };
  };
};
"#;

/// And before.
const OLD_TYPES: &str = r#"export type Database = {
  public: {
    Tables: {
      emails: {
        Row: { id: number; subject: string | null };
        Insert: { id: number; subject?: string | null };
        Update: { id?: number; subject?: string | null };
        Relationships: [];
      };
      messages: { Row: { id: number }; Insert: { id: number }; Update: { id?: number }; Relationships: [] };
      drafts: { Row: { id: number }; Insert: { id: number }; Update: { id?: number }; Relationships: [] };
      users: { Row: { id: number }; Insert: { id: number }; Update: { id?: number }; Relationships: [] };
    };
    Views: { [_ in never]: never };
    Functions: { [_ in never]: never };
    Enums: { mood: "sad" | "ok" };
    CompositeTypes: { [_ in never]: never };
  };
};
"#;

/// Code that uses old names and new ones.
const USE: &str = r#"import type { DatabaseWithOldNames, EmailsRow, EmailsInsert, EmailsTableRenamed, MessagesRow, MoodWithOldValues } from "./aliases";
import { newTableNames, newColumnNames, newEnumValues } from "./aliases";
export const row: EmailsRow = { id: 1, subject: "x" };
export const insert: EmailsInsert = { id: 1 };
export const renamed: EmailsTableRenamed["Row"] = { id: 1, title: null };
export const message: MessagesRow = { id: 1 };
export const mood: MoodWithOldValues = "sad";
type Public = DatabaseWithOldNames["public"]["Tables"];
export const old: Public["emails"]["Row"] = { id: 1, subject: null };
export const fresh: Public["app_emails"]["Row"] = { id: 1, title: null };
export const user: Public["users"]["Row"] = { id: 1 };
export const moved: DatabaseWithOldNames["chat"]["Tables"]["messages"]["Row"] = { id: 1 };
export const kept: Public["messages"]["Row"] = { id: 1 };
export const name: "app_emails" = newTableNames.emails;
export const column: "title" = newColumnNames.emails.subject;
export const value: "blue" = newEnumValues.mood.sad;
// @ts-expect-error the new column is not in the old shape
export const wrong: EmailsRow = { id: 1, title: "x" };
// @ts-expect-error the old column is not in the new shape
export const wrong_too: EmailsTableRenamed["Row"] = { id: 1, subject: "x" };
"#;

#[test]
fn aliases_are_the_same_on_every_run_and_no_reference() {
    let folder = project();
    let once = run(&folder, &["generate", "aliases", "--restructure", "prefix"]);
    once.assert_code(0)
        .assert_says("delete this file")
        .assert_says("export type EmailsTable = RenamedTable<TableOf<\"public\", \"app_emails\", \"public\", \"emails\">, { title: \"subject\" }>;")
        .assert_says("its rows are those with kind = 'draft'")
        .assert_says("// public.scratch_pad goes: nothing takes its place.");
    // The only restructuring needs no name.
    run(&folder, &["generate", "aliases", "-o", "src/aliases.ts", "--types", "./types/db"]).assert_code(0);
    let written = folder.read("src/aliases.ts");
    assert_eq!(written.replace("./types/db", "./database.types"), once.stdout);
    let report = run(&folder, &["references", "find", "emails", "--json", "--path", "src/aliases.ts"]).json();
    assert_eq!(report["references"], serde_json::json!([]));
}

/// A TypeScript compiler: `PGMASON_TSC`, or the one on the path.
fn compiler() -> Option<String> {
    let named = std::env::var("PGMASON_TSC").ok();
    let candidates = named.into_iter().chain(["tsc".to_owned()]);
    candidates
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()))
}

#[test]
fn aliases_compile_against_the_new_types_and_against_the_old_ones() {
    let Some(compiler) = compiler() else {
        eprintln!("skipped: no TypeScript compiler on the path or in PGMASON_TSC");
        return;
    };
    for types in [NEW_TYPES, OLD_TYPES] {
        let folder = project();
        folder.write("src/database.types.ts", types);
        folder.write("src/use.ts", USE);
        run(&folder, &["generate", "aliases", "-o", "src/aliases.ts"]).assert_code(0);
        let output = Command::new(&compiler)
            .current_dir(folder.path())
            .args(["--strict", "--noEmit", "--skipLibCheck", "--target", "es2022", "--module", "esnext"])
            .args(["--moduleResolution", "bundler", "src/use.ts"])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            folder.read("src/aliases.ts")
        );
    }
}

#[test]
fn changes_have_every_change_by_stage_with_its_references() {
    let folder = project();
    run(&folder, &["generate", "changes", "--restructure", "prefix", "-o", "API_CHANGES.md"]).assert_code(0);
    let written = folder.read("API_CHANGES.md");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/api_changes.md");
    if std::env::var_os("PGMASON_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &written).unwrap();
    }
    assert_eq!(written, std::fs::read_to_string(&path).unwrap_or_default());
    // What it says about old names is no use of them.
    run(&folder, &["generate", "changes", "-o", "API_CHANGES.md"]).assert_code(0);
    assert_eq!(folder.read("API_CHANGES.md"), written);
}

#[test]
fn without_a_restructuring_there_is_a_hint() {
    let folder = Folder::new();
    run(&folder, &["generate", "aliases"]).assert_code(2).assert_says("there is no restructuring");
    run(&folder, &["generate", "changes"]).assert_code(2).assert_says("there is no restructuring");
}
