-- A value goes by way of a new type; columns, defaults, views and functions of the type follow, rows are kept.

-- from
CREATE TYPE grade AS ENUM ('low', 'middle', 'high');
CREATE TABLE t (id integer PRIMARY KEY, grade grade DEFAULT 'low', history grade[]);
CREATE VIEW graded AS SELECT id, grade FROM t;
CREATE FUNCTION best(a grade) RETURNS grade LANGUAGE sql AS $$ SELECT a $$;
CREATE INDEX t_grade_idx ON t (grade);
COMMENT ON TYPE grade IS 'How good.';

-- to
CREATE TYPE grade AS ENUM ('low', 'high');
CREATE TABLE t (id integer PRIMARY KEY, grade grade DEFAULT 'low', history grade[]);
CREATE VIEW graded AS SELECT id, grade FROM t;
CREATE FUNCTION best(a grade) RETURNS grade LANGUAGE sql AS $$ SELECT a $$;
CREATE INDEX t_grade_idx ON t (grade);
COMMENT ON TYPE grade IS 'How good.';

-- rows
INSERT INTO t VALUES (1, 'high', '{low,high}'), (2, 'low', NULL);

-- holds
SELECT string_agg(grade::text, ',' ORDER BY id) = 'high,low' FROM graded

-- expect
ALTER TABLE public.t ALTER COLUMN grade DROP DEFAULT;
DROP VIEW public.graded;
DROP FUNCTION public.best(a public.grade);
ALTER TYPE public.grade RENAME TO grade_old;
CREATE TYPE public.grade AS ENUM ('low', 'high');
CREATE FUNCTION public.best(a public.grade)
 RETURNS public.grade
 LANGUAGE sql
AS $function$ SELECT a $function$;
-- danger: rewrite, may fail
ALTER TABLE public.t ALTER COLUMN grade TYPE public.grade USING grade::text::public.grade;
-- danger: rewrite, may fail
ALTER TABLE public.t ALTER COLUMN history TYPE public.grade[] USING history::text[]::public.grade[];
ALTER TABLE public.t ALTER COLUMN grade SET DEFAULT 'low'::public.grade;
CREATE VIEW public.graded AS
 SELECT id,
    grade
   FROM public.t;
DROP TYPE public.grade_old;
COMMENT ON TYPE public.grade IS 'How good.';
