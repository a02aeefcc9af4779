//! The adapter for WASI preview 1, for modules that this command line builds itself.
//!
//! It was made for Go: the usual adapter asks Go's runtime for memory before the runtime is initialised. It suits C and
//! C++ as well: their components then import only standard error and `exit` if they print, and no files. It
//! stores twelve bytes at the address 4096. Go's linker places nothing there. Modules of C and C++ are linked with
//! their stack at the bottom of the memory, which reaches this address only shortly before it overflows.

use anyhow::anyhow;

const FILE: &str = "sdk/go/adapter/preview1.wasm";

/// A section that only Go's linker writes.
const GO_SECTION: &str = "go:buildid";

/// The adapter.
pub(super) fn small() -> anyhow::Result<&'static [u8]> {
    crate::embedded::file(FILE).ok_or_else(|| anyhow!("this gantry was built without {FILE}"))
}

/// The adapter for a module from an unknown toolchain: this one if Go built it, otherwise the usual one.
pub(super) fn of(module: &[u8]) -> anyhow::Result<Option<&'static [u8]>> {
    // With the usual adapter, a Go component would trap before its first message.
    gantry_component::has_section(module, GO_SECTION).then(small).transpose()
}
