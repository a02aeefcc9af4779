//! The host's services. Inside the sandbox these are the contract's imports, called directly, so that an import that
//! a plugin doesn't use is not in its component. Natively they are stand-ins that tests and benchmarks fill; with the
//! feature `stand-in` also in a guest, which then runs in hosts that know nothing of the contract.

#[cfg(all(target_family = "wasm", not(feature = "stand-in")))]
mod imports;
#[cfg(any(not(target_family = "wasm"), feature = "stand-in"))]
mod stand_in;

#[cfg(all(target_family = "wasm", not(feature = "stand-in")))]
pub use imports::Host;
#[cfg(any(not(target_family = "wasm"), feature = "stand-in"))]
pub use stand_in::Host;

#[cfg(all(target_family = "wasm", not(feature = "stand-in")))]
pub(crate) use imports::{log_about, write_log};
#[cfg(any(not(target_family = "wasm"), feature = "stand-in"))]
#[cfg(all(target_family = "wasm", feature = "stand-in"))]
pub(crate) use stand_in::log_about;
#[cfg(any(not(target_family = "wasm"), feature = "stand-in"))]
pub(crate) use stand_in::write_log;
