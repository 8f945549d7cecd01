#!/bin/sh
# Renames 48 of the 56 tables of examples/prefix on a server under load, stage by stage to the end, and back: no request
# may fail, and none may wait much longer than in the control run. `STAGES="commands"` runs only some. What follows goes to
# the traffic driver: `--with long-reader`, `--max-stall 150`, `--json`.
set -eu
cd "$(dirname "$0")/.."
profile="${PROFILE:-release}"
if [ "$profile" = release ]; then cargo build --quiet --release --package pgmason --package xtask; fi
pgmason="target/$profile/pgmason restructure"
it="prefix -C examples/prefix --db {db} --yes"
code=examples/prefix/restructure/code
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT

stages="${STAGES:-system-tables commands ai-and-batch documents experts google-drive authentication remaining}"
set -- "$@" --run "old: $pgmason rehearse prefix -C examples/prefix --db {db}"
back=""
for stage in $stages; do
    back="$stage $back"
    set -- "$@" --run "both/$stage: $pgmason start $it --stage $stage"
    # The functions whose text names what is renamed follow while both names work.
    if [ -f "$code/$stage.sql" ]; then set -- "$@" --run "both/$stage: file: $code/$stage.sql"; fi
    set -- "$@" --run "new/$stage: $pgmason complete $it --stage $stage --no-soak --no-code"
done
for stage in $back; do
    set -- "$@" --run "new/$stage: $pgmason rollback $it --stage $stage --to-started"
    if [ -f "$code/$stage.sql" ]; then
        # The same functions with the old names again, but for a result of the table's row type: the table is the new name.
        sed -e '/returns setof/! {' -e "$(sed -n 's/.*table = "\([a-z_0-9]*\)", to = "\([a-z_0-9]*\)".*/s|\\<public[.]\2\\>|public.\1|g/p' \
            examples/prefix/restructure/prefix.toml)" -e '}' "$code/$stage.sql" >"$before/$stage.sql"
        set -- "$@" --run "both/$stage: file: $before/$stage.sql"
    fi
    set -- "$@" --run "old/$stage: $pgmason rollback $it --stage $stage"
done
"target/$profile/xtask" traffic --setup examples/prefix --restructure examples/prefix/restructure/prefix.toml "$@"
