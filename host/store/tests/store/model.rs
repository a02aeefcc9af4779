//! The queue against a plain model: any sequence of calls, closings and kills leaves both in the same state.

use std::time::Duration;

use gantry_core::{Clock, MessageId, MessageState, Timestamp};
use gantry_store::{Depth, Leased, Ordering, Settlement, Store};
use proptest::prelude::*;

use crate::support::{Bench, deliver, flow, lease, message, nothing_ready};

const FLOWS: [(&str, Ordering); 2] = [("ordered", Ordering::PerKey), ("free", Ordering::None)];

#[derive(Clone, Debug)]
enum Call {
    Enqueue { flow: usize, keys: Vec<Option<u8>> },
    Lease { flow: usize, max: usize },
    Finish(usize),
    Later(usize, u64),
    GiveBack(usize),
    Advance(u64),
    Reopen,
    Kill,
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        5 => (0..2usize, prop::collection::vec(prop::option::weighted(0.8, 0..3u8), 1..4))
            .prop_map(|(flow, keys)| Call::Enqueue { flow, keys }),
        6 => (0..2usize, 1..4usize).prop_map(|(flow, max)| Call::Lease { flow, max }),
        5 => any::<usize>().prop_map(Call::Finish),
        3 => (any::<usize>(), 0..50u64).prop_map(|(which, wait)| Call::Later(which, wait)),
        2 => any::<usize>().prop_map(Call::GiveBack),
        2 => (1..60u64).prop_map(Call::Advance),
        1 => Just(Call::Reopen),
        1 => Just(Call::Kill),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Queued,
    Leased,
    Later(Timestamp),
}

struct Modelled {
    id: MessageId,
    flow: usize,
    key: Option<u8>,
    since: Timestamp,
    state: State,
}

/// Messages that have not ended, in the order they were queued.
#[derive(Default)]
struct Model {
    messages: Vec<Modelled>,
    ended: Vec<MessageId>,
}

impl Model {
    /// In an ordered flow the oldest of each key, otherwise all: those that may be leased now.
    fn ready(&self, flow: usize, now: Timestamp) -> Vec<MessageId> {
        let due = |message: &Modelled| match message.state {
            State::Queued => true,
            State::Later(due) => due <= now,
            State::Leased => false,
        };
        let first_of_key = |at: usize| {
            let message = &self.messages[at];
            FLOWS[flow].1 == Ordering::None
                || message.key.is_none()
                || !self.messages[..at].iter().any(|other| other.flow == flow && other.key == message.key)
        };
        let of_flow = |at: &usize| self.messages[*at].flow == flow && due(&self.messages[*at]) && first_of_key(*at);
        (0..self.messages.len()).filter(of_flow).map(|at| self.messages[at].id).collect()
    }

    fn depth(&self, flow: usize, now: Timestamp) -> Depth {
        let mut depth = Depth::default();
        for message in self.messages.iter().filter(|message| message.flow == flow) {
            match message.state {
                State::Queued => depth.queued += 1,
                State::Leased => depth.leased += 1,
                // Whether a due message was called already depends on whether anybody looked.
                State::Later(due) if due <= now => depth.queued += 1,
                State::Later(_) => depth.scheduled += 1,
            }
            depth.oldest = Some(depth.oldest.map_or(message.since, |oldest| oldest.min(message.since)));
        }
        depth
    }

    fn get(&mut self, id: MessageId) -> &mut Modelled {
        self.messages.iter_mut().find(|message| message.id == id).unwrap()
    }

    fn restart(&mut self) {
        let leased = self.messages.iter_mut().filter(|message| message.state == State::Leased);
        leased.for_each(|message| message.state = State::Queued);
    }
}

struct Run {
    bench: Bench,
    store: Store,
    model: Model,
    leases: Vec<Leased>,
}

impl Run {
    fn open(bench: Bench, model: Model) -> Self {
        let store = bench.open();
        FLOWS.iter().for_each(|(name, ordering)| store.register_flow(&flow(name), *ordering));
        Self { bench, store, model, leases: Vec::new() }
    }

    fn lease_at(&mut self, which: usize) -> Option<Leased> {
        let len = self.leases.len();
        (len > 0).then(|| self.leases.swap_remove(which % len))
    }

