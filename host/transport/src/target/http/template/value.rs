//! What a placeholder stands for, and where a delivery has it.

use super::{RenderError, TemplateError};
use crate::json::{Found, Pointer};
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
    pub(super) fn parse(name: &str) -> Result<Self, TemplateError> {
        Ok(match name {
            "id" => Self::Id,
            "key" => Self::Key,
            "idempotency_key" => Self::IdempotencyKey,
            pointer if pointer.starts_with('/') => Self::Pointer(Pointer::parse(pointer)?),
            other => match other.strip_prefix("header:").filter(|header| !header.is_empty()) {
                Some(header) => Self::Header(header.to_owned()),
                None => return Err(TemplateError::Placeholder(other.to_owned())),
            },
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
