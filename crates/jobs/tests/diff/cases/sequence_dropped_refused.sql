-- How far a sequence had come is not lost in silence.

-- from
CREATE SEQUENCE counter;

-- refused: drop-sequence:public.counter
