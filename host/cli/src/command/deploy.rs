//! `gantry deploy status|history|approve|rollback|reset`: shows and controls deployments of plugin versions.

pub(super) mod show;
mod step;

use anyhow::anyhow;
use clap::{Args, Subcommand};
use gantry_api::v1::{Deployment, DeploymentQuery, Phase};

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
    /// Reset a step to the plugin version in the flow's file, regardless of deployments
    Reset(RestoreArgs),
}

/// Show the deployments in progress, or the last deployment of a step in detail
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
#[derive(Debug, Args)]
pub(crate) struct Approve {
    /// The step
    #[arg(value_name = "FLOW/STEP")]
    step: StepAddress,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    host: HostArgs,
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
                let seen = last(host, &approve.step).await?;
                let deployment = host.approve(&seen, &approve.who.name()).await?;
                Ok(output.print(&deployment, || format!("deployment {} continues", seen.number))?)
            }),
            Self::Rollback(rollback) => client::with_host(&rollback.host, output, async |host| {
                let number = last(host, &rollback.step).await?.number;
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
                return Ok(output.print(&all, || list(&all, "no deployment is in progress"))?);
            };
            let deployment = last(host, step).await?;
            Ok(output.print(&deployment, || show::page(&deployment))?)
        })
    }
}

impl History {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        client::with_host(&self.host, output, async |host| {
            let query = self.step.as_ref().map(StepAddress::query).unwrap_or_default();
            let all = host.deployments(&query).await?;
            Ok(output.print(&all, || list(&all, "no deployments"))?)
        })
    }
}

/// The last deployment of a step, ignoring later ones that were refused or rolled back.
async fn last(host: &Client, step: &StepAddress) -> Result<Deployment, Failure> {
    let all = host.deployments(&step.query()).await?;
    let effective = all.iter().rev().find(|deployment| !matches!(deployment.phase, Phase::Refused | Phase::RolledBack));
    let last = effective.or(all.last()).cloned();
    last.ok_or_else(|| Failure::new(Exit::NotFound, anyhow!("no version was ever deployed to {step}")))
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
