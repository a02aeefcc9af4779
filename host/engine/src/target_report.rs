//! A target as operators see it: the status of its gate in their terms.

use std::time::Duration;

use gantry_core::{BreakerState, FlowName, HoldCause, StopKind, TargetName, TargetStop, Timestamp};

use crate::gate::{GateStatus, RefusalStatus};

/// A target, as operators see it.
#[derive(Clone, Debug)]
pub struct TargetReport {
    /// Its flow.
    pub flow: FlowName,
    /// Its name.
    pub target: TargetName,
    /// Whether anything is sent to it.
    pub state: TargetState,
    /// Who stopped it, when and why; none if nobody did. Without `by`, the target stopped itself by answering 410.
    pub stop: Option<TargetStop>,
    /// It was enabled, or resumed after it refused every delivery: one delivery is sent, and the others wait until it passes.
    pub probing: bool,
    /// Set while the target refuses every delivery.
    pub refusal: Option<Refusal>,
    /// Set while it answers 429 to everything.
    pub throttle: Option<Throttle>,
    /// Its breaker, if it has one.
    pub breaker: Option<BreakerReport>,
    /// Retries within the budget's window.
    pub retries: u32,
    /// How many retries the budget allows just now.
    pub retries_allowed: u32,
    /// Deliveries in flight.
    pub in_flight: usize,
    /// Deliveries that wait for one of those to end.
    pub waiting: usize,
}

/// A target refuses every delivery.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// When the target is probed.
    pub until: Timestamp,
    /// What it answers.
    pub reason: String,
}

/// A target answers 429 to everything.
#[derive(Clone, Copy, Debug)]
pub struct Throttle {
    /// The least time between two requests, in milliseconds.
    pub gap_ms: u64,
    /// When the next request may be sent.
    pub until: Timestamp,
}

/// A target's breaker.
#[derive(Clone, Copy, Debug)]
pub struct BreakerReport {
    /// Its state.
    pub state: BreakerState,
    /// Since when it has not been closed; none while it is.
    pub since: Option<Timestamp>,
    /// When the target is probed, if the breaker is open.
    pub until: Option<Timestamp>,
    /// The calls that count: those in its window while it is closed, else those that opened it.
    pub calls: u32,
    /// How many of them failed.
    pub failures: u32,
}

/// Whether anything is sent to a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetState {
    /// Messages are sent.
    Active,
    /// An operator paused it.
    Paused,
    /// It refuses the host's credentials, and is probed now and then.
    Unauthorized,
    /// It is not where the flow says: it redirects, doesn't know the path or the method, or shows a certificate that isn't
    /// accepted. It is probed now and then.
    WrongEndpoint,
    /// It answers 429 to everything, and gets its requests at the rate that it allows.
    Throttled,
    /// It answered 410, or an operator disabled it.
    Disabled,
}

impl TargetState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Active, Self::Paused, Self::Unauthorized, Self::WrongEndpoint, Self::Throttled, Self::Disabled];

    /// The state as metrics and reports spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Unauthorized => "unauthorized",
            Self::WrongEndpoint => "wrong_endpoint",
            Self::Throttled => "throttled",
            Self::Disabled => "disabled",
        }
    }
}

impl TargetReport {
    /// The status of this target's gate, read as a report.
    #[must_use]
    pub fn of(flow: &FlowName, target: &TargetName, status: GateStatus) -> Self {
        let state = match (&status.stop, &status.refusal) {
            (Some(TargetStop { kind: StopKind::Paused, .. }), _) => TargetState::Paused,
            (Some(TargetStop { kind: StopKind::Disabled, .. }), _) => TargetState::Disabled,
            (None, Some(RefusalStatus { cause: HoldCause::Unauthorized, .. })) => TargetState::Unauthorized,
            (None, Some(_)) => TargetState::WrongEndpoint,
            (None, None) if status.throttle.is_some() => TargetState::Throttled,
            (None, None) => TargetState::Active,
        };
        let breaker = status.breaker.map(|(state, calls, failures)| BreakerReport {
            state,
            since: status.opening.map(|opening| opening.since),
            until: status.open_until,
            calls: status.opening.map_or(calls, |opening| opening.calls),
            failures: status.opening.map_or(failures, |opening| opening.failures),
        });
        let (retries, allowed) = status.retries;
        TargetReport {
            flow: flow.clone(),
            target: target.clone(),
            state,
            probing: status.probing && status.stop.is_none(),
            stop: status.stop,
            refusal: status.refusal.map(|RefusalStatus { until, reason, .. }| Refusal { until, reason }),
            throttle: status.throttle.map(|(gap, until)| Throttle { gap_ms: whole_ms(gap), until }),
            breaker,
            retries,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "not negative, and far below 2³²"
            )]
            retries_allowed: allowed as u32,
            in_flight: status.under_way,
            waiting: status.inside.saturating_sub(status.under_way),
        }
    }
}

fn whole_ms(gap: Duration) -> u64 {
    u64::try_from(gap.as_millis()).unwrap_or(u64::MAX)
}
