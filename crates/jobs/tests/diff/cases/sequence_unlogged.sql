-- A sequence without its write-ahead log.
-- needs: 15

-- both
CREATE SEQUENCE counter;

-- to
ALTER SEQUENCE counter SET UNLOGGED;

-- expect
ALTER SEQUENCE public.counter SET UNLOGGED;
