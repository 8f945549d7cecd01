-- Attributes come and go in place; one that is stored is not lost in silence.

-- from
CREATE TYPE place AS (street text, town text, zip integer);
CREATE TYPE point3 AS (x integer, y integer);
CREATE TABLE t (id integer, place place);

-- to
CREATE TYPE place AS (street text, town text, country text);
CREATE TYPE point3 AS (x bigint, y integer, z integer);
CREATE TABLE t (id integer, place place);

-- rows
INSERT INTO t VALUES (1, ('a', 'b', 3));

-- holds
SELECT (place).town = 'b' FROM t

-- expect
-- danger: data loss
ALTER TYPE public.place DROP ATTRIBUTE zip;
ALTER TYPE public.place ADD ATTRIBUTE country text;
-- danger: may fail
ALTER TYPE public.point3 ALTER ATTRIBUTE x SET DATA TYPE bigint;
ALTER TYPE public.point3 ADD ATTRIBUTE z integer;
