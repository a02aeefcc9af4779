//! The sources of flows: opened and checked before they are put in force.

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

/// Why a source can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The route of a webhook is refused.
    #[error(transparent)]
    Webhook(#[from] RouteError),
    /// A source that runs as a task can't be opened.
    #[error("flow `{flow}`: failed to open the {noun}")]
    Open {
        /// The flow.
        flow: FlowName,
        /// What the kind of source is called in messages.
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

/// A source that is ready to run as a task.
pub(crate) struct ReadySource {
    flow: FlowName,
    settings: Arc<dyn SourceSettings>,
    source: Box<dyn Source>,
}

/// A source that runs as a task.
pub(crate) struct RunningSource {
    pub(crate) settings: Arc<dyn SourceSettings>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl ReadySource {
    /// Opens the flow's source; none when the source needs no task of its own.
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

    /// Starts its task, which runs until it or all sources are stopped.
    pub(crate) fn start(self, tasks: &TaskTracker, all: &CancellationToken) -> RunningSource {
        let Self { flow, settings, source } = self;
        let stop = all.child_token();
        let stopping = stop.clone();
        let task = tasks.spawn(async move {
            if let Err(error) = source.run(stopping).await {
                tracing::error!(%flow, %error, "source failed; the flow accepts no more messages");
            }
        });
        RunningSource { settings, stop, task }
    }
}

impl RunningSource {
    /// Stops it, and waits until it has ended: two sources must not read from one place at once.
    pub(crate) async fn end(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "source task panicked while stopping");
        }
    }
}
