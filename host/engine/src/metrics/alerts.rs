//! What is counted of alerts.

use gantry_core::alert::{AlertKind, Firing, Said};
use prometheus::{IntCounterVec, IntGaugeVec};

use super::registrar::{MetricsError, Registrar};

/// What was said at the endpoints of alerts, and what fires there.
pub struct Alerts {
    notices: IntCounterVec,
    firing: IntGaugeVec,
}

impl Alerts {
    pub(super) fn new(registrar: &Registrar) -> Result<Self, MetricsError> {
        Ok(Self {
            notices: registrar.counter(
                "gantry_alert_notices_total",
                "What was said at the endpoint of an alert, by what it was.",
                &["alert", "action"],
            )?,
            firing: registrar.gauge(
                "gantry_alerts_firing",
                "Alerts that were triggered and not resolved.",
                &["alert", "kind"],
            )?,
        })
    }

    /// Something was said at the endpoint of an alert.
    pub fn observe_notice(&self, alert: &str, said: Said) {
        let action = match said {
            Said::Trigger => "trigger",
            Said::Resolve => "resolve",
        };
        self.notices.with_label_values(&[alert, action]).inc();
    }

    /// What fires at the endpoint of an alert.
    pub fn observe_firing<'a>(&self, alert: &str, firing: impl Iterator<Item = &'a Firing>) {
        let kinds: Vec<_> = firing.map(|firing| firing.key.kind).collect();
        for kind in AlertKind::ALL {
            let count = kinds.iter().filter(|other| *other == kind).count();
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            self.firing.with_label_values(&[alert, kind.name()]).set(count);
        }
    }
}
