-- How values are stored, compressed and measured is part of a column.
-- needs: 14

-- both
CREATE TABLE t (id integer PRIMARY KEY, body text, raw text);

-- from
ALTER TABLE t ALTER raw SET STORAGE external;

-- to
ALTER TABLE t ALTER body SET STORAGE main, ALTER body SET COMPRESSION pglz, ALTER body SET STATISTICS 500;
ALTER TABLE t ALTER raw SET (n_distinct = -0.5);

-- expect
ALTER TABLE public.t ALTER COLUMN body SET STORAGE MAIN;
ALTER TABLE public.t ALTER COLUMN body SET COMPRESSION pglz;
ALTER TABLE public.t ALTER COLUMN body SET STATISTICS 500;
ALTER TABLE public.t ALTER COLUMN raw SET STORAGE DEFAULT;
ALTER TABLE public.t ALTER COLUMN raw SET (n_distinct = '-0.5');
