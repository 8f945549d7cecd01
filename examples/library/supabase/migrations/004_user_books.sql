-- Library: books, collections, reading progress

CREATE TABLE IF NOT EXISTS user_books (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id UUID NOT NULL REFERENCES auth.users(id) ON DELETE CASCADE,
  document_id UUID REFERENCES documents(id),
  title TEXT,
  author TEXT,
  file_name TEXT NOT NULL,
  file_type VARCHAR(10) DEFAULT 'pdf',
  file_size BIGINT,
  total_pages INTEGER DEFAULT 0,
  cover_url TEXT,
  reading_status VARCHAR(20) DEFAULT 'unread',
  last_page INTEGER DEFAULT 0,
  is_favorite BOOLEAN DEFAULT false,
  tags TEXT[] DEFAULT '{}',
  metadata JSONB,
  last_read_at TIMESTAMP,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW()
);

CREATE TABLE IF NOT EXISTS user_collections (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id UUID NOT NULL REFERENCES auth.users(id) ON DELETE CASCADE,
  parent_id UUID REFERENCES user_collections(id),
  name TEXT NOT NULL,
  color VARCHAR(7) DEFAULT '#3B82F6',
  "order" INTEGER DEFAULT 0,
  created_at TIMESTAMPTZ DEFAULT NOW(),
  updated_at TIMESTAMPTZ DEFAULT NOW()
);

CREATE TABLE IF NOT EXISTS collection_books (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  collection_id UUID NOT NULL REFERENCES user_collections(id) ON DELETE CASCADE,
  book_id UUID NOT NULL REFERENCES user_books(id) ON DELETE CASCADE,
  added_at TIMESTAMPTZ DEFAULT NOW(),
  UNIQUE (collection_id, book_id)
);

CREATE TABLE IF NOT EXISTS reading_progress (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id UUID NOT NULL REFERENCES auth.users(id) ON DELETE CASCADE,
  book_id UUID NOT NULL REFERENCES user_books(id) ON DELETE CASCADE,
  page INTEGER NOT NULL DEFAULT 0,
  percent REAL DEFAULT 0,
  updated_at TIMESTAMPTZ DEFAULT NOW(),
  UNIQUE (user_id, book_id)
);

CREATE INDEX IF NOT EXISTS idx_user_books_user_id ON user_books(user_id);
CREATE INDEX IF NOT EXISTS idx_user_books_user_status ON user_books(user_id, reading_status);
CREATE INDEX IF NOT EXISTS idx_user_books_user_created ON user_books(user_id, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_user_books_reading_status ON user_books(reading_status);
CREATE INDEX IF NOT EXISTS idx_user_books_favorite ON user_books(is_favorite);
CREATE INDEX IF NOT EXISTS idx_user_books_tags ON user_books USING GIN(tags);
CREATE INDEX IF NOT EXISTS idx_user_books_title ON user_books(title);
CREATE INDEX IF NOT EXISTS idx_user_collections_user_id ON user_collections(user_id);
CREATE INDEX IF NOT EXISTS idx_collection_books_collection_id ON collection_books(collection_id);
CREATE INDEX IF NOT EXISTS idx_collection_books_book_id ON collection_books(book_id);

ALTER TABLE user_books ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_collections ENABLE ROW LEVEL SECURITY;
ALTER TABLE collection_books ENABLE ROW LEVEL SECURITY;
ALTER TABLE reading_progress ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users manage own books" ON user_books
  FOR ALL USING (auth.uid() = user_id);
CREATE POLICY "Users can view own books" ON user_books
  FOR SELECT USING (auth.uid() = user_id);
CREATE POLICY "Users can update own books" ON user_books
  FOR UPDATE USING (auth.uid() = user_id);

CREATE POLICY "Signed in users manage collections" ON user_collections
  FOR ALL TO authenticated USING (auth.uid() IS NOT NULL);

CREATE POLICY "Users manage books of own collections" ON collection_books
  FOR ALL USING (
    EXISTS (SELECT 1 FROM user_collections c WHERE c.id = collection_id AND c.user_id = auth.uid())
  );

CREATE POLICY "Users manage own progress" ON reading_progress
  FOR ALL USING (auth.uid() = user_id);

CREATE TRIGGER user_collections_updated_at BEFORE UPDATE ON user_collections
  FOR EACH ROW EXECUTE FUNCTION update_updated_at();
