-- Values are added where they stand in the new order.

-- from
CREATE TYPE grade AS ENUM ('low', 'high');
CREATE TABLE t (id integer, grade grade);

-- to
CREATE TYPE grade AS ENUM ('lowest', 'low', 'middle', 'high', 'highest');
CREATE TABLE t (id integer, grade grade);

-- rows
INSERT INTO t VALUES (1, 'high');

-- expect
ALTER TYPE public.grade ADD VALUE 'lowest' BEFORE 'low';
ALTER TYPE public.grade ADD VALUE 'middle' BEFORE 'high';
ALTER TYPE public.grade ADD VALUE 'highest';
