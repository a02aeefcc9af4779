//! A plugin replaced under load: the gate it passes, what it is watched for, and how it is taken back.

mod canary;
mod gate;
mod process;
mod rollback;
mod shadow;
mod swaps;

use gantry_control::rollout::DeployRequest;
use gantry_control::rollout::{Deployment, Phase};
use gantry_core::rollout::{Judgement, TermsChange};
use gantry_e2e::{FlowText, Operator as _, Sink, TestHost, eventually, guest, versioned};

/// The line that names a step as these tests do.
const NAMED: &str = "name = \"map\"";

/// A host with one flow `in` of one step, which `serving` serves, and everything it sends.
async fn host_with(serving: &str) -> (TestHost, Sink) {
    let erp = Sink::start().await;
    let flow = FlowText::new("in").source_line("key = { pointer = \"/key\" }");
    let host = TestHost::start(&[flow.step(guest(serving), NAMED).target("erp", &erp, "")]).await;
    (host, erp)
}

/// Publishes a guest under a version of its own; `NAME@VERSION`.
async fn publish(host: &TestHost, name: &str, version: &str) -> String {
    host.publish(versioned(name, version)).await
}

/// Nothing is asked but what a test adds: no shadow, no canary, no watch.
fn at_once() -> TermsChange {
    TermsChange { shadow: Some(0), canary_share: Some(0.0), watch_messages: Some(0), ..TermsChange::default() }
}

/// A shadow only, which whatever it finds doesn't stop.
fn shadow_only() -> TermsChange {
    let accept = Some(Judgement::Accept);
    TermsChange { shadow: Some(100), changed: accept, newly_failing: accept, ..at_once() }
}

fn request(plugin: &str, terms: TermsChange) -> DeployRequest {
    let flow = "in".parse().unwrap();
    let step = step();
    DeployRequest { flow, step, plugin: plugin.to_owned(), by: "olga".to_owned(), terms }
}

/// The name of every step here.
fn step() -> String {
    "map".to_owned()
}

/// Begins a deployment and waits until it is over, or waits for somebody.
async fn deploy(host: &TestHost, plugin: &str, terms: TermsChange) -> Deployment {
    let begun = host.handle().deploy(request(plugin, terms)).await.unwrap();
    rests(host, begun.number).await
}

/// Waits until nothing happens to a deployment any more by itself.
async fn rests(host: &TestHost, number: u64) -> Deployment {
    eventually("the deployment to come to rest", || async {
        let phase = host.handle().deployment(number).unwrap().phase;
        phase.is_over() || phase == Phase::Waiting
    })
    .await;
    host.handle().deployment(number).unwrap()
}

/// Waits until a deployment is in this phase.
async fn reaches(host: &TestHost, number: u64, phase: Phase) {
    eventually(phase.name(), || async { host.handle().deployment(number).unwrap().phase == phase }).await;
}

fn serving(host: &TestHost) -> String {
    let reports = host.handle().reports();
    let plugin = &reports[0].plugins[0];
    format!("{}@{}", plugin.name, plugin.version)
}

/// Why a deployment ended as it did.
fn why(deployment: &Deployment) -> &str {
    &deployment.events.last().unwrap().text
}
