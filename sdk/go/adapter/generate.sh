#!/bin/sh
# Makes preview1.wasm from preview1.wat and the WIT beside it. Needs `wasm-tools` (1.259 or newer), or the program that
# WASM_TOOLS names.
set -eu
cd "$(dirname "$0")"
"${WASM_TOOLS:-wasm-tools}" component embed --world adapter wit preview1.wat --output preview1.wasm
