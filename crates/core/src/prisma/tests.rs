//! What the parser says about wrong text, and that it never panics.

use proptest::prelude::*;

use super::{Document, PrismaError, PrismaSchema, PrismaVersion, parse, read, statements};

const SOURCE: &str = "datasource db {\n  provider = \"postgresql\"\n}\n";

fn whole(text: &str) -> Result<PrismaSchema, PrismaError> {
    let mut document = Document::default();
    parse("schema.prisma", text, &mut document)?;
    read(&document, PrismaVersion::Six, "schema.prisma")
}

/// The schema's text after a datasource of three lines.
fn schema(text: &str) -> Result<PrismaSchema, PrismaError> {
    whole(&format!("{SOURCE}{text}"))
}

#[track_caller]
fn assert_refused(text: &str, words: &str) {
    let error = schema(text).expect_err(text);
    assert!(error.to_string().contains(words), "{error}");
    assert!(!error.hint().is_empty());
}

#[test]
fn an_error_of_syntax_says_where_and_what_was_expected() {
    for (text, words) in [
        ("model A {\n  id Int @id\n", "schema.prisma:6:1: expected a field, `@@` or `}`, found the end of the file"),
        ("model {\n}", "schema.prisma:4:7: expected the block's name, found `{`"),
        ("model A\n{\n}", "schema.prisma:4:8: expected `{`, found the end of the line"),
        ("table A {\n}", "schema.prisma:4:1: expected model, enum, type, view, datasource or generator, found `table`"),
        ("model A {\n  id: Int @id\n}", "schema.prisma:5:5: expected the type of field `id`, found `:`"),
        ("model A {\n  id\n}", "schema.prisma:5:5: expected the type of field `id`, found the end of the line"),
        (
            "model A {\n  id Int @id extra\n}",
            "schema.prisma:5:14: expected an attribute or the end of the line, found `extra`",
        ),
        ("model A {\n  id Int @default(\n}", "schema.prisma:6:1: expected a value, found `}`"),
        ("model A {\n  id Int @default(1 2)\n}", "schema.prisma:5:21: expected `,` or `)`, found `2`"),
        ("model A {\n  a String[]?\n}", "expected a list without `?`"),
        (
            "model A {\n  a String @map(\"x)\n}",
            "schema.prisma:5:17: expected `\"` at the end of this text, found the end of the line",
        ),
        ("model A {\n  a String @map(\"\\q\")\n}", "expected one of \\\" \\\\"),
        ("model A {\n  _a String\n}", "schema.prisma:5:3: expected a name that begins with a letter, found `_`"),
        ("model A {\n  a VarChar(3)\n}", "expected `?`, `[]` or an attribute after type `VarChar`, found `(`"),
        ("enum A {\n  B = 1\n}", "schema.prisma:5:5: expected an attribute or the end of the line, found `=`"),
        ("generator g {\n  provider \"x\"\n}", "schema.prisma:5:12: expected `=` after `provider`, found \"x\""),
        ("model A {\n  a Int $\n}", "schema.prisma:5:9: expected a name, an attribute or a block, found `$`"),
        ("/* never closed", "expected `*/` at the end of this comment, found the end of the file"),
    ] {
        assert_refused(text, words);
    }
}

#[test]
fn what_makes_no_sense_is_refused_at_its_place() {
    for (text, words) in [
        ("model A {\n  b Missing\n}", "schema.prisma:5:3: nothing is called `Missing`"),
        ("model A {\n  id Int @id\n  id Int\n}", "model A has two fields `id`"),
        ("model A {\n  id Int @id\n}\nenum A {\n  B\n}", "`A` is there already"),
        (
            "model A {\n  id Int @id\n  @@map(\"t\")\n}\nmodel B {\n  id Int @id\n  @@map(\"t\")\n}",
            "are the same table public.t",
        ),
        ("model A {\n  id Int @id\n  @@index([x])\n}", "model A has no field `x`"),
        ("model A {\n  id Int @id\n  @@index([id], type: Fancy)\n}", "`Fancy` is no index method"),
        ("model A {\n  id Int @id\n  @@index([id], where: raw(\"id > 0\"))\n}", "preview feature `partialIndexes`"),
        ("model A {\n  id Int @id\n  @@fulltext([id])\n}", "is for MySQL"),
        ("model A {\n  id String @id @db.Integer\n}", "cannot stand on a field of type String"),
        ("model A {\n  id String @id @db.Uuid(3)\n}", "has 1 arguments"),
        ("model A {\n  id String @id @mysql.Text\n}", "another datasource than `db`"),
        ("model A {\n  id Int @id @default(\"x\")\n}", "the default is no value of type Int"),
        ("enum E {\n  X\n}\nmodel A {\n  id Int @id\n  e E @default(Y)\n}", "the default is no value of type E"),
        ("model A {\n  id String @id @default(autoincrement())\n}", "`autoincrement()` on field `id`"),
        ("type T {\n  a Int\n}", "composite type `T`"),
        ("enum E {\n}", "enum `E` has no values"),
        (
            "model A {\n  id Int @id\n  b B @relation(fields: [id], references: [id, x])\n}\nmodel B {\n  id Int @id\n}",
            "1 fields and 2 references",
        ),
        (
            "model A {\n  id Int\n  b B[]\n}\nmodel B {\n  id Int @id\n  a A[]\n}",
            "needs a model with a single `@id`, and A has none",
        ),
    ] {
        assert_refused(text, words);
    }
}

