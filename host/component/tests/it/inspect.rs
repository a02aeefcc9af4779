//! Files of every kind somebody may pass as a plugin, and what they are told.

use gantry_component::{ComponentError, MAX_COMPONENT_BYTES, ManifestError, embed, inspect, plugin_toml};
use gantry_core::Digest;
use gantry_core::manifest::{Manifest, SECTION};
use wasm_encoder::{
    Component, ComponentBuilder, ComponentExportKind, ComponentSection as _, ComponentTypeRef, CustomSection,
    InstanceType, Module,
};

/// A component that imports and exports (empty) instances under these names.
fn component(imports: &[&str], exports: &[&str]) -> Vec<u8> {
    let mut builder = ComponentBuilder::default();
    let empty = builder.type_instance(None, &InstanceType::new());
    for name in imports {
        builder.import(*name, ComponentTypeRef::Instance(empty));
    }
    let nothing = builder.component(None, ComponentBuilder::default());
    for name in exports {
        let instance = builder.instantiate(None, nothing, Vec::<(&str, ComponentExportKind, u32)>::new());
        builder.export(*name, ComponentExportKind::Instance, instance, None);
    }
    builder.finish()
}

fn plugin() -> Vec<u8> {
    component(&["gantry:plugin/log@0.1.0"], &["gantry:plugin/transform@0.1.0"])
}

fn manifest(version: &str) -> Manifest {
    plugin_toml(&format!("name = \"echo\"\nversion = \"{version}\"\n")).unwrap()
}

/// The component with a raw section at its end, as another tool might write it.
fn with_section(mut bytes: Vec<u8>, json: &str) -> Vec<u8> {
    CustomSection { name: SECTION.into(), data: json.as_bytes().into() }.append_to_component(&mut bytes);
    bytes
}

#[test]
fn a_plugin_tells_its_digest_size_imports_exports_and_contract() {
    let bytes = plugin();
    let inspection = inspect(&bytes).unwrap();
    assert_eq!(inspection.digest, Digest::of(&bytes));
    assert_eq!(inspection.size, bytes.len());
    assert_eq!(inspection.imports, ["gantry:plugin/log@0.1.0"]);
    assert_eq!(inspection.exports, ["gantry:plugin/transform@0.1.0"]);
    assert_eq!(inspection.api, "0.1.0");
    assert_eq!(inspection.manifest, None);
}

#[test]
fn a_missing_manifest_is_an_error_only_for_those_who_need_one() {
    let error = inspect(&plugin()).unwrap().require_manifest().unwrap_err();
    assert!(matches!(error, ComponentError::Manifest(ManifestError::Missing)));
    assert!(error.to_string().contains("gantry plugin build"), "{error}");
}

#[test]
fn an_embedded_manifest_is_read_back_and_a_second_one_replaces_it() {
    let once = embed(&plugin(), &manifest("1.0.0")).unwrap();
    assert_eq!(inspect(&once).unwrap().manifest, Some(manifest("1.0.0")));
    let twice = embed(&once, &manifest("1.0.1")).unwrap();
    assert_eq!(inspect(&twice).unwrap().manifest, Some(manifest("1.0.1")));
    assert_eq!(embed(&twice, &manifest("1.0.0")).unwrap(), once);
}

#[test]
fn files_that_are_no_webassembly_are_told_what_they_look_like() {
    let text = |bytes: &[u8]| inspect(bytes).unwrap_err().to_string();
    assert!(text(b"").contains("empty"));
    assert!(text(b"\n(component)").contains("WebAssembly text"));
    assert!(text(b"\x7fELF....").contains("native"));
    assert!(text(b"name = \"orders\"").contains("00 61 73 6d"));
}

#[test]
fn a_core_module_is_told_which_target_makes_components() {
    let error = inspect(&Module::new().finish()).unwrap_err();
    assert!(matches!(error, ComponentError::CoreModule));
    assert!(error.to_string().contains("wasm32-wasip2"), "{error}");
}

#[test]
fn a_component_of_another_world_is_told_what_it_exports() {
    let error = inspect(&component(&[], &["wasi:cli/run@0.2.6"])).unwrap_err();
    assert!(matches!(error, ComponentError::OtherWorld { .. }));
    assert!(error.to_string().contains("it exports wasi:cli/run@0.2.6"), "{error}");
    let nothing = inspect(&Component::new().finish()).unwrap_err();
    assert!(nothing.to_string().contains("exports nothing"), "{nothing}");
}

#[test]
fn a_later_patch_of_the_contract_is_accepted_and_another_minor_is_not() {
    assert_eq!(inspect(&component(&[], &["gantry:plugin/transform@0.1.9"])).unwrap().api, "0.1.9");
    let error = inspect(&component(&[], &["gantry:plugin/transform@0.2.0"])).unwrap_err();
    assert!(matches!(error, ComponentError::OtherApi { found } if found == "0.2.0"));
}

#[test]
fn a_truncated_component_is_told_the_offset() {
    let bytes = embed(&plugin(), &manifest("1.0.0")).unwrap();
    for length in 4..bytes.len() {
        match inspect(&bytes[..length]) {
            Err(ComponentError::Invalid { offset, .. }) => assert!(offset <= length, "{offset} in {length}"),
            // Cut exactly between two sections it is a smaller, valid component.
            Err(ComponentError::OtherWorld { .. }) => {}
            Ok(shorter) => assert_eq!(shorter.manifest, None, "{length}"),
            Err(other) => panic!("{length}: {other}"),
        }
    }
}

#[test]
fn an_oversized_file_is_refused_before_it_is_parsed() {
    let error = inspect(&vec![0; MAX_COMPONENT_BYTES + 1]).unwrap_err();
    assert!(matches!(error, ComponentError::TooBig { limit: MAX_COMPONENT_BYTES, .. }));
}

#[test]
fn manifests_that_are_not_what_they_must_be_are_refused() {
    let error = |json: &str| inspect(&with_section(plugin(), json)).unwrap_err();
    assert!(matches!(error("name: echo"), ComponentError::Manifest(ManifestError::Json(_))));
    let api = r#"{"name":"echo","version":"1.0.0","api":"0.9.0"}"#;
    assert!(matches!(error(api), ComponentError::Manifest(ManifestError::Api { found }) if found == "0.9.0"));
    let unknown = r#"{"name":"echo","version":"1.0.0","api":"0.1.0","grants":{"clock":true}}"#;
    assert!(matches!(error(unknown), ComponentError::Manifest(ManifestError::Json(_))));
}

#[test]
fn two_manifests_are_refused_because_two_readers_could_disagree() {
    let once = embed(&plugin(), &manifest("1.0.0")).unwrap();
    let error = inspect(&with_section(once, "{}")).unwrap_err();
    assert!(matches!(error, ComponentError::Manifest(ManifestError::Repeated(2))));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(tail in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
        bytes.extend(tail);
        let _ = inspect(&bytes);
    }
}
