//! What PostgreSQL makes of the DDL: each rule of Prisma's, read back from the catalog.

use pgmason_core::prisma::PrismaVersion;
use pgmason_model::catalog::{Column, ForeignKeyAction};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};

use super::made;

fn column<'a>(catalog: &'a Catalog, table: &str, name: &str) -> &'a Column {
    let id = ObjectId::sub_object(ObjectKind::Column, "public", table, name);
    match catalog.get(&id) {
        Some(Object::Column(column)) => column,
        other => panic!("{id}: {other:?}"),
    }
}

fn default(catalog: &Catalog, table: &str, name: &str) -> Option<String> {
    match catalog.get(&ObjectId::sub_object(ObjectKind::Default, "public", table, name)) {
        Some(Object::Default(default)) => Some(default.expression.clone()),
        _ => None,
    }
}

/// Names of a kind, those of a table or all, without their schema.
fn names(catalog: &Catalog, kind: ObjectKind) -> Vec<String> {
    let name = |id: &ObjectId| id.sub.as_ref().unwrap_or(&id.name).as_str().to_owned();
    catalog.of_kind(kind).filter(|(id, _)| !catalog.is_platform(id)).map(|(id, _)| name(id)).collect()
}

fn definition(catalog: &Catalog, kind: ObjectKind, name: &str) -> String {
    let is_named = |id: &ObjectId| id.sub.as_ref().unwrap_or(&id.name) == &Identifier::from(name);
    match catalog.of_kind(kind).find(|(id, _)| is_named(id)) {
        Some((_, Object::Constraint(constraint))) => constraint.definition.clone(),
        Some((_, Object::Index(index))) => index.definition.clone(),
        other => panic!("{name}: {other:?}; there are {:?}", names(catalog, kind)),
    }
}

#[test]
fn types() {
    let types = [
        ("Int", "integer"),
        ("BigInt", "bigint"),
        ("Float", "double precision"),
        ("Decimal", "numeric(65,30)"),
        ("Boolean", "boolean"),
        ("String", "text"),
        ("DateTime", "timestamp(3) without time zone"),
        ("Bytes", "bytea"),
        ("Json", "jsonb"),
        ("Int @db.SmallInt", "smallint"),
        ("Int @db.Integer", "integer"),
        ("Int @db.Oid", "oid"),
        ("BigInt @db.BigInt", "bigint"),
        ("Decimal @db.Decimal(10, 2)", "numeric(10,2)"),
        ("Decimal @db.Decimal", "numeric"),
        ("Decimal @db.Money", "money"),
        ("String @db.Inet", "inet"),
        ("Float @db.Real", "real"),
        ("Float @db.DoublePrecision", "double precision"),
        ("String @db.VarChar(20)", "character varying(20)"),
        ("String @db.VarChar", "character varying"),
        ("String @db.Char(4)", "character(4)"),
        ("String @db.Text", "text"),
        ("Bytes @db.ByteA", "bytea"),
        ("DateTime @db.Timestamp(6)", "timestamp(6) without time zone"),
        ("DateTime @db.Timestamp", "timestamp without time zone"),
        ("DateTime @db.Timestamptz(3)", "timestamp(3) with time zone"),
        ("DateTime @db.Timestamptz", "timestamp with time zone"),
        ("DateTime @db.Date", "date"),
        ("DateTime @db.Time(2)", "time(2) without time zone"),
        ("DateTime @db.Timetz(6)", "time(6) with time zone"),
        ("Boolean @db.Boolean", "boolean"),
        ("String @db.Bit(3)", "bit(3)"),
        ("String @db.VarBit(8)", "bit varying(8)"),
        ("String @db.VarBit", "bit varying"),
        ("String @db.Uuid", "uuid"),
        ("String @db.Xml", "xml"),
        ("Json @db.Json", "json"),
        ("Json @db.JsonB", "jsonb"),
        ("Unsupported(\"tsvector\")", "tsvector"),
        ("Unsupported(\"point\")", "point"),
        ("Mood", "public.moods"),
    ];
    let fields: String = types
        .iter()
        .enumerate()
        .map(|(place, (field, _))| {
            let (name, native) = field.split_once(' ').unwrap_or((field, ""));
            let list = if name.starts_with("Unsupported") { "" } else { "[]" };
            format!("  r{place} {field}\n  o{place} {name}? {native}\n  l{place} {name}{list} {native}\n")
        })
        .collect();
    let text = format!("model T {{\n  id Int @id\n{fields}}}\nenum Mood {{\n  SAD\n  @@map(\"moods\")\n}}\n");
    let catalog = made(PrismaVersion::Six, &text);
    for (place, (field, type_name)) in types.iter().enumerate() {
        let of = |prefix: &str| column(&catalog, "T", &format!("{prefix}{place}"));
        assert_eq!((of("r").type_name.as_str(), of("r").not_null), (*type_name, true), "{field}");
        assert_eq!((of("o").type_name.as_str(), of("o").not_null), (*type_name, false), "{field}?");
        if !field.starts_with("Unsupported") {
            assert_eq!((of("l").type_name.clone(), of("l").not_null), (format!("{type_name}[]"), false), "{field}[]");
        }
    }
}

