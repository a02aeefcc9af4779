//! Advances the engine's epoch at a steady pace, on a thread of its own: guest code compares the epoch with its
//! deadline at every loop and call, so a guest that never returns still ends, however busy the other threads are.
//!
//! Epochs count time, not wake-ups: on a loaded machine the thread wakes late, and then makes up for what it missed.
//! Counting wake-ups would stretch every deadline just when time is short.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use wasmtime::EngineWeak;

/// Stops and joins its thread when dropped.
pub(super) struct Ticker {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    pub(super) fn start(engine: EngineWeak, tick: Duration) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let run = move || {
            let start = Instant::now();
            let mut ticks = 0;
            while !stopped.load(Ordering::Acquire) {
                std::thread::park_timeout(tick);
                let Some(engine) = engine.upgrade() else { return };
                let due = start.elapsed().as_nanos() / tick.as_nanos().max(1);
                (ticks..due).for_each(|_| engine.increment_epoch());
                ticks = due;
            }
        };
        let thread = std::thread::Builder::new().name("gantry-epoch".into()).spawn(run)?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panicked ticker has nothing left to say, and drop has nobody to tell.
            let _ = thread.join();
        }
    }
}
