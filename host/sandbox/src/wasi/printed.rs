//! Standard output and error: the beginning of what a guest prints, and nothing that waits or fails.

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// Most bytes kept of what one instance prints, for each of the two streams.
const PRINTED_BYTES: usize = 4 << 10;
/// How many bytes a guest may write before it has to ask again.
const WRITE_PERMIT: usize = 4096;

/// The beginning of what a guest printed to one stream. Clones share it: one is the state's, the others are in the streams
/// that the guest holds.
#[derive(Clone, Default)]
pub(crate) struct Printed(Arc<Mutex<Vec<u8>>>);

impl Printed {
    /// True when nothing was printed.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.lock().is_empty()
    }

    /// The text, safe to show.
    pub(crate) fn text(&self) -> String {
        gantry_core::escape_lines(&String::from_utf8_lossy(&self.0.lock()), PRINTED_BYTES)
    }

    /// Forgets it.
    pub(super) fn clear(&self) {
        self.0.lock().clear();
    }

    fn keep(&self, bytes: &[u8]) {
        let mut kept = self.0.lock();
        let room = PRINTED_BYTES.saturating_sub(kept.len());
        kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

impl OutputStream for Printed {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.keep(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_PERMIT)
    }
}

#[async_trait]
impl Pollable for Printed {
    async fn ready(&mut self) {}
}
