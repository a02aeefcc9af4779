//! Compares the queue and its dead letters with a reference model: any sequence of calls, restarts, kills and clock
//! changes leaves both in the same state.

mod operator;
mod reference;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gantry_core::{Clock, DeadLetterId, DeadLetterState, MessageId, MessageState};
use gantry_store::{
    Backlog, Enqueued, Filter, JobKind, JobMeans, JobState, Leased, NewJob, NewPatch, Page, Patcher, Settlement, Store,
    StoreError,
};
use proptest::prelude::*;

use self::reference::{Answer, FLOWS, Letter, Queued, RECEIVED, Reference, State, WINDOW, whole};
use crate::support::{Bench, dead_letter, envelope, finished, flow, lease, message, nothing_ready, waits};

#[derive(Clone, Debug)]
enum Call {
    /// Messages with their keys and dedupe keys, in one request.
    Enqueue {
        flow: usize,
        new: Vec<(Option<u8>, Option<u8>)>,
    },
    Lease {
        flow: usize,
        max: usize,
    },
    /// Only replays, and what must go before them.
    LeaseReplays {
        flow: usize,
        max: usize,
    },
    Deliver(usize),
    Skip(usize),
    Bury {
        which: usize,
        expires: bool,
    },
    Later(usize, u64),
    GiveBack(usize),
    Replay {
        which: usize,
        edited: bool,
    },
    Discard(usize),
    Acknowledge(usize),
    /// Takes some messages, wherever they wait.
    Claim(Vec<usize>),
    ReturnClaim(usize),
    Withdraw {
        which: usize,
        discards: bool,
    },
    Move {
        which: usize,
        to: usize,
    },
    /// A job on all waiting letters of a flow.
    Redrive(usize),
    DiscardAll(usize),
    /// A job that edits all waiting letters of a flow, and replays them or not.
    Patch {
        flow: usize,
        replay: bool,
    },
    Import {
        flow: usize,
        key: Option<u8>,
    },
    Sweep,
    Advance(u64),
    SetBack(u64),
    Reopen,
    Kill,
}

fn call() -> impl Strategy<Value = Call> {
    let flow = || 0..FLOWS.len();
    let key = || prop::option::weighted(0.8, 0..3u8);
    let new = prop::collection::vec((key(), prop::option::weighted(0.2, 0..2u8)), 1..4);
    let which = any::<usize>;
    prop_oneof![
        6 => (flow(), new).prop_map(|(flow, new)| Call::Enqueue { flow, new }),
        8 => (flow(), 1..4usize).prop_map(|(flow, max)| Call::Lease { flow, max }),
        2 => (flow(), 1..4usize).prop_map(|(flow, max)| Call::LeaseReplays { flow, max }),
        4 => which().prop_map(Call::Deliver),
        1 => which().prop_map(Call::Skip),
        4 => (which(), any::<bool>()).prop_map(|(which, expires)| Call::Bury { which, expires }),
        3 => (which(), 0..50u64).prop_map(|(which, wait)| Call::Later(which, wait)),
        2 => which().prop_map(Call::GiveBack),
        3 => (which(), any::<bool>()).prop_map(|(which, edited)| Call::Replay { which, edited }),
        2 => which().prop_map(Call::Discard),
        1 => which().prop_map(Call::Acknowledge),
        2 => prop::collection::vec(which(), 1..3).prop_map(Call::Claim),
        1 => which().prop_map(Call::ReturnClaim),
        1 => (which(), any::<bool>()).prop_map(|(which, discards)| Call::Withdraw { which, discards }),
        1 => (which(), flow()).prop_map(|(which, to)| Call::Move { which, to }),
        1 => flow().prop_map(Call::Redrive),
        1 => flow().prop_map(Call::DiscardAll),
        1 => (flow(), any::<bool>()).prop_map(|(flow, replay)| Call::Patch { flow, replay }),
        1 => (flow(), key()).prop_map(|(flow, key)| Call::Import { flow, key }),
        1 => Just(Call::Sweep),
        2 => (1..60u64).prop_map(Call::Advance),
        1 => (1..5000u64).prop_map(Call::SetBack),
        1 => Just(Call::Reopen),
        1 => Just(Call::Kill),
    ]
}

