//! The one `unsafe` of the sandbox: turning compiled bytes into code that runs natively.
//!
//! `Component::deserialize` can't check that the bytes are what Cranelift once made; hostile bytes would execute with
//! all rights of the host. What makes the call sound is where the bytes come from, and [`Trusted`] can be made in two
//! ways only, each with its argument:
//!
//! - **From the cache, after its MAC.** The key never leaves the host, and only [`crate::cache::Cache`] writes entries,
//!   from code this host's engine compiled. Version and settings of the engine are covered by the MAC.
//! - **From the compiler's process**, through a pipe whose other end only that process holds. It runs this very program
//!   (on Linux `/proc/self/exe`, the file that is running now, whatever lies at its path today), which the host
//!   started itself, with arguments that hold nothing of the component. The bytes never touch a file, so nobody else
//!   can put others in their place. That a component talks Cranelift itself into emitting wrong code is no less
//!   possible than in process, and no more.
//!
//! Wasmtime checks version and settings of the engine once more in both cases.

#![expect(unsafe_code, reason = "deserialising precompiled code is unsafe by nature; argued above")]

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::engine_error::EngineError;

/// Bytes that our own compiler made.
pub(crate) struct Trusted<'a>(&'a [u8]);

impl<'a> Trusted<'a> {
    /// Call this only where the MAC has just been compared.
    pub(crate) const fn after_mac(code: &'a [u8]) -> Self {
        Self(code)
    }

    /// Call this only with what came through the pipe of a compiler that ended well.
    pub(crate) const fn from_own_compiler(code: &'a [u8]) -> Self {
        Self(code)
    }
}

/// The component these bytes hold.
pub(crate) fn deserialize(engine: &Engine, code: Trusted<'_>) -> Result<Component, EngineError> {
    // SAFETY: the bytes are unchanged output of Cranelift under this program's settings, as `Trusted` witnesses.
    unsafe { Component::deserialize(engine, code.0) }.map_err(EngineError::new)
}
