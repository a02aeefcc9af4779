//! What the operator allows a plugin in one step: what it may use, what it may consume, and for how long one instance
//! of it lives. The configuration reads these and the sandbox enforces them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// What a plugin may use. Nothing unless granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// Names of the flow's tables it may read.
    pub lookup: BTreeSet<String>,
    /// Whether it may read the time of the batch.
    pub clock: bool,
    /// Folders it may read.
    pub files: Vec<FolderGrant>,
    /// Variables of its environment.
    pub env: BTreeMap<String, String>,
}

/// A folder that a plugin may read, with all that is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderGrant {
    /// Where it is.
    pub path: PathBuf,
    /// Where the plugin finds it: an absolute path.
    pub at: String,
}

/// What a plugin may consume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of one instance, in bytes.
    pub memory_bytes: usize,
    /// Longest time of one call with a whole batch. A run that has to find the messages on which a plugin fails makes
    /// several calls, and may take four times as long.
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

/// How long an instance is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reuse {
    /// For one batch; the next gets a new instance.
    #[default]
    Fresh,
    /// For many batches of the same step.
    Warm {
        /// After this many messages it is replaced, once its batch is done.
        messages: u32,
        /// Linear memory, in bytes, beyond which it is replaced.
        memory_bytes: usize,
    },
}
