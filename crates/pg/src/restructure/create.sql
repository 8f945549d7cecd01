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
    fingerprint text NOT NULL,
    view_oid oid,
    -- How it looked when the guard last found it changed by what no DDL of then had done.
    seen text
);
COMMENT ON TABLE pgmason.restructure_guarded IS 'Views that stand for tables: DDL aimed at them is refused';

-- Grants by the numbers of roles, in an order: a role may be renamed.
CREATE OR REPLACE FUNCTION pgmason.grants_as_text(acl aclitem[]) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $function$
    SELECT string_agg(line, ',' ORDER BY line COLLATE "C") FROM (
        SELECT concat_ws(' ', item.grantor, item.grantee, item.privilege_type, item.is_grantable) AS line
        FROM aclexplode($1) AS item) AS lines
$function$;

-- All that a role can change of a view: its definition, options, owner, privileges, columns, defaults. Null: it is gone.
-- By what the catalog holds: how that reads depends on settings of the session (TimeZone, DateStyle, quote_all_identifiers),
-- and on names of other objects (PostgreSQL 13 to 18).
CREATE OR REPLACE FUNCTION pgmason.view_fingerprint(view text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $function$
    SELECT md5(concat_ws('|',
        class.reloptions::text, class.relowner::oid, pgmason.grants_as_text(class.relacl),
        (SELECT string_agg(concat_ws(' ', attname, atttypid, atttypmod, attcollation, pgmason.grants_as_text(attacl),
            adbin::text), ',' ORDER BY attnum)
         FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
         WHERE attrelid = class.oid AND attnum > 0),
        (SELECT string_agg(concat_ws(' ', tgname, tgfoid, tgtype, tgenabled, tgattr, tgargs, tgqual::text), ',' ORDER BY tgname)
         FROM pg_trigger WHERE tgrelid = class.oid),
        (SELECT string_agg(concat_ws(' ', rulename, ev_type, ev_enabled, is_instead, ev_qual::text, ev_action::text), ','
            ORDER BY rulename)
         FROM pg_rewrite WHERE ev_class = class.oid)))
    FROM pg_class AS class WHERE class.oid = to_regclass($1) AND class.relkind = 'v'
$function$;

CREATE OR REPLACE FUNCTION pgmason.guard(view text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $function$
    INSERT INTO pgmason.restructure_guarded (view, fingerprint, view_oid)
    VALUES ($1, coalesce(pgmason.view_fingerprint($1), ''), to_regclass($1))
    ON CONFLICT (view) DO UPDATE SET fingerprint = excluded.fingerprint, view_oid = excluded.view_oid, seen = NULL
$function$;

CREATE OR REPLACE FUNCTION pgmason.unguard(view text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $function$
    DELETE FROM pgmason.restructure_guarded WHERE restructure_guarded.view = $1
$function$;

-- True where this transaction wrote of the relation: rows of the catalog that are at most as old as itself. A subtransaction
-- is younger than the one it is in.
CREATE OR REPLACE FUNCTION pgmason.is_written_now(relation oid) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $function$
    SELECT coalesce(bool_or(age(written) <= age(pg_current_xact_id()::xid)), false) FROM (
        SELECT xmin FROM pg_class WHERE oid = $1
        UNION ALL SELECT xmin FROM pg_attribute WHERE attrelid = $1
        UNION ALL SELECT xmin FROM pg_attrdef WHERE adrelid = $1
        UNION ALL SELECT xmin FROM pg_trigger WHERE tgrelid = $1
        UNION ALL SELECT xmin FROM pg_rewrite WHERE ev_class = $1) AS rows (written)
$function$;

-- Runs after every DDL statement of anybody, where an event trigger could be made. What a GRANT or an ALTER was aimed at is
-- not always told to it (PostgreSQL 13 to 18), so it looks at the views themselves. A view that something else has changed
-- is no reason to refuse DDL on other things: `status` tells of it.
CREATE OR REPLACE FUNCTION pgmason.restructure_guard() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    changed record;
BEGIN
    IF current_setting('pgmason.restructuring', true) = 'on' THEN
        RETURN;
    END IF;
    FOR changed IN
        SELECT guarded.view, guarded.view_oid, coalesce(pgmason.view_fingerprint(guarded.view), '') AS now
        FROM pgmason.restructure_guarded AS guarded
        WHERE coalesce(guarded.seen, guarded.fingerprint) <> coalesce(pgmason.view_fingerprint(guarded.view), '')
        ORDER BY guarded.view
    LOOP
        -- What a DROP took is not there to be looked at.
        IF tg_tag LIKE 'DROP %' OR pgmason.is_written_now(changed.view_oid) THEN
            RAISE EXCEPTION '% stands for a table that is being restructured: this % would change it', changed.view, tg_tag
                USING ERRCODE = 'object_not_in_prerequisite_state',
                    HINT = 'Name the table itself, or complete the stage first: pgmason restructure status';
        END IF;
        UPDATE pgmason.restructure_guarded SET seen = changed.now WHERE restructure_guarded.view = changed.view;
    END LOOP;
END
$function$;
REVOKE ALL ON FUNCTION pgmason.view_fingerprint(text), pgmason.guard(text), pgmason.unguard(text), pgmason.restructure_guard(),
    pgmason.grants_as_text(aclitem[]), pgmason.is_written_now(oid) FROM PUBLIC;

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
