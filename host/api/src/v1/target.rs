//! Targets, and what operators say of them: `/v1/targets`.

use gantry_core::{FlowName, TargetName, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::form;

/// A target, as operators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TargetReport {
    /// Its flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// Its name.
    #[schema(value_type = form::TargetName)]
    pub target: TargetName,
    /// Whether it gets anything.
    pub state: TargetState,
    /// Who stopped it, when and why; none while nobody did. Without `by`, the target itself: it answered 410.
    pub stop: Option<TargetStop>,
    /// When a target that refuses the host's credentials is probed.
    #[schema(value_type = Option<form::Timestamp>)]
    pub refused_until: Option<Timestamp>,
    /// None: it has none.
    pub breaker: Option<BreakerReport>,
    /// Retries within the budget's window.
    pub retries: u32,
    /// The most there may be within it just now.
    pub retries_allowed: u32,
    /// Deliveries under way.
    pub under_way: usize,
    /// Deliveries that wait for one of those to end.
    pub waiting: usize,
}

coded_enum! {
    /// Whether a target gets anything.
    #[derive(ToSchema)]
    pub enum TargetState {
        /// It does.
        Active => "active",
        /// An operator paused it.
        Paused => "paused",
        /// It refuses the host's credentials, and is probed now and then.
        Unauthorized => "unauthorized",
        /// It answered 410, or an operator disabled it.
        Disabled => "disabled",
    }
}

/// Why and since when a target gets nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TargetStop {
    /// Which kind of stop.
    pub kind: StopKind,
    /// Since when.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who said so; none: the target itself, by answering 410.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
}

coded_enum! {
    /// How a target is stopped.
    #[derive(ToSchema)]
    pub enum StopKind {
        /// For a while, until it is resumed.
        Paused => "paused",
        /// For good, until it is enabled.
        Disabled => "disabled",
    }
}

/// A target's breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BreakerReport {
    /// Where it stands.
    pub state: BreakerState,
    /// While it is open: when the target is probed.
    #[schema(value_type = Option<form::Timestamp>)]
    pub until: Option<Timestamp>,
    /// Calls it judges by.
    pub calls: u32,
    /// How many of them failed.
    pub failures: u32,
}

coded_enum! {
    /// Where a breaker stands.
    #[derive(ToSchema)]
    pub enum BreakerState {
        /// Calls pass.
        Closed => "closed",
        /// None passes.
        Open => "open",
        /// A few pass, to find out.
        HalfOpen => "half_open",
    }
}

coded_enum! {
    /// What can be said of a target.
    #[derive(ToSchema)]
    pub enum TargetCommand {
        /// Nothing is sent for now.
        Pause => "pause",
        /// Ends a pause; refused credentials are tried at once.
        Resume => "resume",
        /// Nothing is sent until it is enabled.
        Disable => "disable",
        /// Ends whatever somebody, or a 410, said.
        Enable => "enable",
        /// Closes the breaker, whatever it has seen.
        CloseBreaker => "close-breaker",
    }
}
