-- As `supabase migration repair --status applied` does.
INSERT INTO supabase_migrations.schema_migrations (version, name, statements) VALUES ($1, $2, $3)
ON CONFLICT (version) DO UPDATE SET name = EXCLUDED.name, statements = EXCLUDED.statements
