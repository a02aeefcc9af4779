//! `gantry dlq …`: works with single dead letters, with groups, or with many dead letters as a job.

mod acknowledge;

mod diff;
mod discard;
mod dry_replay;
mod dry_run;
mod edit;
pub(crate) mod export;
mod group;
mod groups;
mod import;
mod inapplicable;
mod job;
mod jobs;
mod list;
mod patch;

mod redrive;
mod replay;
pub(crate) mod selection;
mod show;

use std::time::Duration;

use clap::{Args, Subcommand};
use gantry_api::v1::{DeadLetterFilter, DeadLetterState, Stage};
use gantry_core::{Clock as _, Digest, FlowName, SystemClock, TargetName, Timestamp};

use crate::coded::coded;
use crate::exit::Failure;
use crate::output::Output;
use crate::time;

/// Heading of the options that select dead letters.
const WHICH: &str = "Which dead letters";

/// Work with dead letters: messages that could not be delivered
#[derive(Debug, Subcommand)]
pub(crate) enum Dlq {
    Groups(groups::Groups),
    Group(group::Group),
    List(list::List),
    Show(show::Show),
    Acknowledge(acknowledge::Acknowledge),
    Replay(replay::Replay),
    Edit(edit::Edit),
    Patch(patch::Patch),
    Redrive(redrive::Redrive),
    Jobs(jobs::Jobs),
    Job(job::Job),
    Discard(discard::Discard),
    Export(export::Export),
    Import(import::Import),
}

impl Dlq {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::Groups(groups) => groups.run(output),
            Self::Group(group) => group.run(output),
            Self::List(list) => list.run(output),
            Self::Show(show) => show.run(output),
            Self::Acknowledge(acknowledge) => acknowledge.run(output),
            Self::Replay(replay) => replay.run(output),
            Self::Edit(edit) => edit.run(output),
            Self::Patch(patch) => patch.run(output),
            Self::Redrive(redrive) => redrive.run(output),
            Self::Jobs(jobs) => jobs.run(output),
            Self::Job(job) => job.run(output),
            Self::Discard(discard) => discard.run(output),
            Self::Export(export) => export.run(output),
            Self::Import(import) => import.run(output),
        }
    }
}

/// Which dead letters to select; all given options must match
#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// Of this flow
    #[arg(help_heading = WHICH, long, value_name = "NAME")]
    pub(crate) flow: Option<FlowName>,
    /// Failed in this version of the flow
    #[arg(help_heading = WHICH, long, value_name = "DIGEST")]
    pub(crate) flow_version: Option<String>,
    /// In this state
    #[arg(help_heading = WHICH, long, value_parser = coded!(DeadLetterState))]
    pub(crate) state: Option<DeadLetterState>,
    /// Failed at this stage
    #[arg(help_heading = WHICH, long, value_parser = coded!(Stage))]
    pub(crate) stage: Option<Stage>,
    /// Received by this source, as `dlq show` prints it
    #[arg(help_heading = WHICH, long, value_name = "TEXT")]
    pub(crate) source: Option<String>,
    /// For this target
    #[arg(help_heading = WHICH, long, value_name = "NAME")]
    pub(crate) target: Option<TargetName>,
    /// With this ordering key
    #[arg(help_heading = WHICH, long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// With this dedupe key
    #[arg(help_heading = WHICH, long, value_name = "KEY")]
    pub(crate) dedupe_key: Option<String>,
    /// With this idempotency key
    #[arg(help_heading = WHICH, long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
    /// Failed in the component with this digest
    #[arg(help_heading = WHICH, long, value_name = "DIGEST")]
    pub(crate) component: Option<Digest>,
    /// With this reason code, or a violation with this code
    #[arg(help_heading = WHICH, long, value_name = "CODE")]
    pub(crate) code: Option<String>,
    /// With this fingerprint, which all failures of one kind share
    #[arg(help_heading = WHICH, long, value_name = "FINGERPRINT")]
    pub(crate) fingerprint: Option<String>,
    /// With at least this many attempts
    #[arg(help_heading = WHICH, long, value_name = "COUNT")]
    pub(crate) min_attempts: Option<u32>,
    /// With at most this many attempts
    #[arg(help_heading = WHICH, long, value_name = "COUNT")]
    pub(crate) max_attempts: Option<u32>,
    /// Replayed at least this many times
    #[arg(help_heading = WHICH, long, value_name = "COUNT")]
    pub(crate) min_replays: Option<u32>,
    /// Replayed at most this many times
    #[arg(help_heading = WHICH, long, value_name = "COUNT")]
    pub(crate) max_replays: Option<u32>,
    /// Last failed since this time: 2026-03-09T17:30:00Z, or 2h or 7d for two hours or seven days ago
    #[arg(help_heading = WHICH, long, value_name = "WHEN", value_parser = time::past)]
    pub(crate) since: Option<Timestamp>,
    /// Last failed before this time
    #[arg(help_heading = WHICH, long, value_name = "WHEN", value_parser = time::past)]
    pub(crate) until: Option<Timestamp>,
    /// First failed since this time
    #[arg(help_heading = WHICH, long, value_name = "WHEN", value_parser = time::past)]
    pub(crate) first_since: Option<Timestamp>,
    /// First failed before this time
    #[arg(help_heading = WHICH, long, value_name = "WHEN", value_parser = time::past)]
    pub(crate) first_until: Option<Timestamp>,
    /// Expire within this time, for instance 12h
    #[arg(help_heading = WHICH, long, value_name = "TIME", value_parser = time::span)]
    pub(crate) expires_within: Option<Duration>,
    /// Acknowledged, replayed or closed by this person
    #[arg(help_heading = WHICH, long, value_name = "NAME")]
    pub(crate) who: Option<String>,
    /// With this text in the reason; upper and lower case are treated the same
    #[arg(help_heading = WHICH, long, value_name = "TEXT")]
    pub(crate) text: Option<String>,
    /// With this text in the received payload; reads every payload
    #[arg(help_heading = WHICH, long, value_name = "TEXT")]
    pub(crate) payload_text: Option<String>,
}

impl Filter {
    /// The filter in the form of the admin API.
    fn to_api(&self) -> DeadLetterFilter {
        DeadLetterFilter {
            flow: self.flow.clone(),
            version: self.flow_version.clone(),
            state: self.state,
            stage: self.stage,
            source: self.source.clone(),
            target: self.target.clone(),
            key: self.key.clone(),
            dedupe_key: self.dedupe_key.clone(),
            idempotency_key: self.idempotency_key.clone(),
            component: self.component,
            code: self.code.clone(),
            fingerprint: self.fingerprint.clone(),
            min_attempts: self.min_attempts,
            max_attempts: self.max_attempts,
            min_replays: self.min_replays,
            max_replays: self.max_replays,
            first_since: self.first_since,
            first_until: self.first_until,
            since: self.since,
            until: self.until,
            expires_until: self.expires_within.map(|within| SystemClock.now().after(within)),
            by: self.who.clone(),
            text: self.text.clone(),
            payload: self.payload_text.clone(),
        }
    }
}
