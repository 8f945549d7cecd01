DROP TABLE IF EXISTS reading_progress CASCADE;

ALTER TABLE documents DROP COLUMN legacy_path;
ALTER TABLE document_pages ALTER COLUMN page_number TYPE BIGINT;
ALTER TABLE user_books ALTER COLUMN title SET NOT NULL;
ALTER TABLE user_books ADD CONSTRAINT user_books_last_page_check CHECK (last_page >= 0);

CREATE TABLE IF NOT EXISTS message_sources (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  message_id UUID NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
  document_id UUID NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
  page_number INTEGER,
  excerpt TEXT,
  created_at TIMESTAMPTZ DEFAULT NOW()
);

INSERT INTO message_sources (message_id, document_id, page_number, excerpt)
SELECT message_id, document_id, page_number, excerpt
FROM message_source
WHERE message_id IS NOT NULL AND document_id IS NOT NULL;

CREATE INDEX IF NOT EXISTS idx_message_sources_message_id ON message_sources(message_id);

ALTER TABLE message_sources ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view own sources" ON message_sources
  FOR SELECT USING (
    message_id IN (SELECT m.id FROM messages m WHERE m.user_id = auth.uid())
  );
