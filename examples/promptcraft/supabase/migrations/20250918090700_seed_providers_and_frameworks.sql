-- Providers and frameworks. A row is written only where it differs; is_enabled and the limits, which are changed in
-- operation, are left alone.

set lock_timeout = '5s';

insert into public.api_providers as target (
    name, display_name, base_url, api_key_pattern, max_requests_per_minute, max_requests_per_day,
    supported_models, validation_rules
)
values
    ('openai', 'OpenAI', 'https://api.openai.com/v1',
     '^sk-[A-Za-z0-9_-]{20,}$', 60, 1000,
     '["gpt-4o", "gpt-4o-mini", "gpt-4.1"]'::jsonb, '{"min_length": 23, "header": "Authorization"}'::jsonb),
    ('gemini', 'Google Gemini', 'https://generativelanguage.googleapis.com/v1beta',
     '^AIza[A-Za-z0-9_-]{35}$', 60, 1500,
     '["gemini-2.5-pro", "gemini-2.5-flash"]'::jsonb, '{"min_length": 39, "header": "x-goog-api-key"}'::jsonb),
    ('anthropic', 'Anthropic', 'https://api.anthropic.com/v1',
     '^sk-ant-[A-Za-z0-9_-]{20,}$', 50, 1000,
     '["claude-opus-4-1", "claude-sonnet-4"]'::jsonb, '{"min_length": 27, "header": "x-api-key"}'::jsonb)
on conflict (name) do update
set display_name = excluded.display_name,
    base_url = excluded.base_url,
    api_key_pattern = excluded.api_key_pattern,
    supported_models = excluded.supported_models,
    validation_rules = excluded.validation_rules
where (target.display_name, target.base_url, target.api_key_pattern, target.supported_models, target.validation_rules)
    is distinct from (excluded.display_name, excluded.base_url, excluded.api_key_pattern, excluded.supported_models, excluded.validation_rules);

insert into public.prompt_frameworks as target (
    name, display_name, description, components, template, examples, sort_order
)
values
    ('roses', 'R.O.S.E.S',
     'Sets a role and a scene, then asks for a solution in steps. For problems that need planning.',
     '["Role", "Objective", "Scenario", "Expected Solution", "Steps"]'::jsonb,
     'Role: {{role}}. Objective: {{objective}}. Scenario: {{scenario}}. Expected Solution: {{expected_solution}}. Steps: {{steps}}.',
     '["You are a release engineer. Objective: ship twice a week without night work."]'::jsonb, 1),
    ('ape', 'A.P.E',
     'Three short lines: what to do, why, and what to get. For quick requests.',
     '["Action", "Purpose", "Expectation"]'::jsonb,
     'Action: {{action}}. Purpose: {{purpose}}. Expectation: {{expectation}}.',
     '["Summarise this report so that the board can decide; five bullet points."]'::jsonb, 2),
    ('tag', 'T.A.G',
     'Names the task, the action to take and the goal to reach. For work with a measurable end.',
     '["Task", "Action", "Goal"]'::jsonb,
     'Task: {{task}}. Action: {{action}}. Goal: {{goal}}.',
     '["Review the onboarding mails, rewrite the weakest one, raise the reply rate."]'::jsonb, 3),
    ('era', 'E.R.A',
     'Starts from the expected result, then says who acts and how. For output with a fixed shape.',
     '["Expectation", "Role", "Action"]'::jsonb,
     'Expectation: {{expectation}}. Role: {{role}}. Action: {{action}}.',
     '["A one-page brief, written by a market analyst, comparing three suppliers."]'::jsonb, 4),
    ('race', 'R.A.C.E',
     'Gives a role and an action, explains the context and closes with the expectation. For everyday use.',
     '["Role", "Action", "Context", "Expectation"]'::jsonb,
     'Role: {{role}}. Action: {{action}}. Context: {{context}}. Expectation: {{expectation}}.',
     '["As a teacher, explain recursion to a class that knows loops, with one exercise."]'::jsonb, 5),
    ('rise', 'R.I.S.E',
     'Hands over input and asks for it to be worked through step by step. For analysis.',
     '["Role", "Input", "Steps", "Expectation"]'::jsonb,
     'Role: {{role}}. Input: {{input}}. Steps: {{steps}}. Expectation: {{expectation}}.',
     '["As a data analyst, take this sales table, find the outliers, explain each."]'::jsonb, 6),
    ('care', 'C.A.R.E',
     'Describes context, action and result, and shows an example to follow. For a consistent style.',
     '["Context", "Action", "Result", "Example"]'::jsonb,
     'Context: {{context}}. Action: {{action}}. Result: {{result}}. Example: {{example}}.',
     '["Our shop replies to complaints; write a reply that keeps the customer, like this one."]'::jsonb, 7),
    ('coast', 'C.O.A.S.T',
     'Lays out context and objective, then actions in a scenario for one task. For long projects.',
     '["Context", "Objective", "Actions", "Scenario", "Task"]'::jsonb,
     'Context: {{context}}. Objective: {{objective}}. Actions: {{actions}}. Scenario: {{scenario}}. Task: {{task}}.',
     '["A clinic moves to digital records in six months; draft the plan of the first week."]'::jsonb, 8),
    ('trace', 'T.R.A.C.E',
     'States task and request, then action, context and an example. For requests that need precision.',
     '["Task", "Request", "Action", "Context", "Example"]'::jsonb,
     'Task: {{task}}. Request: {{request}}. Action: {{action}}. Context: {{context}}. Example: {{example}}.',
     '["Write a changelog entry for this diff, for users who never read code."]'::jsonb, 9)
on conflict (name) do update
set display_name = excluded.display_name,
    description = excluded.description,
    components = excluded.components,
    template = excluded.template,
    examples = excluded.examples,
    sort_order = excluded.sort_order
where (target.display_name, target.description, target.components, target.template, target.examples, target.sort_order)
    is distinct from (excluded.display_name, excluded.description, excluded.components, excluded.template, excluded.examples, excluded.sort_order);
