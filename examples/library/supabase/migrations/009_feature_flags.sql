CREATE TABLE IF NOT EXISTS feature_flags (
  name TEXT PRIMARY KEY,
  description TEXT,
  is_enabled BOOLEAN NOT NULL DEFAULT false,
  rollout_percentage INTEGER DEFAULT 0,
  target_tier VARCHAR(20),
  settings JSONB DEFAULT '{}',
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  updated_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

CREATE INDEX IF NOT EXISTS idx_feature_flags_name ON feature_flags(name);

INSERT INTO feature_flags (name, description, is_enabled) VALUES
  ('chat_memory', 'Remember earlier conversations', true),
  ('text_to_speech', 'Read pages aloud', false),
  ('achievements', 'Points and badges', true)
ON CONFLICT (name) DO NOTHING;
