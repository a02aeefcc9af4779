//! An error of the engine, kept as it is but opaque: nothing above the sandbox depends on its kind or names the engine.

/// An error of the engine, shown with all its causes.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub struct EngineError(wasmtime::Error);

impl EngineError {
    pub(crate) const fn new(error: wasmtime::Error) -> Self {
        Self(error)
    }
}
