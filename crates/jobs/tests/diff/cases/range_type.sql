-- A range type over another subtype is a new one. Columns of it stand in the way: its constructors cannot step aside.
-- needs: 14

-- from
CREATE TYPE span AS RANGE (subtype = integer);
CREATE TABLE t (id integer, span span);

-- to
CREATE TYPE span AS RANGE (subtype = bigint);
CREATE TABLE t (id integer, span span);

-- refused: constructors
