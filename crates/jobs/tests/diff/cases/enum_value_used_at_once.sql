-- A value that the same plan uses has to be committed before (PostgreSQL 12 and newer).

-- both
CREATE TYPE grade AS ENUM ('low', 'high');
CREATE TABLE t (id integer, grade grade DEFAULT 'low');

-- to
ALTER TYPE grade ADD VALUE 'middle';
COMMIT;
ALTER TABLE t ALTER grade SET DEFAULT 'middle';
ALTER TABLE t ADD CONSTRAINT t_grade_check CHECK (grade <> 'middle' OR id > 0);

-- rows
INSERT INTO t VALUES (1, 'high');

-- expect
ALTER TYPE public.grade ADD VALUE 'middle';
-- commit
ALTER TABLE public.t ALTER COLUMN grade SET DEFAULT 'middle'::public.grade;
-- danger: may fail, long lock
ALTER TABLE public.t ADD CONSTRAINT t_grade_check CHECK (((grade <> 'middle'::public.grade) OR (id > 0)));
