#!/bin/sh
# The quick-win example: builds Gantry, two plugins and the stand-in shop, CRM and ERP, then plays the story.
# Usage: sh examples/1-quick-win/run.sh [--stay]
#   --stay   leave everything running at the end, until Ctrl-C
# Ends by itself with exit code 0 when nothing was lost and every success criterion was met.
set -eu

say() { printf '%s\n' "$*" >&2; }
die() { say "quick-win: $*"; exit 1; }

case ${1-} in
  '' | --stay) ;;
  -h | --help) sed -n '2,5s/^# //p' "$0"; exit 0 ;;
  *) die "unknown option $1; the only one is --stay" ;;
esac

example=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
repository=$(CDPATH='' cd -- "$example/../.." && pwd -P)
work=$repository/target/example-1-quick-win
here=$(pwd -P)

# What the story can't do without, said before anything takes long.
command -v cargo >/dev/null 2>&1 ||
  die "cargo is not installed. Install Rust (https://rust-lang.org/tools/install), open a new shell and try again."
command -v cc >/dev/null 2>&1 ||
  die "there is no C compiler \`cc\`, which Rust needs for linking. Debian, Ubuntu: apt-get install build-essential; macOS: xcode-select --install"
wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$repository/Cargo.toml")
present=$(rustc --version | sed 's/^rustc \([0-9]*\.[0-9]*\).*/\1/')
[ "$(printf '%s\n%s\n' "$wanted" "$present" | sort -t. -k1,1n -k2,2n | head -n 1)" = "$wanted" ] ||
  die "Rust $wanted or newer is needed, this is $present. Update it, for instance with: rustup update stable"

case ${CARGO_TARGET_DIR-} in
  '' | /*) ;;
  *) CARGO_TARGET_DIR=$here/$CARGO_TARGET_DIR; export CARGO_TARGET_DIR ;;
esac
cd "$repository"
target=$(cargo metadata --format-version 1 --no-deps --offline 2>/dev/null | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
[ -n "$target" ] || target=${CARGO_TARGET_DIR:-$repository/target}

say "1/4  The WebAssembly target wasm32-wasip2"
sh tests/install-wasm-target.sh wasm32-wasip2
say "2/4  Gantry and the stand-in systems (the first build takes some minutes: it compiles a compiler)"
# Beside it, what the plugins need: the compiler of Gantry's compiler leaves a processor idle now and then.
cargo build --quiet --locked --profile plugin --target wasm32-wasip2 -p order-to-erp -p customer-to-erp &
beside=$!
trap 'kill "$beside" 2>/dev/null || :' EXIT
# The two binaries and nothing else, without jemalloc, which alone takes minutes. `cargo test --workspace` then compiles none
# of their dependencies again: a test of the house holds that this line chooses the same features.
cargo build --locked --no-default-features -p gantry -p gantry-example-quick-win
wait "$beside"
say "3/4  The plugins"
for plugin in order-to-erp customer-to-erp; do
  "$target/debug/gantry" plugin build "plugins/$plugin"
done
say "4/4  The story"

# In the background, so that this shell can pass on a signal at once.
story=
trap 'trap - EXIT; [ -z "$story" ] || { kill "$story" 2>/dev/null && wait "$story" 2>/dev/null; } || :' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
cd "$here"
"$target/debug/quick-win" story --gantry "$target/debug/gantry" --example "$example" --work "$work" "$@" &
story=$!
code=0
wait "$story" || code=$?
story=
exit "$code"
