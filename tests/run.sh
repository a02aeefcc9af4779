#!/bin/sh
# Runs every test of the project and tells every failure.  Usage: sh tests/run.sh
#   1. makes sure that guests can be built (the wasm32-wasip2 target)
#   2. installs the compilers of the other plugin languages, outside the tree, once
#   3. cargo test over the whole workspace: unit tests, hostile guests, every language, end to end, crash tests
#   4. the example's story, as a newcomer runs it
# A test that fails stops no other; at the end all of them are listed, and the exit code is 1.
# Needs cargo and rustc, node with npm, python3, a C compiler with make. The network is used for packages and, once, for
# the compilers.
set -eu
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

heading() { printf '\n== %s\n\n' "$*"; }

# Runs a command, shows and keeps what it prints, and notes when it fails.
try() { # NAME COMMAND…
  name=$1
  shift
  heading "$name"
  began=$(date +%s)
  code=0
  { "$@" 2>&1 || echo $? > "$scratch/code"; } | tee -a "$scratch/printed"
  if [ -s "$scratch/code" ]; then code=$(cat "$scratch/code"); rm "$scratch/code"; failed=1; fi
  printf '%6d s  %s%s\n' "$(($(date +%s) - began))" "$name" \
    "$([ "$code" = 0 ] || printf ': FAILED with code %s' "$code")" >> "$scratch/parts"
}

# The names behind `failures:` of each binary that failed, how to run those binaries again, and the totals.
results() {
  awk '
    /^failures:$/ { names = 0; listing = 1; next }
    listing && /^    [^ ]/ { name[++names] = substr($0, 5); next }
    /^test result: / {
      passed += $4; failing += $6
      if ($3 == "FAILED.") for (n = 1; n <= names; n++) print "failed: " name[n]
      listing = names = 0
    }
    /^    `-p .*`$/ { gsub(/`/, ""); sub(/^ +/, ""); print "again:  cargo test " $0 }
    END { printf "%d tests passed, %d failed\n", passed, failing }
  ' "$scratch/printed"
}

heading "guests' target: wasm32-wasip2"
sh tests/install-wasm-target.sh wasm32-wasip2

heading "compilers of the plugin languages"
GANTRY_TOOLS=$(sh tests/install-languages.sh)
export GANTRY_TOOLS

try "tests of the workspace" cargo test --workspace --locked --no-fail-fast
try "story: examples/1-quick-win" sh examples/1-quick-win/run.sh

heading "summary"
results
cat "$scratch/parts"
if [ "$failed" != 0 ]; then heading "THERE ARE FAILURES"; exit 1; fi
heading "all tests passed"
