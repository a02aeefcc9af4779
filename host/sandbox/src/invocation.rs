//! What a plugin is called with, message by message.

use gantry_core::Message;

/// One message to be transformed.
#[derive(Clone, Copy, Debug)]
pub struct Invocation<'a> {
    /// The message.
    pub message: &'a Message,
    /// Which run this is, from 1.
    pub attempt: u32,
}