    async fn call(mut self, call: Call) -> Self {
        let now = self.bench.clock.now();
        match call {
            Call::Enqueue { flow, keys } => {
                let key = |key: &Option<u8>| key.map(|key| key.to_string());
                let batch: Vec<_> = keys.iter().map(|k| message(FLOWS[flow].0, key(k).as_deref(), "x")).collect();
                for (new, key) in batch.iter().zip(keys) {
                    let id = new.envelope.message.id;
                    self.model.messages.push(Modelled { id, flow, key, since: now, state: State::Queued });
                }
                self.store.enqueue(batch).await.unwrap();
            }
            Call::Lease { flow, max } => self.lease(flow, max, now).await,
            Call::Finish(which) => {
                if let Some(leased) = self.lease_at(which) {
                    let id = leased.envelope.message.id;
                    self.model.messages.retain(|message| message.id != id);
                    self.model.ended.push(id);
                    deliver(&self.store, leased).await;
                }
            }
            Call::Later(which, wait) => {
                if let Some(leased) = self.lease_at(which) {
                    let due = now.after(Duration::from_millis(wait));
                    self.model.get(leased.envelope.message.id).state = State::Later(due);
                    let envelope = Box::new(leased.envelope);
                    self.store.settle(leased.ticket, Settlement::Later { envelope, due }).await.unwrap();
                }
            }
            Call::GiveBack(which) => {
                if let Some(leased) = self.lease_at(which) {
                    self.model.get(leased.envelope.message.id).state = State::Queued;
                }
            }
            Call::Advance(millis) => self.bench.clock.advance(Duration::from_millis(millis)),
            Call::Reopen => {
                self.leases.clear();
                self.model.restart();
                self.store.close().await.unwrap();
                return Self::open(self.bench, self.model);
            }
            Call::Kill => {
                // A durable write brings everything before it to disk: the model need not know what may be lost.
                self.store.kv_put("model", "barrier", "x".into()).await.unwrap();
                let killed = self.bench.killed();
                self.leases.clear();
                self.model.restart();
                return Self::open(killed, self.model);
            }
        }
        self
    }

    async fn lease(&mut self, flow: usize, max: usize, now: Timestamp) {
        let ready = self.model.ready(flow, now);
        if ready.is_empty() {
            assert!(nothing_ready(&self.store, FLOWS[flow].0));
            return;
        }
        let leased = lease(&self.store, FLOWS[flow].0, max).await;
        assert_eq!(leased.len(), max.min(ready.len()));
        for leased in leased {
            let id = leased.envelope.message.id;
            assert!(ready.contains(&id), "{id} was not ready");
            self.model.get(id).state = State::Leased;
            self.leases.push(leased);
        }
    }

    fn check_depths(&self) {
        let now = self.bench.clock.now();
        for (at, (name, _)) in FLOWS.iter().enumerate() {
            let (mut expected, depth) = (self.model.depth(at, now), self.store.depth(&flow(name)));
            // Due messages count as scheduled until somebody asks for work.
            let called = depth.scheduled - expected.scheduled.min(depth.scheduled);
            expected.queued -= called;
            expected.scheduled += called;
            assert_eq!(depth, expected, "{name}");
        }
    }

    async fn finish_all(mut self) {
        self.leases.clear();
        self.model.restart();
        self.bench.clock.advance(Duration::from_secs(3600));
        for (at, (name, _)) in FLOWS.iter().enumerate() {
            let mut left = self.model.messages.iter().filter(|message| message.flow == at).count();
            while left > 0 {
                for leased in lease(&self.store, name, 5).await {
                    deliver(&self.store, leased).await;
                    left -= 1;
                }
            }
            assert!(nothing_ready(&self.store, name));
        }
        for id in self.model.ended.iter().chain(self.model.messages.iter().map(|message| &message.id)) {
            assert_eq!(self.store.history(*id).await.unwrap().unwrap().state, MessageState::Delivered);
        }
        self.store.close().await.unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_queue_behaves_like_its_model(calls in prop::collection::vec(call(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut run = Run::open(Bench::new(), Model::default());
            for call in calls {
                run = run.call(call).await;
                run.check_depths();
            }
            run.finish_all().await;
        });
    }
}