#[test]
fn defaults() {
    let defaults: &[(&str, Option<&str>)] = &[
        ("String @default(uuid())", None),
        ("String @default(uuid(7))", None),
        ("String @default(cuid())", None),
        ("String @default(nanoid(10))", None),
        ("String @default(ulid())", None),
        ("DateTime @updatedAt", None),
        ("DateTime @default(now())", Some("CURRENT_TIMESTAMP")),
        ("String @default(dbgenerated())", None),
        ("String @default(dbgenerated(\"gen_random_uuid()\")) @db.Uuid", Some("gen_random_uuid()")),
        ("String @default(\"it's\")", Some("'it''s'::text")),
        ("String @default(\"back\\\\slash\")", Some("'back\\slash'::text")),
        ("Int @default(-3)", Some("'-3'::integer")),
        ("Float @default(1.5)", Some("1.5")),
        ("Decimal @default(\"1.5\")", Some("1.5")),
        ("BigInt @default(9007199254740993)", Some("'9007199254740993'::bigint")),
        ("Boolean @default(true)", Some("true")),
        ("Bytes @default(\"SGVsbG8=\")", Some("'\\x48656c6c6f'::bytea")),
        ("Json @default(\"{\\\"a\\\": 1}\")", Some("'{\"a\": 1}'::jsonb")),
        ("DateTime @default(\"2020-01-02T03:04:05Z\")", Some("'2020-01-02 03:04:05'::timestamp without time zone")),
        ("String[] @default([])", Some("ARRAY[]::text[]")),
        ("String[] @default([\"a\", \"b\"])", Some("ARRAY['a'::text, 'b'::text]")),
        ("Int[] @default([1, 2])", Some("ARRAY[1, 2]")),
        ("Mood @default(SAD)", Some("'sad'::public.\"Mood\"")),
        ("Mood[] @default([SAD, OK])", Some("ARRAY['sad'::public.\"Mood\", 'OK'::public.\"Mood\"]")),
    ];
    let fields: String =
        defaults.iter().enumerate().map(|(place, (field, _))| format!("  f{place} {field}\n")).collect();
    let text = format!("model T {{\n  id Int @id\n{fields}}}\nenum Mood {{\n  SAD @map(\"sad\")\n  OK\n}}\n");
    let catalog = made(PrismaVersion::Six, &text);
    for (place, (field, expression)) in defaults.iter().enumerate() {
        assert_eq!(default(&catalog, "T", &format!("f{place}")).as_deref(), *expression, "{field}");
    }
}

#[test]
fn autoincrement_is_a_sequence_of_the_column() {
    let text = "model T {\n  id Int @id @default(autoincrement())\n  s Int @default(autoincrement()) @db.SmallInt\n\
        \x20 b BigInt @default(autoincrement())\n}\n";
    let catalog = made(PrismaVersion::Six, text);
    assert_eq!(names(&catalog, ObjectKind::Sequence), ["T_b_seq", "T_id_seq", "T_s_seq"]);
    for (name, type_name) in [("id", "integer"), ("s", "smallint"), ("b", "bigint")] {
        assert_eq!(column(&catalog, "T", name).type_name, type_name);
        assert!(column(&catalog, "T", name).not_null);
    }
}

