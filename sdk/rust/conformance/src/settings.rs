//! The settings, and the check of them that a schema can't express.

use gantry_sdk::prelude::*;
use serde::de::{Deserializer, Error};

/// What the flow says.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    greeting: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "unless_refused")]
    refuse: Option<bool>,
}

fn unless_refused<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    match bool::deserialize(deserializer)? {
        true => Err(D::Error::custom("these settings ask to be refused")),
        false => Ok(Some(false)),
    }
}
