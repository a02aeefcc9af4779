//! How a new plugin version earns its place: the operator's terms, what is counted while it proves itself, and the
//! rules that read the counts. No I/O and no clock of its own: the runtime counts, and asks here what follows.

use serde::{Deserialize, Serialize};

/// Fewer messages than this count as this many, so that the first failure of a rare flow weighs as much as it should:
/// with a bound of 5 %, two failures among the first twenty are too many, and one is not.
const LEAST_SAMPLE: u64 = 20;

/// What is asked of a version before it serves every message, and while it does so for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// How many of the flow's last messages are run through old and new side by side; 0: none.
    pub shadow: u32,
    /// What to do when the new version answers some of them differently.
    pub changed: Judgement,
    /// What to do when it fails on messages that the old one handles. `Accept` also means that later such failures are
    /// its last word; otherwise the old version answers in its place as long as the new one is on trial.
    pub newly_failing: Judgement,
    /// Which share of the keys goes to the new version first, from 0 (none: straight to all) to 1.
    pub canary_share: f64,
    /// How long that share is watched.
    pub canary: Window,
    /// How long the version is watched once it serves every message.
    pub watch: Window,
    /// The share of messages it may fail on that the old one handles; beyond it the old one is put back.
    pub max_failure_rate: f64,
}

/// A stretch of work: it ends with the first of the two, but never before one message was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// So many messages; 0: there is no such stretch.
    pub messages: u64,
    /// So many milliseconds.
    pub time_ms: u64,
}

/// Terms that differ from those of the host; what is none stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TermsChange {
    /// See [`Terms::shadow`].
    pub shadow: Option<u32>,
    /// See [`Terms::changed`].
    pub changed: Option<Judgement>,
    /// See [`Terms::newly_failing`].
    pub newly_failing: Option<Judgement>,
    /// See [`Terms::canary_share`].
    pub canary_share: Option<f64>,
    /// Messages of [`Terms::canary`].
    pub canary_messages: Option<u64>,
    /// Milliseconds of [`Terms::canary`].
    pub canary_time_ms: Option<u64>,
    /// Messages of [`Terms::watch`].
    pub watch_messages: Option<u64>,
    /// Milliseconds of [`Terms::watch`].
    pub watch_time_ms: Option<u64>,
    /// See [`Terms::max_failure_rate`].
    pub max_failure_rate: Option<f64>,
}

/// A share or a rate that is none.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("`{name}` is a share from 0 to 1, not {value}")]
pub struct InvalidShare {
    name: &'static str,
    value: f64,
}

/// What a difference between two versions means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// Go on.
    Accept,
    /// Wait for the operator.
    Ask,
    /// The version is refused.
    Refuse,
}

/// What one version did since it is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Messages it was given.
    pub messages: u64,
    /// Messages it refused or failed on: `invalid`, `reject`, or a plugin fault.
    pub failed: u64,
    /// Time it took for all of them, in microseconds.
    pub busy_us: u64,
}

/// What old and new did on live messages since a stretch began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The new version.
    pub new: Tally,
    /// The old one, on messages that were not given to the new.
    pub old: Tally,
    /// Messages the new version failed on and the old one handled when it was given them instead.
    pub newly_failing: u64,
}

/// How a deployment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RolloutOutcome {
    /// The new version serves the step.
    Deployed,
    /// It never met a live message.
    Refused,
    /// It met live messages, and the old version was put back.
    RolledBack,
}

/// What follows from a [`Comparison`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Too early to say.
    Wait,
    /// The stretch is over and nothing speaks against the version.
    Pass,
    /// It fails too often.
    Fail,
}

impl Terms {
    /// These terms with some of them changed.
    ///
    /// # Errors
    /// When a share lies outside of 0 to 1.
    pub fn with(self, change: &TermsChange) -> Result<Self, InvalidShare> {
        let share = |name, value: Option<f64>, default| match value {
            None => Ok(default),
            Some(value) if (0.0..=1.0).contains(&value) => Ok(value),
            Some(value) => Err(InvalidShare { name, value }),
        };
        let window = |messages: Option<u64>, time: Option<u64>, default: Window| Window {
            messages: messages.unwrap_or(default.messages),
            time_ms: time.unwrap_or(default.time_ms),
        };
        Ok(Self {
            shadow: change.shadow.unwrap_or(self.shadow),
            changed: change.changed.unwrap_or(self.changed),
            newly_failing: change.newly_failing.unwrap_or(self.newly_failing),
            canary_share: share("canary_share", change.canary_share, self.canary_share)?,
            canary: window(change.canary_messages, change.canary_time_ms, self.canary),
            watch: window(change.watch_messages, change.watch_time_ms, self.watch),
            max_failure_rate: share("max_failure_rate", change.max_failure_rate, self.max_failure_rate)?,
        })
    }

    /// Whether the old version answers for the new one where that fails.
    #[must_use]
    pub fn has_net(&self) -> bool {
        self.newly_failing != Judgement::Accept
    }

