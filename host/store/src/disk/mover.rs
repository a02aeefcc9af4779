//! Moves changes from the log into the base, several segments at a time, so that a start reads a short log. What was set and
//! removed again within that time never reaches the base: most payloads don't.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::log::{LastSegment, Log, Spares};
use super::memtable::Memtable;
use super::segment;
use super::tables::Tables;
use crate::error::{Failure, FailureKind};
use crate::keys;

/// Full segments after which changes are moved.
pub(super) const SEGMENTS: usize = 4;

/// Bytes of memory after which changes are moved, at the end of a segment.
const MEMORY_BYTES: usize = 32 * 1024 * 1024;

/// Age after which changes are moved, so that what is deleted leaves the disk; and after which spare segments are removed.
const AGE: Duration = Duration::from_secs(600);

/// How often the age is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// A move that others wait for so long is nudged.
const NUDGE_AFTER: Duration = Duration::from_secs(2);

/// A move that others wait for so long has failed. Far longer than a loaded disk needs, because the store does not recover from it.
const FAIL_AFTER: Duration = Duration::from_secs(120);

/// The log, and what becomes of its changes.
pub(super) struct Mover {
    tables: Arc<Tables>,
    directory: PathBuf,
    log: Mutex<Log>,
    last_segment: Arc<LastSegment>,
    spares: Arc<Spares>,
    state: Mutex<State>,
    /// Notified when the state changes.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Since when there are changes that no move has begun with.
    since: Option<Instant>,
    /// The full segments that they take.
    full_segments: Vec<u64>,
    /// What is to be moved, or is being moved.
    job: Option<Job>,
    /// When the last move ended, if that may have left spare segments.
    moved: Option<Instant>,
    failure: Option<Failure>,
    ends: bool,
}

#[derive(Clone)]
struct Job {
    /// Everything in this segment and earlier ones.
    segment: u64,
    /// Those of them that are full.
    full_segments: Vec<u64>,
    changes: Arc<Memtable>,
}

