#!/bin/sh
# Prints speeds as ratios against real peers, measured in the same run. Needs python3 with venv, npm, and local
# PostgreSQL; PGMASON_CORPORA names real projects, without which the two benchmarks on them are left out.
set -eu
cd "$(dirname "$0")/.."
cargo build --quiet --release --package pgmason
cargo build --quiet --release --package pgmason-scratch --example first_answer
cargo build --quiet --release --package pgmason-pg --example introspect
# Rows per second of a backfill, as a ratio to one plain UPDATE of the same rows.
cargo run --quiet --release --package xtask -- backfill
# Requests that fail or wait while a schema is restructured under load; the longest stall against a control run.
scripts/show_traffic.sh prefix --settle 1 --max-stall 150
scripts/show_traffic.sh library --settle 1 --max-stall 150
exec python3 scripts/bench.py