    /// Reads the counts of a stretch that has lasted `elapsed_ms`.
    #[must_use]
    pub fn judge(&self, window: Window, seen: &Comparison, elapsed_ms: u64) -> Verdict {
        if self.fails_too_often(seen) {
            Verdict::Fail
        } else if window.is_over(seen.new.messages, elapsed_ms) {
            Verdict::Pass
        } else {
            Verdict::Wait
        }
    }

    /// With a net, the messages are counted that the old version had to answer; without one, all that failed beyond the
    /// old version's own share.
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
    fn fails_too_often(&self, seen: &Comparison) -> bool {
        let sample = seen.new.messages.max(LEAST_SAMPLE) as f64;
        let failing = if self.has_net() { seen.newly_failing } else { seen.new.failed };
        let usual = if self.has_net() { 0.0 } else { seen.old.failure_rate().unwrap_or(0.0) };
        failing as f64 > (self.max_failure_rate + usual) * sample
    }
}

impl Window {
    /// Whether there is such a stretch at all.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.messages == 0
    }

    const fn is_over(self, messages: u64, elapsed_ms: u64) -> bool {
        messages >= self.messages || (messages > 0 && elapsed_ms >= self.time_ms)
    }
}

impl Tally {
    /// Adds a batch.
    pub const fn add(&mut self, messages: u64, failed: u64, busy_us: u64) {
        self.messages += messages;
        self.failed += failed;
        self.busy_us += busy_us;
    }

    /// The share of messages it failed on; none before the first.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
    pub fn failure_rate(&self) -> Option<f64> {
        (self.messages > 0).then(|| self.failed as f64 / self.messages as f64)
    }

    /// Microseconds a message, on average; none before the first.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "microseconds far below 2^53")]
    pub fn mean_us(&self) -> Option<f64> {
        (self.messages > 0).then(|| self.busy_us as f64 / self.messages as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> Terms {
        Terms {
            shadow: 200,
            changed: Judgement::Ask,
            newly_failing: Judgement::Refuse,
            canary_share: 0.1,
            canary: Window { messages: 200, time_ms: 600_000 },
            watch: Window { messages: 1000, time_ms: 600_000 },
            max_failure_rate: 0.01,
        }
    }

    fn seen(messages: u64, newly_failing: u64) -> Comparison {
        Comparison { new: Tally { messages, failed: newly_failing, busy_us: 0 }, newly_failing, ..Default::default() }
    }

    #[test]
    fn a_stretch_ends_with_its_messages_or_its_time_but_never_unseen() {
        let terms = terms();
        let window = Window { messages: 100, time_ms: 1000 };
        let verdict = |messages, elapsed| terms.judge(window, &seen(messages, 0), elapsed);
        assert_eq!(verdict(99, 999), Verdict::Wait);
        assert_eq!(verdict(100, 0), Verdict::Pass);
        assert_eq!(verdict(1, 1000), Verdict::Pass);
        assert_eq!(verdict(0, 1_000_000), Verdict::Wait);
    }

    #[test]
    fn failures_are_too_many_only_beyond_the_bound_and_few_messages_count_as_twenty() {
        let terms = Terms { max_failure_rate: 0.05, ..terms() };
        let verdict = |messages, failing| terms.judge(terms.canary, &seen(messages, failing), 0);
        assert_eq!(verdict(2, 1), Verdict::Wait);
        assert_eq!(verdict(2, 2), Verdict::Fail);
        assert_eq!(verdict(100, 5), Verdict::Wait);
        assert_eq!(verdict(100, 6), Verdict::Fail);
        assert_eq!(verdict(200, 11), Verdict::Fail, "a stretch that is over can still have failed");
    }

    #[test]
    fn terms_change_one_by_one_and_a_share_beyond_all_is_refused() {
        let change = TermsChange { shadow: Some(0), canary_share: Some(1.0), ..TermsChange::default() };
        let expected = Terms { shadow: 0, canary_share: 1.0, ..terms() };
        assert_eq!(terms().with(&change), Ok(expected));
        let wrong = TermsChange { max_failure_rate: Some(5.0), ..TermsChange::default() };
        let refused = terms().with(&wrong).unwrap_err().to_string();
        assert_eq!(refused, "`max_failure_rate` is a share from 0 to 1, not 5");
    }

    #[test]
    fn without_a_net_a_version_may_fail_as_often_as_the_old_one_did_and_the_bound() {
        let terms = Terms { newly_failing: Judgement::Accept, max_failure_rate: 0.1, ..terms() };
        let seen = |failed| Comparison {
            new: Tally { messages: 100, failed, busy_us: 0 },
            old: Tally { messages: 10, failed: 2, busy_us: 0 },
            newly_failing: 0,
        };
        assert_eq!(terms.judge(terms.canary, &seen(29), 0), Verdict::Wait);
        assert_eq!(terms.judge(terms.canary, &seen(31), 0), Verdict::Fail);
    }
}
