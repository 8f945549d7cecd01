-- An exclusion constraint comes, and another one changes.

-- both
CREATE TABLE booking (id integer, during int4range, slot int4range);

-- from
ALTER TABLE booking ADD CONSTRAINT no_slot EXCLUDE USING gist (slot WITH &&);

-- to
ALTER TABLE booking ADD CONSTRAINT no_slot EXCLUDE USING gist (slot WITH &&) WHERE (id > 0);
ALTER TABLE booking ADD CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&);

-- rows
INSERT INTO booking VALUES (1, '[1,2)', '[1,2)'), (2, '[2,3)', '[2,3)');

-- expect
ALTER TABLE public.booking DROP CONSTRAINT no_slot;
-- danger: may fail, long lock
ALTER TABLE public.booking ADD CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&);
-- danger: may fail, long lock
ALTER TABLE public.booking ADD CONSTRAINT no_slot EXCLUDE USING gist (slot WITH &&) WHERE ((id > 0));
