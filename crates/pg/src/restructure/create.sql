-- What pgmason knows of restructurings. Safe to run again; run under the migration lock.
CREATE TABLE IF NOT EXISTS pgmason.restructure_stages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    restructure text NOT NULL,
    stage text NOT NULL,
    title text NOT NULL,
    phase text NOT NULL CHECK (phase IN
        ('starting', 'started', 'completing', 'completed', 'rolling back', 'rolled back')),
    -- Of the file, and of the schema before the stage, after its start and after its end: whether somebody else
    -- changed something in between.
    file_sha256 text NOT NULL,
    fingerprint_before text NOT NULL,
    fingerprint_started text,
    fingerprint_completed text,
    -- Object → digest, of the schema that the last phase led to: what somebody else changed since then.
    objects jsonb,
    -- How long both names are to be watched.
    soak_seconds double precision NOT NULL DEFAULT 0,
    plan jsonb NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    completed_at timestamptz,
    rolled_back_at timestamptz,
    run_by text NOT NULL DEFAULT session_user,
    operator text,
    pgmason text
);
CREATE UNIQUE INDEX IF NOT EXISTS restructure_stages_key
    ON pgmason.restructure_stages (restructure, stage) WHERE phase <> 'rolled back';
COMMENT ON TABLE pgmason.restructure_stages IS 'Stages of restructurings: how far each is';

CREATE TABLE IF NOT EXISTS pgmason.restructure_steps (
    stage_id bigint NOT NULL REFERENCES pgmason.restructure_stages,
    -- start: expand. complete: contract.
    phase text NOT NULL CHECK (phase IN ('start', 'complete')),
    number integer NOT NULL,
    operation integer NOT NULL,
    title text NOT NULL,
    action jsonb NOT NULL,
    undo jsonb NOT NULL,
    -- begun, undoing: outside of a transaction; whoever comes next looks what became of it.
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'begun', 'done', 'undoing', 'undone')),
    begun_at timestamptz,
    finished_at timestamptz,
    -- Of a backfill, forth or back: the last key of the last batch, and the largest key when it began.
    checkpoint text[],
    upper_bound text[],
    rows_expected double precision,
    rows_visited bigint NOT NULL DEFAULT 0,
    rows_written bigint NOT NULL DEFAULT 0,
    lock_timeouts integer NOT NULL DEFAULT 0,
    error jsonb,
    PRIMARY KEY (stage_id, phase, number)
);
COMMENT ON TABLE pgmason.restructure_steps IS 'Steps of restructurings, with the way back of each';

CREATE TABLE IF NOT EXISTS pgmason.restructure_rehearsals (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    restructure text NOT NULL,
    stage text NOT NULL,
    file_sha256 text NOT NULL,
    fingerprint text NOT NULL,
    passed boolean NOT NULL,
    plan jsonb NOT NULL,
    report jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    run_by text NOT NULL DEFAULT session_user
);
COMMENT ON TABLE pgmason.restructure_rehearsals IS 'Rehearsals of stages on a scratch database';

CREATE TABLE IF NOT EXISTS pgmason.restructure_samples (
    stage_id bigint NOT NULL REFERENCES pgmason.restructure_stages,
    name text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    uses bigint NOT NULL,
    PRIMARY KEY (stage_id, name, at)
);
COMMENT ON TABLE pgmason.restructure_samples IS 'How often old names had been used, each time somebody looked';

-- Views that stand for tables, and how each looked when pgmason had made it.
CREATE TABLE IF NOT EXISTS pgmason.restructure_guarded (
    view text PRIMARY KEY,
    fingerprint text NOT NULL
);
COMMENT ON TABLE pgmason.restructure_guarded IS 'Views that stand for tables: DDL aimed at them is refused';

-- All that a role can change of a view: its definition, options, owner, privileges, columns, defaults. Null: it is gone.
CREATE OR REPLACE FUNCTION pgmason.view_fingerprint(view text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $function$
    SELECT md5(concat_ws('|',
        pg_get_viewdef(class.oid), class.reloptions::text, class.relowner::text,
        (SELECT string_agg(item::text, ',' ORDER BY item::text) FROM unnest(class.relacl) AS item),
        (SELECT string_agg(concat_ws(' ', attname, atttypid, atttypmod, attacl::text, pg_get_expr(adbin, adrelid)), ',' ORDER BY attnum)
         FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
         WHERE attrelid = class.oid AND attnum > 0),
        (SELECT string_agg(pg_get_triggerdef(oid), ',' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = class.oid),
        (SELECT string_agg(pg_get_ruledef(oid), ',' ORDER BY rulename) FROM pg_rewrite
         WHERE ev_class = class.oid AND rulename <> '_RETURN')))
    FROM pg_class AS class WHERE class.oid = to_regclass($1) AND class.relkind = 'v'
$function$;

CREATE OR REPLACE FUNCTION pgmason.guard(view text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $function$
    INSERT INTO pgmason.restructure_guarded VALUES ($1, coalesce(pgmason.view_fingerprint($1), ''))
    ON CONFLICT (view) DO UPDATE SET fingerprint = excluded.fingerprint
$function$;

CREATE OR REPLACE FUNCTION pgmason.unguard(view text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $function$
    DELETE FROM pgmason.restructure_guarded WHERE restructure_guarded.view = $1
$function$;

-- Runs after every DDL statement of anybody, where an event trigger could be made. What a GRANT or an ALTER was aimed at is
-- not always told to it (PostgreSQL 13 to 18), so it looks at the views themselves.
CREATE OR REPLACE FUNCTION pgmason.restructure_guard() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    changed text;
BEGIN
    IF current_setting('pgmason.restructuring', true) = 'on' THEN
        RETURN;
    END IF;
    SELECT guarded.view INTO changed FROM pgmason.restructure_guarded AS guarded
    WHERE guarded.fingerprint IS DISTINCT FROM coalesce(pgmason.view_fingerprint(guarded.view), '')
    ORDER BY guarded.view LIMIT 1;
    IF changed IS NOT NULL THEN
        RAISE EXCEPTION '% stands for a table that is being restructured: this % would change it', changed, tg_tag
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'Name the table itself, or complete the stage first: pgmason restructure status';
    END IF;
END
$function$;
REVOKE ALL ON FUNCTION pgmason.view_fingerprint(text), pgmason.guard(text), pgmason.unguard(text), pgmason.restructure_guard()
    FROM PUBLIC;

ALTER TABLE pgmason.restructure_guarded ENABLE ROW LEVEL SECURITY;
ALTER TABLE pgmason.restructure_stages ENABLE ROW LEVEL SECURITY;
ALTER TABLE pgmason.restructure_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE pgmason.restructure_rehearsals ENABLE ROW LEVEL SECURITY;
ALTER TABLE pgmason.restructure_samples ENABLE ROW LEVEL SECURITY;

-- Default privileges of the platform may have granted to roles that come in from outside.
DO $$
DECLARE
    granted record;
BEGIN
    FOR granted IN
        SELECT DISTINCT
            pg_catalog.format('%s pgmason.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname) AS object,
            acl.grantee
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, LATERAL pg_catalog.aclexplode(c.relacl) acl
        WHERE n.nspname = 'pgmason' AND c.relkind IN ('r', 'S') AND acl.grantee <> c.relowner
            AND pg_catalog.left(c.relname, 12) = 'restructure_'
    LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM %s', granted.object,
            CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(granted.grantee)) END);
    END LOOP;
END
$$;
