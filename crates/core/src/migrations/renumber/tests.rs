//! Renumbering in known cases, and on folders of any kind.

use proptest::prelude::*;

use super::*;
use crate::files::{FilesContext, MigrationFolder};
use crate::findings::Findings;
use crate::locations::Locations;
use crate::rulebook::Rulebook;
use crate::rules::{self, Check};

/// 2026-01-01 00:00:00 UTC.
const NOW: i64 = 1_767_225_600;

const NUMBERING: &[&str] = &[
    "migration-name-format",
    "duplicate-version",
    "gap-in-numbering",
    "mixed-version-formats",
    "sentinel-version",
    "future-version",
    "down-file-runs-as-up",
    "version-order-by-text",
];

/// The files of a folder, in the order in which they run.
fn folder(layout: Layout, names: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<MigrationFile> {
    let read = |name: &str| Some((layout.read_name(name)?, name.to_owned()));
    let mut named: Vec<_> = names.into_iter().filter_map(|name| read(name.as_ref())).collect();
    named.sort_by(|a, b| layout.order((&a.0, &a.1), (&b.0, &b.1)));
    named.dedup_by(|a, b| a.1 == b.1);
    named.into_iter().map(|(name, path)| MigrationFile::read(layout, path.clone(), path, name, String::new())).collect()
}

/// The folder with the plan carried out. No file may take another's place.
fn carried_out(layout: Layout, files: &[MigrationFile], plan: &RenumberPlan) -> Vec<MigrationFile> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for file in files {
        let from = unit(layout, &file.name_in_folder);
        let renaming = plan.renamings.iter().find(|renaming| renaming.from == from);
        let rest = &file.name_in_folder[from.len()..];
        match renaming {
            Some(renaming) if renaming.kind == RenamedKind::Archived => {}
            Some(renaming) => {
                assert!(names.insert(format!("{}{rest}", renaming.to)), "two files become {}", renaming.to);
            }
            None => assert!(names.insert(file.name_in_folder.clone()), "{from} is overwritten"),
        }
    }
    folder(layout, names)
}

fn up_descriptions(files: &[MigrationFile]) -> Vec<&str> {
    let is_up = |file: &&MigrationFile| file.direction == Direction::Up && file.version.is_some();
    files.iter().filter(is_up).map(|file| file.description.as_str()).collect()
}

fn findings(layout: Layout, files: &[MigrationFile]) -> Vec<String> {
    let folder = MigrationFolder::new(layout, files, Some(NOW));
    let (locations, rulebook) = (Locations::default(), Rulebook::default());
    let mut list = Vec::new();
    for name in NUMBERING {
        let rule = rules::find(name).unwrap();
        let Check::Files(check) = rule.check else { panic!("{name}") };
        let mut found = Findings::new(rule, rule.default_level.level().unwrap(), &locations);
        check(&FilesContext { rule, folder: &folder, rulebook: &rulebook }, &mut found);
        list.extend(found.into_list().into_iter().map(|finding| format!("{name}: {}", finding.message)));
    }
    list
}

/// `from -> to` of every file that is renamed.
fn renames(layout: Layout, names: &[&str]) -> Vec<String> {
    let files = folder(layout, names);
    let plan = plan(layout, &files, false, NOW);
    plan.renamings
        .iter()
        .map(|renaming| match renaming.kind {
            RenamedKind::Archived => format!("{} archived", renaming.from),
            _ => format!("{} -> {}", renaming.from, renaming.to),
        })
        .collect()
}

#[test]
fn sound_folders_are_left_alone() {
    for (layout, names) in [
        (Layout::Numbered, &["20240101000000_a.sql", "20240102000000_b.sql", "rollback/20240101000000_a.sql"][..]),
        (Layout::Numbered, &["20240101_a.sql", "20240102_b.sql"]),
        (Layout::Numbered, &["000_a.sql", "001_b.sql"]),
        (Layout::Numbered, &["051_a.sql", "052_b.sql"]),
        (Layout::Numbered, &["010_a.sql", "020_b.sql"]),
        (Layout::Numbered, &["00000000000000_a.sql", "20240102000000_b.sql"]),
        (Layout::Sqlx, &["9_a.up.sql", "9_a.down.sql", "10_b.up.sql"]),
        (Layout::Diesel, &["00000000000000_setup/up.sql", "2024-01-01-000000_a/up.sql"]),
        (Layout::Prisma, &["20240101000000_a/migration.sql", "20240101000000_b/migration.sql"]),
        (Layout::Refinery, &["V1__a.sql", "V2__b.sql"]),
    ] {
        assert_eq!(renames(layout, names), [""; 0], "{names:?}");
    }
}

