//! The sources of all flows: built and checked before anything of them is in force.

use std::sync::Arc;

use gantry_config::{Files, Flow, Source};
use gantry_core::{Clock, FlowName};
use gantry_transport::Intake;
use gantry_transport::files::{FileSource, FileSourceError};
use gantry_transport::webhook::RouteError;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A source can't be set up as its flow says.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A webhook.
    #[error(transparent)]
    Webhook(#[from] RouteError),
    /// A file drop.
    #[error("flow `{flow}`: the file source can't be set up")]
    Files {
        /// The flow.
        flow: FlowName,
        /// Why.
        source: FileSourceError,
    },
}

impl SourceError {
    /// The flow it is about.
    #[must_use]
    pub const fn flow(&self) -> &FlowName {
        match self {
            Self::Webhook(error) => &error.flow,
            Self::Files { flow, .. } => flow,
        }
    }
}

/// A file drop, ready to be watched.
pub(crate) struct FileDrop {
    flow: FlowName,
    config: Files,
    source: FileSource,
}

/// A file drop that is watched.
pub(crate) struct Watched {
    pub(crate) config: Files,
    stop: CancellationToken,
    ended: JoinHandle<()>,
}

impl FileDrop {
    /// Sets the flow's file source up; none when its source is another.
    pub(crate) fn of(
        flow: &Flow,
        intake: &Arc<dyn Intake>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Option<Self>, SourceError> {
        let Source::Files(config) = &flow.source else { return Ok(None) };
        let source = FileSource::new(flow.name.clone(), config, Arc::clone(intake), Arc::clone(clock));
        let source = source.and_then(|source| source.prepare().map(|()| source));
        let source = source.map_err(|source| SourceError::Files { flow: flow.name.clone(), source })?;
        Ok(Some(Self { flow: flow.name.clone(), config: config.clone(), source }))
    }

    /// Watches until stopped, by itself or with all sources.
    pub(crate) fn watch(self, tasks: &TaskTracker, all: &CancellationToken) -> Watched {
        let Self { flow, config, source } = self;
        let stop = all.child_token();
        let stopped = stop.clone();
        let ended = tasks.spawn(async move {
            if let Err(error) = source.run(stopped).await {
                tracing::error!(%flow, %error, "the file source stopped; the flow takes no more files");
            }
        });
        Watched { config, stop, ended }
    }
}

impl Watched {
    /// Stops, and waits for the chunk under way: two sources must not take from one directory.
    pub(crate) async fn end(self) {
        self.stop.cancel();
        if let Err(error) = self.ended.await {
            tracing::error!(%error, "a file source ended badly");
        }
    }
}
