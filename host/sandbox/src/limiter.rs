//! Counts what an instance allocates, and refuses more at the limit.

use wasmtime::ResourceLimiter;

use crate::engine::tuning::{CORE_INSTANCES, MEMORIES, TABLE_ELEMENTS, TABLES};

/// Most handles one instance may hold: a Rust guest holds a handful, a language runtime some dozens.
pub(crate) const MAX_HANDLES: usize = 256;

/// The meter of one instance.
#[derive(Debug)]
pub(crate) struct Meter {
    /// Linear memory it may have, all memories together, in bytes.
    limit: usize,
    /// Linear memory it has. Memories never shrink, so this is the peak too.
    memory: usize,
    /// A growth was refused: when the guest then traps, this is why.
    pub(crate) refused: bool,
}

impl Meter {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { limit, memory: 0, refused: false }
    }

    /// The most linear memory it had, in bytes.
    pub(crate) const fn peak(&self) -> usize {
        self.memory
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.memory.saturating_add(desired.saturating_sub(current));
        let allowed = total <= self.limit && maximum.is_none_or(|maximum| desired <= maximum);
        if allowed {
            self.memory = total;
        } else {
            self.refused = true;
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, _: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let allowed = desired <= TABLE_ELEMENTS && maximum.is_none_or(|maximum| desired <= maximum);
        self.refused |= !allowed;
        Ok(allowed)
    }

    fn instances(&self) -> usize {
        CORE_INSTANCES as usize
    }

    fn tables(&self) -> usize {
        TABLES as usize
    }

    fn memories(&self) -> usize {
        MEMORIES as usize
    }
}
