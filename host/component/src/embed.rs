//! Writes a manifest into a component.

use std::borrow::Cow;

use gantry_core::manifest::{Manifest, SECTION};
use wasm_encoder::{ComponentSection as _, CustomSection};

use crate::error::{ComponentError, ManifestError};
use crate::inspect::validate;
use crate::manifest::check_manifest;
use crate::sections::{HEADER_BYTES, sections};

/// The component with this manifest in its custom section `gantry:manifest`, in place of any it had.
///
/// Everything else stays as it is, so embedding the same manifest again gives the same file.
///
/// # Errors
/// When the bytes are no valid component, or the manifest breaks a rule.
pub fn embed(bytes: &[u8], manifest: &Manifest) -> Result<Vec<u8>, ComponentError> {
    check_manifest(manifest)?;
    validate(bytes)?;
    let json = serde_json::to_vec(manifest).map_err(ManifestError::Encode)?;
    let mut out = bytes[..HEADER_BYTES].to_vec();
    for section in sections(bytes)?.iter().filter(|section| section.custom(SECTION).is_none()) {
        out.extend_from_slice(&bytes[section.whole.clone()]);
    }
    CustomSection { name: Cow::Borrowed(SECTION), data: Cow::Owned(json) }.append_to_component(&mut out);
    Ok(out)
}
