//! `gantry alert list|test`: what fires, and whether an endpoint can be reached.

use clap::{Args, Subcommand};
use gantry_api::v1::{AlertReport, FiringReport, TestAnswer};

use crate::args::HostArgs;
use crate::client;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::text;

/// See which alerts of a running host fire, and try their endpoints
#[derive(Debug, Subcommand)]
pub(crate) enum Alert {
    List(List),
    Test(Test),
}

/// List what fires, and how the endpoints do
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

/// Send a trigger and its resolve to one endpoint, and show what it answers
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The alert
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Alert {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::List(List { host }) => client::with_host(host, output, async |host| {
                let alerts = host.alerts().await?;
                Ok(output.print(&alerts, || shown(&alerts))?)
            }),
            Self::Test(test) => test.run(output),
        }
    }
}

impl Test {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        client::with_host(&self.host, output, async |host| {
            let answers = host.test_alert(&self.name).await?;
            output.print(&answers, || text::columns(&answers.iter().map(answer).collect::<Vec<_>>()))?;
            match answers.iter().all(|answer| answer.accepted) {
                true => Ok(()),
                false => Err(Failure::new(Exit::Internal, anyhow::anyhow!("the endpoint did not take it"))),
            }
        })
    }
}

/// The endpoints, and below them what fires.
fn shown(alerts: &[AlertReport]) -> String {
    if alerts.is_empty() {
        return "the host file states no alerts".to_owned();
    }
    let mut endpoints = vec![["ALERT", "FORMAT", "ENDPOINT", "WAITING", "NOT TAKEN", "FIRING"].map(str::to_owned)];
    endpoints.extend(alerts.iter().map(endpoint));
    let mut firing = vec![["ALERT", "SEVERITY", "SINCE", "KEY", "WHAT"].map(str::to_owned)];
    for alert in alerts {
        firing.extend(alert.firing.iter().map(|report| fires(alert, report)));
    }
    let below = if firing.len() == 1 { "nothing fires".to_owned() } else { text::columns(&firing) };
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

fn fires(alert: &AlertReport, FiringReport { dedup_key, severity, firing }: &FiringReport) -> [String; 5] {
    [
        alert.name.clone(),
        severity.to_string(),
        firing.since.to_string(),
        dedup_key.clone(),
        text::first_line(&firing.summary, 100),
    ]
}

/// `trigger  taken  202  {"status": …}`
fn answer(answer: &TestAnswer) -> [String; 4] {
    let verdict = answer.error.as_ref().map_or_else(|| "taken".to_owned(), |error| format!("not taken: {error}"));
    let status = answer.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    [answer.action.to_string(), verdict, status, text::first_line(&answer.answer, 100)]
}
