-- Reading time tracking
CREATE TABLE reading_sessions (
  id BIGSERIAL PRIMARY KEY,
  user_id UUID NOT NULL,
  book_id UUID REFERENCES user_books(id) ON DELETE CASCADE,
  started_at TIMESTAMP NOT NULL DEFAULT NOW(),
  ended_at TIMESTAMP,
  duration_seconds INTEGER,
  pages_read INTEGER DEFAULT 0,
  session_type VARCHAR(30) DEFAULT 'reading'
);

CREATE INDEX reading_sessions_user_id_idx ON reading_sessions(user_id);
CREATE INDEX reading_sessions_started_at_idx ON reading_sessions(started_at);

ALTER TABLE reading_sessions ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can manage own reading sessions" ON reading_sessions
  FOR ALL USING (auth.uid() = user_id) WITH CHECK (auth.uid() = user_id);
