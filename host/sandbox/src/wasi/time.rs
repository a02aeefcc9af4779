//! The clocks that `wasmtime-wasi` asks: a wall clock that stands still, and a monotonic clock that counts its readings.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

use super::moment::Moment;

/// How far the monotonic clock advances with each reading, so that a loop that waits for time to pass ends.
const NANOS_PER_READING: u64 = 1_000;
/// What the monotonic clock shows at first, a day: a program may ask what it showed an hour ago.
const FIRST_READING: u64 = 24 * 3600 * 1_000_000_000;

/// The wall clock of one call.
pub(super) struct Standing(pub(super) Moment);

impl HostWallClock for Standing {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        self.0.wall()
    }
}

/// The monotonic clock of one instance: each reading is later than the last, as runtimes expect. Clones are one clock.
#[derive(Clone, Default)]
pub(super) struct Readings(Arc<AtomicU64>);

impl HostMonotonicClock for Readings {
    fn resolution(&self) -> u64 {
        NANOS_PER_READING
    }

    fn now(&self) -> u64 {
        let readings = self.0.fetch_add(1, Ordering::Relaxed);
        FIRST_READING.saturating_add(readings.saturating_mul(NANOS_PER_READING))
    }
}
