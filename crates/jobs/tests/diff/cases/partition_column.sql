-- A column of the whole is a column of every partition, said once.

-- both
CREATE TABLE event (id bigint NOT NULL, at integer NOT NULL, sub integer, gone text) PARTITION BY LIST (at);
CREATE TABLE event_1 PARTITION OF event FOR VALUES IN (1);
CREATE TABLE event_2 PARTITION OF event FOR VALUES IN (2) PARTITION BY LIST (sub);
CREATE TABLE event_2_1 PARTITION OF event_2 FOR VALUES IN (1);

-- to
ALTER TABLE event DROP COLUMN gone, ADD COLUMN note text NOT NULL DEFAULT 'x', ALTER id TYPE numeric;
ALTER TABLE event ADD CONSTRAINT positive CHECK (id > 0);

-- rows
INSERT INTO event VALUES (1, 1, 1, 'a'), (1, 2, 1, 'b');

-- expect
