//! What the operator allows a plugin in one step: what it may use, what it may consume, and for how long one instance
//! of it lives. The configuration reads these and the sandbox keeps them.

use std::collections::BTreeSet;
use std::time::Duration;

/// What a plugin may use. Nothing unless granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// Names of the flow's tables it may read.
    pub lookup: BTreeSet<String>,
    /// Whether it may read the time of the batch.
    pub clock: bool,
}

/// What a plugin may consume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of one instance, in bytes.
    pub memory_bytes: usize,
    /// Wall clock of one call with a whole batch. A run that has to find the messages a plugin fails on makes several
    /// calls, and takes up to four times as long.
    pub deadline: Duration,
    /// Most outputs for one message.
    pub outputs: usize,
    /// Most payload and header bytes of all outputs of one message.
    pub output_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory_bytes: 64 << 20, deadline: Duration::from_secs(1), outputs: 1000, output_bytes: 8 << 20 }
    }
}

/// For how long an instance is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reuse {
    /// For one batch: nothing of it is left for the next.
    #[default]
    Fresh,
    /// For many batches of the same step.
    Warm {
        /// Most messages it sees before it is replaced; it ends its batch first.
        messages: u32,
        /// Linear memory, in bytes, beyond which it is replaced.
        memory_bytes: usize,
    },
}