#[test]
fn timestamps_move_no_further_than_they_must() {
    let names = ["20240101_b.sql", "20240101000000_a.sql", "20240101000001_c.sql", "20240301000000_d.sql"];
    assert_eq!(renames(Layout::Numbered, &names), ["20240101_b.sql -> 20240101000002_b.sql"]);
}

#[test]
fn sentinels_and_the_future_come_right_after_what_runs_before_them() {
    let names = ["20240101235959_a.sql", "20400101000000_b.sql", "99999999999999_c.sql"];
    assert_eq!(
        renames(Layout::Numbered, &names),
        ["20400101000000_b.sql -> 20240102000000_b.sql", "99999999999999_c.sql -> 20240102000001_c.sql"]
    );
}

#[test]
fn numbers_close_gaps_in_numeric_order() {
    let names = ["1_a.sql", "2_b.sql", "3_c.sql", "10_d.sql", "10_e.sql"];
    assert_eq!(renames(Layout::Numbered, &names), ["10_d.sql -> 4_d.sql", "10_e.sql -> 5_e.sql"]);
    let plan = plan(Layout::Numbered, &folder(Layout::Numbered, names), false, NOW);
    assert!(plan.notes[0].contains("as text"), "{:?}", plan.notes);
}

#[test]
fn a_day_that_runs_before_older_files_moves_alone() {
    // sqlx compares numbers: 8 digits are less than 14.
    let names = ["20250525_a.up.sql", "20240101000000_b.up.sql", "20240102000000_c.up.sql"];
    assert_eq!(renames(Layout::Sqlx, &names), ["20250525_a.up.sql -> 20231231235959_a.up.sql"]);
}

#[test]
fn seconds_and_milliseconds_do_not_mix() {
    let names = ["1700000000_b.sql", "1700000000000_a.sql"];
    assert_eq!(renames(Layout::Numbered, &names), ["1700000000_b.sql -> 1700000000001_b.sql"]);
}

#[test]
fn a_prisma_baseline_runs_first() {
    assert_eq!(
        renames(Layout::Prisma, &["0_init/migration.sql", "20240101000000_a/migration.sql"]),
        ["0_init -> 20231231235959_init"]
    );
}

#[test]
fn diesel_keeps_its_dashes() {
    assert_eq!(
        renames(
            Layout::Diesel,
            &["2024-01-01-000000_a/up.sql", "2024-01-01-000000_b/up.sql", "2024-01-01-000000_b/down.sql"]
        ),
        ["2024-01-01-000000_b -> 2024-01-01-000001_b"]
    );
}

#[test]
fn down_files_follow_and_leave_the_tools_way() {
    let names = [
        "20240101000000_a.sql",
        "20240101000000_a_down.sql",
        "20240101000000_b.sql",
        "20240101000000_b_down.sql",
        "20240101000000_gone_down.sql",
    ];
    assert_eq!(
        renames(Layout::Numbered, &names),
        [
            "20240101000000_b.sql -> 20240101000001_b.sql",
            "20240101000000_a_down.sql -> rollback/20240101000000_a.sql",
            "20240101000000_b_down.sql -> rollback/20240101000001_b.sql",
            "20240101000000_gone_down.sql archived",
        ]
    );
    assert_eq!(renames(Layout::Sqlx, &["1_a.up.sql", "1_a_down.sql"]), ["1_a_down.sql -> 1_a.down.sql"]);
}

#[test]
fn what_never_ran_never_starts_to() {
    let names = ["[timestamp]_x.sql", "20240101000000-a.sql", "20240102000000_b.sql", "setup.sql"];
    let files = folder(Layout::Numbered, names);
    let archived = |supabase: bool| {
        let plan = plan(Layout::Numbered, &files, supabase, NOW);
        plan.renamings.iter().filter(|it| it.kind == RenamedKind::Archived).count()
    };
    // The Supabase CLI passes over a name without an underscore; others run it.
    assert_eq!((archived(false), archived(true)), (2, 3));
    assert!(renames(Layout::Numbered, &names).contains(&"20240101000000-a.sql -> 20240101000000_a.sql".to_owned()));
}

