//! The second half of a commit: waits until a group is on stable storage, then answers it.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use crate::disk::Disk;
use crate::health::Health;
use crate::pending::Pending;

/// The syncer thread: ends when the committer has ended.
pub(crate) fn run(disk: &Arc<Disk>, health: &Health, groups: &Receiver<Vec<Pending>>) {
    while let Ok(mut group) = groups.recv() {
        // Groups that were written out meanwhile are covered by the same sync.
        groups.try_iter().for_each(|more| group.extend(more));
        answer(disk, health, group);
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
