-- Columns in another order: a new table with the rows of the old one, and all that hung on it.
-- options: reorder-columns

-- both
CREATE TABLE log (id integer);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (new.id); RETURN new; END $$;

-- from
CREATE TABLE t (b text, id integer PRIMARY KEY, a integer);
CREATE INDEX t_a_idx ON t (a);
CREATE TABLE child (t_id integer REFERENCES t);
CREATE TRIGGER tg AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();

-- to
CREATE TABLE t (id integer PRIMARY KEY, a integer, b text);
CREATE INDEX t_a_idx ON t (a);
CREATE TABLE child (t_id integer REFERENCES t);
CREATE TRIGGER tg AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();

-- rows
INSERT INTO t VALUES ('x', 1, 5), ('y', 2, 6);
INSERT INTO child VALUES (1);
TRUNCATE log;

-- holds
SELECT sum(a) = 11 AND (SELECT count(*) FROM log) = 0 FROM t

-- expect
ALTER TABLE public.child DROP CONSTRAINT child_t_id_fkey;
ALTER TABLE public.t DROP CONSTRAINT t_pkey;
-- danger: index rebuild
DROP INDEX public.t_a_idx;
ALTER TABLE public.t RENAME TO t_old;
CREATE TABLE public.t (
    id integer NOT NULL,
    a integer,
    b text,
    CONSTRAINT t_pkey PRIMARY KEY (id)
);
-- danger: rewrite
INSERT INTO public.t (id, a, b)
SELECT id, a, b
FROM public.t_old;
CREATE INDEX t_a_idx ON public.t USING btree (a);
-- danger: may fail, long lock
ALTER TABLE public.child ADD CONSTRAINT child_t_id_fkey FOREIGN KEY (t_id) REFERENCES public.t(id);
CREATE TRIGGER tg AFTER INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();
DROP TABLE public.t_old;
