//! Targets and commands for them: `/v1/targets`.

use gantry_core::{FlowName, TargetName, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::form;

/// A target, as operators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TargetReport {
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// Its name.
    #[schema(value_type = form::TargetName)]
    pub target: TargetName,
    /// Whether deliveries are sent to it.
    pub state: TargetState,
    /// Who stopped it, when and why; none if it is not stopped. Without `by`, the target stopped itself with the answer
    /// 410.
    pub stop: Option<TargetStop>,
    /// It was enabled, or resumed after it refused every delivery: one delivery is sent, and the others wait until it passes.
    pub probing: bool,
    /// Set while it refuses every delivery, so that all wait.
    pub refusal: Option<RefusalReport>,
    /// Set while it answers 429 to everything.
    pub throttle: Option<ThrottleReport>,
    /// The state of its breaker; none if it has no breaker.
    pub breaker: Option<BreakerReport>,
    /// Retries in the window of the retry budget.
    pub retries: u32,
    /// The number of retries that the budget allows in the window now.
    pub retries_allowed: u32,
    /// Deliveries in flight.
    pub in_flight: usize,
    /// Deliveries that wait for one of these to end.
    pub waiting: usize,
}

/// A target refuses every delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusalReport {
    /// When it is probed again.
    #[schema(value_type = form::Timestamp)]
    pub until: Timestamp,
    /// What it answers.
    pub reason: String,
}

/// A target answers 429 to everything, and gets its requests at the rate that it allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ThrottleReport {
    /// The least time between two requests, in milliseconds.
    pub gap_ms: u64,
    /// When the next request may be sent.
    #[schema(value_type = form::Timestamp)]
    pub until: Timestamp,
}

coded_enum! {
    /// Whether deliveries are sent to a target.
    #[derive(ToSchema)]
    pub enum TargetState {
        /// They are sent.
        Active => "active",
        /// An operator paused it.
        Paused => "paused",
        /// It refuses the host's credentials and is probed regularly.
        Unauthorized => "unauthorized",
        /// It is not where the flow says: it redirects, doesn't know the path or the method, or shows a certificate that isn't
        /// accepted. It is probed regularly.
        WrongEndpoint => "wrong_endpoint",
        /// It answers 429 to everything, and gets its requests at the rate that it allows.
        Throttled => "throttled",
        /// It answered 410, or an operator disabled it.
        Disabled => "disabled",
    }
}

/// Why and since when a target is stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TargetStop {
    /// How it is stopped.
    pub kind: StopKind,
    /// Since when.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who stopped it; none if the target answered 410.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
    /// When it ends by itself; none if it doesn't.
    #[schema(value_type = Option<form::Timestamp>)]
    pub until: Option<Timestamp>,
    /// The stops that this one was put over, the latest first.
    pub earlier: Vec<EarlierStop>,
}

/// A stop that another one was put over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EarlierStop {
    /// How the target was stopped.
    pub kind: StopKind,
    /// Since when.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who stopped it; none if the target answered 410.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
    /// When it would have ended by itself; none if it would not.
    #[schema(value_type = Option<form::Timestamp>)]
    pub until: Option<Timestamp>,
}

/// A command for a target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TargetRequest {
    /// Who does it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When a pause ends by itself, in milliseconds since 1970; only with `pause`.
    #[schema(value_type = Option<form::Timestamp>)]
    pub until: Option<Timestamp>,
}

coded_enum! {
    /// How a target is stopped.
    #[derive(ToSchema)]
    pub enum StopKind {
        /// Paused until it is resumed.
        Paused => "paused",
        /// Disabled until it is enabled.
        Disabled => "disabled",
    }
}

/// A target's breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BreakerReport {
    /// Its state.
    pub state: BreakerState,
    /// Since when it has not been closed; none while it is.
    #[schema(value_type = Option<form::Timestamp>)]
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// When the target is probed again, while the breaker is open.
    #[schema(value_type = Option<form::Timestamp>)]
    pub until: Option<Timestamp>,
    /// The attempts that count: those in its window while it is closed, otherwise those that opened it.
    pub calls: u32,
    /// How many of them failed.
    pub failures: u32,
}

coded_enum! {
    /// The state of a breaker.
    #[derive(ToSchema)]
    pub enum BreakerState {
        /// Attempts pass.
        Closed => "closed",
        /// No attempt passes.
        Open => "open",
        /// A few attempts pass as probes.
        HalfOpen => "half_open",
    }
}

coded_enum! {
    /// A command for a target.
    #[derive(ToSchema)]
    pub enum TargetCommand {
        /// Sends nothing until it is resumed.
        Pause => "pause",
        /// Ends a pause, and tries a target that refuses every delivery at once.
        Resume => "resume",
        /// Sends nothing until it is enabled.
        Disable => "disable",
        /// Ends a disablement, including one by a 410.
        Enable => "enable",
        /// Closes the breaker regardless of earlier failures.
        CloseBreaker => "close-breaker",
    }
}
