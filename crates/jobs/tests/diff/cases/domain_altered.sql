-- Default, NOT NULL and checks of a domain are altered in place.

-- both
CREATE DOMAIN email AS text CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
CREATE TABLE t (id integer, email email);

-- from
ALTER DOMAIN email ADD CONSTRAINT short CHECK (length(VALUE) < 50);

-- to
ALTER DOMAIN email SET DEFAULT 'nobody@example.org';
ALTER DOMAIN email SET NOT NULL;
ALTER DOMAIN email ADD CONSTRAINT lower_case CHECK (VALUE = lower(VALUE));
COMMENT ON DOMAIN email IS 'An address.';
COMMENT ON CONSTRAINT has_at ON DOMAIN email IS 'At least that.';

-- rows
INSERT INTO t VALUES (1, 'a@example.org');

-- expect
ALTER DOMAIN public.email DROP CONSTRAINT short;
ALTER DOMAIN public.email SET DEFAULT 'nobody@example.org'::text;
-- danger: may fail
ALTER DOMAIN public.email SET NOT NULL;
-- danger: may fail
ALTER DOMAIN public.email ADD CONSTRAINT lower_case CHECK ((VALUE = lower(VALUE)));
COMMENT ON DOMAIN public.email IS 'An address.';
COMMENT ON CONSTRAINT has_at ON DOMAIN public.email IS 'At least that.';
