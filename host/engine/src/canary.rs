//! A new version on canary: a share of the keys meets it, and what it does is counted against what the old one does.
//!
//! The same key always meets the same version, so order within a key is kept. Where the canary has a **fallback**, a message
//! that the new version fails on is given to the old one, whole, and what that says counts: the canary costs no message
//! its delivery. The new version's failure is counted all the same.

use std::collections::HashSet;
use std::sync::Arc;

use gantry_core::rollout::Comparison;
use gantry_core::{Digest, Message, MessageId, Outcome, PluginRef, Timestamp};
use gantry_sandbox::{Plugin, PluginFault, PrepareError, Run, StepConfig};
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::server::{Answer, Question, Server};

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

/// A version on canary, bound to its step.
pub struct Canary {
    plan: CanaryPlan,
    server: Server,
}

/// What was counted so far, and who is to be notified of more.
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

    /// Whether this message is one of the canary's share: by its key, or by its id where it has none.
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
    pub(crate) fn answer(
        &self,
        old: &Server,
        questions: &[Question<'_>],
        now: Timestamp,
        observe: &dyn Fn(&Run, usize),
    ) -> Vec<Answer> {
        let (ours, theirs): (Vec<usize>, Vec<usize>) =
            (0..questions.len()).partition(|at| self.takes(questions[*at].owner));
        let mut run = CanaryRun { questions, now, observe, slots: questions.iter().map(|_| None).collect() };
        let mut counts = Comparison::default();
        if !theirs.is_empty() {
            let (failed, busy_us) = run.ask(old, &theirs);
            counts.old.add(theirs.len() as u64, failed, busy_us);
        }
        if !ours.is_empty() {
            let (failed, busy_us) = run.ask(&self.server, &ours);
            counts.new.add(ours.len() as u64, failed, busy_us);
            if failed > 0 && self.plan.fallback {
                counts.newly_failing += run.fall_back(old, &ours);
            }
        }
        self.plan.counts_so_far.count(|counts_so_far| {
            counts_so_far.new.add(counts.new.messages, counts.new.failed, counts.new.busy_us);
            counts_so_far.old.add(counts.old.messages, counts.old.failed, counts.old.busy_us);
            counts_so_far.newly_failing += counts.newly_failing;
        });
        run.slots.into_iter().flatten().collect()
    }
}

/// A batch that is asked of two versions: its answers are found in pieces.
struct CanaryRun<'a> {
    questions: &'a [Question<'a>],
    now: Timestamp,
    observe: &'a dyn Fn(&Run, usize),
    /// One for each question.
    slots: Vec<Option<Answer>>,
}

impl CanaryRun<'_> {
    /// Asks a version these questions and puts the answers in their places: how many failed, and the microseconds it took.
    fn ask(&mut self, server: &Server, places: &[usize]) -> (u64, u64) {
        let questions: Vec<_> = places.iter().map(|at| self.questions[*at]).collect();
        let answered = server.ask(&questions, self.now, self.observe);
        for (at, answer) in places.iter().zip(answered.answers) {
            self.slots[*at] = Some(answer);
        }
        let busy_us = u64::try_from(answered.elapsed.as_micros()).unwrap_or(u64::MAX);
        (self.failed(places).len() as u64, busy_us)
    }

    /// Gives the messages among these that failed to the old version, whole. Returns how many parts only the new version
    /// failed on.
    fn fall_back(&mut self, old: &Server, places: &[usize]) -> u64 {
        let failed: HashSet<MessageId> =
            self.failed(places).into_iter().map(|at| self.questions[at].owner.id).collect();
        let again: Vec<_> =
            places.iter().copied().filter(|at| failed.contains(&self.questions[*at].owner.id)).collect();
        let failed_before = self.failed(&again);
        self.ask(old, &again);
        failed_before.into_iter().filter(|at| !self.has_failed(*at)).count() as u64
    }

    fn has_failed(&self, at: usize) -> bool {
        self.slots[at].as_ref().is_some_and(|answer| fails(&answer.outcome))
    }

    fn failed(&self, places: &[usize]) -> Vec<usize> {
        places.iter().copied().filter(|at| self.has_failed(*at)).collect()
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
