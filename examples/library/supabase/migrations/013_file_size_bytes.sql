ALTER TABLE user_books ADD COLUMN file_size_bytes BIGINT;
ALTER TABLE user_books ADD COLUMN public_id UUID DEFAULT gen_random_uuid();
ALTER TABLE user_books ADD COLUMN custom_metadata JSONB DEFAULT '{}';

UPDATE user_books SET file_size_bytes = file_size;

CREATE INDEX idx_user_books_file_size_bytes ON user_books(file_size_bytes);
CREATE UNIQUE INDEX idx_user_books_public_id ON user_books(public_id);
