//! Says why a message in the queue waits: from its place in the queue, and from what the running host knows of its flow
//! and its targets.

use gantry_core::{
    BreakerState, Clock as _, DeadLetterId, DeliveryState, MessageId, StopKind, SystemClock, TargetName, Timestamp,
    coded_enum,
};
use gantry_engine::target_report::{TargetReport, TargetState};
use gantry_store::{QueuePlace, QueuedDelivery, QueuedMessage};

use crate::services::HostServices;

/// A message in the queue, and why it waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The message.
    pub message: QueuedMessage,
    /// What it waits for.
    pub wait: Wait,
}

/// What a message waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The kind.
    pub reason: WaitReason,
    /// The same in a sentence.
    pub text: String,
    /// Until when at most, if that is known.
    pub until: Option<Timestamp>,
    /// The target that holds it back.
    pub target: Option<TargetName>,
    /// The message that goes first.
    pub message: Option<MessageId>,
    /// The dead letters that block its key.
    pub dead_letters: Vec<DeadLetterId>,
    /// The command to go on with.
    pub next: Option<String>,
}

coded_enum! {
    /// Why a message waits.
    pub enum WaitReason {
        /// It is being processed at this moment.
        InProgress => "in_progress",
        /// Its flow, or the host, has as many dead letters as it may have.
        DeadLettersFull => "dead_letters_full",
        /// It is in line.
        InLine => "in_line",
        /// An earlier message with its key is not done.
        BehindMessage => "behind_message",
        /// A dead letter blocks its key.
        BehindDeadLetter => "behind_dead_letter",
        /// An attempt failed, and the next is not due yet.
        Retry => "retry",
        /// A plugin asked for another run, which is not due yet.
        RunAgain => "run_again",
        /// Somebody paused its target.
        TargetPaused => "target_paused",
        /// Its target is disabled.
        TargetDisabled => "target_disabled",
        /// Its target refuses every delivery.
        TargetRefuses => "target_refuses",
        /// Its target throttles.
        TargetThrottles => "target_throttles",
        /// The breaker of its target is open.
        BreakerOpen => "breaker_open",
        /// The retry budget of its target is spent.
        RetryBudget => "retry_budget",
        /// Its target has as many deliveries as it may have at once.
        TargetBusy => "target_busy",
        /// Its flow can't run.
        FlowBroken => "flow_broken",
        /// No flow of this name is in force.
        FlowMissing => "flow_missing",
        /// No host runs.
        HostStopped => "host_stopped",
    }
}

impl Wait {
    fn of(reason: WaitReason, text: impl Into<String>) -> Self {
        Self {
            reason,
            text: text.into(),
            until: None,
            target: None,
            message: None,
            dead_letters: Vec::new(),
            next: None,
        }
    }

    fn until(self, until: Timestamp) -> Self {
        Self { until: Some(until), ..self }
    }

    fn next(self, command: String) -> Self {
        Self { next: Some(command), ..self }
    }
}

/// Explains waits with what is known at one moment.
pub(crate) struct Explainer<'a> {
    host: Option<&'a HostServices>,
    targets: Vec<TargetReport>,
}

impl<'a> Explainer<'a> {
    pub(crate) fn new(host: Option<&'a HostServices>) -> Self {
        let targets = host.map(|host| host.flows.targets(SystemClock.now())).unwrap_or_default();
        Self { host, targets }
    }

    pub(crate) fn explain(&self, message: QueuedMessage) -> Waiting {
        let wait = self.without_flow(&message).unwrap_or_else(|| self.in_flow(&message));
        Waiting { message, wait }
    }

    /// Why nothing takes messages of this flow from the queue.
    fn without_flow(&self, message: &QueuedMessage) -> Option<Wait> {
        let flow = &message.flow;
        let Some(host) = self.host else {
            return Some(Wait::of(WaitReason::HostStopped, "no host runs on the data directory"));
        };
        if host.flows.refuse_broken(flow).is_err() {
            let text = format!("its flow `{flow}` is broken and does not run");
            return Some(Wait::of(WaitReason::FlowBroken, text).next("gantry flow list".to_owned()));
        }
        let is_new = message.replay.is_none() && message.place != QueuePlace::InProgress;
        let bound = host.flows.dead_letter_bytes(flow).filter(|_| is_new);
        if bound.is_some_and(|bound| host.dead_letter_room.is_full(flow, bound)) {
            let text = format!(
                "`{flow}`, or the host, has as many bytes of dead letters as it may have: replay or discard some"
            );
            return Some(Wait::of(WaitReason::DeadLettersFull, text).next("gantry dlq groups".to_owned()));
        }
        let is_in_force = host.flows.is_in_force(flow);
        let text = format!("no flow `{flow}` is in force, so nothing takes it from the queue");
        (!is_in_force)
            .then(|| Wait::of(WaitReason::FlowMissing, text).next(format!("gantry queue move --flow {flow} --to FLOW")))
    }

