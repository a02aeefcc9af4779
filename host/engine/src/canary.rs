//! A new plugin version on canary: it gets a share of the keys, and its results are compared with those of the old
//! version.
//!
//! The same key always goes to the same version, so order within a key is kept. With a **fallback**, a message that the
//! new version fails on goes to the old version as a whole, and the old version's answer counts: no message becomes a
//! dead letter because of the canary. The failure of the new version is counted all the same.

use std::collections::HashSet;
use std::sync::Arc;

use gantry_core::rollout::Comparison;
use gantry_core::{Digest, Message, MessageId, Outcome, PluginRef, Timestamp};
use gantry_sandbox::{Plugin, PluginFault, PrepareError, Run, StepConfig};
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::server::{Answer, Question, Server};

/// A version to put on canary, and how.
#[derive(Clone)]
pub struct CanaryPlan {
    /// The deployment it belongs to. Each deployment selects its keys anew, so that it is not always the same customers
    /// who get a new version first.
    pub deployment: u64,
    /// The new version.
    pub plugin: Plugin,
    /// The share of the keys that it gets, from 0 to 1.
    pub share: f64,
    /// Whether the old version answers where the new one fails.
    pub fallback: bool,
    /// Its counts.
    pub counts_so_far: Arc<CanaryCounts>,
}

/// A version on canary, bound to its step.
pub struct Canary {
    plan: CanaryPlan,
    server: Server,
}

/// The counts of a canary, and a notification when they change.
#[derive(Default)]
pub struct CanaryCounts {
    counts: Mutex<Comparison>,
    /// Notified after each batch.
    pub changed: Notify,
}

impl CanaryCounts {
    /// Continues from these counts.
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

    /// Whether the canary gets this message: decided by its key, or by its id if it has none.
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

    /// A message that it answered was given up in a later step or at a target's schema.
    pub(crate) fn count_downstream_failure(&self) {
        self.plan.counts_so_far.count(|counts_so_far| {
            counts_so_far.new.failed += 1;
            counts_so_far.newly_failing += 1;
        });
    }

    /// Answers one batch: the canary's share by the new version, the rest by the old one.
    pub(crate) fn answer(
        &self,
        old: &Server,
        questions: &[Question<'_>],
        now: Timestamp,
        observe: &dyn Fn(&Run, usize),
    ) -> Vec<Answer> {
        let (for_new, for_old): (Vec<usize>, Vec<usize>) =
            (0..questions.len()).partition(|index| self.takes(questions[*index].owner));
        let mut run = CanaryRun { questions, now, observe, answers: questions.iter().map(|_| None).collect() };
        let mut counts = Comparison::default();
        if !for_old.is_empty() {
            let (failed, busy_us) = run.ask(old, &for_old);
            counts.old.add(for_old.len() as u64, failed, busy_us);
        }
        if !for_new.is_empty() {
            let (failed, busy_us) = run.ask(&self.server, &for_new);
            counts.new.add(for_new.len() as u64, failed, busy_us);
            if failed > 0 && self.plan.fallback {
                counts.newly_failing += run.fall_back(old, &for_new);
            }
        }
        self.plan.counts_so_far.count(|counts_so_far| {
            counts_so_far.new.add(counts.new.messages, counts.new.failed, counts.new.busy_us);
            counts_so_far.old.add(counts.old.messages, counts.old.failed, counts.old.busy_us);
            counts_so_far.newly_failing += counts.newly_failing;
        });
        run.answers.into_iter().flatten().collect()
    }
}

/// A batch that two versions answer: each fills in the answers to its own questions.
struct CanaryRun<'a> {
    questions: &'a [Question<'a>],
    now: Timestamp,
    observe: &'a dyn Fn(&Run, usize),
    /// One slot for each question.
    answers: Vec<Option<Answer>>,
}

impl CanaryRun<'_> {
    /// Asks a version the questions at these indexes and keeps its answers. Returns how many messages failed, and how
    /// many microseconds the version took.
    fn ask(&mut self, server: &Server, indexes: &[usize]) -> (u64, u64) {
        let questions: Vec<_> = indexes.iter().map(|index| self.questions[*index]).collect();
        let answered = server.ask(&questions, self.now, self.observe);
        for (index, answer) in indexes.iter().zip(answered.answers) {
            self.answers[*index] = Some(answer);
        }
        let busy_us = u64::try_from(answered.elapsed.as_micros()).unwrap_or(u64::MAX);
        (self.failed(indexes).len() as u64, busy_us)
    }

    /// Has the old version answer every message that failed among these, all of its parts. Returns how many parts only
    /// the new version failed on.
    fn fall_back(&mut self, old: &Server, indexes: &[usize]) -> u64 {
        let failed: HashSet<MessageId> =
            self.failed(indexes).into_iter().map(|index| self.questions[index].owner.id).collect();
        let again: Vec<_> =
            indexes.iter().copied().filter(|index| failed.contains(&self.questions[*index].owner.id)).collect();
        let failed_before = self.failed(&again);
        self.ask(old, &again);
        failed_before.into_iter().filter(|index| !self.has_failed(*index)).count() as u64
    }

    fn has_failed(&self, index: usize) -> bool {
        self.answers[index].as_ref().is_some_and(|answer| fails(&answer.outcome))
    }

    fn failed(&self, indexes: &[usize]) -> Vec<usize> {
        indexes.iter().copied().filter(|index| self.has_failed(*index)).collect()
    }
}

/// Whether this outcome counts as a failure of the plugin: the message can't go on. A retry or a skip is no failure.
pub fn fails(outcome: &Result<Outcome, PluginFault>) -> bool {
    matches!(outcome, Err(_) | Ok(Outcome::Invalid(_) | Outcome::Reject(_)))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use gantry_core::{Headers, MessageId};

    use super::*;

    fn message(key: usize) -> Message {
        Message {
            id: MessageId::generate(),
            key: Some(key.to_string()),
            content_type: String::new(),
            headers: Headers::new(),
            event_time: Timestamp::default(),
            payload: Bytes::new(),
        }
    }

    #[test]
    fn a_key_stays_on_its_side_and_the_share_is_kept() {
        let takes = |deployment, share, key| is_in_share(deployment, share, &message(key));
        let share = (0..10_000).filter(|key| takes(1, 0.1, *key)).count();
        assert!((850..1150).contains(&share), "{share} of 10,000 keys for a share of 10 %");
        assert!((0..1000).all(|key| takes(1, 0.3, key) == takes(1, 0.3, key)));
        assert!((0..1000).any(|key| takes(1, 0.3, key) != takes(2, 0.3, key)), "each deployment draws anew");
        assert!((0..1000).all(|key| takes(1, 1.0, key) && !takes(1, 0.0, key)));
    }
}
