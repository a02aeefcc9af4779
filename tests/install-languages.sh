#!/bin/sh
# Installs the compilers of every plugin language, in the versions the SDKs pin, outside the tree, and prints the folder
# they are in.  Usage: export GANTRY_TOOLS=$(sh tests/install-languages.sh)
#   bin/     what is to be on the PATH: esbuild, componentize-qjs, tsc, prettier, componentize-py, zig, and go where the
#            machine has none that is new enough
#   node/    npm, by sdk/js/package-lock.json
#   python/  a virtual environment, by sdk/python/requirements.txt and sdk/c/requirements.txt
# What is there already, by the same lock files, is left alone. Needs node with npm, and python3 with venv.
set -eu
cd "$(dirname "$0")/.."

tools=${GANTRY_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/gantry-languages}
go_at_least=24 # 1.24: exported functions and reactors for WebAssembly
say() { echo "install-languages: $*" >&2; }
need() { command -v "$1" >/dev/null || { say "$1 is missing: $2"; exit 1; }; }

# True when this part was installed from exactly these files.
current() { # PART FILE…
  part=$1; shift
  wanted=$(cat "$@" | cksum)
  [ "$(cat "$tools/$part.lock" 2>/dev/null)" = "$wanted" ]
}
done_with() { echo "$wanted" > "$tools/$1.lock"; }

mkdir -p "$tools/bin"

if ! current node sdk/js/package.json sdk/js/package-lock.json; then
  need npm "install Node.js 20 or newer"
  say "JavaScript: npm ci"
  rm -rf "$tools/node"; mkdir -p "$tools/node"
  cp sdk/js/package.json sdk/js/package-lock.json "$tools/node"
  (cd "$tools/node" && npm ci --no-audit --no-fund --ignore-scripts >&2)
  for tool in esbuild componentize-qjs tsc prettier; do ln -sf "../node/node_modules/.bin/$tool" "$tools/bin/$tool"; done
  done_with node
fi

if ! current python sdk/python/requirements.txt sdk/c/requirements.txt; then
  need python3 "install Python 3.11 or newer"
  say "Python, C and C++: pip install"
  rm -rf "$tools/python"
  python3 -m venv "$tools/python"
  "$tools/python/bin/pip" install --quiet --disable-pip-version-check --require-hashes \
    -r sdk/python/requirements.txt -r sdk/c/requirements.txt >&2
  ln -sf ../python/bin/componentize-py "$tools/bin/componentize-py"
  printf '#!/bin/sh\nexec "%s" -m ziglang "$@"\n' "$tools/python/bin/python" > "$tools/bin/zig"
  chmod +x "$tools/bin/zig"
  done_with python
fi

minor=$(go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
if [ "${minor:-0}" -lt "$go_at_least" ] && ! current go sdk/go/requirements.txt; then
  say "Go: pip install"
  "$tools/python/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r sdk/go/requirements.txt >&2
  for tool in go gofmt; do ln -sf "../python/bin/$tool" "$tools/bin/$tool"; done
  done_with go
fi

echo "$tools"
