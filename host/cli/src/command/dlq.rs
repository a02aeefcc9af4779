//! `gantry dlq list|show|replay|discard|export`: work with dead letters.

mod chosen;
mod discard;
mod dry_run;
mod export;
mod list;
mod replay;
mod show;

use clap::{Args, Subcommand, ValueEnum};
use gantry_admin::api::DeadLetterQuery;
use gantry_core::{DeadLetterState, Stage, TargetName};

use crate::exit::Failure;
use crate::output::Output;

/// Heading of the options that choose dead letters.
const WHICH: &str = "Which dead letters";

/// Work with dead letters: messages that could be neither delivered nor skipped
#[derive(Debug, Subcommand)]
pub(crate) enum Dlq {
    List(list::List),
    Show(show::Show),
    Replay(replay::Replay),
    Discard(discard::Discard),
    Export(export::Export),
}

impl Dlq {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(output),
            Self::Show(show) => show.run(output),
            Self::Replay(replay) => replay.run(output),
            Self::Discard(discard) => discard.run(output),
            Self::Export(export) => export.run(output),
        }
    }
}

/// Which dead letters are meant; every option narrows
#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// Of this flow
    #[arg(help_heading = WHICH, long, value_name = "NAME")]
    pub(crate) flow: Option<String>,
    /// In this state
    #[arg(help_heading = WHICH, long, value_enum)]
    pub(crate) state: Option<State>,
    /// Given up in this stage
    #[arg(help_heading = WHICH, long, value_enum)]
    pub(crate) stage: Option<StageName>,
    /// On the way to this target
    #[arg(help_heading = WHICH, long, value_name = "NAME")]
    pub(crate) target: Option<TargetName>,
    /// With this reason code, or a violation with this code
    #[arg(help_heading = WHICH, long)]
    pub(crate) code: Option<String>,
    /// With this fingerprint: failures of one kind
    #[arg(help_heading = WHICH, long)]
    pub(crate) fingerprint: Option<String>,
    /// Whose reason contains this text
    #[arg(help_heading = WHICH, long)]
    pub(crate) text: Option<String>,
}

impl Filter {
    /// The filter as the admin API takes it.
    fn query(&self) -> DeadLetterQuery {
        DeadLetterQuery {
            flow: self.flow.clone(),
            state: self.state.map(Into::into),
            stage: self.stage.map(Into::into),
            target: self.target.clone(),
            code: self.code.clone(),
            fingerprint: self.fingerprint.clone(),
            text: self.text.clone(),
            ..DeadLetterQuery::default()
        }
    }
}

/// Who asks: the name given, else the user running the command.
pub(crate) fn by(given: Option<&str>) -> String {
    let user = || std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".to_owned());
    given.map_or_else(user, str::to_owned)
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
