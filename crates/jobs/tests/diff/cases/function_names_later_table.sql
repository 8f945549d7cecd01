-- A body is text to PostgreSQL: the table that it reads comes first all the same, where that can be.

-- to
CREATE TABLE zebra (id integer PRIMARY KEY, stripes integer DEFAULT 5);
CREATE FUNCTION count_zebras() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM zebra $$;
CREATE TABLE herd (id integer, size bigint DEFAULT count_zebras());

-- expect
CREATE TABLE public.zebra (
    id integer NOT NULL,
    stripes integer DEFAULT 5,
    CONSTRAINT zebra_pkey PRIMARY KEY (id)
);
CREATE FUNCTION public.count_zebras()
 RETURNS bigint
 LANGUAGE sql
AS $function$ SELECT count(*) FROM zebra $function$;
CREATE TABLE public.herd (
    id integer,
    size bigint DEFAULT public.count_zebras()
);
