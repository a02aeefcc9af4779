//! The whole schedule of deliveries against a target that fails by script, with a clock of its own: hours of outages in
//! milliseconds. Retry policies, budget and breaker are the real ones; the queue is a model of the store's: one message
//! of a key at a time, in order.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::time::Duration;

use gantry_core::target_health::{Admission, AttemptEnd, AttemptFailure, TargetHealthChange};
use gantry_core::throttle::ThrottleChange;
use gantry_core::{
    AttemptResult, BreakerChange, BreakerPolicy, BudgetPolicy, DeadLetterId, ErrorClass, MessageId, RetryDecision,
    RetryPolicies, RetryPolicy, TargetHealth, TargetHealthPolicy, Timestamp,
};
use proptest::prelude::*;

const START: Timestamp = Timestamp(1_000_000_000);
/// What the target takes to answer.
const LATENCY: Duration = Duration::from_millis(40);

/// How the target behaves for a while.
#[derive(Clone, Debug)]
struct Spell {
    lasts: Duration,
    /// Of a hundred attempts, so many fail of `class`.
    fails: u8,
    class: ErrorClass,
    retry_after: Option<Duration>,
}

fn spell() -> impl Strategy<Value = Spell> {
    let class = prop_oneof![
        4 => Just(ErrorClass::Unavailable),
        2 => Just(ErrorClass::Timeout),
        2 => Just(ErrorClass::Throttled),
        1 => Just(ErrorClass::Network),
        1 => Just(ErrorClass::Unauthorized),
        1 => Just(ErrorClass::NoSpace),
        1 => Just(ErrorClass::Permanent),
    ];
    let retry_after = prop_oneof![3 => Just(None), 1 => (1u64..7_200).prop_map(|s| Some(Duration::from_secs(s)))];
    (1u64..600, 0u8..=100, class, retry_after).prop_map(|(lasts, fails, class, retry_after)| Spell {
        lasts: Duration::from_secs(lasts),
        fails,
        class,
        retry_after,
    })
}

fn policies() -> impl Strategy<Value = RetryPolicies> {
    let policy = (1u32..6, 1u64..5_000, 1u64..60_000).prop_map(|(attempts, base, cap)| RetryPolicy {
        attempts,
        base: Duration::from_millis(base),
        cap: Duration::from_millis(cap),
        ..RetryPolicy::default()
    });
    (policy.clone(), policy).prop_map(|(general, timeout)| RetryPolicies { timeout, ..general.into() })
}

fn target_health_policy() -> impl Strategy<Value = TargetHealthPolicy> {
    let breaker = (10u32..100, 0.1f64..=1.0, 1u32..20).prop_map(|(minimum, failure_rate, probes)| BreakerPolicy {
        minimum,
        failure_rate,
        probes,
        ..BreakerPolicy::default()
    });
    let budget =
        (0.0f64..1.0, 1u32..50).prop_map(|(share, floor)| BudgetPolicy { share, floor, ..BudgetPolicy::default() });
    (proptest::option::weighted(0.9, breaker), budget)
        .prop_map(|(breaker, budget)| TargetHealthPolicy { breaker, budget })
}

struct Message {
    id: DeadLetterId,
    /// The target refuses it for what it contains.
    is_blocked: bool,
    key: Option<u8>,
    spent: u32,
    not_before: Timestamp,
    end: Option<RetryDecision>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Due,
    Ends(u8),
}

/// Everything at work, and what is remembered to judge it by.
struct World {
    policies: RetryPolicies,
    policy: TargetHealthPolicy,
    health: TargetHealth,
    script: Vec<(Timestamp, Spell)>,
    messages: Vec<Message>,
    agenda: BinaryHeap<Reverse<(Timestamp, usize, What)>>,
    under_way: HashMap<usize, Admission>,
    /// Who waits behind the head of a key, the head included.
    rows: HashMap<u8, VecDeque<usize>>,
    ended_per_key: HashMap<u8, Vec<usize>>,
    draws: fastrand::Rng,
    firsts: Vec<Timestamp>,
    retries: Vec<Timestamp>,
    /// While set, the breaker isn't closed; since when it may be probed, and how many probes were sent.
    shut: Option<(Timestamp, u32)>,
    refused_until: Option<Timestamp>,
}