    /// What it waits for in a flow that runs.
    fn in_flow(&self, message: &QueuedMessage) -> Wait {
        match &message.place {
            QueuePlace::InProgress => Wait::of(WaitReason::InProgress, "it is being processed"),
            QueuePlace::InLine { ahead: 0 } => Wait::of(WaitReason::InLine, "it is next in line"),
            QueuePlace::InLine { ahead } => {
                Wait::of(WaitReason::InLine, format!("it is in line, behind at most {ahead} others"))
            }
            QueuePlace::BehindMessage { message: first } => Wait {
                message: Some(*first),
                ..Wait::of(WaitReason::BehindMessage, format!("message {first} with the same key is not done"))
                    .next(format!("gantry message show {first}"))
            },
            QueuePlace::BehindDeadLetters { dead_letters } => behind(dead_letters),
            QueuePlace::Until { due } => self.until(message, *due),
            QueuePlace::Held { due } => self.held(message, *due),
        }
    }

    /// Its next attempt is due later; a target that is shut says why better than a schedule.
    fn until(&self, message: &QueuedMessage, due: Timestamp) -> Wait {
        let Some(pending) = pending(message) else {
            let text = format!("a plugin asked for run {}, which is due at {due}", message.run);
            return Wait::of(WaitReason::RunAgain, text).until(due);
        };
        if let Some(shut) = self.report(message, &pending.target).and_then(shut) {
            return shut;
        }
        let last = match (pending.status, pending.error) {
            (Some(status), _) => format!("attempt {} failed with status {status}", pending.attempts),
            (None, Some(error)) => format!("attempt {} failed: {}", pending.attempts, error.name()),
            (None, None) => "what was attempted so far does not count".to_owned(),
        };
        let text = format!("{last}; the next at `{}` is due at {due}", pending.target);
        Wait { target: Some(pending.target.clone()), ..Wait::of(WaitReason::Retry, text).until(due) }
    }

    /// A target holds it back.
    fn held(&self, message: &QueuedMessage, due: Timestamp) -> Wait {
        let pending = message.deliveries.iter().filter(|delivery| delivery.state == DeliveryState::Pending);
        let reports: Vec<_> = pending.filter_map(|delivery| self.report(message, &delivery.target)).collect();
        if let Some(shut) = reports.iter().find_map(|report| shut(report)) {
            return shut;
        }
        let Some(report) = reports.first() else {
            return Wait::of(WaitReason::TargetBusy, format!("its target holds it back until {due}")).until(due);
        };
        let target = &report.target;
        let wait = if report.retries_allowed == 0 {
            let text = format!("the retry budget of `{target}` is spent: {} retries in its window", report.retries);
            Wait::of(WaitReason::RetryBudget, text)
        } else {
            Wait::of(WaitReason::TargetBusy, format!("`{target}` has as many deliveries under way as it may have"))
        };
        Wait { target: Some(target.clone()), ..wait.until(due) }
    }

    fn report(&self, message: &QueuedMessage, target: &TargetName) -> Option<&TargetReport> {
        self.targets.iter().find(|report| report.flow == message.flow && report.target == *target)
    }
}

fn pending(message: &QueuedMessage) -> Option<&QueuedDelivery> {
    message.deliveries.iter().find(|delivery| delivery.state == DeliveryState::Pending)
}

fn behind(dead_letters: &[DeadLetterId]) -> Wait {
    let names: Vec<_> = dead_letters.iter().map(ToString::to_string).collect();
    let wait =
        Wait::of(WaitReason::BehindDeadLetter, format!("its key is blocked by dead letter {}", names.join(", ")));
    let wait = Wait { dead_letters: dead_letters.to_vec(), ..wait };
    match dead_letters.first() {
        Some(first) => wait.next(format!("gantry dlq show {first}")),
        None => wait,
    }
}

/// Why a target gets nothing at present.
fn shut(report: &TargetReport) -> Option<Wait> {
    let TargetReport { flow, target, .. } = report;
    let address = format!("{flow}/{target}");
    let wait = if let Some(stop) = &report.stop {
        let by = stop.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        let why = if stop.reason.is_empty() { String::new() } else { format!(": {}", stop.reason) };
        match stop.kind {
            StopKind::Paused => {
                Wait::of(WaitReason::TargetPaused, format!("`{target}` was paused{by} at {}{why}", stop.at))
                    .next(format!("gantry target resume {address}"))
            }
            StopKind::Disabled => {
                Wait::of(WaitReason::TargetDisabled, format!("`{target}` was disabled{by} at {}{why}", stop.at))
                    .next(format!("gantry target enable {address}"))
            }
        }
    } else if let Some(refusal) = &report.refusal {
        let text = format!("`{target}` refuses every delivery: {}", refusal.reason);
        Wait::of(WaitReason::TargetRefuses, text).until(refusal.until).next(format!("gantry target resume {address}"))
    } else if let Some(breaker) = report.breaker.filter(|breaker| breaker.state != BreakerState::Closed) {
        let wait = Wait::of(WaitReason::BreakerOpen, format!("the breaker of `{target}` is open"));
        let wait = breaker.until.map_or(wait.clone(), |until| wait.until(until));
        wait.next(format!("gantry target show {address}"))
    } else if let Some(throttle) = report.throttle.filter(|_| report.state == TargetState::Throttled) {
        let gap = throttle.gap_ms;
        let text = format!("`{target}` answers 429: it gets one request in {gap} ms, the next at {}", throttle.until);
        Wait::of(WaitReason::TargetThrottles, text).until(throttle.until)
    } else {
        return None;
    };
    Some(Wait { target: Some(target.clone()), ..wait })
}