#[test]
fn keys_and_indexes_with_their_names() {
    let text = "model User {\n  id Int @id\n  email String @unique\n  org Int @map(\"org_id\")\n  tags String[]\n  data Json\n  at DateTime\n\
        \x20 @@unique([org, email])\n  @@index([at(sort: Desc), org])\n  @@index([tags], type: Gin)\n\
        \x20 @@index([data(ops: JsonbPathOps)], type: Gin, map: \"by_data\")\n  @@index([email(ops: raw(\"text_pattern_ops\"))])\n\
        \x20 @@index([org], type: Hash, map: \"by_org\")\n  @@index([at], type: Brin, map: \"by_at\")\n  @@map(\"users\")\n}\n\
        model Pair {\n  a Int\n  b Int\n  @@id([a, b], name: \"of_the_client\")\n}\n\
        model Own {\n  a Int @id(map: \"own_key\")\n  b Int @unique(map: \"own_b\", sort: Desc)\n}\n";
    let catalog = made(PrismaVersion::Six, text);
    assert_eq!(names(&catalog, ObjectKind::Constraint), ["own_key", "Pair_pkey", "users_pkey"]);
    assert_eq!(definition(&catalog, ObjectKind::Constraint, "Pair_pkey"), "PRIMARY KEY (a, b)");
    for (name, sql) in [
        ("users_email_key", "CREATE UNIQUE INDEX users_email_key ON public.users USING btree (email)"),
        (
            "users_org_id_email_key",
            "CREATE UNIQUE INDEX users_org_id_email_key ON public.users USING btree (org_id, email)",
        ),
        ("users_at_org_id_idx", "CREATE INDEX users_at_org_id_idx ON public.users USING btree (at DESC, org_id)"),
        ("users_tags_idx", "CREATE INDEX users_tags_idx ON public.users USING gin (tags)"),
        ("by_data", "CREATE INDEX by_data ON public.users USING gin (data jsonb_path_ops)"),
        ("users_email_idx", "CREATE INDEX users_email_idx ON public.users USING btree (email text_pattern_ops)"),
        ("by_org", "CREATE INDEX by_org ON public.users USING hash (org_id)"),
        ("by_at", "CREATE INDEX by_at ON public.users USING brin (at)"),
        ("own_b", "CREATE UNIQUE INDEX own_b ON public.\"Own\" USING btree (b DESC)"),
    ] {
        assert_eq!(definition(&catalog, ObjectKind::Index, name), sql);
    }
}

#[test]
fn names_are_cut_where_prisma_cuts_them() {
    let table = "ä".repeat(29);
    let text = format!(
        "model T {{\n  id Int @id\n  long Int @unique @map(\"{0}\")\n  @@index([long])\n  @@map(\"{table}\")\n}}\n",
        "ß".repeat(10)
    );
    let catalog = made(PrismaVersion::Six, &text);
    // 58 bytes of the table, then one of `_`; half of a character would follow.
    assert_eq!(names(&catalog, ObjectKind::Constraint), [format!("{table}_pkey")]);
    let indexes = names(&catalog, ObjectKind::Index);
    for suffix in ["_key", "_idx", "_pkey"] {
        let found = indexes.iter().find(|name| name.ends_with(suffix));
        let name = found.unwrap_or_else(|| panic!("no {suffix} in {indexes:?}"));
        assert!(name.len() <= 63 && name.starts_with(&table), "{name}");
    }
    assert!(indexes.contains(&format!("{table}__key")), "{indexes:?}");
}

#[test]
fn referential_actions_and_their_defaults() {
    let text = "model Team {\n  id Int @id\n  org Int\n  required Member[] @relation(\"r\")\n  optional Member[] @relation(\"o\")\n\
        \x20 stated Member[] @relation(\"s\")\n  both Member[] @relation(\"b\")\n  @@unique([org, id])\n}\n\
        model Member {\n  id Int @id\n  r Int\n  o Int?\n  s Int?\n\
        \x20 required Team @relation(\"r\", fields: [r], references: [id])\n\
        \x20 optional Team? @relation(\"o\", fields: [o], references: [id])\n\
        \x20 stated Team? @relation(\"s\", fields: [s], references: [id], onDelete: SetDefault, onUpdate: NoAction, map: \"own\")\n\
        \x20 both Team? @relation(name: \"b\", fields: [r, o], references: [org, id])\n}\n";
    let catalog = made(PrismaVersion::Six, text);
    use ForeignKeyAction::{Cascade, NoAction, Restrict, SetDefault, SetNull};
    for (name, on_delete, on_update) in [
        ("Member_r_fkey", Restrict, Cascade),
        ("Member_o_fkey", SetNull, Cascade),
        ("own", SetDefault, NoAction),
        ("Member_r_o_fkey", Restrict, Cascade),
    ] {
        let id = ObjectId::sub_object(ObjectKind::Constraint, "public", "Member", name);
        let Some(Object::Constraint(constraint)) = catalog.get(&id) else { panic!("{name}") };
        let references = constraint.references.as_ref().unwrap();
        assert_eq!((references.on_delete, references.on_update), (on_delete, on_update), "{name}");
    }
    let source = "datasource db {\n  provider = \"postgresql\"\n  relationMode = \"prisma\"\n}\n";
    let catalog = made(PrismaVersion::Six, &format!("{source}{text}"));
    assert_eq!(names(&catalog, ObjectKind::Constraint), ["Member_pkey", "Team_pkey"]);
}

const MANY: &str = "model Post {\n  id Int @id @default(autoincrement())\n  tags Tag[]\n  likes User[] @relation(\"Likes\")\n}\n\
    model Tag {\n  name String @id @db.VarChar(30)\n  posts Post[]\n}\n\
    model User {\n  id String @id @db.Uuid\n  liked Post[] @relation(\"Likes\")\n  follows User[] @relation(\"Follow\")\n  followers User[] @relation(\"Follow\")\n}\n";

