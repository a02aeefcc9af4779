#!/bin/sh
# Runs every test of the project.  Usage: sh tests/run.sh
#   1. makes sure that guests can be built (the wasm32-wasip2 target)
#   2. installs the compilers of the other plugin languages, outside the tree, once
#   3. cargo test over the whole workspace: unit tests, hostile guests, every language, end to end, crash tests
#   4. the example's story, as a newcomer runs it
# Needs cargo and rustc, node with npm, python3, a C compiler with make. The network is used for packages and, once, for
# the compilers.
set -eu
cd "$(dirname "$0")/.."

heading() { printf '\n== %s\n\n' "$*"; }

heading "guests' target: wasm32-wasip2"
sh tests/install-wasm-target.sh wasm32-wasip2

heading "compilers of the plugin languages"
GANTRY_TOOLS=$(sh tests/install-languages.sh)
export GANTRY_TOOLS

heading "tests of the workspace"
cargo test --workspace --locked

heading "story: examples/1-quick-win"
sh examples/1-quick-win/run.sh

heading "all tests passed"
