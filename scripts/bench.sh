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
exec python3 scripts/bench.py
