//! The only `unsafe` of the sandbox: turning compiled bytes into code that runs natively.
//!
//! `Component::deserialize` can't check that Cranelift made the bytes; hostile bytes would run with all rights of the
//! host. The call is sound because of where the bytes come from. [`Trusted`] can be made in two ways only, each with its
//! argument:
//!
//! - **From the cache, after its MAC.** The key never leaves the host, and only [`crate::cache::Cache`] writes entries,
//!   from code this host's engine compiled. Version and settings of the engine are covered by the MAC.
//! - **From the compiler's process**, through a pipe whose other end only that process holds. It runs this very program
//!   (on Linux `/proc/self/exe`, the file that is running now, whatever lies at its path today), which the host
//!   started itself, with arguments that contain nothing of the component. The bytes are never in a file, so nobody
//!   else can replace them. The risk that a component makes Cranelift itself emit wrong code is the same as in process.
//!
//! In both cases wasmtime checks version and settings of the engine once more.

#![expect(unsafe_code, reason = "deserialising precompiled code is unsafe by nature; argued above")]

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::engine_error::EngineError;

/// Bytes that our own compiler made.
pub(crate) struct Trusted<'a>(&'a [u8]);

impl<'a> Trusted<'a> {
    /// Call this only after the MAC has been compared.
    pub(crate) const fn after_mac(code: &'a [u8]) -> Self {
        Self(code)
    }

    /// Call this only with what came through the pipe of a compiler that ended with success.
    pub(crate) const fn from_own_compiler(code: &'a [u8]) -> Self {
        Self(code)
    }
}

/// The component these bytes hold.
pub(crate) fn deserialize(engine: &Engine, code: Trusted<'_>) -> Result<Component, EngineError> {
    // SAFETY: the bytes are unchanged output of Cranelift under this program's settings, as `Trusted` witnesses.
    unsafe { Component::deserialize(engine, code.0) }.map_err(EngineError::new)
}
