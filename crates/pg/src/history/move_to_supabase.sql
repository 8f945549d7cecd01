-- The Supabase CLI's table has come after ours: what ours knows goes there, once.
INSERT INTO supabase_migrations.schema_migrations (version, name, statements)
SELECT version, name, statements FROM pgmason.migrations
ON CONFLICT (version) DO NOTHING