/// How long closed dead letters are kept by the model's sweeps.
const KEEP: Duration = Duration::from_millis(30);

struct Run {
    bench: Bench,
    store: Store,
    reference: Reference,
    leases: Vec<Leased>,
    /// Messages taken by an operator, and the state that each was in.
    claims: Vec<(Leased, State)>,
    /// Makes every edit another one.
    edits: usize,
    /// Whether the clock was ever set back.
    set_back: bool,
}

impl Run {
    fn open(bench: Bench, reference: Reference, edits: usize, set_back: bool) -> Self {
        let store = bench.open();
        FLOWS.iter().for_each(|(name, ordering)| store.register_flow(&flow(name), *ordering));
        Self { bench, store, reference, leases: Vec::new(), claims: Vec::new(), edits, set_back }
    }

    async fn call(mut self, call: Call) -> Self {
        let now = self.bench.clock.now();
        match call {
            Call::Enqueue { flow, new } => self.enqueue(flow, new).await,
            Call::Lease { flow, max } => self.lease(flow, max).await,
            Call::LeaseReplays { flow, max } => self.lease_replays(flow, max).await,
            Call::Deliver(which) => self.finish(which, MessageState::Delivered).await,
            Call::Skip(which) => self.finish(which, MessageState::Skipped).await,
            Call::Bury { which, expires } => self.bury(which, expires).await,
            Call::Later(which, wait) => {
                if let Some(leased) = self.one_lease(which) {
                    let due = now.after(Duration::from_millis(wait));
                    self.reference.postpone(leased.envelope.message.id, due, now);
                    let envelope = Box::new(leased.envelope);
                    self.store.settle(leased.ticket, Settlement::Later { envelope, due }).await.unwrap();
                }
            }
            Call::GiveBack(which) => {
                if let Some(leased) = self.one_lease(which) {
                    // It holds its key, like one that was due.
                    self.reference.get(leased.envelope.message.id).state = State::Called;
                }
            }
            Call::Replay { which, edited } => {
                if let Some(id) = self.one_letter(which) {
                    self.edits += 1;
                    let edit = edited.then(|| format!("edit {}", self.edits));
                    let text = edit.clone().map(Into::into);
                    self.store.replay(id, "ann".into(), text).await.unwrap();
                    self.reference.replay(id, edit, now);
                }
            }
            Call::Discard(which) => {
                if let Some(id) = self.one_letter(which) {
                    self.store.discard(id, "ann".into(), "wrong".into()).await.unwrap();
                    self.reference.close(id, DeadLetterState::Discarded, now);
                }
            }
            Call::Acknowledge(which) => {
                if let Some(id) = self.one_letter(which) {
                    self.store.acknowledge(id, "ann".into()).await.unwrap();
                    self.reference.dead_letters.get_mut(&id).unwrap().state = DeadLetterState::Acknowledged;
                }
            }
            Call::Claim(which) => self.claim(which).await,
            Call::ReturnClaim(which) => self.return_claim(which),
            Call::Withdraw { which, discards } => self.withdraw(which, discards).await,
            Call::Move { which, to } => self.move_to(which, to).await,
            Call::Redrive(flow) => self.job(flow, JobKind::Redrive, false).await,
            Call::DiscardAll(flow) => self.job(flow, JobKind::Discard, false).await,
            Call::Patch { flow, replay } => self.job(flow, JobKind::Patch, replay).await,
            Call::Import { flow, key } => self.import(flow, key).await,
            Call::Sweep => {
                while self.store.sweep(KEEP).await.unwrap().more {}
                self.reference.sweep(KEEP, now);
            }
            Call::Advance(millis) => self.bench.clock.advance(Duration::from_millis(millis)),
            Call::SetBack(millis) => {
                self.set_back = true;
                self.bench.clock.set_back(Duration::from_millis(millis));
            }
            Call::Reopen => {
                self.leases.clear();
                self.claims.clear();
                self.reference.restart();
                self.store.close().await.unwrap();
                return Self::open(self.bench, self.reference, self.edits, self.set_back);
            }
            Call::Kill => {
                // A durable write brings everything before it to disk: the model need not know what may be lost.
                self.store.kv_put("model", "barrier", "x".into()).await.unwrap();
                let killed = self.bench.killed();
                self.leases.clear();
                self.claims.clear();
                self.reference.restart();
                return Self::open(killed, self.reference, self.edits, self.set_back);
            }
        }
        self
    }

