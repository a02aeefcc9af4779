//! What a placeholder stands for, and where a delivery has it.

use gantry_config::url_template::PlaceholderValue;

use super::RenderError;
use crate::json::{Found, InvalidPointer, Pointer};
use crate::target::Request;

/// A value of the delivery.
#[derive(Debug)]
pub(super) enum Value {
    Id,
    Key,
    IdempotencyKey,
    Header(String),
    Pointer(Pointer),
}

impl Value {
    pub(super) fn new(value: &PlaceholderValue) -> Result<Self, InvalidPointer> {
        Ok(match value {
            PlaceholderValue::Id => Self::Id,
            PlaceholderValue::Key => Self::Key,
            PlaceholderValue::IdempotencyKey => Self::IdempotencyKey,
            PlaceholderValue::Header(name) => Self::Header(name.clone()),
            PlaceholderValue::Pointer(text) => Self::Pointer(Pointer::parse(text)?),
        })
    }

    /// The value; `name` is the placeholder as written.
    pub(super) fn read(&self, name: &str, request: &Request<'_>) -> Result<String, RenderError> {
        let delivery = request.delivery;
        let value = match self {
            Self::Id => Some(request.message_id.to_string()),
            Self::Key => delivery.key.clone(),
            Self::IdempotencyKey => Some(delivery.idempotency_key.clone()),
            Self::Header(header) => delivery.headers.get(header).map(str::to_owned),
            Self::Pointer(pointer) => {
                match pointer.find(&delivery.payload).map_err(|_| RenderError::NotJson(name.to_owned()))? {
                    Found::Scalar(value) => Some(value),
                    Found::Missing | Found::Compound => None,
                }
            }
        };
        value.filter(|value| !value.is_empty()).ok_or_else(|| RenderError::Missing(name.to_owned()))
    }
}
