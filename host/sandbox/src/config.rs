//! What the sandbox may use of the machine, as the composition root states it.

use std::time::Duration;

use crate::cache::CacheConfig;
use crate::compile::CompilerProcess;

/// What the sandbox may use of the machine. `SandboxConfig::default()` suits a host of a few cores.
#[derive(Clone, Debug)]
pub struct SandboxConfig {
    /// Where compiled code is kept; none compiles at every start.
    pub cache: Option<CacheConfig>,
    /// The process that compiles. None compiles in this process, which is only for one's own components: compiling a
    /// hostile one may take minutes and all memory.
    pub compiler: Option<CompilerProcess>,
    /// Most instances alive at once. Each thread inside [`PreparedStep::run`](crate::PreparedStep::run) has one, and up
    /// to half of them may wait warm between batches, so twice the number of threads is enough. More cost address
    /// space, not memory.
    pub instances: u32,
    /// The most linear memory any step's limits may ask for, in bytes; at most 4 GiB.
    pub max_memory_bytes: usize,
    /// How often deadlines are checked: a call may exceed its deadline by up to two of these.
    pub tick: Duration,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self { cache: None, compiler: None, instances: 64, max_memory_bytes: 1 << 30, tick: Duration::from_millis(5) }
    }
}
