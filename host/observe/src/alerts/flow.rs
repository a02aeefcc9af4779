//! The flow of an alert's endpoint. The host creates it; no file defines it. Its messages are the alert's notifications.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use gantry_config::flow::DEAD_LETTER_BYTES;
use gantry_config::{Alert, Flow, OnFailure, Ordering, Purpose, QueueBounds};
use gantry_core::{Digest, RetryPolicy};

use crate::alert_source::AlertSource;

/// Most messages in flight: those with different keys don't wait for each other.
const IN_FLIGHT: usize = 16;
const IN_FLIGHT_BYTES: usize = 1 << 20;

/// The flow that delivers the notifications of this endpoint.
#[must_use]
pub fn flow_of(alert: &Alert) -> Flow {
    let digest = Digest::of(format!("{alert:?}").as_bytes());
    Flow {
        name: alert.flow.clone(),
        version: digest.as_bytes()[..8].iter().map(|byte| format!("{byte:02x}")).collect(),
        file: PathBuf::new(),
        purpose: Purpose {
            goal: format!("Notifies {} of what is wrong with this host", alert.name),
            ..Purpose::default()
        },
        ordering: Ordering::Key,
        on_failure: OnFailure::Skip,
        source: Arc::new(AlertSource),
        input_schema: None,
        steps: Vec::new(),
        tables: BTreeMap::new(),
        targets: BTreeMap::from([(alert.to.clone(), alert.target())]),
        default_target: alert.to.clone(),
        retry: RetryPolicy::default(),
        batch_messages: IN_FLIGHT,
        batch_bytes: IN_FLIGHT_BYTES,
        batch_wait: Duration::ZERO,
        in_flight: IN_FLIGHT,
        in_flight_bytes: IN_FLIGHT_BYTES,
        queue: QueueBounds::default(),
        keep_dead_letters: None,
        dead_letter_bytes: DEAD_LETTER_BYTES,
        queue_age: None,
        formerly: Vec::new(),
        silent_after: None,
    }
}
