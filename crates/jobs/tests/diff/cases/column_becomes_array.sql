-- A single value becomes the only one of an array; text is read as an array is written.

-- from
CREATE TABLE t (id integer PRIMARY KEY, a integer, b text);

-- to
CREATE TABLE t (id integer PRIMARY KEY, a integer[], b text[]);

-- rows
INSERT INTO t VALUES (1, 5, '{x,y}'), (2, NULL, NULL);

-- holds
SELECT bool_or(a = '{5}' AND b[2] = 'y') AND count(*) FILTER (WHERE a IS NULL) = 1 FROM t

-- expect