impl World {
    fn new(
        policies: RetryPolicies,
        policy: TargetHealthPolicy,
        spells: Vec<Spell>,
        messages: usize,
        seed: u64,
    ) -> Self {
        let mut draws = fastrand::Rng::with_seed(seed);
        let mut ends = START;
        let script = spells.into_iter().map(|spell| {
            ends = ends.after(spell.lasts);
            (ends, spell)
        });
        let mut world = Self {
            policies,
            policy,
            health: TargetHealth::new(policy),
            script: script.collect(),
            messages: Vec::new(),
            agenda: BinaryHeap::new(),
            under_way: HashMap::new(),
            rows: HashMap::new(),
            ended_per_key: HashMap::new(),
            draws: draws.fork(),
            firsts: Vec::new(),
            retries: Vec::new(),
            shut: None,
            refused_until: None,
        };
        let mut now = START;
        for n in 0..messages {
            now = now.after(Duration::from_millis(draws.u64(0..200)));
            let key = draws.bool().then(|| draws.u8(0..20));
            let id = DeadLetterId { message: MessageId::generate(), position: Some(0) };
            world.messages.push(Message { id, is_blocked: false, key, spent: 0, not_before: now, end: None });
            match key {
                None => world.plan(now, n, What::Due),
                Some(key) => {
                    let row = world.rows.entry(key).or_default();
                    row.push_back(n);
                    if row.len() == 1 {
                        world.plan(now, n, What::Due);
                    }
                }
            }
        }
        world
    }

    fn plan(&mut self, at: Timestamp, message: usize, what: What) {
        self.agenda.push(Reverse((at, message, what)));
    }

    fn run(&mut self) {
        while let Some(Reverse((now, message, what))) = self.agenda.pop() {
            match what {
                What::Due => self.attempt(message, now),
                What::Ends(roll) => self.end(message, roll, now),
            }
        }
    }

    fn attempt(&mut self, n: usize, now: Timestamp) {
        let spent = self.messages[n].spent;
        match self.health.admit(self.messages[n].id, spent, now) {
            Err(held) => {
                assert!(held.until > now, "{held:?} would be asked again at once");
                self.plan(held.until, n, What::Due);
            }
            Ok(admission) => {
                self.may_attempt(n, admission, now);
                self.under_way.insert(n, admission);
                let roll = self.draws.u8(0..100);
                self.plan(now.after(LATENCY), n, What::Ends(roll));
            }
        }
    }

    /// Everything that must hold when an attempt begins, from what was seen outside of the target's health.
    fn may_attempt(&mut self, n: usize, admission: Admission, now: Timestamp) {
        let message = &self.messages[n];
        assert!(message.end.is_none() && !self.under_way.contains_key(&n));
        assert!(now >= message.not_before, "before its time");
        if let Some(key) = message.key {
            assert_eq!(self.rows[&key].front(), Some(&n), "out of order");
        }
        assert!(self.refused_until.is_none_or(|until| now >= until), "while the credentials are refused");
        assert_eq!(admission.is_probe(), self.shut.is_some());
        if let Some((since, probes)) = &mut self.shut {
            assert!(now >= *since, "while the breaker is open");
            *probes += 1;
        }
        if message.spent == 0 {
            self.firsts.push(now);
        } else {
            self.retries.push(now);
            self.within_budget(now);
        }
    }

