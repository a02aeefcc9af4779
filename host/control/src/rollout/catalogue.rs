//! Where the plugins to deploy come from: the catalogue, seen with the eyes of a deployment.

use bytes::Bytes;
use gantry_component::CaseFile;
use gantry_core::{Limits, PluginRef, PluginVersion};
use gantry_golden::Payloads;
use gantry_sandbox::{Plugin, Sandbox};
use gantry_store::Published;

use super::error::DeployError;
use super::record::GoldenReport;
use crate::publish::Publisher;

/// The catalogue and the sandbox that loads what is in it; cheap to clone.
#[derive(Clone)]
pub struct CatalogueView {
    publisher: Publisher,
    sandbox: Sandbox,
}

impl CatalogueView {
    /// A view of this publisher's catalogue.
    #[must_use]
    pub const fn new(publisher: Publisher, sandbox: Sandbox) -> Self {
        Self { publisher, sandbox }
    }

    /// The plugin that `NAME@VERSION` stands for.
    pub(crate) async fn find(&self, plugin: &str) -> Result<PluginRef, DeployError> {
        Ok(self.published(&plugin.parse()?).await?.plugin)
    }

    /// Its code. What was kept for a rollback is here, too, though no version in the catalogue stands for it.
    pub(crate) async fn load(&self, plugin: &PluginRef) -> Result<Plugin, DeployError> {
        let bytes = self.publisher.catalogue().bytes(plugin.digest).await?;
        self.compile(bytes).await
    }

    /// Off the async threads: what isn't in the compile cache is compiled.
    pub(crate) async fn compile(&self, bytes: Bytes) -> Result<Plugin, DeployError> {
        let sandbox = self.sandbox.clone();
        let loaded = tokio::task::spawn_blocking(move || sandbox.load(&bytes)).await;
        Ok(loaded.map_err(|_| DeployError::Stopping)??)
    }

    /// Whether its publisher is trusted as the trust policy stands now: a key may have been revoked since.
    pub(crate) async fn check_trust(&self, plugin: &PluginRef) -> Result<(), DeployError> {
        let version = plugin.plugin_version();
        let Published { signatures, published_at, .. } = self.published(&version).await?;
        self.publisher.trust().check(&version, plugin.digest, &signatures, published_at)?;
        Ok(())
    }

    /// The golden cases it carries.
    pub(crate) async fn cases(&self, plugin: &PluginRef) -> Result<Vec<CaseFile>, DeployError> {
        let bytes = self.publisher.catalogue().bytes(plugin.digest).await?;
        gantry_component::cases(&bytes).map_err(DeployError::Cases)
    }

    /// Keeps bytes that no version in the catalogue needs to stand for.
    pub(crate) async fn keep(&self, bytes: Bytes) -> Result<(), DeployError> {
        Ok(self.publisher.catalogue().keep(bytes).await?)
    }

    async fn published(&self, plugin: &PluginVersion) -> Result<Published, DeployError> {
        let found = self.publisher.catalogue().published(plugin).await?;
        found.ok_or_else(|| DeployError::NoPlugin(plugin.to_string()))
    }
}

impl GoldenReport {
    /// Runs one more case within the limits of its step. Blocks.
    pub(crate) fn run(&mut self, plugin: &Plugin, case: CaseFile, limits: Limits) {
        for outcome in gantry_golden::run(plugin, &[case], limits, Payloads::AsValues) {
            match outcome.passed {
                true => self.passed += 1,
                false => self.failed.push(outcome.name),
            }
        }
    }
}
