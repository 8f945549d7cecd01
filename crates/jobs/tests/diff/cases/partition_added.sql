-- A partition more, one less, and one that moves to other bounds.

-- both
CREATE TABLE event (id bigint NOT NULL, at integer NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM (0) TO (10);
CREATE INDEX event_id_idx ON event (id);

-- from
CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM (10) TO (20);
CREATE TABLE event_gone PARTITION OF event FOR VALUES FROM (100) TO (110);

-- to
CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM (10) TO (30);
CREATE TABLE event_3 PARTITION OF event FOR VALUES FROM (30) TO (40);

-- rows
INSERT INTO event VALUES (1, 5), (2, 15);

-- holds
SELECT count(*) = 2 FROM event

-- expect
ALTER TABLE public.event DETACH PARTITION public.event_2;
CREATE TABLE public.event_3 PARTITION OF public.event
FOR VALUES FROM (30) TO (40);
-- danger: long lock
ALTER TABLE public.event ATTACH PARTITION public.event_2 FOR VALUES FROM (10) TO (30);
-- danger: data loss
DROP TABLE public.event_gone;
