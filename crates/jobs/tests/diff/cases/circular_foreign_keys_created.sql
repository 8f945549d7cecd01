-- Tables that refer to each other: both are made before either foreign key.

-- to
CREATE TABLE author (id integer PRIMARY KEY, best_book integer);
CREATE TABLE book (id integer PRIMARY KEY, author_id integer REFERENCES author);
ALTER TABLE author ADD CONSTRAINT author_best_book_fkey FOREIGN KEY (best_book) REFERENCES book;

-- expect
CREATE TABLE public.author (
    id integer NOT NULL,
    best_book integer,
    CONSTRAINT author_pkey PRIMARY KEY (id)
);
CREATE TABLE public.book (
    id integer NOT NULL,
    author_id integer,
    CONSTRAINT book_pkey PRIMARY KEY (id),
    CONSTRAINT book_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.author(id)
);
ALTER TABLE public.author ADD CONSTRAINT author_best_book_fkey FOREIGN KEY (best_book) REFERENCES public.book(id);
