//! A full disk: nothing is acknowledged that is not on disk, nobody waits forever, and with space again everything
//! acknowledged is there. Needs the right to mount a small tmpfs; without it the test says so.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use futures_util::future::join_all;
use gantry_core::MessageState;
use gantry_core::clock::ManualClock;
use gantry_store::{FailureKind, StoreError};

use crate::support::{START, message, open};

const TOO_LONG: Duration = Duration::from_secs(120);

/// A small file system of its own; unmounted when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(megabytes: u32) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mounted = mount(&["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"], dir.path());
        mounted.then_some(Self(dir))
    }

    fn grow(&self, megabytes: u32) {
        assert!(mount(&["-o", &format!("remount,size={megabytes}m")], self.0.path()));
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

fn mount(options: &[&str], at: &Path) -> bool {
    Command::new("mount").args(options).arg(at).output().is_ok_and(|output| output.status.success())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let Some(disk) = SmallDisk::mount(24) else {
        eprintln!("NOT TESTED: a full disk. This needs the right to mount a tmpfs (run as root).");
        return;
    };
    let clock = ManualClock::at(START);
    let dir = disk.0.path().join("store");
    let store = open(&dir, &clock);

    let fill = async {
        let mut acknowledged = Vec::new();
        loop {
            let batch: Vec<_> = (0..16).map(|_| message("orders", None, vec![7u8; 20_000])).collect();
            let ids: Vec<_> = batch.iter().map(|new| new.envelope.message.id).collect();
            let answers = join_all(batch.into_iter().map(|new| store.enqueue(vec![new]))).await;
            for (id, answer) in ids.into_iter().zip(answers) {
                match answer {
                    Ok(_) => acknowledged.push(id),
                    Err(error) => return (acknowledged, error),
                }
            }
        }
    };
    let (acknowledged, error) =
        tokio::time::timeout(TOO_LONG, fill).await.expect("a full disk makes nobody wait forever");
    assert!(matches!(&error, StoreError::Unavailable(failure) if failure.kind == FailureKind::DiskFull), "{error:?}");
    assert!(!store.is_healthy());
    assert!(acknowledged.len() > 100, "{}", acknowledged.len());
    let refused = store.enqueue(vec![message("orders", None, "more")]).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))));
    let lease = store.lease(&"orders".parse().unwrap(), 1, 1).await;
    assert!(matches!(lease, Err(StoreError::Unavailable(_))));
    let closed = tokio::time::timeout(TOO_LONG, store.close()).await.expect("closing ends as well");
    assert!(closed.is_err());

    disk.grow(96);
    let store = open(&dir, &clock);
    for id in &acknowledged {
        let history = store.history(*id).await.unwrap().unwrap_or_else(|| panic!("{id} is lost"));
        assert_eq!(history.state, MessageState::Queued);
    }
    let mut left = acknowledged.len();
    while left > 0 {
        for leased in store.lease(&"orders".parse().unwrap(), 64, usize::MAX).await.unwrap() {
            assert_eq!(leased.envelope.message.payload.len(), 20_000);
            left -= usize::from(acknowledged.contains(&leased.envelope.message.id));
            crate::support::deliver(&store, leased).await;
        }
    }
    store.close().await.unwrap();
}
