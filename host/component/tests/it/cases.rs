//! Golden cases travel in the component: the same cases give the same file, and nobody can smuggle in too many.

use gantry_component::{
    CASES_SECTION, CaseFile, CasesError, ComponentError, MAX_CASES, MAX_CASES_BYTES, cases, embed, embed_cases,
    inspect, plugin_toml,
};
use wasm_encoder::{
    ComponentBuilder, ComponentExportKind, ComponentSection as _, ComponentTypeRef, CustomSection, InstanceType,
};

fn plugin() -> Vec<u8> {
    let mut builder = ComponentBuilder::default();
    let empty = builder.type_instance(None, &InstanceType::new());
    builder.import("gantry:plugin/log@0.1.0", ComponentTypeRef::Instance(empty));
    let nothing = builder.component(None, ComponentBuilder::default());
    let instance = builder.instantiate(None, nothing, Vec::<(&str, ComponentExportKind, u32)>::new());
    builder.export("gantry:plugin/transform@0.1.0", ComponentExportKind::Instance, instance, None);
    let manifest = plugin_toml("name = \"echo\"\nversion = \"1.0.0\"\n").unwrap();
    embed(&builder.finish(), &manifest).unwrap()
}

fn case(name: &str, text: &str) -> CaseFile {
    CaseFile { name: name.to_owned(), text: text.to_owned() }
}

fn with_section(mut bytes: Vec<u8>, json: &[u8]) -> Vec<u8> {
    CustomSection { name: CASES_SECTION.into(), data: json.into() }.append_to_component(&mut bytes);
    bytes
}

#[test]
fn what_is_embedded_is_read_again_and_the_rest_of_the_plugin_is_as_it_was() {
    let bytes = plugin();
    assert_eq!(cases(&bytes).unwrap(), []);
    let carrying = embed_cases(&bytes, &[case("b", "{\"ü\": 1}"), case("a", "not even JSON")]).unwrap();
    assert_eq!(cases(&carrying).unwrap(), [case("a", "not even JSON"), case("b", "{\"ü\": 1}")]);
    let before = inspect(&bytes).unwrap();
    let after = inspect(&carrying).unwrap();
    assert_eq!((after.manifest, after.imports), (before.manifest, before.imports));
    assert_eq!(embed_cases(&carrying, &[]).unwrap(), bytes);
}

#[test]
fn the_same_cases_again_in_any_order_give_the_same_file() {
    let bytes = plugin();
    let one = case("one", "1");
    let other = case("other", "2");
    let first = embed_cases(&bytes, &[one.clone(), other.clone()]).unwrap();
    assert_eq!(embed_cases(&first, &[other.clone(), one]).unwrap(), first);
    let replaced = embed_cases(&first, std::slice::from_ref(&other)).unwrap();
    assert_eq!(cases(&replaced).unwrap(), [other]);
}

#[test]
fn cases_beyond_the_bounds_are_refused_with_what_would_help() {
    let long = embed_cases(&plugin(), &[case("long", &"x".repeat(MAX_CASES_BYTES))]).unwrap_err();
    assert!(matches!(long, ComponentError::Cases(CasesError::TooBig { limit: MAX_CASES_BYTES, .. })));
    assert!(long.to_string().contains("--without-cases"), "{long}");
    let many: Vec<_> = (0..=MAX_CASES).map(|n| case(&n.to_string(), "{}")).collect();
    let many = embed_cases(&plugin(), &many).unwrap_err();
    assert!(many.to_string().starts_with("1001 golden cases, more than the 1000"), "{many}");
}

#[test]
fn a_section_another_tool_wrote_is_held_to_the_same_rules() {
    let read = |json: &[u8]| cases(&with_section(plugin(), json)).unwrap_err();
    assert!(matches!(read(b"{}"), ComponentError::Cases(CasesError::Json(_))));
    assert!(matches!(
        read(b"[{\"name\": \"a\", \"text\": \"\", \"more\": 1}]"),
        ComponentError::Cases(CasesError::Json(_))
    ));
    assert!(matches!(read(&vec![b' '; MAX_CASES_BYTES + 1]), ComponentError::Cases(CasesError::TooBig { .. })));
    let twice = with_section(with_section(plugin(), b"[]"), b"[]");
    assert!(matches!(cases(&twice), Err(ComponentError::Cases(CasesError::Repeated(2)))));
}
