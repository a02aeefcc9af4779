//! What a component's bytes are: code, data, or neither.

use wasmparser::{Parser, Payload};

use crate::error::ComponentError;
use crate::sections::invalid;

/// What a component is made of, over all modules nested in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Core modules.
    pub modules: usize,
    /// Bytes of functions: what the host compiles.
    pub code: usize,
    /// Bytes of data: what an instance's memory begins with.
    pub data: usize,
}

/// Adds up a component's code and data.
///
/// # Errors
/// When the bytes are no WebAssembly.
pub fn sizes(bytes: &[u8]) -> Result<Sizes, ComponentError> {
    let mut sizes = Sizes::default();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(invalid)? {
            Payload::ModuleSection { .. } => sizes.modules += 1,
            Payload::CodeSectionStart { range, .. } => sizes.code += range.len(),
            Payload::DataSection(section) => sizes.data += section.range().len(),
            _ => {}
        }
    }
    Ok(sizes)
}
