//! The locks that reserve a store for one process: ours on the file `lock`, and the engine's own on `db`.
//!
//! Both are `flock` locks, which belong to an open file, not to a process. A child process inherits every open file of
//! its parent until it calls `exec` (`O_CLOEXEC` closes them only then), and a lock ends only when the last copy of the
//! file is closed. Our lock is therefore released by unlocking, which ends it for all copies. Locks that can't be
//! unlocked are waited for: that of a host that was killed while it started a compiler, and the engine's, which the
//! engine releases by closing the file.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::OpenError;

/// The engine's log, which holds all data: where it is, there is a store.
pub(crate) const LOG_FILE: &str = "db";

/// How long to wait for a lock that the child of a killed process may still hold for a moment.
const CHILD_TIMEOUT: Duration = Duration::from_secs(1);

/// How long to wait for the engine's own lock, which its background threads may also hold for a moment after the
/// [`Store`](crate::Store) of this process is gone.
const ENGINE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait between two attempts.
const PAUSE: Duration = Duration::from_millis(5);

/// A lock that is held; dropping it releases it.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file alone would leave the lock with a child that is just being started.
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "a lock of the store could not be released; it ends when its file is closed");
        }
    }
}

/// Locks the store's directory for one `Store`.
pub(crate) fn take(dir: &Path) -> Result<Lock, OpenError> {
    let path = dir.join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|source| OpenError::Io { path: path.clone(), source })?;
    hold(file, &path, dir, CHILD_TIMEOUT)
}

/// Waits until the engine's lock is free; the engine itself tries only once.
pub(crate) fn await_engine(dir: &Path) -> Result<(), OpenError> {
    let path = dir.join(LOG_FILE);
    match File::open(&path) {
        Ok(file) => hold(file, &path, dir, ENGINE_TIMEOUT).map(drop),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(OpenError::Io { path, source }),
    }
}

fn hold(file: File, path: &Path, dir: &Path, timeout: Duration) -> Result<Lock, OpenError> {
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock(file)),
            Err(TryLockError::WouldBlock) if began.elapsed() < timeout => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Err(OpenError::InUse(dir.to_owned())),
            Err(TryLockError::Error(source)) => return Err(OpenError::Io { path: path.to_owned(), source }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    /// Far longer than any wait in a passing test.
    const TOO_LONG: Duration = Duration::from_secs(60);

    fn lock_file(dir: &Path) -> File {
        File::options().create(true).truncate(false).write(true).open(dir.join("lock")).unwrap()
    }

    /// A copy of the descriptor, as a child has it between `fork` and `exec`.
    fn inherited(lock: &Lock) -> File {
        lock.0.try_clone().unwrap()
    }

    #[test]
    fn a_released_lock_is_free_although_a_child_that_is_being_started_has_its_file() {
        let dir = tempfile::tempdir().unwrap();
        let lock = take(dir.path()).unwrap();
        let child = inherited(&lock);
        drop(lock);
        let again = hold(lock_file(dir.path()), &dir.path().join("lock"), dir.path(), Duration::ZERO);
        assert!(again.is_ok(), "{again:?}");
        drop(child);
    }

    #[test]
    fn waiting_for_the_engine_leaves_its_lock_free_for_it() {
        let dir = tempfile::tempdir().unwrap();
        let engine = File::create(dir.path().join("db")).unwrap();
        await_engine(dir.path()).unwrap();
        engine.try_lock().unwrap();
    }

    #[test]
    fn a_lock_that_only_a_child_of_a_killed_process_has_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let file = lock_file(dir.path());
        file.try_lock().unwrap();
        // The child has the only descriptor of the locked file once `file` is gone, until its input ends.
        let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::from(file)).spawn().unwrap();
        let path = dir.path().join("lock");
        let refused = hold(lock_file(dir.path()), &path, dir.path(), Duration::ZERO);
        assert!(matches!(refused, Err(OpenError::InUse(_))), "{refused:?}");
        let taken = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| hold(lock_file(dir.path()), &path, dir.path(), TOO_LONG));
            drop(child.stdin.take());
            waiting.join().unwrap()
        });
        assert!(taken.is_ok(), "{taken:?}");
        child.wait().unwrap();
    }
}