    fn one_lease(&mut self, which: usize) -> Option<Leased> {
        let len = self.leases.len();
        (len > 0).then(|| self.leases.swap_remove(which % len))
    }

    fn one_letter(&self, which: usize) -> Option<DeadLetterId> {
        let waiting = self.reference.waiting();
        (!waiting.is_empty()).then(|| waiting[which % waiting.len()])
    }

    async fn enqueue(&mut self, flow: usize, new: Vec<(Option<u8>, Option<u8>)>) {
        let since = self.bench.clock.now();
        let before = self.reference.clone();
        let mut batch = Vec::new();
        let mut expected = Vec::new();
        for (key, dedupe) in new {
            let mut new = message(FLOWS[flow].0, key.map(|key| key.to_string()).as_deref(), RECEIVED);
            new.envelope.dedupe_key = dedupe.map(|key| key.to_string());
            new.dedupe_window = dedupe.map(|_| WINDOW);
            let id = new.envelope.message.id;
            let queued = Queued { id, flow, key, since, state: State::Queued, took_over: false, postponed_until: None };
            expected.push(self.reference.enqueue(queued, dedupe, since));
            batch.push(new);
        }
        let answers = self.store.enqueue(batch).await;
        if expected.contains(&Answer::Undecided) {
            assert!(matches!(answers, Err(StoreError::Undecided(_))), "{answers:?}");
            self.reference = before;
            return;
        }
        let answers: Vec<_> = answers.unwrap().into_iter().map(answer).collect();
        assert_eq!(answers, expected);
    }

    async fn lease(&mut self, flow: usize, max: usize) {
        let ready = self.reference.ready(flow, self.bench.clock.now());
        if ready.is_empty() {
            assert!(nothing_ready(&self.store, FLOWS[flow].0));
            return;
        }
        let leased = lease(&self.store, FLOWS[flow].0, max).await;
        assert_eq!(leased.len(), max.min(ready.len()));
        self.take(leased, &ready);
    }

    async fn lease_replays(&mut self, flow: usize, max: usize) {
        let ready = self.reference.ready(flow, self.bench.clock.now());
        let wanted: Vec<_> = ready.into_iter().filter(|id| self.reference.is_for_replays(*id)).collect();
        let name = crate::support::flow(FLOWS[flow].0);
        let mut lease = Box::pin(self.store.lease_replays(&name, max, usize::MAX));
        if wanted.is_empty() {
            assert!(waits(lease.as_mut()));
            return;
        }
        let leased = lease.await.unwrap();
        assert_eq!(leased.len(), max.min(wanted.len()));
        self.take(leased, &wanted);
    }

    fn take(&mut self, leased: Vec<Leased>, ready: &[MessageId]) {
        for leased in leased {
            let id = leased.envelope.message.id;
            assert!(ready.contains(&id), "{id} was not ready");
            if let Some(dead_letter) = self.reference.dead_letters.get(&whole(id)) {
                assert_eq!(leased.envelope.message.payload, dead_letter.payload, "a replay works on the latest edit");
            }
            self.reference.get(id).state = State::Leased;
            self.leases.push(leased);
        }
    }

