//! The sources of all flows: built and checked before a port is bound, then run together.

use std::sync::Arc;

use gantry_config::{Flow, HostConfig, Source};
use gantry_core::{Clock, FlowName};
use gantry_security::Environment;
use gantry_transport::Intake;
use gantry_transport::files::{FileSource, FileSourceError};
use gantry_transport::webhook::{RouteError, RouteTable, Routes, ServerLimits, WebhookServer};
use tokio::net::TcpListener;
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

/// All sources, ready to run.
pub(crate) struct Sources {
    webhooks: RouteTable,
    files: Vec<(FlowName, FileSource)>,
    intake: Arc<dyn Intake>,
    clock: Arc<dyn Clock>,
}

impl Sources {
    /// Sets all sources up; reports every one that can't be.
    pub(crate) fn build(
        flows: &[Flow],
        intake: &Arc<dyn Intake>,
        clock: &Arc<dyn Clock>,
        env: Environment<'_>,
    ) -> Result<Self, Vec<SourceError>> {
        let mut errors = Vec::new();
        let webhooks = RouteTable::build(flows, env)
            .map_err(|faults| errors.extend(faults.into_iter().map(SourceError::Webhook)))
            .unwrap_or_default();
        let mut files = Vec::new();
        for flow in flows {
            let Source::Files(config) = &flow.source else { continue };
            let source = FileSource::new(flow.name.clone(), config, Arc::clone(intake), Arc::clone(clock));
            match source.and_then(|source| source.prepare().map(|()| source)) {
                Ok(source) => files.push((flow.name.clone(), source)),
                Err(source) => errors.push(SourceError::Files { flow: flow.name.clone(), source }),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self { webhooks, files, intake: Arc::clone(intake), clock: Arc::clone(clock) })
    }

    /// Runs them all until `stop`.
    pub(crate) fn spawn(
        self,
        config: &HostConfig,
        listener: TcpListener,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) {
        let routes = Arc::new(Routes::new(self.webhooks));
        let server = WebhookServer::new(routes, self.intake, self.clock, ServerLimits::of(config));
        tasks.spawn(server.run(listener, stop.clone()));
        for (flow, source) in self.files {
            let stop = stop.clone();
            tasks.spawn(async move {
                if let Err(error) = source.run(stop).await {
                    tracing::error!(%flow, %error, "the file source stopped; the flow takes no more files");
                }
            });
        }
    }
}
