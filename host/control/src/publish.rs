//! Takes plugins into the catalogue: seen to be plugins, signed by whom the operator trusts, compiled within bounds, and
//! only then kept. What is refused leaves nothing behind but a line in the log.
//!
//! Publishing changes nothing that runs: no flow takes a plugin because it was published.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
pub use gantry_component::MAX_COMPONENT_BYTES;
use gantry_component::{CaseFile, ComponentError};
use gantry_config::HostConfig;
use gantry_core::{Clock, PluginRef, TrustedBy, escape};
use gantry_sandbox::{LoadError, Sandbox};
use gantry_security::{SignatureFile, SignatureFileError, Trust, Untrusted};
use gantry_store::{Catalogue, CatalogueError, PendingAudit, Publication, Published, Store};
use tokio::sync::Semaphore;

/// The catalogue's folder in the data directory.
const FOLDER: &str = "plugins";

/// Most bytes of a publisher's name: 200 characters fit, whatever they are.
const NAME_BYTES: usize = 800;

/// Target of the lines that say who did what.
const AUDIT: &str = "gantry::audit";

/// A plugin was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// It is no plugin that this host could run; the text is that of a flow that names it.
    #[error(transparent)]
    Refused(#[from] LoadError),
    /// The golden cases it carries can't be read.
    #[error(transparent)]
    Cases(ComponentError),
    /// The signatures are another plugin's.
    #[error(transparent)]
    Signatures(#[from] SignatureFileError),
    /// Nobody signed it whom the operator trusts with it.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// The catalogue can't take it.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A fault of the host itself, or its end.
    #[error("the host stopped before the plugin was published")]
    Stopped(#[from] tokio::task::JoinError),
}

/// The folder of the catalogue can't be made.
#[derive(Debug, thiserror::Error)]
#[error("failed to use the data directory {}", dir.display())]
pub struct CatalogueFolderError {
    /// The folder.
    pub dir: PathBuf,
    /// What the system says.
    pub source: std::io::Error,
}

/// Who takes plugins in. Clones share everything.
#[derive(Clone)]
pub struct Publisher {
    catalogue: Catalogue,
    sandbox: Sandbox,
    trust: Arc<Trust>,
    clock: Arc<dyn Clock>,
    /// One at a time: compiling may take as much memory as one process is given.
    turn: Arc<Semaphore>,
    /// Goes with the record of what is published.
    audit: Option<PendingAudit>,
}

/// A plugin that was looked at.
struct Examined {
    published: Published,
    bytes: Bytes,
}

/// The catalogue of a data directory.
///
/// # Errors
/// When its folder can't be made.
pub fn open_catalogue(config: &HostConfig, store: Store) -> Result<Catalogue, CatalogueFolderError> {
    let dir = config.data_dir.join(FOLDER);
    Catalogue::open(store, &dir).map_err(|source| CatalogueFolderError { dir, source })
}

impl Publisher {
    /// The publisher of a data directory.
    ///
    /// # Errors
    /// When the catalogue's folder can't be made.
    pub fn open(
        config: &HostConfig,
        store: Store,
        sandbox: Sandbox,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CatalogueFolderError> {
        let catalogue = open_catalogue(config, store)?;
        let trust = Arc::new(Trust::new(config.plugin_trust.clone()));
        Ok(Self { catalogue, sandbox, trust, clock, turn: Arc::new(Semaphore::new(1)), audit: None })
    }

    /// The same publisher, whose next publication takes this audit entry along.
    #[must_use]
    pub fn with_audit(&self, pending: &PendingAudit) -> Self {
        Self { audit: Some(pending.clone()), catalogue: self.catalogue.with_audit(pending), ..self.clone() }
    }

    /// The catalogue.
    #[must_use]
    pub const fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The operator's keys.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Publishes a component. Goes on when the caller doesn't wait for it.
    ///
    /// # Errors
    /// When it is refused, or can't be kept; the catalogue is as it was then.
    pub async fn publish(
        &self,
        bytes: Bytes,
        signatures: Option<SignatureFile>,
        by: &str,
    ) -> Result<Publication, PublishError> {
        let publisher = self.clone();
        let by = name(by);
        let work = async move {
            let publication = publisher.turn(bytes, signatures, &by).await;
            audit(&publication, &by);
            publication
        };
        tokio::spawn(work).await?
    }

    async fn turn(
        &self,
        bytes: Bytes,
        signatures: Option<SignatureFile>,
        by: &str,
    ) -> Result<Publication, PublishError> {
        // The semaphore is never closed.
        let _turn = self.turn.acquire().await.ok();
        let publisher = self.clone();
        let by = by.to_owned();
        let examined = tokio::task::spawn_blocking(move || publisher.examine(bytes, signatures, by)).await??;
        if let Some(audit) = &self.audit {
            audit.set_subject(examined.published.plugin.to_string());
        }
        Ok(self.catalogue.publish(examined.bytes, examined.published).await?)
    }

    /// What is cheap is asked first. Blocks while it compiles.
    fn examine(&self, bytes: Bytes, signatures: Option<SignatureFile>, by: String) -> Result<Examined, PublishError> {
        let inspection = gantry_component::inspect(&bytes).map_err(LoadError::from)?;
        let manifest = inspection.require_manifest().map_err(LoadError::from)?.clone();
        let plugin =
            PluginRef { name: manifest.name.clone(), version: manifest.version.clone(), digest: inspection.digest };
        let signatures = signatures.map_or(Ok(Vec::new()), |file| file.for_plugin(&plugin))?;
        let now = self.clock.now();
        let trusted_by = self.trust.check(&plugin.plugin_version(), plugin.digest, &signatures, now)?;
        let cases: Vec<CaseFile> = gantry_component::cases(&bytes).map_err(PublishError::Cases)?;
        self.sandbox.load(&bytes)?;
        let published = Published {
            plugin,
            size: inspection.size as u64,
            api: inspection.api,
            manifest,
            cases: u32::try_from(cases.len()).unwrap_or(u32::MAX),
            signatures,
            trusted_by,
            published_at: now,
            published_by: by,
        };
        Ok(Examined { published, bytes })
    }
}

/// Who asks, fit to be kept and shown.
fn name(by: &str) -> String {
    match by.trim() {
        "" => "unknown".to_owned(),
        by => escape(by, NAME_BYTES),
    }
}

/// Says who published what, or what was refused to whom.
fn audit(publication: &Result<Publication, PublishError>, by: &str) {
    match publication {
        Ok(publication) => {
            let Published { plugin, trusted_by, .. } = publication.published();
            let result = if matches!(publication, Publication::New(_)) { "published" } else { "known" };
            let signed_by = trusted_by.as_ref().map(TrustedBy::to_string);
            tracing::info!(
                target: AUDIT, action = "plugin_publish", result, %plugin, digest = %plugin.digest, by, signed_by,
                "a plugin was published"
            );
        }
        Err(error) => {
            tracing::warn!(
                target: AUDIT, action = "plugin_publish", result = "refused", by, %error, "a plugin was not published"
            );
        }
    }
}
