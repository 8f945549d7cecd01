-- NOT NULL comes and goes, by a check first where others are to keep working.
-- options: online

-- both
CREATE TABLE t (id integer PRIMARY KEY, a text, b text NOT NULL);

-- to
ALTER TABLE t ALTER a SET NOT NULL, ALTER b DROP NOT NULL;

-- rows
INSERT INTO t VALUES (1, 'a', 'b');

-- expect
ALTER TABLE public.t ALTER COLUMN b DROP NOT NULL;
ALTER TABLE public.t ADD CONSTRAINT a_is_not_null CHECK (a IS NOT NULL) NOT VALID;
-- commit
-- danger: may fail
ALTER TABLE public.t VALIDATE CONSTRAINT a_is_not_null;
-- commit
ALTER TABLE public.t ALTER COLUMN a SET NOT NULL;
ALTER TABLE public.t DROP CONSTRAINT a_is_not_null;
