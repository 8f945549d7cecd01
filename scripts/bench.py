"""Times pgmason against its peers and prints one table: figure, peer, ratio, target."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import bench_diff
import bench_migrations

ROOT = pathlib.Path(__file__).resolve().parent.parent
PGMASON = ROOT / "target/release/pgmason"
ROWS = []


def seconds(command, runs=7, environment=None):
    """Wall time of whole processes, in seconds: the minimum of several runs, after one that warms up."""
    times = []
    for run in range(runs + 1):
        started = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, check=False)
        if run > 0:
            times.append(time.perf_counter() - started)
    return min(times)


def pair(ours, peer, runs=5):
    """Both commands in turn, so that noise hits both: minimum of each."""
    our_times, peer_times = [], []
    for _ in range(runs):
        our_times.append(seconds(ours, runs=1))
        peer_times.append(seconds(peer, runs=1))
    return min(our_times), min(peer_times)


def row(what, figure, peer, ratio, target):
    ROWS.append((what, figure, peer, ratio, target))
    print(f"| {what} | {figure} | {peer} | {ratio} | {target} |", flush=True)


def absolute(what, figure, target):
    row(what, f"{figure:.2f} s", "–", "–", f"≤ {target} s")


def corpora():
    folder = os.environ.get("PGMASON_CORPORA")
    if not folder:
        print("PGMASON_CORPORA is not set: the benchmarks on real projects are left out", file=sys.stderr)
        return
    liam = f"{folder}/liam"
    for engine, target in (("embedded", 2), ("local", 1)):
        figure = seconds([PGMASON, "check", liam, "--scratch", engine])
        absolute(f"`check`, 91 migrations, {engine}", figure, target)
    squawk = install_squawk()
    files = sorted(str(path) for path in pathlib.Path(folder, "dhg/supabase/migrations").rglob("*.sql"))
    ours, peer = pair([PGMASON, "check", f"{folder}/dhg", "--files-only"], [squawk, *files])
    row(f"`check --files-only`, {len(files)} files", f"{ours:.3f} s", f"squawk {peer:.3f} s", f"{ours / peer:.2f}", "≤ 1.0")


def install_squawk():
    folder = ROOT / "target/bench-venv"
    program = folder / "bin/squawk"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin/pip", "install", "--quiet", "squawk-cli"], check=True)
    return program


def scratch():
    example = ROOT / "target/release/examples/first_answer"
    absolute("first answer of a prepared scratch, embedded", seconds([example]), 0.4)
    with tempfile.TemporaryDirectory() as cache:
        os.chmod(cache, 0o755)
        started = time.perf_counter()
        environment = {**os.environ, "PGMASON_CACHE_DIR": cache}
        subprocess.run([example], env=environment, stderr=subprocess.DEVNULL, check=True)
        absolute("first run ever: unpack, initdb, baseline", time.perf_counter() - started, 4)


def large_schema():
    bin_folder = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pgmason-bench-"))
    if as_user:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    run = lambda command, **more: subprocess.run([*as_user, *command], check=True, stdout=subprocess.DEVNULL, **more)
    run([bin_folder / "initdb", "-D", data, "-U", "bench", "-A", "trust", "--no-sync"])
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c max_locks_per_transaction=4096"
    run([bin_folder / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"])
    try:
        url = f"postgres:///postgres?host={folder}&user=bench"
        schema = (ROOT / "crates/pg/tests/support/large_schema.sql").read_bytes()
        subprocess.run([bin_folder / "psql", url, "-q"], input=schema, check=True, stdout=subprocess.DEVNULL)
        ours, peer = pair(
            [ROOT / "target/release/examples/introspect", url],
            [bin_folder / "pg_dump", "--schema-only", "-f", "/dev/null", url],
            runs=4,
        )
        row("read 10,000 tables, 20,000 indexes, 10,000 policies", f"{ours:.2f} s", f"pg_dump {peer:.2f} s", f"{ours / peer:.2f}", "≤ 0.7")
    finally:
        run([bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


print("| | pgmason | peer | ratio | target |\n|---|---|---|---|---|")
scratch()
corpora()
large_schema()
bench_migrations.migrations(row)
bench_diff.all_of_them(row)
(ROOT / "target/bench.json").write_text(json.dumps(ROWS, ensure_ascii=False, indent=1))
