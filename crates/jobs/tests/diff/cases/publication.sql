-- Tables join and leave, filters and column lists change.
-- needs: 15

-- both
CREATE TABLE a (id integer PRIMARY KEY, note text);
CREATE TABLE b (id integer PRIMARY KEY, note text);
CREATE TABLE c (id integer PRIMARY KEY, note text);

-- from
CREATE PUBLICATION changes FOR TABLE a, b;

-- to
CREATE PUBLICATION changes FOR TABLE b (id, note) WHERE (id > 5), c WITH (publish = 'insert, update');
CREATE PUBLICATION everything FOR ALL TABLES;

-- expect
ALTER PUBLICATION changes DROP TABLE public.a;
ALTER PUBLICATION changes DROP TABLE public.b;
ALTER PUBLICATION changes SET (publish = 'insert, update', publish_via_partition_root = false);
ALTER PUBLICATION changes ADD TABLE public.b (id, note) WHERE ((id > 5));
ALTER PUBLICATION changes ADD TABLE public.c;
CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = false);