impl Mover {
    /// Begins to move; first, what was found in the log.
    pub(super) fn start(
        tables: Arc<Tables>,
        directory: &Path,
        mut log: Log,
    ) -> Result<(Arc<Self>, JoinHandle<()>), Failure> {
        let mut state = State::default();
        if tables.has_changes() {
            state.job = Some(Job { segment: log.rotate()?, full_segments: Vec::new(), changes: tables.begin_move() });
        }
        let mover = Arc::new(Self {
            tables,
            directory: directory.to_owned(),
            last_segment: log.last_segment().clone(),
            spares: log.spares().clone(),
            log: Mutex::new(log),
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        let moving = mover.clone();
        let thread = std::thread::Builder::new().name("store-move".into()).spawn(move || moving.run())?;
        Ok((mover, thread))
    }

    /// The segment that is written to.
    pub(super) const fn last_segment(&self) -> &Arc<LastSegment> {
        &self.last_segment
    }

    /// Appends a write; waits if earlier ones are still being moved when these must be.
    pub(super) fn append(&self, changes: Vec<super::frame::Change>) -> Result<(), Failure> {
        let mut log = self.log.lock();
        if let Some(failure) = &self.state.lock().failure {
            return Err(failure.clone());
        }
        log.append(&changes)?;
        self.tables.put(changes);
        let mut state = self.state.lock();
        state.since.get_or_insert_with(Instant::now);
        if !log.is_segment_full() {
            return Ok(());
        }
        state.full_segments.push(log.segment_number());
        let must_move = state.full_segments.len() >= SEGMENTS || self.tables.active_bytes() >= MEMORY_BYTES;
        drop(state);
        if !must_move {
            log.rotate()?;
            return Ok(());
        }
        self.wait_until_idle()?;
        self.begin(&mut log)
    }

    /// Hands what was appended to the operating system.
    pub(super) fn write_out(&self) -> Result<(), Failure> {
        self.log.lock().write_out()
    }

    /// Moves everything that was appended so far.
    pub(super) fn move_all(&self) -> Result<(), Failure> {
        {
            let mut log = self.log.lock();
            self.wait_until_idle()?;
            if self.state.lock().since.is_some() {
                self.begin(&mut log)?;
            }
        }
        self.wait_until_idle()
    }

    /// Lets the thread end; what is not moved stays in the log.
    pub(super) fn end(&self) {
        self.state.lock().ends = true;
        self.changed.notify_all();
    }

    /// Begins to move what is in the log. Nothing is being moved then.
    fn begin(&self, log: &mut Log) -> Result<(), Failure> {
        let segment = log.rotate()?;
        let changes = self.tables.begin_move();
        let mut state = self.state.lock();
        state.since = None;
        let full_segments = std::mem::take(&mut state.full_segments);
        state.job = Some(Job { segment, full_segments, changes });
        self.changed.notify_all();
        Ok(())
    }

    /// Waits until nothing is being moved.
    pub(super) fn wait_until_idle(&self) -> Result<(), Failure> {
        let began = Instant::now();
        let mut nudges = 0;
        let mut state = self.state.lock();
        while state.job.is_some() && state.failure.is_none() {
            if !self.changed.wait_for(&mut state, NUDGE_AFTER).timed_out() {
                continue;
            }
            if began.elapsed() > FAIL_AFTER {
                let waited = began.elapsed();
                return Err(Failure::new(FailureKind::Stalled, format!("a write has not ended after {waited:?}")));
            }
            nudges += 1;
            tracing::warn!(seconds = began.elapsed().as_secs(), "a write to the store is slow");
            MutexGuard::unlocked(&mut state, || self.tables.base.nudge(nudges));
        }
        state.failure.clone().map_or(Ok(()), Err)
    }

    fn run(&self) {
        while let Some(job) = self.next_job() {
            let moved = super::guarded(|| self.carry_out(&job));
            let mut state = self.state.lock();
            state.job = None;
            state.moved = Some(Instant::now());
            state.failure = moved.err();
            if state.failure.is_none() {
                self.tables.end_move();
            }
            self.changed.notify_all();
        }
    }

    /// Waits for something to move; none: the end.
    fn next_job(&self) -> Option<Job> {
        let mut state = self.state.lock();
        loop {
            if state.ends || state.failure.is_some() {
                return None;
            }
            if let Some(job) = &state.job {
                return Some(job.clone());
            }
            if state.since.is_some_and(is_old) {
                // The log is locked before the state, as by those who append.
                let begun = MutexGuard::unlocked(&mut state, || self.begin_old());
                state.failure = begun.err();
            } else if state.moved.is_some_and(is_old) {
                state.moved = None;
                state.failure = self.spares.clear().err().map(Failure::from);
            } else {
                let _ = self.changed.wait_for(&mut state, LOOK_EVERY);
            }
        }
    }

    fn begin_old(&self) -> Result<(), Failure> {
        let mut log = self.log.lock();
        let is_idle = self.state.lock().job.is_none();
        if is_idle { self.begin(&mut log) } else { Ok(()) }
    }

    fn carry_out(&self, Job { segment, full_segments, changes }: &Job) -> Result<(), Failure> {
        let base = &self.tables.base;
        for (key, value) in changes.iter() {
            base.put(key, value.as_deref())?;
        }
        // Segments whose removal a power cut undoes are not read again.
        base.put(keys::MOVED, Some(&segment.to_be_bytes()))?;
        base.sync()?;
        for found in segment::find(&self.directory)?.into_iter().filter(|found| found.number <= *segment) {
            if full_segments.contains(&found.number) {
                self.spares.give(found)?;
            } else if !self.spares.have(found.number) {
                fs::remove_file(found.path)?;
            }
        }
        Ok(())
    }
}

fn is_old(since: Instant) -> bool {
    since.elapsed() >= AGE
}
