//! Passes every message on as it came: payload (text or bytes), content type and headers.
//!
//! For tests of what surrounds a plugin, for measuring what the sandbox itself costs, and as the smallest example.

use gantry_sdk::prelude::*;

/// The mapping.
pub fn map(message: Message, _: &Context) -> Result<Output, Refusal> {
    Ok(Output::unchanged(message))
}

gantry_sdk::plugin!(map);
