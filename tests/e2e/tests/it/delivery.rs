//! Targets in trouble: what waits, what is given up, who decides, and what a restart leaves of it.

mod blocked;
mod breaker;
mod idempotency;
mod neighbours;
mod paths;
mod pressure;
mod schedule;
mod targets;

use gantry_control::targets::TargetCommand;
use gantry_core::HoldCause;
use gantry_e2e::{Operator as _, TestHost, eventually};
use gantry_engine::target_report::TargetReport;

/// The only target of that name.
fn target(host: &TestHost, flow: &str, name: &str) -> TargetReport {
    let mut targets = host.handle().targets().into_iter();
    targets.find(|report| report.flow.as_str() == flow && report.target.as_str() == name).unwrap()
}

async fn say(host: &TestHost, flow: &str, name: &str, command: TargetCommand) -> TargetReport {
    let flow = flow.parse().unwrap();
    let target = name.parse().unwrap();
    host.handle().command_target(&flow, &target, command, "anna".into(), "upgrade".into()).await.unwrap()
}

async fn waiting(host: &TestHost, n: usize) {
    eventually("messages to wait", || async { host.handle().reports()[0].queue.scheduled == n }).await;
}

/// How often a delivery was held back for this cause.
fn held(host: &TestHost, cause: HoldCause) -> u64 {
    let metrics = host.handle().scrape().unwrap();
    let line = |line: &&str| line.starts_with("gantry_deliveries_held_total{") && line.contains(cause.name());
    metrics.lines().filter(line).filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}
