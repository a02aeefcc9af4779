//! What is counted of rules: how long they take, and what breaks them.

use std::time::Duration;

use gantry_core::Breach;

use super::FlowMetrics;

impl FlowMetrics {
    /// A batch was held to rules.
    pub fn observe_rules(&self, step: &str, elapsed: Duration, messages: usize) {
        let labels = [&*self.flow, step];
        self.all.0.rules_seconds.with_label_values(&labels).observe(elapsed.as_secs_f64());
        self.all.0.rules_messages.with_label_values(&labels).inc_by(messages as u64);
    }

    /// What an ended message has broken. The field is no label: there is no end of fields.
    pub fn observe_breaches(&self, breaches: &[Breach]) {
        for Breach { step, code, severity, count, .. } in breaches {
            let code = self.bounded(code);
            self.all.0.breaches.with_label_values(&[&*self.flow, step, &code, severity.name()]).inc_by(*count);
        }
    }
}
