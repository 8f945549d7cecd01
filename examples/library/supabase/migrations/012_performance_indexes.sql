-- The dashboard got slow, index everything it touches

CREATE INDEX IF NOT EXISTS idx_documents_user ON documents(user_id);
CREATE INDEX IF NOT EXISTS idx_documents_user_created ON documents(user_id, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_documents_user_status ON documents(user_id, status);
CREATE INDEX IF NOT EXISTS idx_documents_metadata ON documents USING GIN(metadata);
CREATE INDEX IF NOT EXISTS idx_documents_search ON documents USING GIN(to_tsvector('english', title));

CREATE INDEX IF NOT EXISTS idx_document_pages_search ON document_pages
  USING GIN(to_tsvector('english', coalesce(content, '')));

CREATE INDEX IF NOT EXISTS idx_books_user ON user_books(user_id);
CREATE INDEX IF NOT EXISTS idx_user_books_user_title ON user_books(user_id, title);
CREATE INDEX IF NOT EXISTS idx_user_books_user_author ON user_books(user_id, author);
CREATE INDEX IF NOT EXISTS idx_user_books_user_last_read ON user_books(user_id, last_read_at DESC);
CREATE INDEX IF NOT EXISTS idx_user_books_user_favorite ON user_books(user_id, is_favorite);
CREATE INDEX IF NOT EXISTS idx_user_books_last_read_at ON user_books(last_read_at);
CREATE INDEX IF NOT EXISTS idx_user_books_metadata ON user_books USING GIN(metadata);

CREATE INDEX IF NOT EXISTS idx_conversations_user ON conversations(user_id);
CREATE INDEX IF NOT EXISTS idx_conversations_user_updated ON conversations(user_id, updated_at DESC);
CREATE INDEX IF NOT EXISTS idx_conversations_status ON conversations(status);

CREATE INDEX IF NOT EXISTS idx_messages_conversation_created ON messages(conversation_id, created_at);
CREATE INDEX IF NOT EXISTS idx_messages_conversation ON messages(conversation_id);
CREATE INDEX IF NOT EXISTS idx_messages_conversation_role ON messages(conversation_id, role);

CREATE INDEX IF NOT EXISTS idx_highlights_book ON highlights(book_id);

CREATE INDEX IF NOT EXISTS idx_reading_sessions_user ON reading_sessions(user_id);
CREATE INDEX IF NOT EXISTS idx_reading_sessions_user_started ON reading_sessions(user_id, started_at DESC);

CREATE INDEX IF NOT EXISTS idx_user_notes_created_at ON user_notes(created_at);
CREATE INDEX IF NOT EXISTS idx_user_notes_tags ON user_notes USING GIN(tags);

CREATE INDEX IF NOT EXISTS idx_learning_stats_user_stat_date ON learning_stats(user_id, stat_date DESC);
CREATE INDEX IF NOT EXISTS idx_user_achievements_user_achievement ON user_achievements(user_id, achievement_id);
CREATE INDEX IF NOT EXISTS idx_user_collections_user_order ON user_collections(user_id, "order");
