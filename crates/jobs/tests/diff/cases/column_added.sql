-- A column with its default is one statement; one that is NOT NULL without a default may fail on rows.

-- both
CREATE TABLE t (id integer PRIMARY KEY);

-- to
ALTER TABLE t ADD COLUMN state text NOT NULL DEFAULT 'new';
ALTER TABLE t ADD COLUMN made timestamptz DEFAULT now();
ALTER TABLE t ADD COLUMN twice integer GENERATED ALWAYS AS (id * 2) STORED;

-- rows
INSERT INTO t VALUES (1), (2);

-- holds
SELECT count(*) = 2 FROM t WHERE state = 'new' AND twice = id * 2

-- expect
ALTER TABLE public.t ADD COLUMN state text DEFAULT 'new'::text NOT NULL;
ALTER TABLE public.t ADD COLUMN made timestamp with time zone DEFAULT now();
-- danger: rewrite
ALTER TABLE public.t ADD COLUMN twice integer GENERATED ALWAYS AS ((id * 2)) STORED;
