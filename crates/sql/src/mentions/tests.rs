//! What a statement mentions, statement by statement.

use super::*;

/// Each mention as `place=what`, one a line of the expectation.
fn told(mentions: &Mentions, sql: &str) -> Vec<String> {
    let mark = |certain: bool| if certain { "" } else { "?" };
    mentions
        .found
        .iter()
        .filter_map(|mention| {
            let place = &sql[mention.span.clone()];
            let sure = mark(mention.certain);
            match &mention.what {
                Mentioned::Relation { .. } => Some(format!("{place}{sure}")),
                Mentioned::Qualifier { .. } => Some(format!("{place}.{sure}")),
                Mentioned::Type { .. } => None,
                Mentioned::Column { of, output, joined, .. } => {
                    let of: Vec<String> = of.iter().map(|name| name.name.clone()).collect();
                    let flags = format!("{}{}", if *output { ">" } else { "" }, if *joined { "&" } else { "" });
                    Some(format!("{}:{place}{sure}{flags}", of.join("|")))
                }
                Mentioned::Text { context, .. } => match context {
                    TextContext::Alone => None,
                    TextContext::Cast(name) => Some(format!("'{place}'::{name}")),
                    TextContext::Argument(name) => Some(format!("{name}('{place}')")),
                    TextContext::Compared(name) => Some(format!("{name}='{place}'")),
                },
            }
        })
        .collect()
}

#[track_caller]
fn expect(sql: &str, expected: &str) {
    let mentions = mentions_in_statement(sql);
    assert_eq!(told(&mentions, sql).join(" "), expected, "{sql}");
    assert!(mentions.complete, "{sql} is not wholly read");
}

#[test]
fn queries() {
    expect("SELECT subject FROM emails", "emails:subject> emails");
    expect("SELECT e.subject AS s FROM public.emails e", "emails:subject public.emails");
    expect("SELECT emails.subject, emails.* FROM emails", "emails. emails:subject> emails. emails");
    expect("SELECT public.emails.subject FROM public.emails", "public.emails emails:subject> public.emails");
    expect("SELECT subject FROM emails, users", "emails|users:subject?> emails users");
    expect("SELECT subject FROM (SELECT subject FROM emails) s", "emails:subject> emails");
    expect("WITH emails AS (SELECT id FROM emails) SELECT id FROM emails", "emails:id> emails");
    expect("WITH c AS (SELECT 1) SELECT a FROM x UNION SELECT b FROM c", "x:a> x");
    expect(
        "SELECT 1 FROM users u WHERE EXISTS (SELECT 1 FROM emails WHERE emails.user_id = u.id)",
        "users emails emails. emails:user_id users:id",
    );
    expect("SELECT subject FROM (SELECT * FROM emails) s", ":subject?> emails");
    expect("SELECT s.subject FROM (SELECT 1 AS subject) s, emails", "emails");
    expect("SELECT 1 FROM a JOIN b USING (id)", "a b a|b:id?&");
    expect("SELECT row_to_json(emails) FROM emails", "emails. emails");
    expect("SELECT 1 FROM emails FOR UPDATE OF emails", "emails emails.");
    expect("SELECT f(x) FROM \"Emails\"", "Emails:x \"Emails\"");
}

#[test]
fn changes() {
    expect(
        "INSERT INTO emails AS x (a) SELECT b FROM t ON CONFLICT (a) DO UPDATE SET a = EXCLUDED.a RETURNING id",
        "emails emails:a t:b t emails:a emails:a emails:a emails:id>",
    );
    expect("UPDATE emails SET a = t.b FROM t WHERE c", "emails emails:a t. t:b t emails|t:c?");
    expect("DELETE FROM emails USING t WHERE emails.id = t.id", "emails t emails. emails:id t. t:id");
}

#[test]
fn definitions() {
    expect(
        "CREATE TABLE e (id int REFERENCES users (uid), a text CHECK (a <> ''), FOREIGN KEY (b) REFERENCES o (c))",
        "e e:id users users:uid e:a e:a a='' e:b o o:c",
    );
    expect("ALTER TABLE e RENAME COLUMN a TO b", "e e:a e:b");
    expect("ALTER TABLE e RENAME TO f", "e");
    expect("CREATE INDEX i ON e (lower(a)) WHERE b IS NULL", "e e:a e:b");
    expect(
        "CREATE TRIGGER t BEFORE UPDATE OF a ON e FOR EACH ROW WHEN (OLD.a <> NEW.a) EXECUTE FUNCTION f()",
        "e:a e e:a e:a",
    );
    expect("CREATE POLICY p ON e USING (a = auth.uid())", "e e:a");
    expect("GRANT SELECT (a) ON e TO anon", "e:a e");
    expect("COMMENT ON COLUMN public.e.a IS 'x'", "public.e e:a");
    expect("CREATE TYPE mood AS ENUM ('sad')", "'sad'::mood");
    expect("SELECT 'e'::regclass, to_regclass('e')", "'e'::regclass to_regclass('e')");
    expect("SELECT 1 FROM t WHERE table_name IN ('e')", "t t:table_name table_name='e'");
}

#[test]
fn bodies() {
    expect(
        "CREATE FUNCTION f(p int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE r emails%ROWTYPE; subject text;
BEGIN
  SELECT id INTO r FROM emails WHERE id = p AND subject = '';
  IF r.a THEN INSERT INTO t (x) VALUES (r.b); END IF;
  NEW.c := 1;
END $$",
        "emails emails:id> emails emails:id emails:p? emails:subject? subject='' emails:a t t:x emails:b :c?",
    );
    expect("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT a FROM e $$", "e:a> e");
    expect("DO $$ BEGIN DELETE FROM e; END $$", "e");
}
