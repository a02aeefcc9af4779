//! The second half of a commit: waits until a group is on stable storage, then answers it. Between groups it watches
//! over the first half, because the engine can wait forever for a write that has failed.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::disk::Disk;
use crate::error::{Failure, FailureKind};
use crate::health::Health;
use crate::pending::Pending;

/// How often the write-out is looked after.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A write-out that takes longer is nudged.
const NUDGE_AFTER: Duration = Duration::from_secs(2);
/// A write-out that takes longer is given up. Far beyond what a loaded disk needs, for nothing comes after it.
const GIVE_UP_AFTER: Duration = Duration::from_secs(120);

/// Since when a write-out is under way.
#[derive(Default)]
pub(crate) struct WriteOutWatch(Mutex<Option<Instant>>);

impl WriteOutWatch {
    /// Runs a write-out under watch.
    pub(crate) fn during<T>(&self, write_out: impl FnOnce() -> T) -> T {
        *self.0.lock() = Some(Instant::now());
        let result = write_out();
        *self.0.lock() = None;
        result
    }

    fn lasts(&self) -> Option<Duration> {
        self.0.lock().map(|since| since.elapsed())
    }
}

/// The syncer thread: ends when the committer has ended.
pub(crate) fn run(disk: &Arc<Disk>, health: &Health, watch: &WriteOutWatch, groups: &Receiver<Vec<Pending>>) {
    let mut nudges = 0;
    loop {
        match groups.recv_timeout(LOOK_EVERY) {
            Ok(mut group) => {
                // Whatever was written out meanwhile is covered by the same sync.
                groups.try_iter().for_each(|more| group.extend(more));
                answer(disk, health, group);
            }
            Err(RecvTimeoutError::Timeout) => look_after(disk, health, watch, &mut nudges),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn answer(disk: &Disk, health: &Health, group: Vec<Pending>) {
    // After one failed sync the kernel has dropped the pages: a later success would prove nothing.
    let outcome = health.failure().map_or_else(|| disk.sync(), Err);
    if let Err(failure) = &outcome {
        health.fail(failure);
    }
    group.into_iter().for_each(|pending| pending.complete(outcome.clone()));
}

fn look_after(disk: &Disk, health: &Health, watch: &WriteOutWatch, nudges: &mut u64) {
    let Some(lasts) = watch.lasts() else { return };
    if lasts > GIVE_UP_AFTER {
        health.fail(&Failure::new(FailureKind::Stalled, format!("a write has not ended after {lasts:?}")));
    } else if lasts > NUDGE_AFTER {
        *nudges += 1;
        tracing::warn!(seconds = lasts.as_secs(), "a write to the store takes long");
        disk.nudge(*nudges);
    }
}
