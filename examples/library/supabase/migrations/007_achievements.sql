-- Gamification

CREATE TABLE achievements (
  id SERIAL PRIMARY KEY,
  code VARCHAR(50) NOT NULL UNIQUE,
  name TEXT NOT NULL,
  description TEXT,
  category VARCHAR(30) NOT NULL,
  points INTEGER DEFAULT 10,
  criteria JSONB NOT NULL,
  created_at TIMESTAMP
);

CREATE TABLE user_achievements (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id UUID NOT NULL REFERENCES auth.users(id) ON DELETE CASCADE,
  achievement_id BIGINT NOT NULL REFERENCES achievements(id),
  progress INTEGER DEFAULT 0,
  unlocked_at TIMESTAMPTZ,
  UNIQUE (user_id, achievement_id)
);

CREATE INDEX idx_achievements_code ON achievements(code);
CREATE INDEX idx_achievements_category ON achievements(category);
CREATE INDEX idx_user_achievements_user_id ON user_achievements(user_id);
CREATE INDEX idx_user_achievements_unlocked ON user_achievements(unlocked_at) WHERE unlocked_at IS NOT NULL;

ALTER TABLE achievements ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_achievements ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Achievements are public" ON achievements FOR ALL USING (true);
CREATE POLICY "Users can view own achievements" ON user_achievements
  FOR SELECT USING (auth.uid() = user_id);
CREATE POLICY "System can grant achievements" ON user_achievements
  FOR INSERT WITH CHECK (true);

INSERT INTO achievements (code, name, description, category, points, criteria) VALUES
  ('first_book', 'First book', 'Add a book to the library', 'reading', 10, '{"books": 1}'),
  ('bookworm', 'Bookworm', 'Finish ten books', 'reading', 50, '{"finished": 10}'),
  ('night_owl', 'Night owl', 'Read after midnight', 'habit', 20, '{"hour": 0}'),
  ('week_streak', 'Seven days', 'Read seven days in a row', 'habit', 30, '{"streak": 7}'),
  ('first_note', 'Margin scribbler', 'Write a note', 'notes', 10, '{"notes": 1}');
