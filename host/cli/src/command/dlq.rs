//! `gantry dlq …`: work with dead letters, one by one, by kind of failure, or many at once as a job.

mod acknowledge;
mod chosen;
mod diff;
mod discard;
mod dry_run;
mod edit;
mod export;
mod group;
mod groups;
mod import;
mod job;
mod jobs;
mod layout;
mod list;
pub(super) mod moment;
mod redrive;
mod replay;
mod show;

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use gantry_api::v1::{DeadLetterFilter, DeadLetterState, Stage};
use gantry_core::{Clock as _, Digest, FlowName, SystemClock, TargetName, Timestamp};

use crate::exit::Failure;
use crate::output::Output;

/// Heading of the options that choose dead letters.
const WHICH: &str = "Which dead letters";

/// Work with dead letters: messages that could be neither delivered nor skipped
#[derive(Debug, Subcommand)]
pub(crate) enum Dlq {
    Groups(groups::Groups),
    Group(group::Group),
    List(list::List),
    Show(show::Show),
    Acknowledge(acknowledge::Acknowledge),
    Replay(replay::Replay),
    Edit(edit::Edit),
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
            Self::Redrive(redrive) => redrive.run(output),
            Self::Jobs(jobs) => jobs.run(output),
            Self::Job(job) => job.run(output),
            Self::Discard(discard) => discard.run(output),
            Self::Export(export) => export.run(output),
            Self::Import(import) => import.run(output),
        }
    }
}

/// Which dead letters are meant; every option narrows
#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// Of this flow
    #[arg(help_heading = WHICH, long, value_name = "NAME")]
    pub(crate) flow: Option<FlowName>,
    /// Given up by this version of the flow
    #[arg(help_heading = WHICH, long, value_name = "DIGEST")]
    pub(crate) flow_version: Option<String>,
    /// In this state
    #[arg(help_heading = WHICH, long, value_enum)]
    pub(crate) state: Option<State>,
    /// Given up in this stage
    #[arg(help_heading = WHICH, long, value_enum)]
    pub(crate) stage: Option<StageName>,
    /// That came in here, as `dlq show` names it
    #[arg(help_heading = WHICH, long, value_name = "TEXT")]
    pub(crate) source: Option<String>,
    /// On the way to this target
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
    /// Given up by the component with this digest
    #[arg(help_heading = WHICH, long, value_name = "DIGEST")]
    pub(crate) component: Option<Digest>,
    /// With this reason code, or a violation with this code
    #[arg(help_heading = WHICH, long, value_name = "CODE")]
    pub(crate) code: Option<String>,
    /// With this fingerprint: failures of one kind
    #[arg(help_heading = WHICH, long, value_name = "FINGERPRINT")]
    pub(crate) fingerprint: Option<String>,
    /// With at least so many attempts
    #[arg(help_heading = WHICH, long, value_name = "COUNT")]
    pub(crate) min_attempts: Option<u32>,
    /// With at most so many attempts
    #[arg(help_heading = WHICH, long, value_name = "COUNT")]
    pub(crate) max_attempts: Option<u32>,
    /// Replayed at least so often
    #[arg(help_heading = WHICH, long, value_name = "COUNT")]
    pub(crate) min_replays: Option<u32>,
    /// Replayed at most so often
    #[arg(help_heading = WHICH, long, value_name = "COUNT")]
    pub(crate) max_replays: Option<u32>,
    /// Last given up at or after this moment: RFC 3339, or `2h` for two hours ago
    #[arg(help_heading = WHICH, long, value_name = "WHEN", value_parser = moment::past)]
    pub(crate) since: Option<Timestamp>,
    /// Last given up before this moment
    #[arg(help_heading = WHICH, long, value_name = "WHEN", value_parser = moment::past)]
    pub(crate) until: Option<Timestamp>,
    /// First given up at or after this moment
    #[arg(help_heading = WHICH, long, value_name = "WHEN", value_parser = moment::past)]
    pub(crate) first_since: Option<Timestamp>,
    /// First given up before this moment
    #[arg(help_heading = WHICH, long, value_name = "WHEN", value_parser = moment::past)]
    pub(crate) first_until: Option<Timestamp>,
    /// That expire within this time, for instance `12h`
    #[arg(help_heading = WHICH, long, value_name = "TIME", value_parser = moment::span)]
    pub(crate) expires_within: Option<Duration>,
    /// Acknowledged, replayed or closed by this person
    #[arg(help_heading = WHICH, long, value_name = "NAME")]
    pub(crate) who: Option<String>,
    /// Whose reason contains this text, in upper or lower case
    #[arg(help_heading = WHICH, long, value_name = "TEXT")]
    pub(crate) text: Option<String>,
    /// Whose received payload contains this text; reads every payload
    #[arg(help_heading = WHICH, long, value_name = "TEXT")]
    pub(crate) payload_text: Option<String>,
}

impl Filter {
    /// The filter as the admin API takes it.
    fn wanted(&self) -> DeadLetterFilter {
        DeadLetterFilter {
            flow: self.flow.clone(),
            version: self.flow_version.clone(),
            state: self.state.map(Into::into),
            stage: self.stage.map(Into::into),
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

/// Where a dead letter stands, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum State {
    /// Nobody has dealt with it
    Open,
    /// Somebody looks into it
    Acknowledged,
    /// Back in the queue
    Replaying,
    /// A replay succeeded
    Resolved,
    /// Given up, with a reason
    Discarded,
}

impl From<State> for DeadLetterState {
    fn from(state: State) -> Self {
        match state {
            State::Open => Self::Open,
            State::Acknowledged => Self::Acknowledged,
            State::Replaying => Self::Replaying,
            State::Resolved => Self::Resolved,
            State::Discarded => Self::Discarded,
        }
    }
}

/// Which stage gave a message up, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StageName {
    /// Rules about the data
    Validate,
    /// The plugin
    Transform,
    /// The target
    Deliver,
}

impl From<StageName> for Stage {
    fn from(stage: StageName) -> Self {
        match stage {
            StageName::Validate => Self::Validate,
            StageName::Transform => Self::Transform,
            StageName::Deliver => Self::Deliver,
        }
    }
}
