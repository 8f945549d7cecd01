-- A sequence that stands outside of its new range is moved into it.

-- both
CREATE SEQUENCE counter;

-- from
SELECT setval('counter', 900);

-- to
ALTER SEQUENCE counter AS smallint MAXVALUE 500 INCREMENT BY 5 CACHE 3 CYCLE;

-- holds
SELECT last_value <= 500 FROM counter

-- expect
SELECT setval('public.counter', greatest(least(last_value, 500), 1), false)
FROM public.counter
WHERE last_value NOT BETWEEN 1 AND 500;
ALTER SEQUENCE public.counter AS smallint INCREMENT BY 5 MINVALUE 1 MAXVALUE 500 CACHE 3 CYCLE;
