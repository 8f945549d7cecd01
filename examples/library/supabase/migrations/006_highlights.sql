CREATE TABLE highlights (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id UUID NOT NULL REFERENCES auth.users(id) ON DELETE CASCADE,
  book_id UUID NOT NULL,
  page_number INTEGER NOT NULL,
  selected_text TEXT NOT NULL,
  color VARCHAR(20) DEFAULT 'yellow',
  is_favorite BOOLEAN DEFAULT false,
  position_data JSON,
  "createdAt" TIMESTAMP DEFAULT NOW(),
  updated_at TIMESTAMP DEFAULT NOW()
);

CREATE INDEX idx_highlights_book_page ON highlights(book_id, page_number);
CREATE INDEX idx_highlights_user_favorite ON highlights(user_id) WHERE is_favorite;

ALTER TABLE highlights ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view own highlights" ON highlights
  FOR SELECT USING (auth.uid() = user_id);
CREATE POLICY "Users can add own highlights" ON highlights
  FOR INSERT WITH CHECK (auth.uid() = user_id);