#[test]
fn another_database_is_refused_by_name() {
    for provider in ["mysql", "sqlite", "sqlserver", "mongodb", "cockroachdb"] {
        let error = whole(&format!("datasource db {{\n  provider = \"{provider}\"\n}}\n")).expect_err(provider);
        assert!(error.to_string().contains(&format!("the schema is for {provider}")), "{error}");
        assert_eq!(error.place().map(|place| (place.line, place.column)), Some((2, 3)));
    }
    let error = whole("model A {\n  id Int @id\n}\n").expect_err("no datasource");
    assert!(error.to_string().contains("no datasource block in schema.prisma"), "{error}");
    let error = whole(&format!("{SOURCE}{SOURCE}")).expect_err("two datasources");
    assert!(error.to_string().contains("a second datasource"), "{error}");
}

#[test]
fn everything_of_the_grammar_reads() {
    let text = r#"
        generator client { provider = "prisma-client-js" previewFeatures = ["views"] }
    "#;
    assert!(schema(text).is_err(), "one setting on each line");
    let text = "generator client {\n  provider = \"prisma-client-js\" // it\n  previewFeatures = [\"views\",\n    \"partialIndexes\"]\n}\n\
        /// A person.\n/// Of two lines.\nmodel Person { // here\n  id BigInt @id @default(autoincrement()) /// the key\n\
        \x20 /* in\n  between */\n  e2fa Mood? @map(\"2fa\")\n  place Unsupported(\"point\")?\n  tags String[] @default([\"a\", \"b\"])\n\
        \x20 note String @default(\"a \\\"quote\\\" \\u00e9 \\ud83d\\ude00\")\n\n  @@index(fields: [e2fa, note(sort: Desc, ops: raw(\"text_ops\"))],\n\
        \x20   map: \"i\", where: { note: { not: null }, e2fa: \"SAD\" })\n  @@ignore\n}\r\n\
        enum Mood {\n  SAD @map(\"sad\")\n  2ND\n  @@map(\"moods\")\n}\nview Happy {\n  id Int @unique\n}\n";
    let read = schema(text).unwrap();
    assert!(read.partial_indexes());
    assert_eq!(read.views, ["Happy"]);
    let person = &read.models[0];
    assert_eq!(person.documentation, ["A person.", "Of two lines."]);
    assert_eq!(
        person.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(),
        ["id", "2fa", "place", "tags", "note"]
    );
    assert_eq!(person.indexes[0].predicate.as_deref(), Some("note IS NOT NULL AND \"2fa\" = 'SAD'"));
    assert_eq!(read.enums[0].labels, ["sad", "2ND"]);
    let sql: Vec<String> = statements(&read).into_iter().map(|statement| statement.sql).collect();
    assert!(sql[1].contains("note text NOT NULL DEFAULT 'a \"quote\" é 😀'"), "{sql:?}");
    assert_eq!(person.place.line, 11);
}

proptest! {
    /// Text of any kind, and text that is nearly right.
    #[test]
    fn nothing_makes_it_panic(text in "\\PC{0,200}") {
        drop(schema(&text));
    }

    #[test]
    fn nothing_nearly_right_makes_it_panic(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("model"), Just("enum"), Just("view"), Just("A"), Just("B"), Just("id"), Just("Int"), Just("String"),
                Just("{"), Just("}"), Just("("), Just(")"), Just("["), Just("]"), Just("\n"), Just("@"), Just("@@"),
                Just("id"), Just("index"), Just("relation"), Just("fields:"), Just("references:"), Just(","), Just("?"),
                Just("\"x\""), Just("\"\\u12"), Just("1"), Just("-1.5"), Just("default"), Just("///"), Just("//"), Just("."),
                Just("Unsupported"), Just("map"), Just("dbgenerated"), Just("where:"), Just("ü"), Just("raw"),
            ],
            0..80,
        )
    ) {
        let text = parts.join(" ");
        if let Ok(read) = schema(&text) {
            drop(statements(&read));
        }
    }
}

#[test]
fn deep_nesting_is_an_error_and_no_crash() {
    let deep = format!("model A {{\n  id Int @default({}\n}}", "[".repeat(100_000));
    assert_refused(&deep, "nests less deeply");
}
