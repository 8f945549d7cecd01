-- While both names work: what is left of documents is in user_books.
CREATE OR REPLACE FUNCTION public.delete_user_data(p_user_id uuid)
RETURNS void AS $$
BEGIN
  DELETE FROM user_books WHERE user_id = p_user_id;
  DELETE FROM conversations WHERE user_id = p_user_id;
  DELETE FROM learning_stats WHERE user_id = p_user_id::text;
END;
$$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = public;
