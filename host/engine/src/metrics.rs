//! What the host counts, in Prometheus' terms. Names, labels and units are listed in `docs/reference/metrics.md`.
//!
//! One file for each concern, each with the metrics it registers and the methods that count; here they are put together.
//! What is counted of one flow goes through its [`FlowMetrics`].
//!
//! Label values come from configuration or from closed lists. The two exceptions, violation codes and step
//! faults, are bounded: past [`MAX_CODES`] distinct codes further ones are counted as `other`.

mod alerts;
mod codes;
mod deliveries;
mod flow;
mod host;
mod messages;
mod plugins;
mod queue;
mod registrar;
mod rules;
mod targets;

use std::sync::Arc;

use prometheus::{Encoder as _, Registry, TextEncoder};

use codes::CodeLabels;
use deliveries::Deliveries;
use flow::OfFlows;
use messages::Messages;
use plugins::Plugins;
use registrar::Registrar;
use rules::Rules;

pub use alerts::Alerts;
pub use codes::MAX_CODES;
pub use deliveries::RETRY_CAUSES;
pub use flow::{Counts, FlowMetrics};
pub use host::{FlowVersion, HostMetrics, RELOAD_RESULTS};
pub use queue::{OpenDeadLetters, Queues};
pub use registrar::MetricsError;
pub use targets::Targets;

/// All metrics of a host; clones are the same ones.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    of_flows: Arc<OfFlows>,
    targets: Targets,
    queues: Queues,
    alerts: Alerts,
    host: HostMetrics,
}

impl Metrics {
    /// Registers every metric.
    pub fn new() -> Result<Self, MetricsError> {
        let registrar = Registrar::default();
        let codes = CodeLabels::default();
        let of_flows = OfFlows {
            messages: Messages::new(&registrar, codes.clone())?,
            deliveries: Deliveries::new(&registrar)?,
            plugins: Plugins::new(&registrar)?,
            rules: Rules::new(&registrar, codes)?,
        };
        Ok(Self(Arc::new(Inner {
            of_flows: Arc::new(of_flows),
            targets: Targets::new(&registrar)?,
            queues: Queues::new(&registrar)?,
            alerts: Alerts::new(&registrar)?,
            host: HostMetrics::new(&registrar)?,
            registry: registrar.into_registry(),
        })))
    }

    /// The metrics of one flow.
    #[must_use]
    pub fn flow(&self, name: &str) -> FlowMetrics {
        self.0.host.expect_events_of(name);
        FlowMetrics::new(name, Arc::clone(&self.0.of_flows))
    }

    /// A request was refused that is no flow's.
    pub fn observe_refused_without_flow(&self, reason: &str) {
        self.0.of_flows.messages.observe_refused_without_flow(reason);
    }

    /// What state the targets are in.
    #[must_use]
    pub fn targets(&self) -> &Targets {
        &self.0.targets
    }

    /// What waits: in the queues and in the dead letters.
    #[must_use]
    pub fn queues(&self) -> &Queues {
        &self.0.queues
    }

    /// What was said at the endpoints of alerts.
    #[must_use]
    pub fn alerts(&self) -> &Alerts {
        &self.0.alerts
    }

    /// What happens to the host as a whole: events, reloads, versions.
    #[must_use]
    pub fn host(&self) -> &HostMetrics {
        &self.0.host
    }

    /// Everything in Prometheus' text format.
    pub fn render(&self) -> Result<String, MetricsError> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.0.registry.gather(), &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_metrics_have_names_of_their_own_and_a_flow_shows_its_counters_before_anything_happens() {
        let metrics = Metrics::new().unwrap();
        let _orders = metrics.flow("orders");
        let text = metrics.render().unwrap();
        for line in [
            r#"gantry_messages_received_total{flow="orders"} 0"#,
            r#"gantry_messages_finished_total{flow="orders",state="skipped"} 0"#,
            r#"gantry_events_total{event="breaker_opened",flow="orders"} 0"#,
            r#"gantry_reloads_total{result="refused"} 0"#,
            r#"gantry_requests_refused_total{reason="unknown_path"} 0"#,
        ] {
            assert!(text.contains(line), "{line} is not in:\n{text}");
        }
    }
}