    /// The budget counts by tenths of its window: nine of them are counted for certain.
    fn within_budget(&self, now: Timestamp) {
        let budget = self.policy.budget;
        let within = |times: &[Timestamp], window: Duration| {
            times.iter().rev().take_while(|at| now.since(**at) < window).count() as f64
        };
        let retries = within(&self.retries, budget.window * 9 / 10);
        let allowance =
            budget.share * within(&self.firsts, budget.window) + f64::from(budget.floor) * budget.window.as_secs_f64();
        assert!(retries <= allowance, "{retries} retries where {allowance} are allowed");
    }

    fn end(&mut self, n: usize, roll: u8, now: Timestamp) {
        let spell = self.script.iter().find(|(ends, _)| now < *ends).map(|(_, spell)| spell);
        let failing = spell.filter(|spell| roll < spell.fails);
        let blocked = self.messages[n].is_blocked.then_some(ErrorClass::Unauthorized);
        let error = failing.map(|spell| spell.class).or(blocked);
        let retry_after = failing.and_then(|spell| spell.retry_after);
        let admission = self.under_way.remove(&n).unwrap();
        let end = AttemptEnd { delivery: self.messages[n].id, failure: error.map(AttemptFailure::from), retry_after };
        let findings = self.health.end(admission, end, now);
        for change in findings.changes {
            self.note(change, now);
        }
        let spent = self.messages[n].spent;
        let result =
            AttemptResult { error, retry_after, refusal: findings.refusal, probe: admission.is_probe(), spent };
        let decision = result.decide(&self.policies, now, self.draws.f64());
        match decision {
            RetryDecision::Later { at, spent: counts } => {
                if let Some(policy) = error.and_then(|class| self.policies.after(class)) {
                    let least = retry_after.unwrap_or_default().min(policy.retry_after_cap);
                    let bound = policy.bound_after(spent + 1).max(least);
                    assert!(at.since(now) >= least && at.since(now) <= bound, "out of its bounds");
                    assert!(!counts || spent + 1 < policy.attempts);
                }
                let message = &mut self.messages[n];
                message.spent += u32::from(counts);
                message.not_before = at;
                self.plan(at, n, What::Due);
            }
            RetryDecision::Held { until } => {
                self.messages[n].not_before = until;
                self.plan(until, n, What::Due);
            }
            RetryDecision::Delivered | RetryDecision::Dead => self.finish(n, decision, now),
        }
    }

    fn note(&mut self, change: TargetHealthChange, now: Timestamp) {
        match change {
            TargetHealthChange::Refused { until, .. } => self.refused_until = Some(until),
            TargetHealthChange::Accepted => self.refused_until = None,
            TargetHealthChange::Proved => unreachable!("nobody lets the target go on"),
            TargetHealthChange::Breaker(BreakerChange::Opened { until }) => {
                assert_eq!(until, now.after(self.policy.breaker.unwrap().open_for));
                self.shut = Some((until, 0));
            }
            TargetHealthChange::Throttle(ThrottleChange::Began) => {}
            TargetHealthChange::Breaker(BreakerChange::Closed) => {
                self.shut.take().expect("it was not closed");
                self.wake_all(now);
            }
            TargetHealthChange::Throttle(ThrottleChange::Ended) => self.wake_all(now),
        }
    }

    /// As the runtime does: what waits is looked at again at once.
    fn wake_all(&mut self, now: Timestamp) {
        let waiting: Vec<_> = self.agenda.drain().collect();
        for Reverse((at, n, what)) in waiting {
            let at = if what == What::Due { self.messages[n].not_before.max(now) } else { at };
            self.plan(at, n, what);
        }
    }

