//! Targets and commands for them.

use gantry_api::v1;
use gantry_control::targets;
use gantry_core as core;
use gantry_engine::target_report;

use super::{Convert, alike};

alike! {
    target_report::TargetReport => v1::TargetReport {
        flow, target, state, stop, probing, refusal, throttle, breaker, retries, retries_allowed, in_flight, waiting,
    }
    target_report::TargetState => v1::TargetState [Active, Paused, Unauthorized, WrongEndpoint, Throttled, Disabled]
    target_report::Refusal => v1::RefusalReport { until, reason }
    target_report::Throttle => v1::ThrottleReport { gap_ms, until }
    target_report::BreakerReport => v1::BreakerReport { state, since, until, calls, failures }
    core::BreakerState => v1::BreakerState [Closed, Open, HalfOpen]
    core::TargetStop => v1::TargetStop { kind, at, by, reason, until, earlier }
    core::EarlierStop => v1::EarlierStop { kind, at, by, reason, until }
    core::StopKind => v1::StopKind [Paused, Disabled]
    v1::TargetCommand => targets::TargetCommand [Pause, Resume, Disable, Enable, CloseBreaker]
}
