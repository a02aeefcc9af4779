//! Values by which duplicates are recognised: release one.

use gantry_core::FlowName;
use gantry_store::DedupeValue;

use crate::error::OperationError;
use crate::operation::{Call, Effect, Operation};
use crate::permission::Permission;

/// Releases a value, so that the next message with it is not a duplicate.
#[derive(Clone, Debug)]
pub struct ReleaseDedupeValue {
    /// The flow.
    pub flow: FlowName,
    /// The value.
    pub value: String,
    /// Why; may be empty.
    pub note: String,
}

impl Operation for ReleaseDedupeValue {
    const PERMISSION: Permission = Permission::ReleaseDedupeValues;
    const EFFECT: Effect = Effect::OneWrite;
    const WORDS: &'static str = "note";
    type Output = DedupeValue;

    fn subject(&self) -> String {
        format!("{}/{}", self.flow, self.value)
    }

    fn words(&self) -> &str {
        &self.note
    }

    async fn run(self, call: Call) -> Result<DedupeValue, OperationError> {
        Ok(call.store().release_dedupe_value(self.flow, self.value).await?)
    }
}
