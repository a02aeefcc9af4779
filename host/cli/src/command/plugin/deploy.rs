//! `gantry plugin deploy`: deploys a version from the catalogue to a step of a running flow.

use std::time::Duration;

use clap::Args;
use gantry_api::v1::{DeployRequest, Deployment, Judgement, Phase, TermsChange};

use crate::args::{HostArgs, Who};
use crate::client::{self, Client};
use crate::coded::coded;
use crate::command::deploy::{StepAddress, show};
use crate::exit::{Exit, Failure};
use crate::output::{Format, Output};

/// Heading of the options that change the terms of the deployment.
const TERMS: &str = "Terms, instead of those under [deploy] in the host file";

/// How often the deployment is queried.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Replace the plugin of a step in a running flow with a version from the catalogue
///
/// The version must pass these phases: checks of trust, API version, grants and settings; its golden cases; a
/// comparison with the old version on recent messages (shadow); a share of the keys (canary); all messages (watch).
/// Where it fails during canary or watch, the old version is used. The command follows the deployment, which continues
/// if the command is stopped.
#[derive(Debug, Args)]
pub(crate) struct Deploy {
    /// The step
    #[arg(value_name = "FLOW/STEP")]
    step: StepAddress,
    /// The version
    #[arg(value_name = "NAME@VERSION")]
    plugin: String,
    /// Return at once instead of following the deployment
    #[arg(long)]
    detach: bool,
    #[command(flatten)]
    terms: TermsArgs,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    host: HostArgs,
}

/// The terms of the deployment.
#[derive(Debug, Args)]
struct TermsArgs {
    /// How many recent messages to run through the old and the new version; 0: none
    #[arg(help_heading = TERMS, long, value_name = "COUNT")]
    shadow: Option<u32>,
    /// What to do if outcomes differ
    #[arg(help_heading = TERMS, long, value_parser = coded!(Judgement), value_name = "WHAT")]
    changed: Option<Judgement>,
    /// What to do if messages fail that the old version handles
    #[arg(help_heading = TERMS, long, value_parser = coded!(Judgement), value_name = "WHAT")]
    newly_failing: Option<Judgement>,
    /// The share of keys that gets the new version first, from 0 to 1; 0: no canary
    #[arg(help_heading = TERMS, long, value_name = "SHARE")]
    canary: Option<f64>,
    /// The length of the canary, in messages
    #[arg(help_heading = TERMS, long, value_name = "COUNT")]
    canary_messages: Option<u64>,
    /// The length of the canary, in seconds, if that is reached first
    #[arg(help_heading = TERMS, long, value_name = "SECONDS")]
    canary_seconds: Option<u64>,
    /// The length of the watch, in messages, once the version serves all; 0: no watch
    #[arg(help_heading = TERMS, long, value_name = "COUNT")]
    watch_messages: Option<u64>,
    /// The length of the watch, in seconds, if that is reached first
    #[arg(help_heading = TERMS, long, value_name = "SECONDS")]
    watch_seconds: Option<u64>,
    /// The largest share of messages, from 0 to 1, that may fail although the old version handles them
    #[arg(help_heading = TERMS, long, value_name = "SHARE")]
    max_failure_rate: Option<f64>,
}

impl Deploy {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let request = DeployRequest {
            flow: self.step.flow.clone(),
            step: self.step.step.clone(),
            plugin: self.plugin.clone(),
            by: self.who.name(),
            terms: self.terms.change(),
        };
        client::with_host(&self.host, output, async |host| {
            let begun = host.deploy(&request).await?;
            if self.detach {
                let number = begun.number;
                return Ok(output.print(&begun, || {
                    format!("deployment {number} has begun; show it with `gantry deploy status`")
                })?);
            }
            let last = self.follow(host, output, begun).await?;
            match output.format {
                Format::Json => output.print(&last, String::new)?,
                Format::Human => output.write(&self.result(&last))?,
            }
            match last.phase {
                Phase::Deployed => Ok(()),
                Phase::Waiting => Err(Failure::said(Exit::Waiting)),
                _ => Err(Failure::said(Exit::PluginRefused)),
            }
        })
    }

    /// Prints each phase as it is reached, until the deployment has ended or waits for approval.
    async fn follow(&self, host: &Client, output: &Output, begun: Deployment) -> Result<Deployment, Failure> {
        let mut it = begun;
        let mut printed = 0;
        let mut counts = None;
        loop {
            if output.format == Format::Human {
                while let Some(line) = show::event_line(&it, printed) {
                    output.complain(&line);
                    printed += 1;
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
            tokio::time::sleep(POLL_INTERVAL).await;
            it = host.deployment(it.number).await?;
        }
    }

    fn result(&self, it: &Deployment) -> String {
        let why = it.events.last().map(|event| event.text.clone()).unwrap_or_default();
        let differences = it.shadow.as_ref().map(show::differences).unwrap_or_default();
        match it.phase {
            Phase::Deployed => format!("{} now runs at {}", it.to, self.step),
            Phase::Waiting => format!(
                "{differences}\ndeployment {} waits for approval: `gantry deploy approve {step}` or `gantry deploy rollback {step}`",
                it.number,
                step = self.step
            ),
            _ => format!("{differences}\n{} stays active: {why}", it.from),
        }
    }
}

impl TermsArgs {
    fn change(&self) -> TermsChange {
        TermsChange {
            shadow: self.shadow,
            changed: self.changed,
            newly_failing: self.newly_failing,
            canary_share: self.canary,
            canary_messages: self.canary_messages,
            canary_time_ms: self.canary_seconds.map(|seconds| seconds.saturating_mul(1000)),
            watch_messages: self.watch_messages,
            watch_time_ms: self.watch_seconds.map(|seconds| seconds.saturating_mul(1000)),
            max_failure_rate: self.max_failure_rate,
        }
    }
}
