CREATE TABLE learning_stats (
  id SERIAL PRIMARY KEY,
  user_id TEXT NOT NULL,
  stat_date DATE NOT NULL DEFAULT CURRENT_DATE,
  minutes_read INTEGER DEFAULT 0,
  pages_read BIGINT DEFAULT 0,
  notes_created INTEGER DEFAULT 0,
  streak_days INTEGER DEFAULT 0,
  level VARCHAR(20) DEFAULT 'beginner',
  breakdown JSONB,
  updated_at TIMESTAMP DEFAULT NOW()
);

CREATE UNIQUE INDEX idx_learning_stats_user_date ON learning_stats(user_id, stat_date);
CREATE INDEX idx_learning_stats_user_id ON learning_stats(user_id);
CREATE INDEX idx_learning_stats_date ON learning_stats(stat_date);

ALTER TABLE learning_stats ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can manage own stats" ON learning_stats
  FOR ALL USING (auth.uid()::text = user_id);

CREATE OR REPLACE FUNCTION get_user_learning_summary(p_user_id TEXT)
RETURNS TABLE (total_minutes BIGINT, total_pages NUMERIC, best_streak INTEGER) AS $$
  SELECT SUM(minutes_read), SUM(pages_read), MAX(streak_days)
  FROM learning_stats
  WHERE user_id = p_user_id;
$$ LANGUAGE sql STABLE SECURITY DEFINER;
