//! `[plugins]` of the host file as typed.

use schemars::JsonSchema;
use serde::Deserialize;

use super::text::{MomentText, NameText, PatternText, PublicKeyText};
use crate::at::At;

/// How plugins are run, and who may publish them to the catalogue.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PluginsTable {
    /// Threads that run plugins; 0 means one per core.
    #[schemars(range(min = 0, max = 1024))]
    pub(crate) threads: Option<u32>,
    /// What becomes of a plugin that is published without a signature of a trusted key.
    pub(crate) unsigned: Option<UnsignedChoice>,
    /// The keys whose signatures are trusted, and what each may publish.
    pub(crate) trust: Option<Vec<At<TrustTable>>>,
}

/// What becomes of a plugin that is published without a signature of a trusted key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UnsignedChoice {
    /// It is refused.
    Refuse,
    /// It is taken: for desks where plugins are written.
    Allow,
}

/// A key whose signatures are trusted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrustTable {
    /// What it is called in the catalogue and in refusals.
    #[schemars(required)]
    pub(crate) name: Option<At<NameText>>,
    /// The public key, as `gantry key generate` prints it.
    #[schemars(required)]
    pub(crate) key: Option<At<PublicKeyText>>,
    /// Names of the plugins it may publish; `*` stands for any characters.
    #[schemars(required, length(min = 1))]
    pub(crate) publish: Option<At<Vec<At<PatternText>>>>,
    /// Nothing is published with it after this moment; what was published before stays trusted.
    pub(crate) not_after: Option<At<MomentText>>,
    /// Nothing it ever signed is trusted any more.
    #[schemars(extend("default" = false))]
    pub(crate) revoked: Option<bool>,
}
