-- Out of the way first: a new version may be another's old one.
UPDATE supabase_migrations.schema_migrations SET version = 'pgmason:' || version WHERE version = ANY ($1)
