//! The one `unsafe` of the sandbox: turning bytes of a cache entry into code that runs natively.
//!
//! `Component::deserialize` can't check that the bytes are what Cranelift once made; hostile bytes would execute with
//! all rights of the host. What makes the call sound is that the bytes were authenticated first: [`Authenticated`]
//! can only be made from bytes whose keyed MAC the caller has just verified, the key never leaves the host, and only
//! [`super::Cache`] writes entries, from components this very engine compiled. Version and settings of the engine are
//! covered by the MAC and checked once more by wasmtime.

#![expect(unsafe_code, reason = "deserialising precompiled code is unsafe by nature; argued above")]

use wasmtime::Engine;
use wasmtime::component::Component;

/// Bytes whose MAC under this host's key has been verified.
pub(super) struct Authenticated<'a>(&'a [u8]);

impl<'a> Authenticated<'a> {
    /// Call this only where the MAC has just been compared.
    pub(super) const fn after_mac(code: &'a [u8]) -> Self {
        Self(code)
    }
}

/// The component these bytes hold.
pub(super) fn deserialize(engine: &Engine, code: Authenticated<'_>) -> Result<Component, String> {
    // SAFETY: the bytes are unchanged output of `Component::serialize` of this host, as `Authenticated` witnesses.
    unsafe { Component::deserialize(engine, code.0) }.map_err(|error| format!("{error:#}"))
}
