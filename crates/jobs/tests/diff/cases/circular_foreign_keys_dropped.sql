-- Tables that refer to each other are dropped once one of the foreign keys is.

-- from
CREATE TABLE author (id integer PRIMARY KEY, best_book integer);
CREATE TABLE book (id integer PRIMARY KEY, author_id integer REFERENCES author);
ALTER TABLE author ADD CONSTRAINT author_best_book_fkey FOREIGN KEY (best_book) REFERENCES book;

-- expect
ALTER TABLE public.author DROP CONSTRAINT author_best_book_fkey;
ALTER TABLE public.book DROP CONSTRAINT book_author_id_fkey;
-- danger: data loss
DROP TABLE public.author;
-- danger: data loss
DROP TABLE public.book;
