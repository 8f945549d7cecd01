-- Heirs: columns come from the parent, a parent comes and goes.

-- both
CREATE TABLE base (id integer NOT NULL, gone text);
CREATE TABLE other (at date);
CREATE TABLE heir (extra text) INHERITS (base);

-- from
CREATE TABLE leaving (more text) INHERITS (base);

-- to
ALTER TABLE base DROP COLUMN gone, ADD COLUMN note text DEFAULT 'n';
CREATE TABLE leaving (id integer NOT NULL, gone text, more text);
CREATE TABLE two (own integer) INHERITS (base, other);

-- rows
INSERT INTO heir VALUES (1, 'g', 'e');
INSERT INTO leaving VALUES (2, 'g', 'm');

-- expect
ALTER TABLE public.leaving NO INHERIT public.base;
CREATE TABLE public.two (
    own integer
)
INHERITS (public.base, public.other);
ALTER TABLE public.base ADD COLUMN note text DEFAULT 'n'::text;
-- danger: data loss
ALTER TABLE public.base DROP COLUMN gone;