    async fn finish(&mut self, which: usize, state: MessageState) {
        let Some(Leased { envelope, ticket }) = self.one_lease(which) else { return };
        self.reference.end(envelope.message.id, state, None, self.bench.clock.now());
        let resolved = envelope.replay.map(|replay| replay.dead_letter);
        let settlement =
            Settlement::Finished { state, timeline: envelope.timeline, dead_letters: Vec::new(), resolved };
        self.store.settle(ticket, settlement).await.unwrap();
    }

    async fn bury(&mut self, which: usize, expires: bool) {
        let Some(Leased { envelope, ticket }) = self.one_lease(which) else { return };
        let now = self.bench.clock.now();
        let id = envelope.message.id;
        let expires_at = expires.then(|| now.after(WINDOW));
        let mut filed = dead_letter(&envelope, None, "no-price");
        filed.expires_at = expires_at;
        filed.last_failure = now;
        let &mut Queued { flow, key, .. } = self.reference.get(id);
        let payload = String::from_utf8(envelope.message.payload.to_vec()).unwrap();
        let blocks = FLOWS[flow].1 == gantry_store::Ordering::PerKeyOrBlocked && key.is_some();
        let state = DeadLetterState::Open;
        let expected =
            Letter { flow, key, state, closed_at: None, expires_at, announced_at: None, payload, edits: 0, blocks };
        self.reference.end(id, MessageState::DeadLettered, Some(expected), now);
        let settlement = Settlement::Finished {
            state: MessageState::DeadLettered,
            timeline: envelope.timeline,
            dead_letters: vec![filed],
            resolved: None,
        };
        self.store.settle(ticket, settlement).await.unwrap();
    }

    async fn job(&mut self, which: usize, kind: JobKind, replay: bool) {
        let now = self.bench.clock.now();
        self.edits += 1;
        let edit = format!("edit {}", self.edits);
        let patched = edit.clone();
        let patcher: Patcher = Arc::new(move |_: &[u8]| Ok(patched.clone().into()));
        let patch = (kind == JobKind::Patch).then(|| NewPatch { text: "[]".to_owned(), replay });
        let filter = Filter { flow: Some(flow(FLOWS[which].0)), ..Filter::default() };
        let by = "ann".to_owned();
        let reason = "all of them".to_owned();
        let new = NewJob {
            kind,
            filter,
            by,
            reason,
            rate: None,
            most_replays: None,
            force: true,
            max_failed_percent: None,
            patch,
        };
        let mut job = self.store.start_job(new).await.unwrap();
        while job.state == JobState::Running {
            let means = JobMeans { patcher: Some(Arc::clone(&patcher)), ..JobMeans::default() };
            let step = self.store.work_on_job_with(job.id, 2, None, means).await;
            job = step.unwrap().job;
        }
        for id in self
            .reference
            .waiting()
            .into_iter()
            .filter(|id| self.reference.dead_letters[id].flow == which)
            .collect::<Vec<_>>()
        {
            match kind {
                JobKind::Redrive => self.reference.replay(id, None, now),
                JobKind::Discard => self.reference.close(id, DeadLetterState::Discarded, now),
                JobKind::Patch if replay => self.reference.replay(id, Some(edit.clone()), now),
                JobKind::Patch => self.reference.edit(id, edit.clone()),
            }
        }
    }

    async fn import(&mut self, flow: usize, key: Option<u8>) {
        let envelope = envelope(FLOWS[flow].0, key.map(|key| key.to_string()).as_deref(), "imported");
        let id = envelope.message.id;
        let imported = self.store.import_dead_letters(vec![dead_letter(&envelope, None, "elsewhere")]).await.unwrap();
        assert_eq!(imported.added, 1);
        let state = DeadLetterState::Open;
        let payload = "imported".to_owned();
        let expected = Letter {
            flow,
            key,
            state,
            closed_at: None,
            expires_at: None,
            announced_at: None,
            payload,
            edits: 0,
            blocks: false,
        };
        self.reference.dead_letters.insert(whole(id), expected);
        self.reference.ended.insert(id, MessageState::DeadLettered);
    }

