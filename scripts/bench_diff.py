"""Times `diff` between two live databases against the Supabase CLI's pg-delta, and `drift` of a folder against a database.

Both tools look at the same two databases in turn. Theirs prints a plan; ours has proven it on a scratch server as well.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

from bench_migrations import PGMASON, ROOT, Server, supabase_server, timed


def install_supabase():
    folder = ROOT / "target/bench-npm"
    program = folder / "node_modules/.bin/supabase"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, "supabase"], check=True)
    return program


def schema(tables):
    """A plain application: keys that refer to the table before, indexes, views, policies, comments."""
    lines = ["CREATE TYPE state AS ENUM ('open', 'closed');"]
    for number in range(tables):
        refers = f" REFERENCES t{number - 1}" if number else ""
        lines.append(
            f"CREATE TABLE t{number} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id bigint{refers}, "
            "name text NOT NULL DEFAULT 'x', amount numeric(12,2) CHECK (amount >= 0), state state DEFAULT 'open', "
            "made timestamptz NOT NULL DEFAULT now());"
        )
        lines.append(f"CREATE INDEX t{number}_parent_id_idx ON t{number} (parent_id);")
        if number % 2 == 0:
            lines.append(f"ALTER TABLE t{number} ENABLE ROW LEVEL SECURITY;")
            lines.append(f"CREATE POLICY mine ON t{number} FOR SELECT USING (name = current_user);")
        if number % 4 == 0:
            lines.append(f"CREATE VIEW v{number} AS SELECT id, name FROM t{number} WHERE amount > 1;")
            lines.append(f"COMMENT ON TABLE t{number} IS 'Table {number}.';")
    return "\n".join(lines)


# Five, of different kinds.
DIFFERENCES = """
ALTER TABLE t3 ADD COLUMN note text DEFAULT 'none';
ALTER TABLE t5 ALTER COLUMN amount TYPE numeric(14,2);
DROP INDEX t7_parent_id_idx;
CREATE TABLE extra (id bigint PRIMARY KEY, t1_id bigint REFERENCES t1);
ALTER POLICY mine ON t4 USING (name = session_user);
"""


def seconds(command, **more):
    """Wall time. A difference ends with exit code 1, a failure with 2."""
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, **more)
    passed = time.perf_counter() - started
    if done.returncode not in (0, 1):
        sys.exit(f"{command[0]} failed:\n{done.stdout.decode()[-2000:]}\n{done.stderr.decode()[-2000:]}")
    return passed, done.stdout.decode()


def two_databases(server, tables):
    server.sql(f"CREATE DATABASE bench_from_{tables}; ")
    server.sql(schema(tables), f"bench_from_{tables}")
    server.sql(f"CREATE DATABASE bench_to_{tables} TEMPLATE bench_from_{tables};")
    server.sql(DIFFERENCES, f"bench_to_{tables}")
    return server.url(f"bench_from_{tables}"), server.url(f"bench_to_{tables}")


def differences(row, local, rounds=5):
    server = Server(local)
    try:
        with tempfile.TemporaryDirectory() as work:
            ours_command = lambda urls: [PGMASON, "-C", work, "diff", "--from", urls[0], "--to", urls[1]]
            urls = two_databases(server, 200)
            supabase = install_supabase()
            # Neither its telemetry nor its look for a newer version is what is timed.
            environment = {**os.environ, "HOME": work, "DO_NOT_TRACK": "1", "SUPABASE_TELEMETRY_DISABLED": "1"}
            peer_command = [supabase, "db", "diff", "--use-pg-delta", "--from", urls[0], "--to", urls[1]]
            ours, peer = [], []
            for round_number in range(rounds + 1):
                our_seconds, our_text = seconds(ours_command(urls))
                peer_seconds, peer_text = seconds(peer_command, env=environment, cwd=work)
                # Both found the differences, or it is no comparison.
                for name, text in (("pgmason", our_text), ("supabase", peer_text)):
                    if "extra" not in text or "note" not in text:
                        sys.exit(f"{name} did not find the differences:\n{text[-2000:]}")
                if round_number:
                    ours.append(our_seconds)
                    peer.append(peer_seconds)
            ratio = min(ours) / min(peer)
            row("`diff`, two databases of 200 tables", f"{min(ours):.2f} s", f"supabase (pg-delta) {min(peer):.2f} s", f"{ratio:.2f}", "≤ 0.3")
            urls = two_databases(server, 2000)
            figure = min(seconds(ours_command(urls))[0] for _ in range(3))
            row("`diff`, 2,000 tables, 5 differences", f"{figure:.2f} s", "–", "–", "≤ 3 s")
    finally:
        server.stop()


def drift(row, corpora):
    liam = pathlib.Path(corpora, "liam")
    with tempfile.TemporaryDirectory() as cache:
        server = supabase_server(pathlib.Path(cache), liam)
        try:
            url = server.fresh("pgmason_baseline")
            timed([PGMASON, "-C", liam, "migration", "apply", "--db", url])
            command = [PGMASON, "-C", liam, "drift", "--db", url]
            figure = min(seconds(command)[0] for _ in range(4))
            row("`drift`, 91 migrations of liam and their database, warm", f"{figure:.2f} s", "–", "–", "≤ 2.5 s")
        finally:
            server.stop()


def all_of_them(row):
    local = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    differences(row, local)
    if corpora := os.environ.get("PGMASON_CORPORA"):
        drift(row, corpora)


if __name__ == "__main__":
    all_of_them(lambda *cells: print("| " + " | ".join(cells) + " |", flush=True))
