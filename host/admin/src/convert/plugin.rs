//! Published plugins.

use gantry_api::v1;
use gantry_core as core;
use gantry_core::manifest;
use gantry_store as store;

use super::{Convert, alike};

alike! {
    store::Published => v1::Published {
        plugin, size, api, manifest, cases, signatures, trusted_by, published_at, published_by,
    }
    core::PluginRef = v1::PluginRef { name, version, digest }
    core::Manifest => v1::Manifest { name, version, api, description, wants, settings }
    manifest::Wants => v1::Wants { lookup, clock }
    core::PluginSignature => v1::PluginSignature { key, signature }
    core::TrustedBy => v1::TrustedBy { name, key }
}
