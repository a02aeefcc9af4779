#!/bin/sh
# Runs every test of the project.  Usage: sh tests/run.sh
#   1. makes sure that guests can be built (the wasm32-wasip2 target)
#   2. cargo test over the whole workspace: unit tests, hostile guests, end to end, crash tests
#   3. the example's story, as a newcomer runs it
# Needs cargo and rustc. The network is used for crates and, once, for the wasm target.
set -eu
cd "$(dirname "$0")/.."

heading() { printf '\n== %s\n\n' "$*"; }

heading "guests' target: wasm32-wasip2"
sh tests/install-wasm-target.sh wasm32-wasip2

heading "tests of the workspace"
cargo test --workspace --locked

heading "story: examples/1-quick-win"
sh examples/1-quick-win/run.sh

heading "all tests passed"
