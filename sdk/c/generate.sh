#!/bin/sh
# Writes what is generated and checked in: the bindings from wit/, and the tables of letters. The other tables of the
# data quality kit are written by sdk/quality/embed.py.
# Needs wit-bindgen 0.63 (cargo install wit-bindgen-cli --no-default-features --features c) and node.
set -eu
cd "$(dirname "$0")"

"${WIT_BINDGEN:-wit-bindgen}" c ../../wit --world enricher --rename-world plugin \
  --no-object-file --no-helpers --out-dir src/bindings
node tools/letters.mjs > src/quality/letters.inc
