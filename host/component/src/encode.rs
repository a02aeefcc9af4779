//! Makes a component of a core module, for the languages whose compilers end there (C, C++, Go, Zig).
//!
//! The module's imports and exports are checked against the contract before anything is encoded, so that an author
//! learns which name is wrong instead of reading an encoder's error. A module that uses WASI's first preview gets the
//! adapter to the second, whose imports the sandbox answers.

use std::collections::BTreeSet;

use gantry_core::manifest::{API_VERSION, Wants};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as PREVIEW1, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as ADAPTER,
};
use wasmparser::{Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::error::{ComponentError, EncodeError};
use crate::inspect::TRANSFORM;
use crate::manifest::same_api;
use crate::sections::{HEADER_BYTES, invalid, sections};

/// The contract, as it stands in `wit/plugin.wit`.
pub const WIT: &str = include_str!("../../../wit/plugin.wit");

/// The world that [`contract`] adds.
pub const WORLD: &str = "plugin";

/// The prefix of the custom sections in which bindings state the world they were made for.
const STATED_WORLD: &str = "component-type";

/// What every module exports, in terms of the canonical ABI.
const FUNCTIONS: [&str; 2] = ["configure", "process"];

/// The contract with a world `plugin` that imports `log` and what is wanted, and nothing else.
///
/// Toolchains are given this world, so that a component imports nothing its `plugin.toml` doesn't ask for.
#[must_use]
pub fn contract(wants: &Wants) -> String {
    let mut world = format!("{WIT}\n/// What this plugin imports and exports.\nworld {WORLD} {{\n  import log;\n");
    if !wants.lookup.is_empty() {
        world.push_str("  import lookup;\n");
    }
    if wants.clock {
        world.push_str("  import clock;\n");
    }
    world.push_str("  export transform;\n}\n");
    world
}

/// True for a core module: WebAssembly that is no component yet.
#[must_use]
pub fn is_core_module(bytes: &[u8]) -> bool {
    Parser::is_core_wasm(bytes)
}

/// True when the file has a custom section of this name at its top level.
#[must_use]
pub fn has_section(bytes: &[u8], name: &str) -> bool {
    sections(bytes).is_ok_and(|sections| sections.iter().any(|section| section.custom_name() == Some(name)))
}

/// The file without the custom sections at its top level whose names have this prefix.
///
/// # Errors
/// When the bytes are no sections.
pub fn without_sections(bytes: &[u8], prefix: &str) -> Result<Vec<u8>, ComponentError> {
    let mut kept = bytes.get(..HEADER_BYTES).unwrap_or_default().to_vec();
    for section in sections(bytes)? {
        if !section.custom_name().is_some_and(|name| name.starts_with(prefix)) {
            kept.extend_from_slice(&bytes[section.whole]);
        }
    }
    Ok(kept)
}

/// Makes a component of a core module. A module that uses WASI's first preview gets this adapter; none: the usual one.
///
/// # Errors
/// When it imports what is not wanted or nothing provides, when it lacks an export of the contract, or when it does
/// not follow the canonical ABI.
pub fn encode(module: &[u8], wants: &Wants, adapter: Option<&[u8]>) -> Result<Vec<u8>, EncodeError> {
    let surface = Surface::of(module)?;
    surface.check(wants)?;
    // Bindings may have been made for a wider world than this plugin's.
    let mut module = without_sections(module, STATED_WORLD)?;
    state_world(&mut module, wants)?;
    let mut encoder = ComponentEncoder::default().validate(true).module(&module).map_err(refused)?;
    if surface.speaks_preview1() {
        encoder = encoder.adapter(PREVIEW1, adapter.unwrap_or(ADAPTER)).map_err(refused)?;
    }
    encoder.encode().map_err(refused)
}

fn state_world(module: &mut Vec<u8>, wants: &Wants) -> Result<(), EncodeError> {
    let mut resolve = Resolve::default();
    let package = resolve.push_source("plugin.wit", &contract(wants)).map_err(refused)?;
    let world = resolve.select_world(&[package], Some(WORLD)).map_err(refused)?;
    embed_component_metadata(module, &resolve, world, StringEncoding::UTF8).map_err(refused)
}

/// An error of the encoder, with its causes in one line: its errors have no types of their own.
fn refused(error: impl std::fmt::Display) -> EncodeError {
    EncodeError::Encoder(format!("{error:#}"))
}

/// What a module imports and exports.
#[derive(Default)]
struct Surface {
    /// Module and name, as the core module spells them.
    imports: BTreeSet<(String, String)>,
    exports: BTreeSet<String>,
}

impl Surface {
    fn of(module: &[u8]) -> Result<Self, EncodeError> {
        let mut surface = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload.map_err(broken)? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import.map_err(broken)?;
                        surface.imports.insert((import.module.to_owned(), import.name.to_owned()));
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        surface.exports.insert(export.map_err(broken)?.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        Ok(surface)
    }

    fn speaks_preview1(&self) -> bool {
        self.imports.iter().any(|(module, _)| module == PREVIEW1)
    }

    fn check(&self, wants: &Wants) -> Result<(), EncodeError> {
        self.imports.iter().try_for_each(|(module, name)| check_import(module, name, wants))?;
        self.check_exports()
    }

    fn has_export(&self, function: &str) -> bool {
        self.exports.contains(&format!("{TRANSFORM}@{API_VERSION}#{function}"))
    }

    fn check_exports(&self) -> Result<(), EncodeError> {
        let Some(function) = FUNCTIONS.into_iter().find(|function| !self.has_export(function)) else { return Ok(()) };
        let prefix = format!("{TRANSFORM}@");
        let mut versions = self.exports.iter().filter_map(|name| name.strip_prefix(&prefix)?.split('#').next());
        match versions.find(|version| !same_api(version, API_VERSION)) {
            Some(found) => Err(EncodeError::OtherApi { found: found.to_owned() }),
            None => Err(EncodeError::NoExport { function }),
        }
    }
}

fn check_import(module: &str, name: &str, wants: &Wants) -> Result<(), EncodeError> {
    let (interface, version) = module.split_once('@').unwrap_or((module, ""));
    let line = match interface.strip_prefix("gantry:plugin/") {
        Some(_) if !same_api(version, API_VERSION) => return Err(EncodeError::OtherApi { found: version.to_owned() }),
        Some("log" | "types") => return Ok(()),
        Some("lookup") if !wants.lookup.is_empty() => return Ok(()),
        Some("clock") if wants.clock => return Ok(()),
        Some("lookup") => "lookup = [\"TABLE\"]",
        Some("clock") => "clock = true",
        _ if module == PREVIEW1 => return Ok(()),
        _ => return Err(EncodeError::Unknown { module: module.to_owned(), name: name.to_owned() }),
    };
    Err(EncodeError::Unwanted { import: module.to_owned(), line })
}

fn broken(error: wasmparser::Error) -> EncodeError {
    EncodeError::Module(invalid(error))
}
