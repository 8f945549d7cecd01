-- A partitioned table with its partitions; an index of a partition keeps the name that it has.

-- to
CREATE TABLE event (id bigint NOT NULL, at date NOT NULL, note text) PARTITION BY RANGE (at);
CREATE TABLE event_2026 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE event_rest PARTITION OF event DEFAULT;
CREATE INDEX event_note_idx ON event (note);
ALTER INDEX event_2026_note_idx RENAME TO notes_of_2026;
ALTER TABLE event ADD CONSTRAINT event_pkey PRIMARY KEY (id, at);

-- expect
CREATE TABLE public.event (
    id bigint NOT NULL,
    at date NOT NULL,
    note text,
    CONSTRAINT event_pkey PRIMARY KEY (id, at)
)
PARTITION BY RANGE (at);
CREATE TABLE public.event_2026 PARTITION OF public.event
FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE public.event_rest PARTITION OF public.event
DEFAULT;
CREATE INDEX notes_of_2026 ON public.event_2026 USING btree (note);
CREATE INDEX event_note_idx ON public.event USING btree (note);
