//! The catalogue: publishing a plugin. With no host running this process does what the host would: it holds the plugin to
//! the same rules, and compiles it.

use bytes::Bytes;
use gantry_core::Digest;
use gantry_security::SignatureFile;
use gantry_store::Publication;

use crate::error::OperationError;
use crate::operation::{Call, Effect, Operation};
use crate::permission::Permission;

/// Takes a plugin into the catalogue.
#[derive(Clone, Debug)]
pub struct Publish {
    /// The component.
    pub bytes: Bytes,
    /// What was signed of it.
    pub signatures: Option<SignatureFile>,
}

impl Operation for Publish {
    const PERMISSION: Permission = Permission::PublishPlugins;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = Publication;

    /// Until the component was read, its digest is all that is known of it.
    fn subject(&self) -> String {
        Digest::of(&self.bytes).to_string()
    }

    async fn run(self, call: Call) -> Result<Publication, OperationError> {
        let publisher = call.publisher()?.with_audit(call.audit());
        Ok(publisher.publish(self.bytes, self.signatures, &call.by()).await?)
    }
}
