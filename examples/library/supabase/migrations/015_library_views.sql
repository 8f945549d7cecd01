-- Views for the dashboard

CREATE OR REPLACE VIEW library_overview AS
SELECT b.id, b.user_id, b.title, b.author, b.reading_status, b.last_read_at,
       count(h.id) AS highlight_count
FROM user_books b
LEFT JOIN highlights h ON h.book_id = b.id
GROUP BY b.id;

CREATE OR REPLACE VIEW user_directory AS
SELECT u.id, u.email, u.created_at, u.last_sign_in_at, p.full_name, p.tier
FROM auth.users u
LEFT JOIN profiles p ON p.id = u.id;

CREATE MATERIALIZED VIEW reading_leaderboard AS
SELECT s.user_id, p.full_name, sum(s.duration_seconds) AS total_seconds, sum(s.pages_read) AS total_pages
FROM reading_sessions s
LEFT JOIN profiles p ON p.id = s.user_id
GROUP BY s.user_id, p.full_name;

CREATE UNIQUE INDEX idx_reading_leaderboard_user_id ON reading_leaderboard(user_id);

CREATE OR REPLACE FUNCTION refresh_reading_leaderboard()
RETURNS void AS $$
BEGIN
  REFRESH MATERIALIZED VIEW CONCURRENTLY reading_leaderboard;
END;
$$ LANGUAGE plpgsql SECURITY DEFINER;

CREATE OR REPLACE FUNCTION delete_user_data(p_user_id UUID)
RETURNS void AS $$
BEGIN
  DELETE FROM user_books WHERE user_id = p_user_id;
  DELETE FROM documents WHERE user_id = p_user_id;
  DELETE FROM conversations WHERE user_id = p_user_id;
  DELETE FROM learning_stats WHERE user_id = p_user_id::text;
END;
$$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = public;
