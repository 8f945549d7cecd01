-- A collation that columns use.

-- to
CREATE COLLATION plain (provider = libc, locale = 'C');
CREATE TABLE t (id integer, name text COLLATE plain);
CREATE INDEX t_name_idx ON t (name COLLATE "C" DESC NULLS LAST);

-- expect
CREATE COLLATION public.plain (provider = libc, lc_collate = 'C', lc_ctype = 'C');
CREATE TABLE public.t (
    id integer,
    name text COLLATE public.plain
);
CREATE INDEX t_name_idx ON public.t USING btree (name COLLATE "C" DESC NULLS LAST);
