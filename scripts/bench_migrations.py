"""Times `migration apply` against dbmate on the same statements, and `migration status` on 500 applied files.

Every server here keeps its promises to the disk: fsync, synchronous_commit and full_page_writes are on.
"""


import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PGMASON = ROOT / "target/release/pgmason"
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def install_dbmate():
    folder = ROOT / "target/bench-npm"
    program = folder / "node_modules/.bin/dbmate"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, "dbmate"], check=True)
    return program


class Server:
    """A server on TCP whose files belong to an unprivileged user, removed at the end."""

    def __init__(self, programs, data=None):
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.programs = pathlib.Path(programs)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pgmason-bench-"))
        self.data = self.folder / "data"
        self.port = free_port()
        if self.as_user:
            shutil.chown(self.folder, "postgres")
        if data is None:
            self.user = "bench"
            self.run([self.programs / "initdb", "-D", self.data, "-U", self.user, "-A", "trust", "--no-sync"])
        else:
            self.user = "supabase_admin"
            subprocess.run(["cp", "-a", data, self.data], check=True)
            (self.data / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.1/32 trust\n")
            if self.as_user:
                subprocess.run(["chown", "-R", "postgres", self.data], check=True)
        settings = (
            f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=on -c synchronous_commit=on "
            "-c full_page_writes=on"
        )
        # The overlay's programs are its own `postgres` and nothing else.
        control = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1] / "pg_ctl"
        self.control = [control, "-D", self.data, "-w"]
        self.run([*self.control, "-p", self.programs / "postgres", "-l", self.folder / "log", "-o", settings, "start"])

    def run(self, command):
        subprocess.run([*self.as_user, *command], check=True, cwd="/", **QUIET)

    def url(self, database):
        return f"postgres://{self.user}@127.0.0.1:{self.port}/{database}?sslmode=disable"

    def sql(self, sql, database="template1"):
        subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", self.url(database)], input=sql.encode(), check=True, **QUIET)

    def fresh(self, template):
        self.sql(f"DROP DATABASE IF EXISTS bench_run; CREATE DATABASE bench_run TEMPLATE {template};")
        return self.url("bench_run")

    def stop(self):
        self.run([*self.control, "-m", "immediate", "stop"])
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port():
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def dbmate_folder(source, folder):
    """The files as dbmate reads them: numbered, and with a marker that takes it out of the way of BEGIN and CONCURRENTLY."""
    target = folder / "db/migrations"
    target.mkdir(parents=True)
    files = sorted(source.glob("*/migration.sql")) or sorted(source.glob("*.sql"))
    for number, path in enumerate(files, 1):
        text = path.read_text(encoding="utf-8", errors="replace").lstrip("\ufeff")
        # The stand-in of pgvector borrows a method that knows no such parameter.
        text = re.sub(r"with \(lists = \d+\)", "", text)
        apart = re.search(r"(?im)\bCONCURRENTLY\b|^\s*BEGIN\s*;", re.sub(r"--.*", "", text))
        marker = "-- migrate:up" + (" transaction:false" if apart else "")
        name = path.parent.name if path.name == "migration.sql" else path.stem
        name = re.sub(r"[^a-z0-9]+", "_", re.sub(r"^[0-9]+_", "", name).lower())
        (target / f"{number:05}_{name}.sql").write_text(f"{marker}\n{text}\n-- migrate:down\n")
    return len(files)


def duel(server, template, folder, dbmate, rounds):
    """Both on fresh databases in turn; the minimum of each, in seconds."""
    ours, peer = [], []
    for _ in range(rounds):
        url = server.fresh(template)
        ours.append(timed([PGMASON, "-C", folder, "migration", "apply", "--db", url]))
        url = server.fresh(template)
        peer.append(timed([dbmate, "--no-dump-schema", "up"], env={**os.environ, "DATABASE_URL": url}, cwd=folder))
    return min(ours), min(peer)


def timed(command, **more):
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, **more)
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed:\n{done.stdout.decode()[-2600:]}\n{done.stderr.decode()[-2000:]}")
    return seconds


def migrations(row, rounds=5):
    local = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    dbmate = install_dbmate()
    corpora = os.environ.get("PGMASON_CORPORA")
    if corpora:
        for name, source, baseline in [
            ("liam", "liam/frontend/internal-packages/db/supabase/migrations", True),
            ("langfuse", "langfuse/packages/shared/prisma/migrations", False),
        ]:
            with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryDirectory() as work:
                server = supabase_server(pathlib.Path(cache), pathlib.Path(corpora, name)) if baseline else Server(local)
                try:
                    count = dbmate_folder(pathlib.Path(corpora, source), pathlib.Path(work))
                    template = "pgmason_baseline" if baseline else "template0"
                    ours, peer = duel(server, template, work, dbmate, rounds)
                    row(f"`migration apply`, {count} files of {name}", f"{ours:.2f} s", f"dbmate {peer:.2f} s", f"{ours / peer:.2f}", "≤ 1.0")
                finally:
                    server.stop()
    status(row, local)


def supabase_server(cache, project):
    """The scratch server's programs, with its stand-ins for extensions, on a copy of its prepared folder."""
    os.chmod(cache, 0o755)
    environment = {**os.environ, "PGMASON_CACHE_DIR": str(cache)}
    subprocess.run([PGMASON, "check", project, "--scratch", "local"], env=environment, check=False, **QUIET)
    programs = next(cache.glob("local-*/**/postgres")).parent
    return Server(programs, next(cache.glob("data-*-supabase-*")))


def status(row, local, files=500):
    server = Server(local)
    try:
        with tempfile.TemporaryDirectory() as work:
            folder = pathlib.Path(work, "migrations")
            folder.mkdir()
            for number in range(1, files + 1):
                text = f"CREATE TABLE t{number} (id bigint PRIMARY KEY, note text);\nCOMMENT ON TABLE t{number} IS 'x';\n"
                (folder / f"{number:05}_t{number}.sql").write_text(text)
            url = server.fresh("template0")
            timed([PGMASON, "-C", work, "migration", "apply", "--db", url])
            seconds = min(timed([PGMASON, "-C", work, "migration", "status", "--db", url]) for _ in range(7))
            row(f"`migration status`, {files} applied files", f"{seconds:.3f} s", "–", "–", "≤ 0.3 s")
    finally:
        server.stop()


if __name__ == "__main__":
    migrations(lambda *cells: print("| " + " | ".join(cells) + " |", flush=True))
