-- A range type over another subtype is a new one.

-- from
CREATE TYPE span AS RANGE (subtype = integer);

-- to
CREATE TYPE span AS RANGE (subtype = bigint);

-- expect
