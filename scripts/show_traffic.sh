#!/bin/sh
# Takes the restructuring of an example through all of its stages on a server under load, and back: no request may fail, and
# none may wait much longer than in the control run.
#
#   scripts/show_traffic.sh prefix|library [--with long-reader] [--max-stall 150] [--json] …
#
# `STAGES="commands"` runs only some. What follows the example goes to the traffic driver.
set -eu
cd "$(dirname "$0")/.."
example="$1"
shift
profile="${PROFILE:-release}"
if [ "$profile" = release ]; then cargo build --quiet --release --package pgmason --package xtask; fi
folder="examples/$example"
file="$folder/restructure/$example.toml"
code="$folder/restructure/code"
pgmason="target/$profile/pgmason restructure"
it="$example -C $folder --db {db} --yes"
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT

stages="${STAGES:-$(awk '/^\[\[stages\]\]/ { stage = 1 } stage && /^name = / { gsub(/"/, "", $3); print $3; stage = 0 }' "$file")}"
# Types of columns change: a statement that was prepared before fails once, whoever changes them, and drivers parse it again.
if [ "$example" = library ]; then set -- "$@" --parse-again; fi
# On the machine of whoever works, not on the server's.
set -- "$@" --run "old: nice -n 19 $pgmason rehearse $example -C $folder --db {db}"
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
    if [ -f "$code/$stage.back.sql" ]; then
        set -- "$@" --run "both/$stage: file: $code/$stage.back.sql"
    elif [ -f "$code/$stage.sql" ]; then
        # The same functions with the old names again, but for a result of the table's row type: the table is the new name.
        sed -e '/returns setof/! {' -e "$(sed -n 's/.*table = "\([a-z_0-9]*\)", to = "\([a-z_0-9]*\)".*/s|\\<public[.]\2\\>|public.\1|g/p' \
            "$file")" -e '}' "$code/$stage.sql" >"$before/$stage.sql"
        set -- "$@" --run "both/$stage: file: $before/$stage.sql"
    fi
    set -- "$@" --run "old/$stage: $pgmason rollback $it --stage $stage"
done
"target/$profile/xtask" traffic --setup "$folder" --restructure "$file" "$@"
