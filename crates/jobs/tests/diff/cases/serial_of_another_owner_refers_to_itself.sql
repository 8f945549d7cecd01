-- A sequence becomes a column's while both are their maker's, and changes hands with the table.
-- options: owners

-- to
CREATE TABLE shelf (id serial PRIMARY KEY, above integer REFERENCES shelf);
ALTER TABLE shelf OWNER TO app_owner;

-- expect
CREATE SEQUENCE public.shelf_id_seq AS integer;
CREATE TABLE public.shelf (
    id integer DEFAULT nextval('public.shelf_id_seq'::regclass) NOT NULL,
    above integer,
    CONSTRAINT shelf_pkey PRIMARY KEY (id),
    CONSTRAINT shelf_above_fkey FOREIGN KEY (above) REFERENCES public.shelf(id)
);
ALTER SEQUENCE public.shelf_id_seq OWNED BY public.shelf.id;
ALTER TABLE public.shelf OWNER TO app_owner;
ALTER SEQUENCE public.shelf_id_seq OWNER TO app_owner;
