CREATE TABLE IF NOT EXISTS user_notes (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id UUID NOT NULL REFERENCES auth.users(id) ON DELETE CASCADE,
  book_id UUID NOT NULL,
  highlight_id UUID REFERENCES highlights(id) ON DELETE SET NULL,
  page_number INTEGER,
  content TEXT NOT NULL,
  note_type VARCHAR(20) DEFAULT 'plain',
  tags JSONB DEFAULT '[]',
  metadata JSONB DEFAULT '[]',
  created_at TIMESTAMPTZ DEFAULT NOW(),
  updated_at TIMESTAMPTZ DEFAULT NOW()
);

CREATE INDEX IF NOT EXISTS idx_user_notes_user_id ON user_notes(user_id);
CREATE INDEX IF NOT EXISTS idx_user_notes_book_id ON user_notes(book_id);
CREATE INDEX IF NOT EXISTS idx_user_notes_user_book ON user_notes(user_id, book_id);
CREATE INDEX IF NOT EXISTS idx_user_notes_search ON user_notes USING GIN(to_tsvector('english', content));

ALTER TABLE user_notes ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Users can view own notes" ON user_notes;
CREATE POLICY "Users can view own notes" ON user_notes
  FOR SELECT USING (auth.uid() = user_id);
DROP POLICY IF EXISTS "Users can create own notes" ON user_notes;
CREATE POLICY "Users can create own notes" ON user_notes
  FOR INSERT WITH CHECK (auth.uid() = user_id);
DROP POLICY IF EXISTS "Users can update own notes" ON user_notes;
CREATE POLICY "Users can update own notes" ON user_notes
  FOR UPDATE USING (auth.uid() = user_id);
DROP POLICY IF EXISTS "Users can delete own notes" ON user_notes;
CREATE POLICY "Users can delete own notes" ON user_notes
  FOR DELETE USING (auth.uid() = user_id);