    async fn check(&mut self) {
        let now = self.bench.clock.now();
        for (at, (name, _)) in FLOWS.iter().enumerate() {
            let mut expected = self.reference.depth(at, now);
            let mut depth = self.store.depth(&flow(name));
            // Due messages count as scheduled until the next lease, and messages behind a blocking dead letter are counted
            // only from then on.
            let called = depth.scheduled - expected.scheduled.min(depth.scheduled);
            expected.queued -= called;
            expected.scheduled += called;
            depth.blocked = 0;
            // After the clock was set back, "oldest" is the first in the queue, whatever its time.
            if self.set_back {
                depth.oldest = expected.oldest;
            }
            assert_eq!(depth, expected, "{name}");
        }
        let each = FLOWS.iter().map(|(name, _)| self.store.backlog(&flow(name)));
        let sum = each.fold(Backlog::default(), |sum, one| Backlog {
            messages: sum.messages + one.messages,
            bytes: sum.bytes + one.bytes,
        });
        assert_eq!(self.store.whole_backlog(), sum, "the counter is the sum over all schedules");
        assert_eq!(sum.messages, self.reference.messages.len());
        self.check_queue().await;
        let page = Page::first(10_000);
        let found = self.store.dead_letter_summaries(Filter::default(), page).await.unwrap().dead_letters;
        let found: BTreeMap<_, _> = found.into_iter().map(|dead_letter| (dead_letter.id, dead_letter.state)).collect();
        let expected: BTreeMap<_, _> =
            self.reference.dead_letters.iter().map(|(id, dead_letter)| (*id, dead_letter.state)).collect();
        assert_eq!(found, expected);
    }

    /// Discards every waiting dead letter, and delivers all remaining messages.
    async fn finish_all(mut self) {
        self.leases.clear();
        self.claims.clear();
        for (id, dead_letter) in &self.reference.dead_letters {
            let revisions = self.store.dead_letter_revisions(*id).await.unwrap().unwrap();
            assert_eq!(revisions.len(), dead_letter.edits + 1);
        }
        for which in 0..FLOWS.len() {
            self.job(which, JobKind::Discard, false).await;
        }
        self = self.call(Call::Reopen).await;
        self.bench.clock.advance(Duration::from_secs(3600));
        for (name, _) in FLOWS {
            while self.reference.messages.iter().any(|message| FLOWS[message.flow].0 == name) {
                for Leased { envelope, ticket } in lease(&self.store, name, 5).await {
                    let id = envelope.message.id;
                    let resolved = envelope.replay.map(|replay| replay.dead_letter);
                    self.reference.end(id, MessageState::Delivered, None, self.bench.clock.now());
                    let Settlement::Finished { state, timeline, dead_letters, .. } = finished(MessageState::Delivered)
                    else {
                        continue;
                    };
                    let settlement = Settlement::Finished { state, timeline, dead_letters, resolved };
                    self.store.settle(ticket, settlement).await.unwrap();
                }
            }
            assert!(nothing_ready(&self.store, name));
        }
        self.check().await;
        for (id, state) in &self.reference.ended {
            assert_eq!(state_of(&self.store, *id).await, *state);
        }
        self.store.close().await.unwrap();
    }
}

async fn state_of(store: &Store, id: MessageId) -> MessageState {
    store.history(id).await.unwrap().unwrap_or_else(|| panic!("{id} is lost")).state
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_queue_behaves_like_its_model(calls in prop::collection::vec(call(), 1..80)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut run = Run::open(Bench::new(), Reference::default(), 0, false);
            for call in calls {
                run = run.call(call).await;
                run.check().await;
            }
            run.finish_all().await;
        });
    }
}

fn answer(enqueued: Enqueued) -> Answer {
    match enqueued {
        Enqueued::Stored { supersedes, .. } => supersedes.map_or(Answer::Stored, Answer::Supersedes),
        Enqueued::Duplicate { first, .. } => Answer::DuplicateOf(first),
        Enqueued::Repeated { .. } | Enqueued::Conflicting(_) => unreachable!("no message has an idempotency key"),
    }
}
