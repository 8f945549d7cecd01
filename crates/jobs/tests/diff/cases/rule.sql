-- Rules are replaced in place.

-- both
CREATE TABLE t (id integer PRIMARY KEY, a text);
CREATE TABLE log (id integer);
CREATE VIEW v AS SELECT id, a FROM t;

-- from
CREATE RULE v_insert AS ON INSERT TO v DO INSTEAD INSERT INTO t VALUES (new.id, new.a);
CREATE RULE gone AS ON DELETE TO t DO ALSO INSERT INTO log VALUES (old.id);

-- to
CREATE RULE v_insert AS ON INSERT TO v DO INSTEAD INSERT INTO t VALUES (new.id, upper(new.a));
CREATE RULE kept AS ON UPDATE TO t DO ALSO INSERT INTO log VALUES (new.id);
ALTER TABLE t DISABLE RULE kept;

-- expect
DROP RULE gone ON public.t;
CREATE RULE kept AS
    ON UPDATE TO public.t DO  INSERT INTO public.log (id)
  VALUES (new.id);
CREATE OR REPLACE RULE v_insert AS
    ON INSERT TO public.v DO INSTEAD  INSERT INTO public.t (id, a)
  VALUES (new.id, upper(new.a));
ALTER TABLE public.t DISABLE RULE kept;
