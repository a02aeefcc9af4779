//! What is counted of alerts.

use gantry_core::alert::{AlertKind, Firing, Said};

use super::Metrics;

impl Metrics {
    /// Something was said at the endpoint of an alert.
    pub fn observe_said(&self, alert: &str, said: Said) {
        let action = match said {
            Said::Trigger => "trigger",
            Said::Resolve => "resolve",
        };
        self.0.notices.with_label_values(&[alert, action]).inc();
    }

    /// What fires at the endpoint of an alert.
    pub fn observe_firing<'a>(&self, alert: &str, firing: impl Iterator<Item = &'a Firing>) {
        let kinds: Vec<_> = firing.map(|firing| firing.key.kind).collect();
        for kind in AlertKind::ALL {
            let count = kinds.iter().filter(|other| *other == kind).count();
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            self.0.firing.with_label_values(&[alert, kind.name()]).set(count);
        }
    }
}
