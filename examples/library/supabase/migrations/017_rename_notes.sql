ALTER TABLE user_notes ALTER COLUMN note_type TYPE TEXT;
ALTER TABLE user_notes RENAME TO notes;

CREATE VIEW user_notes AS SELECT * FROM notes;

ALTER TABLE notes ADD CONSTRAINT notes_book_id_fkey
  FOREIGN KEY (book_id) REFERENCES user_books(id) ON DELETE CASCADE;
ALTER TABLE highlights ADD CONSTRAINT highlights_book_id_fkey
  FOREIGN KEY (book_id) REFERENCES user_books(id) ON DELETE CASCADE;