fn a_version() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (2023u32..2025, 1u32..13, 1u32..4, 0u32..2).prop_map(|(y, m, d, s)| format!("{y}{m:02}{d:02}0000{s:02}")),
        2 => (2023u32..2025, 1u32..13, 1u32..4).prop_map(|(y, m, d)| format!("{y}{m:02}{d:02}")),
        1 => (1u32..13, 1u32..4).prop_map(|(m, d)| format!("2024{m:02}{d:02}1200")),
        1 => (1_700_000_000u64..1_700_000_005).prop_map(|number| number.to_string()),
        1 => (1_700_000_000_000u64..1_700_000_000_005).prop_map(|number| number.to_string()),
        2 => (0u32..40).prop_map(|number| number.to_string()),
        2 => (0u32..40).prop_map(|number| format!("{number:03}")),
        1 => Just("99999999999999".to_owned()),
        1 => Just("999".to_owned()),
        1 => Just("20991231235959".to_owned()),
        // Within the day of grace.
        1 => (0u32..3).prop_map(|second| format!("202601012359{:02}", 57 + second)),
        1 => Just("20240299007777".to_owned()),
    ]
}

fn a_layout() -> impl Strategy<Value = Layout> {
    use Layout::{Dbmate, Diesel, Numbered, Prisma, Refinery, Sqlx};
    prop::sample::select(vec![Numbered, Numbered, Dbmate, Sqlx, Refinery, Diesel, Prisma])
}

/// Versions with what else lies there: a down file, and a file that is no migration.
fn names(layout: Layout, versions: &[(String, u8)]) -> Vec<String> {
    let mut list = Vec::new();
    for (place, (version, extra)) in versions.iter().enumerate() {
        let down = extra % 3 == 0;
        list.push(match layout {
            Layout::Numbered if extra % 7 == 0 => format!("{version}-n{place}.sql"),
            Layout::Numbered | Layout::Dbmate => format!("{version}_n{place}.sql"),
            Layout::Sqlx => format!("{version}_n{place}.up.sql"),
            Layout::Refinery => format!("V{version}__n{place}.sql"),
            Layout::Diesel => format!("{version}_n{place}/up.sql"),
            Layout::Prisma => format!("{version}_n{place}/migration.sql"),
        });
        match layout {
            Layout::Numbered if down => list.push(format!("{version}_n{place}_down.sql")),
            Layout::Numbered if extra % 5 == 0 => list.push(format!("rollback/{version}_n{place}.sql")),
            Layout::Numbered if extra % 11 == 0 => list.push(format!("{version}_orphan{place}_down.sql")),
            Layout::Sqlx if down => list.push(format!("{version}_n{place}.down.sql")),
            Layout::Diesel if down => list.push(format!("{version}_n{place}/down.sql")),
            Layout::Numbered | Layout::Refinery if extra % 13 == 0 => list.push(format!("[timestamp]_x{place}.sql")),
            _ => {}
        }
    }
    list
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_folder_becomes_sound(layout in a_layout(), versions in prop::collection::vec((a_version(), any::<u8>()), 1..12), supabase: bool) {
        let names = names(layout, &versions);
        let files = folder(layout, &names);
        let first = plan(layout, &files, supabase, NOW);
        let after = carried_out(layout, &files, &first);
        prop_assert_eq!(findings(layout, &after), Vec::<String>::new(), "{:?} {:?} {:?}", layout, names, first);
        let second = plan(layout, &after, supabase, NOW);
        prop_assert_eq!(&second, &RenumberPlan::default(), "{:?} {:?} {:?}", layout, names, first);

        let passed_over = |file: &&MigrationFile| supabase && super::passed_over(layout, file);
        let ran: Vec<MigrationFile> = files.iter().filter(|file| !passed_over(file)).cloned().collect();
        let mut before: Vec<&str> = up_descriptions(&ran);
        let mut now: Vec<&str> = up_descriptions(&after);
        if first.notes.iter().any(|note| note.contains("order of their numbers")) {
            before.sort_unstable();
            now.sort_unstable();
        }
        prop_assert_eq!(before, now, "{:?} {:?} {:?}", layout, names, first);

        // A down file that is still there takes back what it took back before.
        for down in after.iter().filter(|file| file.direction == Direction::Down && file.name_in_folder.contains('/') && layout == Layout::Numbered) {
            let ups: Vec<&MigrationFile> = after.iter().filter(|file| file.direction == Direction::Up).collect();
            let own = |up: &&MigrationFile| !down.description.starts_with("orphan") && !up.description.is_empty();
            if let Some(up) = up_file_of(&ups, down).filter(own) {
                prop_assert_eq!(&up.description, &down.description);
            }
        }
    }
}
