//! A new version on trial: a share of the keys meets it, and what it does is counted against what the old one does.
//!
//! The same key always meets the same version, so order within a key is kept. Where the trial has a **fallback**, a message
//! that the new version fails on is given to the old one, whole, and what that says counts: the trial costs no message
//! its delivery. The new version's failure is counted all the same.

use std::sync::Arc;

use gantry_core::rollout::Comparison;
use gantry_core::{Digest, Message, Outcome, PluginRef, Timestamp};
use gantry_sandbox::{Invocation, Plugin, PluginFault, PrepareError, Run, StepConfig};
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::step::{Answers, Server};

/// A version that is to be tried, and how.
#[derive(Clone)]
pub struct CanaryPlan {
    /// The deployment it belongs to. Each draws its keys anew, so that not the same customers go first every time.
    pub deployment: u64,
    /// The version.
    pub plugin: Plugin,
    /// From 0 to 1.
    pub share: f64,
    /// Whether the old version answers where the new one fails.
    pub fallback: bool,
    /// What is counted of it.
    pub counts_so_far: Arc<CanaryCounts>,
}

/// A version on trial, bound to its step.
pub struct Canary {
    plan: CanaryPlan,
    server: Server,
}

/// What was counted so far, and a changed that rings after each batch.
#[derive(Default)]
pub struct CanaryCounts {
    counts: Mutex<Comparison>,
    /// Notified after each batch.
    pub changed: Notify,
}

impl CanaryCounts {
    /// Goes on from these counts.
    #[must_use]
    pub fn from(counts: Comparison) -> Self {
        Self { counts: Mutex::new(counts), changed: Notify::new() }
    }

    /// The counts as they are now.
    #[must_use]
    pub fn counts(&self) -> Comparison {
        *self.counts.lock()
    }

    fn count(&self, add: impl FnOnce(&mut Comparison)) {
        add(&mut self.counts.lock());
        self.changed.notify_one();
    }
}

impl CanaryPlan {
    pub(crate) fn bind(&self, config: StepConfig) -> Result<Canary, PrepareError> {
        Ok(Canary { plan: self.clone(), server: Server::bind(self.plugin.clone(), config)? })
    }

    /// Whether this message is one of the trial's share: by its key, or by its id where it has none.
    fn takes(&self, message: &Message) -> bool {
        is_in_share(self.deployment, self.share, message)
    }
}

fn is_in_share(deployment: u64, share: f64, message: &Message) -> bool {
    let digest = match &message.key {
        Some(key) => Digest::of(format!("{deployment}\0{key}").as_bytes()),
        None => Digest::of(message.id.as_bytes()),
    };
    let bucket = u16::from_be_bytes([digest.as_bytes()[0], digest.as_bytes()[1]]);
    f64::from(bucket) < share * 65_536.0
}

impl Canary {
    pub(crate) fn reference(&self) -> &PluginRef {
        self.server.reference()
    }

    pub(crate) fn takes(&self, message: &Message) -> bool {
        self.plan.takes(message)
    }

    /// What it made of a message was refused later on.
    pub(crate) fn count_downstream_failure(&self) {
        self.plan.counts_so_far.count(|counts_so_far| {
            counts_so_far.new.failed += 1;
            counts_so_far.newly_failing += 1;
        });
    }

