//! A Prisma schema as a source: files, folders, versions, and what cannot be loaded.

use pgmason_jobs::open::{OpenOptions, Opened, open};
use pgmason_jobs::progress::silent;
use pgmason_jobs::project::Project;
use pgmason_jobs::source::Source;
use pgmason_jobs::{JobError, prisma};
use pgmason_model::ObjectKind;
use pgmason_testkit::Folder;

const SOURCE: &str = "datasource db {\n  provider = \"postgresql\"\n}\n";
const MANY: &str = "model a {\n  id Int @id\n  bs b[]\n}\nmodel b {\n  id Int @id\n  as a[]\n}\n";

fn opened(folder: &Folder, path: &str) -> Result<Opened, JobError> {
    let project = Project::open(folder.path()).unwrap();
    open(&project, &Source::Prisma(folder.join(path)), &OpenOptions::default(), &silent)
}

fn tables(opened: &Opened) -> Vec<String> {
    opened.catalog.of_kind(ObjectKind::Table).map(|(id, _)| id.name.as_str().to_owned()).collect()
}

#[test]
fn one_file_or_a_folder_of_them() {
    let folder = Folder::with(&[
        ("prisma/schema/base.prisma", SOURCE),
        ("prisma/schema/models/a.prisma", "model A {\n  id Int @id\n  mood Mood\n}\n"),
        ("prisma/schema/enums.prisma", "enum Mood {\n  SAD\n}\n"),
        ("prisma/schema/notes.txt", "not Prisma's"),
        ("one.prisma", &format!("{SOURCE}{MANY}")),
    ]);
    assert_eq!(tables(&opened(&folder, "prisma/schema").unwrap()), ["A"]);
    assert_eq!(tables(&opened(&folder, "one.prisma").unwrap()), ["_aTob", "a", "b"]);
    let error = opened(&folder, "prisma/schema/models").err().unwrap();
    assert!(error.to_string().contains("no datasource block in prisma/schema/models"), "{error}");
    let empty = Folder::with(&[("prisma/readme.md", "")]);
    let error = opened(&empty, "prisma").err().unwrap();
    assert!(matches!(error, JobError::NoPrismaSchema { .. }) && error.hint().is_some());
}

#[test]
fn an_error_names_the_file_that_it_is_in() {
    let folder =
        Folder::with(&[("schema/a.prisma", SOURCE), ("schema/b.prisma", "model A {\n  id Int @id\n  b B\n}\n")]);
    let error = opened(&folder, "schema").err().unwrap();
    assert!(error.to_string().starts_with("schema/b.prisma:3:3: nothing is called `B`"), "{error}");
}

#[test]
fn extensions_come_first_and_a_stand_in_is_told() {
    let text = "datasource db {\n  provider = \"postgresql\"\n  extensions = [vector, uuidOssp(map: \"uuid-ossp\"), citext(schema: \"ext\")]\n}\n\
        model A {\n  id String @id @default(dbgenerated(\"uuid_generate_v4()\")) @db.Uuid\n  at Unsupported(\"vector(3)\")?\n  c String @db.Citext\n}\n";
    let folder = Folder::with(&[("schema.prisma", text)]);
    let opened = opened(&folder, "schema.prisma").unwrap();
    let replay = opened.replay.as_ref().unwrap();
    assert_eq!(replay.failures, []);
    assert!(replay.stand_ins.contains(&"citext".to_owned()), "{:?}", replay.stand_ins);
}

#[test]
fn what_cannot_load_is_told_at_its_line() {
    let text = format!(
        "{SOURCE}model A {{\n  id Int @id\n}}\n\nmodel B {{\n  id Int @id\n  x Unsupported(\"no_such_type\")\n}}\n"
    );
    let folder = Folder::with(&[("schema.prisma", &text)]);
    let opened = opened(&folder, "schema.prisma").unwrap();
    let failure = &opened.replay.as_ref().unwrap().failures[0];
    assert_eq!((failure.file.as_str(), failure.line), ("schema.prisma", 8));
    assert!(failure.message.contains("no_such_type"), "{failure:?}");
}

#[test]
fn the_version_is_stated_or_found() {
    let has_key = |files: &[(&str, &str)]| {
        let folder = Folder::with(files);
        folder.write("prisma/schema.prisma", format!("{SOURCE}{MANY}"));
        let project = Project::open(folder.path()).unwrap();
        let read = prisma::read(&project, &folder.join("prisma/schema.prisma")).unwrap();
        read.statements.iter().any(|statement| statement.sql.contains("_aTob_AB_pkey"))
    };
    let unique = ("prisma/migrations/1_a/migration.sql", "CREATE UNIQUE INDEX \"_aTob_AB_unique\" ON x (a);");
    assert!(has_key(&[]));
    assert!(!has_key(&[unique]));
    assert!(has_key(&[unique, ("prisma/migrations/2_b/migration.sql", "ADD CONSTRAINT \"_aTob_AB_pkey\"")]));
    assert!(!has_key(&[("package.json", r#"{ "devDependencies": { "prisma": "^5.22.0" } }"#)]));
    assert!(has_key(&[("package.json", r#"{ "dependencies": { "@prisma/client": "~6.1" } }"#), unique]));
    assert!(!has_key(&[
        ("pgmason.toml", "[prisma]\nversion = 5\n"),
        ("package.json", r#"{ "dependencies": { "prisma": "7.0.0" } }"#)
    ]));
}
