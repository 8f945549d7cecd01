-- Long-term memory of the assistant

CREATE TABLE conversation_memories (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id UUID NOT NULL REFERENCES auth.users(id) ON DELETE CASCADE,
  conversation_id UUID REFERENCES conversations(id) ON DELETE SET NULL,
  source_message_id UUID REFERENCES messages(id),
  memory_type TEXT NOT NULL,
  content TEXT NOT NULL,
  importance_score NUMERIC(3,2) DEFAULT 0.5,
  embedding vector(768),
  metadata JSONB DEFAULT '{}',
  created_at TIMESTAMPTZ DEFAULT NOW(),
  updated_at TIMESTAMPTZ DEFAULT NOW()
);

CREATE TABLE memory_links (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  from_memory_id UUID NOT NULL REFERENCES conversation_memories(id) ON DELETE CASCADE,
  to_memory_id UUID NOT NULL REFERENCES conversation_memories(id) ON DELETE CASCADE,
  relation_type TEXT,
  strength REAL DEFAULT 1.0,
  created_at TIMESTAMPTZ DEFAULT NOW()
);

CREATE TABLE message_source (
  message_id UUID,
  document_id UUID,
  page_number INTEGER,
  excerpt TEXT
);

CREATE INDEX idx_conversation_memories_user_id ON conversation_memories(user_id);
CREATE INDEX idx_conversation_memories_type ON conversation_memories(memory_type);
CREATE INDEX idx_conversation_memories_user_type ON conversation_memories(user_id, memory_type);
CREATE INDEX idx_conversation_memories_by_user_and_memory_type_and_importance_score
  ON conversation_memories(user_id, memory_type, importance_score DESC);
CREATE INDEX idx_conversation_memories_embedding ON conversation_memories
  USING hnsw (embedding vector_cosine_ops);
CREATE INDEX idx_memory_links_from ON memory_links(from_memory_id);

ALTER TABLE conversation_memories ENABLE ROW LEVEL SECURITY;
ALTER TABLE memory_links ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can manage own memories" ON conversation_memories
  FOR ALL USING (auth.uid() = user_id);
