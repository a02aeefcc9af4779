//! Metrics of alerts.

use gantry_core::alert::{AlertKind, Firing, NotificationKind};
use prometheus::{IntCounterVec, IntGaugeVec};

use super::registrar::{MetricsError, Registrar};

/// Notifications sent to the endpoints of alerts, and the alerts that fire.
pub struct Alerts {
    notifications: IntCounterVec,
    firing: IntGaugeVec,
}

impl Alerts {
    pub(super) fn new(registrar: &Registrar) -> Result<Self, MetricsError> {
        Ok(Self {
            notifications: registrar.counter(
                "gantry_alert_notices_total",
                "Notifications sent to the endpoint of an alert, by action.",
                &["alert", "action"],
            )?,
            firing: registrar.gauge(
                "gantry_alerts_firing",
                "Alerts that were triggered and not resolved.",
                &["alert", "kind"],
            )?,
        })
    }

    /// Creates the counters of an endpoint, so that rates over them begin at zero.
    pub fn expect(&self, alert: &str) {
        for action in ["trigger", "resolve"] {
            self.notifications.with_label_values(&[alert, action]);
        }
    }

    /// A notification was sent to the endpoint of an alert.
    pub fn observe_notification(&self, alert: &str, kind: NotificationKind) {
        let action = match kind {
            NotificationKind::Trigger => "trigger",
            NotificationKind::Resolve => "resolve",
        };
        self.notifications.with_label_values(&[alert, action]).inc();
    }

    /// Sets which alerts fire at an endpoint.
    pub fn observe_firing<'a>(&self, alert: &str, firing: impl Iterator<Item = &'a Firing>) {
        let kinds: Vec<_> = firing.map(|firing| firing.key.kind).collect();
        for kind in AlertKind::ALL {
            let count = kinds.iter().filter(|other| *other == kind).count();
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            self.firing.with_label_values(&[alert, kind.name()]).set(count);
        }
    }
}
