//! The host's services. Inside the sandbox these are the contract's imports, called directly, so that an import that
//! a plugin doesn't use is not in its component. Natively they are stand-ins that tests and benchmarks fill.

#[cfg(target_family = "wasm")]
mod imports;
#[cfg(not(target_family = "wasm"))]
mod stand_in;

#[cfg(target_family = "wasm")]
pub use imports::Host;
#[cfg(not(target_family = "wasm"))]
pub use stand_in::Host;

#[cfg(target_family = "wasm")]
pub(crate) use imports::write_log;
#[cfg(not(target_family = "wasm"))]
pub(crate) use stand_in::write_log;
