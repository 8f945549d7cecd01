-- A new table is one statement with its defaults and constraints; what it needs comes before it.

-- to
CREATE TYPE grade AS ENUM ('low', 'high');
CREATE TABLE team (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE member (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    team_id bigint NOT NULL REFERENCES team ON DELETE CASCADE,
    grade grade NOT NULL DEFAULT 'low',
    score integer DEFAULT 0 CHECK (score >= 0),
    seen timestamptz DEFAULT now()
);
CREATE INDEX member_team_id_idx ON member (team_id) WHERE score > 3;
COMMENT ON TABLE member IS 'Who plays.';
COMMENT ON COLUMN member.score IS 'Never negative.';

-- expect
CREATE TYPE public.grade AS ENUM ('low', 'high');
CREATE TABLE public.team (
    id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    CONSTRAINT team_name_key UNIQUE (name),
    CONSTRAINT team_pkey PRIMARY KEY (id)
);
CREATE TABLE public.member (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    team_id bigint NOT NULL,
    grade public.grade DEFAULT 'low'::public.grade NOT NULL,
    score integer DEFAULT 0,
    seen timestamp with time zone DEFAULT now(),
    CONSTRAINT member_score_check CHECK ((score >= 0)),
    CONSTRAINT member_pkey PRIMARY KEY (id),
    CONSTRAINT member_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.team(id) ON DELETE CASCADE
);
CREATE INDEX member_team_id_idx ON public.member USING btree (team_id) WHERE (score > 3);
COMMENT ON TABLE public.member IS 'Who plays.';
COMMENT ON COLUMN public.member.score IS 'Never negative.';
