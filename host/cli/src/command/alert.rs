//! `gantry alert list|test`: lists alerts and tests their endpoints.

use clap::{Args, Subcommand};
use gantry_api::v1::{AlertReport, FiringReport, TestAnswer};
use serde_json::json;

use crate::args::{HostArgs, Who};
use crate::client;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::text;

/// List the alerts of a running host and test their endpoints
#[derive(Debug, Subcommand)]
pub(crate) enum Alert {
    List(List),
    Test(Test),
}

/// List alerts: their endpoints and the conditions that fire
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

/// Send a trigger and a resolve notification to one endpoint and show its answers
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The alert
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Alert {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::List(List { host }) => client::with_host(host, output, async |host| {
                let alerts = host.alerts().await?;
                Ok(output.print(&json!({ "alerts": &alerts }), || shown(&alerts))?)
            }),
            Self::Test(test) => test.run(output),
        }
    }
}

impl Test {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        client::with_host(&self.host, output, async |host| {
            let answers = host.test_alert(&self.name, &self.who.name()).await?;
            let shown = json!({ "answers": &answers });
            output.print(&shown, || text::columns(&answers.iter().map(answer).collect::<Vec<_>>()))?;
            match answers.iter().all(|answer| answer.accepted) {
                true => Ok(()),
                false => {
                    Err(Failure::new(Exit::Internal, anyhow::anyhow!("the endpoint did not accept the notifications")))
                }
            }
        })
    }
}

/// The endpoints, and below them the conditions that fire.
fn shown(alerts: &[AlertReport]) -> String {
    if alerts.is_empty() {
        return "the host file defines no alerts".to_owned();
    }
    let mut endpoints = vec![["ALERT", "FORMAT", "ENDPOINT", "WAITING", "DEAD LETTERS", "FIRING"].map(str::to_owned)];
    endpoints.extend(alerts.iter().map(endpoint));
    let mut firing = vec![["ALERT", "SEVERITY", "SINCE", "KEY", "WHAT"].map(str::to_owned)];
    for alert in alerts {
        firing.extend(alert.firing.iter().map(|report| firing_row(alert, report)));
    }
    let below = if firing.len() == 1 { "no alert fires".to_owned() } else { text::columns(&firing) };
    format!("{}\n\n{below}", text::columns(&endpoints))
}

fn endpoint(alert: &AlertReport) -> [String; 6] {
    [
        alert.name.clone(),
        alert.format.clone(),
        alert.endpoint.map_or_else(|| "none".to_owned(), |state| state.to_string()),
        alert.waiting.to_string(),
        alert.open_dead_letters.to_string(),
        alert.firing.len().to_string(),
    ]
}

fn firing_row(alert: &AlertReport, FiringReport { dedup_key, severity, firing }: &FiringReport) -> [String; 5] {
    [
        alert.name.clone(),
        severity.to_string(),
        firing.since.to_string(),
        dedup_key.clone(),
        text::first_line(&firing.summary, 100),
    ]
}

/// `trigger accepted 202 {"status": …}`
fn answer(answer: &TestAnswer) -> [String; 4] {
    let result = answer.error.as_ref().map_or_else(|| "accepted".to_owned(), |error| format!("not accepted: {error}"));
    let status = answer.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    [answer.action.to_string(), result, status, text::first_line(&answer.answer, 100)]
}
