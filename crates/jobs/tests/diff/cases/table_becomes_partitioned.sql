-- A plain table becomes a partitioned one: a new table, into which the rows are copied.

-- both
CREATE TABLE owner_of (id integer PRIMARY KEY);

-- from
CREATE TABLE event (id integer NOT NULL PRIMARY KEY, note text DEFAULT 'x', owner_id integer REFERENCES owner_of);
CREATE INDEX event_note_idx ON event (note);
CREATE VIEW notes AS SELECT note FROM event;
GRANT SELECT ON event TO app_reader;

-- to
CREATE TABLE event (id integer NOT NULL PRIMARY KEY, note text DEFAULT 'x', owner_id integer REFERENCES owner_of) PARTITION BY RANGE (id);
CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM (0) TO (100);
CREATE TABLE event_2 PARTITION OF event DEFAULT;
CREATE INDEX event_note_idx ON event (note);
CREATE VIEW notes AS SELECT note FROM event;
GRANT SELECT ON event TO app_reader;

-- rows
INSERT INTO owner_of VALUES (1);
INSERT INTO event VALUES (1, 'a', 1), (200, 'b', NULL);

-- holds
SELECT count(*) = 2 FROM notes

-- expect
DROP VIEW public.notes;
ALTER TABLE public.event DROP CONSTRAINT event_owner_id_fkey;
ALTER TABLE public.event DROP CONSTRAINT event_pkey;
-- danger: index rebuild
DROP INDEX public.event_note_idx;
ALTER TABLE public.event RENAME TO event_old;
CREATE TABLE public.event (
    id integer NOT NULL,
    note text DEFAULT 'x'::text,
    owner_id integer,
    CONSTRAINT event_pkey PRIMARY KEY (id),
    CONSTRAINT event_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owner_of(id)
)
PARTITION BY RANGE (id);
CREATE TABLE public.event_1 PARTITION OF public.event
FOR VALUES FROM (0) TO (100);
CREATE TABLE public.event_2 PARTITION OF public.event
DEFAULT;
-- danger: rewrite
INSERT INTO public.event (id, note, owner_id)
SELECT id, note, owner_id
FROM public.event_old;
CREATE INDEX event_note_idx ON public.event USING btree (note);
CREATE VIEW public.notes AS
 SELECT note
   FROM public.event;
DROP TABLE public.event_old;
GRANT SELECT ON TABLE public.event TO app_reader;
