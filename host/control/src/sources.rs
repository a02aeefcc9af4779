//! The sources of all flows: opened and checked before anything of them is in force.

use std::error::Error;
use std::sync::Arc;

use gantry_config::{Flow, SourceSettings};
use gantry_core::{Clock, FlowName};
use gantry_transport::source::webhook::RouteError;
use gantry_transport::source::{OpenSourceError, Source, SourceContext};
use gantry_transport::{Intake, source};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A source can't be set up as its flow says.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A webhook.
    #[error(transparent)]
    Webhook(#[from] RouteError),
    /// A source that runs by itself.
    #[error("flow `{flow}`: the {noun} can't be set up")]
    Open {
        /// The flow.
        flow: FlowName,
        /// What people call the source.
        noun: &'static str,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl SourceError {
    /// The flow it is about.
    #[must_use]
    pub const fn flow(&self) -> &FlowName {
        match self {
            Self::Webhook(error) => &error.flow,
            Self::Open { flow, .. } => flow,
        }
    }
}

/// A source that is ready to run by itself.
pub(crate) struct ReadySource {
    flow: FlowName,
    settings: Arc<dyn SourceSettings>,
    source: Box<dyn Source>,
}

/// A source that runs by itself.
pub(crate) struct RunningSource {
    pub(crate) settings: Arc<dyn SourceSettings>,
    stop: CancellationToken,
    ended: JoinHandle<()>,
}

impl ReadySource {
    /// Opens the flow's source; none when it is served by something else.
    pub(crate) fn of(
        flow: &Flow,
        intake: &Arc<dyn Intake>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Option<Self>, SourceError> {
        let name = flow.name.clone();
        let context = SourceContext { flow: name.clone(), intake: Arc::clone(intake), clock: Arc::clone(clock) };
        match source::open(&*flow.source, context) {
            Ok(source) => {
                let settings = Arc::clone(&flow.source);
                Ok(source.map(|source| Self { flow: name, settings, source }))
            }
            Err(OpenSourceError { noun, source }) => Err(SourceError::Open { flow: name, noun, source }),
        }
    }

    /// Runs until stopped, by itself or with all sources.
    pub(crate) fn start(self, tasks: &TaskTracker, all: &CancellationToken) -> RunningSource {
        let Self { flow, settings, source } = self;
        let stop = all.child_token();
        let stopped = stop.clone();
        let ended = tasks.spawn(async move {
            if let Err(error) = source.run(stopped).await {
                tracing::error!(%flow, %error, "the source stopped; the flow takes no more messages in");
            }
        });
        RunningSource { settings, stop, ended }
    }
}

impl RunningSource {
    /// Stops, and waits for what is under way: two sources must not take from one place.
    pub(crate) async fn end(self) {
        self.stop.cancel();
        if let Err(error) = self.ended.await {
            tracing::error!(%error, "a source ended badly");
        }
    }
}
