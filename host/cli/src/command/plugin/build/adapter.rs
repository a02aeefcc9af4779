//! What stands in for WASI's first preview in modules whose toolchain this command line drives itself.
//!
//! It was made for Go, whose runtime the usual adapter asks for memory before there is any, and it suits C and C++ as
//! well: their components then import standard error and `exit` where they print, and no files or clocks. It keeps
//! twelve bytes at the address 4096. Go's linker places nothing there; modules of C and C++ are linked with their stack
//! at the bottom, where 4096 bytes are left only to a stack that is about to overflow.

use anyhow::anyhow;

const FILE: &str = "sdk/go/adapter/preview1.wasm";

/// The section in which Go's linker leaves its mark.
const MARK: &str = "go:buildid";

/// The adapter.
pub(super) fn small() -> anyhow::Result<&'static [u8]> {
    crate::kit::file(FILE).ok_or_else(|| anyhow!("this gantry was built without {FILE}"))
}

/// The adapter that a module of unknown origin needs: this one if Go made it, else the usual one.
pub(super) fn of(module: &[u8]) -> anyhow::Result<Option<&'static [u8]>> {
    // Never the usual one for Go: the component would trap before its first message.
    gantry_component::has_section(module, MARK).then(small).transpose()
}