#[test]
fn a_relation_of_many_to_many_has_a_key_since_version_6_and_an_index_before() {
    let catalog = made(PrismaVersion::Six, MANY);
    assert_eq!(names(&catalog, ObjectKind::Table), ["Post", "Tag", "User", "_Follow", "_Likes", "_PostToTag"]);
    // A is the model whose name comes first.
    assert_eq!(column(&catalog, "_PostToTag", "A").type_name, "integer");
    assert_eq!(column(&catalog, "_PostToTag", "B").type_name, "character varying(30)");
    assert_eq!(column(&catalog, "_Likes", "B").type_name, "uuid");
    assert!(column(&catalog, "_Follow", "A").not_null && column(&catalog, "_Follow", "B").not_null);
    assert_eq!(definition(&catalog, ObjectKind::Constraint, "_PostToTag_AB_pkey"), "PRIMARY KEY (\"A\", \"B\")");
    assert_eq!(
        definition(&catalog, ObjectKind::Constraint, "_PostToTag_A_fkey"),
        "FOREIGN KEY (\"A\") REFERENCES public.\"Post\"(id) ON UPDATE CASCADE ON DELETE CASCADE"
    );
    assert_eq!(
        definition(&catalog, ObjectKind::Constraint, "_PostToTag_B_fkey"),
        "FOREIGN KEY (\"B\") REFERENCES public.\"Tag\"(name) ON UPDATE CASCADE ON DELETE CASCADE"
    );
    assert!(names(&catalog, ObjectKind::Index).contains(&"_PostToTag_B_index".to_owned()));

    let catalog = made(PrismaVersion::Five, MANY);
    assert!(!names(&catalog, ObjectKind::Constraint).contains(&"_PostToTag_AB_pkey".to_owned()));
    assert_eq!(
        definition(&catalog, ObjectKind::Index, "_PostToTag_AB_unique"),
        "CREATE UNIQUE INDEX \"_PostToTag_AB_unique\" ON public.\"_PostToTag\" USING btree (\"A\", \"B\")"
    );
}

#[test]
fn several_schemas() {
    let text = "generator client {\n  provider = \"prisma-client-js\"\n  previewFeatures = [\"multiSchema\"]\n}\n\
        datasource db {\n  provider = \"postgresql\"\n  schemas = [\"base\", \"shop\"]\n}\n\
        model User {\n  id Int @id\n  orders Order[]\n  kind Kind\n  @@schema(\"base\")\n}\n\
        model Order {\n  id Int @id\n  userId Int\n  user User @relation(fields: [userId], references: [id])\n  @@schema(\"shop\")\n}\n\
        enum Kind {\n  A\n  @@schema(\"shop\")\n}\n";
    let catalog = made(PrismaVersion::Six, text);
    let tables: Vec<String> = catalog.of_kind(ObjectKind::Table).map(|(id, _)| id.to_string()).collect();
    assert_eq!(tables, ["base.\"User\"", "shop.\"Order\""]);
    assert!(definition(&catalog, ObjectKind::Constraint, "Order_userId_fkey").contains("REFERENCES base.\"User\"(id)"));
    let id = ObjectId::sub_object(ObjectKind::Column, "base", "User", "kind");
    assert!(matches!(catalog.get(&id), Some(Object::Column(column)) if column.type_name == "shop.\"Kind\""));
}

#[test]
fn partial_indexes_where_the_preview_feature_is_on() {
    let text = "generator client {\n  provider = \"prisma-client-js\"\n  previewFeatures = [\"partialIndexes\"]\n}\n\
        datasource db {\n  provider = \"postgresql\"\n}\n\
        model T {\n  id Int @id\n  a Int\n  gone DateTime?\n  state String\n\
        \x20 @@index([a], where: raw(\"a > 5\"), map: \"raw\")\n\
        \x20 @@unique([a], where: { gone: null, state: { not: \"x\" }, id: 7 }, map: \"object\")\n}\n";
    let catalog = made(PrismaVersion::Six, text);
    assert!(definition(&catalog, ObjectKind::Index, "raw").ends_with("WHERE (a > 5)"));
    let object = definition(&catalog, ObjectKind::Index, "object");
    assert!(object.ends_with("WHERE ((gone IS NULL) AND (state <> 'x'::text) AND (id = 7))"), "{object}");
}

#[test]
fn what_only_the_client_sees_makes_no_difference() {
    let text = "/// Doc.\nmodel T {\n  id Int @id\n  /// Doc.\n  a Int @ignore\n  @@ignore\n}\nview V {\n  id Int @unique\n}\n";
    let catalog = made(PrismaVersion::Six, text);
    assert_eq!(names(&catalog, ObjectKind::Table), ["T"]);
    assert_eq!(column(&catalog, "T", "a").type_name, "integer");
}
