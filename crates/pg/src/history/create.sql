-- pgmason's own tables. Safe to run again; run under the migration lock.
CREATE SCHEMA IF NOT EXISTS pgmason;
COMMENT ON SCHEMA pgmason IS 'What pgmason knows of this database: runs of migrations and renames of tables';

CREATE TABLE IF NOT EXISTS pgmason.migrations (
    -- Sorted by bytes, as file names are, whatever the database's collation.
    version text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    statements text[] NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    applied_by text NOT NULL DEFAULT session_user
);
COMMENT ON TABLE pgmason.migrations IS 'Migrations that this database has, where no other tool keeps its history';

CREATE TABLE IF NOT EXISTS pgmason.migration_runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version text COLLATE "C" NOT NULL,
    name text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('up', 'down', 'mark')),
    outcome text NOT NULL CHECK (outcome IN ('running', 'applied', 'failed', 'reverted', 'marked')),
    sha256 text,
    statements_sha256 text,
    -- SHA-256 of each statement, to go on in the middle of a file that may have been edited behind that point.
    step_hashes text[] NOT NULL DEFAULT '{}',
    steps_done integer NOT NULL DEFAULT 0,
    -- A step outside of a transaction that began and whose end nobody has recorded.
    step_begun integer,
    backend_pid integer,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    seconds double precision,
    run_by text NOT NULL DEFAULT session_user,
    operator text,
    pgmason text,
    stage text,
    undo text,
    error jsonb
);
CREATE INDEX IF NOT EXISTS migration_runs_version_idx ON pgmason.migration_runs (version, id);
COMMENT ON TABLE pgmason.migration_runs IS 'Every run of a migration: who, when, how long, how far, and how it is undone';

CREATE TABLE IF NOT EXISTS pgmason.sys_table_migrations (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    old_name text NOT NULL,
    new_name text NOT NULL,
    migrated_at timestamptz NOT NULL DEFAULT now(),
    migrated_by text NOT NULL DEFAULT session_user,
    rollback_at timestamptz,
    rollback_by text,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('pending', 'active', 'rolled_back')),
    compatibility_view_created boolean NOT NULL DEFAULT true,
    dependencies jsonb,
    notes text
);
-- One rename at a time; those that were rolled back may repeat.
CREATE UNIQUE INDEX IF NOT EXISTS sys_table_migrations_old_name_key
    ON pgmason.sys_table_migrations (old_name) WHERE status <> 'rolled_back';
COMMENT ON TABLE pgmason.sys_table_migrations IS 'Renames of tables: old name, new name, and where each stands';

ALTER TABLE pgmason.migrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE pgmason.migration_runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE pgmason.sys_table_migrations ENABLE ROW LEVEL SECURITY;

-- Default privileges of the platform may have granted to roles that come in from outside.
DO $$
DECLARE
    granted record;
BEGIN
    FOR granted IN
        SELECT DISTINCT 'SCHEMA pgmason' AS object, acl.grantee
        FROM pg_catalog.pg_namespace n, LATERAL pg_catalog.aclexplode(n.nspacl) acl
        WHERE n.nspname = 'pgmason' AND acl.grantee <> n.nspowner
        UNION
        SELECT DISTINCT pg_catalog.format('%s pgmason.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname),
            acl.grantee
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, LATERAL pg_catalog.aclexplode(c.relacl) acl
        WHERE n.nspname = 'pgmason' AND c.relkind IN ('r', 'S') AND acl.grantee <> c.relowner
            AND c.relname IN ('migrations', 'migration_runs', 'migration_runs_id_seq', 'sys_table_migrations')
    LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM %s', granted.object,
            CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(granted.grantee)) END);
    END LOOP;
END
$$;
