//! What a project finds in its database before its first migration.

use pgmason_scratch::{Baseline, ScratchDatabase};
use pgmason_testkit::{LentScratch, embedded_server, local_server, read_catalog};
use postgres::Client;

fn on_both(baseline: Baseline, test: impl Fn(&ScratchDatabase, &mut Client)) {
    for mut server in [embedded_server(baseline), local_server(None, baseline)] as [LentScratch; 2] {
        let database = server.create_database().unwrap();
        test(&database, &mut database.connect().unwrap());
    }
}

fn text(client: &mut Client, sql: &str) -> Option<String> {
    client.query_one(&format!("SELECT ({sql})::text"), &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}")).get(0)
}

#[test]
fn plain_is_a_server_as_initdb_leaves_it_but_for_our_own_schema() {
    on_both(Baseline::Plain, |database, client| {
        let schemas = "SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace \
                       WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'";
        assert_eq!(text(client, schemas).as_deref(), Some("pgmason_scratch public"));
        client
            .batch_execute(
                "CREATE TABLE t (id int); CREATE SCHEMA own; CREATE ROLE reader; GRANT SELECT ON t TO reader",
            )
            .unwrap();
        drop(database.connect().unwrap());
        client.batch_execute("REVOKE ALL ON t FROM reader; DROP ROLE reader").unwrap();
    });
}

#[test]
fn supabase_has_its_roles_schemas_and_publication() {
    on_both(Baseline::Supabase, |_, client| {
        for role in ["anon", "authenticated", "service_role", "authenticator", "supabase_auth_admin", "dashboard_user"]
        {
            assert_eq!(
                text(client, &format!("SELECT count(*) FROM pg_roles WHERE rolname = '{role}'")).as_deref(),
                Some("1"),
                "{role}"
            );
        }
        for table in [
            "auth.users",
            "auth.sessions",
            "auth.identities",
            "auth.refresh_tokens",
            "storage.buckets",
            "storage.objects",
            "realtime.messages",
            "vault.secrets",
        ] {
            assert!(text(client, &format!("to_regclass('{table}')")).is_some(), "{table}");
        }
        for schema in ["auth", "storage", "realtime", "vault", "extensions", "graphql_public"] {
            assert!(text(client, &format!("to_regnamespace('{schema}')")).is_some(), "{schema}");
        }
        let publication = "SELECT pubname FROM pg_publication WHERE pubname = 'supabase_realtime' AND NOT puballtables";
        assert_eq!(text(client, publication).as_deref(), Some("supabase_realtime"));
        client
            .batch_execute("CREATE TABLE news (id int PRIMARY KEY); ALTER PUBLICATION supabase_realtime ADD TABLE news")
            .unwrap();
    });
}

#[test]
fn the_request_says_who_asks() {
    on_both(Baseline::Supabase, |_, client| {
        for function in ["auth.uid()", "auth.role()", "auth.email()"] {
            assert_eq!(text(client, function), None, "{function} without a request");
        }
        let id = "11111111-2222-4333-8444-555555555555";
        let claims = format!(r#"{{"sub": "{id}", "role": "authenticated", "email": "a@b.example"}}"#);
        client.execute("SELECT set_config('request.jwt.claims', $1, false)", &[&claims]).unwrap();
        assert_eq!(text(client, "auth.uid()").as_deref(), Some(id));
        assert_eq!(text(client, "auth.role()").as_deref(), Some("authenticated"));
        assert_eq!(text(client, "auth.email()").as_deref(), Some("a@b.example"));
        assert_eq!(text(client, "auth.jwt() ->> 'sub'").as_deref(), Some(id));
        // What a closed session leaves behind is an empty string, not a null.
        client.batch_execute("SELECT set_config('request.jwt.claims', '', false)").unwrap();
        assert_eq!(text(client, "auth.uid()"), None);
    });
}

#[test]
fn a_new_table_is_open_to_the_api_roles_and_policies_hold_them() {
    on_both(Baseline::Supabase, |_, client| {
        client
            .batch_execute(
                "CREATE TABLE notes (id int, owner uuid); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; \
                 CREATE SCHEMA own; CREATE TABLE own.hidden (id int)",
            )
            .unwrap();
        for role in ["anon", "authenticated", "service_role"] {
            for privilege in ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"] {
                let sql = format!("has_table_privilege('{role}', 'notes', '{privilege}')");
                assert_eq!(text(client, &sql).as_deref(), Some("true"), "{sql}");
            }
            assert_eq!(
                text(client, &format!("has_function_privilege('{role}', 'f()', 'EXECUTE')")).as_deref(),
                Some("true")
            );
            assert_eq!(
                text(client, &format!("has_table_privilege('{role}', 'own.hidden', 'SELECT')")).as_deref(),
                Some("false")
            );
        }
        client
            .batch_execute(
                "INSERT INTO notes VALUES (1, '11111111-2222-4333-8444-555555555555'), (2, NULL); \
                 ALTER TABLE notes ENABLE ROW LEVEL SECURITY; \
                 CREATE POLICY own ON notes TO authenticated USING (owner = auth.uid()); \
                 SET request.jwt.claims = '{\"sub\": \"11111111-2222-4333-8444-555555555555\"}'; \
                 SET ROLE authenticated",
            )
            .unwrap();
        assert_eq!(text(client, "SELECT string_agg(id::text, ' ') FROM notes").as_deref(), Some("1"));
    });
}

#[test]
fn what_the_platform_owns_can_be_used_as_on_the_hosted_service() {
    on_both(Baseline::Supabase, |_, client| {
        client
            .batch_execute(
                "CREATE TABLE profiles (id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE); \
                 CREATE FUNCTION handle() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS \
                   $$ BEGIN INSERT INTO public.profiles VALUES (NEW.id); RETURN NEW; END $$; \
                 CREATE TRIGGER on_user AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION handle(); \
                 CREATE POLICY own_files ON storage.objects FOR SELECT TO authenticated USING (owner = auth.uid()); \
                 INSERT INTO storage.buckets (id, name) VALUES ('files', 'files'); \
                 INSERT INTO auth.users (id) VALUES (gen_random_uuid())",
            )
            .unwrap();
        assert_eq!(text(client, "SELECT count(*) FROM profiles").as_deref(), Some("1"));
    });
}

#[test]
fn the_list_of_the_platforms_objects_is_the_catalog_of_a_fresh_database() {
    for baseline in Baseline::ALL {
        for mut server in [embedded_server(baseline), local_server(None, baseline)] {
            let database = server.create_database().unwrap();
            let catalog = read_catalog(&database);
            let unknown: Vec<String> = catalog
                .objects
                .keys()
                .filter(|id| !server.platform().contains(id))
                .map(|id| format!("{:?} {id}", id.kind))
                .collect();
            assert!(unknown.is_empty(), "{} {baseline:?}: {unknown:#?}", server.describe());
        }
    }
}