    /// One batch, parted between the new version and the old one.
    pub(crate) fn answer<'a>(
        &self,
        old: &Server,
        batch: &[Invocation<'a>],
        owner_of: impl Fn(usize) -> &'a Message,
        now: Timestamp,
        observe: impl Fn(&Run, usize),
    ) -> Answers {
        let (ours, theirs): (Vec<usize>, Vec<usize>) = (0..batch.len()).partition(|at| self.takes(owner_of(*at)));
        let mut slots = Slots::new(batch.len());
        let mut counts = Comparison::default();
        let run = |server: &Server, which: &[usize], slots: &mut Slots| {
            let part: Vec<_> = which.iter().map(|at| batch[*at]).collect();
            let run = server.prepared.run(&part, now);
            observe(&run, part.len());
            slots.fill(which, run, server.reference().digest)
        };
        if !theirs.is_empty() {
            let (failed, busy_us) = run(old, &theirs, &mut slots);
            counts.old.add(theirs.len() as u64, failed, busy_us);
        }
        if !ours.is_empty() {
            let (failed, busy_us) = run(&self.server, &ours, &mut slots);
            counts.new.add(ours.len() as u64, failed, busy_us);
            if failed > 0 && self.plan.fallback {
                let caught = slots.owners_that_failed(&ours, &owner_of);
                let again: Vec<_> = ours.iter().copied().filter(|at| caught.contains(&owner_of(*at).id)).collect();
                let new_failed = slots.failed(&again);
                run(old, &again, &mut slots);
                counts.newly_failing += new_failed.into_iter().filter(|at| !slots.has_failed(*at)).count() as u64;
            }
        }
        self.plan.counts_so_far.count(|counts_so_far| {
            counts_so_far.new.add(counts.new.messages, counts.new.failed, counts.new.busy_us);
            counts_so_far.old.add(counts.old.messages, counts.old.failed, counts.old.busy_us);
            counts_so_far.newly_failing += counts.newly_failing;
        });
        slots.into_answers()
    }
}

/// The answers of a batch, found in parts.
struct Slots(Vec<Option<(Result<Outcome, PluginFault>, Digest)>>);

impl Slots {
    fn new(len: usize) -> Self {
        Self((0..len).map(|_| None).collect())
    }

    /// Puts a run's outcomes in their places: how many failed, and the microseconds it took.
    fn fill(&mut self, places: &[usize], run: Run, component: Digest) -> (u64, u64) {
        let busy_us = u64::try_from(run.elapsed.as_micros()).unwrap_or(u64::MAX);
        for (at, outcome) in places.iter().zip(run.outcomes) {
            self.0[*at] = Some((outcome, component));
        }
        (self.failed(places).len() as u64, busy_us)
    }

    fn has_failed(&self, at: usize) -> bool {
        self.0[at].as_ref().is_some_and(|(outcome, _)| fails(outcome))
    }

    fn failed(&self, places: &[usize]) -> Vec<usize> {
        places.iter().copied().filter(|at| self.has_failed(*at)).collect()
    }

    fn owners_that_failed<'a>(
        &self,
        places: &[usize],
        owner_of: &impl Fn(usize) -> &'a Message,
    ) -> std::collections::HashSet<gantry_core::MessageId> {
        self.failed(places).into_iter().map(|at| owner_of(at).id).collect()
    }

    fn into_answers(self) -> Answers {
        let (outcomes, components) = self.0.into_iter().flatten().unzip();
        Answers { outcomes, components }
    }
}

/// Whether this counts against a plugin: it ends the message, and not because the plugin asked for time or passes it by.
pub fn fails(outcome: &Result<Outcome, PluginFault>) -> bool {
    matches!(outcome, Err(_) | Ok(Outcome::Invalid(_) | Outcome::Reject(_)))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use gantry_core::{Headers, MessageId};

    use super::*;

    #[test]
    fn a_key_stays_on_its_side_and_the_share_is_kept() {
        let message = |key: usize| Message {
            id: MessageId::generate(),
            key: Some(key.to_string()),
            content_type: String::new(),
            headers: Headers::new(),
            event_time: Timestamp::default(),
            payload: Bytes::new(),
        };
        let takes = |deployment, share, key| is_in_share(deployment, share, &message(key));
        let share = (0..10_000).filter(|key| takes(1, 0.1, *key)).count();
        assert!((850..1150).contains(&share), "{share} of 10,000 keys for a share of 10 %");
        assert!((0..1000).all(|key| takes(1, 0.3, key) == takes(1, 0.3, key)));
        assert!((0..1000).any(|key| takes(1, 0.3, key) != takes(2, 0.3, key)), "each deployment draws anew");
        assert!((0..1000).all(|key| takes(1, 1.0, key) && !takes(1, 0.0, key)));
    }
}
