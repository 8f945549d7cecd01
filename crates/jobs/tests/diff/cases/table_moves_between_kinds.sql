-- A view takes the place of a table.

-- both
CREATE TABLE source (id integer PRIMARY KEY);

-- from
CREATE TABLE thing (id integer);
CREATE VIEW on_thing AS SELECT id FROM thing;

-- to
CREATE VIEW thing AS SELECT id FROM source;
CREATE VIEW on_thing AS SELECT id FROM thing;

-- expect
DROP VIEW public.on_thing;
-- danger: data loss
DROP TABLE public.thing;
CREATE VIEW public.thing AS
 SELECT id
   FROM public.source;
CREATE VIEW public.on_thing AS
 SELECT id
   FROM public.thing;
