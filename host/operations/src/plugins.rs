//! The catalogue: publish a plugin. Without a running host, this process does what the host would do: it applies the
//! same checks and compiles the plugin.

use bytes::Bytes;
use gantry_core::Digest;
use gantry_security::SignatureFile;
use gantry_store::Publication;

use crate::error::OperationError;
use crate::operation::{Call, Effect, Operation};
use crate::permission::Permission;

/// Publishes a plugin to the catalogue.
#[derive(Clone, Debug)]
pub struct Publish {
    /// The component.
    pub bytes: Bytes,
    /// Its signatures.
    pub signatures: Option<SignatureFile>,
}

impl Operation for Publish {
    const PERMISSION: Permission = Permission::PublishPlugins;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = Publication;

    /// Its digest: nothing else is known before the component is read.
    fn subject(&self) -> String {
        Digest::of(&self.bytes).to_string()
    }

    async fn run(self, call: Call) -> Result<Publication, OperationError> {
        let publisher = call.publisher()?.with_audit(call.audit());
        Ok(publisher.publish(self.bytes, self.signatures, &call.by()).await?)
    }
}
