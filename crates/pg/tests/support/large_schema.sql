-- 10,000 tables of eight columns with 20,000 indexes, 10,000 policies, 10,000 defaults of each of three kinds and 5,000
-- foreign keys, for measuring. Run it outside a transaction: it commits as it goes, so that the lock table holds.
CREATE SCHEMA large;
CREATE TYPE large.state AS ENUM ('new', 'open', 'done');
CREATE FUNCTION large.me() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT '00000000-0000-0000-0000-000000000000'::uuid $$;
DO $$
BEGIN
    FOR number IN 1..10000 LOOP
        EXECUTE format(
            'CREATE TABLE large.table_%1$s (
                id uuid PRIMARY KEY DEFAULT gen_random_uuid(), owner_id uuid NOT NULL, parent_id uuid,
                name character varying(120) NOT NULL, note text, state large.state DEFAULT ''new'' NOT NULL,
                amount numeric(12, 2) CHECK (amount >= 0), created_at timestamp with time zone DEFAULT now() NOT NULL
            );
            CREATE INDEX table_%1$s_owner_idx ON large.table_%1$s (owner_id, created_at DESC) WHERE state <> ''done'';
            ALTER TABLE large.table_%1$s ENABLE ROW LEVEL SECURITY;
            CREATE POLICY own ON large.table_%1$s USING (owner_id = (SELECT large.me())) WITH CHECK (owner_id = large.me())',
            number
        );
        IF number % 2 = 0 THEN
            EXECUTE format(
                'ALTER TABLE large.table_%s ADD FOREIGN KEY (parent_id) REFERENCES large.table_%s (id) ON DELETE CASCADE',
                number, number - 1
            );
        END IF;
        IF number % 100 = 0 THEN
            COMMIT;
        END IF;
    END LOOP;
END
$$;
