-- A table of a type: its columns are the type's, defaults and constraints its own.

-- both
CREATE TYPE person AS (name text, age integer);

-- to
CREATE TABLE people OF person (name NOT NULL DEFAULT 'nobody', age DEFAULT 3, PRIMARY KEY (name));
CREATE TABLE others OF person;

-- expect
CREATE TABLE public.others OF public.person;
CREATE TABLE public.people OF public.person (
    CONSTRAINT people_pkey PRIMARY KEY (name)
);
