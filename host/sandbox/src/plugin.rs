//! A compiled plugin, and the check of what it imports.

use std::sync::Arc;

use gantry_component::{ComponentError, Inspection};
use gantry_core::{Manifest, PluginRef};
use wasmtime::component::Component;

use crate::compile::CompileError;
use crate::shared::Shared;
use crate::standing::{Standing, standing, without_version};

/// The file is not a plugin this sandbox can run.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Not a usable component, or without a manifest.
    #[error(transparent)]
    Component(#[from] ComponentError),
    /// It imports something that no grant covers.
    #[error("plugin `{plugin}` imports {import}, which no grant covers: {hint}")]
    Import {
        /// The plugin's name.
        plugin: String,
        /// The import, with its version.
        import: String,
        /// What to do instead.
        hint: &'static str,
    },
    /// The compiler refuses it, or needed too much.
    #[error("plugin `{plugin}` can't be compiled: {source}")]
    Compile {
        /// The plugin's name.
        plugin: String,
        /// Why.
        source: CompileError,
    },
}

/// A compiled plugin, not yet bound to a step. Clones share the code.
#[derive(Clone)]
pub struct Plugin {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    component: Component,
    reference: PluginRef,
    manifest: Manifest,
    imports: Vec<String>,
}

impl Plugin {
    pub(crate) fn new(shared: Arc<Shared>, component: Component, manifest: Manifest, inspection: Inspection) -> Self {
        let reference =
            PluginRef { name: manifest.name.clone(), version: manifest.version.clone(), digest: inspection.digest };
        Self { inner: Arc::new(Inner { shared, component, reference, manifest, imports: inspection.imports }) }
    }

    /// Which plugin, exactly.
    #[must_use]
    pub fn reference(&self) -> &PluginRef {
        &self.inner.reference
    }

    /// What it says of itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.inner.manifest
    }

    /// The import of this interface, in whatever version the plugin names it.
    pub(crate) fn import(&self, interface: &str) -> Option<&str> {
        self.inner.imports.iter().find(|import| without_version(import) == interface).map(String::as_str)
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.inner.shared
    }

    pub(crate) fn component(&self) -> &Component {
        &self.inner.component
    }
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Plugin").field(self.reference()).finish()
    }
}

/// Refuses imports that no step could grant. Imports that this step doesn't grant are refused when it is prepared.
pub(crate) fn vet(plugin: &str, imports: &[String]) -> Result<(), LoadError> {
    for import in imports {
        if let Standing::Refused { hint } = standing(import) {
            return Err(LoadError::Import { plugin: plugin.to_owned(), import: import.clone(), hint });
        }
    }
    Ok(())
}
