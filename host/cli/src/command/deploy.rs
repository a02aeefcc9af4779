//! `gantry deploy status|history|approve|rollback|reset`: plugin versions on their way into flows.

mod place;
pub(super) mod show;

use anyhow::anyhow;
use clap::{Args, Subcommand};
use gantry_api::v1::{Deployment, DeploymentQuery, Phase};

use crate::args::{HostArgs, Who};
use crate::client::{self, Client};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::text;

pub(super) use place::Place;

/// Look at deployments and direct them; `gantry plugin deploy` begins one
#[derive(Debug, Subcommand)]
pub(crate) enum Deploy {
    Status(Status),
    History(History),
    Approve(Approve),
    /// Put the version before back at once: of a deployment under way, or of the last one
    Rollback(Back),
    /// Put in force the plugin that the flow's file names, whatever was deployed
    Reset(Back),
}

/// Show the deployments under way, or the last one of a step with all that was found out
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The step; all that are under way unless given
    #[arg(value_name = "FLOW/STEP")]
    place: Option<Place>,
    #[command(flatten)]
    host: HostArgs,
}

/// List all deployments, oldest first
#[derive(Debug, Args)]
pub(crate) struct History {
    /// Of this step only
    #[arg(value_name = "FLOW/STEP")]
    place: Option<Place>,
    #[command(flatten)]
    host: HostArgs,
}

/// Let the deployment of a step that waits go on; one in its canary or watched is promoted before its time
#[derive(Debug, Args)]
pub(crate) struct Approve {
    /// The step
    #[arg(value_name = "FLOW/STEP")]
    place: Place,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    host: HostArgs,
}

/// Which step goes back, and why.
#[derive(Debug, Args)]
pub(crate) struct Back {
    /// The step
    #[arg(value_name = "FLOW/STEP")]
    place: Place,
    /// Why, for the record
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
                let seen = last(host, &approve.place).await?;
                let deployment = host.approve(&seen, &approve.who.name()).await?;
                Ok(output.print(&deployment, || format!("deployment {} goes on", seen.number))?)
            }),
            Self::Rollback(rollback) => client::with_host(&rollback.host, output, async |host| {
                let number = last(host, &rollback.place).await?.number;
                let deployment = host.roll_back(number, &rollback.who.name(), &rollback.reason).await?;
                Ok(output.print(&deployment, || show::put_back(&deployment))?)
            }),
            Self::Reset(reset) => client::with_host(&reset.host, output, async |host| {
                let Place { flow, step } = &reset.place;
                let deployment = host.reset(flow.as_str(), step, &reset.who.name(), &reset.reason).await?;
                Ok(output.print(&deployment, || show::put_back(&deployment))?)
            }),
        }
    }
}

impl Status {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        client::with_host(&self.host, output, async |host| {
            let Some(place) = &self.place else {
                let active = DeploymentQuery { active: Some(true), ..DeploymentQuery::default() };
                let all = host.deployments(&active).await?;
                return Ok(output.print(&all, || list(&all, "no deployment is under way"))?);
            };
            let deployment = last(host, place).await?;
            Ok(output.print(&deployment, || show::page(&deployment))?)
        })
    }
}

impl History {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        client::with_host(&self.host, output, async |host| {
            let query = self.place.as_ref().map(Place::query).unwrap_or_default();
            let all = host.deployments(&query).await?;
            Ok(output.print(&all, || list(&all, "nothing was deployed yet"))?)
        })
    }
}

/// The last deployment of a step: a later one that came to nothing does not hide the one in force.
async fn last(host: &Client, place: &Place) -> Result<Deployment, Failure> {
    let all = host.deployments(&place.query()).await?;
    let speaks = |deployment: &&Deployment| !matches!(deployment.phase, Phase::Refused | Phase::RolledBack);
    let last = all.iter().rev().find(speaks).or(all.last()).cloned();
    last.ok_or_else(|| Failure::new(Exit::NotFound, anyhow!("nothing was ever deployed to {place}")))
}

fn list(deployments: &[Deployment], none: &str) -> String {
    if deployments.is_empty() {
        return none.to_owned();
    }
    let heading = ["#", "STEP", "FROM", "TO", "PHASE", "SINCE", "BY"].map(str::to_owned);
    let row = |it: &Deployment| {
        let phase = it.phase.name().to_owned();
        let place = format!("{}/{}", it.flow, it.step);
        [
            it.number.to_string(),
            place,
            it.from.to_string(),
            it.to.to_string(),
            phase,
            it.since.to_string(),
            it.by.clone(),
        ]
    };
    let rows: Vec<_> = std::iter::once(heading).chain(deployments.iter().map(row)).collect();
    text::columns(&rows)
}
