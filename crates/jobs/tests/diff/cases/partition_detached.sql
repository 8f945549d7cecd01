-- A partition becomes a table of its own, and a table becomes a partition: rows stay.

-- from
CREATE TABLE event (id bigint NOT NULL, at integer NOT NULL) PARTITION BY LIST (at);
CREATE TABLE event_1 PARTITION OF event FOR VALUES IN (1);
CREATE TABLE event_2 (id bigint NOT NULL, at integer NOT NULL);

-- to
CREATE TABLE event (id bigint NOT NULL, at integer NOT NULL) PARTITION BY LIST (at);
CREATE TABLE event_1 (id bigint NOT NULL, at integer NOT NULL);
CREATE TABLE event_2 PARTITION OF event FOR VALUES IN (2);

-- rows
INSERT INTO event VALUES (1, 1);
INSERT INTO event_2 VALUES (2, 2);

-- holds
SELECT (SELECT count(*) FROM event) = 1 AND (SELECT count(*) FROM event_1) = 1

-- expect
ALTER TABLE public.event DETACH PARTITION public.event_1;
-- danger: long lock
ALTER TABLE public.event ATTACH PARTITION public.event_2 FOR VALUES IN (2);
