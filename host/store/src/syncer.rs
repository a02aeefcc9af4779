//! The second half of a commit: waits until a group is on stable storage, then answers it. Between groups it monitors
//! the first half, because the engine can wait forever for a write that has failed.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::disk::Disk;
use crate::error::{Failure, FailureKind};
use crate::health::Health;
use crate::pending::Pending;

/// How often the write-out is checked.
const CHECK_EVERY: Duration = Duration::from_millis(500);
/// A write-out that takes longer is nudged.
const NUDGE_AFTER: Duration = Duration::from_secs(2);
/// A write-out that takes longer fails the store. Far longer than a loaded disk needs, because the store does not
/// recover from it.
const FAIL_AFTER: Duration = Duration::from_secs(120);

/// When the current write-out began, if one is in progress.
#[derive(Default)]
pub(crate) struct WriteOutWatch(Mutex<Option<Instant>>);

impl WriteOutWatch {
    /// Runs a write-out and records when it began.
    pub(crate) fn during<T>(&self, write_out: impl FnOnce() -> T) -> T {
        *self.0.lock() = Some(Instant::now());
        let result = write_out();
        *self.0.lock() = None;
        result
    }

    fn elapsed(&self) -> Option<Duration> {
        self.0.lock().map(|since| since.elapsed())
    }
}

/// The syncer thread: ends when the committer has ended.
pub(crate) fn run(disk: &Arc<Disk>, health: &Health, watch: &WriteOutWatch, groups: &Receiver<Vec<Pending>>) {
    let mut nudges = 0;
    loop {
        match groups.recv_timeout(CHECK_EVERY) {
            Ok(mut group) => {
                // Groups that were written out meanwhile are covered by the same sync.
                groups.try_iter().for_each(|more| group.extend(more));
                answer(disk, health, group);
            }
            Err(RecvTimeoutError::Timeout) => check_write_out(disk, health, watch, &mut nudges),
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

fn check_write_out(disk: &Disk, health: &Health, watch: &WriteOutWatch, nudges: &mut u64) {
    let Some(elapsed) = watch.elapsed() else { return };
    if elapsed > FAIL_AFTER {
        health.fail(&Failure::new(FailureKind::Stalled, format!("a write has not ended after {elapsed:?}")));
    } else if elapsed > NUDGE_AFTER {
        *nudges += 1;
        tracing::warn!(seconds = elapsed.as_secs(), "a write to the store is slow");
        disk.nudge(*nudges);
    }
}
