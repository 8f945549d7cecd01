//! Whose an object is on Supabase.

use pgmason_model::{Catalog, ObjectId, ObjectKind as Kind};
use pgmason_pg::introspect::{mark_platform_from_baseline, platform};
use pgmason_pg::{IntrospectOptions, Platform, introspect};

use crate::support::Database;

const SQL: &str = "
    CREATE SCHEMA auth; CREATE SCHEMA storage; CREATE SCHEMA extensions;
    CREATE TABLE auth.users (id uuid PRIMARY KEY, email text);
    CREATE TABLE storage.objects (id uuid PRIMARY KEY, owner uuid);
    CREATE TABLE storage.migrations (id integer);
    ALTER TABLE storage.objects ENABLE ROW LEVEL SECURITY;
    CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid';
    CREATE FUNCTION storage.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE FUNCTION public.on_user() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER own AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.on_user();
    CREATE TRIGGER theirs AFTER INSERT ON storage.objects FOR EACH ROW EXECUTE FUNCTION storage.touch();
    CREATE POLICY mine ON storage.objects FOR SELECT USING (owner = auth.uid());
    CREATE POLICY theirs ON storage.migrations FOR SELECT USING (true);
    CREATE TABLE public.profiles (id uuid PRIMARY KEY REFERENCES auth.users (id));
    COMMENT ON TABLE auth.users IS 'theirs';
    COMMENT ON TRIGGER own ON auth.users IS 'mine';
";

fn catalog(platform: Platform) -> Catalog {
    let database = Database::with(SQL);
    introspect(&mut database.client(), &IntrospectOptions { platform, ..Default::default() }).expect("a catalog")
}

#[test]
fn marks_what_supabase_manages() {
    let catalog = catalog(Platform::Supabase);
    let is = |id: ObjectId| {
        assert!(catalog.get(&id).is_some(), "{id} was not read");
        catalog.is_platform(&id)
    };
    assert!(is(ObjectId::global(Kind::Schema, "auth")));
    assert!(is(ObjectId::in_schema(Kind::Table, "auth", "users")));
    assert!(is(ObjectId::sub_object(Kind::Column, "auth", "users", "email")));
    assert!(is(ObjectId::sub_object(Kind::Function, "auth", "uid", "")));
    assert!(is(ObjectId::comment(ObjectId::in_schema(Kind::Table, "auth", "users"))));
    assert!(is(ObjectId::sub_object(Kind::Trigger, "storage", "objects", "theirs")));
    assert!(is(ObjectId::sub_object(Kind::Policy, "storage", "migrations", "theirs")));
    assert!(is(ObjectId::global(Kind::Extension, "plpgsql")));
    let own = ObjectId::sub_object(Kind::Trigger, "auth", "users", "own");
    assert!(!is(own.clone()));
    assert!(!is(ObjectId::comment(own)));
    assert!(!is(ObjectId::sub_object(Kind::Policy, "storage", "objects", "mine")));
    assert!(!is(ObjectId::in_schema(Kind::Table, "public", "profiles")));
    assert!(!is(ObjectId::global(Kind::Schema, "public")));
}

#[test]
fn detects_supabase_by_its_roles_and_users() {
    // The API roles are the cluster's; whether they exist is up to who else uses this server.
    let mut catalog = catalog(Platform::None);
    assert!(catalog.platform.is_empty());
    for role in ["anon", "authenticated", "service_role"] {
        catalog.roles.remove(role);
    }
    assert!(!platform::is_supabase(&catalog));
    for role in ["anon", "authenticated", "service_role"] {
        catalog.roles.insert(role.into(), Default::default());
    }
    assert!(platform::is_supabase(&catalog));
}

#[test]
fn what_a_baseline_has_is_the_platforms() {
    let baseline = Database::with("CREATE TABLE public.given (id integer)").catalog();
    let database = Database::with("CREATE TABLE public.given (id bigint); CREATE TABLE public.made (id integer)");
    let mut catalog = database.catalog();
    mark_platform_from_baseline(&mut catalog, &baseline);
    assert!(catalog.is_platform(&ObjectId::in_schema(Kind::Table, "public", "given")));
    assert!(catalog.is_platform(&ObjectId::sub_object(Kind::Column, "public", "given", "id")));
    assert!(!catalog.is_platform(&ObjectId::in_schema(Kind::Table, "public", "made")));
    assert!(catalog.platform.iter().all(|id| catalog.get(id).is_some()));
}
