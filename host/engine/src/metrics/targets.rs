//! Metrics that are read from the gates just before a scrape: the state of each target and of its breaker.

use gantry_core::BreakerState;
use prometheus::IntGaugeVec;

use super::registrar::{MetricsError, Registrar};
use crate::target_report::{TargetReport, TargetState};

/// Gauges of the states of targets.
pub struct Targets {
    state: IntGaugeVec,
    breaker: IntGaugeVec,
}

impl Targets {
    pub(super) fn new(registrar: &Registrar) -> Result<Self, MetricsError> {
        let labels = &["flow", "target", "state"];
        Ok(Self {
            state: registrar.gauge("gantry_target_state", "1 for a target's state.", labels)?,
            breaker: registrar.gauge("gantry_breaker_state", "1 for the state of a target's breaker.", labels)?,
        })
    }

    /// Sets the gauges, and removes those of targets that are gone.
    pub fn observe(&self, targets: &[TargetReport]) {
        self.state.reset();
        self.breaker.reset();
        for TargetReport { flow, target, state, breaker, .. } in targets {
            let flow = flow.as_str();
            let target = target.as_str();
            for each in TargetState::ALL {
                self.state.with_label_values(&[flow, target, each.name()]).set((each == *state).into());
            }
            let Some(breaker) = breaker else { continue };
            for each in BreakerState::ALL {
                self.breaker.with_label_values(&[flow, target, each.name()]).set((each == breaker.state).into());
            }
        }
    }
}
