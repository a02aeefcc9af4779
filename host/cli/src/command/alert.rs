//! `gantry alert list|test`: what fires, and whether an endpoint can be reached.

use clap::{Args, Subcommand};
use serde_json::Value;

use crate::args::HostArgs;
use crate::desk;
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
            Self::List(List { host }) => desk::with_host(host, output, async |host| {
                let alerts = host.alerts().await?;
                Ok(output.print(&alerts, || shown(&alerts))?)
            }),
            Self::Test(test) => test.run(output),
        }
    }
}

impl Test {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        desk::with_host(&self.host, output, async |host| {
            let answers = host.test_alert(&self.name).await?;
            output.print(&answers, || text::columns(&answers.iter().map(answer).collect::<Vec<_>>()))?;
            match answers.iter().all(|answer| answer["accepted"] == true) {
                true => Ok(()),
                false => Err(Failure::new(Exit::Internal, anyhow::anyhow!("the endpoint did not take it"))),
            }
        })
    }
}

/// The endpoints, and below them what fires.
fn shown(alerts: &[Value]) -> String {
    if alerts.is_empty() {
        return "the host file states no alerts".to_owned();
    }
    let mut endpoints = vec![["ALERT", "FORMAT", "ENDPOINT", "WAITING", "NOT TAKEN", "FIRING"].map(str::to_owned)];
    endpoints.extend(alerts.iter().map(|alert| {
        [
            word(&alert["name"]),
            word(&alert["format"]),
            word(&alert["endpoint"]),
            alert["waiting"].to_string(),
            alert["open_dead_letters"].to_string(),
            alert["firing"].as_array().map_or(0, Vec::len).to_string(),
        ]
    }));
    let firing: Vec<_> = alerts.iter().flat_map(fires).collect();
    if firing.is_empty() {
        return format!("{}\n\nnothing fires", text::columns(&endpoints));
    }
    let mut rows = vec![["ALERT", "SEVERITY", "SINCE", "KEY", "WHAT"].map(str::to_owned)];
    rows.extend(firing);
    format!("{}\n\n{}", text::columns(&endpoints), text::columns(&rows))
}

fn fires(alert: &Value) -> Vec<[String; 5]> {
    let row = |firing: &Value| {
        [
            word(&alert["name"]),
            word(&firing["severity"]),
            gantry_core::Timestamp(firing["since"].as_u64().unwrap_or_default()).to_string(),
            word(&firing["dedup_key"]),
            text::first_line(firing["summary"].as_str().unwrap_or_default(), 100),
        ]
    };
    alert["firing"].as_array().into_iter().flatten().map(row).collect()
}

/// `trigger  taken  202  {"status": …}`
fn answer(answer: &Value) -> [String; 4] {
    let verdict = answer["error"].as_str().map_or_else(|| "taken".to_owned(), |error| format!("not taken: {error}"));
    let status = answer["status"].as_u64().map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    [word(&answer["action"]), verdict, status, text::first_line(answer["answer"].as_str().unwrap_or_default(), 100)]
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or("none").to_owned()
}
