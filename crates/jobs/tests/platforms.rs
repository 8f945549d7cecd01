//! What hosted platforms allow, and extensions that are not there.

use std::fs;
use std::path::Path;

use pgmason_jobs::replay::ReplayOptions;
use pgmason_scratch::Baseline;
use pgmason_testkit::{Folder, embedded_server, local_server};

use crate::support::{Replay, one};

fn supabase() -> Replay {
    Replay { baseline: Baseline::Supabase, ..Replay::default() }
}

#[test]
fn every_stand_in_can_be_created() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scratch/assets/standin");
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.strip_suffix(".control").map(str::to_owned))
        .collect();
    names.sort();
    assert!(names.len() > 20, "{names:?}");
    let project = Folder::new();
    for (number, name) in names.iter().enumerate() {
        project.write(
            &format!("migrations/{number:03}_it.sql"),
            format!("CREATE EXTENSION IF NOT EXISTS \"{name}\" CASCADE;\n"),
        );
    }
    let options = ReplayOptions { keep_going: true, ..ReplayOptions::default() };
    let replayed = Replay { options, ..supabase() }.run(project);
    assert!(replayed.report.failures.is_empty(), "{:#?}", replayed.report.failures);
    replayed.assert_lowered();
    let made = replayed.value("SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension");
    for name in &names {
        assert!(made.split(' ').any(|made| made == name), "{name} is not in {made}");
    }
    assert!(replayed.report.stand_ins.iter().any(|name| name == "citext"), "{:?}", replayed.report.stand_ins);
}

#[test]
fn an_extension_that_nobody_foresaw_is_noted_and_the_replay_goes_on() {
    for server in [embedded_server(Baseline::Plain), local_server(None, Baseline::Plain)] {
        let replayed = Replay { server: Some(server), ..Replay::default() }
            .one("CREATE EXTENSION IF NOT EXISTS nobody_knows_me WITH SCHEMA public;\nCREATE TABLE t (id int);\n");
        replayed.assert_all_applied();
        assert!(
            replayed.report.notes.iter().any(|note| note.contains("nobody_knows_me")),
            "{:?}",
            replayed.report.notes
        );
        assert_eq!(replayed.report.stand_ins, ["nobody_knows_me"]);
        assert_eq!(replayed.tables(), "t");
    }
}

#[test]
fn an_extension_name_that_is_a_path_is_refused() {
    let replayed = one("CREATE EXTENSION \"../../outside\";\n");
    assert!(replayed.failure().message.contains("extension"), "{:?}", replayed.failure());
}

#[test]
fn vector_indexes_are_taken_with_their_parameters() {
    let sql = "CREATE EXTENSION vector;\nCREATE TABLE t (id int, e vector(3));\n\
               CREATE INDEX i ON t USING ivfflat (e vector_cosine_ops) WITH (lists = 100);\n\
               CREATE INDEX h ON t USING hnsw (e vector_l2_ops) WITH (m = 16, ef_construction = 64) WHERE id > 0;\n\
               CREATE INDEX n ON t USING hnsw (e vector_ip_ops);\n\
               INSERT INTO t VALUES (1, '[1,2,3]');\n\
               CREATE FUNCTION near(v vector) RETURNS SETOF t LANGUAGE sql AS 'SELECT * FROM t ORDER BY e <=> v';\n";
    for server in [embedded_server(Baseline::Plain), local_server(None, Baseline::Plain)] {
        let kind = server.describe();
        let replayed = Replay { server: Some(server), ..Replay::default() }.one(sql);
        replayed.assert_all_applied();
        assert_eq!(replayed.value("SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relkind = 'i'  AND relnamespace = 'public'::regnamespace"), "h i n", "{kind}");
    }
}

#[test]
fn other_storage_parameters_stay() {
    let replayed = one("CREATE TABLE t (id int);\nCREATE INDEX i ON t (id) WITH (fillfactor = 70);\n");
    replayed.assert_all_applied();
    assert_eq!(replayed.value("SELECT reloptions::text FROM pg_class WHERE relname = 'i'"), "{fillfactor=70}");
}

#[test]
fn what_hosted_users_may_do_works() {
    for server in [embedded_server(Baseline::Supabase), local_server(None, Baseline::Supabase)] {
        let replayed = Replay { server: Some(server), ..supabase() }.one(
            "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH SCHEMA extensions;\n\
             CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA extensions;\n\
             CREATE EXTENSION IF NOT EXISTS pg_cron;\n\
             CREATE TABLE profiles (id uuid PRIMARY KEY DEFAULT uuid_generate_v4() REFERENCES auth.users ON DELETE CASCADE);\n\
             ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;\n\
             CREATE POLICY own ON profiles USING ((SELECT auth.uid()) = id);\n\
             CREATE FUNCTION handle_new_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS \
               $$ BEGIN INSERT INTO public.profiles (id) VALUES (NEW.id); RETURN NEW; END $$;\n\
             CREATE TRIGGER on_auth_user_created AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION handle_new_user();\n\
             INSERT INTO storage.buckets (id, name, public) VALUES ('avatars', 'avatars', true) ON CONFLICT DO NOTHING;\n\
             CREATE POLICY \"anyone can look\" ON storage.objects FOR SELECT USING (bucket_id = 'avatars');\n\
             ALTER PUBLICATION supabase_realtime ADD TABLE profiles;\n\
             SELECT cron.schedule('nightly', '0 3 * * *', 'SELECT 1');\n\
             CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;\n\
             CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION watch();\n\
             ALTER EVENT TRIGGER watch DISABLE;\n\
             ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM anon;\n\
             CREATE ROLE app_user LOGIN PASSWORD 'x'; GRANT authenticated TO app_user;\n",
        );
        replayed.assert_all_applied();
        replayed.assert_lowered();
        assert_eq!(replayed.value("SELECT evtenabled FROM pg_event_trigger WHERE evtname = 'watch'"), "D");
        // Roles belong to the server, which other tests use too.
        replayed.client().batch_execute("DROP ROLE app_user").unwrap();
    }
}
