//! Group commit. One thread takes all waiting requests, runs them as steps of one [`Draft`], applies it as one batch
//! and writes it out. The `syncer` thread then waits for the disk and answers, while this one prepares the next group.
//!
//! ```text
//! callers ──steps──▶ committer: draft → apply → write out ──groups──▶ syncer: fdatasync → effects → answers
//! ```
//!
//! A request that need not wait for the disk ([`Durability::Ordered`]) is answered once its group is applied. It may be
//! lost in a crash, but no later write survives without it, and it never survives without the earlier ones.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};
use std::thread::JoinHandle;

use gantry_core::Clock;
use tokio::sync::{mpsc, oneshot};

use crate::disk::Disk;
use crate::draft::Draft;
use crate::error::{Failure, StoreError};
use crate::flows::Flows;
use crate::health::Health;
use crate::pending::{Durability, Pending};
use crate::syncer;

/// Requests that may wait for the committer; beyond that, callers wait to send theirs.
const WAITING_REQUESTS: usize = 4096;
/// Most requests in one group: bounds how long the first of them waits for the rest.
const GROUP_REQUESTS: usize = 1024;
/// Groups written out that may wait for the syncer; it takes all of them with one `fdatasync`.
const WAITING_GROUPS: usize = 4;

type Job = Box<dyn FnOnce(&mut Draft<'_>) -> Option<Pending> + Send>;

enum Request {
    Run(Job),
    Close,
}

/// Where requests are handed in.
#[derive(Clone)]
pub(crate) struct Committer {
    requests: mpsc::Sender<Request>,
    health: Arc<Health>,
}

/// The two threads, to be joined after [`Committer::close`].
pub(crate) struct Threads {
    committer: JoinHandle<()>,
    syncer: JoinHandle<()>,
}

impl Threads {
    /// Waits until both have ended; blocks.
    pub(crate) fn join(self) {
        // A panic of either was recorded as the store's failure already.
        let _ = self.committer.join();
        let _ = self.syncer.join();
    }
}

impl Committer {
    /// Starts the threads; `next_seq` is the first number for a new message.
    pub(crate) fn start(
        disk: &Arc<Disk>,
        flows: &Arc<Flows>,
        health: &Arc<Health>,
        clock: &Arc<dyn Clock>,
        next_seq: u64,
    ) -> std::io::Result<(Self, Threads)> {
        let (requests, incoming) = mpsc::channel(WAITING_REQUESTS);
        let (groups, written_out) = std::sync::mpsc::sync_channel(WAITING_GROUPS);
        let syncer = spawn_syncer(disk.clone(), health.clone(), written_out)?;
        let worker = Worker {
            incoming,
            groups,
            disk: disk.clone(),
            flows: flows.clone(),
            health: health.clone(),
            clock: clock.clone(),
            next_seq,
        };
        let committer = std::thread::Builder::new().name("store-commit".into()).spawn(move || worker.run())?;
        Ok((Self { requests, health: health.clone() }, Threads { committer, syncer }))
    }

    /// Runs `step` in the next group and returns its result once the group is committed.
    ///
    /// If the caller is cancelled after the request was sent, the step is committed all the same, and its effects
    /// (`Draft::after_commit`) happen.
    pub(crate) async fn commit<T, E>(
        &self,
        durability: Durability,
        step: impl FnOnce(&mut Draft<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + From<Failure> + Send + 'static,
    {
        self.health.check()?;
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |draft| match step(draft) {
            Ok(value) => {
                let effects = draft.accept();
                let complete = Box::new(move |outcome: Result<(), Failure>| {
                    if outcome.is_ok() {
                        effects.into_iter().for_each(|effect| effect());
                    }
                    let _ = reply.send(outcome.map(|()| value).map_err(E::from));
                });
                Some(Pending::new(durability, complete))
            }
            Err(error) => {
                draft.reject();
                let _ = reply.send(Err(error));
                None
            }
        });
        self.requests.send(Request::Run(job)).await.map_err(|_| self.health.closed_reason())?;
        answer.await.map_err(|_| self.health.closed_reason())?
    }

    /// Lets the threads end after all requests sent so far.
    pub(crate) async fn close(&self) {
        // An error means that the threads have already ended.
        let _ = self.requests.send(Request::Close).await;
    }
}

fn spawn_syncer(
    disk: Arc<Disk>,
    health: Arc<Health>,
    groups: Receiver<Vec<Pending>>,
) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("store-sync".into()).spawn(move || syncer::run(&disk, &health, &groups))
}

struct Worker {
    incoming: mpsc::Receiver<Request>,
    groups: SyncSender<Vec<Pending>>,
    disk: Arc<Disk>,
    flows: Arc<Flows>,
    health: Arc<Health>,
    clock: Arc<dyn Clock>,
    next_seq: u64,
}

impl Worker {
    fn run(mut self) {
        let mut open = true;
        while open && self.health.failure().is_none() {
            open = match catch_unwind(AssertUnwindSafe(|| self.next_group())) {
                Ok(open) => open,
                Err(panic) => {
                    self.health.fail(&Failure::of_panic(panic.as_ref()));
                    false
                }
            };
        }
        // Later requests are dropped unanswered; their callers return `Health::closed_reason`.
    }

    /// Takes, applies and passes on one group; false when it was the last.
    fn next_group(&mut self) -> bool {
        let mut request = self.incoming.blocking_recv();
        let mut open = true;
        let mut draft = Draft::new(&self.disk, &self.flows, &mut self.next_seq, self.clock.now());
        let mut group = Vec::new();
        let mut taken = 0;
        loop {
            match request {
                Some(Request::Run(job)) => group.extend(job(&mut draft)),
                Some(Request::Close) | None => {
                    open = false;
                    break;
                }
            }
            taken += 1;
            // Every request taken from the channel is run, or its caller would never get an answer.
            if draft.is_full() || taken == GROUP_REQUESTS {
                break;
            }
            request = match self.incoming.try_recv() {
                Ok(next) => Some(next),
                Err(_) => break,
            };
        }
        let applied = self.disk.apply(draft.into_writes());
        self.answer(group, applied);
        open
    }

    fn answer(&self, group: Vec<Pending>, applied: Result<(), Failure>) {
        if let Err(failure) = applied {
            self.health.fail(&failure);
            group.into_iter().for_each(|pending| pending.complete(Err(failure.clone())));
            return;
        }
        let (flushed, ordered): (Vec<_>, Vec<_>) = group.into_iter().partition(|pending| pending.is_flushed());
        ordered.into_iter().for_each(|pending| pending.complete(Ok(())));
        // When idle, write out even if nobody waits for it.
        if flushed.is_empty() && !self.incoming.is_empty() {
            return;
        }
        match self.disk.write_out() {
            Ok(()) if flushed.is_empty() => {}
            Ok(()) => {
                if let Err(unsent) = self.groups.send(flushed) {
                    // The syncer has failed; dropping the group lets its callers see that.
                    drop(unsent);
                }
            }
            Err(failure) => {
                self.health.fail(&failure);
                flushed.into_iter().for_each(|pending| pending.complete(Err(failure.clone())));
            }
        }
    }
}
