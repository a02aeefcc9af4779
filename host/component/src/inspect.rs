//! Reads a component: identity, imports, exports, contract version, manifest.
//!
//! The checks come in the order in which they help most: size first, before anything costs time, then the kind of file,
//! validity, the world, and the manifest.

use std::hash::Hash;

use gantry_core::Digest;
use gantry_core::manifest::{API_VERSION, Manifest, SECTION};
use wasmparser::{ComponentExportSectionReader, ComponentImportSectionReader, Validator, WasmFeatures};

use crate::error::{ComponentError, ManifestError};
use crate::manifest::{same_api, stored_manifest};
use crate::sections::{EXPORTS, HEADER_BYTES, IMPORTS, Section, invalid, sections};

/// Longest component, in bytes.
///
/// The largest language runtime that is known to be built as a component (Python) takes 18 MB, for which 32 MiB leaves
/// room. Compiling takes memory in proportion to this size.
pub const MAX_COMPONENT_BYTES: usize = 32 << 20;

/// The interface every plugin exports, without its version.
pub const TRANSFORM: &str = "gantry:plugin/transform";

/// What the sandbox's engine accepts. Garbage collection, exceptions, threads, 64-bit memories and relaxed SIMD are
/// out: no supported language needs them, and that is where most of the engine's advisories come from.
const FEATURES: WasmFeatures = WasmFeatures::WASM2
    .union(WasmFeatures::BULK_MEMORY_OPT)
    .union(WasmFeatures::CALL_INDIRECT_OVERLONG)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::MULTI_MEMORY)
    .union(WasmFeatures::TAIL_CALL)
    .union(WasmFeatures::COMPONENT_MODEL)
    .difference(WasmFeatures::GC_TYPES);

/// What a component says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Size of the file in bytes.
    pub size: usize,
    /// Names of what it imports, in order: `gantry:plugin/log@0.1.0`.
    pub imports: Vec<String>,
    /// Names of what it exports, in order.
    pub exports: Vec<String>,
    /// The version of `gantry:plugin` it was built against.
    pub api: String,
    /// Its manifest; none before `gantry plugin build` has embedded one.
    pub manifest: Option<Manifest>,
}

impl Inspection {
    /// The manifest, which every plugin that is to run must have.
    ///
    /// # Errors
    /// When the component has none.
    pub fn require_manifest(&self) -> Result<&Manifest, ComponentError> {
        self.manifest.as_ref().ok_or(ManifestError::Missing.into())
    }
}

/// Reads what a component says of itself.
///
/// # Errors
/// When the file is no valid plugin component of this host's contract, or its manifest can't be used. A missing
/// manifest is no error here: see [`Inspection::require_manifest`].
pub fn inspect(bytes: &[u8]) -> Result<Inspection, ComponentError> {
    validate(bytes)?;
    read(bytes, Digest::of(bytes))
}

/// Reads what a component says of itself without validating its code. Only for bytes with a digest that [`inspect`] has
/// accepted before, under the same [`rules`].
///
/// # Errors
/// As [`inspect`], but for what only validation finds.
pub fn read(bytes: &[u8], digest: Digest) -> Result<Inspection, ComponentError> {
    let sections = sections(bytes)?;
    let exports = exports(&sections)?;
    let api = exported_api(&exports)?;
    Ok(Inspection {
        digest,
        size: bytes.len(),
        imports: imports(&sections)?,
        exports,
        api,
        manifest: manifest(&sections)?,
    })
}

/// Identifies the rules of [`inspect`]: a component that was accepted under other rules must be inspected again.
#[must_use]
pub fn rules() -> impl Hash {
    (env!("CARGO_PKG_VERSION"), FEATURES.bits())
}

/// Refuses a component that is too long.
///
/// # Errors
/// When the component is longer than [`MAX_COMPONENT_BYTES`].
pub fn check_size(bytes: &[u8]) -> Result<(), ComponentError> {
    if bytes.len() > MAX_COMPONENT_BYTES {
        return Err(ComponentError::TooBig { size: bytes.len(), limit: MAX_COMPONENT_BYTES });
    }
    Ok(())
}

/// Checks that this is valid WebAssembly, a component, and not too large; says nothing of its world.
pub(crate) fn validate(bytes: &[u8]) -> Result<(), ComponentError> {
    check_size(bytes)?;
    check_header(bytes)?;
    Validator::new_with_features(FEATURES).validate_all(bytes).map_err(invalid)?;
    Ok(())
}

fn check_header(bytes: &[u8]) -> Result<(), ComponentError> {
    if !bytes.starts_with(b"\0asm") {
        return Err(ComponentError::NotWasm { found: looks_like(bytes) });
    }
    let Some((_, [a, b, c, d])) = bytes.get(..HEADER_BYTES).and_then(<[u8]>::split_last_chunk::<4>) else {
        return Err(ComponentError::Invalid { offset: bytes.len(), text: "the file ends in its header".into() });
    };
    // The lower half counts versions, the upper half tells components (1) from modules (0).
    match u32::from_le_bytes([*a, *b, *c, *d]) {
        0x0001_000d => Ok(()),
        0x0000_0001 => Err(ComponentError::CoreModule),
        version => Err(ComponentError::UnknownEncoding { version }),
    }
}

/// A guess at what the file is instead of a component.
fn looks_like(bytes: &[u8]) -> &'static str {
    let start = bytes.trim_ascii_start();
    match start {
        [] => "the file is empty",
        [b'(', ..] => "it looks like WebAssembly text (WAT), which must be assembled first",
        [0x7f, b'E', b'L', b'F', ..] => "it is a native program or library: build it for the target wasm32-wasip2",
        [b'P', b'K', ..] | [0x1f, 0x8b, ..] => "it is an archive: unpack it first",
        _ => "it does not begin with the bytes 00 61 73 6d",
    }
}

fn imports(sections: &[Section<'_>]) -> Result<Vec<String>, ComponentError> {
    let mut names = Vec::new();
    for section in sections.iter().filter(|section| section.kind == IMPORTS) {
        for import in ComponentImportSectionReader::new(section.contents.clone()).map_err(invalid)? {
            names.push(import.map_err(invalid)?.name.name.to_owned());
        }
    }
    Ok(names)
}

fn exports(sections: &[Section<'_>]) -> Result<Vec<String>, ComponentError> {
    let mut names = Vec::new();
    for section in sections.iter().filter(|section| section.kind == EXPORTS) {
        for export in ComponentExportSectionReader::new(section.contents.clone()).map_err(invalid)? {
            names.push(export.map_err(invalid)?.name.name.to_owned());
        }
    }
    Ok(names)
}

/// The version of the contract, as the exported interface names it.
fn exported_api(exports: &[String]) -> Result<String, ComponentError> {
    let versions = || exports.iter().filter_map(|name| name.strip_prefix(TRANSFORM)?.strip_prefix('@'));
    if let Some(version) = versions().find(|version| same_api(version, API_VERSION)) {
        return Ok(version.to_owned());
    }
    Err(match versions().next() {
        Some(other) => ComponentError::OtherApi { found: other.to_owned() },
        None => ComponentError::OtherWorld { wanted: "gantry:plugin/transform@0.1.0", exports: exports.to_vec() },
    })
}

fn manifest(sections: &[Section<'_>]) -> Result<Option<Manifest>, ComponentError> {
    let found: Vec<_> = sections.iter().filter_map(|section| section.custom(SECTION)).collect();
    match found.as_slice() {
        [] => Ok(None),
        [json] => Ok(Some(stored_manifest(json)?)),
        several => Err(ManifestError::Repeated(several.len()).into()),
    }
}
