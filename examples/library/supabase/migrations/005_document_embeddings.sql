-- Semantic search

CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE document_embeddings (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  document_id UUID NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
  user_id UUID NOT NULL,
  page_number INTEGER,
  chunk_index INTEGER NOT NULL,
  content TEXT NOT NULL,
  embedding vector(768),
  metadata JSONB DEFAULT '{}'::jsonb,
  created_at TIMESTAMPTZ DEFAULT NOW()
);

CREATE INDEX idx_document_embeddings_document_id ON document_embeddings(document_id);
CREATE INDEX idx_document_embeddings_document_chunk ON document_embeddings(document_id, chunk_index);
CREATE INDEX idx_document_embeddings_vector ON document_embeddings
  USING ivfflat (embedding vector_cosine_ops) WITH (lists = 100);

ALTER TABLE document_embeddings ENABLE ROW LEVEL SECURITY;

CREATE OR REPLACE FUNCTION match_document_embeddings(
  query_embedding vector(768),
  match_user_id UUID,
  match_count INTEGER DEFAULT 5
)
RETURNS TABLE (id UUID, document_id UUID, content TEXT, similarity DOUBLE PRECISION) AS $$
BEGIN
  RETURN QUERY
  SELECT e.id, e.document_id, e.content, 1 - (e.embedding <=> query_embedding)
  FROM document_embeddings e
  WHERE e.user_id = match_user_id
  ORDER BY e.embedding <=> query_embedding
  LIMIT match_count;
END;
$$ LANGUAGE plpgsql SECURITY DEFINER;
