//! The second half of a commit: waits until a group is on stable storage, then answers it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::disk::Disk;
use crate::health::Health;
use crate::pending::Pending;

/// What nobody waits for, mostly settlements, is on stable storage so soon: after a power cut it would happen again.
const SYNC_WITHIN: Duration = Duration::from_millis(200);

/// The syncer thread: ends when the committer has ended.
pub(crate) fn run(disk: &Arc<Disk>, health: &Health, groups: &Receiver<Vec<Pending>>) {
    loop {
        match groups.recv_timeout(SYNC_WITHIN) {
            Ok(mut group) => {
                // Groups that were written out meanwhile are covered by the same sync.
                groups.try_iter().for_each(|more| group.extend(more));
                answer(disk, health, group);
            }
            Err(RecvTimeoutError::Timeout) if disk.has_unsynced() => answer(disk, health, Vec::new()),
            Err(RecvTimeoutError::Timeout) => {}
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
