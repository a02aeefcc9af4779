//! `gantry deploy status|history|approve|rollback|reset`: shows and controls deployments of plugin versions.

pub(super) mod show;
mod step;

use anyhow::anyhow;
use clap::{Args, Subcommand, ValueEnum};
use gantry_api::v1::{Deployment, DeploymentQuery, Phase};
use serde::Serialize;
use serde_json::json;

use crate::args::{HostArgs, Who};
use crate::client::{self, Client};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::text;

pub(super) use step::StepAddress;

/// Show and control deployments; `gantry plugin deploy` begins one
#[derive(Debug, Subcommand)]
pub(crate) enum Deploy {
    Status(Status),
    History(History),
    Approve(Approve),
    /// Restore the previous version at once: of a deployment in progress, or of the last one
    Rollback(RestoreArgs),
    /// Reset a step to the plugin version in the flow's file, whatever was deployed; not while a deployment is in progress
    Reset(RestoreArgs),
}

/// Show the deployments in progress, or the last deployment of a step in detail, however it ended, and what serves the step
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The step [default: all deployments in progress]
    #[arg(value_name = "FLOW/STEP")]
    step: Option<StepAddress>,
    #[command(flatten)]
    host: HostArgs,
}

/// List all deployments, oldest first
#[derive(Debug, Args)]
pub(crate) struct History {
    /// Only deployments of this step
    #[arg(value_name = "FLOW/STEP")]
    step: Option<StepAddress>,
    #[command(flatten)]
    host: HostArgs,
}

/// Let the deployment of a step continue that waits for approval, or end its canary or watch early
///
/// An approval is for one phase and refused in any other one: of two operators who approve at the same time, only one
/// takes the deployment a phase further.
#[derive(Debug, Args)]
pub(crate) struct Approve {
    /// The step
    #[arg(value_name = "FLOW/STEP")]
    step: StepAddress,
    /// The phase to approve
    #[arg(long, value_enum, default_value_t = ApprovedPhase::Waiting)]
    phase: ApprovedPhase,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    host: HostArgs,
}

/// A phase that can be approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApprovedPhase {
    /// It waits for approval: its canary begins
    Waiting,
    /// End its canary early: its watch begins
    Canary,
    /// End its watch early: it is deployed
    Watching,
}

/// The last deployment of a step, and what serves the step now.
#[derive(Serialize)]
struct StepStatus {
    #[serde(flatten)]
    deployment: Deployment,
    /// `NAME@VERSION`; none if the flow is gone.
    serving: Option<String>,
}

/// Which step to restore, and why.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The step
    #[arg(value_name = "FLOW/STEP")]
    step: StepAddress,
    /// Why; recorded in the audit log
    #[arg(long, value_name = "TEXT", default_value = "by hand")]
    reason: String,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    host: HostArgs,
}

impl Deploy {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::Status(status) => status.run(output),
            Self::History(history) => history.run(output),
            Self::Approve(approve) => client::with_host(&approve.host, output, async |host| {
                let number = last(host, &approve.step).await?.number;
                let phase = approve.phase.into();
                let deployment = host.approve(number, phase, &approve.who.name()).await?;
                Ok(output.print(&deployment, || show::approved(&deployment, phase))?)
            }),
            Self::Rollback(rollback) => client::with_host(&rollback.host, output, async |host| {
                let number = restorable(host, &rollback.step).await?.number;
                let deployment = host.roll_back(number, &rollback.who.name(), &rollback.reason).await?;
                Ok(output.print(&deployment, || show::restored(&deployment))?)
            }),
            Self::Reset(reset) => client::with_host(&reset.host, output, async |host| {
                let StepAddress { flow, step } = &reset.step;
                let deployment = host.reset(flow.as_str(), step, &reset.who.name(), &reset.reason).await?;
                Ok(output.print(&deployment, || show::restored(&deployment))?)
            }),
        }
    }
}

impl Status {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        client::with_host(&self.host, output, async |host| {
            let Some(step) = &self.step else {
                let active = DeploymentQuery { active: Some(true), ..DeploymentQuery::default() };
                let all = host.deployments(&active).await?;
                return print(&all, "no deployment is in progress", output);
            };
            let deployment = last(host, step).await?;
            let status = StepStatus { deployment, serving: serving(host, step).await? };
            Ok(output.print(&status, || show::page(&status.deployment, status.serving.as_deref()))?)
        })
    }
}

impl History {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        client::with_host(&self.host, output, async |host| {
            let query = self.step.as_ref().map(StepAddress::query).unwrap_or_default();
            let all = host.deployments(&query).await?;
            print(&all, "no deployments", output)
        })
    }
}

/// The last deployment of a step, however it ended.
async fn last(host: &Client, step: &StepAddress) -> Result<Deployment, Failure> {
    host.deployments(&step.query()).await?.pop().ok_or_else(|| never_deployed(step))
}

/// The deployment of a step that a rollback is about: the last one, ignoring later ones that were refused or rolled back.
async fn restorable(host: &Client, step: &StepAddress) -> Result<Deployment, Failure> {
    let all = host.deployments(&step.query()).await?;
    let effective = all.iter().rev().find(|deployment| !matches!(deployment.phase, Phase::Refused | Phase::RolledBack));
    effective.or(all.last()).cloned().ok_or_else(|| never_deployed(step))
}

fn never_deployed(step: &StepAddress) -> Failure {
    Failure::new(Exit::NotFound, anyhow!("no version was ever deployed to {step}"))
}

/// The version that serves a step now, as the flow's report says.
async fn serving(host: &Client, step: &StepAddress) -> Result<Option<String>, Failure> {
    let flows = host.flows().await?;
    let flow = flows.iter().find(|flow| flow.name == step.flow.as_str());
    let plugin = flow.and_then(|flow| flow.plugins.iter().find(|plugin| plugin.step == step.step));
    Ok(plugin.map(|plugin| format!("{}@{}", plugin.name, plugin.version)))
}

impl From<ApprovedPhase> for Phase {
    fn from(phase: ApprovedPhase) -> Self {
        match phase {
            ApprovedPhase::Waiting => Self::Waiting,
            ApprovedPhase::Canary => Self::Canary,
            ApprovedPhase::Watching => Self::Watching,
        }
    }
}

fn print(deployments: &[Deployment], none: &str, output: &Output) -> Result<(), Failure> {
    Ok(output.print(&json!({ "deployments": deployments }), || list(deployments, none))?)
}

fn list(deployments: &[Deployment], none: &str) -> String {
    if deployments.is_empty() {
        return none.to_owned();
    }
    let heading = ["#", "STEP", "FROM", "TO", "PHASE", "SINCE", "BY"].map(str::to_owned);
    let rows: Vec<_> = std::iter::once(heading).chain(deployments.iter().map(row)).collect();
    text::columns(&rows)
}

fn row(deployment: &Deployment) -> [String; 7] {
    [
        deployment.number.to_string(),
        format!("{}/{}", deployment.flow, deployment.step),
        deployment.from.to_string(),
        deployment.to.to_string(),
        deployment.phase.name().to_owned(),
        deployment.since.to_string(),
        deployment.by.clone(),
    ]
}
