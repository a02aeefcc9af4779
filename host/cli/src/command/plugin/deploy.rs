//! `gantry plugin deploy`: a version from the catalogue into a step of a running flow.

use std::time::Duration;

use clap::{Args, ValueEnum};
use gantry_api::v1::{DeployRequest, Deployment, Judgement, Phase, TermsChange};

use crate::args::{HostArgs, Who};
use crate::client::{self, Client};
use crate::command::deploy::{Place, show};
use crate::exit::{Exit, Failure};
use crate::output::{Format, Output};

/// Heading of the options that change what is asked of the version.
const TERMS: &str = "Terms, in place of those under [deploy] in the host file";

/// How often the host is asked how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Replace the plugin of a step in a running flow by a version from the catalogue
///
/// The version passes a gate first: trust, API version, grants and settings; the golden cases in it; the flow's last
/// messages through old and new side by side; a share of the keys; then all messages, watched. Where it fails while it
/// is on trial, the old version answers. The command follows the deployment, which goes on without it.
#[derive(Debug, Args)]
pub(crate) struct Deploy {
    /// The step
    #[arg(value_name = "FLOW/STEP")]
    place: Place,
    /// The version
    #[arg(value_name = "NAME@VERSION")]
    plugin: String,
    /// Return at once in place of following it
    #[arg(long)]
    detach: bool,
    #[command(flatten)]
    terms: TermsArgs,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    host: HostArgs,
}

/// What is asked of the version.
#[derive(Debug, Args)]
struct TermsArgs {
    /// How many of the last messages go through old and new side by side; 0: none
    #[arg(help_heading = TERMS, long, value_name = "COUNT")]
    shadow: Option<u32>,
    /// What to do when outcomes differ
    #[arg(help_heading = TERMS, long, value_enum, value_name = "WHAT")]
    changed: Option<Judged>,
    /// What to do when messages fail that the old version handles
    #[arg(help_heading = TERMS, long, value_enum, value_name = "WHAT")]
    newly_failing: Option<Judged>,
    /// Which share of the keys goes first, from 0 to 1; 0: no canary
    #[arg(help_heading = TERMS, long, value_name = "SHARE")]
    canary: Option<f64>,
    /// For how many messages
    #[arg(help_heading = TERMS, long, value_name = "COUNT")]
    canary_messages: Option<u64>,
    /// Or for how long, in seconds
    #[arg(help_heading = TERMS, long, value_name = "SECONDS")]
    canary_seconds: Option<u64>,
    /// How many messages it is watched for once it serves all; 0: it isn't watched
    #[arg(help_heading = TERMS, long, value_name = "COUNT")]
    watch_messages: Option<u64>,
    /// Or for how long, in seconds
    #[arg(help_heading = TERMS, long, value_name = "SECONDS")]
    watch_seconds: Option<u64>,
    /// The share of messages it may fail on that the old version handles, from 0 to 1
    #[arg(help_heading = TERMS, long, value_name = "SHARE")]
    max_failure_rate: Option<f64>,
}

/// What a difference means.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Judged {
    /// Go on
    Accept,
    /// Wait for the operator
    Ask,
    /// Refuse the version
    Refuse,
}

impl Deploy {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let request = DeployRequest {
            flow: self.place.flow.clone(),
            step: self.place.step.clone(),
            plugin: self.plugin.clone(),
            by: self.who.name(),
            terms: self.terms.change(),
        };
        client::with_host(&self.host, output, async |host| {
            let begun = host.deploy(&request).await?;
            if self.detach {
                let number = begun.number;
                return Ok(output.print(&begun, || format!("deployment {number} has begun; `gantry deploy status`"))?);
            }
            let last = self.follow(host, output, begun).await?;
            match output.format {
                Format::Json => output.print(&last, String::new)?,
                Format::Human => output.write(&self.verdict(&last))?,
            }
            match last.phase {
                Phase::Deployed => Ok(()),
                Phase::Waiting => Err(Failure::said(Exit::Waiting)),
                _ => Err(Failure::said(Exit::PluginRefused)),
            }
        })
    }

    /// Tells each phase as it is reached, until there is nothing to wait for.
    async fn follow(&self, host: &Client, output: &Output, begun: Deployment) -> Result<Deployment, Failure> {
        let (mut it, mut told, mut counts) = (begun, 0, None);
        loop {
            if output.format == Format::Human {
                while let Some(line) = show::event_line(&it, told) {
                    output.complain(&line);
                    told += 1;
                }
                let now = show::progress(&it);
                if now != counts {
                    now.iter().for_each(|line| output.complain(&format!("          {line}")));
                    counts = now;
                }
            }
            if it.phase.is_over() || it.phase == Phase::Waiting {
                return Ok(it);
            }
            tokio::time::sleep(LOOK_EVERY).await;
            it = host.deployment(it.number).await?;
        }
    }

    fn verdict(&self, it: &Deployment) -> String {
        let why = it.events.last().map(|event| event.text.clone()).unwrap_or_default();
        let differences = it.shadow.as_ref().map(show::differences).unwrap_or_default();
        match it.phase {
            Phase::Deployed => format!("{} serves {}", it.to, self.place),
            Phase::Waiting => format!(
                "{differences}\ndeployment {} waits: `gantry deploy approve {place}` or `gantry deploy rollback {place}`",
                it.number,
                place = self.place
            ),
            _ => format!("{differences}\n{} stays in force: {why}", it.from),
        }
    }
}

impl TermsArgs {
    fn change(&self) -> TermsChange {
        TermsChange {
            shadow: self.shadow,
            changed: self.changed.map(Into::into),
            newly_failing: self.newly_failing.map(Into::into),
            canary_share: self.canary,
            canary_messages: self.canary_messages,
            canary_time_ms: self.canary_seconds.map(|seconds| seconds * 1000),
            watch_messages: self.watch_messages,
            watch_time_ms: self.watch_seconds.map(|seconds| seconds * 1000),
            max_failure_rate: self.max_failure_rate,
        }
    }
}

impl From<Judged> for Judgement {
    fn from(judged: Judged) -> Self {
        match judged {
            Judged::Accept => Self::Accept,
            Judged::Ask => Self::Ask,
            Judged::Refuse => Self::Refuse,
        }
    }
}