    fn finish(&mut self, n: usize, decision: RetryDecision, now: Timestamp) {
        self.messages[n].end = Some(decision);
        let Some(key) = self.messages[n].key else { return };
        self.ended_per_key.entry(key).or_default().push(n);
        let row = self.rows.get_mut(&key).unwrap();
        assert_eq!(row.pop_front(), Some(n));
        if let Some(next) = row.front().copied() {
            let at = self.messages[next].not_before.max(now);
            self.plan(at, next, What::Due);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_message_ends_in_order_within_bounds_and_budget_and_none_is_tried_while_the_breaker_is_open(
        policies in policies(),
        policy in target_health_policy(),
        spells in proptest::collection::vec(spell(), 0..8),
        messages in 100usize..3_000,
        seed: u64,
    ) {
        let mut world = World::new(policies, policy, spells, messages, seed);
        world.run();
        prop_assert!(world.messages.iter().all(|message| message.end.is_some()), "accepted = delivered ∪ dead");
        prop_assert!(world.ended_per_key.values().all(|ended| ended.is_sorted()), "a key's messages end in order");
    }
}

#[test]
fn a_disk_that_is_full_for_an_hour_costs_no_message_and_few_attempts() {
    let full = Spell { lasts: Duration::from_secs(3_600), fails: 100, class: ErrorClass::NoSpace, retry_after: None };
    let policy = TargetHealthPolicy { breaker: Some(BreakerPolicy::default()), budget: BudgetPolicy::default() };
    let mut world = World::new(RetryPolicy::default().into(), policy, vec![full], 2_000, 7);
    world.run();
    assert!(world.messages.iter().all(|message| message.end == Some(RetryDecision::Delivered)));
    let attempts = world.firsts.len() + world.retries.len();
    assert!(attempts < 2_000 + 60 * 10 + 200, "an hour of probes and one attempt each: {attempts}");
}

#[test]
fn an_outage_of_an_hour_costs_no_message_once_the_breaker_is_open() {
    let outage =
        Spell { lasts: Duration::from_secs(3_600), fails: 100, class: ErrorClass::Unavailable, retry_after: None };
    let policy = TargetHealthPolicy { breaker: Some(BreakerPolicy::default()), budget: BudgetPolicy::default() };
    let mut world = World::new(RetryPolicy::default().into(), policy, vec![outage], 2_000, 7);
    world.run();
    let dead = world.messages.iter().filter(|message| message.end == Some(RetryDecision::Dead)).count();
    assert!(dead <= 7, "only the twenty attempts that opened the breaker count: {dead}");
    let attempts = world.firsts.len() + world.retries.len();
    assert!(attempts < 2_000 + 60 * 10 + 200, "an hour of probes and one attempt each: {attempts}");
}

#[test]
fn a_message_that_is_refused_for_what_it_contains_holds_up_no_other() {
    let policy = TargetHealthPolicy { breaker: Some(BreakerPolicy::default()), budget: BudgetPolicy::default() };
    let mut world = World::new(RetryPolicy::default().into(), policy, Vec::new(), 2_000, 7);
    let blocked = (5..).find(|n| world.messages[*n].key.is_none()).unwrap();
    world.messages[blocked].is_blocked = true;
    world.run();
    let ends: Vec<_> = world.messages.iter().map(|message| message.end).collect();
    assert_eq!(ends[blocked], Some(RetryDecision::Dead), "it is given up");
    assert_eq!(ends.iter().filter(|end| **end == Some(RetryDecision::Delivered)).count(), 1_999);
    assert_eq!(world.firsts.len(), 2_001, "it was attempted twice, the others once");
    assert!(world.refused_until.is_none(), "the target was never paused");
}

#[test]
fn a_target_that_throttles_half_of_an_hour_costs_no_message_and_no_attempt() {
    let wait = Some(Duration::from_secs(5));
    let throttled =
        Spell { lasts: Duration::from_secs(3_600), fails: 50, class: ErrorClass::Throttled, retry_after: wait };
    let policy = TargetHealthPolicy { breaker: Some(BreakerPolicy::default()), budget: BudgetPolicy::default() };
    let mut world = World::new(RetryPolicy::default().into(), policy, vec![throttled], 2_000, 7);
    world.run();
    assert!(world.messages.iter().all(|message| message.end == Some(RetryDecision::Delivered)));
    assert!(world.messages.iter().all(|message| message.spent == 0));
}
