-- An attribute of the type is a column of its tables.

-- from
CREATE TYPE person AS (name text, age integer);
CREATE TABLE people OF person (PRIMARY KEY (name));

-- to
CREATE TYPE person AS (name text, age integer, town text);
CREATE TABLE people OF person (PRIMARY KEY (name), town DEFAULT 'here');

-- rows
INSERT INTO people VALUES ('a', 1);

-- expect
ALTER TYPE public.person ADD ATTRIBUTE town text;
